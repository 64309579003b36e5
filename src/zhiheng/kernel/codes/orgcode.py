"""组织机构代码, the organisation code of GB 11714: eight characters and a check character.

It lives on as characters 9 to 17 of the unified code. The scheme finds every wrong digit and every swap of
two neighbouring digits; characters whose values differ by a multiple of 11 (0 and B, 1 and C …) it cannot
tell apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from operator import mul

from zhiheng.kernel.codes.writing import compact
from zhiheng.kernel.errors import N_, Problem, Refused, refuse

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "0123456789X"
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_BODY = re.compile(r"[0-9A-Z]{8}")
_HYPHENS = str.maketrans("", "", "-")


@dataclass(frozen=True, slots=True)
class OrganisationCode:
    """Nine characters without the hyphen; `str` gives the printed form `12345678-9`."""

    value: str

    @property
    def body(self) -> str:
        """The eight characters that name the organisation."""
        return self.value[:8]

    @property
    def check(self) -> str:
        """The check character."""
        return self.value[8]

    def __str__(self) -> str:
        return f"{self.body}-{self.check}"


def check_character(body: str) -> str:
    """Return the check character of eight characters `0-9A-Z`; anything else is a ValueError."""
    if not _BODY.fullmatch(body):
        raise ValueError(f"not eight characters 0-9A-Z: {body!r}")
    total = sum(map(mul, map(_VALUES.__getitem__, body), _WEIGHTS))
    return _CHECKS[-total % 11]


def is_valid(value: str) -> bool:
    """Tell whether `value` is an organisation code in its kept form (nine characters, capitals)."""
    body, check = value[:8], value[8:]
    return _BODY.fullmatch(body) is not None and check_character(body) == check


def parse(text: str) -> OrganisationCode:
    """Read an organisation code, with or without its hyphen, or refuse it with all that is wrong."""
    value = compact(text).translate(_HYPHENS)
    if len(value) != 9:
        raise refuse(
            "orgcode.length",
            N_("“%(text)s” is not an organisation code: it has 9 characters, here are %(count)d."),
            N_("Give the 8 characters and the check character, for example 71526726-X."),
            text=text.strip(),
            count=len(value),
        )
    wrong = [
        Problem(
            "orgcode.character",
            N_("Character %(position)d of the organisation code “%(value)s” is “%(found)s”."),
            {"position": position, "value": value, "found": found},
            N_("Only digits and the letters A to Z are used."),
        )
        for position, found in enumerate(value, start=1)
        if found not in _VALUES
    ]
    if wrong:
        raise Refused(*wrong)
    expected = check_character(value[:8])
    if value[8] != expected:
        raise refuse(
            "orgcode.check",
            N_("The organisation code “%(value)s” ends in “%(found)s” instead of “%(expected)s”."),
            N_("Compare it with the certificate: one of the nine characters is wrong."),
            value=value,
            found=value[8],
            expected=expected,
        )
    return OrganisationCode(value)
