"""Results in words: the cells of the sheet `spot-checks`, in the order of its headings.

Every cell is looked up in a table of texts, which is what makes a hundred thousand rows a second
possible. The verdict is the verdict of the items, so it can be checked from the row alone. This module
refuses to decide anything about a result except the measured values and the small print.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np

from zhiheng.simulation.catalogue import KINDS
from zhiheng.simulation.enterprises import Texts, texts, unified
from zhiheng.simulation.faults import FIRST_YEAR
from zhiheng.simulation.noise import Noise, Numbers, Words, below, chosen, deck
from zhiheng.simulation.places import (
    AUTHORITIES,
    COUNTIES,
    LABORATORY_LIST,
    OTHER_CITY,
    OTHER_COUNTY,
    OTHER_PROVINCE,
    OWN_PROVINCE,
)
from zhiheng.simulation.products import FAILS, MAX_ITEMS, PASSES, VARIANTS
from zhiheng.simulation.results import DAY_ZERO, MOST_YEARS, OUTSIDE, Flags, Results, World, positions
from zhiheng.simulation.trades import FORMS, SYLLABLES

NOTE: Final = "模拟数据，非真实抽查；限值为虚构"
BAD_SLOT: Final = 1
"""The item that the bad line fails: the second of its kind."""
_MODELS: Final = 8
_LOTS: Final = ("50", "90", "150", "280", "500", "1200", "3200", "10000")
_SERIALS: Final = 400
_DAYS_BEFORE: Final = 200
_DATES: Final = texts(
    [
        (DAY_ZERO + timedelta(days=day - _DAYS_BEFORE)).isoformat()
        for day in range(_DAYS_BEFORE + 366 * (MOST_YEARS + 1))
    ]
)
_RETEST: Final = deck((84, 13, 3))
_RETESTS: Final = texts(["未复检", "复检不合格", "复检合格"])
_SELECTIONS: Final = texts(["随机抽取", "风险定向", "未说明"])
_COVERAGES: Final = texts(["全部结果", "仅不合格"])
_VERDICTS: Final = texts(["合格", "不合格"])
_YES_NO: Final = texts(["否", "是"])
_KIND_NAMES: Final = texts([kind.name for kind in KINDS])
_PRODUCTS: Final = texts([kind.products[place % len(kind.products)] for kind in KINDS for place in range(6)])
_STANDARDS: Final = texts([kind.standards for kind in KINDS])
_AUTHORITY_NAMES: Final = texts([agency.name for agency in AUTHORITIES])
_LABORATORY_NAMES: Final = texts([agency.name for agency in LABORATORY_LIST])
_COUNTY_CODES: Final = texts([county.code for county in COUNTIES])
_MODEL_NAMES: Final = texts(
    [f"SL{kind:02d}-{place + 1}0" for kind in range(len(KINDS)) for place in range(_MODELS)]
)
BAD_MODEL: Final = "SL00-X7"
_BATCHES: Final = texts([f"/{serial:04d}" for serial in range(1, _SERIALS + 1)])
_NOTES: Final = texts([f"{NOTE}；批量{lot}，抽样{size}" for lot in _LOTS for size in (2, 3, 5, 8)])
_THOUSAND: Final = texts([f"{number:03d}" for number in range(1000)])
_ITEM_COUNT: Final = np.array([len(kind.items) for kind in KINDS], dtype=np.int64)


def _cells() -> Texts:
    """All ways of writing item `slot` of a kind, at (kind * MAX_ITEMS + slot) * VARIANTS."""
    cells: list[str] = []
    for kind in KINDS:
        for slot in range(MAX_ITEMS):
            if slot >= len(kind.items):
                cells += [""] * VARIANTS
                continue
            lead = "；" if slot else ""
            cells += [lead + cell for cell in kind.items[slot].cells()]
    return texts(cells)


def _failed_names() -> Texts:
    """The failing items in words, at kind * 16 + the set of failing slots as bits."""
    return texts(
        [
            "、".join(item.name for slot, item in enumerate(kind.items) if mask >> slot & 1)
            for kind in KINDS
            for mask in range(1 << MAX_ITEMS)
        ]
    )


_CELLS: Final = _cells()
_FAILED_NAMES: Final = _failed_names()


def outside_names() -> Texts:
    """Names of the producers from the other province, in the order of their numbers."""
    size = len(SYLLABLES)
    names = []
    for kind in range(len(KINDS)):
        for place in range(OUTSIDE):
            word = SYLLABLES[(kind * 7 + place) % size] + SYLLABLES[(kind + place * 11 + 5) % size]
            names.append(f"{OTHER_COUNTY.short}{word}{KINDS[kind].trade}{FORMS[place % 3].ending}")
    return texts(names)


def outside_codes() -> Texts:
    """Their unified codes, in the same order."""
    head = f"91{OTHER_COUNTY.code}"
    return texts([unified(head, f"YY{number:04d}") for number in range(len(KINDS) * OUTSIDE)])


@dataclass(frozen=True, slots=True)
class _Draw:
    """The random streams at the positions of one chunk."""

    seed: int
    places: Numbers

    def pair(self, name: str) -> tuple[Words, Words]:
        return Noise(self.seed, name).pair(self.places)


class Writer:
    """Writes the results of one world; holds the tables that depend on it."""

    def __init__(self, province: World) -> None:
        self._world = province
        self._names = outside_names()
        self._codes = outside_codes()
        self._away = OTHER_PROVINCE.name + OTHER_CITY.name + OTHER_COUNTY.name

    def columns(self, year: int, results: Results) -> list[Texts]:
        """The cells of these results of the year (0 is the first), column by column."""
        draw = _Draw(self._world.seed, positions(year, results.number))
        fake = results.failed & (below(draw.pair("counterfeit")[0], 100) < 2)
        sampled = results.sampled + _DAYS_BEFORE
        return [
            record_numbers(year, results.number),
            _constant(f"{OWN_PROVINCE.name}{FIRST_YEAR + year}年监督抽查（模拟）", results),
            _AUTHORITY_NAMES[results.authority],
            _DATES[sampled],
            _DATES[sampled + 40 + below(draw.pair("published")[0], 60)],
            _SELECTIONS[results.selection],
            _COVERAGES[results.failures_only.astype(np.int64)],
            *self._product(results, draw),
            *self._parties(results, fake, draw),
            *self._outcome(results, fake, draw),
            _constant(f"https://example.org/bulletins/{FIRST_YEAR + year}", results),
        ]

    def _product(self, results: Results, draw: _Draw) -> list[Texts]:
        """Kind, product name, brand, model, batch."""
        product, model = draw.pair("product and model")
        brand, batch = draw.pair("brand and batch")
        models: Texts = _MODEL_NAMES[results.kind * _MODELS + below(model, _MODELS)]
        models[results.bad_line] = BAD_MODEL
        return [
            _KIND_NAMES[results.kind],
            _PRODUCTS[results.kind * 6 + below(product, 6)],
            self._brands(results.producer, brand),
            models,
            _DATES[results.made + _DAYS_BEFORE] + _BATCHES[below(batch, _SERIALS)],
        ]

    def _parties(self, results: Results, fake: Flags, draw: _Draw) -> list[Texts]:
        """Sampled party and its code, place of sampling, producer, its code and its place."""
        register = self._world.enterprises
        sampled = np.where(results.seller < 0, results.producer, results.seller)
        name, code, home = self._producers(results.producer)
        # Who is counterfeited is not who made it; and some bulletins leave the code out.
        code[fake | (below(draw.pair("known")[0], 100) < 8)] = ""
        return [
            register.name(sampled),
            register.code(sampled),
            _COUNTY_CODES[results.county],
            name,
            code,
            home,
        ]

    def _outcome(self, results: Results, fake: Flags, draw: _Draw) -> list[Texts]:
        """Standards, items, verdict, failed items, retest, counterfeit, laboratory, note."""
        items, failed_names = self._items(results, draw)
        retest, note = draw.pair("retest and note")
        return [
            _STANDARDS[results.kind],
            items,
            _VERDICTS[results.failed.astype(np.int64)],
            failed_names,
            _RETESTS[np.where(results.failed, chosen(_RETEST, retest), 0)],
            _YES_NO[fake.astype(np.int64)],
            _LABORATORY_NAMES[results.laboratory],
            _NOTES[below(note, len(_NOTES))],
        ]

    def _items(self, results: Results, draw: _Draw) -> tuple[Texts, Texts]:
        """The item cells joined, and the names of the items that fail."""
        failing = _failing_slots(results, draw.pair("slots"))
        cells: Texts | None = None
        for pair in range(MAX_ITEMS // 2):
            halves = draw.pair(f"values {pair}")
            for slot, lot in enumerate(halves, start=2 * pair):
                fails = (failing >> slot & 1).astype(np.bool_)
                variant = np.where(fails, PASSES + _near(lot, FAILS), _middling(lot, PASSES))
                written = _CELLS[(results.kind * MAX_ITEMS + slot) * VARIANTS + variant]
                cells = written if cells is None else cells + written
        assert cells is not None  # noqa: S101  MAX_ITEMS is not 0
        return cells, _FAILED_NAMES[results.kind * (1 << MAX_ITEMS) + failing]

    def _producers(self, producer: Numbers) -> tuple[Texts, Texts, Texts]:
        register = self._world.enterprises
        away = producer >= len(register)
        rows = np.where(away, 0, producer)
        name, code, home = register.name(rows), register.code(rows), register.place(rows)
        outside = producer[away] - len(register)
        name[away] = self._names[outside]
        # Every second producer from elsewhere is known by name only.
        code[away] = np.where(outside % 2 == 0, self._codes[outside], "")
        home[away] = self._away
        return name, code, home

    def _brands(self, producer: Numbers, lot: Words) -> Texts:
        register = self._world.enterprises
        away = producer >= len(register)
        brand = register.trade_name(np.where(away, 0, producer))
        short = len(OTHER_COUNTY.short)
        brand[away] = [name[short : short + 2] for name in self._names[producer[away] - len(register)]]
        brand[below(lot, 100) < 20] = "/"
        return brand


def record_numbers(year: int, numbers: Numbers) -> Texts:
    """Record numbers: year and running number."""
    head: Texts = texts(
        [f"SL{FIRST_YEAR + year}-{thousand:04d}" for thousand in range(int(numbers[-1]) // 1000 + 1)]
    )
    written: Texts = head[numbers // 1000] + _THOUSAND[numbers % 1000]
    return written


def _failing_slots(results: Results, lots: tuple[Words, Words]) -> Numbers:
    """Which items fail, as bits: one, at times two, of a failed result; the bad line gets too hot."""
    count = _ITEM_COUNT[results.kind]
    first = np.where(results.bad_line, BAD_SLOT, below(lots[0], count))
    share = below(lots[1], 100 * 64)
    second = (first + 1 + share % (count - 1)) % count
    failing = (1 << first) | np.where(share // 64 < 15, 1 << second, 0)
    return np.where(results.failed, failing, 0)


def _middling(lot: Words, bound: int) -> Numbers:
    """Middle values common, extremes rare: the mean of two uniforms out of one word."""
    mean = (lot >> np.uint64(16)) + (lot & np.uint64(0xFFFF))
    return ((mean * np.uint64(bound)) >> np.uint64(17)).astype(np.int64)


def _near(lot: Words, bound: int) -> Numbers:
    """Small excess common, large rare: the product of two uniforms out of one word."""
    product = (lot >> np.uint64(16)) * (lot & np.uint64(0xFFFF))
    return below(product, bound)


def _constant(value: str, results: Results) -> Texts:
    column = np.empty(len(results.number), dtype=object)
    column[:] = value
    return column
