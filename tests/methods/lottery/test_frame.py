"""A frame has one form, whatever order it came in; what is not in that form is named."""

from __future__ import annotations

import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.kernel.chain import MerkleTree
from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.lottery import frame as frames
from zhiheng.methods.lottery import lines
from zhiheng.methods.lottery.exclusions import parse_exclusions
from zhiheng.methods.lottery.frame import canonical_weight, exact_sum, frame_of, parse_frame
from zhiheng.methods.lottery.notation import FORBIDDEN, decimal, scaled

LINES = ["东区\ta\t1", "东区\tb\t2.5", "西区\tc\t0.000001", "西区\td\t999999999.999999"]


def frame(*written: str) -> bytes:
    return "".join(line + "\n" for line in written).encode()


@given(st.permutations(LINES), st.booleans())
def test_the_order_of_the_input_changes_nothing(turned: list[str], ended: bool) -> None:
    data = frame(*turned)
    found = parse_frame(data if ended else data[:-1])
    assert found.data == frame(*sorted(LINES))
    assert found.tree().root == MerkleTree(line.encode() for line in sorted(LINES)).root
    assert [found.member(i).line.decode() for i in range(4)] == sorted(LINES)


def test_the_order_holds_across_pieces_of_a_long_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each piece sorted in itself, the pieces in the wrong order; and wrong bytes beyond the first piece."""
    monkeypatch.setattr(lines, "_PIECE", 8)
    monkeypatch.setattr(frames, "CHUNK", 3)
    turned = [f"层\t{i:02d}\t1" for i in (*range(50, 99), *range(50))]
    assert parse_frame(frame(*turned)).data == frame(*sorted(turned))
    with pytest.raises(InvalidInput, match="Line 60 is not UTF-8"):
        parse_frame(frame(*turned[:59]) + b"\xff\ta\t1\n")
    with pytest.raises(InvalidInput, match=r"Line 60 holds .* U\+200B"):
        parse_frame(frame(*turned[:59], "层\ta\u200bb\t1"))
    with pytest.raises(InvalidInput, match="Line 60 does not have three fields"):
        parse_frame(frame(*turned[:59], "层\ta"))
    with pytest.raises(InvalidInput, match="'00' stands in the frame twice"):
        parse_frame(frame(*turned, "东\t00\t1"))


def test_strata_are_counted_and_summed_exactly() -> None:
    found = parse_frame(frame(*LINES))
    assert [(s.name, s.start, s.size, s.weight) for s in found.strata] == [
        ("东区", 0, 2, 3_500_000),
        ("西区", 2, 2, 10**15),
    ]
    assert found.find("c").index == 2


@given(st.lists(st.integers(1, 10**15 - 1), min_size=1, max_size=50))
def test_the_sum_of_weights_is_exact_beyond_64_bits(units: list[int]) -> None:
    import numpy as np

    assert exact_sum(np.array(units * 300)) == sum(units) * 300


@pytest.mark.parametrize("absent", ["", "东区", "a\t1", "1", "aa", "A"])
def test_an_identity_is_found_whole_or_not_at_all(absent: str) -> None:
    with pytest.raises(InvalidInput, match="holds no object"):
        parse_frame(frame(*LINES)).find(absent)


@pytest.mark.parametrize(
    ("code", "data"),
    [
        ("frame.empty", b""),
        ("lines.encoding", b"s\t\xff\t1\n"),
        ("lines.encoding", "s\t质".encode()[:-1] + b"\t1\n"),
        ("lines.invisible", "\ufeffs\ta\t1\n".encode()),
        ("lines.invisible", b"s\ta\t1\r\n"),
        ("lines.invisible", "s\ta\u200b\t1\n".encode()),
        ("lines.invisible", "s\ta\u3000b\t1\n".encode()),
        ("lines.invisible", "s\ta\u00a0b\t1\n".encode()),
        ("lines.invisible", "s\ta\ufe00\t1\n".encode()),
        ("lines.invisible", "s\ta\U000e0101\t1\n".encode()),
        ("lines.invisible", b"s\ta\0\t1\n"),
        ("lines.normal_form", "s\te\u0301\t1\n".encode()),
        ("lines.normal_form", "s\t\uf900\t1\n".encode()),
        ("lines.edge", b"s\t a\t1\n"),
        ("lines.edge", b"s\ta \t1\n"),
        ("lines.edge", b" s\ta\t1\n"),
        ("lines.edge", b"s\ta\t1 \n"),
        ("lines.edge", b"s\t\t1\n"),
        ("lines.edge", b"\ta\t1\n"),
        ("lines.edge", b"s\ta\t\n"),
        ("lines.edge", b"s\ta\t1\n\n"),
        ("lines.fields", b"s\ta\n"),
        ("lines.fields", b"s\ta\nx\tb\t1\ty\n"),
        ("lines.fields", b"s\ta\t1\t2\n"),
        ("lines.field", b"s\t" + b"a" * 256 + b"\t1\n"),
        ("frame.duplicate", b"s\ta\t1\ns\ta\t1\n"),
        ("frame.duplicate", b"s\ta\t1\nt\ta\t2\n"),
        *(
            ("frame.weight", b"s\ta\t" + weight + b"\n")
            for weight in (
                b"0", b"-1", b"-0", b"+1", b"01", b"1.0", b"1.50", b"1.", b".5", b"1e3", b"NaN", b"inf",
                b"1000000000", b"0.0000001", b"0.0", b"1,5", "１".encode(), b"0x1", b"1_0",
            )
        ),
    ],
)  # fmt: skip
def test_what_is_not_canonical_is_refused(code: str, data: bytes) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_frame(data)
    assert caught.value.code == code


def test_a_refusal_names_the_line_and_the_value() -> None:
    with pytest.raises(InvalidInput, match=r"Line 3 holds .* U\+200B"):
        parse_frame("s\ta\t1\ns\tb\t1\ns\tc\u200b\t1\n".encode())
    with pytest.raises(InvalidInput, match=r"Line 2 does not have three fields: 's → b'"):
        parse_frame(b"s\ta\t1\ns\tb\n")
    with pytest.raises(InvalidInput, match=r"object 'a' stands in the frame twice: in 's' and in 't'"):
        parse_frame(b"s\ta\t1\nt\ta\t2\n")
    with pytest.raises(InvalidInput, match=r"weight '1\.50' is not .*Write it as 1 or 2\.5"):
        parse_frame(b"s\ta\t1.50\n")


@given(st.characters())
def test_no_character_splits_a_line_or_hides(character: str) -> None:
    """Every character either stands in an identity as it is, or is refused."""
    data = f"s\ta{character}b\t1\n".encode("utf-8", "surrogatepass")
    try:
        found = parse_frame(data)
    except InvalidInput:
        return
    assert found.data == data
    assert not FORBIDDEN.search(character)
    assert unicodedata.is_normalized("NFC", f"a{character}b")
    assert unicodedata.category(character) not in {"Cc", "Cf", "Zl", "Zp", "Cs"} or ord(character) in {
        *range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD, *range(0x13430, 0x13440),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "text"),
    [(1, "1"), (2.5, "2.5"), ("2.50", "2.5"), (Decimal("1E+2"), "100"), (1e-6, "0.000001"), ("0010", "10")],
)
def test_a_number_is_brought_to_its_form(value: float | str | Decimal, text: str) -> None:
    assert canonical_weight(value) == text


@pytest.mark.parametrize(
    "value",
    [0, -1, float("nan"), float("inf"), -0.0, 1e300, 1e-300, "", "a", 1e-7, 10**9, True, "1e999999999"],
)
def test_a_weight_that_is_none_is_refused(value: float) -> None:
    with pytest.raises(InvalidInput) as caught:
        frame_of([("s", "a", value)])
    assert caught.value.code == "frame.weight"


@pytest.mark.parametrize("identity", ["a\tb", "a\nb", "a\ud800", "", " a"])
def test_a_row_cannot_smuggle_a_second_line(identity: str) -> None:
    with pytest.raises(InvalidInput):
        frame_of([("s", identity, 1)])


@given(st.integers(0, 10**30))
def test_decimals_are_written_and_read_back(units: int) -> None:
    assert scaled(decimal(units, 6), 6) == units


def test_exclusions_are_sorted_bound_and_apart() -> None:
    first = parse_exclusions("b\t东\t注销\na\t东\t停产\n".encode())
    assert first.identities == ("a", "b")
    assert first.digest() == parse_exclusions("a\t东\t停产\nb\t东\t注销\n".encode()).digest()
    with pytest.raises(InvalidInput, match="is excluded, but it stands in the frame"):
        first.check_against(parse_frame(frame(*LINES)))
    with pytest.raises(InvalidInput, match="excluded twice"):
        parse_exclusions(b"a\ts\tx\na\ts\ty\n")
    with pytest.raises(InvalidInput, match="three fields"):
        parse_exclusions(b"a\ts\n")
