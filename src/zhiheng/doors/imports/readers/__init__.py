"""Reading files: their kind, layout and rows as text. Nothing here knows a sheet or a database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from zhiheng.doors.imports.readers import columnar, delimited, kinds, workbook
from zhiheng.doors.imports.readers.layout import Fits, Layout, Line


class Reader(NamedTuple):
    """How a kind of file is inspected, and how its rows are read."""

    inspect: Callable[[Path, Fits], Layout]
    lines: Callable[[Path, Layout], Iterator[Line]]


READERS: Final = {
    kinds.TEXT: Reader(delimited.inspect, delimited.lines),
    kinds.XLSX: Reader(workbook.inspect, workbook.lines),
    kinds.PARQUET: Reader(columnar.inspect, columnar.lines),
}


def inspect(path: Path, fits: Fits) -> Layout:
    """The layout of a file; what cannot be read is refused with what to do."""
    return READERS[kinds.kind_of(path)].inspect(path, fits)


def lines(path: Path, layout: Layout) -> Iterator[Line]:
    """The rows of a file, in order, without the headings and without blank rows."""
    return READERS[layout.kind].lines(path, layout)
