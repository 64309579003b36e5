"""A stranger checks draws in the browser: honest ones hold, forged ones fail at the check that names why.

Proofs come from `methods.lottery`, which is another implementation of the same page.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from tests.doors.look.test_specimen import axe
from tests.doors.toolbox.drawn import FORGED, NOTARY, OTHER, OWN, SECOND, Made, made
from zhiheng.methods.lottery.frame import frame_of

pytestmark = pytest.mark.browser
SIZES = pytest.mark.parametrize("width", [360, 1440])
LANGUAGES = pytest.mark.parametrize("language", ["zh-CN", "en"])
SHOTS = os.environ.get("ZHIHENG_SHOTS", "")
AUDIT = """const bytes = (text) => (text === null ? null : $.canonical.utf8(text));
const found = {};
for (const news of $.audit.audit($.audit.opened(bytes(given.proof)), bytes(given.frame), bytes(given.left))) {
  if (news.state) found[news.check] = [news.state, ...news.faults.map((one) => one.code)];
}
return found;"""


def audited(
    script: Any, proof: bytes, whole: Made | None, frame: bytes | None = None
) -> dict[str, list[str]]:
    """What each check says, with the frame and the exclusions of a draw."""
    given = {"proof": proof.decode(), "frame": None, "left": None}
    if whole is not None:
        given |= {"frame": (frame or whole.frame.data).decode(), "left": whole.left.data.decode()}
    found = script(AUDIT, given)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("algorithm", ["sm3", "sha256"])
@pytest.mark.parametrize("kind", ["fixed", "bernoulli", "poisson"])
def test_an_honest_draw_passes_every_check(script: Any, kind: str, algorithm: str) -> None:
    whole = made(kind, algorithm)
    found = audited(script, whole.proof, whole)
    assert {state for state, *_ in found.values()} == {"passed"}, found
    assert len(found) == 12
    alone = audited(script, whole.proof, None)
    assert {name for name, (state, *_) in alone.items() if state == "absent"} == {
        "frame",
        "redrawn",
        "exclusions",
    }
    assert "failed" not in {state for state, *_ in alone.values()}


def test_a_redraw_with_a_public_value_passes(script: Any) -> None:
    whole = made(redraw=True)
    assert {state for state, *_ in audited(script, whole.proof, whole).values()} == {"passed"}


@pytest.mark.parametrize("name", FORGED)
def test_a_forgery_fails_at_its_check(script: Any, name: str) -> None:
    check, forge = FORGED[name]
    found = audited(script, forge(), made())
    assert found[check][0] == "failed", (name, found)
    if check != "digest" and check != "form":
        assert found["digest"] == ["passed"], found


def test_a_spared_object_is_found_by_the_frame_alone(script: Any) -> None:
    _, forge = FORGED["an object spared"]
    found = audited(script, forge(), made())
    assert {name for name, (state, *_) in found.items() if state == "failed"} == {"redrawn"}
    assert "failed" not in {state for state, *_ in audited(script, forge(), None).values()}


@pytest.mark.parametrize(
    ("fault", "change"),
    [
        ("frame_root", lambda text: text.replace("\t2.5\n", "\t2.6\n", 1)),
        ("frame_root", lambda text: text.replace("91330200MA", "91330201MA", 1)),
        ("frame_size", lambda text: text.split("\n", 1)[1]),
        ("frame_line", lambda text: text.replace("\n", "\r\n")),
        ("frame_line", lambda text: text.replace("\t2\n", "\t2.0\n", 1)),
        ("frame_line", lambda text: text.replace("\t", " ", 1)),
        ("frame_twice", lambda text: text + text.split("\n", 1)[0].replace("中区", "西区") + "\n"),
        ("frame_unknown", lambda text: text + "北区\tX\t1\n"),
        ("frame_stratum", lambda text: text.replace("东区", "中区", 1)),
    ],
)
def test_another_frame_is_told_apart(script: Any, fault: str, change: Any) -> None:
    whole = made()
    found = audited(script, whole.proof, whole, change(whole.frame.data.decode()).encode())
    assert found["frame"][0] == "failed"
    assert fault in found["frame"]
    assert found["redrawn"] == ["absent"]


def test_a_frame_in_another_order_is_the_same_frame(script: Any) -> None:
    whole = made()
    lines = whole.frame.data.decode().splitlines()
    mixed = "\n".join(reversed(lines)).encode()
    assert {state for state, *_ in audited(script, whole.proof, whole, mixed).values()} == {"passed"}


@pytest.mark.parametrize(
    ("fault", "left"),
    [
        ("exclusions_digest", "91330300MA00000001\t西区\t另有原因\n"),
        ("exclusions_count", ""),
        ("exclusions_line", "91330300MA00000001\t西区\n"),
        ("exclusions_twice", "A\t西区\t已注销\nA\t西区\t停业\n"),
        ("exclusions_inside", "91330200MA00000000\t中区\t已注销\n"),
    ],
)
def test_other_exclusions_are_told_apart(script: Any, fault: str, left: str) -> None:
    whole = made()
    given = {"proof": whole.proof.decode(), "frame": whole.frame.data.decode(), "left": left}
    assert fault in script(AUDIT, given)["exclusions"]


CLAIM = """const bytes = (text) => (text === null ? null : $.canonical.utf8(text));
const steps = {}; let verdict = null;
for (const news of $.claim.claim($.audit.opened(bytes(given.file)), given.identity, bytes(given.frame))) {
  if (news.step) steps[news.step] = news.faults.map((one) => one.code);
  if (news.verdict) verdict = news.verdict;
}
return [verdict, steps];"""


@pytest.mark.parametrize("kind", ["fixed", "bernoulli", "poisson"])
def test_every_object_learns_its_own_fate(script: Any, kind: str) -> None:
    whole = made(kind)
    drawn = {item["identity"] for item in json.loads(whole.proof)["drawn"]}
    frame = whole.frame.data.decode()
    for line in frame.splitlines():
        identity = line.split("\t")[1]
        wanted = "drawn" if identity in drawn else "not_drawn"
        for file, beside in ((whole.ticket(identity), None), (whole.proof, frame)):
            verdict, steps = script(CLAIM, {"file": file.decode(), "identity": identity, "frame": beside})
            assert verdict == wanted, (identity, steps)
            assert not any(steps.values()), steps


@pytest.mark.parametrize(
    ("verdict", "identity", "frame"),
    [("unknown", "X", False), ("not_in_frame", "X", True), ("wrong_frame", "X", None)],
)
def test_what_cannot_be_told_is_not_told(
    script: Any, verdict: str, identity: str, frame: bool | None
) -> None:
    text = made().frame.data.decode()
    given = {"file": made().proof.decode(), "identity": identity, "frame": text if frame else None}
    if frame is None:
        given["frame"] = text.replace("\t2.5\n", "\t2.6\n", 1)
    assert script(CLAIM, given)[0] == verdict


def test_an_omitted_object_holds_evidence(script: Any) -> None:
    _, forge = FORGED["an object spared"]
    spared = made().done.outcomes[0].drawn[0].member.identity
    frame = made().frame.data.decode()
    verdict, steps = script(CLAIM, {"file": forge().decode(), "identity": spared, "frame": frame})
    assert steps["listed"] == ["listed_missing"]
    assert verdict == "drawn"
    other = made().ticket(spared).decode().replace('"weight":', '"weight":', 1)
    assert script(CLAIM, {"file": other, "identity": "X", "frame": None})[0] == "other_ticket"


# ---- the pages


def files(tmp_path: Path, **given: bytes) -> dict[str, str]:
    """Files on disk, as a browser takes them."""
    paths = {}
    for name, data in given.items():
        path = tmp_path / f"{name}.txt"
        path.write_bytes(data)
        paths[name] = str(path)
    return paths


def choose(page: Any, site: str, act: str, paths: dict[str, str], identity: str = "") -> str:
    """Fill the form and wait for the outcome; what stands there."""
    page.goto(f"{site}/tools/draw/verify/")
    for name, path in paths.items():
        page.set_input_files(f"#{name}", path)
    page.fill("#identity", identity)
    page.locator(f"button[value={act}]").click()
    page.wait_for_selector("#took:not(:empty)")
    return str(page.locator("#outcome").inner_text())


@SIZES
def test_a_stranger_checks_a_whole_draw(opened: Any, site: str, tmp_path: Path, width: int) -> None:
    page, whole = opened(width), made()
    paths = files(tmp_path, proof=whole.proof, frame=whole.frame.data, exclusions=whole.left.data)
    said = choose(page, site, "audit", paths)
    assert said.count("通过") >= 12
    assert "未通过" not in said
    assert whole.done.commitment.digest.hex() in said
    assert "77个对象" in said
    assert {method for method, _ in page.asked} == {"GET"}, "nothing is sent"
    assert page.said == []


def test_without_a_script_the_page_says_what_is_sent_and_sends_it(
    opened: Any, site: str, tmp_path: Path
) -> None:
    page, whole = opened(java_script_enabled=False), made()
    page.goto(f"{site}/tools/draw/verify/")
    assert page.locator("#uploads").is_visible()
    assert not page.locator("#local").is_visible()
    for name, path in files(tmp_path, proof=whole.proof, frame=whole.frame.data).items():
        page.set_input_files(f"#{name}", path)
    page.locator("button[value=audit]").click()
    assert page.locator("#checks").get_by_text("通过", exact=True).count() == 11
    assert page.locator("#checks").get_by_text("未检查", exact=True).count() == 1


def test_a_forged_draw_is_said_to_be_one(opened: Any, site: str, tmp_path: Path) -> None:
    _, forge = FORGED["another weight"]
    said = choose(page := opened(locale="en"), site, "audit", files(tmp_path, proof=forge()))
    assert "This is not an honest proof" in said
    assert "its path does not lead to the root" in said
    assert page.locator('[data-check="paths"]').get_by_text("Failed").count() == 1


def test_an_enterprise_follows_its_own_lot(opened: Any, site: str, tmp_path: Path) -> None:
    whole = made()
    drawn = whole.done.outcomes[0].drawn[0].member.identity
    page = opened(locale="en")
    said = choose(page, site, "claim", files(tmp_path, proof=whole.proof), drawn)
    assert f"{drawn} was drawn, and rightly so by its lot." in said
    assert "8 of the 40 objects of this stratum were drawn" in said
    said = choose(page, site, "claim", files(tmp_path, proof=whole.proof), "91330100MA99999999")
    assert "ask the authority for the ticket" in said
    spared = whole.done.outcomes[1].next
    assert spared is not None
    ticket = whole.ticket(spared.member.identity)
    said = choose(page, site, "claim", files(tmp_path, proof=ticket), spared.member.identity)
    assert "was not drawn, rightly so" in said
    forged = ticket.replace(b'"weight":"2"', b'"weight":"3"')
    said = choose(page, site, "claim", files(tmp_path, proof=forged), spared.member.identity)
    assert "Keep the file: it is evidence" in said


def test_what_is_missing_is_said_at_its_field(opened: Any, site: str, tmp_path: Path) -> None:
    page = opened(locale="en")
    page.goto(f"{site}/tools/draw/verify/")
    page.locator("button[value=audit]").click()
    assert page.evaluate("document.activeElement.id") == "proof"
    page.set_input_files("#proof", files(tmp_path, proof=made().proof)["proof"])
    page.locator("button[value=claim]").click()
    assert page.evaluate("document.activeElement.id") == "identity"
    assert "Write the identity" in page.locator("#of-identity").inner_text()


def test_a_pasted_proof_and_one_that_is_none(opened: Any, site: str) -> None:
    page = opened(locale="en")
    page.goto(f"{site}/tools/draw/verify/")
    page.locator("details summary").first.click()
    page.fill("#text", made().proof.decode())
    page.locator("button[value=audit]").click()
    page.wait_for_selector("#took:not(:empty)")
    assert "9 checks passed" in page.locator("#said").inner_text()
    page.fill("#text", "hello")
    page.locator("button[value=audit]").click()
    page.wait_for_selector("#took:not(:empty)")
    assert "no JSON document" in page.locator("#outcome").inner_text()


def test_a_draw_is_held_from_frame_to_check(opened: Any, site: str, tmp_path: Path) -> None:
    page = opened(360)
    page.goto(f"{site}/tools/draw/commit/")
    rows = [f"甲{n}\t{'东区' if n % 2 else '西区'}\t{1 + n % 3}" for n in range(30)]
    page.fill("#f-table", "\n".join(["标识\t层\t权重", *rows]))
    page.locator("main .button.primary").click()
    page.fill("#f-title", "县级抽查")
    page.fill("#f-authority", "某县市场监督管理局")
    page.fill("[name=amount-0]", "3")
    page.fill("[name=amount-1]", "2")
    page.locator("#make").click()
    number = page.locator("#nonce").inner_text()
    page.locator("main .button.primary").click()
    assert "见证人" in page.locator("#errors").inner_text(), "an authority alone is refused"
    page.fill("#f-witnesses", f"{NOTARY}\n{OTHER}")
    page.locator("main .button.primary").click()
    assert page.locator("#nonce").inner_text() == number, "the number never left the browser"
    paths = {name: _saved(page, f"button[value={name}]", tmp_path) for name in ("commitment", "frame")}
    assert number not in Path(paths["commitment"]).read_text(encoding="utf-8")
    page.goto(f"{site}/tools/draw/reveal/")
    page.set_input_files("#f-commitment", paths["commitment"])
    page.set_input_files("#f-frame", paths["frame"])
    page.locator("main .button.primary").click()
    page.fill("#f-nonce", "0" * 64)
    page.fill("#f-witness-0", OWN.hex())
    page.fill("#f-witness-1", SECOND.hex())
    page.locator("main .button.primary").click()
    assert page.locator("#errors").count() == 1, "a number that was not committed to is refused"
    page.fill("#f-nonce", number)
    page.locator("main .button.primary").click()
    assert page.locator("tbody tr").count() == 5
    page.fill("#f-identity", "甲7")
    ticket = _saved(page, "button[value=ticket]", tmp_path)
    proof = _saved(page, "button[value=proof]", tmp_path)
    said = choose(page, site, "audit", {"proof": proof, "frame": paths["frame"]})
    assert "未通过" not in said
    assert "甲7" in choose(page, site, "claim", {"proof": ticket}, "甲7")


def _saved(page: Any, button: str, folder: Path) -> str:
    with page.expect_download() as download:
        page.locator(button).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return str(path)


def test_a_witness_makes_a_number(opened: Any, site: str) -> None:
    page = opened(locale="en")
    page.goto(f"{site}/tools/draw/number/")
    page.locator("#make").click()
    assert "Write your name first" in page.locator("#nameless").inner_text()
    page.fill("#f-authority", NOTARY)
    page.locator("#make").click()
    from zhiheng.methods.lottery.commitment import nonce_hash

    number = bytes.fromhex(page.locator("#nonce").inner_text())
    assert page.locator("#f-nonce_hash").input_value() == nonce_hash(NOTARY, number)
    page.select_option("#f-algorithm", "sha256")
    assert page.locator("#f-nonce_hash").input_value() == nonce_hash(NOTARY, number, "sha256")
    assert {method for method, _ in page.asked} == {"GET"}


# Targets below 24 px, except links within a sentence (WCAG 2.5.8).
SMALL = """() => [...document.querySelectorAll('main a, main button, main summary, main select, main input')]
    .filter(node => node.checkVisibility() && !node.closest('p:not(.acts), td, th, dd, li, h2, h3'))
    .filter(node => node.type !== 'hidden' && node.getBoundingClientRect().height < 23.5)
    .map(node => node.outerHTML.slice(0, 90))"""


@LANGUAGES
def test_axe_finds_nothing_and_nothing_overflows(
    opened: Any, site: str, tmp_path: Path, language: str
) -> None:
    page, whole = opened(locale=language, bypass_csp=True), made(redraw=True)
    paths = files(tmp_path, proof=whole.proof, frame=whole.frame.data, exclusions=whole.left.data)

    def inspect(name: str) -> None:
        # Both widths of one page: each form that is sent counts against the limit of a minute.
        for width in (360, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") == width, name
            page.add_script_tag(content=axe())
            found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
            wrong = [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found["violations"]]
            assert wrong == [], (name, width, language)
            assert page.evaluate(SMALL) == [], (name, width)
            if SHOTS:
                page.evaluate("scrollTo(0, 0)")
                page.screenshot(path=str(Path(SHOTS, f"draw-{name}-{width}-{language}.png")), full_page=True)

    for name, address in (("home", ""), ("verify", "verify/"), ("reveal", "reveal/"), ("number", "number/")):
        page.goto(f"{site}/tools/draw/{address}")
        inspect(name)
    choose(page, site, "audit", paths)
    inspect("audit")
    drawn = whole.done.outcomes[0].drawn[0].member.identity
    choose(page, site, "claim", paths, drawn)
    inspect("claim")
    choose(page, site, "audit", files(tmp_path, proof=FORGED["another weight"][1]()))
    inspect("forged")
    page.goto(f"{site}/tools/draw/commit/")
    inspect("commit-frame")
    page.fill("#f-table", "甲\t东区\t0\n甲\t东区")
    page.locator("main .button.primary").click()
    inspect("commit-faulty")
    page.fill("#f-table", "甲\t东区\t1\n乙\t西区\t2\n丙\t西区\t1")
    page.locator("main .button.primary").click()
    page.locator("#make").click()
    page.fill("#f-title", "县级抽查")
    page.locator("main .button.primary").click()
    inspect("commit-refused")
    for name, value in {"f-authority": "某县市场监督管理局", "f-witnesses": NOTARY}.items():
        page.fill(f"#{name}", value)
    page.fill("[name=amount-0]", "1")
    page.fill("[name=amount-1]", "1")
    page.locator("#make").click()
    page.locator("main .button.primary").click()
    number = page.locator("#nonce").inner_text()
    inspect("commit-made")
    paths = {name: _saved(page, f"button[value={name}]", tmp_path) for name in ("commitment", "frame")}
    page.goto(f"{site}/tools/draw/reveal/")
    page.set_input_files("#f-commitment", paths["commitment"])
    page.set_input_files("#f-frame", paths["frame"])
    page.locator("main .button.primary").click()
    inspect("reveal-numbers")
    page.fill("#f-nonce", number)
    page.fill("#f-witness-0", OWN.hex())
    page.locator("main .button.primary").click()
    inspect("reveal-drawn")


def test_a_million_objects_do_not_freeze_the_page(opened: Any, site: str, tmp_path: Path) -> None:
    """The page answers while the worker hashes; the figure is in docs/topics/draw-pages.md."""
    from tests.doors.toolbox.drawn import FIRST, announcement
    from zhiheng.methods.lottery.commitment import Design, commit
    from zhiheng.methods.lottery.draw import Nonces, draw
    from zhiheng.methods.lottery.proof import proof_of

    size = int(os.environ.get("ZHIHENG_DRAW_OBJECTS", "100000"))
    frame = frame_of(("全部", f"91330100MA{n:08d}", str(1 + n % 7)) for n in range(size))
    agreed = commit(frame, Design("fixed", {"全部": size // 100}), announcement())
    proof = proof_of(draw(frame, agreed, Nonces(OWN, (FIRST, SECOND))))
    paths = files(tmp_path, proof=proof, frame=frame.data)
    page = opened(locale="en")
    page.goto(f"{site}/tools/draw/verify/")
    for name, path in paths.items():
        page.set_input_files(f"#{name}", path)
    page.evaluate(
        """() => { window.longest = 0; let last = performance.now();
        setInterval(() => {
          const now = performance.now();
          longest = Math.max(longest, now - last);
          last = now;
        }, 20); }"""
    )
    began = time.monotonic()
    page.locator("button[value=audit]").click()
    page.wait_for_selector("#took:not(:empty)", timeout=300_000)
    took, longest = time.monotonic() - began, page.evaluate("longest")
    print(f"{size} objects: {took:.1f} s, longest pause of the page {longest:.0f} ms")  # noqa: T201  a measurement
    assert "12 checks passed" in page.locator("#said").inner_text()
    assert longest < 1000
