"""Frontiers against R Benchmarking 0.33 and productivity 1.1.0; capital and residuals of the provinces."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.productivity.accounting import growth_accounts
from zhiheng.methods.productivity.capital import perpetual_inventory
from zhiheng.methods.productivity.dea import efficiency, slacks, super_efficiency
from zhiheng.methods.productivity.malmquist import malmquist
from zhiheng.methods.productivity.programs import Orientation, Returns

Shared = Callable[[str], Path]
Table = dict[str, np.ndarray]
NAMES = {"constant": "crs", "variable": "vrs", "non_increasing": "drs", "non_decreasing": "irs",
         "free_disposal": "fdh"}  # fmt: skip


def table(path: Path) -> Table:
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}


def units(shared: Shared, end: str = "") -> list[np.ndarray]:
    data = table(shared("refs/f_composite/in_dea.csv"))
    return [np.column_stack([data[f"{one}{end}"] for one in kind]) for kind in (("x1", "x2"), ("y1", "y2"))]


@pytest.mark.parametrize("returns", get_args(Returns))
@pytest.mark.parametrize("orientation", get_args(Orientation))
def test_scores_equal_benchmarking(shared: Shared, returns: Returns, orientation: Orientation) -> None:
    theirs = table(shared("refs/f_composite/dea_malmquist.csv"))[f"{NAMES[returns]}_{orientation[:-3]}"]
    ours = efficiency(*units(shared), returns=returns, orientation=orientation)
    np.testing.assert_allclose(ours.score, theirs, atol=1e-7, rtol=0)


def test_super_efficiency_and_slacks_equal_benchmarking(shared: Shared) -> None:
    theirs = table(shared("refs/f_composite/dea_malmquist.csv"))
    x, y = units(shared)
    ours = super_efficiency(x, y, returns="constant").score
    np.testing.assert_allclose(ours, theirs["super_crs_in"], atol=1e-7, rtol=0)
    total = np.concatenate(slacks(x, y, prices=np.ones(4)), axis=1).sum(axis=1)
    np.testing.assert_allclose(total, theirs["vrs_in_slacksum"], atol=1e-7, rtol=0)


def test_malmquist_equals_both_packages(shared: Shared) -> None:
    theirs = table(shared("refs/f_composite/dea_malmquist.csv"))
    ours = malmquist(tuple(units(shared)), tuple(units(shared, "_t1")), orientation="input")
    for mine, name in ((ours.index, "m"), (ours.technical, "tc"), (ours.efficiency, "ec")):
        np.testing.assert_allclose(mine, theirs[f"malm_{name}"], atol=1e-7, rtol=0)
    theirs = table(shared("refs/f_composite/productivity_malm_crs_out.csv"))
    ours = malmquist(tuple(units(shared)), tuple(units(shared, "_t1")))
    for mine, name in ((ours.index, "malmquist"), (ours.technical, "tech"), (ours.efficiency, "effch")):
        np.testing.assert_allclose(mine, theirs[name], atol=1e-7, rtol=0)


def test_capital_of_shanghai_equals_the_published_series(shared: Shared) -> None:
    with shared("data/stats/cn_province_capital_1952_2022.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["province"] == "上海" and int(row["year"]) <= 1977]
    flow = [float(row["real_invest_1952p"]) for row in rows]
    stock = perpetual_inventory(flow, initial=10 * flow[0], depreciation=0.096)
    np.testing.assert_allclose(stock, [float(row["capital_stock_pim"]) for row in rows], rtol=1e-9)


def test_provinces_without_employment_are_refused_left_out_or_bridged(shared: Shared) -> None:
    with shared("data/stats/cn_province_tfp_inputs_2005_2022.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["province"] == "上海"]
    y, k, work = (
        [float(row[name] or "nan") for row in rows]
        for name in ("real_gdp_2005p", "capital_stock_pim", "employment_10k")
    )
    with pytest.raises(InvalidInput, match="row 6"):  # 2011
        growth_accounts(y, k, work, capital_share=0.5)
    left = growth_accounts(y, k, work, capital_share=0.5, missing="exclude")
    assert left.excluded.sum() == 9
    assert left.span.tolist() == [1, 1, 1, 1, 1, 10, 1, 1]
    bridged = growth_accounts(y, k, work, capital_share=0.5, missing="bridge")
    assert (2005 + np.flatnonzero(bridged.bridged)).tolist() == list(range(2011, 2020))
    # The whole decade's residual is the same however the gap within it is told.
    assert bridged.residual.sum() == pytest.approx((left.residual * left.span).sum())


def test_all_provinces_but_one_have_a_residual(shared: Shared) -> None:
    with shared("data/stats/cn_province_tfp_inputs_2005_2022.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    refused = []
    for province in sorted({row["province"] for row in rows}):
        y, k, work = (
            [float(row[name] or "nan") for row in rows if row["province"] == province]
            for name in ("real_gdp_2005p", "capital_stock_pim", "employment_10k")
        )
        try:
            found = growth_accounts(y, k, work, capital_share=0.5, missing="exclude")
        except InvalidInput as fault:
            refused.append((province, fault.code, fault.params["what"]))
            continue
        assert found.excluded[6:15].all()  # 2011 to 2019
        np.testing.assert_allclose(found.output, found.capital + found.labour + found.residual, rtol=1e-9)
        np.testing.assert_allclose(np.diff(np.log(found.level)), found.residual * found.span, atol=1e-12)
    assert [one[1:] for one in refused] == [("quantity.missing", "output")]  # no real output since 2015
