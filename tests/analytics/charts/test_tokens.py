"""The colours can be read: contrast after WCAG 2.2, computed from the tokens themselves."""

from __future__ import annotations

import re
from itertools import combinations

import pytest

from zhiheng.analytics.charts.tokens import DARK, LIGHT, Palette

TEXT = (
    "ink",
    "quiet",
    "accent",
    "conforming",
    "nonconforming",
    "waiting",
    "warn_red",
    "warn_orange",
    "warn_yellow",
    "warn_blue",
)
SCHEMES = pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_of_black_on_white_is_the_known_21() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)


@SCHEMES
@pytest.mark.parametrize("name", TEXT)
def test_words_are_readable(palette: Palette, name: str) -> None:
    for ground in (palette.paper, palette.surface):
        assert contrast(getattr(palette, name), ground) >= 4.5


@SCHEMES
def test_words_on_filled_ground_are_readable(palette: Palette) -> None:
    for ground in (palette.accent, palette.nonconforming):
        assert contrast(palette.on_accent, ground) >= 4.5
    for word in (palette.ink, palette.quiet):
        assert contrast(word, palette.sunk) >= 4.5
    for ground, word in zip(palette.scale, palette.on_scale, strict=True):
        assert contrast(word, ground) >= 4.5


@SCHEMES
def test_edges_of_controls_are_visible(palette: Palette) -> None:
    assert contrast(palette.line, palette.paper) >= 3
    assert contrast(palette.line, palette.surface) >= 3


@SCHEMES
def test_the_scale_is_ordered_and_told_apart_in_grey(palette: Palette) -> None:
    steps = [luminance(colour) for colour in palette.scale]
    assert steps in (sorted(steps), sorted(steps, reverse=True))
    assert all(contrast(one, other) >= 1.1 for one, other in combinations(palette.scale, 2))


@SCHEMES
def test_every_token_is_a_colour(palette: Palette) -> None:
    assert all(re.fullmatch(r"#[0-9A-F]{6}", value) for _, value in palette.properties())
    assert len(palette.scale) == len(palette.on_scale) == 6
