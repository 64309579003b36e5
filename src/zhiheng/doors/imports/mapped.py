"""Mappings by name: those that ship with the program, and those that an agency saved."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any

from zhiheng.doors.imports.checking import Way
from zhiheng.foundation.exchange import selectors
from zhiheng.foundation.exchange.mapping import SourceMapping, parse
from zhiheng.foundation.org.actors import Actor
from zhiheng.kernel.errors import N_, refuse
from zhiheng.kernel.sheets import Sheet


@cache
def _shipped() -> tuple[dict[str, Any], ...]:
    folder = resources.files("zhiheng.doors.imports") / "mappings"
    files = [file for file in folder.iterdir() if file.name.endswith(".toml")]
    return tuple(tomllib.loads(file.read_text(encoding="utf-8")) for file in files)


def built_in(sheet: Sheet) -> dict[str, SourceMapping]:
    """The mappings for a sheet that ship with the program."""
    found = [parse(body, sheet) for body in _shipped() if body["sheet"] == sheet.name]
    return {mapping.name: mapping for mapping in sorted(found, key=lambda one: one.name)}


def mapping_named(actor: Actor, sheet: Sheet, name: str) -> SourceMapping:
    """A mapping that the actor may use: saved by the agency or one above, else built in."""
    saved = selectors.mapping_by_name(actor, name)
    if saved is not None and saved.sheet == sheet.name:
        return parse(saved.body, sheet)
    try:
        return built_in(sheet)[name]
    except KeyError:
        raise refuse(
            "import.mapping_unknown",
            N_("There is no mapping %(name)s for this sheet."),
            N_("Built in are: %(known)s. Your own can be made on the import page."),
            name=name[:60],
            known="、".join(built_in(sheet)) or "—",
        ) from None


def way_named(actor: Actor, sheet: Sheet, name: str) -> Way:
    """How a file becomes rows: by our headings or, where a name is given, by the mapping of that name."""
    if not name:
        return Way(sheet)
    mapping = mapping_named(actor, sheet, name)
    return Way(sheet, mapping, selectors.codes_of(mapping))
