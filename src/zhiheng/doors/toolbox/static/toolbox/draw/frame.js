// One walk through a frame file: its form, its root, its strata, and the lot of every object in it.
//
// A million objects are walked in some seconds because nothing is made into text that need not be:
// lines stay bytes, weights are whole numbers below 2^53, and a logarithm is taken exactly only where the
// floating-point one comes within GUARD of the threshold, which is a million times its error.

import { fault } from "./checks.js";
import { utf8 } from "./canonical.js";
import { bytesOf, hasher, same, toHex } from "./hashes.js";
import { beyond, bound, keyOf, Lots, ratesOf } from "./lots.js";
import { Root } from "./merkle.js";
import { isName, weightOf, writtenSum } from "./text.js";

const LF = 10, TAB = 9, SPACE = 32;
const GUARD = 1e-8;
const TWO128 = 2 ** 128;
const SAFE = 2 ** 52;
const FAULTS_MOST = 20;
const EVERY = 20000;
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

// A stratum as the walk finds it, beside what the commitment says of it.
class Stratum {
  size = 0;
  alike = true;
  weight = 0;
  #sum = 0n;
  #part = 0;
  best = null;

  constructor(name, stated, entry, rate) {
    this.name = name;
    this.stated = stated;
    this.last = entry?.last ?? null;
    this.lastKey = this.last && BigInt(this.last.key);
    this.lastRough = this.last ? Number(this.lastKey) / TWO128 : -1;
    this.rate = rate;
    this.bounds = new Map();
  }

  add(weight) {
    if (this.size === 0) this.weight = weight; else if (weight !== this.weight) this.alike = false;
    this.size += 1;
    this.#part += weight;
    if (this.#part > SAFE) { this.#sum += BigInt(this.#part); this.#part = 0; }
  }

  get sum() { return this.#sum + BigInt(this.#part); }
}

export class FrameWalk {
  faults = [];
  redrawn = [];
  inside = [];
  found = null;
  strata = new Map();
  size = 0;

  // `head`: of the proof; `drawn`: its list, or null when only the frame is asked about;
  // `wanted`: an identity to look for; `excluded`: identities that must not stand here.
  constructor(head, drawn = null, { wanted = null, excluded = null } = {}) {
    this.head = head;
    this.fixed = head.commitment.design === "fixed";
    this.drawn = drawn && new Map(drawn.map((object) => [object.identity, object]));
    this.matched = 0;
    this.wanted = wanted === null ? null : utf8(wanted);
    this.excluded = excluded;
    this.lots = new Lots(head.commitment.algorithm, bytesOf(head.seed));
    this.root = new Root(hasher(head.commitment.algorithm));
    this.rates = ratesOf(head.commitment);
    this.stated = new Map(head.commitment.strata.map((stratum, i) => [stratum.name, [stratum, head.strata[i]]]));
    this.weights = new Map();
    this.stratum = null;
    this.nameBytes = new Uint8Array(0);
  }

  * walk(file) {
    yield { done: 0, total: this.head.commitment.frame.size };
    const { bytes, total } = ordered(file);
    this.prefixes = new Float64Array(total + 1);
    let from = 0;
    while (from < bytes.length) {
      const end = bytes.indexOf(LF, from);
      if (!this.#line(bytes, from, end)) break;
      from = end + 1;
      if (this.size % EVERY === 0) yield { done: this.size, total };
    }
    if (this.faults.length === 0) yield* this.#unique(bytes, total);
    this.#compare();
  }

  #wrong(code, params) { if (this.faults.length < FAULTS_MOST) this.faults.push(fault(code, params)); }

  // A line that is no object ends the walk: what comes after it would be counted wrongly.
  #line(bytes, from, end) {
    const first = bytes.indexOf(TAB, from);
    const second = first < 0 ? -1 : bytes.indexOf(TAB, first + 1);
    const number = this.size + 1;
    if (second < 0 || second >= end) { this.#wrong("frame_line", { line: number }); return false; }
    const weight = this.#weight(bytes, second + 1, end);
    if (weight === 0 || !isPlain(bytes, first + 1, second) || !this.#enter(bytes, from, first)) {
      this.#wrong("frame_line", { line: number });
      return false;
    }
    this.root.add(bytes, from, end);
    this.stratum.add(weight);
    this.#lot(bytes, first + 1, second, weight);
    this.size += 1;
    return true;
  }

  // The stratum of the line; it is looked up only where it changes.
  #enter(bytes, from, end) {
    const known = this.nameBytes;
    if (known.length === end - from && this.stratum && known.every((byte, i) => byte === bytes[from + i])) return true;
    if (!isPlain(bytes, from, end)) return false;
    const name = decoder.decode(bytes.subarray(from, end));
    if (!this.strata.has(name)) {
      const [stated = null, entry = null] = this.stated.get(name) ?? [];
      this.strata.set(name, new Stratum(name, stated, entry, this.rates.get(name) ?? 0n));
    }
    this.stratum = this.strata.get(name);
    this.nameBytes = bytes.slice(from, end);
    return true;
  }

  #weight(bytes, from, end) {
    let text = "";
    for (let i = from; i < end && i - from < 20; i += 1) text += String.fromCharCode(bytes[i]);
    let weight = this.weights.get(text);
    if (weight === undefined) {
      weight = end - from > 16 ? 0 : Number(weightOf(text) ?? 0n);
      if (this.weights.size < 100000) this.weights.set(text, weight);
    }
    return weight;
  }

  #lot(bytes, from, end, weight) {
    const { lots, stratum, wanted } = this;
    const digest = lots.of(bytes, from, end);
    this.prefixes[this.size] = lots.view.getUint32(0) * 2097152 + (lots.view.getUint32(4) >>> 11);
    if (wanted && end - from === wanted.length && wanted.every((byte, i) => byte === bytes[from + i])) {
      this.found = { stratum: stratum.name, index: this.size, weight: writtenSum(BigInt(weight)) };
    }
    if (this.excluded && this.excluded.has(decoder.decode(bytes.subarray(from, end)))) {
      this.inside.push(fault("exclusions_inside", { identity: decoder.decode(bytes.subarray(from, end)) }));
    }
    if (!this.drawn || !stratum.stated) return;
    const hit = this.fixed ? this.#within(stratum, weight, digest) : lots.x < this.#bound(stratum, weight);
    if (hit) this.#drawn(decoder.decode(bytes.subarray(from, end)));
    else if (this.fixed) this.#nearest(stratum, weight, digest, bytes, from, end);
  }

