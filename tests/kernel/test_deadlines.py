"""Time limits: the day of the trigger, pauses, extensions, the last day, and the words that explain them."""

from __future__ import annotations

import gettext
from datetime import date, timedelta
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.kernel.calendar import WorkingCalendar
from zhiheng.kernel.deadlines import Due, Extension, Pause, deadline
from zhiheng.kernel.errors import Refused
from zhiheng.kernel.rulebook import Checked, Rule, Rulebook, Unit, Words, load_builtin

DAY = timedelta(days=1)
# The first week of October 2026 is free; Saturday the 10th is worked.
CALENDAR = WorkingCalendar(
    holidays=[date(2026, 10, day) for day in range(1, 8)], workdays=[date(2026, 10, 10)], years=[2026]
)
MOVES = Rule(
    id="calendar.moves",
    value=True,
    unit=Unit.FLAG,
    instrument="期间规则",
    article="45",
    checked=Checked.TEXT,
    title=Words("顺延", "moves"),
)


def rule(value: int, unit: Unit, *, id: str = "case.limit", moves: bool = False) -> Rule:
    return Rule(
        id=id,
        value=value,
        unit=unit,
        instrument="产品质量法",
        article="15",
        checked=Checked.TEXT,
        title=Words("期限", "limit"),
        trigger=Words("收到书面通知", "the written notice"),
        last_day_rule="calendar.moves" if moves else None,
    )


def due(limit: Rule, trigger: date, *more: Rule, pauses: tuple[Pause, ...] = (), **acts: Extension) -> Due:
    book = Rulebook((limit, MOVES, *more))
    return deadline(book, limit.id, trigger, CALENDAR, pauses=pauses, extensions=tuple(acts.values()))


@pytest.mark.parametrize(
    ("value", "unit", "trigger", "last"),
    [
        (15, Unit.DAYS, date(2026, 3, 2), date(2026, 3, 17)),
        (5, Unit.WORKING_DAYS, date(2026, 3, 6), date(2026, 3, 13)),
        (3, Unit.WORKING_DAYS, date(2026, 9, 30), date(2026, 10, 10)),
        (1, Unit.MONTHS, date(2026, 1, 31), date(2026, 2, 28)),
        (6, Unit.MONTHS, date(2026, 8, 31), date(2027, 2, 28)),
        (1, Unit.YEARS, date(2028, 2, 29), date(2029, 2, 28)),
        (0, Unit.DAYS, date(2026, 3, 2), date(2026, 3, 2)),
    ],
)
def test_the_day_of_the_trigger_does_not_count(value: int, unit: Unit, trigger: date, last: date) -> None:
    assert due(rule(value, unit), trigger).date == last


def test_a_last_day_on_a_holiday_moves_only_where_the_rule_says_so() -> None:
    trigger = date(2026, 9, 16)
    assert due(rule(15, Unit.DAYS), trigger).date == date(2026, 10, 1)
    moved = due(rule(15, Unit.DAYS, moves=True), trigger)
    assert moved.date == date(2026, 10, 8)
    assert "2026-10-01" in str(moved.explanation[2])
    assert "art. 45" in str(moved.explanation[3])


def test_a_make_up_workday_is_no_holiday() -> None:
    assert due(rule(10, Unit.DAYS, moves=True), date(2026, 9, 30)).date == date(2026, 10, 10)


def test_the_explanation_reads_in_both_languages() -> None:
    found = due(rule(15, Unit.DAYS), date(2026, 3, 2))
    assert [str(sentence) for sentence in found.explanation] == [
        "15 days from the written notice of 2026-03-02.",
        "Basis: 产品质量法, art. 15.",
    ]
    chinese = {found.explanation[0].message: "自%(day)s%(trigger)s之日起%(count)d日内。"}
    assert (
        found.explanation[0].render(chinese.__getitem__, "zh-hans")
        == "自2026-03-02收到书面通知之日起15日内。"
    )


@pytest.mark.parametrize(
    ("checked", "said"), [(Checked.OURS, "not law"), (Checked.UNVERIFIED, "not been verified")]
)
def test_what_is_not_known_to_be_law_is_said(checked: Checked, said: str) -> None:
    limit = Rule(
        id="case.limit",
        value=5,
        unit=Unit.DAYS,
        instrument="质衡默认值",
        article="",
        checked=checked,
        title=Words("期限", "limit"),
        trigger=Words("登记", "the entry"),
    )
    sentences = [str(sentence) for sentence in due(limit, date(2026, 3, 2)).explanation]
    assert sentences[1] == "Basis: 质衡默认值."
    assert said in sentences[2]


def test_days_left_and_overdue_are_computed() -> None:
    found = due(rule(15, Unit.DAYS), date(2026, 3, 2))
    assert [found.days_left(date(2026, 3, day)) for day in (2, 17, 18)] == [15, 0, -1]
    assert [found.is_overdue(date(2026, 3, day)) for day in (2, 17, 18)] == [False, False, True]


def test_pauses_do_not_count_and_overlaps_not_twice() -> None:
    pauses = (Pause(date(2026, 3, 5), date(2026, 3, 10)), Pause(date(2026, 3, 8), date(2026, 3, 12)))
    found = due(rule(15, Unit.DAYS), date(2026, 3, 2), pauses=pauses)
    assert found.date == date(2026, 3, 25)
    assert str(found.explanation[2]) == "The clock stood still from 2026-03-05 to 2026-03-12."


