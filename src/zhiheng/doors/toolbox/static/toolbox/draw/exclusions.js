// The list of objects that were left out of the frame, each with its reason.

import { utf8 } from "./canonical.js";
import { byBytes } from "./form.js";
import { fault } from "./checks.js";
import { hasher, toHex } from "./hashes.js";
import { tagged } from "./lots.js";
import { isName, isText } from "./text.js";

// The faults of the list, and the identities on it. Lines in another order are put in theirs: the digest decides.
export function exclusionsOf(bytes, commitment) {
  const faults = [], identities = new Set();
  const stated = commitment.exclusions;
  const lines = linesOf(bytes);
  if (lines === null) return { faults: [fault("exclusions_line", { line: 1 })], identities };
  lines.forEach((line, i) => {
    const [identity, stratum, reason, ...rest] = line.split("\t");
    const formed = isName(identity) && isName(stratum) && isText(reason) && rest.length === 0;
    if (!formed) faults.push(fault("exclusions_line", { line: i + 1 }));
    if (identities.has(identity)) faults.push(fault("exclusions_twice", { identity }));
    identities.add(identity);
  });
  const canonical = utf8([...lines].sort(byBytes).map((line) => `${line}\n`).join(""));
  const found = toHex(tagged(hasher(commitment.algorithm), "exclusions", canonical));
  if (found !== stated.digest) faults.push(fault("exclusions_digest", { found, stated: stated.digest }));
  if (lines.length !== stated.count) faults.push(fault("exclusions_count", { found: lines.length, stated: stated.count }));
  return { faults: faults.slice(0, 20), identities };
}

function linesOf(bytes) {
  let text;
  try { text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes); } catch { return null; }
  if (text === "") return [];
  return (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n");
}
