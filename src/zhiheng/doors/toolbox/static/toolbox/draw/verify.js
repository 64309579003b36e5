// The page on which a draw is checked: takes the files, lets the worker compute, and shows what it says in
// the words that came with the page. When this script does not run, the form goes to the server instead.

const form = document.getElementById("check");
const words = JSON.parse(document.getElementById("words").textContent);
const at = (id) => document.getElementById(id);
const number = new Intl.NumberFormat(document.documentElement.lang);
let worker = null;

function say(text, params = {}) {
  return text.replace(/%\((\w+)\)s/g, (_, name) => {
    const value = params[name];
    return typeof value === "number" ? number.format(value) : String(value ?? "—");
  });
}

function element(name, text, className = "") {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function state(name) { return at(`state-${name}`).content.cloneNode(true); }

function chosen(id) { return at(id).files[0] ?? null; }

function proofGiven() {
  const text = at("text").value.trim();
  return chosen("proof") ?? (text ? new Blob([`${text}\n`]) : null);
}

// What is missing is said at its field, and the field gets the focus.
function complain(id, text) {
  const field = at(`of-${id}`);
  field.classList.add("bad");
  const list = field.querySelector(".wrong") ?? field.appendChild(element("p", "", "wrong"));
  list.id = `${id}-wrong`;
  list.textContent = text;
  at(id).setAttribute("aria-invalid", "true");
  at(id).setAttribute("aria-describedby", `${id}-wrong ${id}-help`);
  at(id).focus();
}

function cleared() {
  for (const field of form.querySelectorAll(".field.bad")) {
    field.classList.remove("bad");
    field.querySelector(".wrong")?.remove();
    field.querySelector("[aria-invalid]").removeAttribute("aria-invalid");
  }
  for (const id of ["said", "facts", "steps"]) at(id).replaceChildren();
  for (const id of ["facts", "steps", "checks"]) at(id).hidden = true;
  for (const part of document.querySelectorAll("[data-part]")) part.replaceChildren();
  at("took").textContent = "";
}

function doing(news) {
  at("working").hidden = false;
  at("doing").textContent = news ? say(words.page.working, { check: words.checks[news.check] }) : words.page.reading;
  at("far").textContent = news?.total ? say(words.page.progress, news) : "";
  if (news?.total) { at("bar").max = news.total; at("bar").value = news.done; } else at("bar").removeAttribute("value");
}

function notice(tone, title, text) {
  const box = element("div", "", `notice ${tone}`);
  if (title) box.append(element("h3", title));
  box.append(element("p", text));
  at("said").append(box);
}

function facts(summary) {
  const { commitment } = summary;
  const page = words.page;
  const contributors = commitment.witnesses.map(({ name, nonce_hash: hash }) => (hash ? name : say(page.unbound, { name })));
  const { beacon, redraw_of: redraw } = commitment;
  const pairs = [
    [page.title, commitment.title],
    [page.authority, commitment.authority.name],
    [page.time, commitment.time],
    [page.design, page[commitment.design]],
    [page.frame, say(page.frame_said, {
      size: commitment.frame.size, strata: commitment.strata.length, drawn: summary.drawn, excluded: commitment.exclusions.count,
    })],
    [page.witnesses, contributors.join(" · ") || page.none],
    [page.beacon, beacon ? `${beacon.source} · ${beacon.which}` : page.none],
    ...(redraw ? [[page.redraw, say(page.redraw_said, redraw)]] : []),
    [page.commitment, `${summary.commitmentDigest} (${page.commitment_said})`],
    [page.digest, summary.digest],
    [page.hash, commitment.algorithm.toUpperCase()],
  ];
  for (const [name, value] of pairs) {
    const pair = element("div");
    const said = element("dd", value);
    if (/[0-9a-f]{64}/.test(value)) said.className = "code";
    pair.append(element("dt", name), said);
    at("facts").append(pair);
  }
  at("facts").hidden = false;
}

function parts(row) { return row.querySelectorAll("[data-part]"); }

function faultLines(faults) {
  return faults.map(({ code, params }) => {
    const line = element("p");
    line.append(element("b", say(words.faults[code] ?? code, params)));
    return line;
  });
}

function check(news, counts) {
  at("checks").hidden = false;
  counts[news.state] += 1;
  const [outcome, found] = parts(document.querySelector(`[data-check="${news.check}"]`));
  outcome.replaceChildren(state(news.state));
  found.replaceChildren(...faultLines(news.faults));
  if (news.note) found.append(element("p", words.notes[news.note]));
}

function concluded(counts) {
  for (const row of document.querySelectorAll("[data-check]")) {
    const [outcome, found] = parts(row);
    if (outcome.childNodes.length) continue;
    counts.absent += 1;
    outcome.replaceChildren(state("absent"));
    found.replaceChildren(element("p", words.page.not_reached));
  }
  if (counts.failed) notice("bad", "", say(words.page.some_failed, counts));
  else {
    const absent = counts.absent ? ` ${say(words.page.some_absent, counts)}` : "";
    notice("good", "", say(words.page.all_passed, counts) + absent);
  }
}

function step(news, counts) {
  const item = element("li");
  const name = news.step === "threshold" && news.said.design !== "fixed" ? "bound" : news.step;
  const [title, text] = words.steps[name];
  const head = element("h3", `${title} `);
  head.append(state(news.faults.length ? "failed" : "passed"));
  item.append(head);
  counts[news.faults.length ? "failed" : "passed"] += 1;
  if (news.faults.length) item.append(...faultLines(news.faults));
  else item.append(element("p", say(text, news.said)));
  if (news.step === "lot" && news.said.rank) item.append(element("p", say(words.steps.rank[1], news.said)));
  at("steps").append(item);
  at("steps").hidden = false;
}

function verdict(name, identity, counts) {
  const shown = counts.failed && name !== "wrong_frame" ? "broken" : name;
  const [title, text] = words.verdicts[shown];
  const tone = { drawn: "good", not_drawn: "good", broken: "bad" }[shown] ?? "wait";
  notice(tone, title, say(text, { identity }));
}

function finished() {
  at("working").hidden = true;
  worker?.terminate();
  worker = null;
}

function start(act, proof, identity) {
  finished();
  cleared();
  const began = performance.now();
  const counts = { passed: 0, failed: 0, absent: 0 };
  at("outcome").hidden = false;
  at("t-outcome").focus();
  doing(null);
  worker = new Worker(form.dataset.worker, { type: "module" });
  const failed = (why) => { finished(); notice("bad", "", say(words.page.failed, { why })); };
  worker.onerror = (event) => failed(event.message ?? "worker");
  worker.onmessage = ({ data: news }) => {
    if (news.summary) facts(news.summary);
    else if (news.unreadable) notice("bad", "", news.unreadable.map(({ code, params }) => say(words.faults[code], params)).join(" "));
    else if (news.step) step(news, counts);
    else if (news.verdict) verdict(news.verdict, identity, counts);
    else if (news.state) check(news, counts);
    else if (news.check) doing(news);
    else if (news.failed) failed(news.failed);
    else if (news.finished) {
      if (act === "audit" && counts.passed + counts.failed) concluded(counts);
      at("took").textContent = say(words.page.seconds, { seconds: Math.ceil(performance.now() - began) / 1000 });
      finished();
    }
  };
  worker.postMessage({ act, proof, identity, frame: chosen("frame"), exclusions: chosen("exclusions") });
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  cleared();
  const act = event.submitter?.value ?? "audit";
  const proof = proofGiven();
  const identity = at("identity").value.trim().normalize("NFC");
  if (!proof) complain("proof", words.page.no_proof);
  else if (act === "claim" && !identity) complain("identity", words.page.no_identity);
  else start(act, proof, identity);
});

at("uploads").hidden = true;
at("local").hidden = false;
