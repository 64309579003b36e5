"""The statement of a pairing: recomputed, tampered with, bound to its draw, reasons and names sealed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.methods.lottery.pairing_by_definition import drawn
from tests.methods.lottery.test_pairing import as_whole
from zhiheng.kernel.chain import canonical
from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.lottery.pairing_document import (
    inputs_digest,
    preparation_digest,
)
from zhiheng.methods.lottery.pairing_records import (
    Inputs,
    Inspector,
    Post,
    Reason,
    Recusal,
    RegionRule,
    Rules,
    Task,
    inputs,
)
from zhiheng.methods.lottery.pairing_statement import (
    DrawBasis,
    Occasion,
    Redraw,
    Statement,
    Witness,
    pairing_seed,
    reason_seal,
    sealed_identity,
    statement,
    statement_read,
)
from zhiheng.methods.lottery.pairing_verification import drawn_objects, pairing_verify

EXAMPLE = Path(__file__).parent / "example"
WITNESS = Witness("公证处", b"\x11" * 32)
SALT = bytes(range(32))


def of_draw(identities: list[str]) -> Inputs:
    """Inspectors for some objects: a leader each, one recusal whose reason is withheld."""
    away = Recusal("0007", identities[0], reason=Reason.WITHHELD)
    away = replace(away, seal=reason_seal(away, Reason.KINSHIP, SALT))
    return inputs(
        [Task(one, (Post(1, frozenset({"组长"}), "leader"), Post(1)), one, "330106") for one in identities],
        [
            Inspector(f"{n:04d}", "330102", frozenset({"组长"} if n % 2 else ()), load=n % 3)
            for n in range(10)
        ],
        [away],
        Rules(4, regions=(RegionRule("apart", "county"),)),
    )


def made(**changes: object) -> tuple[Inputs, bytes]:
    proof = drawn_objects((EXAMPLE / "proof.json").read_bytes())
    of = of_draw(sorted(proof.identities))
    occasion = Occasion("抽查", "质量监督局", "2026-03-02T09:00:00+08:00", proof.basis, (WITNESS,))
    return of, statement(of, replace(occasion, **changes))[1]  # type: ignore[arg-type]


def states(data: bytes, **given: object) -> dict[str, str]:
    return {check.name: check.state for check in pairing_verify(data, **given).checks}  # type: ignore[arg-type]


def test_everything_is_computed_again() -> None:
    of, data = made()
    proof = drawn_objects((EXAMPLE / "proof.json").read_bytes())
    verdict = pairing_verify(data, proof)
    assert verdict.sound
    assert [check.name for check in verdict.checks] == [
        "form", "digest", "inputs", "seed", "draw", "pairing",
    ]  # fmt: skip
    assert {check.state for check in verdict.checks} == {"passed"}
    found = statement_read(data)
    assert found.of == of
    assert found.occasion.witnesses == (WITNESS,)
    assert states(data)["draw"] == "not_run"


def test_the_digests_and_the_seed_follow_from_the_page_alone() -> None:
    """The formulas of docs/methods/pairing.md, with the standard library."""
    _, data = made()
    file = json.loads(data)

    def tagged(label: str, *parts: bytes) -> bytes:
        pieces = (f"zhiheng-pairing/1 {label}".encode(), *parts)
        return hashlib.new("sm3", b"".join(len(p).to_bytes(4, "big") + p for p in pieces)).digest()

    def plain(value: object) -> bytes:
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    assert plain(file) + b"\n" == data
    whole = tagged("inputs", plain(file["inputs"]))
    early = {name: file["inputs"][name] for name in ("inspectors", "recusals", "rules")}
    draw = file["head"]["draw"]
    nonces = [bytes.fromhex(one["nonce"]) for one in file["head"]["witnesses"]]
    seed = tagged("seed", whole, bytes.fromhex(draw["proof"]), bytes.fromhex(draw["seed"]), *nonces)
    assert file["head"]["inputs"] == whole.hex()
    assert file["head"]["preparation"] == tagged("preparation", plain(early)).hex()
    assert file["head"]["seed"] == seed.hex()
    assert file["digest"] == tagged("statement", plain(file["head"]), plain(file["teams"])).hex()


def test_teams_follow_from_the_seed_by_the_slow_definition() -> None:
    of = of_draw(["t0", "t1"])
    of = replace(of, inspectors=of.inspectors[:7], recusals=())
    occasion = Occasion("抽查", "局", "2026-03-02T09:00:00Z", None, (WITNESS,))
    found, _ = statement(of, occasion)
    assert as_whole(of, found) == drawn(of, pairing_seed(of, occasion), "sm3")


def test_no_byte_can_be_changed() -> None:
    _, data = made()
    step = max(1, len(data) // 400)
    for place in range(0, len(data), step):
        for other in (data[place] ^ 1, ord("0")):
            if other != data[place]:
                changed = data[:place] + bytes([other]) + data[place + 1 :]
                assert not pairing_verify(changed).sound, (place, data[max(0, place - 30) : place + 30])


def forged(data: bytes, change: object) -> bytes:
    """The file after a change, its digest made anew by a forger who knows the format."""
    from zhiheng.methods.lottery.pairing_statement import statement_digest

    file = json.loads(data)
    change(file)  # type: ignore[operator]
    file["digest"] = statement_digest(file["head"], file["teams"], file["head"]["algorithm"]).hex()
    return canonical(file).encode() + b"\n"


def test_a_forger_who_makes_the_digest_anew_is_found_by_what_he_changed() -> None:
    _, data = made()

    def other_member(file: dict) -> None:  # type: ignore[type-arg]
        member = file["teams"][0]["members"][1]
        member["inspector"] = "0000" if member["inspector"] != "0000" else "0002"

    def no_recusal(file: dict) -> None:  # type: ignore[type-arg]
        file["inputs"]["recusals"] = []

    def other_seed(file: dict) -> None:  # type: ignore[type-arg]
        file["head"]["seed"] = "00" * 32

    def team_missing(file: dict) -> None:  # type: ignore[type-arg]
        file["teams"].pop()

    assert states(forged(data, lambda _: None))["pairing"] == "passed"
    assert states(forged(data, other_member))["pairing"] == "failed"
    assert states(forged(data, no_recusal))["inputs"] == "failed"
    assert states(forged(data, other_seed))["seed"] == "failed"
    assert states(forged(data, team_missing))["pairing"] == "failed"


def test_another_draw_or_a_task_that_was_not_drawn() -> None:
    proof = drawn_objects((EXAMPLE / "proof.json").read_bytes())
    _, data = made()
    other = replace(proof, basis=DrawBasis(b"\1" * 32, proof.basis.proof, proof.basis.seed))
    assert states(data, draw=other)["draw"] == "failed"
    assert states(data, draw=replace(proof, identities=frozenset({"x"})))["draw"] == "failed"
    more = pairing_verify(data, replace(proof, identities=proof.identities | {"x", "y"}))
    assert more.sound
    assert [one.params for one in more.remarks if "no inspectors" in one.message] == [{"count": 2}]


def test_a_changed_proof_of_the_draw_is_refused() -> None:
    file = json.loads((EXAMPLE / "proof.json").read_bytes())
    file["drawn"][0]["identity"] += "X"
    with pytest.raises(InvalidInput, match="was changed"):
        drawn_objects(canonical(file).encode() + b"\n")


def test_a_file_of_another_kind_is_told_not_raised() -> None:
    for data in (b"", b"[]\n", b"{}\n", (EXAMPLE / "proof.json").read_bytes(), b"\xff"):
        verdict = pairing_verify(data)
        assert not verdict.sound
        assert verdict.statement is None


def test_a_withheld_reason_can_be_shown_to_who_may_know_it() -> None:
    _, data = made()
    found: Statement = statement_read(data)
    (away,) = found.of.recusals
    assert away.reason is Reason.WITHHELD
    assert "kinship" not in data.decode()
    assert reason_seal(away, Reason.KINSHIP, SALT) == away.seal
    assert reason_seal(away, Reason.INTEREST, SALT) != away.seal
    assert reason_seal(away, Reason.KINSHIP, b"\0" * 32) != away.seal


def test_inspectors_can_be_paired_under_sealed_names() -> None:
    names = [sealed_identity(f"{n:04d}", bytes([n]) * 32) for n in range(6)]
    of = inputs([Task("t0"), Task("t1")], [Inspector(name) for name in names])
    _, data = statement(of, Occasion("抽查", "局", "2026-03-02T09:00:00Z", None, (WITNESS,)))
    assert pairing_verify(data).sound
    assert sealed_identity("0003", bytes([3]) * 32) == names[3]


def test_what_is_known_before_the_draw_has_its_own_digest() -> None:
    of, data = made()
    early = preparation_digest(of.inspectors, of.recusals, of.rules)
    assert json.loads(data)["head"]["preparation"] == early.hex()
    assert preparation_digest(of.inspectors, (), of.rules) != early


def test_every_input_changes_the_seed() -> None:
    of, _ = made()
    occasion = Occasion("抽查", "局", "2026-03-02T09:00:00Z", DrawBasis(b"c" * 32, b"p" * 32, b"s" * 32))
    seeds = {
        pairing_seed(of, occasion),
        pairing_seed(of, replace(occasion, witnesses=(WITNESS,))),
        pairing_seed(of, replace(occasion, draw=DrawBasis(b"c" * 32, b"p" * 32, b"t" * 32))),
        pairing_seed(of, replace(occasion, draw=DrawBasis(b"c" * 32, b"q" * 32, b"s" * 32))),
        pairing_seed(replace(of, recusals=()), occasion),
        pairing_seed(of, occasion, "sha256"),
    }
    assert len(seeds) == 6
    assert inputs_digest(of) != inputs_digest(of, "sha256")


def test_an_authority_cannot_pair_alone() -> None:
    of, _ = made()
    with pytest.raises(InvalidInput) as caught:
        statement(of, Occasion("抽查", "局", "2026-03-02T09:00:00Z"))
    assert caught.value.code == "pairing.nobody_else"
    with pytest.raises(InvalidInput, match="公证处 has 3 bytes"):
        statement(of, Occasion("抽查", "局", "2026-03-02T09:00:00Z", None, (Witness("公证处", b"abc"),)))


def test_a_second_pairing_names_the_first() -> None:
    _, first = made()
    digest = statement_read(first).digest
    _, second = made(redraw_of=Redraw(digest, "一名检查员病假", "张某"))
    assert pairing_verify(second).sound
    earlier = statement_read(second).occasion.redraw_of
    assert earlier == Redraw(digest, "一名检查员病假", "张某")
