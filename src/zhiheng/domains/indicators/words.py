"""The author's own paragraphs: free text, marked as such, in which every number is a placeholder.

`{rate:product_kind=玩具}` stands for a cell of a table; so the words of a report can be checked like
its tables. Digits outside placeholders are refused, save those in the title of a document between
《 and 》. A number that is spelt out in words cannot be recognised; whoever reviews reads for it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from zhiheng.domains.indicators.sentences import SECTIONS
from zhiheng.domains.indicators.tables import Tables
from zhiheng.kernel.errors import N_, Param, Problem, Refused
from zhiheng.methods.survey.populations import Design

Language = Literal["zh-hans", "en"]
PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
_TITLE: Final = re.compile(r"《[^《》]*》")
MOST: Final = 40
LENGTH: Final = 2000
_CELLS: Final = {
    "rate": "estimate",
    "lower": "lower",
    "upper": "upper",
    "samples": "n",
    "conforming": "conforming",
    "nonconforming": "nonconforming",
}
_GROUPS: Final = {
    "product_kind": "kinds",
    "division": "divisions",
    "quarter": "quarters",
    "authority": "authorities",
}
_SCOPE: Final = ("since", "until", "level", "small_below")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph as its author typed it, for one section, in one language."""

    section: str
    language: Language
    text: str


def require_paragraphs(paragraphs: Sequence[Paragraph], tables: Tables) -> list[dict[str, str]]:
    """The pointers behind the placeholders of each paragraph, or a refusal that names every fault."""
    problems: list[Problem] = []
    if len(paragraphs) > MOST:
        problems.append(
            Problem(
                "report.words_many", N_("A report takes %(most)d own paragraphs at most."), {"most": MOST}
            )
        )
    found = []
    for number, paragraph in enumerate(paragraphs, 1):
        problems += _faults(number, paragraph)
        pointers = {}
        for placeholder in PLACEHOLDER.findall(paragraph.text):
            pointer = _pointer(placeholder, tables)
            if pointer is None:
                problems.append(_unknown(number, placeholder))
            else:
                pointers[placeholder] = pointer
        found.append(pointers)
    if problems:
        raise Refused(*problems)
    return found


def loose_number(text: str) -> str:
    """The first number that stands outside placeholders and titles of documents, or nothing.

    〇 passes: it writes years in words (二〇二五年), as the other Chinese numerals, which are letters.
    """
    bare = _TITLE.sub(" ", PLACEHOLDER.sub(" ", text))
    return next((char for char in bare if unicodedata.category(char)[0] == "N" and char != "〇"), "")


def _faults(number: int, paragraph: Paragraph) -> list[Problem]:
    problems = []
    if paragraph.section not in SECTIONS:
        message = N_("Paragraph %(number)d names the section “%(section)s”, which a report does not have.")
        params: dict[str, Param] = {
            "number": number,
            "section": paragraph.section,
            "known": ", ".join(SECTIONS),
        }
        problems.append(Problem("report.words_section", message, params, N_("Sections: %(known)s.")))
    if paragraph.language not in ("zh-hans", "en"):
        message = N_("Paragraph %(number)d is in no language that a report is read in.")
        problems.append(Problem("report.words_language", message, {"number": number}))
    text = paragraph.text
    if not text.strip() or len(text) > LENGTH or any(unicodedata.category(char) == "Cc" for char in text):
        message = N_("Paragraph %(number)d must be one line of text of at most %(most)d characters.")
        problems.append(Problem("report.words_length", message, {"number": number, "most": LENGTH}))
    if "{" in PLACEHOLDER.sub("", text) or "}" in PLACEHOLDER.sub("", text):
        message = N_("Paragraph %(number)d has a brace without its partner.")
        problems.append(Problem("report.words_brace", message, {"number": number}))
    loose = loose_number(text)
    if loose:
        message = N_("Paragraph %(number)d holds a number (“%(found)s”) that comes from no table.")
        remedy = N_(
            "Write a placeholder such as {rate:product_kind=玩具}, {samples:} or {since}, so that the number"
            " can be checked. Digits in the title of a document between 《 and 》 may stand."
        )
        problems.append(Problem("report.words_number", message, {"number": number, "found": loose}, remedy))
    return problems


def _pointer(placeholder: str, tables: Tables) -> str | None:
    """`rate:`, `rate:product_kind=玩具`, `rate:product_kind=玩具@risk_targeted`, `since`."""
    if placeholder in _SCOPE:
        return f"/scope/{placeholder}"
    measure, colon, rest = placeholder.partition(":")
    if not colon or measure not in _CELLS:
        return None
    group, _, design = rest.partition("@")
    dimension, _, key = group.partition("=")
    table = "overall" if not group else _GROUPS.get(dimension, "")
    if table not in tables:
        return None
    wanted = design or str(Design.RANDOM)
    for number, row in enumerate(tables[table].rows):
        if row["selection"] == wanted and row.get("key", "") == key:
            return f"/tables/{table}/rows/{number}/{_CELLS[measure]}"
    return None


def _unknown(number: int, placeholder: str) -> Problem:
    return Problem(
        "report.words_placeholder",
        N_("Paragraph %(number)d: no table of this report has a cell for {%(placeholder)s}."),
        {"number": number, "placeholder": placeholder},
        N_(
            "Write a measure (rate, lower, upper, samples, conforming, nonconforming), a colon, and a group"
            " such as product_kind=玩具, division=900100, quarter=2026Q1 or authority=…; nothing for the"
            " whole; @risk_targeted or @undeclared for samples not drawn at random."
        ),
    )
