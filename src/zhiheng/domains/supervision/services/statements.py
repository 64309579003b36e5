"""One statement in its shapes: the values of a sheet's row, the fact, the row of the table, the cells.

Pure functions; every way in and out (import, correction, export) goes through them, so that none
can drop a column. This module refuses to look anything up: what is known of places, laboratories
and parties is handed in.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import repeat
from operator import attrgetter
from typing import Any, Final, cast

from zhiheng.domains.supervision import sheets
from zhiheng.domains.supervision.items import VERDICTS, write_items
from zhiheng.domains.supervision.models import KEY_LENGTH, Result
from zhiheng.foundation.ledger.facts.base import names, text_of
from zhiheng.foundation.ledger.facts.spot_check import Item, Party, SpotCheckResult
from zhiheng.kernel.chain import canonical, hasher

Values = Mapping[str, object]
TableRow = tuple[object, ...]

TABLE: Final = "supervision_result"
FIELDS: Final = (
    "key", "record", "source", "authority", "authority_code", "sampled_on", "published_on", "dated_on",
    "selection", "coverage", "division", "product_kind", "product_name", "brand", "model", "batch",
    "producer_uscc", "producer_name", "producer_place", "producer_party", "seller_uscc", "seller_name",
    "seller_party", "laboratory", "laboratory_code", "verdict", "retest", "counterfeit", "note", "source_url",
    "standards", "failed_items", "items",
)  # fmt: skip
"""The fields that follow from a row, those in JSON last."""
TABLE_COLUMNS: Final = ", ".join((*FIELDS, "stated", "entry", "entry_division", "agency"))
_FIRST_JSON: Final = FIELDS.index("standards")
_DIGEST: Final = hasher()
_ITEM: Final = attrgetter(*names(Item))
_ENCODE: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Known:
    """What was looked up for the texts of a chunk."""

    authorities: Mapping[str, str]
    laboratories: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Named:
    """A party of a result as the source names it, with the code that is known.

    `party` is the key of the name where the source states no code: the code, if there is one, was
    found by the name, and a person may say otherwise.
    """

    name: str = ""
    uscc: str = ""
    place: str = ""
    party: str = ""

    def stated(self) -> Party | None:
        """As the fact states it."""
        return Party(self.name, self.uscc, self.place) if self.name else None


def source_of(values: Values) -> str:
    """Record numbers are unique within a source; where none is named, within the authority."""
    return cast(str, values.get("source") or values["authority"])


@lru_cache(maxsize=256)
def _source_part(source: str) -> bytes:
    return canonical(source).encode()


def result_key(source: str, record: str) -> str:
    """The key of a result: 128 bits of the SM3 digest of source and record number."""
    return _DIGEST(_source_part(source) + b"\n" + record.encode()).hex()[:KEY_LENGTH]


_LISTS: Final = ("standards", "failed_items")
_PLAIN: Final = tuple(name for name in sheets.COLUMNS if name not in {*_LISTS, "items"})


def stated_digest(values: Values) -> str:
    """The digest of what a source stated, before anybody looked anything up.

    Control characters separate the parts; the sheet lets none into a cell.
    """
    get = cast(Mapping[str, Any], values).get
    parts = [*map(str, map(get, _PLAIN, repeat(""))), *map("\x1e".join, map(get, _LISTS, repeat(())))]
    parts += map("\x1e".join, map(_ITEM, get("items", ())))
    return _DIGEST("\x1f".join(parts).encode()).hex()


def dated_on(values: Values) -> date:
    """The day of sampling, else of publication: one of them is there, the sheet has checked it."""
    return cast(date, values.get("sampled_on") or values["published_on"])


def fact_of(values: Values, key: str, known: Known, producer: Named, seller: Named) -> SpotCheckResult:
    """The fact that a row states."""
    get = cast(Mapping[str, Any], values).get
    authority, laboratory = get("authority", ""), get("laboratory", "")
    return SpotCheckResult(
        record=get("record", ""),
        source=source_of(values),
        authority=authority,
        product_kind=get("product_kind", ""),
        product_name=get("product_name", ""),
        verdict=get("verdict", ""),
        selection=get("selection", sheets.UNDECLARED),
        coverage=get("coverage", sheets.UNDECLARED),
        sampled_on=get("sampled_on"),
        published_on=get("published_on"),
        producer=producer.stated(),
        seller=seller.stated(),
        brand=get("brand", ""),
        model=get("model", ""),
        batch=get("batch", ""),
        standards=get("standards", ()),
        laboratory=laboratory,
        laboratory_code=known.laboratories.get(laboratory, ""),
        items=get("items", ()),
        failed_items=get("failed_items", ()),
        retest=get("retest", ""),
        counterfeit=get("counterfeit"),
        note=get("note", ""),
        source_url=get("source_url", ""),
        key=key,
    )


def columns_of(
    fact: SpotCheckResult, values: Values, known: Known, producer: Named, seller: Named
) -> tuple[object, ...]:
    """The values of `FIELDS`, the items as the fact has them.

    A tuple, since an import makes them by the hundred thousand.
    """
    return (
        fact.key,
        fact.record,
        fact.source,
        fact.authority,
        known.authorities.get(fact.authority, ""),
        fact.sampled_on,
        fact.published_on,
        fact.sampled_on or fact.published_on,
        fact.selection,
        fact.coverage,
        values.get("division", ""),
        fact.product_kind,
        fact.product_name,
        fact.brand,
        fact.model,
        fact.batch,
        producer.uscc,
        producer.name,
        producer.place,
        producer.party,
        seller.uscc,
        seller.name,
        seller.party,
        fact.laboratory,
        fact.laboratory_code,
        fact.verdict,
        fact.retest,
        fact.counterfeit,
        fact.note,
        fact.source_url,
        list(fact.standards),
        list(fact.failed_items),
        fact.items,
    )


def fact_of_result(result: Result, reason: str) -> SpotCheckResult:
    """The fact that the result states now, for an entry that corrects the last one."""
    producer = Named(result.producer_name, result.producer_uscc, result.producer_place)
    seller = Named(result.seller_name, result.seller_uscc)
    return SpotCheckResult(
        record=result.record,
        source=result.source,
        authority=result.authority,
        product_kind=result.product_kind,
        product_name=result.product_name,
        verdict=result.verdict,
        selection=result.selection,
        coverage=result.coverage,
        sampled_on=result.sampled_on,
        published_on=result.published_on,
        producer=producer.stated(),
        seller=seller.stated(),
        brand=result.brand,
        model=result.model,
        batch=result.batch,
        standards=tuple(result.standards),
        laboratory=result.laboratory,
        laboratory_code=result.laboratory_code,
        items=result.tested_items,
        failed_items=tuple(result.failed_items),
        retest=result.retest,
        counterfeit=result.counterfeit,
        note=result.note,
        source_url=result.source_url,
        key=result.key,
        reason=reason,
    )


def table_row(columns: tuple[object, ...], stated: str, entry: int, recorder: tuple[str, str]) -> TableRow:
    """The columns as the bulk loader writes them, in the order of `TABLE_COLUMNS`."""
    standards, failed_items, items = columns[_FIRST_JSON:]
    return (
        *columns[:_FIRST_JSON],
        _texts_json(*cast("list[str]", standards)),
        _texts_json(*cast("list[str]", failed_items)),
        text_of(items),
        stated,
        entry,
        *recorder,
    )


@lru_cache(maxsize=4096)  # products of one kind are tested by the same standards
def _texts_json(*texts: str) -> str:
    return _ENCODE(texts)


# ---- and back: what a result says, in the cells of the sheet -------------------------------------


def _word(words: Mapping[str, tuple[str, ...]], code: str) -> str:
    return words[code][0] if code else ""


def cells_of(result: Result) -> dict[str, str]:
    """The result as cells of the sheet: what is exported, and what a correction is laid over."""
    return {
        "record": result.record,
        "source": result.source,
        "authority": result.authority,
        "sampled_on": str(result.sampled_on or ""),
        "published_on": str(result.published_on or ""),
        "selection": _word(sheets.SELECTIONS, result.selection),
        "coverage": _word(sheets.COVERAGES, result.coverage),
        "product_kind": result.product_kind,
        "product_name": result.product_name,
        "brand": result.brand,
        "model": result.model,
        "batch": result.batch,
        "seller": result.seller_name,
        "seller_uscc": result.seller_uscc,
        "division": result.division,
        "producer": result.producer_name,
        "producer_uscc": result.producer_uscc,
        "producer_place": result.producer_place,
        "standards": "；".join(result.standards),
        "items": write_items(result.tested_items),
        "verdict": _word(VERDICTS, result.verdict),
        "failed_items": "；".join(result.failed_items),
        "retest": _word(sheets.RETESTS, result.retest),
        "counterfeit": ""
        if result.counterfeit is None
        else sheets.YES_NO["yes" if result.counterfeit else "no"][0],
        "laboratory": result.laboratory,
        "note": result.note,
        "source_url": result.source_url,
    }
