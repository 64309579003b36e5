"""Trade item numbers: one kept form, what the scheme guarantees, what refusals say."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from zhiheng.kernel.codes import gtin
from zhiheng.kernel.errors import Refused

bodies = st.sampled_from(gtin.LENGTHS).flatmap(
    lambda length: st.text(st.sampled_from("0123456789"), min_size=length - 1, max_size=length - 1)
)
numbers = bodies.filter(lambda body: int(body) > 0).map(lambda body: body + gtin.check_digit(body))


@pytest.mark.parametrize(
    ("written", "kept", "kind", "prefix"),
    [
        ("6901234567892", "06901234567892", 13, "690"),
        ("69-01234 567892", "06901234567892", 13, "690"),
        ("06901234567892", "06901234567892", 13, "690"),
        ("16901234567899", "16901234567899", 14, "690"),
        ("96385074", "00000096385074", 8, "963"),
        ("036000291452", "00036000291452", 12, "003"),
        ("６９０１２３４５６７８９２", "06901234567892", 13, "690"),
    ],
)
def test_known_numbers(written: str, kept: str, kind: int, prefix: str) -> None:
    number = gtin.parse(written)
    assert (number.value, number.kind, number.prefix) == (kept, kind, prefix)


@pytest.mark.parametrize(
    ("prefix", "chinese"), [("689", False), ("690", True), ("699", True), ("700", False)]
)
def test_the_chinese_prefixes(prefix: str, chinese: bool) -> None:
    body = prefix + "123456789"
    assert gtin.parse(body + gtin.check_digit(body)).is_chinese is chinese


@given(numbers)
def test_all_lengths_are_one_number(text: str) -> None:
    number = gtin.parse(text)
    assert gtin.parse(number.printed) == gtin.parse(number.value) == number


@given(numbers, st.data())
def test_every_wrong_digit_is_found(text: str, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(text) - 1))
    digit = data.draw(st.sampled_from("0123456789"))
    assume(digit != text[index])
    with pytest.raises(Refused):
        gtin.parse(text[:index] + digit + text[index + 1 :])


@given(numbers, st.data())
def test_a_swap_is_found_unless_the_digits_differ_by_five(text: str, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(text) - 2))
    left, right = text[index], text[index + 1]
    assume(abs(int(left) - int(right)) not in (0, 5))
    with pytest.raises(Refused):
        gtin.parse(text[:index] + right + left + text[index + 2 :])


@pytest.mark.parametrize(
    ("written", "code", "named"),
    [
        ("", "gtin.length", "0"),
        ("690123456789", "gtin.check", "2"),
        ("690123456", "gtin.length", "9"),
        ("6901234567893", "gtin.check", "2"),
        ("6.90123E+12", "gtin.character", "."),
        ("00000000", "gtin.zero", "zeros"),
    ],
)
def test_refusals(written: str, code: str, named: str) -> None:
    with pytest.raises(Refused) as refused:
        gtin.parse(written)
    (problem,) = refused.value.problems
    assert problem.code == code
    assert named in str(problem)


def test_only_digits_have_a_check_digit() -> None:
    with pytest.raises(ValueError, match="digits"):
        gtin.check_digit("69x")
