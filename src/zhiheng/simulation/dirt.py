"""Realistic dirt for the second variant of the files: what a real file holds and an import must refuse.

About one row in fifty is spoilt in one cell, and some rows stand twice. Every fault is recorded with file,
line and kind, so that a test can ask for each refusal. This module refuses to spoil what it cannot name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from zhiheng.kernel.codes import uscc
from zhiheng.simulation.enterprises import Texts
from zhiheng.simulation.noise import Noise, below

ONE_IN: Final = 50
DUPLICATE: Final = "duplicate_row"


@dataclass(frozen=True, slots=True)
class Dirt:
    """One spoilt cell, or a row that stands twice (column and cells empty). Line 1 is the heading."""

    file: str
    line: int
    kind: str
    column: str
    original: str
    found: str


def _swapped_check(code: str) -> str:
    """The code with a check character that is wrong."""
    if not code:
        return "91900101MA00000000"
    return code[:-1] + uscc.ALPHABET[(uscc.ALPHABET.index(code[-1]) + 1) % len(uscc.ALPHABET)]


Spoil = tuple[str, str, str]
"""Kind, heading and the cell that is written instead; an empty cell means a wrong check character."""
ENTERPRISES: Final[tuple[Spoil, ...]] = (
    ("wrong_code", "统一社会信用代码", ""),
    ("wrong_date", "成立日期", "2015-02-30"),
    ("unknown_division", "行政区划代码", "909999"),
    ("negative_value", "注册资本（万元）", "-500"),
    ("text_in_number", "注册资本（万元）", "五百万"),
    ("unknown_word", "经营状态", "不详"),
    (DUPLICATE, "", ""),
)
SPOT_CHECKS: Final[tuple[Spoil, ...]] = (
    ("wrong_code", "标称生产企业统一社会信用代码", ""),
    ("wrong_date", "抽样日期", "2024-13-05"),
    ("unknown_division", "抽样地行政区划代码", "909999"),
    ("negative_value", "检验项目", "泄漏电流|-0.35|mA|≤0.75|合格"),
    ("text_in_number", "检验项目", "泄漏电流|约零点三|mA|≤0.75|合格"),
    ("unknown_word", "抽查结果", "基本合格"),
    (DUPLICATE, "", ""),
)


class Spoiler:
    """Spoils chunks on their way into one file, and remembers what it did."""

    def __init__(self, seed: int, file: str, headings: tuple[str, ...], spoils: tuple[Spoil, ...]) -> None:
        self.done: list[Dirt] = []
        self._file = file
        self._headings = headings
        self._spoils = spoils
        self._noise = Noise(seed, f"dirt {file}")

    def spoilt(self, chunks: Iterable[list[Texts]]) -> Iterator[list[Texts]]:
        """The chunks with some cells spoilt and some rows written twice."""
        start, line = 0, 2
        for columns in chunks:
            count = len(columns[0])
            where, which = self._noise.pair(np.arange(start, start + count, dtype=np.int64))
            twice: list[int] = []
            for row in np.flatnonzero(below(where, ONE_IN) == 0).tolist():
                kind, heading, cell = self._spoils[int(below(which[row : row + 1], len(self._spoils))[0])]
                at = line + row + len(twice)
                if kind == DUPLICATE:
                    twice.append(row)
                    self.done.append(Dirt(self._file, at + 1, kind, "", "", ""))
                else:
                    self._spoil(columns[self._headings.index(heading)], row, (at, kind, heading, cell))
            copies = np.ones(count, dtype=np.int64)
            copies[twice] = 2
            yield [np.repeat(column, copies) for column in columns]
            start += count
            line += count + len(twice)

    def _spoil(self, column: Texts, row: int, what: tuple[int, str, str, str]) -> None:
        line, kind, heading, cell = what
        original = column[row]
        column[row] = cell or _swapped_check(original)
        self.done.append(Dirt(self._file, line, kind, heading, original, column[row]))
