// The form of a proof and of a ticket: exactly these keys, types and writings, at every depth. What passes
// here may be computed with; the checks after it need not ask again what a value is.

import { digestOf, known } from "./hashes.js";
import { isName, isText, isTime, rateOf, sumOf, weightOf } from "./text.js";

export const PROOF = "zhiheng-draw/1";
export const TICKET = "zhiheng-draw-ticket/1";
const ONE = 10n ** 12n;
const FAULTS_MOST = 20;

const COMMITMENT = ["algorithm", "authority", "beacon", "design", "exclusions", "format", "frame", "redraw_of", "strata", "time", "title", "witnesses"];
const isCount = (value) => Number.isSafeInteger(value) && value >= 0;
const isDigest = (value) => digestOf(value) !== null;
const isKey = (value) => typeof value === "string" && /^(?:0|[1-9][0-9]{0,59})$/.test(value);
const isPath = (value) => typeof value === "string" && /^(?:[0-9a-f]{64}){0,64}$/.test(value);
const isShare = (value) => typeof value === "string" && /^(?:0\.[0-9]{12}|1\.0{12})$/.test(value);
const isWeight = (value) => weightOf(value) !== null;

class Form {
  faults = [];

  // A fault at a place, named as in the file: head.commitment.strata[2].weight.
  wrong(code, place) {
    if (this.faults.length < FAULTS_MOST) this.faults.push({ code, params: { place } });
    return false;
  }

  holds(truth, place, code = "form_value") { return truth || this.wrong(code, place); }

  record(value, names, place) {
    if (value === null || typeof value !== "object" || Array.isArray(value)) return this.wrong("form_value", place);
    const found = Object.keys(value).sort();
    const wanted = [...names].sort();
    if (found.length === wanted.length && found.every((name, i) => name === wanted[i])) return true;
    const odd = found.find((name) => !wanted.includes(name)) ?? wanted.find((name) => !found.includes(name));
    return this.wrong("form_keys", `${place}.${odd}`);
  }

  list(value, place, each) {
    if (!Array.isArray(value)) return this.wrong("form_value", place);
    value.forEach((item, i) => each(item, `${place}[${i}]`));
    return true;
  }

  commitment(value, place) {
    if (!this.record(value, COMMITMENT, place)) return;
    this.holds(value.format === PROOF, `${place}.format`);
    this.holds(known.includes(value.algorithm), `${place}.algorithm`);
    this.holds(["fixed", "bernoulli", "poisson"].includes(value.design), `${place}.design`);
    this.holds(isText(value.title), `${place}.title`);
    this.holds(isTime(value.time), `${place}.time`);
    if (this.record(value.exclusions, ["count", "digest"], `${place}.exclusions`)) {
      this.holds(isCount(value.exclusions.count), `${place}.exclusions.count`);
      this.holds(isDigest(value.exclusions.digest), `${place}.exclusions.digest`);
    }
    if (this.record(value.frame, ["root", "size"], `${place}.frame`)) {
      this.holds(isDigest(value.frame.root), `${place}.frame.root`);
      this.holds(isCount(value.frame.size) && value.frame.size >= 1, `${place}.frame.size`);
    }
    this.#contributors(value, place);
    if (value.redraw_of !== null) this.#redraw(value.redraw_of, `${place}.redraw_of`);
    this.#strata(value, place);
  }

