"""The script that checks draws, module by module in a browser, against known answers and the kernel.

Known answers: SM3 from GB/T 32905-2016, appendix A; SHA-256 from FIPS 180-2, appendix B; the draw's own
from the worked example of docs/topics/draw-proof.md. Merkle trees and long messages are compared with
the kernel's, which is another implementation.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.e2e.toolbox.conftest import SCRIPTS
from zhiheng.doors.toolbox.draws.words import CHECKS, FAULTS, NOTES, STEPS, VERDICTS
from zhiheng.kernel.chain import MerkleTree

pytestmark = pytest.mark.browser
SM3 = {
    "abc": "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
    "abcd" * 16: "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732",
}
SHA256 = {
    "abc": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq": (
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
}
LOGARITHMS = {
    "0": "1199038364791120855040",
    "1": "1169800967173890996321",
    str(2**63): "18446744073709551615",
    str(2**64 - 1): "1",
    str(0x0123456789ABCDEF): "144138821882346039275",
}
BAD_TEXTS = ["", " a", "a ", "a\tb", "a\u200bb", "e\u0301", "\u3000", "\ufeffa", "x" * 1001]
BAD_WEIGHTS = ["0", "01", "1.0", "1.50", ".5", "1e3", "+1", "1234567890"]


DIGESTS = """const hash = $.hashes.hasher(given.name);
return given.texts.map((text) => $.hashes.toHex(hash.update($.canonical.utf8(text)).finish()));"""


@pytest.mark.parametrize(("name", "answers"), [("sm3", SM3), ("sha256", SHA256)])
def test_a_hash_gives_the_answers_of_its_standard(script: Any, name: str, answers: dict[str, str]) -> None:
    assert script(DIGESTS, {"name": name, "texts": list(answers)}) == list(answers.values())


@pytest.mark.parametrize("name", ["sm3", "sha256"])
def test_a_hash_agrees_with_openssl_at_every_length_around_a_block(script: Any, name: str) -> None:
    texts = ["质" * (length // 3) + "x" * (length % 3) for length in range(200)]
    wanted = [hashlib.new(name, text.encode()).hexdigest() for text in texts]
    assert script(DIGESTS, {"name": name, "texts": texts}) == wanted


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 17, 31, 33])
def test_trees_and_paths_are_those_of_the_kernel(script: Any, size: int) -> None:
    leaves = [f"leaf {number}".encode() for number in range(size)]
    tree = MerkleTree(leaves, "sm3")
    proofs = [tree.inclusion(number) for number in range(size)]
    found = script(
        """const hash = $.hashes.hasher("sm3"), root = new $.merkle.Root(hash);
        const leaves = given.leaves.map($.canonical.utf8);
        for (const leaf of leaves) root.add(leaf);
        const top = root.value();
        const bytes = $.hashes.bytesOf, size = leaves.length;
        const holds = (leaf, i, path) => $.merkle.includes(hash, top, leaf, i, size, path.map(bytes));
        return {
          root: $.hashes.toHex(top),
          right: leaves.map((leaf, i) => holds(leaf, i, given.paths[i])),
          elsewhere: leaves.map((leaf, i) => holds(leaf, (i + 1) % leaves.length, given.paths[i])),
          longer: leaves.map((leaf, i) => holds(leaf, i, [...given.paths[i], "00".repeat(32)])),
          other: leaves.map((leaf, i) => holds($.canonical.utf8("other"), i, given.paths[i])),
        };""",
        {
            "leaves": [leaf.decode() for leaf in leaves],
            "paths": [[node.hex() for node in proof.path] for proof in proofs],
        },
    )
    assert found["root"] == tree.root.hex()
    assert all(found["right"])
    assert not any(found["longer"])
    assert not any(found["other"])
    assert not any(found["elsewhere"]) or size == 1


def test_logarithms_and_tagged_hashes_are_those_of_the_page(script: Any) -> None:
    found = script("return given.map((x) => String($.lots.logarithm(BigInt(x))));", list(LOGARITHMS))
    assert found == list(LOGARITHMS.values())
    tagged = script(
        """const text = $.canonical.utf8;
        return $.hashes.toHex($.lots.tagged($.hashes.hasher("sm3"), "test", text("a"), text("")));"""
    )
    page = (ROOT / "docs/topics/draw-proof.md").read_text(encoding="utf-8")
    assert f'T("test", "a", "")     {tagged}' in page


def test_the_worked_example_holds(script: Any) -> None:
    folder = ROOT / "tests/methods/lottery/example"
    names = ("proof.json", "frame.tsv", "exclusions.tsv", "ticket.json")
    files = [(folder / name).read_text(encoding="utf-8") for name in names]
    states, fate = script(
        """const [proof, frame, left, ticket] = given.map($.canonical.utf8);
        const states = [...$.audit.audit($.audit.opened(proof), frame, left)].map((news) => news.state);
        const steps = [...$.claim.claim($.audit.opened(ticket), "91330100MA00000034", null)];
        return [states.filter(Boolean), steps.at(-1).verdict];""",
        files,
    )
    assert states == ["passed"] * 12
    assert fate == "not_drawn"


def test_the_rough_logarithm_is_far_nearer_than_its_guard(script: Any) -> None:
    worst = script(
        """const lots = new $.lots.Lots("sm3", new Uint8Array(32));
        let worst = 0;
        for (let i = 0; i < 4000; i += 1) {
          lots.of($.canonical.utf8(`object ${i}`));
          if (i % 4 === 0) lots.view.setUint32(0, 0xffffffff);
          if (i % 8 === 0) lots.view.setUint32(4, 0xffffffff - i);
          if (i % 4 === 1) lots.view.setUint32(0, 0);
          const exact = Number($.lots.logarithm(lots.x)) / 2 ** 64;
          worst = Math.max(worst, Math.abs(exact - lots.roughLogarithm));
        }
        return worst;"""
    )
    guard = float(re.search(r"GUARD = (\S+);", (SCRIPTS / "frame.js").read_text(encoding="utf-8"))[1])  # type: ignore[index]
    assert 0 < worst < guard / 10**5


def test_texts_decimals_and_times_are_read_as_the_format_says(script: Any) -> None:
    found = script(
        """const t = $.text;
        return {
          texts: given.texts.map(t.isText),
          weights: given.weights.map((one) => String(t.weightOf(one))),
          times: given.times.map(t.isTime),
          sums: ["0.5", "10", "123456789.123456"].map((one) => t.writtenSum(t.sumOf(one))),
        };""",
        {
            "texts": [
                "a",
                "质 衡",
                "𠀀",
                "",
                " a",
                "a ",
                "a\tb",
                "a\u200bb",
                "e\u0301",
                "\u3000",
                "\ufeffa",
                "x" * 1001,
            ],
            "weights": [
                "1",
                "0.5",
                "123456789.123456",
                "0",
                "01",
                "1.0",
                "1.50",
                ".5",
                "1e3",
                "+1",
                "1234567890",
            ],
            "times": [
                "2026-03-02T09:30:00+08:00",
                "2024-02-29T00:00:00Z",
                "2026-02-29T00:00:00Z",
                "2026-03-02T24:00:00Z",
                "2026-03-02 09:30:00Z",
                "2026-03-02T09:30:00",
                "2026-13-02T09:30:00Z",
            ],
        },
    )
    assert found["texts"] == [True] * 3 + [False] * 9
    assert found["weights"] == ["1000000", "500000", "123456789123456"] + ["null"] * 8
    assert found["times"] == [True, True] + [False] * 5
    assert found["sums"] == ["0.5", "10", "123456789.123456"]


def test_every_outcome_of_the_script_has_words() -> None:
    said = "".join(path.read_text(encoding="utf-8") for path in SCRIPTS.glob("*.js"))
    codes = set(re.findall(r"(?:fault|#wrong|#differs|Unreadable)\((?:lot\.drawn \? )?\"(\w+)\"", said))
    codes |= set(re.findall(r'"(form_\w+)"', said)) | {"listed_wrongly", "is_ticket"}
    assert codes == set(FAULTS)
    checks = set(re.findall(r'(?:verdict|absent)\("(\w+)"', said))
    assert checks == {check.name for check in CHECKS}
    assert set(re.findall(r'absent\("\w+", "(\w+)"\)', said)) <= set(NOTES)
    assert set(re.findall(r'step\("(\w+)"', said)) | {"rank", "bound"} == set(STEPS)
    verdicts = set(re.findall(r'verdict: "(\w+)"', said)) | {"drawn", "not_drawn", "broken"}
    assert verdicts == set(VERDICTS)
