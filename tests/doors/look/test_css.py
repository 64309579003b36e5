"""The style sheet keeps its promises: the tokens of the house, small, calm, from this host alone."""

from __future__ import annotations

import re
from pathlib import Path

import zhiheng.doors.look
from zhiheng.analytics.charts.tokens import DARK, FONTS, LIGHT

FOLDER = Path(zhiheng.doors.look.__file__).parent
SHEET = (FOLDER / "static" / "look" / "zhiheng.css").read_text(encoding="utf-8")
ROOTS = re.findall(r":root[^{]*\{(.*?)\}", SHEET, flags=re.DOTALL)


def colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"(--[\w-]+):\s*(#[0-9A-Fa-f]{6});", block))


def test_light_and_both_dark_blocks_are_the_tokens() -> None:
    light, by_system, by_hand = (colours(block) for block in ROOTS)
    assert light == dict(LIGHT.properties())
    assert by_system == by_hand == dict(DARK.properties())


def test_no_other_colour_stands_in_the_sheet() -> None:
    rest = SHEET
    for block in ROOTS:
        rest = rest.replace(block, "")
    assert re.findall(r"#[0-9A-Fa-f]{3,8}\b|\brgba?\(|\bhsl|\boklch", rest) == []


def test_every_token_that_is_used_exists() -> None:
    defined = set(re.findall(r"(--[\w-]+):", ROOTS[0]))
    assert set(re.findall(r"var\((--[\w-]+)", SHEET)) <= defined


def test_the_faces_are_those_of_the_charts() -> None:
    found = re.search(r"--sans:([^;]+);", SHEET)
    assert found
    assert [name.strip(' "') for name in found[1].split(",")] == list(FONTS)


def test_it_is_small_and_loads_nothing_from_elsewhere() -> None:
    assert len(SHEET.encode()) < 30_000
    assert "@import" not in SHEET
    assert re.findall(r'url\("?([^")]+)', SHEET) == ["beam.svg", "beam.svg"]


def test_it_is_calm() -> None:
    assert "gradient" not in SHEET
    assert "transition:" not in SHEET.replace("transition: none", "")
    assert all("inset" in shadow for shadow in re.findall(r"box-shadow:([^;]+)", SHEET))


def test_every_class_of_a_template_is_styled() -> None:
    """A class that no rule knows is a slip of the pen, or a component that was never drawn."""
    known = set(re.findall(r"\.([a-z][\w-]*)", SHEET)) | BARE
    templates = (FOLDER / "templates").rglob("*.html")
    used = {
        name
        for path in templates
        for value in re.findall(r'class="([^"]*)"', path.read_text(encoding="utf-8"))
        for name in re.sub(r"\w*\{\{.*?\}\}|\{%.*?%\}", " ", value).split()
    }
    assert used - known == set()


# Hooks for pages and scripts, without a look of their own.
BARE = {"plain", "portal", "work"}
