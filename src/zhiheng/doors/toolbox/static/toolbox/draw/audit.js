// A whole proof, check after check, in the order of docs/topics/draw-proof.md. Each check ends as passed,
// failed, or absent with what it would need; nothing that was not computed is called passed.

import { canonical, read, Unreadable, utf8 } from "./canonical.js";
import * as checks from "./checks.js";
import { exclusionsOf } from "./exclusions.js";
import { PROOF, proofFaults, TICKET, ticketFaults } from "./form.js";
import { FrameWalk } from "./frame.js";
import { bytesOf, hasher, toHex } from "./hashes.js";
import { commitmentDigest } from "./lots.js";

// A proof or ticket as it came, with the faults of its form.
export function opened(bytes) {
  let file;
  try { file = read(bytes); } catch (failure) {
    if (!(failure instanceof Unreadable)) throw failure;
    return { kind: null, value: null, faults: [checks.fault(failure.code)] };
  }
  const { value, text } = file;
  const kind = { [PROOF]: "proof", [TICKET]: "ticket" }[value.format] ?? null;
  if (kind === null) return { kind, value, faults: [checks.fault("form_format")] };
  const faults = kind === "proof" ? proofFaults(value) : ticketFaults(value);
  if (`${canonical(value)}\n` !== text) faults.unshift(checks.fault("form_canonical"));
  return { kind, value, faults };
}

export function listsDigest(kind, value) {
  const hash = hasher(value.head.commitment.algorithm);
  return kind === "proof" ? checks.listsOf(hash, value) : bytesOf(value.lists);
}

// What a reader wants to see of a proof before any check: whose draw, of what, how.
export function summary(kind, value) {
  const { commitment } = value.head;
  return {
    kind,
    commitment,
    commitmentDigest: toHex(commitmentDigest(hasher(commitment.algorithm), commitment)),
    digest: value.digest,
    drawn: value.head.strata.reduce((sum, entry) => sum + entry.drawn, 0),
  };
}

// Yields {check, done, total} while it works, and {check, state, faults, needs} for each check.
export function* audit(file, frame, exclusions) {
  yield verdict("form", file.faults);
  if (file.faults.length) return;
  const { value: proof } = file;
  const { head } = proof;
  yield verdict("digest", checks.digestFaults(head, listsDigest("proof", proof), proof.digest));
  yield verdict("nonces", checks.nonceFaults(head));
  yield verdict("seed", checks.seedFaults(head));
  yield verdict("counts", checks.countFaults(proof));
  yield verdict("paths", yield* working("paths", checks.pathFaults(proof)));
  yield verdict("keys", yield* working("keys", checks.keyFaults(proof)));
  yield verdict("order", checks.orderFaults(proof));
  const left = exclusions && exclusionsOf(exclusions, head.commitment);
  const walk = frame && new FrameWalk(head, proof.drawn, { excluded: left?.identities });
  if (walk) yield* working("frame", walk.walk(frame));
  const shares = checks.inclusionFaults(proof, walk && !walk.faults.length ? walk.strata : null);
  yield verdict("inclusion", shares, checks.hasIntegrals(proof) ? "integral" : "");
  yield walk ? verdict("frame", walk.faults) : absent("frame", "frame");
  if (!walk) yield absent("redrawn", "frame");
  else if (walk.faults.length) yield absent("redrawn", "right_frame");
  else yield verdict("redrawn", walk.redrawnFaults(proof));
  if (left) yield verdict("exclusions", [...left.faults, ...(walk?.inside ?? [])], walk ? "" : "exclusions_frame");
  else if (head.commitment.exclusions.count) yield absent("exclusions", "exclusions");
  else yield verdict("exclusions", exclusionsOf(utf8(""), head.commitment).faults);
}

function verdict(check, faults, note = "") { return { check, state: faults.length ? "failed" : "passed", faults, note }; }

function absent(check, needs) { return { check, state: "absent", faults: [], note: needs }; }

function* working(check, steps) {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    yield { check, ...step.value };
  }
}
