"""商品条码, the trade item number GTIN-8, 12, 13 and 14 of GB 12904, kept as 14 digits.

Zeros on the left do not change which item is meant, so one form is kept and all four compare equal. The
scheme finds every single wrong digit, and swaps of neighbours unless they differ by 5. This module refuses to
say who owns a number: a prefix 690 to 699 tells only that it was allotted in mainland China.
"""

from __future__ import annotations

from dataclasses import dataclass

from zhiheng.kernel.codes.writing import compact
from zhiheng.kernel.errors import N_, refuse

LENGTHS = (8, 12, 13, 14)


@dataclass(frozen=True, slots=True)
class Gtin:
    """A trade item number in its kept form of 14 digits."""

    value: str

    @property
    def kind(self) -> int:
        """How many digits the item's own symbol has: 8, 12, 13 or 14."""
        for digits in LENGTHS[:-1]:
            if self.value.startswith("0" * (14 - digits)):
                return digits
        return 14

    @property
    def printed(self) -> str:
        """The number as printed under the symbol."""
        return self.value[14 - self.kind :]

    @property
    def prefix(self) -> str:
        """The three digits of the numbering organisation; a GTIN-8 has a range of prefixes of its own."""
        return self.printed[:3] if self.kind == 8 else self.value[1:4]

    @property
    def is_chinese(self) -> bool:
        """Tell whether the prefix is one of 690 to 699."""
        return self.prefix.startswith("69")

    @property
    def check(self) -> str:
        """The check digit."""
        return self.value[13]

    def __str__(self) -> str:
        return self.value


def check_digit(body: str) -> str:
    """Return the check digit for the digits that precede it; anything but digits is a ValueError."""
    if not (body.isascii() and body.isdigit()):
        raise ValueError(f"not digits: {body!r}")
    digits = [int(digit) for digit in reversed(body)]
    return str(-(3 * sum(digits[::2]) + sum(digits[1::2])) % 10)


def parse(text: str) -> Gtin:
    """Read a trade item number of 8, 12, 13 or 14 digits, or refuse it with what is wrong."""
    digits = compact(text).replace("-", "")
    for position, found in enumerate(digits, start=1):
        if not (found.isascii() and found.isdigit()):
            raise refuse(
                "gtin.character",
                N_("Character %(position)d of the trade item number “%(text)s” is “%(found)s”."),
                N_("Only digits are used; a number shown as 6.9E+12 must be given in full."),
                position=position,
                text=digits,
                found=found,
            )
    if len(digits) not in LENGTHS:
        raise refuse(
            "gtin.length",
            N_("“%(text)s” is not a trade item number: it has 8, 12, 13 or 14 digits, here are %(count)d."),
            N_("Give all digits under the bar code, the zeros at the left included."),
            text=digits,
            count=len(digits),
        )
    expected = check_digit(digits[:-1])
    if digits[-1] != expected:
        raise refuse(
            "gtin.check",
            N_("The trade item number “%(text)s” ends in %(found)s instead of %(expected)s."),
            N_("Compare it with the bar code: one of the digits is wrong, or two are swapped."),
            text=digits,
            found=digits[-1],
            expected=expected,
        )
    if not int(digits):
        raise refuse(
            "gtin.zero",
            N_("“%(text)s” consists of zeros and names no item."),
            N_("Leave the field empty when the product has no bar code."),
            text=digits,
        )
    return Gtin(digits.zfill(14))