  #bound(stratum, weight) {
    let found = stratum.bounds.get(weight);
    if (found === undefined) {
      found = bound(this.head.commitment.design, stratum.rate, BigInt(weight));
      if (stratum.bounds.size < 100000) stratum.bounds.set(weight, found);
    }
    return found;
  }

  // Whether the object's rank is at most that of the last drawn.
  #within(stratum, weight, digest) {
    if (stratum.last === null) return false;
    const distance = this.lots.roughLogarithm - stratum.lastRough * weight;
    if (distance > GUARD) return false;
    if (distance < -GUARD) return true;
    return !beyond(keyOf(this.lots.x, BigInt(weight)), toHex(digest), stratum.lastKey, stratum.last.hash);
  }

  // Keeps the object with the smallest rank among those not drawn.
  #nearest(stratum, weight, digest, bytes, from, end) {
    const rough = this.lots.roughLogarithm;
    if (stratum.best && (rough - GUARD) / weight > stratum.best.upper) return;
    const key = keyOf(this.lots.x, BigInt(weight));
    const hash = toHex(digest);
    if (stratum.best && beyond(key, hash, stratum.best.key, stratum.best.hash)) return;
    const identity = decoder.decode(bytes.subarray(from, end));
    stratum.best = { key, hash, identity, upper: (rough + GUARD) / weight };
  }

  #drawn(identity) {
    const object = this.drawn.get(identity);
    if (object === undefined) this.#differs("redrawn_missing", { identity, line: this.size + 1 });
    else if (object.index !== this.size) this.#differs("redrawn_place", { identity, line: this.size + 1, stated: object.index + 1 });
    else this.matched += 1;
  }

  #differs(code, params) { if (this.redrawn.length < FAULTS_MOST) this.redrawn.push(fault(code, params)); }

  // The same identity has the same lot, so equal lots are looked for, and only those are read as text.
  * #unique(bytes, total) {
    yield { done: this.size, total };
    const sorted = this.prefixes.slice(0, this.size).sort();
    const twice = new Set();
    for (let i = 1; i < sorted.length; i += 1) if (sorted[i] === sorted[i - 1]) twice.add(sorted[i]);
    if (twice.size === 0) return;
    const seen = new Set();
    for (let from = 0, number = 0; from < bytes.length; number += 1) {
      const end = bytes.indexOf(LF, from);
      if (twice.has(this.prefixes[number])) {
        const identity = decoder.decode(bytes.subarray(from, end)).split("\t")[1];
        if (seen.has(identity)) this.#wrong("frame_twice", { identity, line: number + 1 });
        seen.add(identity);
      }
      from = end + 1;
    }
  }

  #compare() {
    const { commitment } = this.head;
    const root = this.root.value();
    if (!same(root, bytesOf(commitment.frame.root))) this.#wrong("frame_root", { found: toHex(root), stated: commitment.frame.root });
    if (this.size !== commitment.frame.size) this.#wrong("frame_size", { found: this.size, stated: commitment.frame.size });
    for (const stratum of commitment.strata) {
      const found = this.strata.get(stratum.name);
      if (found?.size !== stratum.size || writtenSum(found.sum) !== stratum.weight) {
        this.#wrong("frame_stratum", { stratum: stratum.name, found: found?.size ?? 0, stated: stratum.size, weight: found ? writtenSum(found.sum) : "—", weight_stated: stratum.weight });
      }
    }
    for (const name of this.strata.keys()) if (!this.stated.has(name)) this.#wrong("frame_unknown", { stratum: name });
  }

  // What drawing again gives, beside the lists of the proof.
  redrawnFaults(proof) {
    const faults = [...this.redrawn];
    if (this.matched !== proof.drawn.length) faults.push(fault("redrawn", { found: this.matched, stated: proof.drawn.length }));
    if (!this.fixed) return faults;
    const next = new Map(proof.next.map((object) => [object.stratum, object.identity]));
    for (const stratum of this.strata.values()) {
      const found = stratum.best?.identity ?? "—", stated = next.get(stratum.name) ?? "—";
      if (found !== stated) faults.push(fault("redrawn_next", { stratum: stratum.name, found, stated }));
    }
    return faults.slice(0, FAULTS_MOST);
  }
}

