"""A probability as an assessor writes it: an exact fraction, or a range of two.

"1/10", "0.02", "2 %", 0, 1 and fractions are exact. A binary float is not: 0.1 as a float lies above
one tenth, and would fall into the band above. This module refuses floats for that reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from zhiheng.methods.errors import N_, InvalidInput

Exact = Fraction | Decimal | int | str
# A text longer than this is not a probability that a person wrote; reading it could take for ever.
LENGTH_MOST: Final = 60
# More places than this tell apart nothing that anybody could have estimated; 1e999999999 is not a number.
_EXPONENT_MOST: Final = 50


@dataclass(frozen=True, slots=True, order=True)
class Range:
    """A probability that is known to lie between two bounds; a point where both are the same.

    Attributes
    ----------
    lower, upper : Fraction
        0 <= lower <= upper <= 1.
    """

    lower: Fraction
    upper: Fraction

    @property
    def exact(self) -> bool:
        """Whether it is one number."""
        return self.lower == self.upper

    def __mul__(self, other: Range) -> Range:
        """Of two steps that both have to happen, the second given the first."""
        return Range(self.lower * other.lower, self.upper * other.upper)


def fraction(value: Exact) -> Fraction:
    """Read one exact probability.

    Parameters
    ----------
    value : Fraction, Decimal, int or str
        "1/10", "0.02", "2 %", "2e-3"; full-width digits and percent signs are read too.

    Returns
    -------
    Fraction
        In [0, 1].

    Raises
    ------
    InvalidInput
        `risk.probability_float` for a float, `risk.probability_text` for what is no number,
        `risk.probability_range` outside [0, 1].
    """
    if isinstance(value, bool | float):
        raise InvalidInput(
            "risk.probability_float",
            N_("%(value)s is a binary number and not exact."),
            N_("Write the probability as a text or fraction: “1/10”, “0.1” or “10 %%”."),
            value=str(value),
        )
    found = _read(value) if isinstance(value, str) else _number(value)
    if not 0 <= found <= 1:
        raise InvalidInput(
            "risk.probability_range",
            N_("A probability of %(value)s does not exist."),
            N_("Give a value from 0 to 1, for example “1/1000” or “0.1 %%”."),
            value=str(value)[:LENGTH_MOST],
        )
    return found


def between(lower: Exact, upper: Exact) -> Range:
    """A range from two exact probabilities; `risk.range_crossed` when the first is the larger."""
    low, high = fraction(lower), fraction(upper)
    if low > high:
        raise InvalidInput(
            "risk.range_crossed",
            N_("The range from %(lower)s to %(upper)s is empty."),
            N_("Give the smaller probability first."),
            lower=str(lower),
            upper=str(upper),
        )
    return Range(low, high)


def exactly(value: Exact) -> Range:
    """A range of one number."""
    found = fraction(value)
    return Range(found, found)


def _read(text: str) -> Fraction:
    narrow = "".join(text.split()).translate(_NARROW)
    factor = Fraction(1)
    if narrow.endswith(("%", "‰")):
        factor = Fraction(1, 100 if narrow[-1] == "%" else 1000)
        narrow = narrow[:-1]
    try:
        if not narrow or len(narrow) > LENGTH_MOST or _far(narrow):
            raise ValueError
        return Fraction(narrow) * factor
    except (ValueError, ZeroDivisionError):
        raise InvalidInput(
            "risk.probability_text",
            N_("“%(value)s” is not a probability."),
            N_("Write it as “1/1000”, “0.001” or “0.1 %%”."),
            value=text[:LENGTH_MOST],
        ) from None


def _far(text: str) -> bool:
    """Whether an exponent makes a number that would fill the memory."""
    _, sign, exponent = text.lower().partition("e")
    return bool(sign) and (not exponent.lstrip("+-").isdigit() or abs(int(exponent)) > _EXPONENT_MOST)


def _number(value: Fraction | Decimal | int) -> Fraction:
    if isinstance(value, Decimal) and (not value.is_finite() or abs(value.adjusted()) > _EXPONENT_MOST):
        raise InvalidInput(
            "risk.probability_text",
            N_("“%(value)s” is not a probability."),
            N_("Write it as “1/1000”, “0.001” or “0.1 %%”."),
            value=str(value)[:LENGTH_MOST],
        )
    return Fraction(value)


_NARROW: Final = str.maketrans("０１２３４５６７８９／％．－＋", "0123456789/%.-+")
