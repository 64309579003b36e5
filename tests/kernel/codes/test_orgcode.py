"""The organisation code: its weights, what the scheme guarantees, what refusals say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.kernel.codes import orgcode
from zhiheng.kernel.errors import Refused

characters = st.sampled_from(orgcode.ALPHABET)
bodies = st.text(characters, min_size=8, max_size=8)
numbers = st.text(st.sampled_from("0123456789"), min_size=8, max_size=8)


@pytest.mark.parametrize("value", ["71526726X", "799655058", "M000100Y4", "D2143569X"])
def test_known_codes(value: str) -> None:
    assert orgcode.is_valid(value)
    assert orgcode.parse(value).value == value


def test_printed_with_a_hyphen() -> None:
    code = orgcode.parse(" 71526726－x ")
    assert (str(code), code.body, code.check) == ("71526726-X", "71526726", "X")


@given(bodies)
def test_round_trip(body: str) -> None:
    value = body + orgcode.check_character(body)
    assert orgcode.parse(str(orgcode.parse(value))).value == value


@given(numbers, st.integers(0, 7), st.sampled_from("0123456789"))
def test_every_wrong_digit_is_found(body: str, index: int, digit: str) -> None:
    changed = body[:index] + digit + body[index + 1 :]
    assert (orgcode.check_character(changed) == orgcode.check_character(body)) == (changed == body)


@given(numbers, st.integers(0, 6))
def test_every_swap_of_neighbouring_digits_is_found(body: str, index: int) -> None:
    changed = body[:index] + body[index + 1] + body[index] + body[index + 2 :]
    assert (orgcode.check_character(changed) == orgcode.check_character(body)) == (changed == body)


@pytest.mark.parametrize(
    ("written", "code", "named"),
    [
        ("7152672", "orgcode.length", "7"),
        ("7152672?X", "orgcode.character", "?"),
        ("71526726-1", "orgcode.check", "X"),
    ],
)
def test_refusals(written: str, code: str, named: str) -> None:
    with pytest.raises(Refused) as refused:
        orgcode.parse(written)
    (problem,) = refused.value.problems
    assert problem.code == code
    assert named in str(problem)


def test_a_body_of_another_form_has_no_check_character() -> None:
    with pytest.raises(ValueError, match="eight"):
        orgcode.check_character("7152672x")
