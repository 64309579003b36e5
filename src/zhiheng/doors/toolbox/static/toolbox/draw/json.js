// JSON that keeps what hashing needs, and its one canonical text form.
//
// The browser's own parser reads 1.0 and 1 as the same number and loses digits of large integers, so a
// text that was hashed could not be written down again. Here an integer is a number or, beyond 2^53, a
// BigInt, and what was written with a point or an exponent is a Real. A key that comes twice and a
// lone surrogate are refused: two readers could see two different documents.

export class Real {
  constructor(value) { this.value = value; }
  valueOf() { return this.value; }
}

export class NotJson extends Error {
  constructor(why, at) { super(`${why} (at character ${at})`); this.why = why; this.at = at; }
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const SPACE = /[ \t\n\r]*/y;
const LONE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
const ESCAPED = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };
const DEPTH_MOST = 64;

export function parse(text) {
  let at = 0;

  function fail(why) { throw new NotJson(why, at); }
  function skip() { SPACE.lastIndex = at; SPACE.exec(text); at = SPACE.lastIndex; }

  function word(expected, value) {
    if (!text.startsWith(expected, at)) fail("unexpected text");
    at += expected.length;
    return value;
  }

  function number() {
    NUMBER.lastIndex = at;
    const found = NUMBER.exec(text);
    if (!found) fail("unexpected text");
    at = NUMBER.lastIndex;
    const written = found[0];
    if (found[1] || found[2]) {
      const value = Number(written);
      if (!Number.isFinite(value)) fail("a number that is too large");
      return new Real(value);
    }
    const value = Number(written);
    return Number.isSafeInteger(value) ? value + 0 : BigInt(written);
  }

  function string() {
    at += 1;
    let said = "";
    for (;;) {
      PLAIN.lastIndex = at;
      said += PLAIN.exec(text)[0];
      at = PLAIN.lastIndex;
      const mark = text[at];
      if (mark === '"') break;
      if (mark !== "\\") fail(mark === undefined ? "a text without its end" : "a control character in a text");
      said += escape(text[at + 1]);
    }
    at += 1;
    if (LONE.test(said)) fail("half a character");
    return said;
  }

  function escape(letter) {
    if (letter === "u") {
      const digits = text.slice(at + 2, at + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) fail("a broken escape");
      at += 6;
      return String.fromCharCode(parseInt(digits, 16));
    }
    if (!Object.hasOwn(ESCAPED, letter ?? "")) fail("a broken escape");
    at += 2;
    return ESCAPED[letter];
  }

  function list(depth) {
    const items = [];
    at += 1;
    skip();
    if (text[at] === "]") { at += 1; return items; }
    for (;;) {
      items.push(value(depth));
      skip();
      const mark = text[at];
      if (mark !== "," && mark !== "]") fail("a list without its end");
      at += 1;
      if (mark === "]") return items;
    }
  }

  function record(depth) {
    const fields = new Map();
    at += 1;
    skip();
    if (text[at] === "}") { at += 1; return fields; }
    for (;;) {
      skip();
      if (text[at] !== '"') fail("a record without its end");
      const name = string();
      if (fields.has(name)) fail(`the key ${name} comes twice`);
      skip();
      if (text[at] !== ":") fail("a key without its value");
      at += 1;
      fields.set(name, value(depth));
      skip();
      const mark = text[at];
      if (mark !== "," && mark !== "}") fail("a record without its end");
      at += 1;
      if (mark === "}") return fields;
    }
  }

  function value(depth) {
    if (depth > DEPTH_MOST) fail("nested too deeply");
    skip();
    switch (text[at]) {
      case "{": return record(depth + 1);
      case "[": return list(depth + 1);
      case '"': return string();
      case "t": return word("true", true);
      case "f": return word("false", false);
      case "n": return word("null", null);
      default: return number();
    }
  }

  const whole = value(0);
  skip();
  if (at !== text.length) fail("text after the end");
  return whole;
}

// The text that Python's json writes with sorted keys, no spaces, and letters as they are.
export function canonical(value) {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new TypeError("only whole numbers stand bare; others are a Real");
    return String(value);
  }
  if (value instanceof Real) return real(value.value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value instanceof Map) {
    const names = [...value.keys()].sort(byCodePoint);
    return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value.get(name))}`).join(",")}}`;
  }
  throw new TypeError("no JSON value");
}

// Python orders text by code points; the language here by halves of UTF-16, which differs beyond U+FFFF.
export function byCodePoint(left, right) {
  for (let i = 0; ;) {
    const a = left.codePointAt(i), b = right.codePointAt(i);
    if (a === undefined || b === undefined) return (b === undefined ? 0 : -1) + (a === undefined ? 0 : 1);
    if (a !== b) return a - b;
    i += a > 0xffff ? 2 : 1;
  }
}

// A floating-point number as Python writes it: the shortest digits that lead back to it.
function real(value) {
  if (Object.is(value, -0)) return "-0.0";
  const [digits, power] = value.toExponential().split("e");
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16) {
    const sign = exponent < 0 ? "-" : "+";
    return `${digits}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  const written = value.toString();
  if (!written.includes("e")) return written.includes(".") ? written : `${written}.0`;
  return value.toFixed(Math.max(1, digits.replace(/[-.]/g, "").length - 1 - exponent));
}
