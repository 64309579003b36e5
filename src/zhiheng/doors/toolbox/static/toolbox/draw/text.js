// What may stand in a text, a weight, a rate and a time: docs/topics/draw-proof.md, "Notation".

import { utf8 } from "./canonical.js";

const FORBIDDEN = [
  [0x0000, 0x001f], [0x007f, 0x00a0], [0x00ad, 0x00ad], [0x034f, 0x034f], [0x061c, 0x061c],
  [0x115f, 0x1160], [0x1680, 0x1680], [0x17b4, 0x17b5], [0x180b, 0x180f], [0x2000, 0x200f],
  [0x2028, 0x202f], [0x205f, 0x206f], [0x2800, 0x2800], [0x3000, 0x3000], [0x3164, 0x3164], [0xd800, 0xdfff],
  [0xfdd0, 0xfdef], [0xfe00, 0xfe0f], [0xfeff, 0xfeff], [0xffa0, 0xffa0], [0xfff0, 0xfffb],
  [0x1bca0, 0x1bca3], [0x1d173, 0x1d17a], [0xe0000, 0xe0fff],
];
const ASCII = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;
const CHARACTERS_MOST = 1000;
const NAME_BYTES_MOST = 255;

function allowed(code) {
  if ((code & 0xfffe) === 0xfffe) return false;
  return FORBIDDEN.every(([first, last]) => code < first || code > last);
}

export function isText(text) {
  if (typeof text !== "string" || text.length === 0) return false;
  if (ASCII.test(text)) return text.length <= CHARACTERS_MOST;
  if (text.startsWith(" ") || text.endsWith(" ") || text.normalize("NFC") !== text) return false;
  let count = 0;
  for (const character of text) {
    if (!allowed(character.codePointAt(0))) return false;
    count += 1;
  }
  return count <= CHARACTERS_MOST;
}

// A stratum or an identity: they stand in the frame's lines, which are counted in bytes.
export function isName(text) {
  return isText(text) && (text.length * 3 <= NAME_BYTES_MOST || utf8(text).length <= NAME_BYTES_MOST);
}

const WEIGHT = /^(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{0,5}[1-9])?$/;
const SUM = /^(?:0|[1-9][0-9]{0,29})(?:\.[0-9]{0,5}[1-9])?$/;
const RATE = /^(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{0,11}[1-9])?$/;

function scaled(text, form, digits) {
  if (typeof text !== "string" || !form.test(text)) return null;
  const [whole, part = ""] = text.split(".");
  return BigInt(whole + part.padEnd(digits, "0"));
}

function positive(number) { return number === 0n ? null : number; }

// Each of them as an integer, or null when it is not written as the format says.
export function weightOf(text) { return positive(scaled(text, WEIGHT, 6)); }
export function sumOf(text) { return positive(scaled(text, SUM, 6)); }
export function rateOf(text) { return scaled(text, RATE, 12); }

export function writtenSum(sum) {
  const digits = String(sum).padStart(7, "0");
  const part = digits.slice(-6).replace(/0+$/, "");
  return digits.slice(0, -6) + (part && `.${part}`);
}

const TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:Z|[+-](\d\d):(\d\d))$/;

export function isTime(text) {
  const found = typeof text === "string" && TIME.exec(text);
  if (!found) return false;
  const [year, month, day, hour, minute, second, hours = 0, minutes = 0] = found.slice(1).map((part) => Number(part ?? 0));
  const last = new Date(Date.UTC(2000, month, 0)).getUTCDate();
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = month === 2 && !leap ? 28 : last;
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= days
    && hour <= 23 && minute <= 59 && second <= 59 && hours <= 23 && minutes <= 59;
}
