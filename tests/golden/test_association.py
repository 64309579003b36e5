"""Disproportionality against base R, PhViD 1.0.8 (BCPNN, GPS) and openEBGM 0.9.1, on 8 896 synthetic pairs.

openEBGM prints EBGM and its quantiles to two decimals. Its own fit is compared by likelihood: the optimum
is flat, and ours is at least as likely. At its parameters, and at fixed ones, the scores agree.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from zhiheng.methods.association.bcpnn import bcpnn
from zhiheng.methods.association.disproportionality import ratios
from zhiheng.methods.association.pairs import Pairs, pairs
from zhiheng.methods.association.prior import Prior, fit, log_likelihood, squashed
from zhiheng.methods.association.shrinker import shrink

Shared = Callable[[str], Path]
FIXED = (0.76, 0.49, 4.6, 5.4, 0.2)


def rows(shared: Shared, name: str) -> list[dict[str, str]]:
    with shared(f"refs/d_signal/{name}").open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def found(shared: Shared) -> Pairs:
    table = rows(shared, "in_pairs.csv")
    return pairs(
        [int(row["product"][1:]) for row in table],
        [int(row["hazard"][1:]) for row in table],
        [int(row["n"]) for row in table],
    )


def places(found: Pairs, table: list[dict[str, str]], product: str, hazard: str) -> list[int]:
    at = {pair: place for place, pair in enumerate(zip(found.product, found.hazard, strict=True))}
    return [at[int(row[product][1:]), int(row[hazard][1:])] for row in table]


def column(table: list[dict[str, str]], name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([float(row[name]) for row in table])


def test_ratios_equal_base_r(shared: Shared, found: Pairs) -> None:
    table = rows(shared, "closed_form_300.csv")
    at, ours = places(found, table, "product", "hazard"), ratios(found)
    for name, values in [("PRR", ours.prr), ("ROR", ours.ror), ("fisher_p_greater", ours.fisher),
                         ("IC", ours.ic), ("IC025", ours.ic_lower), ("IC975", ours.ic_upper)]:  # fmt: skip
        np.testing.assert_allclose(values[at], column(table, name), rtol=1e-9, atol=1e-12, err_msg=name)
    np.testing.assert_allclose(ours.chi2[at], column(table, "chi2_yates"), rtol=1e-9, atol=1e-9)
    # The script took z = 1.96 where ours is the normal quantile.
    rounded = ratios(found, level=0.9500042097035593)
    for name, values in [
        ("PRR_lo", rounded.prr_lower),
        ("ROR_lo", rounded.ror_lower),
        ("ROR_hi", rounded.ror_upper),
    ]:
        np.testing.assert_allclose(values[at], column(table, name), rtol=1e-9, err_msg=name)


def test_bcpnn_equals_phvid(shared: Shared, found: Pairs) -> None:
    table = rows(shared, "PhViD_BCPNN_500.csv")
    at, ours = places(found, table, "drug.code", "event.effect"), bcpnn(found)
    np.testing.assert_allclose(ours.lower[at], column(table, "Q_0.025.log.IC.."), atol=1e-10, rtol=0)
    np.testing.assert_allclose(ours.null[at], column(table, "postH0"), rtol=1e-9, atol=1e-14)


def test_the_likelihood_equals_openebgm(shared: Shared, found: Pairs) -> None:
    stated = {row["what"]: float(row["v"]) for row in rows(shared, "openEBGM_negLL.csv")}
    whole = squashed(found.count, found.expected, np.ones(found.count.size))
    assert -log_likelihood(np.array(FIXED), whole) == pytest.approx(
        stated["negLL fixed theta N*=1"], rel=1e-12
    )


def test_the_fit_is_as_likely_as_openebgm_s_and_its_parameters_agree(shared: Shared, found: Pairs) -> None:
    table = {
        row["what"]: [float(row[f"X{n}"]) for n in range(1, 6)] for row in rows(shared, "openEBGM_theta.csv")
    }
    theirs = np.array(table["theta_unsquashed_autoHyper"])
    ours = fit(found.count, found.expected)
    parameters = np.array([ours.alpha1, ours.beta1, ours.alpha2, ours.beta2, ours.share])
    whole = squashed(found.count, found.expected, np.ones(found.count.size))
    # 0.001 of a log likelihood of 19 383 is what squashing may cost.
    assert log_likelihood(parameters, whole) > log_likelihood(theirs, whole) - 1e-3
    np.testing.assert_allclose(parameters, theirs, rtol=0.02)


@pytest.mark.parametrize(
    ("which", "names"),
    [
        ("theta_fixed", ("EBGM_fixed_theta", "EB05_fixed_theta", "")),
        ("theta_squashed_autoHyper", ("EBGM", "EB05", "EB95")),
    ],
)
def test_scores_equal_openebgm(shared: Shared, found: Pairs, which: str, names: tuple[str, str, str]) -> None:
    table = rows(shared, "openEBGM_1000_pairs.csv")
    theta = next(row for row in rows(shared, "openEBGM_theta.csv") if row["what"] == which)
    ours = shrink(found, prior=Prior(*(float(theta[f"X{n}"]) for n in range(1, 6)), 0.0))
    at = places(found, table, "product", "hazard")
    for name, values, close in zip(
        names, (ours.ebgm, ours.lower, ours.upper), (0.00501, 0.01, 0.01), strict=True
    ):
        if name:
            np.testing.assert_allclose(values[at], column(table, name), atol=close, rtol=0, err_msg=name)


def test_quantiles_equal_phvid_s_gps(shared: Shared, found: Pairs) -> None:
    table, (prior,) = rows(shared, "PhViD_GPS_500.csv"), rows(shared, "PhViD_GPS_theta.csv")
    ours = shrink(found, prior=Prior(*(float(prior[f"V{n}"]) for n in range(1, 6)), 0.0))
    at = places(found, table, "drug", "event")
    # PhViD bisects until it is within 1e-5.
    np.testing.assert_allclose(ours.lower[at], column(table, "Q_0.05.lambda."), atol=2e-5, rtol=0)
