// The one text form of a document, and reading a file that must be in it.
//
// The browser's parser forgets how a number was written and takes the last of two equal keys. That does
// no harm here: what was read is written again canonically and must give the file, byte by byte.

const encoder = new TextEncoder();
const STRICT = { fatal: true, ignoreBOM: true };

export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const pairs = Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`);
    return `{${pairs.join(",")}}`;
  }
  return JSON.stringify(value);
}

export function utf8(text) { return encoder.encode(text); }

export class Unreadable extends Error {
  constructor(code) { super(code); this.code = code; }
}

// The document of a file, whether it is written canonically with one line feed after it, and its text.
export function read(bytes) {
  let text, value;
  try { text = new TextDecoder("utf-8", STRICT).decode(bytes); } catch { throw new Unreadable("not_utf8"); }
  try { value = JSON.parse(text); } catch { throw new Unreadable("not_json"); }
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw new Unreadable("not_json");
  return { value, text };
}
