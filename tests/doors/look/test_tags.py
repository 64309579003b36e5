"""Each component says what it was given: nothing rounded away, nothing missing shown as zero."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from zhiheng.doors.look.figures import amount, percent
from zhiheng.doors.look.lists import Chip
from zhiheng.doors.look.states import STATES
from zhiheng.doors.look.tiles import NATION, Tile, legend_of, level_of
from zhiheng.kernel.errors import Problem

CUTS = (0.85, 0.9, 0.93, 0.96, 0.98)
RATE = {"estimate": 0.9438, "lower": 0.9287, "upper": 0.9558, "n": 1120, "small": False, "snapshot": 128406}


@pytest.fixture(autouse=True)
def chinese() -> Any:
    with translation.override("zh-hans"):
        yield


def show(text: str, address: str = "/results/", **scope: Any) -> str:
    request = RequestFactory().get(address)
    return Template("{% load look %}" + text).render(Context({"request": request, **scope}))


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


@pytest.mark.parametrize("code", STATES)
def test_a_state_is_word_shape_and_colour(code: str) -> None:
    html = show("{% state code %}", code=code)
    assert re.search(r'class="state [\w-]+"', html)
    assert '<svg viewBox="0 0 12 12" aria-hidden="true">' in html
    assert re.search(r"[\u4e00-\u9fff]{2}", words(html))


def test_states_of_one_family_differ_in_shape() -> None:
    for family in (
        ("conforming", "nonconforming", "waiting"),
        ("draft", "reviewed", "published", "withdrawn"),
    ):
        assert len({STATES[code].shape for code in family}) == len(family)
    assert len({STATES[code].shape for code in ("red", "orange", "yellow", "blue")}) == 4


def test_an_unknown_state_is_refused() -> None:
    with pytest.raises(LookupError, match="'good'"):
        show('{% state "good" %}')


def test_a_rate_shows_its_interval_and_answers_how_it_is_known() -> None:
    html = show("{% rate rate about %}", rate=RATE, about={"period": "2025 年上半年", "method": "Wilson"})
    said = words(html)
    assert "94.4% 92.9–95.6%" in said
    for fact in (
        "样本量 1\u202f120",
        "统计期间 2025 年上半年",
        "数据快照 截至第 128406 条档案",
        "计算方法 Wilson",
    ):
        assert fact.replace("\u202f", " ") in said.replace("\u202f", " ")
    target = re.search(r'popovertarget="([^"]+)"', html)
    assert target
    assert f'id="{target[1]}" popover' in html


def test_rates_on_one_page_have_ids_of_their_own() -> None:
    html = show("{% rate rate %}{% for x in twice %}{% rate rate %}{% endfor %}", rate=RATE, twice="ab")
    assert len(set(re.findall(r'popovertarget="([^"]+)"', html))) == 3


def test_a_small_group_is_marked() -> None:
    assert "样本少" in words(show("{% rate rate %}", rate={**RATE, "small": True}))
    assert "样本少" not in words(show("{% rate rate %}", rate=RATE))


@pytest.mark.parametrize("rate", [None, {"estimate": None, "n": 0}])
def test_a_missing_rate_is_a_dash_with_a_reason(rate: Any) -> None:
    html = show("{% rate rate %}", rate=rate)
    assert words(html) == "— 所选范围内没有样品"
    assert "0" not in words(html)


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (0, "0.0%"),
        (1, "100.0%"),
        (0.9995, "99.95%"),
        (0.99996, "99.996%"),
        (0.9999999, ">99.999%"),
        (0.0002, "0.02%"),
        (1e-9, "<0.001%"),
        (0.9438, "94.4%"),
    ],
)
def test_a_rate_is_not_rounded_into_certainty(share: float, shown: str) -> None:
    assert percent(share) == shown


def test_amounts_group_thousands_without_a_break() -> None:
    assert amount(1234567) == "1\u202f234\u202f567"
    assert amount(-1234.5, 1) == "-1\u202f234.5"
    assert amount(7) == "7"


@pytest.mark.parametrize("value", [None, "", float("nan")])
def test_a_missing_quantity_is_not_zero(value: Any) -> None:
    assert words(show("{% qty value 'mg/kg' %}", value=value)) == "— 未记录"
    assert words(show("{% qty 0 'mg/kg' %}")) == "0 mg/kg"


def test_time_is_shown_in_the_zone_of_the_house() -> None:
    moment = dt.datetime(2025, 6, 20, 16, 30, tzinfo=dt.UTC)
    html = show("{% when moment %}", moment=moment)
    assert words(html) == "2025-06-21 00:30"
    assert 'datetime="2025-06-21T00:30:00+08:00"' in html
    assert words(show("{% when day 'long' %}", day=dt.date(2025, 3, 2))) == "2025年3月2日"


@pytest.mark.parametrize(
    ("due", "said", "tone"),
    [
        (15, "剩余 1 天", "waiting"),
        (14, "今天到期", "waiting"),
        (9, "超期 5 天", "nonconforming"),
        (31, "剩余 17 天", ""),
    ],
)
def test_a_deadline_says_days_date_and_rule(due: int, said: str, tone: str) -> None:
    scope = {"due": dt.date(2025, 7, due), "today": dt.date(2025, 7, 14)}
    html = show("{% deadline due today '产品质量法第十五条' %}", **scope)
    assert words(html) == f"{said} 2025-07-{due:02d} 产品质量法第十五条"
    assert f'class="due {tone}"' in html


def test_an_interval_bar_stays_inside_and_says_its_numbers() -> None:
    html = show("{% interval_bar rate 0.95 1 %}", rate={"estimate": 0.9, "lower": 0.5, "upper": 0.99})
    numbers = [float(n) for n in re.findall(r'(?:x1|x2|cx)="([\d.]+)"', html)]
    assert 0 <= min(numbers) <= max(numbers) <= 96
    assert 'aria-label="90.0%，区间 50.0–99.0%"' in html


def test_the_nation_is_whole_and_on_its_grid() -> None:
    html = show("{% tile_map tiles %}", tiles=[Tile("370000", "山东省", "94.4%", 4, "/r/37")])
    assert html.count('<li class="r') == len(NATION) == 34
    assert '<li class="r4 c6"><a href="/r/37" class="tile l4">' in html
    assert html.count('class="tile none"') == 33
    assert "台湾" in html
    assert len({(row, column) for row, column, *_ in NATION.values()}) == 34


def test_smaller_places_are_packed_in_the_order_of_codes() -> None:
    tiles = [Tile("370285", "莱西市"), Tile("370202", "市南区", "97.1%", 4)]
    html = show("{% tile_map tiles %}", tiles=tiles)
    assert 'class="tiles block"' in html
    assert html.index("市南区") < html.index("莱西市")


def test_a_map_has_its_numbers_as_a_table_with_reasons() -> None:
    table = show("{% tile_map tiles %}", tiles=[Tile("370285", "莱西市", reason="本期没有抽样")]).partition(
        "<table"
    )[2]
    assert "莱西市" in table
    assert "本期没有抽样" in words(table)


def test_english_tiles_are_short_on_the_map_and_whole_for_the_ear() -> None:
    with translation.override("en"):
        html = show("{% tile_map tiles %}", tiles=[Tile("110000", "Beijing", "98.0%", 5)])
    assert '<span aria-hidden="true">BJ</span><span class="sr">Beijing</span>' in html


def test_levels_and_their_legend_agree() -> None:
    assert [level_of(share, CUTS) for share in (0.849, 0.85, 0.92, 0.95, 0.97, 0.98)] == [0, 1, 2, 3, 4, 5]
    assert legend_of(CUTS) == ["<85.0%", "85.0–90.0%", "90.0–93.0%", "93.0–96.0%", "96.0–98.0%", "≥98.0%"]
    with pytest.raises(ValueError, match="ascending"):
        level_of(0.9, (0.9, 0.8, 0.7, 0.6, 0.5))


def test_pages_keep_the_filters_and_drop_passing_parameters() -> None:
    page = Paginator(range(1120), 50).get_page(3)
    html = show("{% paginator page %}", "/results/?kind=玩具&page=3&lang=en", page=page)
    assert "第 101–150 条，共 1\u202f120 条" in html
    assert 'href="/results/?kind=%E7%8E%A9%E5%85%B7&amp;page=4"' in html
    assert "lang=" not in html
    assert '<b aria-current="page">3</b>' in html


def test_a_cut_list_says_so() -> None:
    page = Paginator(range(10), 50).get_page(1)
    assert "只列出前 10 条" in show("{% paginator page '只列出前 10 条。' %}", page=page)


@pytest.mark.parametrize(
    ("address", "following", "order"),
    [
        ("/r/", "sampled", None),
        ("/r/?sort=sampled&page=4", "-sampled", "ascending"),
        ("/r/?sort=-sampled", "sampled", "descending"),
    ],
)
def test_a_head_sorts_both_ways(address: str, following: str, order: str | None) -> None:
    html = show("{% sort_head 'sampled' '抽样日期' %}", address)
    assert f'href="/r/?sort={following}"' in html
    assert ("aria-sort" in html) is bool(order)
    assert order is None or f'aria-sort="{order}"' in html


class Filter(forms.Form):
    kind = forms.MultipleChoiceField(label="产品种类", choices=[("1", "玩具"), ("2", "电缆")], required=False)
    since = forms.DateField(label="抽样日期起", required=False)
    sort = forms.CharField(required=False)


def test_chips_name_the_filters_and_remove_one_each() -> None:
    address = "/r/?kind=1&kind=2&since=2025-01-01&sort=-n&page=7"
    data = RequestFactory().get(address).GET
    html = show("{% chips form %}", address, form=Filter(data))
    assert "产品种类 玩具、电缆" in words(html)
    assert 'href="/r/?since=2025-01-01&amp;sort=-n"' in html
    assert 'href="/r/?kind=1&amp;kind=2&amp;sort=-n"' in html
    assert 'href="/r/?sort=-n"' in html
    assert html.count('class="chip"') == 2


def test_chips_are_empty_without_filters() -> None:
    assert show("{% chips form %}", form=Filter({})).strip() == ""
    assert "玩具" in show("{% chips given %}", given=[Chip("产品种类", "玩具", "/r/")])


class Entry(forms.Form):
    name = forms.CharField(label="企业名称", help_text="与营业执照一致。")
    kind = forms.ChoiceField(label="抽样方式", choices=[("a", "随机")], widget=forms.RadioSelect)
    note = forms.CharField(label="备注", required=False)


def test_an_error_stands_beside_its_field_and_in_the_summary() -> None:
    form = Entry({"kind": "a"})
    html = show("{% error_summary form %}{% for f in form %}{% field f %}{% endfor %}", form=form)
    assert "有 1 处需要改正" in html
    assert '<a href="#id_name">企业名称</a>：' in html
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_error"' in html
    assert "<fieldset>" in html
    assert html.count('class="optional"') == 1


def test_a_field_escapes_what_was_entered() -> None:
    html = show("{% field form.name %}", form=Entry({"name": '"><script>', "kind": "a"}))
    assert "<script>" not in html


def test_a_refusal_says_what_and_what_to_do_instead() -> None:
    problem = Problem("x", "Row %(row)s <b>is wrong</b>.", {"row": 7}, "Mend it.")
    html = show("{% problems list '未接收' '依据：GB 32100' %}", list=[problem])
    assert words(html) == "未接收 Row 7 &lt;b&gt;is wrong&lt;/b&gt;. Mend it. 依据：GB 32100"
    plain = show("{% problems list %}", list=[Problem("x", "Wrong.")])
    assert words(plain) == "Wrong."


def test_the_timeline_links_a_correction_both_ways() -> None:
    entries = [
        {"number": 9, "occurred_at": dt.date(2025, 6, 20), "title": "复检结论", "corrects": 4, "act": True},
        {
            "number": 4,
            "occurred_at": dt.date(2025, 5, 28),
            "title": "抽查结果",
            "corrected_by": 9,
            "state": "nonconforming",
        },
    ]
    html = show("{% timeline entries %}", entries=entries)
    assert '<li class="act" id="entry-9">' in html
    assert '<li class="corrected" id="entry-4">' in html
    assert '<a href="#entry-4">更正第 4 条</a>' in html
    assert '<a href="#entry-9">已由第 9 条更正</a>' in html


def test_progress_says_how_far_or_that_the_end_is_not_known() -> None:
    html = show("{% progress 5200 20000 '导入' %}")
    assert 'max="20000" value="5200"' in html
    assert "（26%）" in html
    assert "max=" not in show("{% progress 5200 None '导入' %}")


def test_the_menu_stands_twice_but_is_written_once() -> None:
    html = show(
        "{% menu %}{% nav_link '/workbench/' '工作' %}"
        "{% nav_link '/workbench/results/' '结果' %}{% endmenu %}",
        "/workbench/results/9/",
    )
    assert html.count("<nav") == 2
    assert html.count('<a href="/workbench/results/" aria-current="page">结果</a>') == 2
    assert html.count('aria-current="page"') == 2


def test_the_step_of_now_is_marked() -> None:
    html = show("{% stepper 2 '选择文件' '对应列' '导入' %}")
    assert html.count('class="past"') == 1
    assert html.count('aria-current="step"') == 1
