"""A curve: how one quantity follows from another, with the points of it that somebody asked about.

Points come in computed. The module refuses to smooth between them, and to extend a curve beyond them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import altair as alt

from zhiheng.analytics.charts.specs import Drawn, dressed
from zhiheng.analytics.charts.specs import Words as AxisWords
from zhiheng.analytics.charts.tokens import LIGHT

WIDTH, HEIGHT = 420, 240
NARROW = 232  # with its axis it stands on a telephone of 360 px


@dataclass(frozen=True, slots=True)
class Mark:
    """A point of the curve that is named beside it."""

    x: float
    y: float
    label: str


@dataclass(frozen=True, slots=True)
class Words(AxisWords):
    """What the chart says; `axis` names the vertical axis, `across` the horizontal one."""

    across: str = ""


def curve(
    points: Sequence[tuple[float, float]],
    words: Words,
    *,
    marks: Iterable[Mark] = (),
    stepped: bool = False,
    width: int = WIDTH,
) -> Drawn:
    """A line through the points, 0 to 100 on the vertical axis; `stepped` where only the points exist."""
    values = [{"x": x, "y": y} for x, y in points]
    across = alt.X("x:Q", title=words.across, scale=alt.Scale(nice=False, zero=True))
    up = alt.Y("y:Q", title=words.axis, scale=alt.Scale(domain=[0, 100], nice=False))
    base = alt.Chart(alt.InlineData(values=values)).encode(x=across, y=up)
    line = base.mark_line(
        strokeWidth=2, color=LIGHT.accent, interpolate="step-after" if stepped else "linear"
    ).encode(
        tooltip=[
            alt.Tooltip("x:Q", title=words.across, format=".4~g"),
            alt.Tooltip("y:Q", title=words.axis, format=".4~g"),
        ]
    )
    named = [{"x": mark.x, "y": mark.y, "label": mark.label} for mark in marks]
    layers: list[alt.Chart] = [line]
    if named:
        asked = alt.Chart(alt.InlineData(values=named)).encode(x=across, y=up)
        layers += [
            asked.mark_point(size=64, opacity=1, filled=True, color=LIGHT.ink),
            asked.mark_text(align="left", dx=8, dy=-8, color=LIGHT.ink).encode(text="label:N"),
        ]
    return dressed(alt.layer(*layers).properties(width=width, height=HEIGHT), words)
