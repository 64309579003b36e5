"""What kind of file it is, told by its first bytes and never by its name.

Kinds that are not read get a refusal that says how to save the file so that it is. This module
refuses to unpack anything.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from zhiheng.doors.imports.readers.layout import empty_file
from zhiheng.kernel.errors import N_, Problem, Refused

XLSX: Final = "xlsx"
PARQUET: Final = "parquet"
TEXT: Final = "csv"

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_BLOCK: Final = 1 << 20
# First bytes → the name of the kind, for kinds that are told apart only to be refused.
_OTHERS: Final = {
    b"%PDF": "PDF",
    b"{\\rtf": "RTF",
    b"\x1f\x8b": "gzip",
    b"7z\xbc\xaf": "7z",
    b"Rar!": "RAR",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"SQLite f": "SQLite",
    b"\x7fELF": "ELF",
    b"MZ": "EXE",
}
_MARKUP: Final = (b"<html", b"<!doctype", b"<?xml", b"<table", b"<meta", b"<style")


def kind_of(path: Path) -> str:
    """The kind of a file that can be read; any other is refused."""
    with path.open("rb") as file:
        head = file.read(_BLOCK)
    if not head.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00"):
        raise empty_file()
    if head.startswith(b"PK\x03\x04"):
        return XLSX
    if head.startswith(b"PAR1"):
        return PARQUET
    if head.startswith(_OLE):
        raise Refused(_ENCRYPTED_FILE if _holds(path, _ENCRYPTED) else _OLD_XLS)
    if head.startswith((b"PK\x05\x06", b"PK\x07\x08")):
        raise unknown("zip")
    for first, name in _OTHERS.items():
        if head.startswith(first):
            raise unknown(name)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:9].lower().startswith(_MARKUP):
        raise Refused(_WEB_PAGE)
    return TEXT


def _holds(path: Path, sign: bytes) -> bool:
    tail = b""
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            if sign in tail + block:
                return True
            tail = block[-len(sign) :]
    return False


def unknown(name: str) -> Refused:
    """A kind of file that is not read."""
    return Refused(
        Problem(
            "file.kind",
            N_("This kind of file (%(kind)s) is not read."),
            {"kind": name},
            N_("Save the table as xlsx, CSV or Parquet."),
        )
    )


_OLD_XLS: Final = Problem(
    "file.old_xls",
    N_("This is an old Excel file (.xls)."),
    remedy=N_("Open it in Excel or WPS and save it as xlsx."),
)
_ENCRYPTED_FILE: Final = Problem(
    "file.encrypted",
    N_("The workbook is protected by a password, so it cannot be read."),
    remedy=N_("Open it in Excel or WPS, take the password away and save it as xlsx."),
)
_WEB_PAGE: Final = Problem(
    "file.web_page",
    N_("This is a web page or XML, although its name may end in .xls."),
    remedy=N_("Open it in Excel or WPS and save it as xlsx."),
)
