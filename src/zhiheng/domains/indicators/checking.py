"""Checks of a content: its tables counted again, its numbers followed to their cells, its claims redrawn.

The same checks serve a report in the database and a package in a stranger's hands. A check that could
not be made says so and is not passed. This module refuses to mend and to read the database.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, cast

from zhiheng.analytics.pipelines.public_rows import PublicRows
from zhiheng.domains.indicators import content as contents
from zhiheng.domains.indicators import pointers
from zhiheng.domains.indicators.sentences import compose
from zhiheng.domains.indicators.tables import Cells, Table, Tables, compute, digest_of
from zhiheng.domains.indicators.words import PLACEHOLDER, loose_number
from zhiheng.foundation.ledger.snapshots import Snapshot
from zhiheng.kernel.chain import Json
from zhiheng.kernel.errors import N_, Param, Problem, Refused

TOLERANCE: Final = 1e-9
MOST: Final = 20
TITLES: Final = {
    "files": N_("The files of the package"),
    "content": N_("The content is the one that was digested"),
    "entry": N_("The publishing entry stands in the ledger and names this content"),
    "checkpoint": N_("A checkpoint binds the publishing entry"),
    "snapshot": N_("The snapshot is unaltered"),
    "rows": N_("The rows are those that were digested"),
    "ledger": N_("The rows say what their entries in the ledger say"),
    "tables": N_("The tables come out again"),
    "numbers": N_("Every number in the text equals its cell"),
    "sentences": N_("The tables support the sentences"),
}
Params = dict[str, Param]
_SLOT: Final = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True, slots=True)
class Check:
    """One check by name, and what it found. `note` tells what was checked, or why it was not."""

    name: str
    state: Literal["passed", "failed", "not_run"]
    problems: tuple[Problem, ...] = ()

    @property
    def title(self) -> str:
        """Msgid of what is checked."""
        return TITLES[self.name]


def checked(name: str, problems: Iterator[Problem] | tuple[Problem, ...]) -> Check:
    """The check, passed where no problem was found; a long list of problems is cut."""
    found: list[Problem] = []
    for problem in problems:
        if len(found) == MOST:
            found.append(Problem("verify.more", N_("There is more of the kind; the list is cut here.")))
            break
        found.append(problem)
    return Check(name, "failed" if found else "passed", tuple(found))


def not_run(name: str, because: str) -> Check:
    """A check that could not be made since another one failed."""
    message = N_("Not checked, because the check “%(because)s” failed.")
    return Check(name, "not_run", (Problem("verify.not_run", message, {"because": because}),))


def tables_check(content: dict[str, Json], snapshot: Snapshot) -> Check:
    """Count every table again: counts exactly, rates within 1e-9."""
    stated = contents.tables_of(content)
    try:
        fresh = compute(snapshot, contents.scope_in(content)).tables
    except Refused as refused:
        return Check("tables", "failed", refused.problems)
    return checked("tables", _differences(content, stated, fresh))


def _differences(content: dict[str, Json], stated: Tables, fresh: Tables) -> Iterator[Problem]:
    digests = cast(dict[str, Cells], content["tables"])
    for name in sorted(stated.keys() | fresh.keys()):
        if name not in stated or name not in fresh:
            message = N_("The table %(table)s stands in the report or in the recount, but not in both.")
            yield Problem("verify.table", message, {"table": name})
            continue
        if stated[name].version != fresh[name].version:
            message = N_(
                "The table %(table)s was counted by version %(stated)d of its method, now it is %(now)d."
            )
            params: Params = {"table": name, "stated": stated[name].version, "now": fresh[name].version}
            yield Problem(
                "verify.version", message, params, N_("Verify with the version of Zhiheng that wrote it.")
            )
            continue
        if digest_of(stated[name].rows) != digests[name]["digest"]:
            message = N_("The rows of the table %(table)s do not give its digest: it was altered.")
            yield Problem("verify.table_digest", message, {"table": name})
        yield from _rows(name, stated[name], fresh[name])


def _rows(name: str, stated: Table, fresh: Table) -> Iterator[Problem]:
    if len(stated.rows) != len(fresh.rows):
        message = N_("The table %(table)s has %(stated)d rows; the recount gives %(counted)d.")
        params: Params = {"table": name, "stated": len(stated.rows), "counted": len(fresh.rows)}
        yield Problem("verify.rows", message, params)
        return
    for number, (row, again) in enumerate(zip(stated.rows, fresh.rows, strict=True)):
        for column in sorted(row.keys() | again.keys()):
            if not _same(row.get(column), again.get(column)):
                where: Params = {
                    "cell": f"/tables/{name}/rows/{number}/{column}",
                    "stated": str(row.get(column)),
                    "counted": str(again.get(column)),
                }
                message = N_("The cell %(cell)s says %(stated)s; the recount gives %(counted)s.")
                yield Problem("verify.cell", message, where)


def _same(stated: Json, counted: Json) -> bool:
    if isinstance(stated, float) and isinstance(counted, float):
        return abs(stated - counted) <= TOLERANCE
    return type(stated) is type(counted) and stated == counted


def numbers_check(content: dict[str, Json]) -> Check:
    """Walk all numbers of the text, the author's words included."""
    return checked("numbers", _wrong_numbers(content))


