// The secret number of a contributor, made in the browser: the number stays here, its fingerprint goes out.
// It is kept in this tab until the commitment is made, so that it can still be saved then.

import { bytesOf, digestOf, hasher, toHex } from "./hashes.js";
import { nonceHash } from "./lots.js";

const KEPT = "zhiheng-draw-number";
const at = (id) => document.getElementById(id);
const form = at("announce");
const field = at("f-nonce_hash");

function fingerprint(name, algorithm, number) { return toHex(nonceHash(hasher(algorithm), name, bytesOf(number))); }

function shown(number) {
  at("nonce").textContent = number;
  for (const id of ["keep", "again", "save"]) if (at(id)) at(id).hidden = false;
}

function owner() { return (at("f-authority")?.value ?? at("authority-name")?.textContent ?? "").trim(); }

function save() {
  const number = at("nonce").textContent;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([`${number}\n`], { type: "text/plain" }));
  link.download = "secret-number.txt";
  link.click();
  URL.revokeObjectURL(link.href);
}

// The fingerprint is bound to the name and the algorithm, so it follows when one of them is changed.
function bind() {
  const number = sessionStorage.getItem(KEPT);
  if (!number || !owner()) return;
  field.value = fingerprint(owner(), at("f-algorithm").value, number);
  field.readOnly = true;
  shown(number);
}

function make() {
  at("nameless").hidden = Boolean(owner());
  if (!owner()) { at("f-authority").focus(); return; }
  sessionStorage.setItem(KEPT, toHex(crypto.getRandomValues(new Uint8Array(32))));
  bind();
}

if (form) {
  at("offer").hidden = false;
  at("make").addEventListener("click", make);
  // A form that was refused comes back with the fingerprint of the number that is kept here.
  const number = sessionStorage.getItem(KEPT);
  if (!field.value || !number || fingerprint(owner(), at("f-algorithm").value, number) !== field.value) sessionStorage.removeItem(KEPT);
  else bind();
  for (const id of ["f-authority", "f-algorithm"]) at(id).addEventListener("change", bind);
  field.addEventListener("input", () => sessionStorage.removeItem(KEPT));
}

const made = at("fingerprint");
if (made) {
  const { hash, algorithm } = made.dataset;
  const number = sessionStorage.getItem(KEPT);
  if (number && digestOf(hash) && fingerprint(owner(), algorithm, number) === hash) shown(number);
  else if (at("nonce").textContent) at("save").hidden = false;
}
at("save")?.addEventListener("click", save);
