"""Verification: what was altered is found and named; what came later is told and breaks nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.domains.indicators.conftest import Cut, Keep, drafted, fails, published, result, some
from zhiheng.domains.indicators import content as contents
from zhiheng.domains.indicators.models import Report
from zhiheng.domains.indicators.services import report_withdraw
from zhiheng.domains.indicators.verification import report_verify
from zhiheng.foundation.ledger import guard
from zhiheng.foundation.ledger.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("place")]


@pytest.fixture
def report(keep: Keep, cut: Cut) -> Report:
    keep(some(200))
    return published(drafted(cut()))


def failed(report: Report, folder: Path) -> dict[str, str]:
    """The failed checks with what they say."""
    verdict = report_verify(report, folder)
    assert not verdict.sound
    return {
        check.name: " ".join(map(str, check.problems)) for check in verdict.checks if check.state == "failed"
    }


def forged(report: Report, change: Any) -> Report:
    """The report with another content and the digest that belongs to it, as a forger would store it."""
    content = json.loads(report.content)
    change(content)
    report.content = contents.text_of(content)
    report.content_digest = contents.digest_of(report.content)
    report.__dict__.pop("document", None)
    return report


def test_a_published_report_verifies(report: Report, folder: Path) -> None:
    verdict = report_verify(report, folder)
    assert verdict.sound, [(check.name, [*map(str, check.problems)]) for check in verdict.checks]
    assert [check.name for check in verdict.checks] == [
        "content", "entry", "checkpoint", "snapshot", "rows", "ledger", "tables", "numbers", "sentences",
    ]  # fmt: skip
    assert verdict.changes is None


def test_a_draft_verifies_without_an_entry_and_says_so(keep: Keep, cut: Cut, folder: Path) -> None:
    keep(some(50))
    verdict = report_verify(drafted(cut()), folder)
    assert verdict.sound
    assert {statement.code for statement in verdict.statements} == {"verify.unpublished"}


def test_an_altered_number_of_the_text_is_named(report: Report, folder: Path) -> None:
    def change(content: dict[str, Any]) -> None:
        content["sentences"][0]["slots"]["results"]["value"] += 1

    found = failed(forged(report, change), folder)
    assert set(found) == {"entry", "numbers"}
    assert "/sentences/0/slots/results" in found["numbers"]
    assert "content" in found["entry"]


def test_an_altered_cell_is_named(report: Report, folder: Path) -> None:
    def change(content: dict[str, Any]) -> None:
        content["tables"]["kinds"]["rows"][2]["conforming"] += 1

    found = failed(forged(report, change), folder)
    assert "/tables/kinds/rows/2/conforming" in found["tables"]
    assert {"entry", "tables"} <= set(found)


def test_a_rate_beyond_the_tolerance_is_named_and_one_within_is_not(report: Report, folder: Path) -> None:
    def nudge(by: float) -> Any:
        def change(content: dict[str, Any]) -> None:
            table = content["tables"]["authorities"]
            table["rows"][0]["upper"] += by
            from zhiheng.domains.indicators.tables import digest_of

            table["digest"] = digest_of(table["rows"])

        return change

    forged(report, nudge(1e-12))
    assert "tables" not in failed(report, folder)
    assert "/tables/authorities/rows/0/upper" in failed(forged(report, nudge(1e-6)), folder)["tables"]


def test_a_number_without_a_cell_is_named(report: Report, folder: Path) -> None:
    def change(content: dict[str, Any]) -> None:
        content["sentences"][1]["text"]["en"] += " That is 3 points more."

    assert "“3”" in failed(forged(report, change), folder)["numbers"]


def test_a_claim_that_the_tables_do_not_support_is_named(report: Report, folder: Path) -> None:
    def change(content: dict[str, Any]) -> None:
        content["sentences"].append({**content["sentences"][1], "code": "kinds.higher"})

    assert "kinds.higher" in failed(forged(report, change), folder)["sentences"]


def test_a_content_altered_without_its_digest_is_named(report: Report, folder: Path) -> None:
    report.content = report.content.replace("示例省", "示例市", 1)
    assert "altered" in failed(report, folder)["content"]


def test_a_scope_that_cannot_be_is_named(report: Report, folder: Path) -> None:
    def change(content: dict[str, Any]) -> None:
        content["scope"]["level"] = 0.5

    assert {"content", "entry"} <= set(failed(forged(report, change), folder))


@pytest.mark.parametrize(
    "text", ["{", "[]", "3", "{}", '{"tables":3}', '{"sentences":[1],"words":[]}', '{"scope":{},"source":{}}']
)
def test_a_content_of_any_shape_is_named_and_crashes_nothing(report: Report, folder: Path, text: str) -> None:
    report.content = text
    report.__dict__.pop("document", None)
    found = failed(report, folder)
    assert "cannot be read" in found["content"]
    assert "entry" in found


def test_an_altered_part_is_named_and_nothing_is_counted_from_it(report: Report, folder: Path) -> None:
    (part,) = folder.glob("facts/spot_check.result.v1/P90/*.parquet")
    part.write_bytes(part.read_bytes()[:-1] + b"?")
    found = failed(report, folder)
    assert str(part.relative_to(folder)) in found["snapshot"]
    states = {check.name: check.state for check in report_verify(report, folder).checks}
    assert states["tables"] == states["rows"] == "not_run"
    assert states["numbers"] == "passed"


def test_an_altered_list_of_files_is_named(report: Report, folder: Path) -> None:
    manifest = folder / "manifests" / f"{report.snapshot}.json"
    manifest.write_text(manifest.read_text().replace('"rows":', '"rows": '))
    assert report.snapshot in failed(report, folder)["snapshot"]


def test_a_missing_snapshot_is_named(report: Report, folder: Path) -> None:
    (folder / "manifests" / f"{report.snapshot}.json").unlink()
    assert report.snapshot in failed(report, folder)["snapshot"]


def test_an_altered_publishing_entry_is_found(report: Report, folder: Path) -> None:
    entry = Entry.objects.get(pk=report.published_entry)
    _without_guard()
    Entry.objects.filter(pk=entry.pk).update(payload=entry.payload.replace("2025-12-31", "2025-11-30"))
    found = failed(report, folder)
    assert "altered" in found["entry"]
    assert "period_to" in found["entry"]


def test_a_fact_altered_in_the_ledger_is_found(report: Report, folder: Path) -> None:
    entry = Entry.objects.filter(kind="spot_check.result").order_by("id")[3]
    _without_guard()
    Entry.objects.filter(pk=entry.pk).update(
        payload=entry.payload.replace("示例省", "某某省").replace("静安市", "某某市")
    )
    found = failed(report, folder)
    assert str(entry.pk) in found["ledger"]


def _without_guard() -> None:
    """Take the triggers of the ledger away, as somebody with the database's own power would."""
    guard.lower_guard(connection)


