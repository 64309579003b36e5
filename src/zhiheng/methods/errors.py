"""Inputs that a method refuses, said so that a program and a person both understand.

The kernel has problems and refusals of its own; methods and kernel are both ground rooms and do
not import each other, so the doors join the two. This module refuses to know any language but
the msgid's: message and remedy are English msgids with named placeholders.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

Param = str | int | float


def N_(msgid: str) -> str:
    """Mark a msgid for extraction without translating it."""
    return msgid


class InvalidInput(ValueError):  # noqa: N818  names what the caller gave, as the kernel's Refused does
    """An input that no formula of this room may be applied to.

    Attributes
    ----------
    code : str
        Stable name of the fault, for programs (`"count.above_total"`).
    message, remedy : str
        English msgids with named placeholders: what is wrong, and what to do.
    params : mapping
        The values of the placeholders.
    """

    def __init__(self, code: str, message: str, remedy: str = "", /, **params: Param) -> None:
        self.code = code
        self.message = message
        self.remedy = remedy
        self.params: Mapping[str, Param] = MappingProxyType(params)
        super().__init__(f"{message % params} {remedy % params}".rstrip())
