// SHA-256 (FIPS 180-4), in the same form as SM3. WebCrypto would need a promise for each of millions
// of digests.

// The first 32 bits of the fractional parts of the square and cube roots of the first primes.
function primes(count) {
  const found = [];
  for (let n = 2; found.length < count; n += 1) if (found.every((p) => n % p)) found.push(n);
  return found;
}

// floor(root(p) · 2^32) mod 2^32, by integers alone.
function fraction(prime, power) {
  const wanted = BigInt(prime) << BigInt(32 * power);
  let low = 0n, high = 1n << 40n;
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** BigInt(power) <= wanted) low = middle; else high = middle;
  }
  return Number(BigInt.asIntN(32, low));
}

const INITIAL = Int32Array.from(primes(8), (p) => fraction(p, 2));
const ROUND = Int32Array.from(primes(64), (p) => fraction(p, 3));

export class Sha256 {
  name = "sha256";
  #state = new Int32Array(8);
  #block = new Uint8Array(64);
  #view = new DataView(this.#block.buffer);
  #words = new Int32Array(64);
  #filled = 0;
  #length = 0;

  constructor() { this.reset(); }

  reset() {
    this.#state.set(INITIAL);
    this.#filled = 0;
    this.#length = 0;
    return this;
  }

  update(bytes, from = 0, to = bytes.length) {
    const block = this.#block;
    let filled = this.#filled;
    this.#length += to - from;
    for (let i = from; i < to; i += 1) {
      block[filled] = bytes[i];
      filled += 1;
      if (filled === 64) { this.#compress(); filled = 0; }
    }
    this.#filled = filled;
    return this;
  }

  byte(value) {
    this.#block[this.#filled] = value;
    this.#filled += 1;
    this.#length += 1;
    if (this.#filled === 64) { this.#compress(); this.#filled = 0; }
    return this;
  }

  // Writes the 32 bytes of the digest to `out` from `at` on, and is ready for the next message.
  finish(out = new Uint8Array(32), at = 0) {
    const block = this.#block;
    let filled = this.#filled;
    block[filled] = 0x80;
    filled += 1;
    if (filled > 56) { block.fill(0, filled); this.#compress(); filled = 0; }
    block.fill(0, filled, 56);
    this.#view.setUint32(56, Math.floor(this.#length / 0x20000000));
    this.#view.setUint32(60, (this.#length << 3) >>> 0);
    this.#compress();
    const state = this.#state;
    for (let i = 0, place = at; i < 8; i += 1, place += 4) {
      const word = state[i];
      out[place] = word >>> 24;
      out[place + 1] = word >>> 16;
      out[place + 2] = word >>> 8;
      out[place + 3] = word;
    }
    this.reset();
    return out;
  }

  #compress() {
    const w = this.#words, view = this.#view, state = this.#state;
    for (let j = 0; j < 16; j += 1) w[j] = view.getInt32(j * 4);
    for (let j = 16; j < 64; j += 1) {
      const x = w[j - 15], y = w[j - 2];
      const small0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const small1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[j] = (w[j - 16] + small0 + w[j - 7] + small1) | 0;
    }
    let a = state[0], b = state[1], c = state[2], d = state[3];
    let e = state[4], f = state[5], g = state[6], h = state[7];
    for (let j = 0; j < 64; j += 1) {
      const big1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t1 = (h + big1 + ((e & f) ^ (~e & g)) + ROUND[j] + w[j]) | 0;
      const big0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (big0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + t1) | 0;
      d = c; c = b; b = a; a = (t1 + t2) | 0;
    }
    state[0] += a; state[1] += b; state[2] += c; state[3] += d;
    state[4] += e; state[5] += f; state[6] += g; state[7] += h;
  }
}
