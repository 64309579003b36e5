"""The link check finds what leads nowhere, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.links import anchors, broken


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "rooms.md").write_text("# Rooms\n\n## A new `fact`\n\n## 数据流\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    "link",
    [
        "docs/rooms.md",
        "docs/rooms.md#a-new-fact",
        "docs/rooms.md#数据流",
        "docs/",
        "https://example.org/none",
        "#top",
    ],
)
def test_a_right_link_passes(site: Path, link: str) -> None:
    (site / "README.md").write_text(f"# Top\n\n[there]({link})\n", encoding="utf-8")
    assert list(broken(site)) == []


@pytest.mark.parametrize("link", ["docs/none.md", "docs/rooms.md#none", "#none", "images/none.png"])
def test_a_link_that_leads_nowhere_is_found(site: Path, link: str) -> None:
    (site / "README.md").write_text(f"# Top\n\n![there]({link})\n", encoding="utf-8")
    assert len(list(broken(site))) == 1


def test_code_holds_no_links(site: Path) -> None:
    (site / "README.md").write_text("`[a](b)`\n\n```\n[a](b)\n```\n", encoding="utf-8")
    assert list(broken(site)) == []


def test_equal_headings_get_numbers() -> None:
    assert anchors("# Sheet\n## Sheet\n") == {"sheet", "sheet-1"}
