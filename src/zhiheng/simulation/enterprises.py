"""The enterprises: whole-number columns for all of them, texts for any few of them.

A province of a million enterprises is kept as six small integer columns and one of codes; names and
addresses are written only for the rows asked for, so memory stays bounded. Enterprises stand county by
county, so the sellers of a county are neighbours. This module refuses to write files.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from zhiheng.kernel.codes import orgcode, uscc
from zhiheng.simulation.catalogue import KINDS
from zhiheng.simulation.noise import Noise, Numbers, below, chosen, deck
from zhiheng.simulation.places import CITIES, CITY_OF_COUNTY, COUNTIES, OWN_PROVINCE
from zhiheng.simulation.trades import (
    ACTIVE,
    CAPITAL,
    COOPERATIVE,
    COOPERATIVE_TRADE,
    FIRST_OTHER,
    FIRST_SELLER,
    FORMS,
    HOUSEHOLD,
    MAKER_FORMS,
    OTHERS,
    ROADS,
    SELLER_FORMS,
    SELLERS,
    STATUSES,
    SYLLABLES,
    TRADES,
)

# Cells of text: numpy has no type of its own for columns of Python strings.
Texts = NDArray[Any]
LEAST: Final = 3
"""Enterprises of the smallest county: two sellers and a maker, so that every county can be sampled."""
_DAYS: Final = 10_000
_FIRST_DAY: Final = date(1995, 1, 1)
_STATUS_DECK: Final = deck((92, 5, 2, 1))
_TRADE_DECK: Final = deck((45, 43, 12))
_BASE: Final = len(uscc.ALPHABET)
_BODY: Final = 6


def texts(values: list[str] | tuple[str, ...]) -> Texts:
    """A table of texts to look up in."""
    return np.array(values, dtype=object)


_COUNTY_CODES: Final = texts([county.code for county in COUNTIES])
_COUNTY_SHORT: Final = texts([county.short for county in COUNTIES])
_PLACES: Final = texts(
    [
        OWN_PROVINCE.name + CITIES[city].name + county.name
        for county, city in zip(COUNTIES, CITY_OF_COUNTY, strict=True)
    ]
)
_TRADE_WORDS: Final = texts([trade.word for trade in TRADES])
_ENDINGS: Final = texts([form.ending for form in FORMS])
_DATES: Final = texts([(_FIRST_DAY + timedelta(days=day)).isoformat() for day in range(_DAYS)])
_NUMBERS: Final = texts([f"{number}号" for number in range(1, 400)])
_INDUSTRIES: Final = texts([trade.industry for trade in TRADES])
_SCOPES: Final = texts([trade.scope for trade in TRADES])
_TYPES: Final = texts([form.type for form in FORMS])
_CAPITAL: Final = texts(CAPITAL)
_STATUSES: Final = texts(STATUSES)


@dataclass(frozen=True, slots=True)
class Enterprises:
    """All enterprises: position → county, place in the county, trade, form, status, code."""

    seed: int
    starts: Numbers
    county: NDArray[np.int16]
    trade: NDArray[np.int16]
    form: NDArray[np.int8]
    status: NDArray[np.int8]
    codes: NDArray[np.bytes_]

    def __len__(self) -> int:
        return len(self.county)

    def code(self, rows: Numbers) -> Texts:
        """The unified codes of these rows."""
        return self.codes[rows].astype("U18").astype(object)

    def trade_name(self, rows: Numbers) -> Texts:
        """The trade word of these rows: unique in its county."""
        local = rows - self.starts[self.county[rows]]
        size = len(SYLLABLES)
        pairs = size * size
        # A permutation of the pairs, shifted by county so that neighbours do not share a list.
        mixed = ((local % pairs) * 929 + self.county[rows].astype(np.int64) * 613) % pairs
        word: Texts = SYLLABLES[mixed // size] + SYLLABLES[mixed % size]
        third = local // pairs
        longer = third > 0
        if longer.any():
            word[longer] = word[longer] + SYLLABLES[(third[longer] - 1) % size]
        return word

    def name(self, rows: Numbers) -> Texts:
        """The full names of these rows."""
        place: Texts = _COUNTY_SHORT[self.county[rows]] + self.trade_name(rows)
        named: Texts = place + _TRADE_WORDS[self.trade[rows]] + _ENDINGS[self.form[rows]]
        return named

    def place(self, rows: Numbers) -> Texts:
        """Province, city and county of these rows, in words."""
        found: Texts = _PLACES[self.county[rows]]
        return found

    def columns(self, rows: Numbers) -> list[Texts]:
        """The cells of the sheet `enterprises` for these rows, in the order of its headings."""
        roads, numbers = Noise(self.seed, "address").pair(rows)
        days, money = Noise(self.seed, "founded").pair(rows)
        form = self.form[rows]
        capital = _CAPITAL[below(money, len(CAPITAL))]
        capital[(form == HOUSEHOLD) | (form == COOPERATIVE)] = ""
        address: Texts = self.place(rows) + ROADS[below(roads, len(ROADS))]
        return [
            self.code(rows),
            self.name(rows),
            self._former(rows),
            _COUNTY_CODES[self.county[rows]],
            address + _NUMBERS[below(numbers, len(_NUMBERS))],
            _INDUSTRIES[self.trade[rows]],
            _TYPES[form],
            _DATES[below(days, _DAYS)],
            capital,
            _STATUSES[self.status[rows]],
            _SCOPES[self.trade[rows]],
        ]

    def _former(self, rows: Numbers) -> Texts:
        """Former names of one in twelve; 实业 is in no present name, so nothing becomes ambiguous."""
        lot, _ = Noise(self.seed, "former").pair(rows)
        former: Texts = _COUNTY_SHORT[self.county[rows]] + self.trade_name(rows) + "实业有限公司"
        former[below(lot, 12) != 0] = ""
        return former


def found(seed: int, count: int) -> Enterprises:
    """Found `count` enterprises."""
    sizes = _county_sizes(seed, count)
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1])).astype(np.int64)
    county = np.repeat(np.arange(len(COUNTIES), dtype=np.int64), sizes)
    rows = np.arange(count, dtype=np.int64)
    trade = _trades(seed, rows, rows - starts[county], county)
    form = _forms(seed, rows, trade)
    lot, _ = Noise(seed, "status").pair(rows)
    status = np.where(rows - starts[county] < LEAST, ACTIVE, chosen(_STATUS_DECK, lot))
    return Enterprises(
        seed,
        starts,
        county.astype(np.int16),
        trade.astype(np.int16),
        form.astype(np.int8),
        status.astype(np.int8),
        _codes(rows, county, form),
    )


def _county_sizes(seed: int, count: int) -> Numbers:
    lot, _ = Noise(seed, "county size").pair(np.arange(len(COUNTIES), dtype=np.int64))
    weights = 60 + below(lot, 160)
    spare = count - LEAST * len(COUNTIES)
    sizes = LEAST + spare * weights // int(weights.sum())
    sizes[: count - int(sizes.sum())] += 1
    return sizes


def _trades(seed: int, rows: Numbers, local: Numbers, county: Numbers) -> Numbers:
    side, which = Noise(seed, "trade").pair(rows)
    group = chosen(_TRADE_DECK, side)
    trade = np.where(group == 0, below(which, len(KINDS)), FIRST_SELLER + below(which, len(SELLERS)))
    trade = np.where(group == 2, FIRST_OTHER + below(which, len(OTHERS)), trade)
    # The first of a county sell and the third makes, so that no county and no product kind is empty.
    trade = np.where(local < LEAST - 1, FIRST_SELLER + below(which, len(SELLERS)), trade)
    return np.where(local == LEAST - 1, county % len(KINDS), trade)


def _forms(seed: int, rows: Numbers, trade: Numbers) -> Numbers:
    maker, seller = Noise(seed, "form").pair(rows)
    sells = (trade >= FIRST_SELLER) & (trade < FIRST_OTHER)
    form = np.where(sells, chosen(SELLER_FORMS, seller), chosen(MAKER_FORMS, maker))
    return np.where(trade == COOPERATIVE_TRADE, COOPERATIVE, form)


def _codes(rows: Numbers, county: Numbers, form: Numbers) -> NDArray[np.bytes_]:
    """Unified codes: department 9, category, county, subject code MA… with its own check character."""
    heads = [["9" + form.category + county.code for county in COUNTIES] for form in FORMS]
    codes = np.empty(len(rows), dtype="S18")
    # Multiplying by a number coprime to 31 permutes the bodies, so they look drawn but never repeat.
    mixed = (rows * 387_420_489 + 12_345_677) % _BASE**_BODY
    bodies = _spelt(mixed)
    for row, (body, place, kind) in enumerate(zip(bodies, county.tolist(), form.tolist(), strict=True)):
        codes[row] = unified(heads[kind][place], body).encode()
    return codes


def _spelt(numbers: Numbers) -> list[str]:
    alphabet = np.frombuffer(uscc.ALPHABET.encode(), dtype=np.uint8)
    letters = np.empty((len(numbers), _BODY), dtype=np.uint8)
    rest = numbers
    for place in range(_BODY - 1, -1, -1):
        letters[:, place] = alphabet[rest % _BASE]
        rest = rest // _BASE
    return [text.decode() for text in letters.view(f"S{_BODY}").ravel().tolist()]


def unified(head: str, body: str) -> str:
    """A unified code from its first 8 characters and the 6 that name the subject."""
    subject = f"MA{body}"
    first = head + subject + orgcode.check_character(subject)
    return first + uscc.check_character(first)
