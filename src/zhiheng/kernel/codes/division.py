"""行政区划代码, the six-digit division code of GB/T 2260: province 2, city 2, county 2.

The form alone tells level, parent and what lies within what. `100000` stands for the nation, as in GB 32100.
This module refuses to say whether a division exists or existed: that is asked of the dated table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

from zhiheng.kernel.codes.writing import compact
from zhiheng.kernel.errors import N_, refuse

NATION = "100000"
_FORM = re.compile(r"[0-9]{6}")

_REGIONS = (
    range(11, 16),
    range(21, 24),
    range(31, 38),
    range(41, 47),
    range(50, 55),
    range(61, 66),
    (71, 81, 82),
)
PROVINCES = frozenset(str(province) for region in _REGIONS for province in region)
"""The first two digits of the 34 divisions at province level."""
FICTIONAL = frozenset({"90", "91"})
"""Provinces that GB/T 2260 does not assign and that this project uses for places that do not exist.

The form lets them through; whether a place exists is for the dated table of divisions to say.
"""


class Level(IntEnum):
    """From the nation down; a smaller number lies higher."""

    NATION = 0
    PROVINCE = 1
    CITY = 2
    COUNTY = 3


@dataclass(frozen=True, slots=True, order=True)
class Division:
    """A division code; properties read its parts."""

    code: str

    @property
    def level(self) -> Level:
        """The level that the zeros at the end tell."""
        if self.code == NATION:
            return Level.NATION
        if self.code.endswith("0000"):
            return Level.PROVINCE
        return Level.CITY if self.code.endswith("00") else Level.COUNTY

    @property
    def prefix(self) -> str:
        """The digits that this division and all within it begin with; empty for the nation."""
        return self.code[: 2 * self.level]

    @property
    def province(self) -> str | None:
        """The code of the province, or None for the nation."""
        return self._above(Level.PROVINCE)

    @property
    def city(self) -> str | None:
        """The code of the city level, or None above it."""
        return self._above(Level.CITY)

    @property
    def county(self) -> str | None:
        """The code of the county, or None above it."""
        return self._above(Level.COUNTY)

    @property
    def parent(self) -> Division | None:
        """The division one level up by form; the table may hang a county directly under its province."""
        if self.level is Level.NATION:
            return None
        if self.level is Level.PROVINCE:
            return Division(NATION)
        return Division(self.prefix[:-2].ljust(6, "0"))

    def lies_within(self, other: Division) -> bool:
        """Tell whether this is `other` or one of the divisions below it."""
        return self.code.startswith(other.prefix)

    def __str__(self) -> str:
        return self.code

    def _above(self, level: Level) -> str | None:
        return self.code[: 2 * level].ljust(6, "0") if self.level >= level else None


def parse(text: str) -> Division:
    """Read a division code of six digits, or refuse it with what is wrong.

    Codes of four or two digits are refused although their meaning is clear: kept side by side with six digits
    they would compare as different places.
    """
    code = compact(text)
    if not _FORM.fullmatch(code):
        raise refuse(
            "division.form",
            N_("“%(text)s” is not a division code: it has 6 digits."),
            N_("Write a province as 110000, a city as 330100, a county as 330106."),
            text=text.strip(),
        )
    if code == NATION:
        return Division(code)
    if code[:2] not in PROVINCES | FICTIONAL:
        raise refuse(
            "division.province",
            N_("The division code “%(code)s” begins with “%(found)s”, which is no province of GB/T 2260."),
            N_("The first two digits name the province: 11 Beijing to 82 Macao; the nation is 100000."),
            code=code,
            found=code[:2],
        )
    if code[2:4] == "00" and code[4:] != "00":
        raise refuse(
            "division.county",
            N_("The division code “%(code)s” names a county (%(found)s) but no city: digits 3 and 4 are 00."),
            N_("Give the digits of the city, or end the code in 0000 for the province."),
            code=code,
            found=code[4:],
        )
    return Division(code)
