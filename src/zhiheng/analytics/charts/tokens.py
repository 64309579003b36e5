"""The colours of the house: the one place that page, chart and PDF take them from.

`zhiheng.css` repeats these values as custom properties, and a test holds both together. This
module refuses to name a colour by its looks: each name says what the colour means.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Palette:
    """One scheme. `scale` runs from the lowest to the highest level of a rate, `on_scale` is its text."""

    paper: str
    surface: str
    sunk: str
    ink: str
    quiet: str
    rule: str
    line: str
    accent: str
    on_accent: str
    conforming: str
    nonconforming: str
    waiting: str
    warn_red: str
    warn_orange: str
    warn_yellow: str
    warn_blue: str
    scale: tuple[str, ...]
    on_scale: tuple[str, ...]

    def properties(self) -> Iterator[tuple[str, str]]:
        """Give each colour with the name of its CSS custom property."""
        for field in fields(self):
            value = getattr(self, field.name)
            name = "--" + field.name.replace("_", "-")
            if isinstance(value, str):
                yield name, value
            else:
                yield from ((f"{name}-{level}", colour) for level, colour in enumerate(value))


_INK, _WHITE = "#1F2328", "#FFFFFF"
_CHALK, _NIGHT = "#E4E2DC", "#16181B"

LIGHT = Palette(
    paper="#FBFAF7",
    surface=_WHITE,
    sunk="#F3F1EA",
    ink=_INK,
    quiet="#5B6470",
    rule="#E3E0D8",
    line="#7D838C",
    accent="#1F4E79",
    on_accent=_WHITE,
    conforming="#2F7D5B",
    nonconforming="#B3261E",
    waiting="#8A6100",
    warn_red="#B3261E",
    warn_orange="#B4540A",
    warn_yellow="#8F6B00",
    warn_blue="#2C6FB3",
    scale=("#F3F1EA", "#DDE7F0", "#B9CFE3", "#86ABCD", "#3F72A3", "#1F4E79"),
    on_scale=(_INK, _INK, _INK, _INK, _WHITE, _WHITE),
)

DARK = Palette(
    paper=_NIGHT,
    surface="#1E2125",
    sunk="#282C31",
    ink=_CHALK,
    quiet="#A2A8B0",
    rule="#33373C",
    line="#7B838D",
    accent="#8FBBE6",
    on_accent=_NIGHT,
    conforming="#6CC09A",
    nonconforming="#F2867C",
    waiting="#D9AE4A",
    warn_red="#F2867C",
    warn_orange="#EB9A57",
    warn_yellow="#D3B24C",
    warn_blue="#7DB2EC",
    scale=("#23272C", "#233443", "#28485F", "#2F6086", "#6A9CC8", "#A9CDEE"),
    on_scale=(_CHALK, _CHALK, _CHALK, _CHALK, _NIGHT, _NIGHT),
)

FONTS = (
    "PingFang SC",
    "Microsoft YaHei",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "system-ui",
    "sans-serif",
)
