"""Files of a draw: written whole or not at all, never over another one; secrets for their owner alone.

A draw's files are evidence. This module refuses to replace one, and to read a secret that others can read.
"""

from __future__ import annotations

import json
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from zhiheng.doors.cli.commands.plan_writing import unwritten
from zhiheng.doors.cli.refusals import wrongly_written
from zhiheng.kernel.errors import N_, Problem, Refused, refuse

NONCE_FORMAT: Final = "zhiheng-nonce/1"
LARGEST: Final = 2 << 30  # bytes of a file that is read whole


@dataclass(frozen=True, slots=True)
class SecretNonce:
    """The content of a nonce file: whose it is, under which hash, and the 32 bytes."""

    name: str
    algorithm: str
    nonce: bytes


@contextmanager
def methods_refuse() -> Iterator[None]:
    """Within it, what a method refuses is refused by the command."""
    from zhiheng.methods.errors import InvalidInput

    try:
        yield
    except InvalidInput as error:
        raise Refused(Problem(error.code, error.message, error.params, error.remedy)) from error


def content(path: Path) -> bytes:
    """The bytes of a file that the command names."""
    try:
        if path.stat().st_size > LARGEST:
            raise refuse(
                "cli.draw_large",
                N_("%(path)s is larger than a file of a draw can be."),
                N_("Look whether it is the right file."),
                path=str(path),
            )
        return path.read_bytes()
    except OSError as error:
        raise refuse(
            "cli.draw_unread",
            N_("%(path)s cannot be read: %(why)s."),
            N_("Look at the path and its rights."),
            path=str(path),
            why=error.strerror or str(error),
        ) from error


def free(*paths: Path | None) -> None:
    """Refuse before any work when one of the files to be written is there already."""
    for path in paths:
        if path is not None and path.exists():
            raise _there(path)


def written(path: Path, data: bytes, *, secret: bool = False) -> None:
    """Write a new file: all of it under its name, or nothing; a crash leaves no half of it."""
    free(path)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if secret else 0o644)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.link(draft, path)  # unlike a rename it fails where another file has come meanwhile
        finally:
            draft.unlink(missing_ok=True)
        _folder_synced(path.parent)
    except FileExistsError as error:
        raise _there(path) from error
    except OSError as error:
        raise unwritten(path, error) from error


def _folder_synced(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _there(path: Path) -> Refused:
    return refuse(
        "cli.draw_exists",
        N_("There is a file %(path)s already, and files of a draw are not overwritten."),
        N_("Name another file, or move that one away."),
        path=str(path),
    )


def nonce_made(path: Path, name: str, algorithm: str) -> str:
    """Take 32 bytes from the system's random generator into a secret file; the hash to be published."""
    from zhiheng.methods.lottery.commitment import nonce_hash

    nonce = secrets.token_bytes(32)
    with methods_refuse():
        digest = nonce_hash(name, nonce, algorithm)
    document = {"algorithm": algorithm, "format": NONCE_FORMAT, "name": name, "nonce": nonce.hex()}
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"
    written(path, text.encode(), secret=True)
    return digest


def nonce_read(path: Path) -> SecretNonce:
    """A nonce file; one that others can read is refused, because a nonce that is known is none."""
    data = content(path)
    mode = path.stat().st_mode
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise refuse(
            "cli.nonce_open",
            N_("The nonce file %(path)s can be read by others on this machine."),
            N_("If nobody has read it, run chmod 600 on it; else make a new nonce and a new commitment."),
            path=str(path),
        )
    try:
        found = json.loads(data)
        if found["format"] != NONCE_FORMAT:
            raise ValueError(found["format"])
        return SecretNonce(str(found["name"]), str(found["algorithm"]), bytes.fromhex(found["nonce"]))
    except (ValueError, KeyError, TypeError) as error:
        raise refuse(
            "cli.nonce_file",
            N_("%(path)s is no nonce file."),
            N_("`zhiheng draw commit` and `zhiheng draw witness` write such files."),
            path=str(path),
        ) from error


def named(given: list[str] | None, option: str) -> dict[str, str]:
    """NAME=VALUE, as often as it was given; the value may be empty."""
    out: dict[str, str] = {}
    for text in given or []:
        name, _equals, value = text.rpartition("=") if "=" in text else (text, "", "")
        if not name.strip() or name.strip() in out:
            raise wrongly_written(
                "cli.draw_named",
                N_("“%(text)s” cannot be given as %(option)s."),
                N_("Write it as NAME=VALUE, each name once."),
                text=text[:60],
                option=option,
            )
        out[name.strip()] = value.strip()
    return out
