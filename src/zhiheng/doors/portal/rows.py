"""A result as a row of a list: what is shown of it, with its badge and the name of its place.

This module refuses to choose: it is handed rows that the public may see.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from zhiheng.domains.supervision.models import Result
from zhiheng.doors.portal.places import place_names
from zhiheng.doors.portal.words import state_of
from zhiheng.foundation.registry.selectors import usccs_known


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One line of a list of results."""

    key: str
    record: str
    product: str
    kind: str
    brand: str
    producer: str
    producer_uscc: str
    authority: str
    place: str
    sampled_on: date | None
    published_on: date | None
    state: str
    failed: str
    nonconforming: bool
    counterfeit: bool


def result_rows(results: Iterable[Result]) -> list[ResultRow]:
    """The rows of a page; one query for all places, and one for which producers have a page to lead to."""
    shown = list(results)
    places = place_names(result.division for result in shown)
    known = usccs_known({result.producer_uscc for result in shown if result.producer_uscc})
    return [
        ResultRow(
            key=result.key,
            record=result.record,
            product=result.product_name,
            kind=result.product_kind,
            brand=result.brand,
            producer=result.producer_name,
            producer_uscc=result.producer_uscc if result.producer_uscc in known else "",
            authority=result.authority,
            place=places.get(result.division, ""),
            sampled_on=result.sampled_on,
            published_on=result.published_on,
            state=state_of(result.verdict, result.retest),
            failed="、".join(result.failed_names),
            nonconforming=result.conclusion == Result.Verdict.NONCONFORMING,
            counterfeit=bool(result.counterfeit),
        )
        for result in shown
    ]
