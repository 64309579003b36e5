"""行业代码, the industry code of GB/T 4754-2017: a section letter and up to four digits.

Two digits are a division (大类), three a group (中类), four a class (小类). The section follows from the
first two digits, so `1311` and `C1311` are the same and the letter is always kept. This module refuses to say
whether a group or class exists: that is asked of the classification's table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from zhiheng.kernel.codes.writing import compact
from zhiheng.kernel.errors import N_, refuse

SECTIONS = "ABCDEFGHIJKLMNOPQRST"
_FIRST_DIVISIONS = (1, 6, 13, 44, 47, 51, 53, 61, 63, 66, 70, 71, 73, 76, 80, 83, 84, 86, 91, 97, 98)
_SECTION_OF = {
    f"{division:02d}": section
    for section, (first, after) in zip(SECTIONS, pairwise(_FIRST_DIVISIONS), strict=True)
    for division in range(first, after)
}
_FORM = re.compile(r"([A-Z]?)([0-9]{2,4})|([A-Z])")


@dataclass(frozen=True, slots=True, order=True)
class Industry:
    """An industry code with its section letter."""

    code: str

    @property
    def section(self) -> str:
        """门类: the letter."""
        return self.code[0]

    @property
    def digits(self) -> str:
        """The digits without the letter; empty for a whole section."""
        return self.code[1:]

    @property
    def level(self) -> int:
        """1 门类, 2 大类, 3 中类, 4 小类."""
        return max(len(self.digits), 1)

    @property
    def parent(self) -> Industry | None:
        """The next wider code, or None for a section."""
        if self.level == 1:
            return None
        return Industry(self.section if self.level == 2 else self.code[:-1])

    @property
    def is_manufacturing(self) -> bool:
        """Tell whether it belongs to section C, divisions 13 to 43."""
        return self.section == "C"

    def lies_within(self, other: Industry) -> bool:
        """Tell whether this is `other` or a part of it."""
        return self.code.startswith(other.code)

    def __str__(self) -> str:
        return self.code


def parse(text: str) -> Industry:
    """Read an industry code, with or without its letter, or refuse it with what is wrong."""
    code = compact(text)
    match = _FORM.fullmatch(code)
    if match is None:
        raise refuse(
            "industry.form",
            N_("“%(text)s” is not an industry code of GB/T 4754."),
            N_(
                "Write a letter A to T and up to four digits, for example C1311, or two to four digits alone."
            ),
            text=text.strip(),
        )
    letter, digits = match[1] or match[3] or "", match[2] or ""
    if letter and letter not in SECTIONS:
        raise refuse(
            "industry.section",
            N_("The industry code “%(code)s” begins with “%(found)s”, but the sections are A to T."),
            N_("Give the letter of the section, for example C for manufacturing."),
            code=code,
            found=letter,
        )
    if not digits:
        return Industry(letter)
    section = _SECTION_OF.get(digits[:2])
    if section is None:
        raise refuse(
            "industry.division",
            N_("The industry code “%(code)s” names division %(found)s, but the divisions are 01 to 97."),
            N_("Give the two digits of the division, with the zero at the left where there is one."),
            code=code,
            found=digits[:2],
        )
    if letter and letter != section:
        raise refuse(
            "industry.mismatch",
            N_("In the industry code “%(code)s” division %(division)s does not belong to section %(found)s."),
            N_("It belongs to section %(expected)s: write %(suggestion)s, or mend the digits."),
            code=code,
            division=digits[:2],
            found=letter,
            expected=section,
            suggestion=section + digits,
        )
    return Industry(section + digits)
