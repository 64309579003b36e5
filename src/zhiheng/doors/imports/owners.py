"""Who works at an import: a process of this machine, named so that its death can be told.

A process that is gone frees its work at once; where that cannot be told, its lease runs out.
"""

from __future__ import annotations

import os
import secrets
import socket
from functools import cache
from pathlib import Path


@cache
def _machine() -> str:
    """This machine, this start of it, and this process space: in another, process numbers mean others."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()[:13]
        space = Path("/proc/self/ns/pid").readlink().name
    except OSError:
        return ""
    return f"{socket.gethostname()[:40]}/{boot}/{space}"


def _started(pid: int) -> str:
    """When a process began, in ticks: a number that is given out again belongs to another start."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    fields = stat[stat.rfind(")") + 2 :].split()
    return "" if fields[0] == "Z" else fields[19]


def new_owner() -> str:
    """A name for one worker in this process."""
    pid = os.getpid()
    return f"{_machine()}/{pid}/{_started(pid)}/{secrets.token_hex(4)}"


def is_dead(owner: str) -> bool:
    """Whether the worker is known to be gone; of another machine's workers nothing is known."""
    machine, _, rest = owner.rpartition("/")[0].rpartition("/")[0].rpartition("/")
    started = owner.rpartition("/")[0].rpartition("/")[2]
    if not machine or machine != _machine() or not rest.isdigit() or not started:
        return False
    return _started(int(rest)) != started
