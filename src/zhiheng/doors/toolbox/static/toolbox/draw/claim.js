// One object's question: was I in the frame, was I drawn, and why. Answered from a ticket, from a proof
// that names the object, or from a proof and the frame.

import { listsDigest } from "./audit.js";
import { utf8 } from "./canonical.js";
import { digestFaults, fault, nonceFaults, pathFault, rangesOf, seedFaults } from "./checks.js";
import { FrameWalk } from "./frame.js";
import { bytesOf, hasher, toHex } from "./hashes.js";
import { beyond, bound, keyOf, Lots, ratesOf } from "./lots.js";
import { weightOf } from "./text.js";

const TWO64 = 2 ** 64;
const TWO128 = 2 ** 128;

// Yields progress, then {step, faults, said} for each step, at last {verdict}.
export function* claim(file, identity, frame) {
  const { kind, value } = file;
  const { head } = value;
  yield step("document", digestFaults(head, listsDigest(kind, value), value.digest));
  yield step("seed", [...nonceFaults(head), ...seedFaults(head)]);
  const place = yield* placed(kind, value, identity, frame);
  if (place.verdict) { yield { verdict: place.verdict }; return; }
  const lot = lotOf(head, place.object);
  yield step("lot", [], lot.said);
  yield step("threshold", lot.gap ? [fault("threshold_gap", { stratum: place.object.stratum })] : [], lot.threshold);
  const listed = kind === "proof" ? value.drawn.some((object) => object.identity === identity) : null;
  if (listed !== null && listed !== lot.drawn) {
    yield step("listed", [fault(lot.drawn ? "listed_missing" : "listed_wrongly", { identity })]);
  }
  yield { verdict: lot.drawn ? "drawn" : "not_drawn" };
}

function step(name, faults, said = {}) { return { step: name, faults, said }; }

// Where the object stood in the frame, as a step; or the verdict that ends the question.
function* placed(kind, value, identity, frame) {
  const { head } = value;
  const { commitment } = head;
  if (kind === "ticket" && value.object.identity !== identity) return { verdict: "other_ticket" };
  const listed = kind === "ticket" ? value.object
    : [...value.drawn, ...value.next].find((object) => object.identity === identity);
  if (listed) {
    const wrong = pathFault(hasher(commitment.algorithm), commitment, rangesOf(commitment), listed);
    yield step("place", wrong ? [wrong] : [], placeSaid(commitment, listed, "path"));
    return { object: listed };
  }
  if (!frame) return { verdict: "unknown" };
  const walk = new FrameWalk(head, null, { wanted: identity });
  for (const progress of walk.walk(frame)) yield { check: "frame", ...progress };
  if (walk.faults.length) {
    yield step("place", walk.faults);
    return { verdict: "wrong_frame" };
  }
  if (!walk.found) return { verdict: "not_in_frame" };
  const object = { identity, ...walk.found };
  yield step("place", [], placeSaid(commitment, object, "frame"));
  return { object };
}

function placeSaid(commitment, object, by) {
  const { identity, stratum, weight, index } = object;
  return { identity, stratum, weight, line: index + 1, size: commitment.frame.size, by };
}

// The lot of an object and how it stands to the threshold, in figures that a person can follow.
function lotOf(head, object) {
  const { commitment } = head;
  const lots = new Lots(commitment.algorithm, bytesOf(head.seed));
  const hash = toHex(lots.of(utf8(object.identity)));
  const x = lots.x;
  const share = (Number(x) + 0.5) / TWO64;
  const weight = weightOf(object.weight);
  const place = commitment.strata.findIndex((stratum) => stratum.name === object.stratum);
  const said = { design: commitment.design, hash, first: hash.slice(0, 16), share: share.toFixed(9), weight: object.weight };
  if (commitment.design !== "fixed") {
    const below = bound(commitment.design, ratesOf(commitment).get(object.stratum) ?? 0n, weight);
    const drawn = x < below;
    return { drawn, said, threshold: { design: commitment.design, drawn, share: said.share, below: (Number(below) / TWO64).toFixed(9) } };
  }
  const key = keyOf(x, weight);
  const { last = null, next = null, drawn: count } = head.strata[place] ?? {};
  const drawn = last !== null && !beyond(key, hash, BigInt(last.key), last.hash);
  // Nobody can lie between the last drawn and the first not drawn: such a threshold is made up.
  const between = !drawn && next !== null && beyond(BigInt(next.key), next.hash, key, hash);
  const sample = commitment.strata[place]?.sample;
  return {
    drawn,
    gap: between || count !== sample || (last === null) !== (sample === 0),
    said: { ...said, key: String(key), rank: readable(key) },
    threshold: {
      design: "fixed", drawn, rank: readable(key), last: last ? readable(BigInt(last.key)) : "—",
      sample: commitment.strata[place]?.sample ?? 0, size: commitment.strata[place]?.size ?? 0,
    },
  };
}

// A key is −log2(lot)/weight in units of 2^−128 · 10^6.
function readable(key) {
  const rank = (Number(key) / TWO128) * 1e6;
  return rank !== 0 && rank < 1e-6 ? rank.toExponential(6) : rank.toFixed(9);
}
