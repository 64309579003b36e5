"""The charts of a report, drawn from the rows of its tables: what page and PDF both show.

A title says what the table of comparisons found, never more. This module refuses to draw a rate
without its interval and to draw populations into one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import altair as alt
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from zhiheng.analytics.charts.render import themed, to_spec, to_svg
from zhiheng.analytics.charts.specs import RateRow, TrendRow, Words, rate_bars, rate_trend
from zhiheng.domains.indicators import figures
from zhiheng.methods.survey.populations import Design

MOST_BARS: Final = 20
NAMED: Final = 3
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart with its title and the same numbers as a table; what the look's tag `chart` asks for."""

    title: str
    chart: alt.TopLevelMixin
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    subtitle: str = ""
    source: str = ""

    def drawing(self) -> SafeString:
        """The SVG in the colours of the reader's scheme."""
        return mark_safe(themed(self.svg()))  # noqa: S308  our own renderer, which escapes text

    def drawing_narrow(self) -> SafeString | None:
        """None: page and PDF come from one source, and paper has one width."""
        return None

    def svg(self) -> str:
        """The SVG in the colours of paper."""
        return to_svg(self.chart)

    def spec(self) -> Mapping[str, Any]:
        """The specification for the page's script."""
        return to_spec(self.chart)


def of_groups(name: str, content: Row, names: Mapping[str, str]) -> Picture | None:
    """The picture of a table of rates, where it has enough rows to be worth one."""
    rows: list[Row] = content["tables"][name]["rows"]
    compared = content["tables"].get(f"{name}_compared", {"rows": []})["rows"]
    if name == "quarters":
        return _trend(rows, compared) if len({row["key"] for row in rows}) > 1 else None
    random = [row for row in rows if row["selection"] == Design.RANDOM]
    if name == "authorities" or len(random) < 2:
        return None
    (overall,) = [row for row in content["tables"]["overall"]["rows"] if row["selection"] == Design.RANDOM]
    return _bars(random, compared, names, float(overall["estimate"]))


def _bars(rows: list[Row], compared: list[Row], names: Mapping[str, str], overall: float) -> Picture:
    # The groups with enough samples first, the lowest of them: where a reader has to look.
    chosen = sorted(rows, key=lambda row: (row["small"], row["estimate"], row["key"]))[:MOST_BARS]
    shown = [
        RateRow(
            names.get(row["key"], row["key"]),
            row["estimate"],
            row["lower"],
            row["upper"],
            row["n"],
            row["small"],
        )
        for row in chosen
    ]
    title = _finding(compared, names)
    chart = rate_bars(shown, _words(title), overall=overall)
    cut = "" if len(chosen) == len(rows) else _("The lowest rates only; the table holds all groups.")
    return _picture(title, chart, shown, cut)


def _trend(rows: list[Row], compared: list[Row]) -> Picture:
    series = {
        Design.RANDOM: pgettext("chart", "random"),
        Design.RISK_TARGETED: pgettext("chart", "risk-targeted"),
        Design.UNDECLARED: pgettext("chart", "unstated"),
    }
    shown = [
        TrendRow(
            row["key"], row["estimate"], row["lower"], row["upper"], row["n"], row["small"],
            series[Design(row["selection"])],
        )
        for row in rows
    ]  # fmt: skip
    title = _finding(compared, {})
    return _picture(title, rate_trend(shown, _words(title)), shown, "")


def _finding(compared: list[Row], names: Mapping[str, str]) -> str:
    """The finding as a title: who is lower, or that nothing was shown."""
    lower = [row for row in compared if row["finding"] == "lower"]
    lower.sort(key=lambda row: (row["conforming"] / row["n"], row["key"]))
    if lower:
        listed = pgettext("list", ", ").join(names.get(row["key"], row["key"]) for row in lower[:NAMED])
        if len(lower) > NAMED:
            return _("Lower than the others: %(names)s and more") % {"names": listed}
        return _("Lower than the others: %(names)s") % {"names": listed}
    if any(row["finding"] == "higher" for row in compared):
        return _("None is lower than the others; some are higher")
    if any(row["finding"] == "open" for row in compared):
        return _("No difference is shown by the samples")
    return _("Pass rates with their intervals")


def _words(title: str) -> Words:
    return Words(axis=_("Pass rate, %"), description=title, few=pgettext("chart", "few"))


def _picture(title: str, chart: alt.TopLevelMixin, rows: Sequence[RateRow], cut: str) -> Picture:
    heads = (_("Group"), _("Pass rate"), _("Interval"), _("Samples"))
    cells = [
        (
            f"{row.label} {row.series}".strip() if isinstance(row, TrendRow) else row.label,
            figures.share(row.estimate),
            figures.interval(row.lower, row.upper),
            figures.count(row.n),
        )
        for row in rows
    ]
    return Picture(title, chart, heads, cells, subtitle=cut)
