"""The frame of one draw: which objects may be drawn in a period, with what weight, and who is left out why.

One draw is one part of the plan in one period: the random part gives every object of a stratum the
same weight; the risk-targeted part weights an object by its own record against its stratum. The
lines are those of the draw's format (docs/topics/draw-proof.md). This module refuses to draw.
"""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _

from zhiheng.analytics.pipelines.plan_objects import OPERATING
from zhiheng.doors.look.reader import chinese
from zhiheng.doors.planning.reading import Values
from zhiheng.doors.planning.sheets import RANDOM, word
from zhiheng.foundation.registry.sheets import STATUSES
from zhiheng.kernel.errors import N_, refuse

FRAME, EXCLUSIONS, SIZES = "frame.tsv", "exclusions.tsv", "sizes.tsv"
_PLACES: Final = Decimal("0.001")
_LEAST: Final = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Cell:
    """What the plan asks of one stratum in one period, for one part of the plan."""

    stratum: str
    sample: int
    a: float
    b: float


@dataclass(frozen=True, slots=True)
class Short:
    """A stratum in which fewer objects can be drawn than the plan asks for."""

    stratum: str
    planned: int
    there: int


@dataclass(frozen=True, slots=True)
class PlanFrame:
    """The lines of a frame, of its exclusions and of its sample sizes, each sorted by its bytes."""

    frame: tuple[str, ...]
    exclusions: tuple[str, ...]
    sizes: tuple[str, ...]
    short: tuple[Short, ...]
    reasons: Mapping[str, int]

    @property
    def sample(self) -> int:
        """How many are to be drawn."""
        return sum(int(line.rpartition("\t")[2]) for line in self.sizes)


def stratum_name(product_kind: object, place: object) -> str:
    """How a stratum is called in a frame."""
    return _plain(f"{place} {product_kind}")


def identity(uscc: object, product_kind: object) -> str:
    """How an object is called in a frame: one producer may stand there with several kinds."""
    return _plain(f"{uscc}/{product_kind}")


def cells_of(plan: Sequence[Values], period: int, part: str) -> tuple[dict[str, Cell], date]:
    """What the plan asks for in a period, and the period's first day."""
    mine = [row for row in plan if row["period"] == period]
    if not mine:
        raise refuse(
            "frame.period",
            N_("The plan has no period %(period)d."),
            N_("Its periods are: %(known)s."),
            period=period,
            known=", ".join(sorted({str(row["period"]) for row in plan})),
        )
    cells: dict[str, Cell] = {}
    for row in mine:
        sample: Any = row[part]
        if sample:
            name = stratum_name(row["product_kind"], row["place"])
            a, b = (float(str(row.get(parameter) or 1.0)) for parameter in ("a", "b"))
            cells[name] = Cell(name, sample, a, b)
    if not cells:
        raise refuse(
            "frame.nothing",
            N_("In period %(period)d the plan has no batch of this part."),
            N_("Choose another period, or the other part."),
            period=period,
        )
    start: Any = mine[0]["start"]
    return cells, start


