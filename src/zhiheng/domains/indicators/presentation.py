"""A report in one language, ready to be shown: the one source of page and PDF.

Sentences come with their numbers written and linked to their tables, tables with heads and cells,
charts drawn from the same rows. This module refuses to compute, to read the database and to leave out
a row that the content holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, cast

from django.utils import translation
from django.utils.translation import gettext as _

from zhiheng.domains.indicators import figures, pictures
from zhiheng.domains.indicators.pictures import Picture
from zhiheng.domains.indicators.sentences import SECTIONS
from zhiheng.domains.indicators.words import PLACEHOLDER
from zhiheng.kernel.chain import Json
from zhiheng.methods.survey.populations import Design

_SLOT: Final = re.compile(r"%\((\w+)\)s")
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a sentence; a number or name out of a table carries the anchor of that table."""

    text: str
    table: str = ""


@dataclass(frozen=True, slots=True)
class Prose:
    """One paragraph; `language` differs from the report's where the author wrote in another one."""

    parts: tuple[Part, ...]
    own: bool = False
    language: str = ""
    kind: str = "prose"

    @property
    def text(self) -> str:
        """The paragraph as plain text."""
        return "".join(part.text for part in self.parts)


@dataclass(frozen=True, slots=True)
class Head:
    """A head of a column, its unit, and whether numbers stand below."""

    text: str
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table. `rates` holds the rates of its rows where it is a table of rates, and `about` their source."""

    anchor: str
    caption: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    rates: tuple[Row, ...] = ()
    about: Mapping[str, str] = field(default_factory=dict)
    kind: str = "grid"

    @property
    def lines(self) -> Iterator[list[tuple[str, bool]]]:
        """The rows as cells with whether each is a number."""
        for row in self.rows:
            yield [(cell, head.numeric) for cell, head in zip(row, self.heads, strict=True)]


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture between the blocks."""

    picture: Picture
    kind: str = "chart"


