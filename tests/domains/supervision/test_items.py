"""The grammar of tested items: what is written is read, and a mistake is found where it stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.domains.supervision.items import parse_items, parse_names, plain_name, write_items
from zhiheng.foundation.ledger.facts.spot_check import Item
from zhiheng.kernel.errors import Problem, Refused


def problems_of(cell: str) -> tuple[Problem, ...]:
    with pytest.raises(Refused) as refused:
        parse_items(cell)
    return refused.value.problems


def test_one_item_a_line_or_separated() -> None:
    expected = (
        Item("绝缘平均厚度", "0.72", "mm", "≥0.70", "conforming"),
        Item("导体电阻", "7.80", "Ω/km", "≤7.41", "nonconforming"),
    )
    lines = "绝缘平均厚度|0.72|mm|≥0.70|合格\n导体电阻|7.80|Ω/km|≤7.41|不合格"
    assert parse_items(lines) == expected
    assert parse_items(lines.replace("\n", "；")) == expected
    assert parse_items(f"；{lines.replace('|', ' ｜ ')}；\n") == expected


def test_parts_at_the_end_may_be_left_out() -> None:
    assert parse_items("标志") == (Item("标志"),)
    assert parse_items("标志||||合格") == (Item("标志", verdict="conforming"),)
    assert parse_items("标志|符合") == (Item("标志", "符合"),)
    assert parse_items("；") is None


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("泄漏电流|<0.01|mA|≤0.75|合格", "<0.01"),
        ("铅|未检出|mg/kg|≤90|合格", "未检出"),
        ("冰点|-11.5|℃|≤-11|合格", "-11.5"),
        ("质量偏差|-1.2|g|±2|合格", "-1.2"),
        ("菌落总数|1.2×10³|CFU/g|≤10000|合格", "1.2×10³"),
        ("泄漏电流|-0.00|mA|≤0.75|合格", "-0.00"),
        ("氯离子|-0.1|%|≤3.0|合格", "-0.1"),
    ],
)
def test_values_stay_as_the_laboratory_wrote_them(cell: str, value: str) -> None:
    items = parse_items(cell)
    assert items is not None
    assert items[0].value == value


@pytest.mark.parametrize(
    ("cell", "code", "params"),
    [
        ("标志||||合格；|1|mA||合格", "items.name", {"number": 2}),
        ("a||||合格；泄漏电流|约零点三|mA|≤0.75|合格", "items.value", {"number": 2, "found": "约零点三"}),
        ("泄漏电流|-0.35|mA|≤0.75|合格", "items.negative", {"number": 1, "found": "-0.35"}),
        ("铅|−3|µg/kg|≤90|合格", "items.negative", {"unit": "µg/kg"}),
        ("标志|符合||应符合|基本合格", "items.verdict", {"number": 1, "found": "基本合格"}),
        ("a|1|g|2|合格|多", "items.parts", {"count": 6, "found": "多"}),
        ("a|" + "1" * 301, "items.length", {"part": 2}),
        ("；".join(["a"] * 501), "items.count", {"count": 501}),
        ("x" * 20_001, "cell.length", {"limit": 20_000}),
    ],
)
def test_a_mistake_is_named_with_its_place(cell: str, code: str, params: dict[str, object]) -> None:
    (problem,) = problems_of(cell)
    assert problem.code == code
    assert params.items() <= problem.params.items()
    assert str(problem)


def test_every_mistake_is_found_not_the_first_alone() -> None:
    found = problems_of("|1；泄漏电流|-1|mA||大概合格")
    assert [problem.code for problem in found] == ["items.name", "items.verdict", "items.negative"]


_TEXT = st.text(
    st.characters(blacklist_categories=("Cc", "Cs", "Zl", "Zp"), blacklist_characters="|｜；;\n\r"),
    max_size=40,
).map(str.strip)
_ITEMS = st.builds(
    Item,
    name=_TEXT.filter(bool),
    value=_TEXT,
    unit=st.just(""),
    limit=_TEXT,
    verdict=st.sampled_from(["", "conforming", "nonconforming"]),
)


@given(st.lists(_ITEMS, min_size=1, max_size=20))
def test_what_is_written_is_read_again(items: list[Item]) -> None:
    assert parse_items(write_items(items)) == tuple(items)


@given(st.text(max_size=200))
def test_any_text_is_items_or_a_refusal(cell: str) -> None:
    try:
        items = parse_items(cell)
    except Refused as refused:
        items = None
        shown = [str(problem) for problem in refused.problems]
    else:
        shown = ["read"]
    assert all(shown)
    assert items is None or all(item.name for item in items)


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("绝缘平均厚度、导体电阻", ("绝缘平均厚度", "导体电阻")),
        ("尿素含量,密度,杂质含量（醛类,钙、镁）", ("尿素含量", "密度", "杂质含量（醛类,钙、镁）")),
        ("pH值；2,4-二氯苯酚|1,3-丁二烯", ("pH值", "2,4-二氯苯酚", "1,3-丁二烯")),
        ("无,", None),
        ("/", None),
        ("水分、水分", ("水分",)),
        ("运动黏度（100℃）、泡沫性（后24℃）", ("运动黏度（100℃）", "泡沫性（后24℃）")),
    ],
)
def test_names_of_failed_items(cell: str, names: tuple[str, ...] | None) -> None:
    assert parse_names(2000)(cell) == names


@given(st.lists(_TEXT, max_size=8))
def test_names_joined_are_read_again(texts: list[str]) -> None:
    read = parse_names(2000)
    first = read("；".join(texts)) or ()
    assert isinstance(first, tuple)
    assert (read("；".join(first)) or ()) == first


def test_names_are_compared_without_marks_and_width() -> None:
    assert plain_name("闪点（闭口）*") == plain_name("闪点 (闭口)")