def drawn_before(proof: Path) -> tuple[str, frozenset[str]]:
    """The title of an earlier draw and whom it drew, out of its proof."""
    try:
        read = json.loads(proof.read_text(encoding="utf-8"))
        title = str(read["head"]["commitment"]["title"])
        drawn = frozenset(str(one["identity"]) for one in read["drawn"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise refuse(
            "frame.proof",
            N_("%(path)s is no proof of a draw."),
            N_("Give the file that `zhiheng draw` wrote as the proof."),
            path=str(proof),
        ) from error
    return title, drawn


def plan_frame(
    cells: Mapping[str, Cell],
    objects: Iterable[Values],
    *,
    on: date,
    part: str,
    earlier: Sequence[tuple[str, frozenset[str]]] = (),
) -> PlanFrame:
    """The frame on a day: objects that may be drawn, and those that may not, with their reasons."""
    frame: list[str] = []
    exclusions: list[str] = []
    there: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    seen: set[str] = set()
    for row in objects:
        name = stratum_name(row["product_kind"], row["place"])
        cell = cells.get(name)
        if cell is None:
            continue
        who = identity(row["uscc"], row["product_kind"])
        if who in seen:
            raise refuse(
                "frame.twice",
                N_("The object %(who)s stands in the table of objects twice."),
                N_("Delete one of the two rows."),
                who=who,
            )
        seen.add(who)
        kind, reason = _reason(row, who, on, earlier)
        if reason:
            exclusions.append(f"{who}\t{name}\t{_plain(reason)}")
            reasons[kind] += 1
        else:
            frame.append(f"{name}\t{who}\t{_weight(row, cell, part)}")
            there[name] += 1
    return _finished(cells, frame, exclusions, there, reasons)


def _finished(
    cells: Mapping[str, Cell],
    frame: list[str],
    exclusions: list[str],
    there: Mapping[str, int],
    reasons: Mapping[str, int],
) -> PlanFrame:
    if not frame:
        raise refuse(
            "frame.empty",
            N_("Nobody can be drawn on that day: all %(count)d objects are left out."),
            N_("Choose a later day; the list of exclusions says from when each may be drawn."),
            count=len(exclusions),
        )
    short = [
        Short(name, cell.sample, there.get(name, 0))
        for name, cell in cells.items()
        if there.get(name, 0) < cell.sample
    ]
    # Every stratum of a frame has at least one object; where none is left, nothing can be drawn.
    sizes = [f"{name}\t{min(cell.sample, there[name])}" for name, cell in cells.items() if there.get(name)]
    return PlanFrame(
        tuple(sorted(frame, key=str.encode)),
        tuple(sorted(exclusions, key=str.encode)),
        tuple(sorted(sizes, key=str.encode)),
        tuple(short),
        dict(reasons),
    )


def _reason(
    row: Values, who: str, on: date, earlier: Sequence[tuple[str, frozenset[str]]]
) -> tuple[str, str]:
    """Why an object cannot be drawn, as a kind for counting and as a text; two empty texts if it can."""
    status = str(row.get("status", ""))
    if status not in OPERATING:
        return "not_operating", _("not in operation (%(status)s)") % {
            "status": word(STATUSES, status, chinese=chinese())
        }
    for title, drawn in earlier:
        if who in drawn:
            return "drawn_before", _("already drawn: %(title)s") % {"title": title}
    waits: Any = row.get("eligible_from")
    if waits is not None and waits > on:
        last: Any = row.get("last_sampled")
        return "waiting", _("sampled on %(last)s, may be sampled again from %(day)s") % {
            "last": last.isoformat() if last else "—",
            "day": waits.isoformat(),
        }
    return "", ""


def _weight(row: Values, cell: Cell, part: str) -> str:
    """1 in the random part; else the object's own expected rate over that of its stratum."""
    if part == RANDOM:
        return "1"
    samples, failures = (float(str(row.get(name) or 0)) for name in ("samples", "failures"))
    own = (cell.a + failures) / (cell.a + cell.b + samples)
    weight = max(Decimal(own / (cell.a / (cell.a + cell.b))).quantize(_PLACES), _LEAST)
    text = f"{weight:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _plain(text: str) -> str:
    """Text as the draw takes it: NFC, one space where several or others stood, none at the ends."""
    return unicodedata.normalize("NFC", " ".join(text.split()))


def write_frame(made: PlanFrame, folder: Path) -> tuple[Path, Path, Path]:
    """Write the three files; the lines end in one LF, as the format of the draw wants it."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = (folder / FRAME, folder / EXCLUSIONS, folder / SIZES)
    for path, lines in zip(paths, (made.frame, made.exclusions, made.sizes), strict=True):
        path.write_bytes("".join(f"{line}\n" for line in lines).encode())
    return paths
