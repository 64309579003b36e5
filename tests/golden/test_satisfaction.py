"""Path models against plspm 0.5.1 and seminr 2.3.4 on a synthetic file, SmartPLS 2.0 on a real one; 1e-6.

The estimates by SmartPLS 2.0.M3 of the mobile phone survey (abort criterion 1e-7) are those that R package
semPLS carries in tests/SmartPLS/results/ecsi, with 8 decimals; the bank survey is run for what has to hold on
any data.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from zhiheng.methods.satisfaction.answers import Answers, answers
from zhiheng.methods.satisfaction.blindfolding import predictive_relevance
from zhiheng.methods.satisfaction.bootstrap import bootstrap, intervals
from zhiheng.methods.satisfaction.customer_index import CONSTRUCTS, customer_index
from zhiheng.methods.satisfaction.estimates import PlsFit, fit, scores
from zhiheng.methods.satisfaction.groups import compare_groups
from zhiheng.methods.satisfaction.iteration import Control, Scheme
from zhiheng.methods.satisfaction.model import Floats, Mode, PathModel, path_model
from zhiheng.methods.satisfaction.performance import indices
from zhiheng.methods.satisfaction.quality import reliability, validity

NAMES = ("Image", "Expectation", "Quality", "Value", "Satisfaction", "Complaints", "Loyalty")
PATHS = (
    ("Image", "Expectation"),
    ("Expectation", "Quality"),
    ("Expectation", "Value"),
    ("Quality", "Value"),
    ("Image", "Satisfaction"),
    ("Expectation", "Satisfaction"),
    ("Quality", "Satisfaction"),
    ("Value", "Satisfaction"),
    ("Satisfaction", "Complaints"),
    ("Image", "Loyalty"),
    ("Satisfaction", "Loyalty"),
    ("Complaints", "Loyalty"),
)
SIZES = {"img": 5, "exp": 3, "qua": 6, "val": 2, "sat": 3, "com": 1, "loy": 3}
RUNS: tuple[tuple[str, Scheme, Mode], ...] = (
    ("plspm_A_centroid", "centroid", "A"),
    ("plspm_A_factorial", "factorial", "A"),
    ("plspm_A_path", "path", "A"),
    ("plspm_mixed_B_path", "path", "B"),
)
Shared = Callable[[str], Path]


def european(mode: Mode = "A") -> PathModel:
    blocks = {
        name: [f"{stem}{i + 1}" for i in range(size)]
        for name, (stem, size) in zip(NAMES, SIZES.items(), strict=True)
    }
    return path_model(blocks, PATHS, modes={"Image": mode})


def read(path: Path, *, drop: tuple[str, ...] = (), low: float = 1) -> Answers:
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    names = [name for name in rows[0] if name not in drop]
    return answers([[float(row[name]) for name in names] for row in rows], names, scale=(low, 10))


def expected(shared: Shared) -> dict[str, Any]:
    return dict(json.loads(shared("refs/g_pls/pls_outputs.json").read_text()))


def numbers(rows: list[list[float | None]]) -> Floats:
    return np.array([[np.nan if one is None else one for one in row] for row in rows])


def path_fit(shared: Shared) -> tuple[PlsFit, Answers]:
    given = read(shared("refs/g_pls/in_ecsi.csv"))
    return fit(european(), given), given


@pytest.mark.parametrize(("name", "scheme", "mode"), RUNS)
def test_estimates_equal_plspm(shared: Shared, name: str, scheme: Scheme, mode: Mode) -> None:
    stated = expected(shared)[name]
    found = fit(european(mode), read(shared("refs/g_pls/in_ecsi.csv")), Control(scheme=scheme))
    np.testing.assert_allclose(found.paths, stated["path"], atol=1e-6)
    np.testing.assert_allclose(np.nan_to_num(found.r_squared), stated["R2"], atol=1e-6)
    np.testing.assert_allclose(found.weights, [one["weight"] for one in stated["outer"]], atol=1e-6)
    np.testing.assert_allclose(found.loadings, [one["loading"] for one in stated["outer"]], atol=1e-6)
    assert validity(found).goodness_of_fit == pytest.approx(stated["gof"], abs=1e-6)
    place = {one: NAMES.index(one) for one in NAMES}
    for effect in stated["effects"]:
        source, to = (place[one] for one in effect["relationships"].split(" -> "))
        np.testing.assert_allclose(
            [found.paths[to, source], found.indirect[to, source], found.total[to, source]],
            [effect["direct"], effect["indirect"], effect["total"]],
            atol=1e-6,
        )


@pytest.mark.parametrize(("name", "scheme", "mode"), RUNS)
def test_blocks_equal_plspm_where_they_are_reflective(
    shared: Shared, name: str, scheme: Scheme, mode: Mode
) -> None:
    stated = expected(shared)[name]["unidim"]
    found = reliability(fit(european(mode), read(shared("refs/g_pls/in_ecsi.csv")), Control(scheme=scheme)))
    np.testing.assert_allclose(found.first_eigenvalue, [one["eig.1st"] for one in stated], atol=1e-6)
    np.testing.assert_allclose(found.second_eigenvalue, [one["eig.2nd"] for one in stated], atol=1e-6)
    for block, one in enumerate(stated):
        if one["Mode"] == "B":  # plspm prints 0; a formative block has no reliability, so NaN here
            assert np.isnan(found.alpha[block])
            assert np.isnan(found.dillon_goldstein[block])
            continue
        assert found.alpha[block] == pytest.approx(one["C.alpha"], abs=1e-6)
        assert found.dillon_goldstein[block] == pytest.approx(one["DG.rho"], abs=1e-6)


def test_scores_equal_plspm(shared: Shared) -> None:
    stated = np.loadtxt(shared("refs/g_pls/plspm_scores_A_path_first100.csv"), delimiter=",", skiprows=1)
    np.testing.assert_allclose(scores(*path_fit(shared))[:100], stated, atol=1e-6)


def test_indices_equal_the_acsi_formula_in_r(shared: Shared) -> None:
    stated = expected(shared)["index_0_100"]
    np.testing.assert_allclose(indices(*path_fit(shared)), [stated[name] for name in NAMES], atol=1e-6)


def test_reliability_and_validity_equal_seminr(shared: Shared) -> None:
    stated = expected(shared)["seminr"]
    found, _ = path_fit(shared)
    blocks, apart = reliability(found), validity(found)
    columns = (blocks.alpha, blocks.composite, blocks.average_variance, blocks.rho_a)
    np.testing.assert_allclose(np.column_stack(columns), stated["reliability"], atol=1e-6)
    lower = np.tril_indices(7, -1)
    np.testing.assert_allclose(apart.htmt[lower], numbers(stated["htmt"])[lower], atol=1e-6)
    # seminr prints its constructs in the order in which its paths name them.
    order = [NAMES.index(one) for one in stated["vif"]]
    np.testing.assert_allclose(found.r_squared[order], stated["rsq"][0], atol=1e-6)
    np.testing.assert_allclose(apart.adjusted_r_squared[order], stated["rsq"][1], atol=1e-6)
    for name, inflation in stated["vif"].items():
        if inflation is not None:  # one source alone: 1 by definition
            row = apart.inflation[NAMES.index(name)]
            np.testing.assert_allclose(row[~np.isnan(row)], inflation, atol=1e-6)


# Path coefficients in the order of PATHS.
SMARTPLS: dict[Scheme, tuple[float, ...]] = {
    "centroid": (
        *(0.50470564, 0.55724786, 0.05078755, 0.55721686, 0.17883348, 0.06442534),
        *(0.51254524, 0.19181566, 0.52609731, 0.19535971, 0.48347472, 0.07123241),
    ),
    "factorial": (
        *(0.50494314, 0.55675903, 0.05017810, 0.55776245, 0.17859267, 0.06494365),
        *(0.51297470, 0.19144526, 0.52585655, 0.19581962, 0.48305917, 0.07031057),
    ),
    "path": (
        *(0.50491393, 0.55674896, 0.04998839, 0.55830438, 0.17873950, 0.06252287),
        *(0.51202394, 0.19476510, 0.52806625, 0.19575534, 0.48547762, 0.06692607),
    ),
}
# Outer weights by the path scheme, block by block.
SMARTPLS_WEIGHTS = (
    *(0.30131215, 0.25969115, 0.21792305, 0.32850357, 0.32468141, 0.52118068, 0.47367966, 0.44563424),
    *(0.21317504, 0.14472169, 0.20001771, 0.17939947, 0.17863569, 0.17912074, 0.21548153, 0.47928245),
    *(0.60405602, 0.36486486, 0.38315604, 0.45096120, 1.0, 0.46066473, 0.11426953, 0.65431059),
)
SMARTPLS_ON_LOYALTY = {
    "Image": 0.39873238,
    "Expectation": 0.21763337,
    "Quality": 0.32330474,
    "Value": 0.10143737,
}


@pytest.mark.parametrize("scheme", ["centroid", "factorial", "path"])
def test_a_real_survey_equals_smartpls(shared: Shared, scheme: Scheme) -> None:
    given = read(shared("data/satisfaction/ecsi_mobi.csv"))
    stems = ("IMAG", "CUEX", "PERQ", "PERV", "CUSA", "CUSCO", "CUSL")
    blocks = {
        name: [one for one in given.names if one.startswith(stem)]
        for name, stem in zip(NAMES, stems, strict=True)
    }
    found = fit(path_model(blocks, PATHS), given, Control(scheme=scheme))
    seen = [found.paths[NAMES.index(to), NAMES.index(source)] for source, to in PATHS]
    np.testing.assert_allclose(seen, SMARTPLS[scheme], atol=1e-6)
    if scheme == "path":
        np.testing.assert_allclose(found.weights, SMARTPLS_WEIGHTS, atol=1e-6)
        for source, effect in SMARTPLS_ON_LOYALTY.items():
            assert found.total[6, NAMES.index(source)] == pytest.approx(effect, abs=1e-6)


def mobile(shared: Shared) -> tuple[Answers, dict[str, list[str]]]:
    given = read(shared("data/satisfaction/ecsi_mobi.csv"))
    stems = ("IMAG", "CUEX", "PERQ", "PERV", "CUSA", "CUSL")
    blocks = {
        name: [one for one in given.names if one.startswith(stem)]
        for name, stem in zip(CONSTRUCTS, stems, strict=True)
    }
    return given, blocks


def test_the_satisfaction_index_of_a_real_survey(shared: Shared) -> None:
    """Mobile phones (ECSI, 250 × 24, R package seminr): six constructs without the complaints.

    Each index has to lie between the lowest and the highest mean of its indicators, and inside its intervals.
    """
    given, blocks = mobile(shared)
    assert [len(one) for one in blocks.values()] == [5, 3, 7, 2, 3, 3]
    found = customer_index(given, blocks)
    assert found.paths_are_ours
    means = dict(zip(given.names, (given.values.mean(axis=0) - 1) / 9 * 100, strict=True))
    for name, columns in blocks.items():
        inside = [means[column] for column in columns]
        assert min(inside) <= found.indices[name] <= max(inside)
    drawn = bootstrap(found.fit, given, resamples=500, seed=20260401)
    for kind in ("percentile", "bca"):
        bounds = intervals(drawn, "indices", kind=kind)
        position = CONSTRUCTS.index("satisfaction")
        assert bounds.lower[position] < found.index < bounds.upper[position]
        assert bounds.upper[position] - bounds.lower[position] < 6
    relevance = predictive_relevance(found.fit, given)
    assert (relevance[1:] > 0).all()
    assert np.isnan(relevance[0])


def test_the_bank_survey_by_gender(shared: Shared) -> None:
    """Bank customers (R package plspm): two groups of customers under one model."""
    path = shared("data/satisfaction/plspm_satisfaction_bank.csv")
    given = read(path, drop=("gender",), low=0)  # its answers begin at 0
    stems = ("imag", "expe", "qual", "val", "sat", "loy")
    blocks = {
        name: [one for one in given.names if one.startswith(stem)]
        for name, stem in zip(CONSTRUCTS, stems, strict=True)
    }
    found = customer_index(given, blocks)
    with path.open(newline="") as file:
        gender = [row["gender"] for row in csv.DictReader(file)]
    (pair,) = compare_groups(found.fit, given, gender, permutations=199, seed=3)
    assert {pair.first, pair.second} == {"female", "male"}
    asked = found.fit.model.paths
    assert np.isnan(pair.p_values[~asked]).all()
    assert ((pair.p_values[asked] >= 1 / 200) & (pair.p_values[asked] <= 1)).all()
    assert (pair.adjusted[asked] >= pair.p_values[asked]).all()
    for label, paths in ((pair.first, pair.paths_first), (pair.second, pair.paths_second)):
        rows = [one == label for one in gender]
        alone = fit(found.fit.model, answers(given.values[rows], given.names))
        np.testing.assert_allclose(paths, alone.paths, atol=1e-8)
