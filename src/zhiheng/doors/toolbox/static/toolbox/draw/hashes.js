// The two hash algorithms that a draw may name, and bytes as hexadecimal text.
import { Sha256 } from "./sha256.js";
import { Sm3 } from "./sm3.js";

const KNOWN = { sm3: Sm3, sha256: Sha256 };
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

export const known = Object.keys(KNOWN);

export function hasher(name) {
  if (!Object.hasOwn(KNOWN, name)) throw new RangeError(`unknown hash algorithm: ${name}`);
  return new KNOWN[name]();
}

export function toHex(bytes) {
  let text = "";
  for (const byte of bytes) text += HEX[byte];
  return text;
}

// The 32 bytes that 64 lower-case hexadecimal digits stand for; null for anything else.
export function digestOf(text) {
  if (typeof text !== "string" || !/^[0-9a-f]{64}$/.test(text)) return null;
  return bytesOf(text);
}

export function bytesOf(text) {
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

export function same(left, right) {
  return left.length === right.length && left.every((byte, i) => byte === right[i]);
}
