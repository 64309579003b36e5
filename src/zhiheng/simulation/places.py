"""The fictional province 示例省 (900000), its divisions, authorities and laboratories.

GB/T 2260 knows no province 90 or 91, and a test compares the invented names with the real ones:
nothing said here can be read as said about a real place. This module refuses to use real divisions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from zhiheng.kernel.codes.division import NATION, Level

PROVINCE: Final = "900000"
_SINCE: Final = "2020-01-01"
# Read aloud, an invented name may be that of a real place (Jining): in English it says what it is.
_FICTIONAL: Final = " (fictional)"
# Syllables and their reading; a city is 首 + 宁, its counties are 首 + one of the second syllables.
_FIRST: Final = (
    ("岚", "Lan"), ("霁", "Ji"), ("煦", "Xu"), ("珩", "Heng"), ("琅", "Lang"), ("芷", "Zhi"), ("霏", "Fei"),
    ("筠", "Yun"), ("璟", "Jing"), ("翎", "Ling"), ("澍", "Shu"), ("绮", "Qi"), ("璇", "Xuan"), ("漪", "Yi"),
    ("昭", "Zhao"), ("韶", "Shao"),
)  # fmt: skip
_SECOND: Final = (
    ("岭", "ling"), ("川", "chuan"), ("原", "yuan"), ("溪", "xi"), ("泽", "ze"), ("浦", "pu"), ("坪", "ping"),
    ("渚", "zhu"), ("岑", "cen"),
)  # fmt: skip
_COUNTIES_EACH: Final = 8
_DISTRICTS: Final = 2
_LABORATORY_KINDS: Final = (
    ("产品质量检验检测中心", "Product Quality Testing Centre"),
    ("标准检测技术有限公司", "Standard Testing Co."),
    ("消费品检测研究所", "Consumer Product Testing Institute"),
)
LABORATORIES: Final = 24


@dataclass(frozen=True, slots=True)
class Division:
    """A row of divisions.csv; `short` is the name without 市, 区 or 县, as in names of firms."""

    code: str
    name: str
    level: int
    parent: str
    name_en: str
    short: str
    valid_from: str = _SINCE
    valid_to: str = ""


@dataclass(frozen=True, slots=True)
class Agency:
    """A row of agencies.csv: an authority or a laboratory."""

    code: str
    name: str
    name_en: str
    kind: str
    level: int
    division: str


def _province(code: str, short: str, name_en: str) -> Division:
    return Division(
        code, f"{short}省", Level.PROVINCE.value, NATION, f"{name_en} Province{_FICTIONAL}", short
    )


def _city(number: int) -> Division:
    syllable, reading = _FIRST[number]
    short, name_en = f"{syllable}宁", f"{reading}ning City{_FICTIONAL}"
    return Division(f"90{number + 1:02d}00", f"{short}市", Level.CITY.value, PROVINCE, name_en, short)


def _county(city: int, number: int) -> Division:
    (first, reading), (second, tail) = _FIRST[city], _SECOND[number]
    if number < _DISTRICTS:
        place, kind, kind_en = number + 1, "区", "District"
    elif number == _COUNTIES_EACH - 1:
        place, kind, kind_en = 81, "市", "City"
    else:
        place, kind, kind_en = 21 + number - _DISTRICTS, "县", "County"
    short, parent = first + second, f"90{city + 1:02d}00"
    return Division(
        f"{parent[:4]}{place:02d}",
        short + kind,
        Level.COUNTY.value,
        parent,
        f"{reading}{tail} {kind_en}{_FICTIONAL}",
        short,
    )


CITIES: Final = tuple(_city(number) for number in range(len(_FIRST)))
# The first city has one county more: 129 in all.
COUNTIES: Final = tuple(
    _county(city, number)
    for city in range(len(_FIRST))
    for number in range(_COUNTIES_EACH + (1 if city == 0 else 0))
)
CITY_OF_COUNTY: Final = tuple(int(county.code[2:4]) - 1 for county in COUNTIES)
OWN_PROVINCE: Final = _province(PROVINCE, "示例", "Shili")
# Producers from elsewhere need codes too, and theirs must not be a real enterprise's either.
OTHER_PROVINCE: Final = _province("910000", "邻示", "Linshi")
OTHER_CITY: Final = Division(
    "910100", "邻宁市", Level.CITY.value, "910000", f"Linning City{_FICTIONAL}", "邻宁"
)
OTHER_COUNTY: Final = Division(
    "910121", "邻泽县", Level.COUNTY.value, "910100", f"Linze County{_FICTIONAL}", "邻泽"
)
DIVISIONS: Final = (OWN_PROVINCE, *CITIES, *COUNTIES, OTHER_PROVINCE, OTHER_CITY, OTHER_COUNTY)


def _authority(division: Division) -> Agency:
    return Agency(
        f"MSA-{division.code}",
        f"{division.name}市场监督管理局",
        f"{division.name_en.removesuffix(_FICTIONAL)} Administration for Market Regulation{_FICTIONAL}",
        "authority",
        division.level,
        division.code,
    )


def _laboratory(number: int) -> Agency:
    kind, kind_en = _LABORATORY_KINDS[number % len(_LABORATORY_KINDS)]
    seat = OWN_PROVINCE if number < len(_LABORATORY_KINDS) else CITIES[number % len(CITIES)]
    return Agency(
        f"LAB-{number + 1:02d}",
        f"{seat.short}{kind}",
        f"{seat.name_en.split()[0]} {kind_en}{_FICTIONAL}",
        "laboratory",
        seat.level,
        seat.code,
    )


# Order matters: province, then cities, then counties, so that a position is 0, 1 + city, 17 + county.
AUTHORITIES: Final = tuple(_authority(division) for division in (OWN_PROVINCE, *CITIES, *COUNTIES))
LABORATORY_LIST: Final = tuple(_laboratory(number) for number in range(LABORATORIES))
