"""Tested items in one cell: 名称|实测值|单位|限值|判定, one item a line or separated by “；”.

Values stay text, as the laboratory wrote them (“<0.1”, “未检出”). What is refused is what cannot be a
measured value: words where a unit asks for a number, and less than nothing of what cannot be
negative. This module refuses to judge a value against its limit: that is the laboratory's verdict.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from zhiheng.foundation.ledger.facts.spot_check import Item
from zhiheng.kernel.errors import N_, Problem, Refused
from zhiheng.kernel.sheets import Parse, heading_key, text

CONFORMING: Final = "conforming"
NONCONFORMING: Final = "nonconforming"
VERDICTS: Final = {
    CONFORMING: ("合格", "符合", "符合标准", "符合要求", "符合标准要求", "所检项目合格", "pass", "passed"),
    NONCONFORMING: (
        "不合格", "不符合", "不符合标准", "不符合要求", "不符合标准要求", "所检项目不合格", "fail", "failed",
    ),
}  # fmt: skip
_NOT_JUDGED: Final = ("", "不判定", "未判定", "不作判定", "not judged", "/", "-", "—", "——")
_VERDICT_OF: Final = {
    heading_key(word): code for code, words in VERDICTS.items() for word in (code, *words)
} | {heading_key(word): "" for word in _NOT_JUDGED}

LENGTH: Final = 20_000
MOST: Final = 500
PART_LENGTH: Final = 300
_PARTS: Final = 5
_CUT: Final = re.compile(r"[；;\n]")
_DIGIT: Final = re.compile(r"\d")
_NEGATIVE: Final = re.compile(r"[-−﹣－]\s*\d[\d.,]*(?:\s*[×xX*]\s*10.*)?")
_ZERO: Final = re.compile(r"[-−﹣－]\s*[0.,]+")
# What a laboratory writes in the place of a number.
_WORDS: Final = frozenset(
    heading_key(word)
    for word in (
        "未检出", "检出", "ND", "N.D.", "未出现", "无", "符合", "不符合", "合格", "不合格", "通过",
        "未通过", "符合要求", "不符合要求", "未测出", "不适用", "not detected", "detected", "N/A",
        "pass", "fail", "/", "-", "—", "——",
    )
)  # fmt: skip
# Amounts of something: there is none, or some. Temperatures, voltages, percentages and lengths are
# left out, since a freezing point, a deviation or a shift lies below zero by right.
_NEVER_NEGATIVE: Final = frozenset(
    (
        "μA", "mA", "A", "mΩ", "Ω", "kΩ", "MΩ", "Ω/km", "mg", "g", "kg", "mL", "L", "μg/kg", "mg/kg", "g/kg",
        "μg/g", "ng/g", "μg/L", "mg/L", "g/L", "g/100g", "mg/100g", "g/100mL", "μg/m³", "mg/m³", "mg/(m²·h)",
        "g/m²", "CFU/g", "CFU/mL", "MPN/g", "MPN/100g", "MPN/100mL", "Bq/L", "Bq/kg", "ms", "s", "min", "h",
        "J", "kJ", "kJ/100g", "cN", "N", "kN", "W", "kW", "mL/h", "L/min", "m/s", "km/h", "次", "个", "只",
    )
)  # fmt: skip
_MICRO: Final = str.maketrans({"µ": "μ", "Ω": "Ω"})
_DIFFERENCE: Final = ("偏差", "误差", "变化", "偏移", "差值")

_one = text(LENGTH)


def parse_items(cell: str) -> tuple[Item, ...] | None:
    """The items of a cell; every mistake is refused with the number of the item and the part it stands in."""
    _one(cell)
    items: list[Item] = []
    problems: list[Problem] = []
    for written in _CUT.split(cell.replace("｜", "|")):
        if not written or written.isspace():
            continue
        number = len(items) + 1
        item, found = _item(number, written)
        items.append(item)
        problems += found
    if len(items) > MOST:
        problems = [
            Problem(
                "items.count",
                N_("The cell lists %(count)d items."),
                {"count": len(items), "most": MOST},
                N_("At most %(most)d are taken for one sample; split the record."),
            )
        ]
    if problems:
        raise Refused(*problems)
    return tuple(items) or None


def write_items(items: Iterable[Item]) -> str:
    """The items as `parse_items` reads them, one a line."""
    words = {code: known[0] for code, known in VERDICTS.items()}
    return "\n".join(
        "|".join((item.name, item.value, item.unit, item.limit, words.get(item.verdict, ""))).rstrip("|")
        for item in items
    )


def _item(number: int, written: str) -> tuple[Item, list[Problem]]:
    parts = [part.strip() for part in written.split("|")]
    if len(parts) > _PARTS:
        return Item(parts[0]), [_too_many(number, parts)]
    name, value, unit, limit, verdict = parts + [""] * (_PARTS - len(parts))
    problems: list[Problem] = []
    if not name:
        problems.append(_nameless(number, written))
    if len(written) > PART_LENGTH:
        problems += [_too_long(number, at, name) for at, part in enumerate(parts) if len(part) > PART_LENGTH]
    judged = _VERDICT_OF.get(verdict)
    if judged is None and (judged := _VERDICT_OF.get(heading_key(verdict))) is None:
        judged = ""
        problems.append(_unknown_verdict(number, name, verdict))
    if unit and value:
        problems += _measured(number, name, value, unit)
    return Item(name, value, unit, limit, judged), problems


def _measured(number: int, name: str, value: str, unit: str) -> list[Problem]:
    params: dict[str, str | int] = {
        "number": number,
        "name": name[:40],
        "found": value[:40],
        "unit": unit[:20],
    }
    if not _DIGIT.search(value):
        if heading_key(value) in _WORDS:
            return []
        return [
            Problem(
                "items.value",
                N_("Item %(number)d (%(name)s), part 2: “%(found)s” is not a value measured in %(unit)s."),
                params,
                N_("Write digits, for example 0.35 or <0.1, or one of the words 未检出, 符合, 不符合."),
            )
        ]
    if value[0].isdigit() or not _NEGATIVE.fullmatch(value) or _ZERO.fullmatch(value):
        return []
    if _plain_unit(unit) in _NEVER_NEGATIVE and not any(word in name for word in _DIFFERENCE):
        return [
            Problem(
                "items.negative",
                N_("Item %(number)d (%(name)s), part 2: %(found)s %(unit)s is less than nothing."),
                params,
                N_("Compare it with the test report: the sign or the unit is wrong."),
            )
        ]
    return []


def _plain_unit(unit: str) -> str:
    return unit.translate(_MICRO).replace(" ", "")


def _too_many(number: int, parts: list[str]) -> Problem:
    return Problem(
        "items.parts",
        N_("Item %(number)d (%(name)s) has %(count)d parts; part 6 is “%(found)s”."),
        {"number": number, "name": parts[0][:40], "count": len(parts), "found": parts[5][:40]},
        N_("At most five parts: name|value|unit|limit|verdict. Separate items by “；” or a new line."),
    )


def _nameless(number: int, written: str) -> Problem:
    return Problem(
        "items.name",
        N_("Item %(number)d (“%(found)s”), part 1: the name is empty."),
        {"number": number, "found": written.strip()[:40]},
        N_("Begin each item with its name: name|value|unit|limit|verdict."),
    )


def _too_long(number: int, at: int, name: str) -> Problem:
    return Problem(
        "items.length",
        N_("Item %(number)d (%(name)s), part %(part)d is longer than %(limit)d characters."),
        {"number": number, "name": name[:40], "part": at + 1, "limit": PART_LENGTH},
        N_("Shorten it, or put the text into the note."),
    )


def _unknown_verdict(number: int, name: str, verdict: str) -> Problem:
    return Problem(
        "items.verdict",
        N_("Item %(number)d (%(name)s), part 5: “%(found)s” is not a verdict."),
        {"number": number, "name": name[:40], "found": verdict[:40]},
        N_("Write 合格, 不合格, or leave it empty when the item was not judged."),
    )


# ---- names of failed items --------------------------------------------------------------------

_OPEN: Final = "（(【[［"
_CLOSE: Final = "）)】]］"
_BETWEEN: Final = "、；;|｜，\n"
_NOTHING: Final = frozenset({"", "无", "/", "-", "—", "——", "无不合格项目"})


def parse_names(limit: int) -> Parse:
    """Names of items, separated by “、”, “；”, “|” or a comma; what stands in brackets stays together."""
    one = text(limit)

    def parse(cell: str) -> tuple[str, ...] | None:
        one(cell)
        names = [name.strip() for name in _split_names(cell)]
        return tuple(dict.fromkeys(name for name in names if name not in _NOTHING)) or None

    return parse


def _split_names(cell: str) -> list[str]:
    names, start, depth = [], 0, 0
    for at, character in enumerate(cell):
        if character in _OPEN:
            depth += 1
        elif character in _CLOSE:
            depth = max(depth - 1, 0)
        elif depth == 0 and (character in _BETWEEN or (character == "," and not _between_digits(cell, at))):
            names.append(cell[start:at])
            start = at + 1
    names.append(cell[start:])
    return names


def _between_digits(cell: str, at: int) -> bool:
    """Whether the comma at that place belongs to a chemical name such as 1,3-丁二烯."""
    return 0 < at < len(cell) - 1 and cell[at - 1].isdigit() and cell[at + 1].isdigit()


def plain_name(name: str) -> str:
    """An item's name for comparison: width, blanks and the mark of a mandatory item aside."""
    return unicodedata.normalize("NFKC", name).replace(" ", "").rstrip("*★").casefold()
