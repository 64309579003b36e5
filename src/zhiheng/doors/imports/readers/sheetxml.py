"""The XML of one worksheet, and of the shared texts, as a stream of rows and of texts.

openpyxl keeps an element for every row it has passed, so its memory grows with the file; here a
row is forgotten once it is handed on. Document types and entities are refused, as defusedxml does
for the other parts of a workbook.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Final
from xml.parsers import expat

from zhiheng.doors.imports.readers.layout import CELL_MOST

_BLOCK: Final = 1 << 16
_TEXT_MOST: Final = 4 * CELL_MOST
ROW_MOST: Final = 1_048_576

RawCell = tuple[int, str, int, str, bool]  # column, type, style, text, whether it is a formula
RawRow = tuple[int, list[RawCell]]


class Forbidden(ValueError):  # noqa: N818  names what was found
    """The XML declares a document type or an entity, or holds a text without end."""


class _Stream:
    """A parser that collects what is complete; the subclass says what that is."""

    def __init__(self) -> None:
        self.ready: list[object] = []
        self.taking = False
        self.pieces: list[str] = []
        self.length = 0
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._forbidden
        parser.EntityDeclHandler = self._forbidden
        parser.ExternalEntityRefHandler = self._forbidden
        self.parser = parser

    def _forbidden(self, *_: object) -> int:
        raise Forbidden("a document type or an entity is declared")

    def _text(self, text: str) -> None:
        if self.taking:
            self.pieces.append(text)
            self.length += len(text)
            if self.length > _TEXT_MOST:
                raise Forbidden(f"a text has more than {_TEXT_MOST} characters")

    def _take(self) -> str:
        text = "".join(self.pieces)
        self.pieces.clear()
        self.length = 0
        return text

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        raise NotImplementedError

    def _end(self, name: str) -> None:
        raise NotImplementedError


class _Texts(_Stream):
    """`<si><t>…</t></si>`, rich text joined, readings (`rPh`) left out."""

    reading = False

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name[name.rfind(":") + 1 :]
        if local == "rPh":
            self.reading = True
        self.taking = local == "t" and not self.reading

    def _end(self, name: str) -> None:
        local = name[name.rfind(":") + 1 :]
        self.taking = False
        if local == "rPh":
            self.reading = False
        elif local == "si":
            self.ready.append(self._take())


class _Rows(_Stream):
    """`<row><c r= t= s=><f/><v/><is><t/></is></c></row>`."""

    def __init__(self) -> None:
        super().__init__()
        self.number = 0
        self.column = -1
        self.kind, self.style, self.formula, self.reading = "n", 0, False, False
        self.cells: list[RawCell] = []
        self.letters: dict[str, int] = {}

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name[name.rfind(":") + 1 :]
        if local == "c":
            reference = attributes.get("r", "")
            self.column = self._column(reference) if reference else self.column + 1
            self.kind = attributes.get("t", "n")
            self.style = int(attributes.get("s", 0))
            self.formula = False
        elif local == "v" or (local == "t" and not self.reading):
            self.taking = True
        elif local == "f":
            self.formula = True
        elif local == "rPh":
            self.reading = True
        elif local == "row":
            self.number = int(attributes["r"]) if "r" in attributes else self.number + 1
            if not 0 < self.number <= ROW_MOST:
                raise Forbidden(f"a row is numbered {self.number}")
            self.column = -1
            self.cells = []

    def _end(self, name: str) -> None:
        local = name[name.rfind(":") + 1 :]
        self.taking = False
        if local == "c":
            text = self._take()
            if text or self.formula:
                self.cells.append((self.column, self.kind, self.style, text, self.formula))
        elif local == "row":
            self.ready.append((self.number, self.cells))
        elif local == "rPh":
            self.reading = False

    def _column(self, reference: str) -> int:
        letters = reference.rstrip("0123456789")
        known = self.letters.get(letters)
        if known is None:
            if not 1 <= len(letters) <= 3 or not letters.isascii() or not letters.isalpha():
                raise Forbidden(f"a cell is called {reference[:20]}")
            known = 0
            for letter in letters.upper():
                known = known * 26 + ord(letter) - 64
            self.letters[letters] = known = known - 1
        return known


def _stream(source: IO[bytes], stream: _Stream) -> Iterator[object]:
    while block := source.read(_BLOCK):
        stream.parser.Parse(block, False)
        if stream.ready:
            yield from stream.ready
            stream.ready = []
    stream.parser.Parse(b"", True)
    yield from stream.ready


def rows(source: IO[bytes]) -> Iterator[RawRow]:
    """The rows of a worksheet that hold anything, or are written at all, in the order of the file."""
    yield from _stream(source, _Rows())  # type: ignore[misc]  # what a `_Rows` has ready are rows


def texts(source: IO[bytes]) -> Iterator[str]:
    """The shared texts in order."""
    yield from _stream(source, _Texts())  # type: ignore[misc]  # what a `_Texts` has ready are texts
