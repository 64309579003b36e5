"""The documentation says what the program is: settings, commands, facts, transitions, rules and sheets."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.docs import ROOT, pages, stale
from tools.links import broken
from tools.reference import table


@pytest.fixture(scope="module")
def wanted() -> dict[str, str]:
    return pages()


def test_the_reference_is_up_to_date(wanted: dict[str, str]) -> None:
    assert stale(wanted) == [], "run make docs"


def test_no_link_leads_nowhere() -> None:
    assert list(broken()) == []


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("settings.md", "`ZHIHENG_HOME`"),
        ("commands.md", "## `zhiheng run`"),
        ("facts.md", "## `spot_check.result` version 1"),
        ("transitions.md", "## `quality_report`"),
        ("rules.md", "`codes.uscc.weights`"),
        ("sheets.md", "标称生产企业统一社会信用代码"),
    ],
)
def test_a_page_holds_what_it_is_for(wanted: dict[str, str], name: str, part: str) -> None:
    assert part in wanted[name]


def test_a_page_that_is_missing_changed_or_left_over_is_named(tmp_path: Path) -> None:
    (tmp_path / "kept.md").write_text("right", encoding="utf-8")
    (tmp_path / "changed.md").write_text("old", encoding="utf-8")
    (tmp_path / "left.md").write_text("gone", encoding="utf-8")
    now = {"kept.md": "right", "changed.md": "new", "missing.md": "new"}
    assert stale(now, tmp_path) == ["changed.md", "left.md", "missing.md"]


def test_a_bar_in_a_cell_does_not_end_it() -> None:
    assert "| a\\|b |" in table(["head"], [["a|b"]])


def test_every_topic_stands_in_the_contents() -> None:
    contents = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    topics = [path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs" / "topics").glob("*.md")]
    assert [topic for topic in sorted(topics) if f"({topic})" not in contents] == []
