"""Which of our columns a strange heading may mean: by its words, and by what stands below it.

A suggestion is shown to a person and changed by a person; nothing is imported by it alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Final

from zhiheng.kernel.errors import Refused
from zhiheng.kernel.sheets import Column, Sheet, heading_key

LIKELY: Final = 0.55
FITS: Final = 0.25
BY_VALUES: Final = 0.56
SOMEWHAT: Final = 0.3
_SHORTEST: Final = 2
_NONSENSE: Final = "〇〇〇"


def suggest(sheet: Sheet, headings: Sequence[str], samples: Sequence[Sequence[str]]) -> dict[int, str]:
    """Place in the file → our column; each column once, the likeliest pairs first."""
    scored = [
        (_score(column, heading, _below(samples, place)), -place, column.name)
        for place, heading in enumerate(headings)
        if heading
        for column in sheet.columns
    ]
    found: dict[int, str] = {}
    for score, place, name in sorted(scored, reverse=True):
        if score >= LIKELY and -place not in found and name not in found.values():
            found[-place] = name
    return found


def _below(samples: Sequence[Sequence[str]], place: int) -> list[str]:
    return [row[place] for row in samples if place < len(row) and row[place]]


def _score(column: Column, heading: str, below: Sequence[str]) -> float:
    key = heading_key(heading)
    words = max(_alike(key, heading_key(known)) for known in column.headings)
    if _parses(column, [_NONSENSE]) or not below:
        return words  # a column that takes any text says nothing by what stands below it
    if not _parses(column, below):
        return words / 2
    return words + FITS if words else BY_VALUES * bool(column.choices)


def _alike(key: str, known: str) -> float:
    if key == known:
        return 1.0
    if min(len(key), len(known)) >= _SHORTEST and (key in known or known in key):
        return 0.5 + 0.4 * min(len(key), len(known)) / max(len(key), len(known))
    ratio = SequenceMatcher(None, key, known).ratio()
    return ratio if ratio >= SOMEWHAT else 0.0


def _parses(column: Column, cells: Sequence[str]) -> bool:
    """Whether the cells could all stand in this column."""
    try:
        for cell in cells:
            column.parse(cell)
    except Refused:
        return False
    return True
