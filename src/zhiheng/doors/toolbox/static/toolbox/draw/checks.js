// The checks of a proof, by the names that all verifiers use. Each answers a list of faults; none means passed.
// They stand in the order in which they lean on each other, and expect the form to be right.

import { canonical, utf8 } from "./canonical.js";
import { byBytes } from "./form.js";
import { bytesOf, digestOf, hasher, same, toHex } from "./hashes.js";
import { beyond, bound, keyOf, Lots, nonceHash, ratesOf, seedOf, tagged } from "./lots.js";
import { includes } from "./merkle.js";
import { sumOf, weightOf } from "./text.js";

const FAULTS_MOST = 20;
const ONE = 10n ** 12n;
const TWO64 = 1n << 64n;

export function fault(code, params = {}) { return { code, params }; }

export function listsOf(hash, proof) {
  return tagged(hash, "lists", utf8(canonical(proof.drawn)), utf8(canonical(proof.next)));
}

export function digestFaults(head, lists, digest) {
  const hash = hasher(head.commitment.algorithm);
  const found = toHex(tagged(hash, "proof", utf8(canonical(head)), lists));
  return found === digest ? [] : [fault("digest", { found, stated: digest })];
}

export function nonceFaults(head) {
  const { commitment, nonces } = head;
  const hash = hasher(commitment.algorithm);
  const faults = [];
  const owners = [commitment.authority, ...commitment.witnesses];
  const given = [nonces.authority, ...nonces.witnesses];
  if (owners.length !== given.length) {
    faults.push(fault("nonces_count", { wanted: owners.length - 1, found: given.length - 1 }));
  }
  owners.slice(0, given.length).forEach((owner, i) => {
    const bound = digestOf(owner.nonce_hash);
    if (bound && !same(nonceHash(hash, owner.name, bytesOf(given[i])), bound)) faults.push(fault("nonces_hash", { name: owner.name }));
  });
  if ((commitment.beacon === null) !== (nonces.beacon === null)) faults.push(fault("nonces_beacon"));
  return faults;
}

export function seedFaults(head) {
  const found = toHex(seedOf(hasher(head.commitment.algorithm), head.commitment, head.nonces));
  return found === head.seed ? [] : [fault("seed", { found, stated: head.seed })];
}

export function countFaults(proof) {
  const { commitment, strata } = proof.head;
  const counts = new Map(commitment.strata.map((stratum) => [stratum.name, 0]));
  const faults = [];
  for (const object of proof.drawn) {
    if (counts.has(object.stratum)) counts.set(object.stratum, counts.get(object.stratum) + 1);
    else faults.push(fault("counts_stratum", { identity: object.identity, stratum: object.stratum }));
  }
  commitment.strata.forEach((stratum, i) => {
    const found = counts.get(stratum.name);
    const wanted = stratum.sample ?? strata[i].drawn;
    if (found !== strata[i].drawn || found !== wanted) {
      faults.push(fault("counts", { stratum: stratum.name, found, stated: strata[i].drawn, wanted }));
    }
  });
  return faults.slice(0, FAULTS_MOST);
}

// Where the lines of each stratum stand: [first, one after the last].
export function rangesOf(commitment) {
  let first = 0;
  return new Map(commitment.strata.map((stratum) => {
    const range = [first, first + stratum.size];
    first += stratum.size;
    return [stratum.name, range];
  }));
}

export function lineOf(object) { return `${object.stratum}\t${object.identity}\t${object.weight}`; }

export function pathFault(hash, commitment, ranges, object) {
  const { identity, index } = object;
  const [first, end] = ranges.get(object.stratum) ?? [0, 0];
  if (index < first || index >= end) return fault("paths_range", { identity, index, stratum: object.stratum });
  const siblings = object.path.match(/.{64}/g) ?? [];
  const { root, size } = commitment.frame;
  const leads = includes(hash, bytesOf(root), utf8(lineOf(object)), index, size, siblings.map(bytesOf));
  return leads ? null : fault("paths_root", { identity, index });
}

export function* pathFaults(proof) {
  const { commitment } = proof.head;
  const hash = hasher(commitment.algorithm);
  const ranges = rangesOf(commitment);
  const objects = [...proof.drawn, ...proof.next];
  const faults = [];
  const seen = new Set();
  for (const [done, object] of objects.entries()) {
    const wrong = pathFault(hash, commitment, ranges, object);
    if (wrong) faults.push(wrong);
    if (seen.has(object.identity)) faults.push(fault("paths_twice", { identity: object.identity }));
    seen.add(object.identity);
    if (done % 500 === 0) yield { done, total: objects.length };
  }
  const placed = [...objects].sort((left, right) => left.index - right.index);
  placed.slice(1).forEach((object, i) => {
    const before = placed[i];
    const ascends = before.index < object.index && byBytes(lineOf(before), lineOf(object)) < 0;
    if (!ascends) faults.push(fault("paths_order", { identity: object.identity, index: object.index }));
  });
  return faults.slice(0, FAULTS_MOST);
}

