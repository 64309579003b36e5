"""A file between upload and import: kept for a day, seen by whoever handed it in and nobody else.

Nothing of it is on record yet. This module refuses to import it: `doors.imports.run` does.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from time import time
from typing import IO, Final

from zhiheng.doors.imports import readers, storing
from zhiheng.doors.imports.catalogue import importable
from zhiheng.doors.imports.checking import Checking, Way
from zhiheng.doors.imports.mapped import way_named
from zhiheng.doors.imports.readers.layout import Fit, Layout, Line
from zhiheng.doors.workbench.desk import absent
from zhiheng.foundation.exchange.problems import Cells, Refusal
from zhiheng.foundation.org.actors import Actor
from zhiheng.kernel.errors import N_, Refused
from zhiheng.kernel.sheets import Row, Sheet
from zhiheng.settings import settings

FOLDER: Final = "staged"
KEPT: Final = 24 * 3600
LOOKED_AT: Final = 200
_TOKEN: Final = re.compile(r"[0-9a-f]{24}")


@dataclass(frozen=True, slots=True)
class Staged:
    """A file that was handed in: whose, for which sheet, under which name, by which mapping it is read."""

    token: str
    actor: str
    sheet: str
    name: str
    path: str
    mapping: str = ""

    @property
    def file(self) -> Path:
        """Where the copy is."""
        return storing.absolute(self.path)


@dataclass(frozen=True, slots=True)
class Checked:
    """A row as the import would take it, or what is wrong with it."""

    number: int
    cells: Cells
    refusal: Refusal | None


def stage(actor: Actor, sheet: str, name: str, file: IO[bytes]) -> Staged:
    """Keep an uploaded file."""
    importable(sheet)
    _sweep()
    stored = storing.store(file, settings().upload_max_bytes)
    staged = Staged(secrets.token_hex(12), actor.key, sheet, name[:250], stored.relative)
    _note(staged)
    return staged


def staged(actor: Actor, token: str) -> Staged:
    """The file of this token, when it is the actor's own."""
    note = _place(token) if _TOKEN.fullmatch(token) else None
    if note is None or not note.is_file():
        raise absent(_GONE)
    found = Staged(**json.loads(note.read_text(encoding="utf-8")))
    if found.actor != actor.key or not found.file.is_file():
        raise absent(_GONE)
    return found


_GONE: Final = N_("This file is not here any more: it was imported, or handed in more than a day ago.")


def with_mapping(given: Staged, mapping: str) -> Staged:
    """Read the file by this mapping from now on."""
    changed = replace(given, mapping=mapping)
    _note(changed)
    return changed


def drop(given: Staged) -> None:
    """Throw the copy away."""
    given.file.unlink(missing_ok=True)
    _place(given.token).unlink(missing_ok=True)


def _place(token: str) -> Path:
    return settings().folder(FOLDER) / f"{token}.json"


def _note(given: Staged) -> None:
    place = _place(given.token)
    draft = place.with_suffix(".part")
    draft.write_text(json.dumps(asdict(given)), encoding="utf-8")
    draft.replace(place)


def _sweep() -> None:
    """Throw away what nobody went on with."""
    for note in settings().folder(FOLDER).glob("*.json"):
        if time() - note.stat().st_mtime > KEPT:
            drop(Staged(**json.loads(note.read_text(encoding="utf-8"))))


def way_of(actor: Actor, given: Staged) -> Way:
    """How the file becomes rows: by our headings, or by the mapping that was chosen."""
    sheet = importable(given.sheet).sheet
    return way_named(actor, sheet, given.mapping)


def layout_of(given: Staged, way: Way) -> Layout:
    """How the file is laid out; where no heading is known, the fullest of the first rows holds them."""
    try:
        return readers.inspect(given.file, way.fits)
    except Refused as refused:
        if refused.problems[0].code != "file.headings":
            raise
        return readers.inspect(given.file, _fullest)


def _fullest(headings: object) -> Fit:
    cells = [cell for cell in headings if cell] if isinstance(headings, list | tuple) else []
    return Fit(complete=True, known=len(set(cells)))


def first_lines(given: Staged, layout: Layout, most: int) -> list[Line]:
    """The first rows of the file."""
    return list(islice(readers.lines(given.file, layout), most))


def look(given: Staged, way: Way, layout: Layout) -> Iterator[Checked]:
    """The first rows, checked as the import checks them, without asking the database."""
    checking = Checking(way, layout.headings)
    check: Callable[[Line], tuple[Cells, Row | Refusal]] = checking.check
    for line in first_lines(given, layout, LOOKED_AT):
        cells, row = check(line)
        yield Checked(line.number, cells, row if isinstance(row, Refusal) else None)


def sheet_of(given: Staged) -> Sheet:
    """The sheet that the file is for."""
    return importable(given.sheet).sheet
