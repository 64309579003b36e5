"""Days typed into a form: browsers speak ISO 8601 whatever the language of the page."""

from __future__ import annotations

from typing import Any

from django import forms


def day_field(**options: Any) -> forms.DateField:
    """A field for a day, with the calendar of the browser."""
    return forms.DateField(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **options)
