"""统一社会信用代码, the unified social credit code of GB 32100-2015.

Eighteen characters: registering department, category, division of the registering authority (6 digits),
subject code (9 characters, the former organisation code) and check character. The scheme finds every single
wrong character and every swap of two neighbours.

A wrong check character is refused, with one exception. Fujian issued codes before the standard was fixed;
those pilot codes are lawful and fail the check. All that are known share one shape: an enterprise (91)
registered in Fujian (35….) whose subject code begins with M000 and passes the check of its own scheme,
GB 11714. Only a code of that shape is accepted with a warning: docs/topics/codes.md has the evidence. This
module refuses to say whether a code was ever issued.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from operator import mul

from zhiheng.kernel.codes import orgcode
from zhiheng.kernel.codes.writing import compact
from zhiheng.kernel.errors import N_, Param, Problem, Refused, refuse

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 characters: I, O, S, V and Z are left out because they are misread."""

_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28, 1)
_FORM = re.compile(rf"[{ALPHABET}]{{2}}[0-9]{{6}}[{ALPHABET}]{{10}}")
_PILOT = re.compile(r"9135[0-9]{4}M000.{6}")
# One table lookup in C for all characters: bytes.translate turns each letter into its value.
_VALUES = bytes(max(ALPHABET.find(chr(code)), 0) for code in range(256))
_MISREAD = {"I": "1", "O": "0", "S": "5", "V": "U", "Z": "2"}


@dataclass(frozen=True, slots=True)
class Uscc:
    """A unified code and its parts; `warnings` is empty unless the code is a pilot code."""

    value: str
    warnings: tuple[Problem, ...] = field(default=(), compare=False)

    @property
    def department(self) -> str:
        """Character 1: the department that registers (9 is market supervision)."""
        return self.value[0]

    @property
    def category(self) -> str:
        """Character 2: the category within that department."""
        return self.value[1]

    @property
    def division(self) -> str:
        """Characters 3 to 8: division of the authority that first registered; it stays when a firm moves."""
        return self.value[2:8]

    @property
    def subject(self) -> str:
        """Characters 9 to 17: the subject code, formerly the organisation code."""
        return self.value[8:17]

    @property
    def check(self) -> str:
        """Character 18."""
        return self.value[17]

    def __str__(self) -> str:
        return self.value


def check_character(body: str) -> str:
    """Return the check character of a 17-character body; a body of another form is a ValueError."""
    if not _FORM.fullmatch(body + "0"):
        raise ValueError(f"not the first 17 characters of a unified code: {body!r}")
    return ALPHABET[-_weighted_sum(body) % 31]


def is_valid(value: str) -> bool:
    """Tell whether `value`, in its kept form, passes the check. Pilot codes do not: ask `parse`."""
    return _FORM.fullmatch(value) is not None and _weighted_sum(value) % 31 == 0


def parse(text: str) -> Uscc:
    """Read a unified code as people write it, or refuse it with all that is wrong."""
    if is_valid(text):
        return Uscc(text)
    value = compact(text)
    _require_length(value, text)
    _require_characters(value)
    expected = check_character(value[:17])
    if value[17] == expected:
        return Uscc(value)
    problem = _check_problem(value, expected)
    if can_be_pilot(value):
        return Uscc(value, (problem,))
    raise Refused(problem)


def can_be_pilot(value: str) -> bool:
    """Tell whether a well-formed code has the shape of the Fujian pilot, whose check characters differ."""
    return _PILOT.fullmatch(value) is not None and orgcode.is_valid(value[8:17])


def _weighted_sum(value: str) -> int:
    return sum(map(mul, value.encode("ascii").translate(_VALUES), _WEIGHTS))


def _require_length(value: str, text: str) -> None:
    if len(value) == 18:
        return
    if len(value) == 15 and value.isdigit():
        raise refuse(
            "uscc.registration_number",
            N_("“%(value)s” is a registration number of 15 digits, not a unified social credit code."),
            N_("Give the code of 18 characters that replaced it; the licence in force shows it."),
            value=value,
        )
    if orgcode.is_valid(value.replace("-", "")):
        raise refuse(
            "uscc.organisation_code",
            N_("“%(value)s” is an organisation code, not a unified social credit code."),
            N_("Give all 18 characters; the organisation code is only characters 9 to 17."),
            value=value,
        )
    raise refuse(
        "uscc.length",
        N_("“%(text)s” is not a unified social credit code: it has 18 characters, here are %(count)d."),
        N_("Give all 18 characters as on the licence."),
        text=text.strip(),
        count=len(value),
    )


def _require_characters(value: str) -> None:
    problems = [
        _character_problem(value, index, found)
        for index, found in enumerate(value)
        if found not in (ALPHABET[:10] if 2 <= index < 8 else ALPHABET)
    ]
    if problems:
        raise Refused(*problems)


def _character_problem(value: str, index: int, found: str) -> Problem:
    params: dict[str, Param] = {"position": index + 1, "value": value, "found": found}
    message = N_("Character %(position)d of the unified social credit code “%(value)s” is “%(found)s”.")
    if found in _MISREAD and (suggestion := _MISREAD[found]) and (suggestion.isdigit() or not 2 <= index < 8):
        remedy = N_("The letters I, O, S, V and Z are never used: perhaps “%(suggestion)s” is meant.")
        return Problem("uscc.character", message, params | {"suggestion": suggestion}, remedy)
    if 2 <= index < 8:
        remedy = N_("Characters 3 to 8 are the division of the registering authority: digits only.")
        return Problem("uscc.division", message, params, remedy)
    remedy = N_("Only digits and capital letters without I, O, S, V and Z are used.")
    return Problem("uscc.character", message, params, remedy)


def _check_problem(value: str, expected: str) -> Problem:
    params = {"value": value, "found": value[17], "expected": expected}
    message = N_("The unified social credit code “%(value)s” ends in “%(found)s” instead of “%(expected)s”.")
    if can_be_pilot(value):
        remedy = N_(
            "It looks like an early pilot code of Fujian and is accepted: compare it with the licence."
        )
        return Problem("uscc.pilot", message, params, remedy)
    remedy = N_("Compare it with the licence: one of the 18 characters is wrong, or two are swapped.")
    return Problem("uscc.check", message, params, remedy)
