"""The language of names that stand in tables rather than in the catalogue."""

from __future__ import annotations

from django.utils.translation import get_language


def chinese() -> bool:
    """Whether the reader reads Chinese."""
    return (get_language() or "zh").startswith("zh")


def language() -> str:
    """The language in which names of places and agencies are asked for."""
    return "zh" if chinese() else "en"
