"""Charts say what the rows say, draw every interval, and never reach for the network."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

import altair as alt
import pytest

from zhiheng.analytics.charts.render import script_bundle, themed, to_spec, to_svg
from zhiheng.analytics.charts.specs import RateRow, TrendRow, Words, rate_bars, rate_trend
from zhiheng.analytics.charts.tokens import LIGHT

WORDS = Words(axis="合格率（%）", description="两类产品的合格率。", few="样本少")
ROWS = [
    RateRow("儿童玩具", 0.86, 0.777, 0.915, 96),
    RateRow("电线电缆", 0.818, 0.523, 0.949, 11, small=True),
    RateRow("危险化学品", 0.995, 0.982, 0.999, 820),
]


def texts(svg: str) -> list[str]:
    root = ElementTree.fromstring(svg)  # noqa: S314  drawn a line above
    return [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text")]


def drawn_values(chart: alt.TopLevelMixin) -> list[dict[str, Any]]:
    """The rows that the specification carries."""
    return [row for rows in to_spec(chart)["datasets"].values() for row in rows]


def test_bars_are_sorted_and_labelled_with_interval_and_n() -> None:
    shown = texts(to_svg(rate_bars(ROWS, WORDS)))
    assert [text for text in shown if "n=" in text] == [
        "99.5 (98.2–99.9)  n=820",
        "86.0 (77.7–91.5)  n=96",
        "81.8 (52.3–94.9)  n=11 样本少",
    ]
    assert "合格率（%）" in shown


def test_every_interval_is_in_the_drawing() -> None:
    values = {row["label"]: (row["lower"], row["upper"]) for row in drawn_values(rate_bars(ROWS, WORDS))}
    assert values == {"儿童玩具": (77.7, 91.5), "电线电缆": (52.3, 94.9), "危险化学品": (98.2, 99.9)}


def test_the_axis_begins_below_the_lowest_interval() -> None:
    spec = json.dumps(to_spec(rate_bars(ROWS, WORDS, overall=0.4)))
    assert '"domain": [30, 100]' in spec


def test_a_small_group_has_a_hollow_point_of_another_shape() -> None:
    both = to_svg(rate_bars(ROWS, WORDS))
    without = to_svg(rate_bars([row for row in ROWS if not row.small], WORDS))
    assert both.count(f'fill="{LIGHT.paper}"') == 1
    assert without.count(f'fill="{LIGHT.paper}"') == 0


@pytest.mark.parametrize(
    ("lower", "estimate", "upper"), [(0.9, 0.8, 0.95), (0.5, 0.8, 0.7), (-0.1, 0.5, 0.9), (0.5, 0.9, 1.1)]
)
def test_an_impossible_interval_is_refused(lower: float, estimate: float, upper: float) -> None:
    with pytest.raises(ValueError, match="电线电缆"):
        RateRow("电线电缆", estimate, lower, upper, 10)


def test_trend_names_each_line_at_its_end() -> None:
    rows = [
        TrendRow(f"2025Q{quarter}", 0.9, 0.85, 0.95, 100, series=place)
        for place in ("全市", "即墨区")
        for quarter in (1, 2, 3)
    ]
    shown = texts(to_svg(rate_trend(rows, WORDS)))
    assert [text for text in shown if text.endswith(" 90.0")] == ["全市 90.0", "即墨区 90.0"]


def test_trend_keeps_the_order_of_time() -> None:
    periods = ["2024 四季度", "2025 一季度", "2025 二季度"]
    rows = [TrendRow(period, 0.9, 0.8, 0.95, 50) for period in periods]
    assert [text for text in texts(to_svg(rate_trend(rows, WORDS))) if "季度" in text] == periods


def test_a_trend_of_too_many_lines_is_refused() -> None:
    rows = [TrendRow("2025Q1", 0.9, 0.8, 0.95, 50, series=str(place)) for place in range(4)]
    with pytest.raises(ValueError, match="3 series"):
        rate_trend(rows, WORDS)


def test_the_description_travels_with_the_chart() -> None:
    said = Words(axis="%", description='"合格率" <低>')
    assert to_spec(rate_bars(ROWS, said))["description"] == said.description
    root = ElementTree.fromstring(to_svg(rate_bars(ROWS, said)))  # noqa: S314  drawn here
    assert (root.get("role"), root.get("aria-label")) == ("img", said.description)


def test_a_chart_without_a_description_is_refused() -> None:
    with pytest.raises(ValueError, match="description"):
        to_svg(rate_bars(ROWS, Words(axis="%", description="")))


def test_no_rows_still_draw_an_axis() -> None:
    assert "合格率（%）" in texts(to_svg(rate_bars([], WORDS)))


def test_a_label_cannot_become_markup() -> None:
    label = '<script>alert(1)</script>"&'
    svg = to_svg(rate_bars([RateRow(label, 0.9, 0.8, 0.95, 10)], WORDS))
    assert "<script" not in svg
    assert label in texts(svg)


def test_a_chart_that_fetches_its_data_is_refused() -> None:
    with pytest.raises(ValueError, match=r"https://example\.org"):
        to_spec(alt.Chart("https://example.org/rates.csv").mark_point().encode(x="a:Q"))


def test_a_themed_drawing_speaks_in_tokens_only() -> None:
    page = themed(to_svg(rate_bars(ROWS, WORDS, overall=0.94)))
    assert "var(--accent)" in page
    assert all(
        value not in page for name, value in LIGHT.properties() if name in ("--ink", "--accent", "--rule")
    )


def test_theming_leaves_text_alone() -> None:
    assert themed('<text fill="#1F2328">#1F2328</text>') == '<text fill="var(--ink)">#1F2328</text>'


def test_the_script_can_interpret_expressions_without_eval() -> None:
    bundle = script_bundle()
    assert "window.vegaEmbed=" in bundle
    assert "expressionInterpreter" in bundle
