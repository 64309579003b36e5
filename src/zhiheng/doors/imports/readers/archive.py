"""What is looked at before a workbook is unpacked: how large it would become.

The sizes that a zip file declares are binding: Python unpacks no more of a member than is declared,
and a member that differs is a damaged file. This module refuses to unpack anything.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Final

from zhiheng.doors.imports.readers.kinds import unknown
from zhiheng.doors.imports.readers.layout import damaged
from zhiheng.kernel.errors import N_, Problem, Refused, refuse

TOTAL_MOST: Final = 4 << 30
# Sheets and texts are streamed; every other part is read into memory at once.
PART_MOST: Final = 32 << 20
STREAMED_MOST: Final = 3 << 30
MEMBERS_MOST: Final = 5000
# Sheets full of repetition reach a ratio of about 60; deflate itself cannot pass 1 032.
RATIO_MOST: Final = 200
RATIO_FROM: Final = 8 << 20


def check_archive(path: Path) -> None:
    """Refuse a zip file that is no workbook, or that would become absurdly large."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise damaged("xlsx", error) from error
    _check_kind({member.filename for member in members})
    if len(members) > MEMBERS_MOST:
        raise _bomb(len(members), N_("The workbook consists of %(count)d parts."))
    total = 0
    for member in members:
        _check_member(member)
        total += member.file_size
    if total > TOTAL_MOST:
        raise _bomb(total)


def _check_kind(names: set[str]) -> None:
    if "xl/workbook.bin" in names:
        raise unknown("xlsb")
    if "word/document.xml" in names:
        raise unknown("docx")
    if "mimetype" in names and "content.xml" in names:
        raise unknown("ods")
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise unknown("zip")


def _check_member(member: zipfile.ZipInfo) -> None:
    if member.flag_bits & 1:
        raise Refused(
            Problem(
                "file.encrypted",
                N_("The workbook is protected by a password, so it cannot be read."),
                remedy=N_("Open it in Excel or WPS, take the password away and save it as xlsx."),
            )
        )
    size, packed = member.file_size, max(member.compress_size, 1)
    streamed = (
        member.filename.startswith(("xl/worksheets/", "xl/media/")) or "sharedStrings" in member.filename
    )
    if size > (STREAMED_MOST if streamed else PART_MOST) or (
        size > RATIO_FROM and size / packed > RATIO_MOST
    ):
        raise _bomb(size)


def _bomb(number: int, message: str = N_("Unpacked, the workbook would have %(count)d bytes.")) -> Refused:
    return refuse(
        "file.bomb",
        message,
        N_("Look whether this is the right file; save a large table as CSV."),
        count=number,
    )
