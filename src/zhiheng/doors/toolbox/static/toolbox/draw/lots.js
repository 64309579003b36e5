// From the commitment and the nonces to the lot of each object: docs/topics/draw-proof.md, "Seed and keys".

import { canonical, utf8 } from "./canonical.js";
import { bytesOf, hasher, toHex } from "./hashes.js";
import { rateOf } from "./text.js";

const TWO64 = 1n << 64n;
const TWO128 = 1n << 128n;

// T(label, p1, …): the label and every part stand behind their length, so no two lists of parts meet.
export function tagged(hash, label, ...parts) {
  const length = new Uint8Array(4);
  for (const part of [utf8(`zhiheng-draw/1 ${label}`), ...parts]) {
    new DataView(length.buffer).setUint32(0, part.length);
    hash.update(length).update(part);
  }
  return hash.finish();
}

export function nonceHash(hash, owner, nonce) { return tagged(hash, "nonce", utf8(owner), nonce); }

export function commitmentDigest(hash, commitment) {
  return tagged(hash, "commitment", utf8(canonical(commitment)));
}

export function seedOf(hash, commitment, nonces) {
  const parts = [commitmentDigest(hash, commitment), bytesOf(nonces.authority), ...nonces.witnesses.map(bytesOf)];
  if (nonces.beacon !== null) parts.push(utf8(nonces.beacon));
  return tagged(hash, "seed", ...parts);
}

// −log2((2x + 1) / 2^65) in units of 2^−64, by integers, the same in every language.
export function logarithm(x) {
  const m = 2n * x + 1n;
  const e = BigInt(m.toString(2).length - 1);
  let y = m << (127n - e);
  let f = 0n;
  for (let i = 0; i < 64; i += 1) {
    y = (y * y) >> 127n;
    f <<= 1n;
    if (y >= TWO128) { y >>= 1n; f += 1n; }
  }
  return 65n * TWO64 - ((e << 64n) + f);
}

export function keyOf(x, weight) { return (logarithm(x) << 64n) / weight; }

// The bound below which x is drawn, for Bernoulli and Poisson designs.
export function bound(design, rate, weight) {
  if (design === "bernoulli") return (rate << 64n) / 10n ** 12n;
  const found = ((rate * weight) << 64n) / 10n ** 18n;
  return found < TWO64 ? found : TWO64;
}

// The lot of an identity under one seed.
export class Lots {
  constructor(algorithm, seed) {
    this.hash = hasher(algorithm);
    this.secret = tagged(this.hash, "key", seed);
    this.digest = new Uint8Array(32);
    this.view = new DataView(this.digest.buffer);
  }

  // The digest of an identity's bytes; it is overwritten by the next one.
  of(bytes, from = 0, to = bytes.length) {
    this.hash.update(this.secret).update(bytes, from, to);
    return this.hash.finish(this.digest);
  }

  get x() { return this.view.getBigUint64(0); }

  // −log2 of the lot as a floating-point number, with an error far below 10^−12.
  get roughLogarithm() {
    const m = (this.view.getUint32(0) * 4294967296 + this.view.getUint32(4)) * 2 + 1;
    return 65 - Math.log2(m);
  }
}

export function hexOf(lots, identity) { return toHex(lots.of(utf8(identity))); }

export function beyond(key, hash, otherKey, otherHash) {
  return key > otherKey || (key === otherKey && hash > otherHash);
}

export function ratesOf(commitment) {
  return new Map(commitment.strata.map((stratum) => [stratum.name, rateOf(stratum.rate)]));
}