  #contributors(value, place) {
    const names = [];
    if (this.record(value.authority, ["name", "nonce_hash"], `${place}.authority`)) {
      this.holds(isText(value.authority.name), `${place}.authority.name`);
      this.holds(isDigest(value.authority.nonce_hash), `${place}.authority.nonce_hash`);
      names.push(value.authority.name);
    }
    this.list(value.witnesses, `${place}.witnesses`, (witness, at) => {
      if (!this.record(witness, ["name", "nonce_hash"], at)) return;
      this.holds(isText(witness.name), `${at}.name`);
      this.holds(witness.nonce_hash === null || isDigest(witness.nonce_hash), `${at}.nonce_hash`);
      names.push(witness.name);
    });
    this.holds(new Set(names).size === names.length, `${place}.witnesses`, "form_names");
    if (value.beacon !== null && this.record(value.beacon, ["source", "which"], `${place}.beacon`)) {
      this.holds(isText(value.beacon.source), `${place}.beacon.source`);
      this.holds(isText(value.beacon.which), `${place}.beacon.which`);
    }
    this.holds(value.beacon !== null || value.witnesses?.length > 0, `${place}.witnesses`, "form_alone");
  }

  #redraw(value, place) {
    if (!this.record(value, ["approver", "commitment", "proof", "reason"], place)) return;
    this.holds(isText(value.approver), `${place}.approver`);
    this.holds(isText(value.reason), `${place}.reason`);
    this.holds(isDigest(value.commitment), `${place}.commitment`);
    this.holds(value.proof === null || isDigest(value.proof), `${place}.proof`);
  }

  #strata(value, place) {
    const fixed = value.design === "fixed";
    const wanted = ["name", fixed ? "sample" : "rate", "size", "weight"];
    let total = 0;
    let before = null;
    this.list(value.strata, `${place}.strata`, (stratum, at) => {
      if (!this.record(stratum, wanted, at)) return;
      if (!this.holds(isName(stratum.name), `${at}.name`)) return;
      this.holds(before === null || byBytes(before, stratum.name) < 0, `${at}.name`, "form_order");
      before = stratum.name;
      this.holds(isCount(stratum.size) && stratum.size >= 1, `${at}.size`);
      this.holds(sumOf(stratum.weight) !== null, `${at}.weight`);
      if (fixed) this.holds(isCount(stratum.sample) && stratum.sample <= stratum.size, `${at}.sample`);
      else this.holds(this.#rate(value.design, stratum.rate), `${at}.rate`);
      total += stratum.size;
    });
    this.holds(total === value.frame?.size, `${place}.frame.size`, "form_sizes");
  }

  #rate(design, text) {
    const rate = rateOf(text);
    return rate !== null && (design !== "bernoulli" || rate <= ONE);
  }

  head(value, place) {
    if (!this.record(value, ["commitment", "nonces", "seed", "strata"], place)) return;
    this.commitment(value.commitment, `${place}.commitment`);
    this.holds(isDigest(value.seed), `${place}.seed`);
    if (this.record(value.nonces, ["authority", "beacon", "witnesses"], `${place}.nonces`)) {
      this.holds(isDigest(value.nonces.authority), `${place}.nonces.authority`);
      this.holds(value.nonces.beacon === null || isText(value.nonces.beacon), `${place}.nonces.beacon`);
      this.list(value.nonces.witnesses, `${place}.nonces.witnesses`, (nonce, at) => this.holds(isDigest(nonce), at));
    }
    const fixed = value.commitment?.design === "fixed";
    const wanted = fixed ? ["drawn", "inclusion", "last", "next"] : ["drawn", "inclusion"];
    const counted = this.list(value.strata, `${place}.strata`, (entry, at) => {
      if (!this.record(entry, wanted, at)) return;
      this.holds(isCount(entry.drawn), `${at}.drawn`);
      this.holds(["exact", "integral"].includes(entry.inclusion), `${at}.inclusion`);
      if (!fixed) return;
      for (const name of ["last", "next"]) if (entry[name] !== null) this.#rank(entry[name], `${at}.${name}`);
    });
    if (counted) this.holds(value.strata.length === value.commitment?.strata?.length, `${place}.strata`);
  }

  #rank(value, place) {
    if (!this.record(value, ["hash", "key"], place)) return;
    this.holds(isDigest(value.hash), `${place}.hash`);
    this.holds(isKey(value.key), `${place}.key`);
  }

  line(value, place) {
    this.holds(isName(value.identity), `${place}.identity`);
    this.holds(isName(value.stratum), `${place}.stratum`);
    this.holds(isWeight(value.weight), `${place}.weight`);
    this.holds(isCount(value.index), `${place}.index`);
    this.holds(isPath(value.path), `${place}.path`);
  }

  object(value, fixed, place) {
    const wanted = ["hash", "identity", "inclusion", "index", "path", "stratum", "weight"];
    if (!this.record(value, fixed ? [...wanted, "key"] : wanted, place)) return;
    this.line(value, place);
    this.holds(isDigest(value.hash), `${place}.hash`);
    this.holds(isShare(value.inclusion), `${place}.inclusion`);
    if (fixed) this.holds(isKey(value.key), `${place}.key`);
  }
}

// Text is ordered by its bytes in UTF-8, which is the order of code points.
export function byBytes(left, right) {
  for (let i = 0; ;) {
    const a = left.codePointAt(i), b = right.codePointAt(i);
    if (a === undefined || b === undefined) return (b === undefined ? 0 : -1) + (a === undefined ? 0 : 1);
    if (a !== b) return a - b;
    i += a > 0xffff ? 2 : 1;
  }
}

export function proofFaults(value) {
  const form = new Form();
  if (!form.record(value, ["digest", "drawn", "format", "head", "next"], "")) return form.faults;
  form.holds(value.format === PROOF, "format");
  form.holds(isDigest(value.digest), "digest");
  form.head(value.head, "head");
  const fixed = value.head?.commitment?.design === "fixed";
  for (const name of ["drawn", "next"]) form.list(value[name], name, (object, at) => form.object(object, fixed, at));
  return form.faults;
}

export function ticketFaults(value) {
  const form = new Form();
  if (!form.record(value, ["digest", "format", "head", "lists", "object"], "")) return form.faults;
  form.holds(value.format === TICKET, "format");
  form.holds(isDigest(value.digest), "digest");
  form.holds(isDigest(value.lists), "lists");
  form.head(value.head, "head");
  if (form.record(value.object, ["identity", "index", "path", "stratum", "weight"], "object")) form.line(value.object, "object");
  return form.faults;
}