// The lines in the order of their bytes, each with its end, and how many they are. A file that is in order,
// as it is when nobody opened it in a spreadsheet, is not copied.
function ordered(file) {
  let bytes = file;
  if (bytes.length && bytes[bytes.length - 1] !== LF) {
    bytes = new Uint8Array(file.length + 1);
    bytes.set(file);
    bytes[file.length] = LF;
  }
  const ends = [];
  let sorted = true;
  for (let from = 0, last = -1; from < bytes.length;) {
    const end = bytes.indexOf(LF, from);
    if (last >= 0 && compare(bytes, last, from - 1, from, end) > 0) sorted = false;
    ends.push(end);
    last = from;
    from = end + 1;
  }
  if (sorted) return { bytes, total: ends.length };
  const start = (line) => (line ? ends[line - 1] + 1 : 0);
  const lines = ends.map((_, line) => line);
  lines.sort((left, right) => compare(bytes, start(left), ends[left], start(right), ends[right]));
  const mended = new Uint8Array(bytes.length);
  let at = 0;
  for (const line of lines) {
    const one = bytes.subarray(start(line), ends[line] + 1);
    mended.set(one, at);
    at += one.length;
  }
  return { bytes: mended, total: ends.length };
}

// Whether a field is written as the format says; letters beyond ASCII are rare in codes, and dear to look at.
function isPlain(bytes, from, end) {
  if (end === from || end - from > 255 || bytes[from] === SPACE || bytes[end - 1] === SPACE) return false;
  for (let i = from; i < end; i += 1) {
    const byte = bytes[i];
    if (byte > 126) return isWritten(bytes.subarray(from, end));
    if (byte < SPACE) return false;
  }
  return true;
}

function isWritten(bytes) {
  try { return isName(decoder.decode(bytes)); } catch { return false; }
}

function compare(bytes, from, end, otherFrom, otherEnd) {
  const shorter = Math.min(end - from, otherEnd - otherFrom);
  for (let i = 0; i < shorter; i += 1) {
    const difference = bytes[from + i] - bytes[otherFrom + i];
    if (difference) return difference;
  }
  return end - from - (otherEnd - otherFrom);
}
