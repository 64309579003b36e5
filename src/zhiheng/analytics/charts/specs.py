"""Rates as charts: a point for the estimate, a line for its interval, the numbers written beside it.

Rows come in computed and named; the words come in the reader's language. The module refuses to
compute a rate, to hide an interval, to start an axis where it flatters, and to carry meaning by
colour alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import floor
from typing import Any

import altair as alt

from zhiheng.analytics.charts.tokens import FONTS, LIGHT

ROW_HEIGHT = 26
WIDTH = 420
TREND_HEIGHT = 220
TREND_STEP = 64
SERIES = 3
FONT = ", ".join(FONTS)

Drawn = alt.LayerChart | alt.FacetChart  # what `alt.layer` is declared to return


@dataclass(frozen=True, slots=True)
class RateRow:
    """One rate (shares from 0 to 1). `small` marks a group too small to be ranked."""

    label: str
    estimate: float
    lower: float
    upper: float
    n: int
    small: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.lower <= self.estimate <= self.upper <= 1:
            raise ValueError(
                f"{self.label}: {self.lower} ≤ {self.estimate} ≤ {self.upper} does not hold within 0–1"
            )


@dataclass(frozen=True, slots=True)
class TrendRow(RateRow):
    """One rate in one period; `label` names the period, rows stand in the order of time."""

    series: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """What the chart says, in the reader's language. `description` tells its content without seeing it."""

    axis: str
    description: str
    title: str = ""
    few: str = ""


def rate_bars(rows: Iterable[RateRow], words: Words, *, overall: float | None = None) -> Drawn:
    """Rates of groups, best first; `overall` draws the rate of all groups as a line to compare with."""
    ordered = sorted(rows, key=lambda row: (-row.estimate, row.label))
    values = [_bar(row, words) for row in ordered]
    scale = alt.Scale(domain=[_floor(ordered, overall), 100], nice=False)
    names = [row.label for row in ordered]
    y = alt.Y("label:N", sort=names, title=None, axis=alt.Axis(labelLimit=220, ticks=False, domain=False))
    base = alt.Chart(alt.InlineData(values=values)).encode(y=y, tooltip=_tooltip())
    layers = [
        base.mark_rule(size=3, color=LIGHT.line).encode(
            x=alt.X("lower:Q", title=words.axis, scale=scale), x2="upper:Q"
        ),
        base.mark_point(size=64, opacity=1, strokeWidth=2, color=LIGHT.accent).encode(
            x=alt.X("estimate:Q", scale=scale),
            fill=_hollow_when_small(alt.value(LIGHT.accent)),
            shape=_shape(),
        ),
        base.mark_text(align="left", dx=8, color=LIGHT.ink).encode(x=alt.value(WIDTH), text="shown:N"),
    ]
    if overall is not None:
        layers.insert(0, _reference(overall, scale))
    chart = alt.layer(*layers).properties(width=WIDTH, height=ROW_HEIGHT * max(len(values), 1))
    return dressed(chart, words)


def rate_trend(rows: Iterable[TrendRow], words: Words) -> Drawn:
    """Rates over time, one line for each series (three at most), named at its end."""
    ordered = list(rows)
    names = list(dict.fromkeys(row.series for row in ordered))
    if len(names) > SERIES:
        raise ValueError(f"a trend shows {SERIES} series at most, not {len(names)}; draw several charts")
    periods = list(dict.fromkeys(row.label for row in ordered))
    ends = {row.series: row for row in ordered}
    values = [{**_bar(row, words), "series": row.series, "end": _end(row, ends)} for row in ordered]
    colours = alt.Scale(domain=names, range=[LIGHT.accent, LIGHT.ink, LIGHT.quiet][: len(names)])
    base = alt.Chart(alt.InlineData(values=values)).encode(
        x=alt.X("label:N", sort=periods, title=None, axis=alt.Axis(labelAngle=0, ticks=False)),
        color=alt.Color("series:N", legend=None, scale=colours),
        xOffset=alt.XOffset("series:N", sort=names) if len(names) > 1 else alt.Undefined,
        tooltip=_tooltip(),
    )
    scale = alt.Scale(domain=[_floor(ordered, None), 100], nice=False)
    y = alt.Y("estimate:Q", title=words.axis, scale=scale)
    dashes = alt.StrokeDash(
        "series:N", legend=None, scale=alt.Scale(domain=names, range=[[1, 0], [6, 3], [2, 2]][: len(names)])
    )
    chart = alt.layer(
        base.mark_rule(size=3, opacity=0.5).encode(
            y=alt.Y("lower:Q", title=words.axis, scale=scale), y2="upper:Q"
        ),
        base.mark_line(strokeWidth=2).encode(y=y, strokeDash=dashes),
        base.mark_point(size=56, opacity=1, strokeWidth=2).encode(
            y=y, fill=_hollow_when_small(alt.Fill("series:N", legend=None, scale=colours)), shape=_shape()
        ),
        base.mark_text(align="left", dx=10).encode(y=y, text="end:N"),
    ).properties(width=max(WIDTH, TREND_STEP * len(periods)), height=TREND_HEIGHT)
    return dressed(chart, words)


