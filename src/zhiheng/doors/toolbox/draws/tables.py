"""A frame as people have it, a table in any of the usual files or pasted, read into rows.

Every line that cannot be used is named with its number and what is wrong, all at once, so that a table
is mended in one go. This module refuses to leave a bad line out in silence: who is not in the frame
cannot be drawn.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from zhiheng.doors.imports.readers import inspect, lines
from zhiheng.doors.imports.readers.layout import Fit, Line
from zhiheng.kernel.errors import N_, Problem, refuse

OBJECTS_MOST: Final = 20_000
SHOWN_MOST: Final = 20
HEADINGS: Final[Mapping[str, frozenset[str]]] = {
    "identity": frozenset(
        {"identity", "object", "uscc", "id", "标识", "对象", "抽查对象", "统一社会信用代码", "编号"}
    ),
    "stratum": frozenset({"stratum", "层", "分层", "抽样层"}),
    "weight": frozenset({"weight", "权重"}),
    "exclusion": frozenset({"exclusion", "excluded because", "排除原因", "不纳入原因"}),
}
_CANONICAL: Final = ("stratum", "identity", "weight")


@dataclass(frozen=True, slots=True)
class Row:
    """An object as it stands in a line of the table; `exclusion` is why it may not be drawn."""

    number: int
    stratum: str
    identity: str
    weight: str
    exclusion: str = ""


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that cannot be used."""

    number: int
    problem: Problem


@dataclass(slots=True)
class Given:
    """What a table holds."""

    rows: list[Row] = field(default_factory=list)
    bad: list[BadLine] = field(default_factory=list)

    @property
    def shown(self) -> list[BadLine]:
        """The first of the bad lines."""
        return self.bad[:SHOWN_MOST]


def read(data: bytes) -> Given:
    """The rows of a table with headings, or of a frame file without them."""
    with tempfile.NamedTemporaryFile(prefix="frame-") as file:
        file.write(data)
        file.flush()
        path = Path(file.name)
        if _is_frame_file(data):
            return _given(_split(data), {name: place for place, name in enumerate(_CANONICAL)})
        layout = inspect(path, _fits)
        places = _places(layout.headings)
        if "identity" not in places:
            raise refuse(
                "draw.headings",
                N_("The table has no column for the objects; its headings are: %(found)s"),
                N_("Name the columns “identity”, “stratum”, “weight”, “exclusion” (the first is needed)."),
                found="｜".join(layout.headings)[:200],
            )
        return _given(lines(path, layout), places)


def _is_frame_file(data: bytes) -> bool:
    """Whether the first line is an object of a frame file: three fields, no headings."""
    first = data.split(b"\n", 1)[0].removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").rstrip("\r")
    cells = first.split("\t")
    return len(cells) == len(_CANONICAL) and not _places(cells)


def _split(data: bytes) -> Iterator[Line]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refuse(
            "draw.encoding",
            N_("Byte %(at)d of the frame file is not UTF-8."),
            N_("Take the file as it was written; a spreadsheet may have saved it in another encoding."),
            at=error.start + 1,
        ) from error
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield Line(number, line.rstrip("\r").split("\t"))


def _places(headings: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, heading in enumerate(headings):
        said = heading.strip().lower()
        for name, known in HEADINGS.items():
            if said in known:
                found.setdefault(name, place)
    return found


def _fits(headings: Sequence[str]) -> Fit:
    known = _places(headings)
    return Fit("identity" in known, len(known))


def _given(read_lines: Iterable[Line], places: Mapping[str, int]) -> Given:
    given = Given()
    for line in read_lines:
        if len(given.rows) + len(given.bad) >= OBJECTS_MOST:
            raise refuse(
                "draw.too_many",
                N_("The table has more than %(most)d lines, which is all that this page takes."),
                N_("Draw from a larger frame with the command line: zhiheng draw --help"),
                most=OBJECTS_MOST,
            )
        problem = _flaw(line, places)
        if problem is not None:
            given.bad.append(BadLine(line.number, problem))
            continue
        cells = {name: line.cells[place] if place < len(line.cells) else "" for name, place in places.items()}
        given.rows.append(
            Row(
                line.number,
                cells.get("stratum", ""),
                cells["identity"],
                cells.get("weight", "") or "1",
                cells.get("exclusion", ""),
            )
        )
    return given


def _flaw(line: Line, places: Mapping[str, int]) -> Problem | None:
    for place in places.values():
        if line.flaws and place in line.flaws:
            return line.flaws[place]
    place = places["identity"]
    if place >= len(line.cells) or not line.cells[place].strip():
        return _NO_IDENTITY
    return None


_NO_IDENTITY: Final = Problem(
    "draw.no_identity",
    N_("The line names no object."),
    remedy=N_("Write its identity, for example the unified code."),
)
