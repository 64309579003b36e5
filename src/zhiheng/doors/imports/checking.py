"""From the lines of a file to chunks: each line is mapped, checked by its sheet, and put with its kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from zhiheng.doors.imports.catalogue import Importable, Watch
from zhiheng.doors.imports.matching import Matching, match_headings, match_mapping
from zhiheng.doors.imports.readers.layout import Fit, Line
from zhiheng.doors.imports.remembering import remembering
from zhiheng.doors.imports.turning import Codes, Turning
from zhiheng.foundation.exchange.mapping import SourceMapping
from zhiheng.foundation.exchange.problems import Cells, Refusal
from zhiheng.foundation.exchange.services import Chunk
from zhiheng.kernel.sheets import CellProblem, Row, Sheet

# Rows may be long: a chunk holds no more text than this, however few rows that are.
CHARACTERS_MOST: Final = 8_000_000
# What a cell of a row costs beside its text.
_CELL_COST: Final = 4


@dataclass(frozen=True, slots=True)
class Way:
    """How a file becomes rows of a sheet: by our headings, or by a mapping and the codes it asks for."""

    sheet: Sheet
    mapping: SourceMapping | None = None
    codes: Codes = field(default_factory=dict)

    def match(self, headings: Sequence[str]) -> Matching:
        """Which columns are recognised."""
        if self.mapping is None:
            return match_headings(self.sheet, headings)
        return match_mapping(self.sheet, self.mapping, headings)

    def fits(self, headings: Sequence[str]) -> Fit:
        """How well a row would do as the headings."""
        return self.match(headings).fit


class Checking:
    """Reads lines for a sheet; the places of the columns are settled once."""

    def __init__(self, way: Way, headings: Sequence[str]) -> None:
        matching = way.match(headings)
        matching.require()
        self.sheet = remembering(way.sheet)
        self._turning = Turning(way.mapping, matching.columns, way.codes) if way.mapping else None
        self._places = list(matching.columns.items())
        self._reads = self._turning.reads if self._turning else {place: name for name, place in self._places}

    def check(self, line: Line) -> tuple[Cells, Row | Refusal]:
        """The line's cells under our names, and the row, or what is wrong with it."""
        problems: list[CellProblem] = []
        if self._turning is None:
            found = line.cells
            cells = {name: found[place] for name, place in self._places}
        else:
            cells, problems = self._turning(line.cells)
        values, wrong = self.sheet.read(cells)
        if line.flaws:
            problems += self._flaws(line)
        if not problems and not wrong:
            return cells, Row(line.number, values)
        # A cell that was broken in the file, or that no mapping knew, need not be complained of twice.
        known = {one.column for one in problems}
        problems += [one for one in wrong if one.column not in known]
        return cells, Refusal(line.number, cells, tuple(problems))

    def _flaws(self, line: Line) -> list[CellProblem]:
        flaws = line.flaws or {}
        found = []
        for place, problem in flaws.items():
            of_row = problem.code.startswith("row.")
            name = "" if of_row else self._reads.get(place)
            if name is not None:  # else: a flaw in a column that nobody reads is nobody's concern
                found.append(CellProblem(name, "" if of_row else line.cells[place], problem))
        return found


@dataclass(slots=True)
class _Open:
    """A chunk that is being filled."""

    start: int
    rows: list[Row] = field(default_factory=list)
    cells: dict[int, Cells] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)
    tally: dict[str, tuple[int, int]] = field(default_factory=dict)
    size: int = 0

    def add(self, line: Line, checked: tuple[Cells, Row | Refusal], watch: Watch | None) -> None:
        cells, row = checked
        self.size += sum(map(len, line.cells)) + _CELL_COST * len(line.cells)
        if isinstance(row, Refusal):
            self.refused.append(row)
            return
        self.rows.append(row)
        self.cells[row.number] = cells
        seen = watch(row.values) if watch else None
        if seen:
            rows, nonconforming = self.tally.get(seen[0], (0, 0))
            self.tally[seen[0]] = (rows + 1, nonconforming + seen[1])

    @property
    def count(self) -> int:
        return len(self.rows) + len(self.refused)

    def closed(self) -> Chunk:
        return Chunk(self.start, self.rows, self.cells, self.refused, self.tally)


def chunks(
    lines: Iterable[Line], checking: Checking, importable: Importable, start: int, most: int
) -> Iterator[Chunk]:
    """Chunks of checked rows, of at most `most` rows and a bounded size."""
    chunk = _Open(start)
    for line in lines:
        chunk.add(line, checking.check(line), importable.watch)
        if chunk.count >= most or chunk.size >= CHARACTERS_MOST:
            yield chunk.closed()
            chunk = _Open(chunk.start + chunk.count)
    if chunk.count:
        yield chunk.closed()
