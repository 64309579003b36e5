"""Problems and cells on their way into a JSON column and out again.

Texts that no database column takes (NUL, lone surrogates) are shown by a sign in their place, so
that the row that holds them can still be kept and shown. This module refuses to translate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from zhiheng.kernel.chain import Json
from zhiheng.kernel.errors import Param, Problem
from zhiheng.kernel.sheets import CellProblem

Cells = Mapping[str, str]
# More of a cell is of no use to the person who mends it, and a chunk of such rows must fit in memory.
KEPT: Final = 4000
FOUND_KEPT: Final = 200
_UNSTORABLE: Final = {0: "\u2400", **dict.fromkeys(range(0xD800, 0xE000), "\ufffd")}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that was not taken in, with its cells by column name."""

    number: int
    cells: Cells
    problems: tuple[CellProblem, ...]


def storable(text: str, limit: int = KEPT) -> str:
    """The text as a database can keep it."""
    short = text if len(text) <= limit else f"{text[:limit]}…"
    return short.translate(_UNSTORABLE) if not short.isprintable() else short


def cells_to_json(cells: Cells) -> dict[str, str]:
    """Cells without the empty ones."""
    return {name: storable(cell) for name, cell in cells.items() if cell}


def problem_to_json(problem: Problem) -> dict[str, Json]:
    """A problem as JSON."""
    params = {
        name: storable(value, FOUND_KEPT) if isinstance(value, str) else value
        for name, value in problem.params.items()
    }
    return {
        "code": problem.code,
        "message": problem.message,
        "params": dict(params),
        "remedy": problem.remedy,
    }


def problem_from_json(stored: Mapping[str, Any]) -> Problem:
    """The problem that was stored."""
    params: dict[str, Param] = dict(stored.get("params", {}))
    return Problem(
        str(stored["code"]), str(stored["message"]), MappingProxyType(params), str(stored.get("remedy", ""))
    )


def to_json(problems: Sequence[CellProblem]) -> list[Json]:
    """The problems of a row as JSON, each with its column and what was found there."""
    return [
        {**problem_to_json(one.problem), "column": one.column, "found": storable(one.found, FOUND_KEPT)}
        for one in problems
    ]


def from_json(stored: Sequence[Mapping[str, Any]]) -> tuple[CellProblem, ...]:
    """The problems of a row that were stored."""
    return tuple(CellProblem(str(one["column"]), str(one["found"]), problem_from_json(one)) for one in stored)
