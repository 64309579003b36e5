"""The rulebook: its files are as sure as they say, its refusals name file and rule, its days are exact."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.kernel.codes import orgcode, uscc
from zhiheng.kernel.errors import Refused
from zhiheng.kernel.rule_file import OPTIONAL, REQUIRED
from zhiheng.kernel.rulebook import DURATIONS, Checked, Rulebook, Unit, load, load_builtin

TODAY = date(2026, 5, 1)


def entry(**fields: str) -> str:
    """A [[rule]] table; a field given as an empty text is left out."""
    texts = {
        "id": '"test.limit"',
        "value": "15",
        "unit": '"days"',
        "instrument": '"产品质量法"',
        "article": '"15"',
        "checked": '"text"',
        "title": '{ zh = "期限", en = "limit" }',
    } | fields
    return "[[rule]]\n" + "".join(f"{name} = {text}\n" for name, text in texts.items() if text)


def codes(text: str) -> list[str]:
    with pytest.raises(Refused) as refused:
        load({"law.toml": text})
    for problem in refused.value.problems:
        assert str(problem).startswith("law.toml")
    return [problem.code for problem in refused.value.problems]


def test_a_rule_is_read_whole() -> None:
    text = entry(
        valid_from="2026-04-15",
        trigger='{ zh = "书面通知", en = "the written notice" }',
        note='{ zh = "注", en = "note" }',
    )
    (rule,) = load({"law.toml": text})
    assert (rule.value, rule.unit, rule.article, rule.checked) == (15, Unit.DAYS, "15", Checked.TEXT)
    assert rule.title.in_language("zh-hans") == "期限"
    assert rule.title.in_language("en") == "limit"
    assert rule.valid_from == date(2026, 4, 15)
    assert rule.valid_to is None


@pytest.mark.parametrize(
    ("unit", "value", "read"),
    [
        ("percent", "0.1", Decimal("0.1")),
        ("flag", "true", True),
        ("characters", '"ABC"', "ABC"),
        ("numbers", "[1, 2.5]", (1, Decimal("2.5"))),
        ("count", "2", 2),
    ],
)
def test_values_are_exact(unit: str, value: str, read: object) -> None:
    (rule,) = load({"law.toml": entry(unit=f'"{unit}"', value=value)})
    assert rule.value == read
    assert type(rule.value) is type(read)


@pytest.mark.parametrize("field", ["id", "value", "unit", "instrument", "checked", "title"])
def test_a_missing_field_is_named(field: str) -> None:
    with pytest.raises(Refused) as refused:
        load({"law.toml": entry(**{field: ""})})
    (problem,) = refused.value.problems
    assert (problem.code, problem.params["field"]) == ("rulebook.missing", field)
    assert problem.params["rule"] == ("1" if field == "id" else "test.limit")


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"unit": '"fortnights"'}, "working_days"),
        ({"checked": '"sure"'}, "unverified"),
        ({"value": "true"}, "days"),
        ({"value": "-1"}, "days"),
        ({"value": "1.5"}, "days"),
        ({"value": '"15"'}, "days"),
        ({"value": "1", "unit": '"flag"'}, "flag"),
        ({"value": "[]", "unit": '"numbers"'}, "numbers"),
        ({"value": "true", "unit": '"percent"'}, "percent"),
        ({"id": '"Limit"'}, "field.rule"),
        ({"instrument": '" "'}, "text"),
        ({"title": '{ zh = "期限" }'}, "both languages"),
        ({"title": '"limit"'}, "both languages"),
        ({"valid_from": '"2026-04-15"'}, "date"),
        ({"valid_from": "2026-04-15T00:00:00"}, "date"),
        ({"valid_from": "2026-04-15", "valid_to": "2026-04-14"}, "before"),
    ],
)
def test_a_wrong_value_is_named_with_what_would_be_right(fields: dict[str, str], named: str) -> None:
    with pytest.raises(Refused) as refused:
        load({"law.toml": entry(**fields)})
    (problem,) = refused.value.problems
    assert problem.code == "rulebook.value"
    assert problem.params["file"] == "law.toml"
    assert named in str(problem)


def test_a_misspelt_field_is_refused() -> None:
    assert codes(entry(valid_too="2026-01-01")) == ["rulebook.field"]


@pytest.mark.parametrize(
    ("text", "code"),
    [("[[rule]\n", "rulebook.toml"), ("[rules]\n", "rulebook.layout"), ("rule = 1", "rulebook.layout")],
)
def test_another_file_is_refused(text: str, code: str) -> None:
    assert codes(text) == [code]


def test_all_problems_of_all_files_come_at_once() -> None:
    with pytest.raises(Refused) as refused:
        load({"a.toml": entry(unit='"x"') + entry(title=""), "b.toml": entry(value="")})
    assert [problem.params["file"] for problem in refused.value.problems] == ["a.toml", "a.toml", "b.toml"]


def test_two_values_for_one_day_are_refused_across_files() -> None:
    earlier = entry(valid_to="2026-04-15")
    later = entry(valid_from="2026-04-15", value="60")
    with pytest.raises(Refused) as refused:
        load({"a.toml": earlier, "b.toml": later})
    (problem,) = refused.value.problems
    assert problem.code == "rulebook.overlap"
    assert "test.limit" in str(problem)


@pytest.mark.parametrize("target", ['"calendar.nowhere"', '"test.limit"'])
def test_a_last_day_rule_must_exist_and_be_a_flag(target: str) -> None:
    assert codes(entry(last_day_rule=target)) == ["rulebook.reference"]


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.dates(date(2020, 1, 1), date(2030, 12, 31)))
def test_a_case_keeps_the_value_of_its_own_day(change: date, day: date) -> None:
    old = entry(value="45", valid_to=(change - timedelta(days=1)).isoformat())
    new = entry(value="60", valid_from=change.isoformat())
    book = load({"law.toml": new + old})
    assert book.rule("test.limit", day).value == (45 if day < change else 60)
    assert [rule.value for rule in book.history("test.limit")] == [45, 60]


def test_both_days_of_a_period_belong_to_it() -> None:
    book = load({"law.toml": entry(valid_from="2026-04-15", valid_to="2026-04-20")})
    (rule,) = book
    held = [day for day in range(13, 23) if rule.is_valid_on(date(2026, 4, day))]
    assert held == [15, 16, 17, 18, 19, 20]


def test_a_day_without_a_value_and_an_unknown_rule_are_refused() -> None:
    book = load({"law.toml": entry(valid_from="2026-04-15")})
    with pytest.raises(Refused, match="no value for 2026-04-14"):
        book.rule("test.limit", date(2026, 4, 14))
    with pytest.raises(Refused, match=r"no rule “test\.other”"):
        book.rule("test.other", TODAY)
    assert "test.limit" in book
    assert "test.other" not in book


def test_an_empty_rulebook_is_empty() -> None:
    assert len(Rulebook(())) == 0


def test_the_builtin_rulebook_reads() -> None:
    book = load_builtin()
    assert len(book) == len(list(book)) >= 50
    assert book is load_builtin()


@pytest.mark.parametrize(
    ("id", "value", "unit", "article", "checked"),
    [
        ("supervision.objection", 15, Unit.DAYS, "15", Checked.TEXT),
        ("supervision.retest_formalities", 7, Unit.DAYS, "", Checked.SECONDARY),
        ("supervision.retest_laboratory", 10, Unit.DAYS, "", Checked.SECONDARY),
        ("supervision.rectification", 60, Unit.DAYS, "46", Checked.TEXT),
        ("supervision.reinspection", 75, Unit.DAYS, "47", Checked.TEXT),
        ("supervision.second_reinspection.after", 60, Unit.DAYS, "48", Checked.TEXT),
        ("supervision.second_reinspection.before", 90, Unit.DAYS, "48", Checked.TEXT),
        ("supervision.repeat_interval", 6, Unit.MONTHS, "", Checked.SECONDARY),
        ("inspection.results_public", 20, Unit.WORKING_DAYS, "", Checked.SECONDARY),
        ("inspection.disclosure_ratio", 3, Unit.PERCENT, "", Checked.TEXT),
        ("inspection.ratio.class_a", 1, Unit.PERCENT, "", Checked.OURS),
        ("calendar.short_periods", (2, 3, 5, 7), Unit.NUMBERS, "85", Checked.TEXT),
        ("calendar.last_day_moves.order_121", True, Unit.FLAG, "45", Checked.TEXT),
        ("calendar.last_day_moves.general", True, Unit.FLAG, "", Checked.SECONDARY),
        ("targets.pass_rate_2025", 94, Unit.PERCENT, "", Checked.SECONDARY),
        ("targets.competitiveness_index_2025", 86, Unit.POINTS, "", Checked.SECONDARY),
    ],
)
def test_values_of_the_design(id: str, value: object, unit: Unit, article: str, checked: Checked) -> None:
    rule = load_builtin().rule(id, TODAY)
    assert (rule.value, rule.unit, rule.article, rule.checked) == (value, unit, article, checked)


def test_order_121_is_not_law_before_its_day() -> None:
    with pytest.raises(Refused):
        load_builtin().rule("calendar.last_day_moves.order_121", date(2026, 4, 14))


def test_the_codes_compute_with_the_values_of_the_rulebook() -> None:
    book = load_builtin()
    assert book.rule("codes.uscc.alphabet", TODAY).value == uscc.ALPHABET
    weights = book.rule("codes.uscc.weights", TODAY).value
    assert isinstance(weights, tuple)
    for index, weight in enumerate(weights):
        body = "0" * index + "1" + "0" * (16 - index)
        assert uscc.check_character(body) == uscc.ALPHABET[int(-weight) % 31]
    weights = book.rule("codes.orgcode.weights", TODAY).value
    assert isinstance(weights, tuple)
    for index, weight in enumerate(weights):
        body = "0" * index + "1" + "0" * (7 - index)
        assert orgcode.check_character(body) == "0123456789X"[int(-weight) % 11]


def test_our_own_defaults_are_not_dressed_as_law() -> None:
    for rule in load_builtin():
        assert (rule.checked is Checked.OURS) == (rule.instrument == "质衡默认值")
        assert not (rule.article and rule.checked is Checked.UNVERIFIED)
        assert rule.trigger is None or rule.unit in DURATIONS


def test_the_topic_names_every_field_unit_and_mark() -> None:
    topic = (Path(__file__).resolve().parents[2] / "docs/topics/rulebook.md").read_text(encoding="utf-8")
    assert [word for word in (*REQUIRED, *OPTIONAL, *Unit, *Checked) if f"`{word}`" not in topic] == []
