"""A frame as people have it, a table, turned into the frozen one: frame lines and exclusions apart.

Every faulty row is named with its number, all at once, so that a table is mended in one go. This module
refuses to leave a row out in silence: who is not in the frame cannot be drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from zhiheng.doors.toolbox.refusals import refusals_of_methods
from zhiheng.doors.toolbox.tables import Given, RowProblem, pasted, uploaded
from zhiheng.kernel.errors import N_, Problem, Refused, refuse
from zhiheng.kernel.sheets import Column, Sheet
from zhiheng.methods.lottery import notation
from zhiheng.methods.lottery.exclusions import Exclusions, parse_exclusions
from zhiheng.methods.lottery.frame import Frame, canonical_weight, frame_of, parse_frame

OBJECTS_MOST: Final = 20_000
UNSTRATIFIED: Final = "全部"


def _field(cell: str) -> str:
    with refusals_of_methods():
        return notation.field(" ".join(cell.split()), cell[:40])


def _reason(cell: str) -> str:
    with refusals_of_methods():
        return notation.text(" ".join(cell.split()), cell[:40])


def _weight(cell: str) -> str:
    with refusals_of_methods():
        return canonical_weight(cell)


FRAME: Final = Sheet(
    "tool-draw-frame",
    "抽样框",
    "Frame",
    (
        Column(
            "identity",
            "标识",
            "Identity",
            _field,
            required=True,
            example="91330106MA2B1DQ76X",
            aliases=("统一社会信用代码", "对象", "抽查对象", "编号", "Object", "uscc"),
        ),
        Column("stratum", "层", "Stratum", _field, example="东区", aliases=("分层", "抽样层")),
        Column(
            "weight",
            "权重",
            "Weight",
            _weight,
            example="1",
            note=N_("The heavier, the likelier drawn; at most six decimals. Empty means 1."),
        ),
        Column(
            "exclusion",
            "排除原因",
            "Excluded because",
            _reason,
            aliases=("不纳入原因", "Exclusion"),
            note=N_("A reason keeps the object out of the draw; it stands in the list of exclusions."),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Frozen:
    """The frame and the exclusions, both canonical."""

    frame: Frame
    exclusions: Exclusions


@dataclass(frozen=True, slots=True)
class Faulty:
    """A table that cannot be frozen, with every row to mend."""

    problems: tuple[RowProblem, ...]


def frozen_from_table(text: str, file: Any) -> Frozen | Faulty:
    """The frozen frame of a pasted or uploaded table."""
    if file is None:
        return _frozen(pasted(FRAME, text))
    try:
        return _frozen(uploaded(FRAME, file, OBJECTS_MOST))
    except Refused as refused:
        if refused.problems[0].code != "file.headings":
            raise
        # No headings: it may be a frame file, as the next step takes it.
        file.seek(0)
        data = file.read()
        if data.split(b"\n", 1)[0].count(b"\t") != 2:
            raise
        return frozen(data, b"")


def frozen(frame: bytes, exclusions: bytes) -> Frozen:
    """The frame out of its canonical lines, or of lines that need only be put in order."""
    with refusals_of_methods():
        made = Frozen(parse_frame(frame), parse_exclusions(exclusions))
        made.exclusions.check_against(made.frame)
    _require_few(made.frame.size)
    return made


def _frozen(given: Given) -> Frozen | Faulty:
    problems = [*given.problems, *_repeated(given)]
    if problems:
        return Faulty(tuple(sorted(problems, key=lambda one: one.row)))
    rows = [
        (
            str(row.values.get("stratum", UNSTRATIFIED)),
            str(row.values["identity"]),
            str(row.values.get("weight", "1")),
            str(row.values.get("exclusion", "")),
        )
        for row in given.rows
    ]
    left = "".join(f"{name}\t{stratum}\t{reason}\n" for stratum, name, _, reason in rows if reason)
    with refusals_of_methods():
        made = Frozen(frame_of([row[:3] for row in rows if not row[3]]), parse_exclusions(left.encode()))
    _require_few(made.frame.size)
    return made


def _repeated(given: Given) -> list[RowProblem]:
    """Rows whose object stands in a row before."""
    first: dict[str, int] = {}
    found = []
    for row in given.rows:
        identity = str(row.values.get("identity", ""))
        if identity and identity in first:
            found.append(
                RowProblem(
                    row.number,
                    "identity",
                    identity[:40],
                    Problem(
                        "draw.repeated",
                        N_("The object stands in row %(first)d as well."),
                        {"first": first[identity]},
                        N_("Each object stands once in the whole frame, also over all strata."),
                    ),
                )
            )
        first.setdefault(identity, row.number)
    return found


def _require_few(count: int) -> None:
    if count > OBJECTS_MOST:
        raise refuse(
            "draw.too_many",
            N_("The frame has %(count)d objects; this page takes at most %(most)d."),
            N_("Draw from a larger frame with the command line: zhiheng draw --help"),
            count=count,
            most=OBJECTS_MOST,
        )
