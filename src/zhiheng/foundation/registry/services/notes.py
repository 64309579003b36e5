"""Keeping parties, products, models and batches in step with results that another act records.

Not acts themselves: the result's own entry in the ledger says all that stands here. Each refuses to
run outside an act, and takes a fixed number of statements however many results it is told of.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection

from zhiheng.foundation.ledger.acts import current
from zhiheng.foundation.registry.bulk import upsert
from zhiheng.foundation.registry.names import name_key

_PARTY: Final = {"name": "text", "name_key": "text", "first_seen": "timestamptz", "results": "int",
                 "resolved_by": "text"}  # fmt: skip
# A name that a person resolved and that still comes in unresolved is borne by several: it is open again.
_ON_PARTY: Final = (
    "(name_key) DO UPDATE SET results = registry_unresolvedparty.results + excluded.results, "
    "resolved_to = NULL, resolved_at = NULL, resolved_by = ''"
)
_PRODUCT: Final = {"key": "text", "maker": "text", "producer": "text", "name": "text", "kind": "text",
                   "brand": "text", "first_seen": "timestamptz"}  # fmt: skip
_MODEL: Final = {"key": "text", "product_id": "text", "text": "text"}
_BATCH: Final = {"key": "text", "product_id": "text", "model_id": "text", "text": "text"}
_LEAVE: Final = "(key) DO NOTHING"


def party_note(*, names: Iterable[str], at: datetime) -> int:
    """Note names that no enterprise could be found for, once for each result; answers how many differ."""
    current()
    counts: Counter[str] = Counter()
    first: dict[str, str] = {}
    for name in names:
        key = name_key(name)
        if key:
            counts[key] += 1
            first.setdefault(key, name)
    # In the order of the keys, so that two writers never wait for each other crosswise.
    rows = [(first[key], key, at, counts[key], "") for key in sorted(counts)]
    upsert(connection, "registry_unresolvedparty", _PARTY, rows, _ON_PARTY)
    return len(rows)


@dataclass(frozen=True, slots=True)
class ProductSeen:
    """A product as a result describes it. `producer` is a code that is in the registry, or empty."""

    name: str
    kind: str = ""
    brand: str = ""
    producer: str = ""
    producer_name: str = ""
    model: str = ""
    batch: str = ""


@dataclass(frozen=True, slots=True)
class ProductKeys:
    """The keys of a product and of its model and batch; empty where the result names none."""

    product: str
    model: str = ""
    batch: str = ""


def _key(*parts: str) -> str:
    """The same parts give the same key on every machine; 128 bits, so two things never share one."""
    return hashlib.sha256("\x00".join(map(name_key, parts)).encode()).hexdigest()[:32]


def keys_of(seen: ProductSeen) -> ProductKeys:
    """The keys under which a product, its model and its batch are stored."""
    product = _key("product", seen.producer or f"~{seen.producer_name}", seen.name, seen.brand)
    model = _key("model", product, seen.model) if name_key(seen.model) else ""
    batch = _key("batch", product, model, seen.batch) if name_key(seen.batch) else ""
    return ProductKeys(product, model, batch)


def products_note(*, products: Sequence[ProductSeen], at: datetime) -> list[ProductKeys]:
    """Enter products, models and batches that are not known yet; answers the keys of each, in order."""
    current()
    found = [keys_of(seen) for seen in products]
    rows: dict[str, tuple[object, ...]] = {}
    models: dict[str, tuple[object, ...]] = {}
    batches: dict[str, tuple[object, ...]] = {}
    for seen, keys in zip(products, found, strict=True):
        maker = seen.producer or name_key(seen.producer_name)
        rows.setdefault(
            keys.product,
            (keys.product, maker, seen.producer or None, seen.name, seen.kind, seen.brand, at),
        )
        if keys.model:
            models.setdefault(keys.model, (keys.model, keys.product, seen.model))
        if keys.batch:
            batches.setdefault(keys.batch, (keys.batch, keys.product, keys.model or None, seen.batch))
    for table, columns, fresh in (
        ("registry_product", _PRODUCT, rows),
        ("registry_productmodel", _MODEL, models),
        ("registry_batch", _BATCH, batches),
    ):
        upsert(connection, table, columns, [fresh[key] for key in sorted(fresh)], _LEAVE)
    return found
