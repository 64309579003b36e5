"""How numbers, dates and their provenance are written for people.

It formats what it is given; it refuses to compute a statistic, to round a rate into certainty, and
to show a missing value as a number.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

Number = int | float | Decimal
GROUP = "\N{NARROW NO-BREAK SPACE}"
MOST_DIGITS = 3
SOON = 3  # days


# The names of a rate's provenance, in the order in which a reader asks for them.
FACTS = ("population", "period", "source", "snapshot", "method")


def part(known: object, name: str) -> Any:
    """One field of a number with provenance, whether it comes as an object or as a mapping."""
    return known.get(name) if isinstance(known, Mapping) else getattr(known, name, None)


def amount(value: Number, digits: int | None = None) -> str:
    """A number with its thousands grouped; integers stay whole, others keep `digits` decimals."""
    if digits is None:
        whole = isinstance(value, int) or value == int(value)
        digits = 0 if whole else 2
    return f"{value:,.{digits}f}".replace(",", GROUP)


def percent(share: float) -> str:
    """A share as a percentage of one decimal, with more where rounding would claim 0% or 100%."""
    shown = ""
    for digits in range(1, MOST_DIGITS + 1):
        shown = f"{share * 100:.{digits}f}"
        if share in (0, 1) or float(shown) not in (0.0, 100.0):
            return f"{shown}%"
    return f"<{10**-MOST_DIGITS}%" if float(shown) == 0 else f">{100 - 10**-MOST_DIGITS}%"


def span(lower: float, upper: float) -> str:
    """An interval of shares, in percent."""
    return f"{percent(lower)[:-1]}–{percent(upper)}"


@dataclass(frozen=True, slots=True)
class Provenance:
    """A number as it is shown: the value, its interval, and the answers to «how do you know»."""

    value: str
    after: str
    facts: tuple[tuple[str, str], ...]
    few: str


def provenance_of(rate: object, about: object = None) -> Provenance | None:
    """Make a rate presentable; `None` when there is nothing to show.

    What holds for a whole table (period, source, snapshot …) may stand in `about`.
    """
    estimate = part(rate, "estimate")
    if estimate is None:
        return None
    interval = _interval(rate, "")
    exact, shrunk = _interval(rate, "exact_"), part(rate, "shrunk")
    facts = [(pgettext("provenance", "Interval"), interval)] if interval else []
    if exact:
        facts.append((pgettext("provenance", "Exact interval"), exact))
    facts.append((pgettext("provenance", "Samples"), amount(part(rate, "n") or 0)))
    if shrunk is not None:
        facts.append(
            (pgettext("provenance", "Steadied"), f"{percent(shrunk)} {_interval(rate, 'shrunk_')}".strip())
        )
    facts += facts_of(rate, about)
    few = _("Few samples: not for ranking.") if part(rate, "small") else ""
    return Provenance(value=percent(estimate), after=interval, facts=tuple(facts), few=few)


def _interval(rate: object, kind: str) -> str:
    lower, upper = part(rate, f"{kind}lower"), part(rate, f"{kind}upper")
    return "" if lower is None or upper is None else span(lower, upper)


def facts_of(*known: object) -> list[tuple[str, str]]:
    """The provenance that a number carries, or that is said about its table, in the reader's language."""
    names = {
        "population": pgettext("provenance", "Speaks of"),
        "period": pgettext("provenance", "Period"),
        "source": pgettext("provenance", "Source"),
        "snapshot": pgettext("provenance", "Snapshot"),
        "method": pgettext("provenance", "Method"),
    }
    facts = []
    for name in FACTS:
        said = (part(place, name) for place in known if place is not None)
        value = next((value for value in said if value not in (None, "")), None)
        if value is not None:
            facts.append((names[name], _written(name, value)))
    return facts


def _written(name: str, value: object) -> str:
    if name == "snapshot" and isinstance(value, int):
        return _("up to entry %(number)s") % {"number": value}
    return str(value)


def day(value: dt.date) -> str:
    """A day as people write it in a sentence."""
    # Translators: Django date format; Chinese: Y年n月j日
    return date_format(value, pgettext("date format", "j F Y"))


def instant(value: dt.date | dt.datetime, form: str = "") -> tuple[str, str]:
    """A date or an instant twice: for machines and, in the house's time zone, for people."""
    if not isinstance(value, dt.datetime):
        return value.isoformat(), day(value) if form == "long" else value.isoformat()
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    shown = day(local.date()) if form == "long" else local.date().isoformat()
    return local.isoformat(timespec="seconds"), f"{shown} {local:%H:%M}"


def days_left(days: int) -> tuple[str, str]:
    """How long until a deadline, and the tone that the answer has."""
    if days < 0:
        return ngettext("%(days)s day overdue", "%(days)s days overdue", -days) % {
            "days": -days
        }, "nonconforming"
    tone = "waiting" if days <= SOON else ""
    if days == 0:
        return _("Due today"), tone
    return ngettext("%(days)s day left", "%(days)s days left", days) % {"days": days}, tone