def _bar(row: RateRow, words: Words) -> dict[str, Any]:
    mark = f" {words.few}" if row.small and words.few else ""
    return {
        "label": row.label,
        "estimate": round(100 * row.estimate, 3),
        "lower": round(100 * row.lower, 3),
        "upper": round(100 * row.upper, 3),
        "small": row.small,
        "shown": f"{100 * row.estimate:.1f} ({100 * row.lower:.1f}–{100 * row.upper:.1f})  n={row.n}{mark}",
    }


def _end(row: TrendRow, ends: dict[str, TrendRow]) -> str:
    if ends[row.series] is not row:
        return ""
    return f"{row.series} {100 * row.estimate:.1f}".strip()


def _floor(rows: Sequence[RateRow], overall: float | None) -> int:
    """Where the axis begins: below the lowest interval, so that nothing is cut off."""
    lowest = min([row.lower for row in rows] + ([] if overall is None else [overall]), default=0.0)
    return max(0, 10 * floor(10 * lowest - 0.2))


def _hollow_when_small(filled: alt.Fill | alt.Value[str]) -> Any:
    """A small group has a hollow point, in whatever colour the others are filled."""
    return alt.condition(alt.datum.small, alt.value(LIGHT.paper), filled)


def _shape() -> alt.Shape:
    return alt.Shape(
        "small:N", legend=None, scale=alt.Scale(domain=[False, True], range=["circle", "diamond"])
    )


def _tooltip() -> list[alt.Tooltip]:
    return [alt.Tooltip("label:N", title=" "), alt.Tooltip("shown:N", title="%")]


def _reference(overall: float, scale: alt.Scale) -> alt.Chart:
    data = alt.InlineData(values=[{"overall": round(100 * overall, 3)}])
    mark = alt.Chart(data).mark_rule(color=LIGHT.quiet, strokeDash=[4, 3])
    line: alt.Chart = mark.encode(x=alt.X("overall:Q", scale=scale))
    return line


def dressed(chart: Drawn, words: Words) -> Drawn:
    """The look of all charts: our face, thin rules, no frame, no background."""
    if words.title:
        chart = chart.properties(title=alt.Title(words.title, anchor="start", fontSize=15, offset=12))
    described = chart.properties(description=words.description, background="transparent")
    drawn: Drawn = (
        described.configure(font=FONT)
        .configure_view(stroke=None)
        .configure_text(fontSize=12, color=LIGHT.ink)
        .configure_title(color=LIGHT.ink, fontWeight="bold")
        .configure_axis(
            labelColor=LIGHT.ink,
            titleColor=LIGHT.quiet,
            gridColor=LIGHT.rule,
            domainColor=LIGHT.line,
            tickColor=LIGHT.line,
            labelFontSize=12,
            titleFontSize=12,
            titleFontWeight="normal",
        )
        .configure_axisX(titleAnchor="start")
        .configure_axisY(grid=False, titleAngle=0, titleAlign="left", titleAnchor="end", titleY=-10, titleX=0)
    )
    return drawn
