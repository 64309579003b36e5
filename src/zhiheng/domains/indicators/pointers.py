"""Pointers into a content: where a number in the text comes from (RFC 6901, read only).

This module refuses to follow a pointer to anything but a plain value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from zhiheng.kernel.chain import Json
from zhiheng.kernel.errors import N_, refuse

Plain = str | int | float | bool | None


def cell(content: Json, pointer: str) -> Plain:
    """The value that the pointer leads to."""
    place: Json = content
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(place, Mapping) and name in place:
            place = place[name]
        elif isinstance(place, list) and name.isdecimal() and name.isascii() and int(name) < len(place):
            place = place[int(name)]
        else:
            raise _nowhere(pointer)
    if isinstance(place, Mapping) or (isinstance(place, Sequence) and not isinstance(place, str)):
        raise _nowhere(pointer)
    return place


def _nowhere(pointer: str) -> Exception:
    return refuse(
        "report.pointer", N_("The pointer %(pointer)s leads to no cell of the content."), pointer=pointer
    )


def slots(content: Mapping[str, Json]) -> Iterator[tuple[str, str, Plain]]:
    """Every filled placeholder of the text: where it stands, its pointer, and the value written there."""
    for part in ("sentences", "words"):
        for number, said in enumerate(cast(list[dict[str, dict[str, dict[str, Plain]]]], content[part])):
            for name, slot in said["slots"].items():
                yield f"/{part}/{number}/slots/{name}", str(slot["path"]), slot["value"]
