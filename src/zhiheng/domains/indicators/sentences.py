"""What a report says in words: which sentences its tables support, and which cell fills each gap.

A sentence is a code of `wording` whose placeholders are pointers to cells. Something is called lower
or higher only where the table of comparisons found it so; that nothing was found is never called
equality. This module refuses to format and to translate.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from zhiheng.domains.indicators.scope import Scope
from zhiheng.domains.indicators.tables import Cells, Table, Tables
from zhiheng.methods.survey.populations import Design

SECTIONS: Final = (
    "overview",
    "kinds",
    "divisions",
    "quarters",
    "authorities",
    "items",
    "producers",
    "sources",
    "method",
    "limits",
)
MOST_FINDINGS: Final = 10
MOST_ITEMS: Final = 3
_RATE: Final = ("n", "conforming", "estimate", "lower", "upper")


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence: its section and its code, and the cell behind each placeholder."""

    section: str
    code: str
    slots: dict[str, str] = field(default_factory=dict)


def compose(scope: Scope, tables: Tables) -> Iterator[Said]:
    """The sentences of a report, in their order."""
    yield from _overview(scope, tables)
    for name in ("kinds", "divisions", "quarters"):
        if name in tables:
            yield from _compared(name, tables)
    yield from _items(tables)
    yield from _producers(tables)
    if tables["sources"].rows:
        yield Said("sources", "sources.table")
    level, small = _scope("level"), _scope("small_below")
    yield Said("method", "method.rate", level)
    yield Said("method", "method.differs", level | small)
    yield Said("method", "method.verify")
    yield from _limits(tables)


def _overview(scope: Scope, tables: Tables) -> Iterator[Said]:
    summary = tables["summary"].rows[0]
    where = _scope("since", "until", "division")
    if not summary["results"]:
        yield Said("overview", "overview.nothing", where)
        return
    yield Said("overview", "overview.results", where | _summary("results", "authorities"))
    if scope.product_kind:
        yield Said("overview", "overview.kind", _scope("product_kind"))
    rows = tables["overall"].rows
    for number, row in enumerate(rows):
        yield Said(
            "overview", f"overview.{row['selection']}", _cells("overall", number, *_RATE) | _scope("level")
        )
        if row["small"]:
            yield Said("overview", "overview.small", _scope("small_below"))
    if len(rows) > 1:
        yield Said("overview", "overview.apart")
    for name in ("failures_only", "coverage_unknown", "undated"):
        if summary[name]:
            yield Said("overview", f"overview.{name}", _summary(name))


def _compared(name: str, tables: Tables) -> Iterator[Said]:
    summary = tables["summary"].rows[0]
    if not summary[f"{name}_random"]:
        return
    counts = {
        "groups": _pointer("summary", 0, f"{name}_random"),
        "small": _pointer("summary", 0, f"{name}_small"),
    }
    yield Said(name, f"{name}.size", counts | _scope("small_below"))
    if not summary[f"{name}_compared"]:
        yield Said(name, f"{name}.few")
        return
    found = _findings(tables[f"{name}_compared"])
    for number, row in found[:MOST_FINDINGS]:
        yield Said(name, f"{name}.{row['finding']}", _finding_slots(name, tables, number))
    if len(found) > MOST_FINDINGS:
        slots = {word: _pointer("summary", 0, f"{name}_{word}") for word in ("lower", "higher")}
        yield Said(name, f"{name}.more", slots)
    if not found:
        yield Said(name, f"{name}.none", {"compared": _pointer("summary", 0, f"{name}_compared")})


def _findings(table: Table) -> list[tuple[int, Cells]]:
    """Rows that differ, lower ones first, each with its place in the table."""
    rows = [(number, row) for number, row in enumerate(table.rows) if row["finding"] in ("lower", "higher")]
    return sorted(rows, key=lambda one: (one[1]["finding"] != "lower", _share(one[1]), str(one[1]["key"])))


def _share(row: Cells) -> float:
    return float(str(row["conforming"])) / float(str(row["n"]))


def _finding_slots(name: str, tables: Tables, number: int) -> dict[str, str]:
    key = tables[f"{name}_compared"].rows[number]["key"]
    own = next(
        place
        for place, row in enumerate(tables[name].rows)
        if row["key"] == key and row["selection"] == Design.RANDOM
    )
    slots = _cells(name, own, "key", "n", "estimate", "lower", "upper")
    return slots | _cells(f"{name}_compared", number, "rest_estimate")


def _items(tables: Tables) -> Iterator[Said]:
    summary = tables["summary"].rows[0]
    if not summary["failed"]:
        return
    if not summary["items"]:
        yield Said("items", "items.unnamed_all", _summary("failed"))
        return
    yield Said("items", "items.failed", _summary("failed", "items_unnamed"))
    for number, row in enumerate(tables["items"].rows[:MOST_ITEMS]):
        slots = _cells("items", number, "product_kind", "item", "failures")
        if row["elsewhere"]:
            yield Said("items", "items.item_elsewhere", slots | _cells("items", number, "elsewhere"))
        else:
            yield Said("items", "items.item", slots)


def _producers(tables: Tables) -> Iterator[Said]:
    summary = tables["summary"].rows[0]
    if summary["producers"]:
        yield Said("producers", "producers.named", _scope("published_by") | _summary("producers"))
    elif summary["failed"]:
        yield Said("producers", "producers.nobody", _scope("published_by"))


def _limits(tables: Tables) -> Iterator[Said]:
    summary = tables["summary"].rows[0]
    yield Said("limits", "limits.sampled")
    yield Said("limits", "limits.dates")
    if summary["failures_only"] or summary["coverage_unknown"]:
        yield Said("limits", "limits.coverage")


def _pointer(table: str, row: int, name: str) -> str:
    return f"/tables/{table}/rows/{row}/{name}"


def _cells(table: str, row: int, *names: str) -> dict[str, str]:
    return {name: _pointer(table, row, name) for name in names}


def _summary(*names: str) -> dict[str, str]:
    return _cells("summary", 0, *names)


def _scope(*names: str) -> dict[str, str]:
    return {name: f"/scope/{name}" for name in names}