export function* keyFaults(proof) {
  const { commitment, seed } = proof.head;
  const lots = new Lots(commitment.algorithm, bytesOf(seed));
  const objects = [...proof.drawn, ...proof.next];
  const faults = [];
  for (const [done, object] of objects.entries()) {
    const hash = toHex(lots.of(utf8(object.identity)));
    if (hash !== object.hash) faults.push(fault("keys_hash", { identity: object.identity }));
    if (commitment.design === "fixed") {
      const key = String(keyOf(lots.x, weightOf(object.weight)));
      if (key !== object.key) faults.push(fault("keys_key", { identity: object.identity, found: key, stated: object.key }));
    }
    if (done % 500 === 0) yield { done, total: objects.length };
  }
  return faults.slice(0, FAULTS_MOST);
}

export function orderFaults(proof) {
  const { commitment } = proof.head;
  const places = new Map(commitment.strata.map((stratum, i) => [stratum.name, i]));
  const faults = [];
  for (const name of ["drawn", "next"]) {
    const found = proof[name].map((object) => places.get(object.stratum) ?? -1);
    if (found.some((place, i) => place < (found[i - 1] ?? 0))) faults.push(fault("order_strata", { list: name }));
  }
  faults.push(...(commitment.design === "fixed" ? fixedOrder(proof) : boundedOrder(proof)));
  return faults.slice(0, FAULTS_MOST);
}

function grouped(objects) {
  const groups = new Map();
  for (const object of objects) {
    if (!groups.has(object.stratum)) groups.set(object.stratum, []);
    groups.get(object.stratum).push(object);
  }
  return groups;
}

function fixedOrder(proof) {
  const { commitment, strata } = proof.head;
  const drawn = grouped(proof.drawn), next = grouped(proof.next);
  const faults = [];
  const after = (left, right) => beyond(BigInt(left.key), left.hash, BigInt(right.key), right.hash);
  const fits = (entry, object) => (object ? entry !== null && entry.key === object.key && entry.hash === object.hash : entry === null);
  commitment.strata.forEach((stratum, i) => {
    const mine = drawn.get(stratum.name) ?? [], others = next.get(stratum.name) ?? [];
    const { last, next: first } = strata[i];
    const said = { stratum: stratum.name };
    if (mine.slice(1).some((object, j) => !after(object, mine[j]))) faults.push(fault("order_rank", said));
    if (!fits(last, mine.at(-1))) faults.push(fault("order_last", said));
    if (others.length !== (mine.length < stratum.size ? 1 : 0) || !fits(first, others[0])) faults.push(fault("order_next", said));
    if (last !== null && first !== null && !after(first, last)) faults.push(fault("order_beyond", said));
  });
  return faults;
}

function boundedOrder(proof) {
  const { commitment } = proof.head;
  const rates = ratesOf(commitment);
  const faults = [];
  if (proof.next.length) faults.push(fault("order_next", { stratum: proof.next[0].stratum }));
  for (const [stratum, objects] of grouped(proof.drawn)) {
    if (objects.slice(1).some((object, i) => object.index <= objects[i].index)) faults.push(fault("order_rank", { stratum }));
    if (!rates.has(stratum)) continue;
    for (const object of objects) {
      const x = BigInt(`0x${object.hash.slice(0, 16)}`);
      if (x >= bound(commitment.design, rates.get(stratum), weightOf(object.weight))) faults.push(fault("order_bound", { identity: object.identity }));
    }
  }
  return faults;
}

function written(numerator, denominator) {
  const parts = (2n * numerator * ONE + denominator) / (2n * denominator);
  const digits = String(parts).padStart(13, "0");
  return `${digits.slice(0, -12)}.${digits.slice(-12)}`;
}

// Whether nobody or everybody of the stratum is drawn, whatever the weights.
function isCertain(stratum) { return stratum.sample === 0 || stratum.sample === stratum.size; }

// The exact probability of an object as it must be written; null where it is an integral.
function exactShare(commitment, stratum, rate, weight) {
  if (commitment.design !== "fixed") return written(bound(commitment.design, rate, weight), TWO64);
  const alike = sumOf(stratum.weight) === weight * BigInt(stratum.size);
  return alike || isCertain(stratum) ? written(BigInt(stratum.sample), BigInt(stratum.size)) : null;
}

// Integrals are only looked at here; whether the stratum has one weight is known with the frame (`weights`).
export function inclusionFaults(proof, weights = null) {
  const { commitment, strata } = proof.head;
  const rates = ratesOf(commitment);
  const places = new Map(commitment.strata.map((stratum, i) => [stratum.name, i]));
  const faults = [];
  commitment.strata.forEach((stratum, i) => {
    const exact = commitment.design !== "fixed" || isCertain(stratum) || weights?.get(stratum.name)?.alike;
    if (exact !== undefined && (exact ? "exact" : "integral") !== strata[i].inclusion) faults.push(fault("inclusion_kind", { stratum: stratum.name }));
  });
  for (const object of [...proof.drawn, ...proof.next]) {
    const place = places.get(object.stratum);
    if (place === undefined || strata[place].inclusion !== "exact") continue;
    const wanted = exactShare(commitment, commitment.strata[place], rates.get(object.stratum), weightOf(object.weight));
    if (object.inclusion !== wanted) faults.push(fault("inclusion", { identity: object.identity, stated: object.inclusion, wanted: wanted ?? "—" }));
  }
  return faults.slice(0, FAULTS_MOST);
}

export function hasIntegrals(proof) { return proof.head.strata.some((entry) => entry.inclusion === "integral"); }
