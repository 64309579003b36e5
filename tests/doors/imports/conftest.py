"""Files of both sheets, a registrar, and a way through the door in one call."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.doors.imports.spreadsheets import csv_file
from zhiheng.doors.imports.run import Opening, open_import, work
from zhiheng.foundation.exchange.models import ImportRun
from zhiheng.foundation.org import roles
from zhiheng.foundation.org.actors import Actor, system

AT = datetime(2026, 11, 2, 3, tzinfo=UTC)
REGISTRAR = Actor("officer", "officer:1", "登记员", "ZJ-AMR", "330000", frozenset({roles.REGISTRAR}))
HEAD = (
    "抽查编号",
    "抽查机关",
    "公布日期",
    "产品种类",
    "产品名称",
    "抽查结果",
    "标称生产企业",
    "公布范围",
    "数据来源",
)


def result(number: int, verdict: str = "合格", **changes: str) -> tuple[str, ...]:
    """A row of spot-check results that is right unless something is changed."""
    row = {
        "抽查编号": f"R-{number:05d}",
        "抽查机关": "某省市场监督管理局",
        "公布日期": "2026-05-20",
        "产品种类": "电线电缆",
        "产品名称": "绝缘电线",
        "抽查结果": verdict,
        "标称生产企业": f"某某线缆{number % 7}厂",
        "公布范围": "全部结果",
        "数据来源": "第1批",
    }
    return tuple({**row, **changes}.values())


Through = Callable[..., ImportRun]


@pytest.fixture
def through(db: None, tmp_path: Path) -> Through:
    """Import rows (or a file) by the program itself, to the end."""

    def run(rows: list[tuple[str, ...]] | Path, sheet: str = "spot-checks", mapping: str = "") -> ImportRun:
        path = rows if isinstance(rows, Path) else csv_file(tmp_path / "results.csv", [HEAD, *rows])
        opened = open_import(actor=system("ZJ-AMR"), source=path, opening=Opening(sheet, mapping), at=AT)
        return work(opened, lambda: AT)

    return run
