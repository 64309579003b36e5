"""The files: the same bytes for the same seed, exact headings, right codes, verdicts of items."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from tests.simulation.conftest import SEED, Province
from tests.simulation.test_products import judged
from zhiheng.kernel.codes import industry, orgcode, uscc
from zhiheng.simulation import DEMO, LARGE, SMALL, Scale, province, write_province

# The contract's headings, written out again: a change in one place must be seen.
ENTERPRISES = (
    "统一社会信用代码·企业名称·曾用名·行政区划代码·住所·行业代码·企业类型·成立日期·注册资本（万元）·"
    "经营状态·经营范围"
)
SPOT_CHECKS = (
    "抽查编号·数据来源·抽查机关·抽样日期·公布日期·抽样方式·公布范围·产品种类·产品名称·商标·规格型号·生产日期/批号·"
    "被抽样单位·被抽样单位统一社会信用代码·抽样地行政区划代码·标称生产企业·标称生产企业统一社会信用代码·所在地·"
    "执行标准·检验项目·抽查结果·主要不合格项目·复检结论·涉嫌假冒·承检机构·备注·来源网址"
)
# SHA-256 over the digests of all files of the small province; any change of the simulation changes it.
DIGEST = "37e2b08980369ec75634129defbab1080a5026dc363b93fcc6dc006f28e58750"


def heading(path: Path) -> bytes:
    return path.read_bytes().split(b"\r\n", 1)[0]


def test_the_files_are_the_same_on_every_machine(small: Province) -> None:
    digests = "".join(file.sha256 for file in small.manifest.files)
    assert hashlib.sha256(digests.encode()).hexdigest() == DIGEST


def test_the_manifest_tells_what_was_written(small: Province) -> None:
    files = [file.name for file in small.manifest.files]
    years = [f"spot-checks-{year}.csv" for year in (2023, 2024, 2025)]
    assert files == ["divisions.csv", "agencies.csv", "enterprises.csv", *years, "truth.json"]
    assert sorted(files) == sorted(path.name for path in small.folder.iterdir())
    for file in small.manifest.files:
        data = (small.folder / file.name).read_bytes()
        assert (file.size, file.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert [small.manifest.file(name).rows for name in files] == [149, 170, 400, 300, 300, 300, 0]
    assert small.manifest.rows == 149 + 170 + 400 + 900


def test_another_seed_gives_another_province(small: Province, tmp_path: Path) -> None:
    other = write_province(tmp_path, seed=SEED + 1, scale=SMALL)
    changed = [file.name for file in other.files if file.sha256 != small.manifest.file(file.name).sha256]
    assert changed == [file.name for file in other.files[2:]]


def test_the_size_of_chunks_does_not_show(
    small: Province, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(province, "_CHUNK", 37)
    assert write_province(tmp_path, seed=SEED, scale=SMALL).files == small.manifest.files


def test_headings_are_those_of_the_import_sheets(small: Province) -> None:
    assert heading(small.folder / "enterprises.csv") == ("\ufeff" + ENTERPRISES.replace("·", ",")).encode()
    for year in (2023, 2024, 2025):
        found = heading(small.folder / f"spot-checks-{year}.csv")
        assert found == ("\ufeff" + SPOT_CHECKS.replace("·", ",")).encode()
    assert heading(small.folder / "divisions.csv") == b"code,name,level,parent,name_en,valid_from,valid_to"
    assert heading(small.folder / "agencies.csv") == b"code,name,name_en,kind,level,division"


def test_enterprises_have_right_codes_and_names_of_their_own(demo: Province) -> None:
    rows = demo.rows("enterprises.csv")
    assert (
        len(rows)
        == len({row["统一社会信用代码"] for row in rows})
        == len({row["企业名称"] for row in rows})
        == 6000
    )
    counties = {row["code"] for row in demo.rows("divisions.csv") if row["level"] == "3"}
    former = [row["曾用名"] for row in rows if row["曾用名"]]
    assert len(former) > 300
    assert not set(former) & {row["企业名称"] for row in rows}
    for row in rows:
        code = uscc.parse(row["统一社会信用代码"])
        assert not code.warnings
        assert orgcode.is_valid(code.subject)
        assert row["行政区划代码"] in counties
        assert code.division == row["行政区划代码"]
        category = {"个体工商户": "2", "农民专业合作社": "3"}.get(row["企业类型"], "1")
        assert (code.department, code.category) == ("9", category)
        assert industry.parse(row["行业代码"]).section in "CF"
        assert date.fromisoformat(row["成立日期"]) < date(2023, 1, 1)
        assert row["注册资本（万元）"] == "" or int(row["注册资本（万元）"]) > 0


def test_codes_of_a_million_enterprises_do_not_repeat() -> None:
    from zhiheng.simulation.enterprises import found

    register = found(SEED, 200_000)
    assert len(set(register.codes.tolist())) == 200_000
    # The bodies run through a permutation of 31^6 positions: a million steps cannot meet again.
    assert 387_420_489 % 31 != 0


def test_every_county_has_sellers_and_every_kind_makers(small: Province) -> None:
    rows = [row for row in small.rows("enterprises.csv") if row["经营状态"] == "存续"]
    sellers = {row["行政区划代码"] for row in rows if row["行业代码"].startswith("F")}
    assert len(sellers) == 129
    assert len({row["经营范围"] for row in rows if row["经营范围"].endswith("的生产、销售")}) == 30


def test_results_are_complete_and_their_parties_registered(demo: Province) -> None:
    names = {row["企业名称"]: row for row in demo.rows("enterprises.csv")}
    agencies = {row["name"] for row in demo.rows("agencies.csv")}
    divisions = {row["code"] for row in demo.rows("divisions.csv")}
    rows = demo.results()
    assert len(rows) == len({row["抽查编号"] for row in rows}) == 12_000
    for row in rows:
        assert {row["抽查机关"], row["承检机构"]} <= agencies
        assert row["抽样地行政区划代码"] in divisions
        sampled = names[row["被抽样单位"]]
        assert sampled["统一社会信用代码"] == row["被抽样单位统一社会信用代码"]
        assert sampled["行政区划代码"] == row["抽样地行政区划代码"]
        assert sampled["经营状态"] == "存续"
        producer = names.get(row["标称生产企业"])
        code = row["标称生产企业统一社会信用代码"]
        if producer:
            assert code in {"", producer["统一社会信用代码"]}
        else:
            assert row["所在地"].startswith("邻示省")
            assert not code or uscc.is_valid(code)
        assert "模拟数据" in row["备注"]


def test_producers_come_from_inside_and_outside_with_and_without_a_code(demo: Province) -> None:
    seen = Counter(
        (row["所在地"].startswith("邻示省"), bool(row["标称生产企业统一社会信用代码"]))
        for row in demo.results()
    )
    assert {key: seen[key] > 500 for key in seen} == dict.fromkeys(
        [(False, True), (False, False), (True, True), (True, False)], True
    )


def test_a_suspected_counterfeit_failed_and_names_no_code(demo: Province) -> None:
    rows = [row for row in demo.results() if row["涉嫌假冒"] == "是"]
    assert len(rows) > 10
    assert {(row["抽查结果"], row["标称生产企业统一社会信用代码"]) for row in rows} == {("不合格", "")}


def test_dates_stand_in_order_and_in_their_year(demo: Province) -> None:
    for year in (2023, 2024, 2025):
        for row in demo.rows(f"spot-checks-{year}.csv"):
            made = date.fromisoformat(row["生产日期/批号"][:10])
            sampled, published = date.fromisoformat(row["抽样日期"]), date.fromisoformat(row["公布日期"])
            assert made < sampled < published
            assert sampled.year == year


def test_the_verdict_follows_from_the_items(demo: Province) -> None:
    for row in demo.results():
        cells = row["检验项目"].split("；")
        assert 2 <= len(cells) <= 4
        failed = [cell.split("|")[0] for cell in cells if not judged(cell)]
        assert failed == [cell.split("|")[0] for cell in cells if cell.endswith("|不合格")]
        assert row["主要不合格项目"] == "、".join(failed)
        assert row["抽查结果"] == ("不合格" if failed else "合格")
        if not failed:
            assert (row["复检结论"], row["涉嫌假冒"]) == ("未复检", "否")


def test_bulletins_of_failures_hold_failures_only(demo: Province) -> None:
    rows = [row for row in demo.results() if row["公布范围"] == "仅不合格"]
    assert {row["抽查机关"] for row in rows} == {"琅宁市市场监督管理局", "绮宁市市场监督管理局"}
    assert {row["抽查结果"] for row in rows} == {"不合格"}
    assert len(rows) > 100


def test_seasons_show(demo: Province) -> None:
    months = Counter(row["抽样日期"][5:7] for row in demo.results() if row["产品种类"] == "电热毯")
    assert sum(months[month] for month in ("09", "10", "11", "12")) > 5 * sum(
        months[month] for month in ("04", "05", "06", "07")
    )


def test_presets_and_bounds() -> None:
    assert (SMALL.enterprises, SMALL.results_per_year) == (400, 300)
    assert (DEMO.enterprises, DEMO.results_per_year, DEMO.years) == (6000, 4000, 3)
    assert (LARGE.enterprises, LARGE.results_per_year, LARGE.years) == (100_000, 100_000, 3)
    for wrong in (
        (386, 1, 1),
        (1_000_001, 1, 1),
        (400, 0, 1),
        (400, 5_000_001, 1),
        (400, 1, 0),
        (400, 1, 11),
    ):
        with pytest.raises(ValueError, match="must be"):
            Scale(*wrong)


def test_the_least_province_and_ten_years(tmp_path: Path) -> None:
    manifest = write_province(tmp_path, seed=1, scale=Scale(387, 1, 10))
    assert [file.rows for file in manifest.files] == [149, 170, 387, *[1] * 10, 0]
