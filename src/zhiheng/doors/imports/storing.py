"""The copy of a file that an import works from: in the data folder, with its digest, never changed.

The digest is SM3, taken while copying and again before reading: a copy that was changed in between
is not read. This module refuses files that are too large before they fill the disk.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from zhiheng.kernel.chain import ALGORITHM
from zhiheng.kernel.errors import N_, Refused, refuse
from zhiheng.settings import settings

FOLDER: Final = "imports"
_BLOCK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Stored:
    """Where the copy is, its digest and its size."""

    path: Path
    digest: str
    bytes: int

    @property
    def relative(self) -> str:
        """The path as a run keeps it: the data folder may move."""
        return self.path.relative_to(settings().home).as_posix()


def absolute(relative: str) -> Path:
    """Where a stored path is now."""
    return settings().home / relative


def store(source: Path | IO[bytes], most: int) -> Stored:
    """Copy a file into the data folder."""
    target = settings().folder(FOLDER) / secrets.token_hex(12)
    try:
        if isinstance(source, Path):
            with _readable(source) as file:
                digest, size = _copy(file, target, most)
        else:
            digest, size = _copy(source, target, most)
    except BaseException as error:
        target.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise _not_stored(error) from error
        raise
    return Stored(target, digest, size)


def _readable(path: Path) -> IO[bytes]:
    if not path.is_file():
        raise refuse(
            "import.no_file",
            N_("There is no file %(path)s."),
            N_("Look at the spelling of its name and at the folder."),
            path=str(path)[:200],
        )
    try:
        return path.open("rb")
    except PermissionError as error:
        raise refuse(
            "import.no_access", N_("The file %(path)s may not be read."), path=str(path)[:200]
        ) from error


def _copy(source: IO[bytes], target: Path, most: int) -> tuple[str, int]:
    digest, size = hashlib.new(ALGORITHM), 0
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as copy:
        while block := source.read(_BLOCK):
            size += len(block)
            if size > most:
                raise refuse(
                    "import.too_large",
                    N_("The file has more than %(most)d bytes."),
                    N_("Cut it into several files; rows that were taken in before are skipped."),
                    most=most,
                )
            digest.update(block)
            copy.write(block)
        copy.flush()
        os.fsync(copy.fileno())  # the run that names this file must not outlive it
    return digest.hexdigest(), size


def _not_stored(error: OSError) -> Refused:
    return refuse(
        "import.not_stored",
        N_("The file could not be copied into the data folder: %(why)s."),
        N_("Look at the free space and the rights of the data folder, then import again."),
        why=error.strerror or type(error).__name__,
    )


def check_unchanged(relative: str, digest: str) -> Path:
    """The stored file, when it is still the one that was handed in."""
    path = absolute(relative)
    if not path.is_file():
        raise refuse(
            "import.copy_gone",
            N_("The stored copy of the file is gone."),
            N_("Import the file again: rows that were taken in are skipped."),
        )
    found = hashlib.new(ALGORITHM)
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            found.update(block)
    if found.hexdigest() != digest:
        raise refuse(
            "import.copy_changed",
            N_("The stored copy of the file was changed after it was handed in."),
            N_("Nothing more is taken from it. Import the original again, and ask who may write to it."),
        )
    return path
