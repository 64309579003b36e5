"""The content of a report: one document from which page, PDF, package and verification are made.

It holds the scope, the tables, the sentences in both languages with the pointer and value of every
number, the author's words and the sources. What is published is this document's canonical text, and
its digest stands in the ledger. This module refuses to read the database.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast

from django.utils import translation
from django.utils.translation import gettext

from zhiheng.analytics.pipelines.public_rows import Level, public_rows
from zhiheng.domains.indicators import pointers
from zhiheng.domains.indicators.scope import Scope, scope_of
from zhiheng.domains.indicators.sentences import Said, compose
from zhiheng.domains.indicators.tables import Cells, Table, Tables, compute
from zhiheng.domains.indicators.wording import TEXT
from zhiheng.domains.indicators.words import Language, Paragraph, require_paragraphs
from zhiheng.foundation.ledger.snapshots import Snapshot
from zhiheng.kernel.chain import Json, canonical, hasher

FORMAT: Final = "zhiheng-report/1"
PIPELINE: Final = "quality_report/1"
LANGUAGES: Final[tuple[Language, ...]] = ("zh-hans", "en")
Labels = dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Masthead:
    """What stands above the text and is not counted: title, who speaks, and the names of places."""

    code: str
    title: str
    agency: str
    agency_name: str
    labels: Labels


def document(
    snapshot: Snapshot, scope: Scope, masthead: Masthead, paragraphs: Sequence[Paragraph]
) -> dict[str, Json]:
    """Compute a report from a snapshot."""
    computed = compute(snapshot, scope)
    evidence = public_rows(snapshot, scope.extent, level=rows_level(scope), published_by=scope.published_by)
    whole: dict[str, Json] = {
        "format": FORMAT,
        "code": masthead.code,
        "title": masthead.title,
        "agency": masthead.agency,
        "agency_name": masthead.agency_name,
        "scope": scope.parameters(),
        "source": {
            "snapshot": snapshot.name,
            "manifest": snapshot.digest,
            "checkpoint": snapshot.checkpoint,
            "at": snapshot.at,
            "entries": snapshot.entries,
            "root": snapshot.root,
            "pipeline": PIPELINE,
            "engine": computed.engine,
        },
        "evidence": {"rows": len(evidence.rows), "digest": evidence.digest},
        "labels": cast(dict[str, Json], masthead.labels),
        "tables": {name: table.to_json() for name, table in computed.tables.items()},
    }
    whole["sentences"] = [_sentence(said, whole) for said in compose(scope, computed.tables)]
    return with_words(whole, paragraphs)


def with_words(content: dict[str, Json], paragraphs: Sequence[Paragraph]) -> dict[str, Json]:
    """The same report with these paragraphs of its author's."""
    found = require_paragraphs(paragraphs, tables_of(content))
    words = [
        {
            "section": paragraph.section,
            "language": paragraph.language,
            "text": paragraph.text,
            "slots": _slots(slots, content),
        }
        for paragraph, slots in zip(paragraphs, found, strict=True)
    ]
    return {**content, "words": cast(Json, words)}


def rows_level(scope: Scope) -> Level:
    """The level to which places are told in the public rows: that of the report's table of divisions."""
    return scope.below or "county"


def _sentence(said: Said, whole: dict[str, Json]) -> Json:
    text: dict[str, Json] = {}
    for language in LANGUAGES:
        with translation.override(language):
            text[language] = gettext(TEXT[said.code])
    return {"section": said.section, "code": said.code, "text": text, "slots": _slots(said.slots, whole)}


def _slots(found: dict[str, str], whole: dict[str, Json]) -> dict[str, Json]:
    return {name: {"path": path, "value": pointers.cell(whole, path)} for name, path in found.items()}


def text_of(content: dict[str, Json]) -> str:
    """The one text form of a content: what is stored, digested and put into packages."""
    return canonical(content)


def digest_of(text: str) -> str:
    """The digest of that text."""
    return hasher()(text.encode()).hex()


def parse(text: str) -> dict[str, Json]:
    """The content of a stored text."""
    content: dict[str, Json] = json.loads(text)
    return content


def scope_in(content: dict[str, Json]) -> Scope:
    """The scope of a content."""
    return scope_of(cast(dict[str, Json], content["scope"]))


def tables_of(content: dict[str, Json]) -> Tables:
    """The tables of a content, as they stand in it."""
    stored = cast(dict[str, dict[str, Json]], content["tables"])
    return {
        name: Table(
            pipeline=str(table["pipeline"]),
            version=int(cast(int, table["version"])),
            parameters=cast(Cells, table["parameters"]),
            rows=tuple(cast(list[Cells], table["rows"])),
        )
        for name, table in stored.items()
    }


def paragraphs_of(content: dict[str, Json]) -> tuple[Paragraph, ...]:
    """The author's paragraphs, as they were typed."""
    words = cast(list[dict[str, str]], content.get("words", []))
    return tuple(Paragraph(word["section"], cast(Language, word["language"]), word["text"]) for word in words)
