"""Chinese or English on the command line, without Django: `--help` must answer at once.

ZHIHENG_LANG decides, else what the shell says; a shell that says nothing is answered in Chinese.
"""

from __future__ import annotations

import gettext as catalogues
import os
from functools import cache
from pathlib import Path
from typing import Final

from zhiheng.kernel.errors import N_

LOCALE: Final = Path(__file__).parent / "locale"
CHINESE, ENGLISH = "zh-hans", "en"
_ASKED: Final = ("ZHIHENG_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
_SAYS_NOTHING: Final = frozenset({"", "C", "POSIX"})

# What typer itself says; it asks gettext, and finds the answers in our catalogue.
OF_TYPER: Final = (
    N_("Arguments"),
    N_("Commands"),
    N_("Options"),
    N_("Missing command."),
    N_("No such command {name!r}."),
    N_("default: {default}"),
    N_("required"),
)


@cache
def language() -> str:
    """The language of this run, as Django names it."""
    for name in _ASKED:
        value = os.environ.get(name, "").split(".")[0]
        if value not in _SAYS_NOTHING:
            return CHINESE if value.lower().startswith("zh") else ENGLISH
    return CHINESE


@cache
def _catalogue() -> catalogues.NullTranslations:
    languages = ["zh_Hans"] if language() == CHINESE else []
    if not languages:
        return catalogues.NullTranslations()
    return catalogues.translation("django", LOCALE, languages=languages, fallback=True)


@cache
def _catalogues_of_rooms() -> tuple[catalogues.NullTranslations, ...]:
    """What methods and kernel say, for commands that open no installation and so load no Django."""
    languages = ["zh_Hans"] if language() == CHINESE else []
    house = LOCALE.parents[2]
    return tuple(
        catalogues.translation("django", house / room / "locale", languages=languages, fallback=True)
        for room in ("methods", "kernel")
        if languages
    )


def of_rooms(msgid: str) -> str:
    """The text of a msgid of methods or kernel; the msgid itself where neither knows it."""
    said = (catalogue.gettext(msgid) for catalogue in _catalogues_of_rooms())
    return next((text for text in said if text != msgid), msgid)


def _(msgid: str) -> str:
    """The text in the language of this run."""
    return _catalogue().gettext(msgid) if msgid else ""


def teach_typer() -> None:
    """Let the few words that typer looks up itself be found in our catalogue."""
    if language() == CHINESE:
        os.environ["LANGUAGE"] = "zh_Hans"
        catalogues.bindtextdomain("django", str(LOCALE))
        catalogues.textdomain("django")
