"""The real file of 1 120 results goes through the service, and every row is accounted for."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.domains.supervision.conftest import AT, SYSTEM
from zhiheng.domains.supervision.models import Result
from zhiheng.domains.supervision.services import results_record
from zhiheng.domains.supervision.sheets import SPOT_CHECKS
from zhiheng.foundation.ledger.verify import ledger_verify
from zhiheng.kernel.sheets import Row

FILE = "data/spotchecks/china_product_quality_spotchecks.csv"
COLUMNS = {
    "record": "source_record_id",
    "source": "source_id",
    "authority": "authority",
    "published_on": "report_date",
    "product_kind": "product_kind_source_reported",
    "product_name": "product_name",
    "brand": "brand_source_reported",
    "producer": "manufacturer",
    "model": "model_specification_source_reported",
    "batch": "production_date_or_batch_source_reported",
    "verdict": "inspection_outcome",
    "failed_items": "nonconforming_items_source_reported",
    "note": "source_note",
    "source_url": "source_url",
}


def read(path: Path) -> list[Row]:
    """The rows of the file under our columns; a simple mapping, so that the service is what is tested."""
    rows = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        for number, theirs in enumerate(csv.DictReader(file), start=2):
            cells = {ours: theirs[name].strip() for ours, name in COLUMNS.items()}
            cells["coverage"] = "仅不合格" if theirs["authority"] == "samr" else "全部结果"
            if theirs["inspection_retest_confirmed_nonconforming"] == "True":
                cells["retest"] = "复检不合格"
            standards = theirs["inspection_standards_scope_source_reported"].strip("[]").replace("'", "")
            cells["standards"] = standards.replace(", ", "；")
            cells["product_kind"] = cells["product_kind"] or theirs["product_kind_english"]
            values, problems = SPOT_CHECKS.read(cells)
            assert not problems, (number, problems)
            rows.append(Row(number, values))
    return rows


def test_the_real_file(db: None, shared: Callable[[str], Path]) -> None:
    path = shared(FILE)
    rows = read(path)
    assert len(rows) == 1120
    first = Counter(outcome.state for outcome in results_record(actor=SYSTEM, rows=rows, at=AT))
    # The registry is empty, so every producer is a name that waits for a person.
    assert first == {"unresolved": 1120}
    again = Counter(outcome.state for outcome in results_record(actor=SYSTEM, rows=rows, at=AT))
    assert again == {"skipped": 1120}
    with path.open(encoding="utf-8-sig", newline="") as file:
        direct = Counter((row["authority"], row["inspection_outcome"]) for row in csv.DictReader(file))
    table = Result.objects.unguarded("test")
    assert Counter(table.values_list("authority", "verdict")) == direct
    assert set(table.filter(coverage="failures_only").values_list("authority", "verdict")) == {
        ("samr", "nonconforming")
    }
    assert table.filter(retest="confirmed").count() == 26
    # What stands in brackets stays together, and "无," names nothing.
    named = {name for names in table.values_list("failed_items", flat=True) for name in names}
    assert "杂质含量(钙,钠,钾)" in named
    assert "无" not in named
    assert ledger_verify().intact
