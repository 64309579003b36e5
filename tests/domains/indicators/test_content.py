"""What a report says: counts against a direct count, claims against the data, no number without its cell."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from typing import Any

import pytest

from tests.domains.indicators.conftest import AT, SCOPE, Cut, Keep, drafted, fails, officer, result, some
from zhiheng.domains.indicators import content as contents
from zhiheng.domains.indicators import pointers
from zhiheng.domains.indicators.models import Report
from zhiheng.domains.indicators.scope import Scope
from zhiheng.domains.indicators.services import report_draft
from zhiheng.domains.indicators.wording import TEXT
from zhiheng.domains.indicators.words import loose_number
from zhiheng.foundation.org import roles
from zhiheng.kernel.errors import Refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("place")]


def rows(report: Report, table: str) -> list[dict[str, Any]]:
    tables: Any = report.document["tables"]
    found: list[dict[str, Any]] = tables[table]["rows"]
    return found


def codes(report: Report) -> list[str]:
    sentences: Any = report.document["sentences"]
    return [sentence["code"] for sentence in sentences]


def said(report: Report, code: str, language: str = "en") -> str:
    sentences: Any = report.document["sentences"]
    (found,) = [sentence for sentence in sentences if sentence["code"] == code]
    text: str = found["text"][language]
    return text % {name: slot["value"] for name, slot in found["slots"].items()}


def test_tables_agree_with_a_direct_count(keep: Keep, cut: Cut) -> None:
    made = some(800)
    keep(made)
    report = drafted(cut())
    direct: Counter[tuple[str, str, str, bool]] = Counter()
    for fact, division in made:
        good = fact.verdict == "conforming" or fact.retest == "overturned"
        direct[fact.coverage, fact.selection, division[:4] + "00", good] += 1
    for row in rows(report, "overall"):
        of = {key: n for key, n in direct.items() if key[:2] == ("all_results", row["selection"])}
        assert row["n"] == sum(of.values())
        assert row["conforming"] == sum(n for key, n in of.items() if key[3])
        assert row["estimate"] == pytest.approx(row["conforming"] / row["n"])
        assert row["lower"] < row["estimate"] < row["upper"]
    for row in rows(report, "divisions"):
        wanted = ("all_results", row["selection"], row["key"])
        assert row["n"] == direct[*wanted, True] + direct[*wanted, False]
    only = sum(n for key, n in direct.items() if key[0] == "failures_only")
    assert rows(report, "summary")[0]["failures_only"] == only > 0
    assert sum(row["n"] for row in rows(report, "sources")) == 800


def test_a_planted_difference_is_found_and_nothing_else_is_claimed(keep: Keep, cut: Cut) -> None:
    keep(some(2500))
    report = drafted(cut())
    lower = [row["key"] for row in rows(report, "kinds_compared") if row["finding"] == "lower"]
    assert lower == ["童车"]
    assert "kinds.lower" in codes(report)
    assert "童车" in said(report, "kinds.lower")
    assert {row["finding"] for row in rows(report, "divisions_compared")} == {"open"}
    assert "divisions.none" in codes(report)
    assert "does not mean that they are equal" in said(report, "divisions.none")


def test_risk_targeted_samples_are_never_compared(keep: Keep, cut: Cut) -> None:
    keep([result(n, selection="risk_targeted") for n in range(100)])
    keep([fails(n, selection="risk_targeted", product_kind="童车") for n in range(100, 200)])
    report = drafted(cut())
    assert rows(report, "kinds_compared") == []
    assert not [code for code in codes(report) if code.startswith("kinds.")]


def test_a_source_without_declared_coverage_is_counted_and_said(keep: Keep, cut: Cut) -> None:
    keep([result(1), result(2, coverage="undeclared"), fails(3, coverage="failures_only")])
    report = drafted(cut())
    assert [row["n"] for row in rows(report, "overall")] == [1]
    assert {"overview.coverage_unknown", "overview.failures_only", "limits.coverage"} <= set(codes(report))


def test_a_producer_is_named_only_for_published_standing_failures_of_its_own(keep: Keep, cut: Cut) -> None:
    keep([
        fails(1),
        fails(2, coverage="failures_only"),
        fails(3, published_on=None),
        fails(4, published_on=date(2026, 5, 1)),
        fails(5, retest="overturned"),
        fails(6, counterfeit=True),
        result(7),
    ])  # fmt: skip
    report = drafted(cut())
    assert rows(report, "producers") == [
        {"uscc": "91330100799655058B", "name": "某玩具厂", "failures": 1, "elsewhere": 1}
    ]


def test_failing_items_count_samples_and_do_not_guess(keep: Keep, cut: Cut) -> None:
    from zhiheng.foundation.ledger.facts.spot_check import Item

    tested = (Item("绳索", verdict="nonconforming"), Item("标志", verdict="conforming"))
    keep([fails(1, failed_items=("小零件", "小零件")), fails(2, failed_items=(), items=tested)])
    keep([fails(3, failed_items=()), fails(4, coverage="failures_only")])
    report = drafted(cut())
    assert rows(report, "items") == [
        {"product_kind": "玩具", "item": "小零件", "failures": 1, "elsewhere": 1},
        {"product_kind": "玩具", "item": "绳索", "failures": 1, "elsewhere": 0},
    ]
    assert rows(report, "summary")[0]["items_unnamed"] == 1


def test_an_empty_period_gives_a_report_that_says_so(cut: Cut) -> None:
    report = drafted(cut())
    assert rows(report, "overall") == []
    assert codes(report)[0] == "overview.nothing"


def test_one_result_gives_a_rate_that_is_marked(keep: Keep, cut: Cut) -> None:
    keep([result(1)])
    report = drafted(cut())
    (row,) = rows(report, "overall")
    assert (row["n"], row["estimate"], row["small"]) == (1, 1.0, True)
    assert row["lower"] < 0.25
    assert "overview.small" in codes(report)
    assert "kinds.few" in codes(report)


def test_two_hundred_kinds(keep: Keep, cut: Cut) -> None:
    keep([result(n, product_kind=f"产品{n % 200}") for n in range(800)])
    report = drafted(cut())
    assert len(rows(report, "kinds")) == 200
    assert all(row["small"] for row in rows(report, "kinds"))


def test_undated_results_are_told_and_enter_no_rate(keep: Keep, cut: Cut) -> None:
    keep([result(1), result(2, sampled_on=None, published_on=None)])
    report = drafted(cut())
    assert [row["n"] for row in rows(report, "overall")] == [1]
    assert "overview.undated" in codes(report)


def test_every_number_in_the_text_is_a_cell(keep: Keep, cut: Cut) -> None:
    keep(some(300))
    document = drafted(cut()).document
    slots = list(pointers.slots(document))
    assert len(slots) > 30
    assert all(pointers.cell(document, pointer) == value for _, pointer, value in slots)


def test_no_digit_stands_in_the_words_of_a_sentence() -> None:
    for code, text in TEXT.items():
        bare = re.sub(r"%\(\w+\)s", "", text)
        assert not loose_number(bare), f"{code}: {text}"


def test_both_languages_are_complete(keep: Keep, cut: Cut) -> None:
    keep(some(300))
    sentences: Any = drafted(cut()).document["sentences"]
    for sentence in sentences:
        chinese, english = sentence["text"]["zh-hans"], sentence["text"]["en"]
        assert re.search("[\u4e00-\u9fff]", chinese), sentence["code"]
        assert set(re.findall(r"%\((\w+)\)s", chinese)) == set(re.findall(r"%\((\w+)\)s", english))
        assert not loose_number(re.sub(r"%\(\w+\)s", "", chinese)), chinese


def test_the_same_snapshot_gives_the_same_content(keep: Keep, cut: Cut) -> None:
    keep(some(200))
    snapshot = cut()
    first, second = drafted(snapshot), drafted(snapshot)
    same = {**second.document, "code": first.code}
    assert contents.text_of(same) == first.content
    assert (first.code, second.code) == ("2025-900000-01", "2025-900000-02")


@pytest.mark.parametrize(
    ("since", "until", "period"),
    [
        (date(2026, 1, 1), date(2026, 3, 31), "2026-Q1"),
        (date(2025, 7, 1), date(2025, 12, 31), "2025-H2"),
        (date(2025, 1, 1), date(2025, 12, 31), "2025"),
        (date(2024, 2, 1), date(2024, 2, 29), "2024-02"),
        (date(2025, 2, 1), date(2025, 4, 30), "20250201-20250430"),
        (date(2025, 1, 2), date(2025, 3, 31), "20250102-20250331"),
        (date(2024, 1, 1), date(2025, 12, 31), "20240101-20251231"),
    ],
)
def test_the_period_in_the_code(since: date, until: date, period: str) -> None:
    assert Scope("900000", since, until, date(2026, 4, 10)).period == period


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"division": "9000"}, "not a division code"),
        ({"since": date(2026, 1, 1)}, "before it begins"),
        ({"until": date(2026, 6, 1)}, "after today"),
        ({"level": 0.5}, "not offered"),
        ({"items": 0}, "from 1 to 100"),
    ],
)
def test_a_scope_that_makes_no_sense_is_refused(changes: dict[str, Any], says: str) -> None:
    given = {
        "division": "900000",
        "since": SCOPE.since,
        "until": SCOPE.until,
        "published_by": SCOPE.published_by,
    }
    with pytest.raises(Refused, match=says):
        Scope(**{**given, **changes})


@pytest.mark.parametrize("title", ["", "报告\n二", "合格率97%再创新高", "合格率达 98.6 分", "x" * 121])
def test_a_title_that_claims_a_figure_or_is_none_is_refused(title: str, cut: Cut) -> None:
    with pytest.raises(Refused, match="title"):
        drafted(cut(), title=title)


def test_a_report_about_another_place_is_refused(cut: Cut) -> None:
    snapshot = cut()
    city = officer("c", roles.ANALYST, division="900100", agency="C901")
    with pytest.raises(Refused, match="not yours"):
        report_draft(actor=city, title="报告", scope=SCOPE, snapshot=snapshot, at=AT)
