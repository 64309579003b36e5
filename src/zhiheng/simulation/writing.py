"""Results in words: the cells of the sheet `spot-checks`, in the order of its headings.

Every cell is looked up in a table of texts, which is what makes a hundred thousand rows a second
possible. The verdict is the verdict of the items, so it can be checked from the row alone. This module
refuses to decide anything about a result except the measured values and the small print.
"""

from __future__ import annotations

from datetime import date, timedelta
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
from zhiheng.simulation.results import OUTSIDE, Results, World, positions
from zhiheng.simulation.trades import FORMS, SYLLABLES

NOTE: Final = "模拟数据，非真实抽查；限值为虚构"
MOST_YEARS: Final = 10
BAD_SLOT: Final = 1
"""The item that the bad line fails: the second of its kind."""
_MODELS: Final = 8
_LOTS: Final = ("50", "90", "150", "280", "500", "1200", "3200", "10000")
_SERIALS: Final = 400
_DAYS_BEFORE: Final = 400
_DATES: Final = texts(
    [
        (date(FIRST_YEAR, 1, 1) + timedelta(days=day - _DAYS_BEFORE)).isoformat()
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
_MONTH_STARTS: Final[Numbers] = np.array(
    [
        (date(FIRST_YEAR + month // 12, month % 12 + 1, 1) - date(FIRST_YEAR, 1, 1)).days + _DAYS_BEFORE
        for month in range(12 * MOST_YEARS)
    ],
    dtype=np.int64,
)
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


class Writer:
    """Writes the results of one world; holds the tables that depend on it."""

    def __init__(self, province: World) -> None:
        self._world = province
        self._names = outside_names()
        self._codes = outside_codes()
        self._away = OTHER_PROVINCE.name + OTHER_CITY.name + OTHER_COUNTY.name

    def columns(self, year: int, results: Results) -> list[Texts]:
        """The cells of these results of the year (0 is the first), column by column."""
        place = positions(year, results.number)

        def pair(name: str) -> tuple[Words, Words]:
            return Noise(self._world.seed, name).pair(place)

        brand_lot, fake_lot = pair("brand and counterfeit")
        batch_lot, note_lot = pair("batch and note")
        product_lot, model_lot = pair("product and model")
        known_lot, retest_lot = pair("known and retest")
        items, failed_names = self._items(results, place)
        fake = results.failed & (below(fake_lot, 100) < 2)
        name, code, home = self._producers(results.producer)
        code[fake | (below(known_lot, 100) < 8)] = ""
        sampled, sampled_code = self._sellers(results)
        sampled_day, published_day = _days(results.month, pair("days"))
        retest = np.where(results.failed, chosen(_RETEST, retest_lot), 0)
        return [
            record_numbers(year, results.number),
            _constant(f"{OWN_PROVINCE.name}{FIRST_YEAR + year}年监督抽查（模拟）", results),
            _AUTHORITY_NAMES[results.authority],
            _DATES[sampled_day],
            _DATES[published_day],
            _SELECTIONS[results.selection],
            _COVERAGES[results.failures_only.astype(np.int64)],
            _KIND_NAMES[results.kind],
            _PRODUCTS[results.kind * 6 + below(product_lot, 6)],
            self._brands(results.producer, brand_lot),
            self._models(results, model_lot),
            _DATES[sampled_day - results.age] + _BATCHES[below(batch_lot, _SERIALS)],
            sampled,
            sampled_code,
            _COUNTY_CODES[results.county],
            name,
            code,
            home,
            _STANDARDS[results.kind],
            items,
            _VERDICTS[results.failed.astype(np.int64)],
            failed_names,
            _RETESTS[retest],
            _YES_NO[fake.astype(np.int64)],
            _LABORATORY_NAMES[results.laboratory],
            _NOTES[below(note_lot, len(_NOTES))],
            _constant(f"https://example.org/bulletins/{FIRST_YEAR + year}", results),
        ]

    def _items(self, results: Results, place: Numbers) -> tuple[Texts, Texts]:
        """The item cells joined, and the names of those that fail."""
        failing = _failing_slots(results, Noise(self._world.seed, "slots").words(place))
        cells: Texts | None = None
        for pair in range(MAX_ITEMS // 2):
            halves = Noise(self._world.seed, f"values {pair}").pair(place)
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

    def _sellers(self, results: Results) -> tuple[Texts, Texts]:
        register = self._world.enterprises
        rows = np.where(results.seller < 0, results.producer, results.seller)
        return register.name(rows), register.code(rows)

    def _brands(self, producer: Numbers, lot: Words) -> Texts:
        register = self._world.enterprises
        away = producer >= len(register)
        brand = register.trade_name(np.where(away, 0, producer))
        short = len(OTHER_COUNTY.short)
        brand[away] = [name[short : short + 2] for name in self._names[producer[away] - len(register)]]
        brand[below(lot, 100) < 20] = "/"
        return brand

    def _models(self, results: Results, lot: Words) -> Texts:
        model: Texts = _MODEL_NAMES[results.kind * _MODELS + below(lot, _MODELS)]
        model[results.bad_line] = BAD_MODEL
        return model


def record_numbers(year: int, numbers: Numbers) -> Texts:
    """Record numbers: year and running number."""
    head: Texts = texts(
        [f"SL{FIRST_YEAR + year}-{thousand:04d}" for thousand in range(int(numbers[-1]) // 1000 + 1)]
    )
    written: Texts = head[numbers // 1000] + _THOUSAND[numbers % 1000]
    return written


def _failing_slots(results: Results, words: Words) -> Numbers:
    """Which items fail, as bits: one, at times two, of a failed result; the bad line gets too hot."""
    count = _ITEM_COUNT[results.kind]
    high, low = words >> np.uint64(32), words & np.uint64(0xFFFFFFFF)
    first = np.where(results.bad_line, BAD_SLOT, below(high, count))
    share = below(low, 100 * 64)
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


def _days(month: Numbers, lots: tuple[Words, Words]) -> tuple[Numbers, Numbers]:
    """Positions in the table of dates of sampling and of publication."""
    sampled = _MONTH_STARTS[month] + below(lots[0], 28)
    return sampled, sampled + 40 + below(lots[1], 60)


def _constant(value: str, results: Results) -> Texts:
    column = np.empty(len(results.number), dtype=object)
    column[:] = value
    return column