Block = Prose | Grid | Chart


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report under its heading."""

    name: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """The whole report in one language."""

    code: str
    title: str
    language: str
    agency: str
    place: str
    period: str
    sections: tuple[Section, ...]
    facts: tuple[tuple[str, str], ...]


def read(content: dict[str, Json], digest: str, language: str) -> Reading:
    """Make a content readable in a language."""
    with translation.override(language):
        return _Reader(cast(Row, content), digest, language).reading()


class _Reader:
    """Reads one content in one language."""

    def __init__(self, content: Row, digest: str, language: str) -> None:
        self.content = content
        self.digest = digest
        self.language = language
        self.names = {code: names[language] for code, names in content["labels"].items()}
        self.tables: dict[str, list[Row]] = {name: table["rows"] for name, table in content["tables"].items()}

    def reading(self) -> Reading:
        """Put the report together."""
        scope = self.content["scope"]
        period = _("%(since)s to %(until)s") % {
            "since": figures.day(scope["since"], self.language),
            "until": figures.day(scope["until"], self.language),
        }
        titles = _titles()
        sections = ((name, tuple(self._blocks(name))) for name in SECTIONS)
        return Reading(
            code=self.content["code"],
            title=self.content["title"],
            language=self.language,
            agency=self.content["agency_name"],
            place=self.names.get(scope["division"], scope["division"]),
            period=period,
            sections=tuple(Section(name, titles[name], blocks) for name, blocks in sections if blocks),
            facts=tuple(self._facts()),
        )

    def _blocks(self, section: str) -> Iterator[Block]:
        for sentence in self.content["sentences"]:
            if sentence["section"] == section:
                yield Prose(self._parts(sentence["text"][self.language], _SLOT, sentence["slots"]))
        for word in self.content["words"]:
            if word["section"] == section:
                parts = self._parts(word["text"], PLACEHOLDER, word["slots"])
                yield Prose(parts, own=True, language=word["language"])
        yield from self._tables(section)

    def _parts(self, text: str, pattern: re.Pattern[str], slots: Row) -> tuple[Part, ...]:
        parts, at = [], 0
        for found in pattern.finditer(text):
            slot = slots[found[1]]
            path = slot["path"].split("/")
            anchor = path[2] if path[1] == "tables" else ""
            parts.append(Part(text[at : found.start()]))
            shown = figures.written(slot["path"], slot["value"], self.language, self.names)
            parts.append(Part(shown, anchor or "facts"))
            at = found.end()
        parts.append(Part(text[at:]))
        return tuple(part for part in parts if part.text)

    def _tables(self, section: str) -> Iterator[Block]:
        if section == "overview":
            if self.tables["overall"]:
                yield self._rates("overall", _("Pass rates of all samples"), _("How samples were chosen"))
        elif section in self.tables and section not in ("items", "producers", "sources"):
            yield from self._groups(section)
        elif section in ("items", "producers", "sources") and self.tables[section]:
            yield {"items": self._items, "producers": self._producers, "sources": self._sources}[section]()
        if section == "sources":
            yield self._summary()

    def _groups(self, name: str) -> Iterator[Block]:
        caption, head = _group_titles()[name]
        picture = pictures.of_groups(name, self.content, self.names)
        if picture:
            # Two findings may read alike; what they speak of tells the charts apart, for the ear as well.
            yield Chart(replace(picture, title=f"{caption} · {picture.title}"))
        for design in Design:
            rows = [row for row in self.tables[name] if row["selection"] == design]
            if rows:
                of = _("%(what)s: %(population)s") % {"what": caption, "population": designs()[design]}
                yield self._rates(name, of, head, design)
        if any(row["finding"] != "few" for row in self.tables.get(f"{name}_compared", ())):
            yield self._comparison(name, head)

    def _rates(self, name: str, caption: str, head: str, design: str = "") -> Grid:
        rates = []
        for row in self.tables[name]:
            if not design or row["selection"] == design:
                label = designs()[row["selection"]] if name == "overall" else self._name(row["key"])
                rates.append({**row, "label": label})
        heads = (
            Head(head), Head(_("Samples"), True), Head(_("Conforming"), True), Head(_("Pass rate"), True),
            Head(_("%(level)s interval") % {"level": self._level()}, True),
        )  # fmt: skip
        few = any(rate["small"] for rate in rates)
        return Grid(
            anchor=f"{name}-{design}" if design and design != Design.RANDOM else name,
            caption=caption,
            heads=heads,
            rows=tuple(self._rate_cells(rate) for rate in rates),
            note=_("* Fewer samples than the report compares: a rough indication only.") if few else "",
            rates=tuple(rates),
            about=self._about(design),
        )

    def _rate_cells(self, rate: Row) -> tuple[str, ...]:
        return (
            rate["label"],
            figures.count(rate["n"]),
            figures.count(rate["conforming"]),
            figures.share(rate["estimate"]) + ("*" if rate["small"] else ""),
            figures.interval(rate["lower"], rate["upper"]),
        )

    def _about(self, design: str) -> dict[str, str]:
        source, scope = self.content["source"], self.content["scope"]
        return {
            "population": designs()[design] if design else "",
            "period": f"{scope['since']} – {scope['until']}",
            "source": self.content["agency_name"],
            "snapshot": source["snapshot"],
            "method": _("Wilson interval, level %(level)s") % {"level": self._level()},
        }

    def _level(self) -> str:
        return f"{100 * self.content['scope']['level']:.0f}%"

    def _comparison(self, name: str, head: str) -> Grid:
        words = {"lower": _("lower"), "higher": _("higher"), "open": _("no difference shown")}
        rows = []
        for row in self.tables[f"{name}_compared"]:
            if row["finding"] != "few":
                own, rest = figures.share(row["conforming"] / row["n"]), figures.share(row["rest_estimate"])
                within = figures.interval(row["lower"], row["upper"])
                others = figures.interval(row["rest_lower"], row["rest_upper"])
                cells = (self._name(row["key"]), f"{own} ({within})", f"{rest} ({others})")
                rows.append((*cells, words[row["finding"]]))
        return Grid(
            anchor=f"{name}_compared",
            caption=_("Each compared with all others: random samples"),
            heads=(
                Head(head), Head(_("Pass rate (widened interval)"), True), Head(_("All others"), True),
                Head(_("Finding")),
            ),
            rows=tuple(rows),
        )  # fmt: skip

    def _items(self) -> Grid:
        rows = (
            (
                row["product_kind"],
                row["item"],
                figures.count(row["failures"]),
                figures.count(row["elsewhere"]),
            )
            for row in self.tables["items"]
        )
        heads = (Head(_("Product kind")), Head(_("Failed item")), *self._failures())
        return Grid("items", _("Failed items, most frequent first"), heads, tuple(rows))

    def _failures(self) -> tuple[Head, Head]:
        return (
            Head(_("Failed samples, sources with all results"), True),
            Head(_("Failed samples, other sources"), True),
        )

    def _producers(self) -> Grid:
        rows = (
            (
                row["name"], row["uscc"] or figures.MISSING, figures.count(row["failures"]),
                figures.count(row["elsewhere"]),
            )
            for row in self.tables["producers"]
        )  # fmt: skip
        heads = (Head(_("Producer")), Head(_("Unified social credit code")), *self._failures())
        note = _("— where the source gives no code: the name alone does not say which enterprise is meant.")
        return Grid("producers", _("Producers in published failures"), heads, tuple(rows), note)

    def _sources(self) -> Grid:
        coverages = {
            "all_results": _("all results"),
            "failures_only": _("failures only"),
            "undeclared": _("not declared"),
        }
        rows: list[tuple[str, ...]] = [
            (
                str(row["authority"]),
                str(coverages.get(row["coverage"], row["coverage"])),
                str(designs().get(row["selection"], row["selection"])),
                figures.count(row["n"]),
                figures.count(row["nonconforming"]),
            )
            for row in self.tables["sources"]
        ]
        heads = (
            Head(_("Authority")), Head(_("Makes known")), Head(_("How samples were chosen")),
            Head(_("Results"), True), Head(_("Nonconforming"), True),
        )  # fmt: skip
        return Grid("sources", _("Sources and their results"), heads, tuple(rows))

    def _summary(self) -> Grid:
        """The counts over the other tables that sentences point at."""
        labels = _summary_labels()
        (cells,) = self.tables["summary"]
        rows = tuple((labels[name], figures.count(cells[name])) for name in labels if name in cells)
        heads = (Head(_("What was counted")), Head(_("Number"), True))
        return Grid("summary", _("Counts used in the text"), heads, rows)

    def _name(self, key: str) -> str:
        return self.names.get(key, key) or _("not stated")

    def _facts(self) -> Iterator[tuple[str, str]]:
        source = self.content["source"]
        yield _("Report"), self.content["code"]
        yield _("Digest of the content (SM3)"), self.digest
        yield _("Snapshot"), source["snapshot"]
        yield _("Digest of the snapshot (SM3)"), source["manifest"]
        yield _("Entries of the ledger"), figures.count(source["entries"])
        yield _("Rows behind the tables"), figures.count(self.content["evidence"]["rows"])
        yield _("Computed with"), f"{source['pipeline']}, {source['engine']}"
        yield _("To verify"), f"zhiheng verify report {self.content['code']}"


def designs() -> dict[str, str]:
    """How samples were chosen, in words."""
    return {
        Design.RANDOM: _("random samples"),
        Design.RISK_TARGETED: _("risk-targeted samples"),
        Design.UNDECLARED: _("samples chosen in an unstated way"),
    }


def _titles() -> dict[str, str]:
    return {
        "overview": _("Overview"),
        "kinds": _("By product kind"),
        "divisions": _("By division"),
        "quarters": _("By quarter"),
        "authorities": _("By authority"),
        "items": _("What failed"),
        "producers": _("Who is named"),
        "sources": _("Sources"),
        "method": _("How it was counted"),
        "limits": _("What these numbers do not say"),
    }


def _group_titles() -> dict[str, tuple[str, str]]:
    return {
        "kinds": (_("Pass rates by product kind"), _("Product kind")),
        "divisions": (_("Pass rates by division"), _("Division")),
        "quarters": (_("Pass rates by quarter"), _("Quarter")),
        "authorities": (_("Pass rates by authority"), _("Authority")),
    }


def _summary_labels() -> dict[str, str]:
    labels = {
        "results": _("Results in all"),
        "authorities": _("Authorities"),
        "failures_only": _("Results of sources that make only failures known"),
        "coverage_unknown": _("Results of sources that do not say what they make known"),
        "undated": _("Results without a date"),
        "failed": _("Failed samples"),
        "items_unnamed": _("Failed samples that name no item"),
        "items": _("Failed items in the table"),
        "producers": _("Producers in the table"),
    }
    groups = {
        "kinds": _("Product kinds"),
        "divisions": _("Divisions"),
        "quarters": _("Quarters"),
        "authorities": _("Authorities"),
    }
    counts = {
        "random": _("%(groups)s with random samples"),
        "small": _("%(groups)s with few random samples"),
        "compared": _("%(groups)s compared"),
        "lower": _("%(groups)s lower than the others"),
        "higher": _("%(groups)s higher than the others"),
    }
    for name, group in groups.items():
        labels |= {f"{name}_{what}": text % {"groups": group} for what, text in counts.items()}
    return labels