def test_later_corrections_are_told_and_the_report_still_verifies(keep: Keep, cut: Cut, folder: Path) -> None:
    first, second = keep([fails(1), result(2)])
    report = published(drafted(cut()))
    keep([result(1, reason="检验机构更正")], corrects=first.id)
    keep([result(3)])
    cut()
    verdict = report_verify(report, folder)
    assert verdict.sound
    assert verdict.changes is not None
    assert (verdict.changes.superseded, verdict.changes.recorded) == (1, 2)
    assert [(row["n"], row["conforming"]) for row in verdict.changes.before.rows] == [(2, 1)]
    assert [(row["n"], row["conforming"]) for row in verdict.changes.now.rows] == [(3, 3)]
    assert second.id


def test_what_is_outside_the_report_does_not_count_as_a_change(keep: Keep, cut: Cut, folder: Path) -> None:
    keep([fails(1), result(2)])
    report = published(drafted(cut()))
    keep([result(3)], division="910101")
    cut()
    changes = report_verify(report, folder).changes
    assert changes is not None
    assert not changes.any


def test_a_withdrawn_report_verifies_and_says_that_it_was_withdrawn(report: Report, folder: Path) -> None:
    from tests.domains.indicators.conftest import AT, PUBLISHER

    gone = report_withdraw(actor=PUBLISHER, report=report, reason="数据来源有误", at=AT)
    verdict = report_verify(gone, folder)
    assert verdict.sound
    assert "数据来源有误" in " ".join(map(str, verdict.statements))


def test_an_empty_report_verifies(cut: Cut, folder: Path) -> None:
    assert report_verify(published(drafted(cut())), folder).sound
