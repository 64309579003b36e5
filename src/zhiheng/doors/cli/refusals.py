"""What a script can rely on: four exit codes, and one way of saying what is wrong.

0 done · 1 refused, or a verification found something broken · 2 the command was written wrongly ·
3 the machine is in the way: port, folder, database, settings.
"""

from __future__ import annotations

import sys
from types import MappingProxyType
from typing import Final

from zhiheng.doors.cli.words import _, of_rooms
from zhiheng.kernel.errors import Param, Problem, Refused

DONE: Final = 0
REFUSED: Final = 1
USAGE: Final = 2
ENVIRONMENT: Final = 3


class Environment(Refused):
    """The machine is in the way, not the input."""


class WronglyWritten(Refused):
    """The command cannot mean anything as it was written."""


def environment(code: str, message: str, remedy: str = "", /, **params: Param) -> Environment:
    """Build an `Environment` of one problem."""
    return Environment(Problem(code, message, MappingProxyType(params), remedy))


def wrongly_written(code: str, message: str, remedy: str = "", /, **params: Param) -> WronglyWritten:
    """Build a `WronglyWritten` of one problem."""
    return WronglyWritten(Problem(code, message, MappingProxyType(params), remedy))


def exit_code(refused: Refused) -> int:
    """The exit code that a refusal ends with."""
    if isinstance(refused, Environment):
        return ENVIRONMENT
    return USAGE if isinstance(refused, WronglyWritten) else REFUSED


def said(problem: Problem) -> str:
    """What is wrong, in the language of this run."""
    return translated(problem.message) % dict(problem.params)


def advised(problem: Problem) -> str:
    """What would be right, in the language of this run."""
    return translated(problem.remedy) % dict(problem.params) if problem.remedy else ""


def translated(msgid: str) -> str:
    """The text; problems of other rooms stand in their catalogues, which Django has read if it is there."""
    found = _(msgid)
    loaded = sys.modules.get("django.apps")
    if found != msgid:
        return found
    if loaded is None or not loaded.apps.ready:
        return of_rooms(msgid)
    from django.utils.translation import gettext

    return gettext(msgid) if msgid else ""


def as_json(problem: Problem) -> dict[str, object]:
    """A problem for a program: its stable code, and the texts."""
    return {
        "code": problem.code,
        "message": said(problem),
        "remedy": advised(problem),
        "params": dict(problem.params),
    }
