"""Problems that explain themselves, and the one exception that carries them.

A problem is data: a stable code for programs, a message and a remedy for people. Message and
remedy are English msgids with named placeholders; the doors translate them. This module refuses
to know any language but the msgid's, and any way of showing a problem.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

Param = str | int | float
_NONE: Mapping[str, Param] = MappingProxyType({})


def N_(msgid: str) -> str:  # the gettext convention for "marked, translated later"
    """Mark a msgid for extraction without translating it."""
    return msgid


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, in which terms, and what would be right."""

    code: str
    message: str
    params: Mapping[str, Param] = field(default_factory=lambda: _NONE)
    remedy: str = ""

    def __str__(self) -> str:
        text = self.message % dict(self.params)
        return f"{text} {self.remedy % dict(self.params)}".rstrip()


class Refused(Exception):  # noqa: N818  a refusal is an answer, not an error in the program
    """An input or an act was refused; every reason is in `problems`."""

    def __init__(self, *problems: Problem) -> None:
        if not problems:
            raise ValueError("a refusal needs at least one problem")
        self.problems = problems
        super().__init__("; ".join(str(problem) for problem in problems))


def refuse(code: str, message: str, remedy: str = "", /, **params: Param) -> Refused:
    """Build a refusal of one problem: `raise refuse("gtin.length", N_("…"), count=7)`."""
    return Refused(Problem(code, message, MappingProxyType(params), remedy))
