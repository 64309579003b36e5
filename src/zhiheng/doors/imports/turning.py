"""A mapping at work: the cells of a source's row become the cells of our sheet."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from zhiheng.foundation.exchange.mapping import Declaration, Rule, SourceMapping
from zhiheng.kernel.errors import N_, Refused, refuse
from zhiheng.kernel.sheets import CellProblem, heading_key

Turn = Callable[[Sequence[str]], str]
Step = Callable[[str], str]
Codes = Mapping[str, frozenset[str]]
_OPENING: Final = "(（[［【〔{"
_CLOSING: Final = ")）]］】〕}"
JOINED: Final = "；"


class Turning:
    """A mapping, tied to the places of the columns in one file."""

    def __init__(self, mapping: SourceMapping, places: Mapping[str, int], codes: Codes) -> None:
        blank = frozenset(heading_key(word) for word in mapping.blank)
        self._turns = [(ours, _turn(rule, places, blank, codes)) for ours, rule in mapping.rules.items()]
        # Where a flaw of the file belongs on our side: the first of our columns that reads that place.
        self.reads: dict[int, str] = {}
        for ours, rule in mapping.rules.items():
            for name in rule.columns:
                if name in places:
                    self.reads.setdefault(places[name], ours)

    def __call__(self, cells: Sequence[str]) -> tuple[dict[str, str], list[CellProblem]]:
        """Our cells, and what a rule refused."""
        turned: dict[str, str] = {}
        problems: list[CellProblem] = []
        for ours, turn in self._turns:
            try:
                turned[ours] = turn(cells)
            except Refused as refused:
                problems += [
                    CellProblem(ours, str(one.params.get("found", "")), one) for one in refused.problems
                ]
        return turned, problems


def _turn(rule: Rule, places: Mapping[str, int], blank: frozenset[str], codes: Codes) -> Turn:
    steps = _steps(rule, codes)
    sources = [places[name] for name in rule.sources if name in places]
    declare = [(one, places.get(one.column, -1)) for one in rule.declare]
    also = [
        (places[one.column], one.label, places.get(one.unless)) for one in rule.also if one.column in places
    ]

    def said(cells: Sequence[str], place: int) -> str:
        cell = cells[place]
        return "" if cell and blank and heading_key(cell) in blank else cell

    def turn(cells: Sequence[str]) -> str:
        text = next((cell for place in sources if (cell := said(cells, place))), "")
        if not text and declare:
            text = next((one.value for one, place in declare if _declares(one, cells, place)), "")
        text = text or rule.constant
        if text:
            for step in steps:
                text = step(text)
        for place, label, unless in also:
            more = said(cells, place)
            if more and (unless is None or more != cells[unless]):
                text = f"{text}{JOINED if text else ''}{label}{more}"
        return text

    return turn


def _declares(one: Declaration, cells: Sequence[str], place: int) -> bool:
    if not one.column:
        return True
    if place < 0:
        return False
    cell = heading_key(cells[place])
    if one.equals:
        return cell == heading_key(one.equals)
    return bool(one.contains) and heading_key(one.contains) in cell


def _steps(rule: Rule, codes: Codes) -> list[Step]:
    steps: list[Step] = []
    if rule.trim and not rule.split:
        steps.append(lambda text: text.strip(rule.trim).strip())
    if rule.replace:
        steps.append(_replacing(rule))
    if rule.part:
        first, last = rule.part
        steps.append(lambda text: text[first - 1 : last])
    if rule.within:
        steps.append(_within(codes.get(rule.within, frozenset())))
    if rule.values:
        steps.append(_words(rule))
    if rule.split:
        steps.append(lambda text: JOINED.join(_split(text.strip(rule.trim), rule.split, rule.trim)))
    if rule.units:
        steps.append(_units(rule))
    if rule.dates:
        steps.append(_dates(rule.dates))
    return steps


def _replacing(rule: Rule) -> Step:
    def step(text: str) -> str:
        for one in rule.replace:
            text = text.replace(one.find, one.put)
        return text

    return step


def _within(known: frozenset[str]) -> Step:
    """The nearest division that the table holds: the county, else its city, else its province."""

    def step(text: str) -> str:
        nearest = (text, f"{text[:4]}00", f"{text[:2]}0000")
        return next((code for code in nearest if code in known), text)

    return step


def _words(rule: Rule) -> Step:
    known = {heading_key(word): put for word, put in rule.values.items()}

    def step(text: str) -> str:
        put = known.get(heading_key(text))
        return put if put is not None else _otherwise(rule, text)

    return step


def _otherwise(rule: Rule, text: str) -> str:
    if rule.otherwise == "refuse":
        raise refuse(
            "mapping.unknown_word",
            N_("The mapping does not know “%(found)s”."),
            N_("Add the word to the mapping, or correct the cell."),
            found=text[:60],
        )
    return text if rule.otherwise == "keep" else ""


def _split(text: str, separators: str, trim: str) -> list[str]:
    """Parts between separators; what stands in brackets belongs together: 杂质含量(钙|钠) is one item."""
    parts, depth, part = [], 0, ""
    for sign in text:
        if sign in separators and depth == 0:
            parts.append(part)
            part = ""
            continue
        depth += (sign in _OPENING) - (sign in _CLOSING)
        depth = max(depth, 0)
        # Inside brackets our own separators would cut the item again.
        part += "，" if depth and (sign in separators or sign in "、；;") else sign
    parts.append(part)
    return [kept for one in parts if (kept := one.strip(trim).strip())]


def _units(rule: Rule) -> Step:
    units = sorted(
        ((_narrow(unit), Decimal(put)) for unit, put in rule.units.items()), key=lambda one: -len(one[0])
    )

    def step(text: str) -> str:
        narrow = _narrow(text)
        for unit, factor in units:
            if not narrow.endswith(unit):
                continue
            try:
                number = Decimal(narrow[: len(narrow) - len(unit)].replace(",", ""))
            except InvalidOperation:
                break
            return format((number * factor).normalize() + 0, "f")
        return _otherwise(rule, text)

    return step


def _narrow(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def _dates(formats: Sequence[str]) -> Step:
    def step(text: str) -> str:
        for form in formats:
            try:
                return datetime.strptime(text, form).date().isoformat()  # noqa: DTZ007  a day has no zone
            except ValueError:
                continue
        return text

    return step
