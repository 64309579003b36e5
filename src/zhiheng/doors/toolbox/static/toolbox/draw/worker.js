// Runs the checks beside the page, so that it stays answerable while a million objects are hashed. The files
// are read here and go nowhere.

import { audit, opened, summary } from "./audit.js";
import { claim } from "./claim.js";

async function bytesIn(file) { return file && new Uint8Array(await file.arrayBuffer()); }

self.onmessage = async ({ data }) => {
  try {
    const file = opened(await bytesIn(data.proof));
    if (file.kind && file.faults.length === 0) self.postMessage({ summary: summary(file.kind, file.value) });
    else if (data.act !== "audit") self.postMessage({ unreadable: file.faults });
    if (data.act === "audit") {
      if (file.kind === "ticket") self.postMessage({ unreadable: [{ code: "is_ticket", params: {} }] });
      else for (const news of audit(file, await bytesIn(data.frame), await bytesIn(data.exclusions))) self.postMessage(news);
    }
    if (data.act === "claim" && file.kind && file.faults.length === 0) {
      for (const news of claim(file, data.identity, await bytesIn(data.frame))) self.postMessage(news);
    }
    self.postMessage({ finished: true });
  } catch (failure) {
    self.postMessage({ failed: String(failure?.message ?? failure) });
  }
};
