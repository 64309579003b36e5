"""标准编号, the number of a Chinese standard in its five grammars, kept in one form.

National `GB/T 2828.1-2012`, industry `HG/T 2520-2023`, local `DB11/T 1234-2020`, group `T/CAS 123-2020` and
enterprise `Q/ABC 001-2020`. Blanks, full-width characters, lower case and the kind of dash carry no meaning.
The year belongs to the number: each revision is another standard, so a number without its year is refused.
Where a missing blank leaves two readings open, the number is refused too. This module refuses to say whether
a standard exists or is in force.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from zhiheng.kernel.codes.writing import spaced
from zhiheng.kernel.errors import N_, Refused, refuse


class Kind(StrEnum):
    """Who issues the standard."""

    NATIONAL = "national"
    INDUSTRY = "industry"
    LOCAL = "local"
    GROUP = "group"
    ENTERPRISE = "enterprise"


@dataclass(frozen=True, slots=True)
class Standard:
    """A standard number: `prefix` and `number` as kept, `year` of issue."""

    kind: Kind
    prefix: str
    number: str
    year: int

    @property
    def is_recommended(self) -> bool:
        """Tell whether it is voluntary by its number: /T, /Z, group and enterprise standards."""
        return self.kind in (Kind.GROUP, Kind.ENTERPRISE) or self.prefix.endswith(("/T", "/Z"))

    @property
    def undated(self) -> str:
        """The number without the year: what stays the same through revisions."""
        return f"{self.prefix} {self.number}"

    def __str__(self) -> str:
        return f"{self.undated}-{self.year}"


_NUMBER = r"(?P<number>[0-9]+(?:\.[0-9]+)*)"
_YEAR = r"-(?P<year>[0-9]{4})(?!\d)"
_PLACE = r"(?P<prefix>DB\d{2}(?:\d{2})?(?:/T)?)"
# Group, enterprise and place codes may end in digits. Without a blank such a code ends at its last letter or
# at its slash; where it has neither, nothing matches.
_GRAMMARS = tuple(
    (kind, re.compile(pattern, 0 if kind is Kind.ENTERPRISE else re.ASCII))
    for kind, pattern in (
        (Kind.NATIONAL, rf"(?P<prefix>GB(?:/[TZ])?) ?{_NUMBER}{_YEAR}"),
        (Kind.LOCAL, rf"{_PLACE}(?:(?<=T) ?|/ ?| ){_NUMBER}{_YEAR}"),
        (Kind.GROUP, rf"(?P<prefix>T/[A-Z0-9]{{2,10}}) {_NUMBER}{_YEAR}"),
        (Kind.GROUP, rf"(?P<prefix>T/[A-Z0-9]{{1,9}}[A-Z]){_NUMBER}{_YEAR}"),
        (Kind.ENTERPRISE, rf"(?P<prefix>Q/[A-Z0-9]+) (?P<number>[\w.]+){_YEAR}"),
        (Kind.ENTERPRISE, rf"(?P<prefix>Q/[0-9]*[A-Z]+)(?P<number>[0-9][\w.]*){_YEAR}"),
        (Kind.INDUSTRY, rf"(?!DB)(?P<prefix>[A-Z]{{2,3}}(?:/[TZ])?) ?{_NUMBER}{_YEAR}"),
    )
)
_FOREIGN = re.compile(r"(?:ISO|IEC|EN|DIN|BS|NF|JIS|ANSI|ASTM|API|SAE|UL)\b")
_SLASHES = re.compile(r" ?/ ?")
_DASHES = re.compile(r" ?-+ ?")
_SHORT_YEAR = re.compile(r"-(\d{2})$")
_OTHER_DASH = re.compile(r" ?[:_~ ] ?(?=\d{4}$)")
_NO_BLANK = re.compile(r"(?:DB\d{5,}|[TQ]/[A-Z0-9]+)(?:[\d.]*)-\d{4}$", re.ASCII)
_NO_YEAR = re.compile(r"(?:[A-Z]{1,3}|DB\d{2,4})(?:/[A-Z0-9]*)? ?\d[\w.]*$", re.ASCII)


def parse(text: str) -> Standard:
    """Read one standard number as people write it, or refuse it with what is wrong."""
    written = _DASHES.sub("-", _SLASHES.sub("/", spaced(text)))
    if _FOREIGN.match(written):
        raise refuse(
            "standard.foreign",
            N_("“%(text)s” is the number of an international or foreign standard."),
            N_("Give the Chinese standard that adopts it: GB, industry, DB, T/ or Q/ with its year."),
            text=text.strip(),
        )
    found = _read(written)
    if found is None:
        raise _refusal(text.strip(), written)
    if not 1949 <= found.year < 2100:
        raise refuse(
            "standard.year_range",
            N_("The standard number “%(text)s” gives the year %(year)d."),
            N_("Give the year of issue with four digits."),
            text=text.strip(),
            year=found.year,
        )
    return found


def _read(written: str) -> Standard | None:
    for kind, grammar in _GRAMMARS:
        if match := grammar.fullmatch(written):
            return Standard(kind, match["prefix"], match["number"], int(match["year"]))
    return None


def _refusal(text: str, written: str) -> Refused:
    if suggestion := _leading_number(written):
        return refuse(
            "standard.other_text",
            N_("The standard number “%(text)s” has other text beside it."),
            N_("Give the number alone, perhaps %(suggestion)s; separate several numbers by “；”."),
            text=text,
            suggestion=suggestion,
        )
    if short := _SHORT_YEAR.search(written):
        century = "19" if short[1] >= "49" else "20"
        return refuse(
            "standard.short_year",
            N_("The year “%(found)s” of the standard number “%(text)s” has two digits."),
            N_("Write the year with four digits, for example %(suggestion)s."),
            text=text,
            found=short[1],
            suggestion=f"{written[: short.start()]}-{century}{short[1]}",
        )
    if mended := _read(_OTHER_DASH.sub("-", written)):
        return refuse(
            "standard.dash",
            N_("The standard number “%(text)s” has no hyphen before the year."),
            N_("Write it as %(suggestion)s."),
            text=text,
            suggestion=str(mended),
        )
    return _refusal_of_form(text, written)


def _refusal_of_form(text: str, written: str) -> Refused:
    if _NO_BLANK.match(written):
        return refuse(
            "standard.blank",
            N_("In the standard number “%(text)s” it is not clear where the issuer's code ends."),
            N_("Put a blank between the code and the number, as in DB11 1234-2020 or Q/ABC 001-2020."),
            text=text,
        )
    if _NO_YEAR.match(written):
        return refuse(
            "standard.year",
            N_("The standard number “%(text)s” has no year."),
            N_("Add a hyphen and the year of issue, as in GB 29581-2013: each revision is another standard."),
            text=text,
        )
    return refuse(
        "standard.form",
        N_("“%(text)s” is not the number of a Chinese standard."),
        N_(
            "Write it like GB/T 2828.1-2012, HG/T 2520-2023, DB11/T 1234-2020, T/CAS 12-2020 or Q/ABC 1-2020."
        ),
        text=text,
    )


def _leading_number(written: str) -> str | None:
    for kind, grammar in _GRAMMARS:
        if match := grammar.match(written):
            return str(Standard(kind, match["prefix"], match["number"], int(match["year"])))
    return None
