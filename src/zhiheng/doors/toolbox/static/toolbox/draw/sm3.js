// SM3 (GB/T 32905-2016), written from the standard. One instance is used again and again: a frame of
// a million objects needs three million digests, and the browser's own crypto neither knows SM3 nor
// answers at once.

const INITIAL = new Int32Array([
  0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e,
]);

// The constant of each round, already rotated by the number of the round.
const ROUND = Int32Array.from({ length: 64 }, (_, j) => {
  const t = j < 16 ? 0x79cc4519 : 0x7a879d8a;
  const by = j % 32;
  return by ? (t << by) | (t >>> (32 - by)) : t;
});

export class Sm3 {
  name = "sm3";
  #state = new Int32Array(8);
  #block = new Uint8Array(64);
  #view = new DataView(this.#block.buffer);
  #words = new Int32Array(68);
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
    for (let j = 16; j < 68; j += 1) {
      const third = w[j - 3];
      const x = w[j - 16] ^ w[j - 9] ^ ((third << 15) | (third >>> 17));
      const seventh = w[j - 13];
      w[j] = x ^ ((x << 15) | (x >>> 17)) ^ ((x << 23) | (x >>> 9))
        ^ ((seventh << 7) | (seventh >>> 25)) ^ w[j - 6];
    }
    let a = state[0], b = state[1], c = state[2], d = state[3];
    let e = state[4], f = state[5], g = state[6], h = state[7];
    for (let j = 0; j < 64; j += 1) {
      const a12 = (a << 12) | (a >>> 20);
      const s = (a12 + e + ROUND[j]) | 0;
      const ss1 = (s << 7) | (s >>> 25);
      const ff = j < 16 ? a ^ b ^ c : (a & b) | (a & c) | (b & c);
      const gg = j < 16 ? e ^ f ^ g : (e & f) | (~e & g);
      const tt1 = (ff + d + (ss1 ^ a12) + (w[j] ^ w[j + 4])) | 0;
      const tt2 = (gg + h + ss1 + w[j]) | 0;
      d = c;
      c = (b << 9) | (b >>> 23);
      b = a;
      a = tt1;
      h = g;
      g = (f << 19) | (f >>> 13);
      f = e;
      e = tt2 ^ ((tt2 << 9) | (tt2 >>> 23)) ^ ((tt2 << 17) | (tt2 >>> 15));
    }
    state[0] ^= a; state[1] ^= b; state[2] ^= c; state[3] ^= d;
    state[4] ^= e; state[5] ^= f; state[6] ^= g; state[7] ^= h;
  }
}