def _wrong_numbers(content: dict[str, Json]) -> Iterator[Problem]:
    for place, pointer, value in pointers.slots(content):
        try:
            cell = pointers.cell(content, pointer)
        except Refused as refused:
            yield from refused.problems
            continue
        if not _same(value, cell):
            message = N_("The text says %(stated)s at %(place)s; its cell %(cell)s holds %(holds)s.")
            params = {"place": place, "stated": str(value), "cell": pointer, "holds": str(cell)}
            yield Problem("verify.number", message, params)
    for place, text, names in _texts(content):
        bare, used = (
            (_SLOT.sub(" ", text), set(_SLOT.findall(text)))
            if place.startswith("/sentences")
            else (text, set(PLACEHOLDER.findall(text)))
        )
        loose = loose_number(bare)
        if loose:
            message = N_("At %(place)s a number (“%(found)s”) stands in the text that comes from no cell.")
            yield Problem("verify.loose", message, {"place": place, "found": loose})
        if not used <= names:
            message = N_("At %(place)s a placeholder of the text has no cell.")
            yield Problem("verify.placeholder", message, {"place": place})


def _texts(content: dict[str, Json]) -> Iterator[tuple[str, str, set[str]]]:
    for number, sentence in enumerate(cast(list[dict[str, dict[str, str]]], content["sentences"])):
        for language, text in sentence["text"].items():
            yield f"/sentences/{number}/text/{language}", text, set(sentence["slots"])
    for number, word in enumerate(cast(list[dict[str, Json]], content["words"])):
        yield f"/words/{number}", str(word["text"]), set(cast(dict[str, Json], word["slots"]))


def sentences_check(content: dict[str, Json]) -> Check:
    """Draw the sentences again from the tables: the same claims about the same cells must come out."""
    return checked("sentences", _wrong_sentences(content))


def _wrong_sentences(content: dict[str, Json]) -> Iterator[Problem]:
    stated = []
    for sentence in cast(list[dict[str, dict[str, dict[str, str]]]], content["sentences"]):
        slots = {name: slot["path"] for name, slot in sentence["slots"].items()}
        stated.append((str(sentence["code"]), slots))
    said = compose(contents.scope_in(content), contents.tables_of(content))
    drawn = [(one.code, one.slots) for one in said]
    for one in stated:
        if one not in drawn:
            message = N_("The report says “%(code)s”, which its tables do not support.")
            yield Problem("verify.claim", message, {"code": one[0]})
    for one in drawn:
        if one not in stated:
            message = N_("The report leaves out “%(code)s”, which its tables say.")
            yield Problem("verify.left_out", message, {"code": one[0]})


def rows_check(content: dict[str, Json], rows: PublicRows) -> Check:
    """Whether the reduced rows are those whose digest the content binds."""
    return checked("rows", _wrong_rows(content, rows))


def _wrong_rows(content: dict[str, Json], rows: PublicRows) -> Iterator[Problem]:
    evidence = cast(dict[str, int | str], content["evidence"])
    if len(rows.rows) != evidence["rows"]:
        params = {"stated": evidence["rows"], "found": len(rows.rows)}
        yield Problem(
            "verify.row_count", N_("The report rests on %(stated)d rows; here are %(found)d."), params
        )
    elif rows.digest != evidence["digest"]:
        message = N_("The rows do not give the digest that the report states: at least one was altered.")
        yield Problem("verify.rows_digest", message)
