// The list of objects that were left out of the frame, each with its reason.

import { byBytes } from "./form.js";
import { fault } from "./checks.js";
import { hasher, toHex } from "./hashes.js";
import { tagged } from "./lots.js";
import { isName, isText } from "./text.js";

// The faults of the list, and the identities on it.
export function exclusionsOf(bytes, commitment) {
  const faults = [], identities = new Set();
  const stated = commitment.exclusions;
  const digest = toHex(tagged(hasher(commitment.algorithm), "exclusions", bytes));
  if (digest !== stated.digest) faults.push(fault("exclusions_digest", { found: digest, stated: stated.digest }));
  let text;
  try { text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes); }
  catch { return { faults: [...faults, fault("exclusions_line", { line: 1 })], identities }; }
  const lines = text.split("\n");
  if (lines.pop() !== "") faults.push(fault("exclusions_line", { line: lines.length + 1 }));
  lines.forEach((line, i) => {
    const [identity, stratum, reason, ...rest] = line.split("\t");
    const formed = isName(identity) && isName(stratum) && isText(reason) && rest.length === 0;
    if (!formed) faults.push(fault("exclusions_line", { line: i + 1 }));
    else if (i && byBytes(lines[i - 1], line) >= 0) faults.push(fault("exclusions_order", { line: i + 1 }));
    if (identities.has(identity)) faults.push(fault("exclusions_twice", { identity }));
    identities.add(identity);
  });
  if (lines.length !== stated.count) faults.push(fault("exclusions_count", { found: lines.length, stated: stated.count }));
  return { faults: faults.slice(0, 20), identities };
}
