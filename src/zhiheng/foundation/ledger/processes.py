"""The first thing a spawned process runs. Alone, because models cannot be imported before it has run."""

from __future__ import annotations


def django_ready() -> None:
    """Make Django ready in this process."""
    import django  # noqa: PLC0415  only the spawned process pays for it

    django.setup()
