"""Recorded results of spot checks, narrowed by the same filters as the pages."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from ninja import Query, Router, Schema
from pydantic import Field

from zhiheng.domains.supervision.models import Result
from zhiheng.domains.supervision.selectors import TEXT_LENGTH, Filters, result_detail, results
from zhiheng.doors.api.asking import Asked
from zhiheng.doors.api.paging import LIMIT, Cursor, Limit, Page, page
from zhiheng.foundation.ledger.models import Book, split_id

router = Router(tags=["results"])


class PartyOut(Schema):
    """An enterprise as the source names it; `uscc` is empty while nobody knows which one is meant."""

    name: str
    uscc: str
    place: str = ""


class ItemOut(Schema):
    """A tested item; values stay text, as the laboratory wrote them."""

    name: str = Field(examples=["泄漏电流"])
    value: str = ""
    unit: str = ""
    limit: str = ""
    verdict: str = ""
    method: str = ""


class ResultOut(Schema):
    """One sample and its verdict. `conclusion` is the verdict after the retest."""

    key: str
    record: str = Field(examples=["2026-0815"])
    source: str
    authority: str = Field(examples=["青岛市市场监督管理局"])
    sampled_on: date | None
    published_on: date | None
    selection: str = Field(examples=["random"])
    coverage: str = Field(examples=["all_results"])
    place: str = Field(description="Division code of the place of sampling.")
    product_kind: str = Field(examples=["电热毯"])
    product_name: str
    brand: str
    model: str
    batch: str
    producer: PartyOut
    seller: PartyOut
    laboratory: str
    verdict: str = Field(examples=["nonconforming"])
    retest: str
    conclusion: str = Field(examples=["nonconforming"])
    failed_items: list[str]
    counterfeit: bool | None
    entry: str = Field(description="The ledger entry that holds now.", examples=["MSA-370200-4711"])


class ResultDetail(ResultOut):
    """A result with all tested items."""

    standards: list[str]
    items: list[ItemOut]
    note: str
    source_url: str


class ResultFilters(Schema):
    """What a list is narrowed to; what is empty narrows nothing."""

    text: Annotated[str, Field(max_length=TEXT_LENGTH, description="Words in product, party or record.")] = ""
    verdict: Literal["", "conforming", "nonconforming"] = ""
    selection: Literal["", "random", "risk_targeted", "undeclared"] = ""
    coverage: Literal["", "all_results", "failures_only", "undeclared"] = ""
    retest: Literal["", "none", "confirmed", "overturned"] = ""
    kind: Annotated[str, Field(max_length=80, description="Product kind.")] = ""
    authority: Annotated[str, Field(max_length=120)] = ""
    place: Annotated[str, Field(max_length=6, description="Division code; all below is meant.")] = ""
    producer: Annotated[str, Field(max_length=18, description="The producer's unified code.")] = ""
    since: date | None = None
    until: date | None = None
    unresolved: Annotated[bool, Field(description="Only where a party is unresolved.")] = False

    def filters(self) -> Filters:
        """The filters as the selector takes them."""
        return Filters(
            verdict=self.verdict,
            selection=self.selection,
            coverage=self.coverage,
            retest=self.retest,
            product_kind=self.kind,
            authority=self.authority,
            division=self.place,
            producer=self.producer.upper(),
            since=self.since,
            until=self.until,
            unresolved=self.unresolved,
            text=self.text,
        )


@router.get("", response=Page[ResultOut], summary="List results")
def result_list(
    request: Asked, filters: Query[ResultFilters], cursor: Cursor = "", limit: Limit = LIMIT
) -> Any:
    """The results that the actor may see, newest first; the public sees what is published."""
    rows = results(request.actor, request.today, filters.filters())
    return page(rows, ("-dated_on", "-id"), cursor, limit, _shape)


@router.get("/{key}", response=ResultDetail, summary="One result")
def result(request: Asked, key: str) -> Any:
    """A result with every tested item."""
    row = result_detail(request.actor, key[:64], request.today)
    (shown,) = _shape([row])
    items = [
        {name: getattr(item, name) for name in ("name", "value", "unit", "limit", "verdict", "method")}
        for item in row.tested_items
    ]
    return {
        **shown,
        "standards": row.standards,
        "items": items,
        "note": row.note,
        "source_url": row.source_url,
    }


_SAME = (
    "key", "record", "source", "authority", "sampled_on", "published_on", "selection", "coverage",
    "product_kind", "product_name", "brand", "model", "batch", "laboratory", "verdict", "retest",
    "conclusion", "counterfeit",
)  # fmt: skip


def _shape(rows: list[Result]) -> list[dict[str, Any]]:
    """The rows of a page; one query for the names of their books."""
    books = Book.objects.in_bulk({split_id(row.entry)[0] for row in rows})
    return [_row(row, books) for row in rows]


def _row(row: Result, books: dict[int, Book]) -> dict[str, Any]:
    book, number = split_id(row.entry)
    return {
        **{name: getattr(row, name) for name in _SAME},
        "place": row.division,
        "producer": {"name": row.producer_name, "uscc": row.producer_uscc, "place": row.producer_place},
        "seller": {"name": row.seller_name, "uscc": row.seller_uscc},
        "failed_items": list(row.failed_names),
        "entry": f"{books[book].key}-{number}",
    }