def test_a_pause_reached_only_through_another_counts_too() -> None:
    pauses = (Pause(date(2026, 3, 10), date(2026, 3, 14)), Pause(date(2026, 3, 19), date(2026, 3, 20)))
    assert due(rule(15, Unit.DAYS), date(2026, 3, 2), pauses=pauses).date == date(2026, 3, 24)


def test_a_pause_outside_the_time_limit_changes_nothing() -> None:
    pauses = (Pause(date(2026, 2, 1), date(2026, 3, 2)), Pause(date(2026, 3, 18), date(2026, 3, 20)))
    found = due(rule(15, Unit.DAYS), date(2026, 3, 2), pauses=pauses)
    assert found.date == date(2026, 3, 17)
    assert len(found.explanation) == 2


def test_a_pause_of_months_counts_in_days() -> None:
    pauses = (Pause(date(2026, 3, 10), date(2026, 3, 19)),)
    assert due(rule(1, Unit.MONTHS), date(2026, 3, 2), pauses=pauses).date == date(2026, 4, 12)


def test_while_a_pause_runs_there_is_no_last_day() -> None:
    found = due(rule(15, Unit.DAYS), date(2026, 3, 2), pauses=(Pause(date(2026, 3, 10)),))
    assert (found.date, found.certain) == (None, False)
    assert found.days_left(date(2026, 9, 1)) is None
    assert not found.is_overdue(date(2026, 9, 1))
    assert "since 2026-03-10" in str(found.explanation[-1])


def test_a_pause_that_begins_after_the_last_day_comes_too_late() -> None:
    found = due(rule(15, Unit.DAYS), date(2026, 3, 2), pauses=(Pause(date(2026, 3, 18)),))
    assert found.date == date(2026, 3, 17)


@given(
    st.dates(date(2026, 1, 1), date(2026, 6, 30)),
    st.integers(1, 60),
    st.lists(st.tuples(st.integers(0, 120), st.integers(0, 20)), max_size=5),
    st.sampled_from([Unit.DAYS, Unit.WORKING_DAYS]),
)
def test_pauses_are_the_same_as_walking(
    trigger: date, value: int, spans: list[tuple[int, int]], unit: Unit
) -> None:
    pauses = tuple(Pause(trigger + DAY * start, trigger + DAY * (start + length)) for start, length in spans)
    walker, left = trigger, value
    while left:
        walker += DAY
        counts = unit is Unit.DAYS or CALENDAR.is_working(walker).value
        paused = any(pause.last and pause.first <= walker <= pause.last for pause in pauses)
        left -= counts and not paused
    assert due(rule(value, unit), trigger, pauses=pauses).date == walker


def test_an_extension_runs_on_from_the_end_and_names_its_basis() -> None:
    longer = rule(30, Unit.DAYS, id="case.extension")
    found = due(
        rule(90, Unit.DAYS, moves=True),
        date(2026, 3, 2),
        longer,
        one=Extension("case.extension", date(2026, 5, 20)),
    )
    assert found.date == date(2026, 6, 30)
    assert str(found.explanation[2]) == "Extended on 2026-05-20 by 30 days."
    assert str(found.explanation[3]) == "Basis: 产品质量法, art. 15."


def test_a_holiday_table_not_yet_published_is_said() -> None:
    found = due(rule(20, Unit.WORKING_DAYS), date(2026, 12, 20))
    assert not found.certain
    assert "not published" in str(found.explanation[-1])
    assert due(rule(20, Unit.DAYS), date(2026, 12, 20)).certain


def test_the_rule_of_the_day_of_the_trigger_holds() -> None:
    old = Rule(**{**_fields(rule(45, Unit.DAYS)), "valid_to": date(2026, 4, 14)})
    new = Rule(**{**_fields(rule(60, Unit.DAYS)), "valid_from": date(2026, 4, 15)})
    book = Rulebook((old, new))
    lasts = [deadline(book, "case.limit", date(2026, 4, day), CALENDAR).date for day in (14, 15)]
    assert lasts == [date(2026, 5, 29), date(2026, 6, 14)]


def _fields(source: Rule) -> dict[str, object]:
    return {name: getattr(source, name) for name in Rule.__dataclass_fields__}


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        (rule(15, Unit.PERCENT), "not a time limit"),
        (
            Rule("case.limit", 5, Unit.DAYS, "法", "", Checked.TEXT, Words("期限", "limit")),
            "from which event",
        ),
    ],
)
def test_a_rule_that_is_no_time_limit_is_refused(limit: Rule, said: str) -> None:
    with pytest.raises(Refused, match=said):
        due(limit, date(2026, 3, 2))


def test_a_pause_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(Refused, match="before it begins"):
        Pause(date(2026, 3, 2), date(2026, 3, 1))


def test_the_objection_of_the_product_quality_law() -> None:
    found = deadline(load_builtin(), "supervision.objection", date(2026, 9, 16), CALENDAR)
    assert found.date == date(2026, 10, 8)
    assert found.rule.checked is Checked.TEXT


def test_the_chinese_catalogue_explains_a_deadline() -> None:
    catalogue = files("zhiheng.kernel") / "locale/zh_Hans/LC_MESSAGES/django.mo"
    with catalogue.open("rb") as file:
        translate = gettext.GNUTranslations(file).gettext
    found = deadline(load_builtin(), "supervision.objection", date(2026, 9, 16), CALENDAR)
    assert [sentence.render(translate, "zh-hans") for sentence in found.explanation] == [
        "自2026-09-16收到检验结论书面通知之日起15日。",
        "依据：中华人民共和国产品质量法第15条。",
        "期限最后一日2026-10-01为节假日，顺延至2026-10-08。",
        "依据：期间计算的一般规则。",
    ]
