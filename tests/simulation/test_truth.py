"""The planted faults: written down exactly, and found again by simple statistics."""

from __future__ import annotations

import pytest
from scipy import stats

from tests.simulation.conftest import Province


def fair(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Random samples of bulletins with all results."""
    return [row for row in rows if row["抽样方式"] == "随机抽取" and row["公布范围"] == "全部结果"]


def failures(rows: list[dict[str, str]]) -> int:
    return sum(row["抽查结果"] == "不合格" for row in rows)


def test_the_lenient_laboratory_finds_nothing_against_all_odds(demo: Province) -> None:
    planted = demo.truth()["faults"]["lenient_laboratory"]
    rows = [row for row in demo.results() if row["公布范围"] == "全部结果"]
    its = [row for row in rows if row["承检机构"] == planted["name"]]
    others = [row for row in rows if row["承检机构"] != planted["name"]]
    rate = failures(others) / len(others)
    assert failures(its) == 0
    assert stats.binom.pmf(0, len(its), rate) < 1e-30
    # And it alone: no other laboratory is so far below the rest.
    for name in {row["承检机构"] for row in others}:
        honest = [row for row in others if row["承检机构"] == name]
        assert stats.binom.cdf(failures(honest), len(honest), rate) > 1e-4


def test_what_the_lenient_laboratory_conceals_is_known(demo: Province) -> None:
    truth = demo.truth()
    planted = truth["faults"]["lenient_laboratory"]
    rows = {row["抽查编号"]: row for row in demo.results()}
    concealed = [rows[number] for number in planted["concealed_records"]]
    assert {row["承检机构"] for row in concealed} == {planted["name"]}
    assert {row["抽查结果"] for row in concealed} == {"合格"}
    facts = truth["rates_of_laboratories"][planted["code"]]
    assert (facts["published_failures"], facts["true_failures"]) == (0, len(concealed))
    expected = facts["results"] * facts["true_ppm"] / 1e6
    assert abs(len(concealed) - expected) < 4 * expected**0.5


def test_the_slipping_region_differs_and_more_each_year(demo: Province) -> None:
    planted = demo.truth()["faults"]["slipping_region"]
    rates = []
    for year in (2023, 2024, 2025):
        rows = fair(demo.rows(f"spot-checks-{year}.csv"))
        its = [row for row in rows if row["抽样地行政区划代码"] in planted["counties"]]
        others = [row for row in rows if row["抽样地行政区划代码"] not in planted["counties"]]
        table = [
            [failures(its), len(its) - failures(its)],
            [failures(others), len(others) - failures(others)],
        ]
        rates.append(stats.fisher_exact(table, alternative="greater").pvalue)
    assert rates[0] > 1e-3
    assert rates[2] < 1e-6
    assert rates[2] < rates[1]


def test_no_other_city_moves_like_it(demo: Province) -> None:
    truth = demo.truth()
    cities = truth["rates_of_random_samples"]["cities"]
    growth = {city: years["2025"]["true_ppm"] / years["2023"]["true_ppm"] for city, years in cities.items()}
    slipping = truth["faults"]["slipping_region"]["division"]
    assert growth.pop(slipping) > 2 > 1.4 > max(growth.values())


def test_the_bad_line_fails_from_its_month_on_and_by_its_item(demo: Province) -> None:
    planted = demo.truth()["faults"]["bad_line"]
    rows = demo.results()
    line = [row for row in rows if row["规格型号"] == planted["model"]]
    assert sorted(row["抽查编号"] for row in line) == sorted(planted["records"])
    assert len(line) > 15
    assert {row["标称生产企业"] for row in line} == {planted["name"]}
    assert {row["产品种类"] for row in line} == {planted["product_kind"]}
    assert min(row["生产日期/批号"] for row in line) >= planted["produced_from"]
    rest = [row for row in rows if row["产品种类"] == planted["product_kind"] and row not in line]
    rate = failures(rest) / len(rest)
    assert stats.binom.sf(failures(line) - 1, len(line), rate) < 1e-4
    failed = [row for row in line if row["抽查结果"] == "不合格"]
    assert all(planted["item"] in row["主要不合格项目"].split("、") for row in failed)


def test_published_rates_agree_with_the_true_ones(demo: Province) -> None:
    truth = demo.truth()
    lenient = truth["faults"]["lenient_laboratory"]["name"]
    rows = fair(demo.results())
    for kind, facts in truth["rates_of_random_samples"]["kinds"].items():
        its = [row for row in rows if row["产品种类"] == kind]
        assert (len(its), failures(its)) == (facts["results"], facts["published_failures"])
        seen = failures([row for row in its if row["承检机构"] != lenient])
        honest = sum(row["承检机构"] != lenient for row in its)
        assert stats.binomtest(seen, honest, facts["true_ppm"] / 1e6).pvalue > 1e-4


def test_risk_targeted_samples_fail_more_often(demo: Province) -> None:
    rows = [row for row in demo.results() if row["公布范围"] == "全部结果"]
    rates = {}
    for selection in ("随机抽取", "风险定向", "未说明"):
        its = [row for row in rows if row["抽样方式"] == selection]
        rates[selection] = failures(its) / len(its)
    assert rates["风险定向"] / rates["随机抽取"] == pytest.approx(1.8, abs=0.25)


def test_the_clean_files_have_no_dirt(demo: Province) -> None:
    assert demo.truth()["dirt"] == []
