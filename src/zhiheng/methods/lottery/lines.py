"""Lines of three fields: which bytes a frame or a list of exclusions may hold, and their order.

The checks look at a whole run of bytes, not at ten million lines one by one. This module refuses to
know what the fields mean.
"""

from __future__ import annotations

import unicodedata
from itertools import pairwise
from typing import NoReturn

import numpy as np

from zhiheng.methods.errors import N_
from zhiheng.methods.lottery import notation
from zhiheng.methods.lottery.notation import fault, shown

_PIECE = 1 << 24
_ASCII = bytes(range(0x80))
_LOW = bytes(code for code in (*range(0x20), 0x7F) if code not in b"\t\n")


def canonical_lines(data: bytes) -> bytes:
    """The lines sorted by their bytes, each ended by a line feed, when every line is in order.

    Raises
    ------
    InvalidInput
        `lines.encoding`, `lines.invisible`, `lines.normal_form`, `lines.edge`, `lines.fields`,
        `lines.field`: the line is named.
    """
    _check_characters(data)
    if data and not data.endswith(b"\n"):
        data += b"\n"
    _check_edges(data)
    for start, end in _pieces(data):
        _check_piece(data, start, data[start:end])
    return _sorted(data)


def fields(block: bytes) -> tuple[list[bytes], list[bytes], list[bytes]]:
    """The three columns of lines that `canonical_lines` let pass; `block` has no last line feed."""
    flat = block.replace(b"\n", b"\t").split(b"\t")
    return flat[0::3], flat[1::3], flat[2::3]


def check_lengths(*columns: list[bytes]) -> None:
    """Refuse a stratum or an identity of more than 255 bytes."""
    for column in columns:
        longest = max(column, key=len, default=b"")
        if len(longest) > notation.FIELD_BYTES:
            fault(
                "lines.field",
                N_("%(value)s is longer than 255 bytes."),
                N_("Use a short, unique number such as the credit code."),
                value=shown(longest.decode()),
            )


def _pieces(data: bytes) -> list[tuple[int, int]]:
    """Bounds of some megabytes each, cut between lines."""
    bounds = [0]
    while bounds[-1] < len(data):
        bounds.append(data.find(b"\n", bounds[-1] + _PIECE) + 1 or len(data))
    return list(pairwise(bounds))


def _check_characters(data: bytes) -> None:
    if len(data.translate(None, _LOW)) != len(data):
        _invisible(data, next(i for i, byte in enumerate(data) if byte in _LOW))
    if data.isascii():
        return
    for start, end in _pieces(data):
        piece = data[start:end]
        try:
            text = piece.decode("utf-8")
        except UnicodeDecodeError as problem:
            fault(
                "lines.encoding",
                N_("Line %(line)d is not UTF-8."),
                N_("Save the list as UTF-8."),
                line=_line(data, start + problem.start),
            )
        # What is left without ASCII is still UTF-8, and mostly much shorter.
        found = notation.FORBIDDEN.search(piece.translate(None, _ASCII).decode())
        if found:
            _invisible(data, start + piece.index(found[0].encode()))
        if not unicodedata.is_normalized("NFC", text):
            _not_normal(text)


def _check_edges(data: bytes) -> None:
    """No field is empty, none begins or ends with a space."""
    wrong = (b"\t\t", b"\n\t", b"\n\n", b" \t", b"\t ", b"\n ", b" \n", b"\t\n")
    found = [position for position in map(data.find, wrong) if position >= 0]
    if data[:1] in (b" ", b"\t", b"\n"):
        found.append(-1)
    if found:
        fault(
            "lines.edge",
            N_("In line %(line)d a field is empty, or begins or ends with a space."),
            N_("Write three fields, separated by one tabulator each; leave no line empty."),
            line=_line(data, min(found) + 1),
        )


def _check_piece(data: bytes, start: int, piece: bytes) -> None:
    """Two tabulators and a line feed, again and again."""
    separators = np.frombuffer(piece, np.uint8)
    separators = separators[(separators == 0x09) | (separators == 0x0A)]
    rhythm = np.resize(np.frombuffer(b"\t\t\n", np.uint8), separators.size)
    if separators.size % 3 or (separators != rhythm).any():
        lines = piece[:-1].split(b"\n")
        number, line = next((i, line) for i, line in enumerate(lines) if line.count(b"\t") != 2)
        fault(
            "lines.fields",
            N_("Line %(line)d does not have three fields: %(value)s."),
            N_("Write three fields, separated by one tabulator each; leave no line empty."),
            line=_line(data, start) + number,
            value=shown(line.decode().replace("\t", " → ")),
        )


def _sorted(data: bytes) -> bytes:
    """What is sorted already is not copied."""
    before = b""
    for start, end in _pieces(data):
        lines = data[start : end - 1].split(b"\n")
        if before > lines[0] or lines != sorted(lines):
            everything = data[:-1].split(b"\n")
            everything.sort()
            return b"\n".join(everything) + b"\n"
        before = lines[-1]
    return data


def _line(data: bytes, position: int) -> int:
    return data.count(b"\n", 0, position) + 1


def _invisible(data: bytes, position: int) -> NoReturn:
    character = data[position : position + 4].decode("utf-8", "ignore")[:1]
    fault(
        "lines.invisible",
        N_("Line %(line)d holds a control character or an invisible character: %(code)s."),
        N_("End lines by a line feed alone; write no byte order mark and no space but U+0020."),
        line=_line(data, position),
        code=f"U+{ord(character):04X}",
    )


def _not_normal(text: str) -> NoReturn:
    line = next(line for line in text.split("\n") if not unicodedata.is_normalized("NFC", line))
    fault(
        "lines.normal_form",
        N_("The line %(value)s is not in Unicode normal form C, so it could look like another."),
        N_("Write the list in normal form C."),
        value=ascii(line)[:80],
    )
