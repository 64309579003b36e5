"""Places as tiles: the provinces on a fixed grid, everything smaller as a block in the order of codes.

It refuses to draw a border: a published map of China needs an approval number, a grid of names
does not.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from django.utils.translation import get_language, gettext

from zhiheng.doors.look.figures import percent
from zhiheng.kernel.errors import N_

LEVELS = 6
NO_FIGURE = N_("No figure for this place")

# The first two digits of a division code (GB/T 2260): row, column, name, letters (ISO 3166-2:CN).
NATION: dict[str, tuple[int, int, str, str]] = {
    "11": (2, 6, N_("Beijing"), "BJ"),
    "12": (3, 7, N_("Tianjin"), "TJ"),
    "13": (3, 6, N_("Hebei"), "HE"),
    "14": (3, 5, N_("Shanxi"), "SX"),
    "15": (1, 6, N_("Inner Mongolia"), "NM"),
    "21": (2, 8, N_("Liaoning"), "LN"),
    "22": (1, 8, N_("Jilin"), "JL"),
    "23": (0, 8, N_("Heilongjiang"), "HL"),
    "31": (5, 7, N_("Shanghai"), "SH"),
    "32": (5, 6, N_("Jiangsu"), "JS"),
    "33": (6, 6, N_("Zhejiang"), "ZJ"),
    "34": (5, 5, N_("Anhui"), "AH"),
    "35": (7, 5, N_("Fujian"), "FJ"),
    "36": (6, 5, N_("Jiangxi"), "JX"),
    "37": (4, 6, N_("Shandong"), "SD"),
    "41": (4, 5, N_("Henan"), "HA"),
    "42": (5, 4, N_("Hubei"), "HB"),
    "43": (6, 4, N_("Hunan"), "HN"),
    "44": (7, 4, N_("Guangdong"), "GD"),
    "45": (7, 3, N_("Guangxi"), "GX"),
    "46": (8, 2, N_("Hainan"), "HI"),
    "50": (5, 3, N_("Chongqing"), "CQ"),
    "51": (4, 3, N_("Sichuan"), "SC"),
    "52": (6, 3, N_("Guizhou"), "GZ"),
    "53": (5, 2, N_("Yunnan"), "YN"),
    "54": (4, 1, N_("Xizang"), "XZ"),
    "61": (3, 4, N_("Shaanxi"), "SN"),
    "62": (2, 3, N_("Gansu"), "GS"),
    "63": (3, 2, N_("Qinghai"), "QH"),
    "64": (2, 4, N_("Ningxia"), "NX"),
    "65": (2, 1, N_("Xinjiang"), "XJ"),
    "71": (7, 7, N_("Taiwan"), "TW"),
    "81": (8, 5, N_("Hong Kong"), "HK"),
    "82": (8, 4, N_("Macao"), "MO"),
}


@dataclass(frozen=True, slots=True)
class Tile:
    """One place. `level` 0–5 chooses the tone of the scale; without one the place has no figure."""

    code: str
    name: str
    value: str = ""
    level: int | None = None
    href: str = ""
    reason: str = ""
    short: str = ""
    place: str = ""

    @property
    def tone(self) -> str:
        """The class that colours the tile."""
        return "none" if self.level is None else f"l{self.level}"


def level_of(value: float, cuts: Sequence[float]) -> int:
    """The level 0–5 of a value on a scale with five ascending cuts."""
    if len(cuts) != LEVELS - 1 or list(cuts) != sorted(cuts):
        raise ValueError(f"a scale needs {LEVELS - 1} ascending cuts, not {list(cuts)}")
    return bisect_right(cuts, value)


def legend_of(cuts: Sequence[float]) -> list[str]:
    """The words of a scale of shares with these cuts, one for each level."""
    shown = [percent(cut) for cut in cuts]
    between = [f"{low[:-1]}–{high}" for low, high in pairwise(shown)]
    return [f"<{shown[0]}", *between, f"≥{shown[-1]}"]


def is_nation(tiles: Iterable[Tile]) -> bool:
    """Whether all places are provinces, so that the fixed grid applies."""
    codes = [tile.code for tile in tiles]
    return bool(codes) and all(code[:2] in NATION and code[2:].strip("0") == "" for code in codes)


def nation(tiles: Iterable[Tile]) -> list[Tile]:
    """All provinces on their places, those without a figure among them, in the order of codes."""
    given = {tile.code[:2]: tile for tile in tiles}
    letters = not (get_language() or "zh").startswith("zh")
    placed = []
    for code, (row, column, msgid, short) in sorted(NATION.items()):
        name = gettext(msgid)
        tile = given.get(code) or Tile(code=f"{code}0000", name=name)
        placed.append(
            replace(
                tile,
                short=short if letters else name,
                place=f"r{row} c{column}",
                reason=tile.reason or gettext(NO_FIGURE),
            )
        )
    return placed


def block(tiles: Iterable[Tile]) -> list[Tile]:
    """Places in the order of their codes."""
    return [
        replace(tile, short=tile.short or tile.name, reason=tile.reason or gettext(NO_FIGURE))
        for tile in sorted(tiles, key=lambda tile: tile.code)
    ]
