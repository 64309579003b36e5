"""What a visitor of the demo is told first: who can sign in, and what to look at."""

from __future__ import annotations

import unicodedata

from django.utils.translation import gettext as _

from zhiheng.doors.demo.accounts import ACCOUNTS, password, purpose
from zhiheng.doors.demo.loading import TO_TRY, Loaded


def what_to_look_at(loaded: Loaded) -> list[str]:
    """The lines below the address."""
    if not loaded.there:
        return [_("The demo was not loaded: this installation holds other data.")]
    width = max(_width(account.username) for account in ACCOUNTS) + 2
    return [
        "",
        _("A synthetic province is loaded; nothing in it is real. Accounts (password %(password)s):")
        % {"password": password(loaded.folder)},
        *(f"  {_padded(account.username, width)}{purpose(account)}" for account in ACCOUNTS),
        "",
        _("Look first at"),
        "  " + _("the portal, without signing in: search an enterprise, read the published report"),
        "  "
        + _("the workbench as analyst: pass rates; try electric blankets, or compare the cities by year"),
        "  "
        + _("the import as registrar: %(folder)s holds a file with mistakes to find and mend")
        % {"folder": loaded.folder / TO_TRY},
        "",
    ]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
