"""Path models: what has to hold on any answers, small cases by hand, and every refusal."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.satisfaction.answers import Answers, answers
from zhiheng.methods.satisfaction.blindfolding import predictive_relevance
from zhiheng.methods.satisfaction.customer_index import CONSTRUCTS, PATHS, customer_index
from zhiheng.methods.satisfaction.estimates import PlsFit, fit, scores
from zhiheng.methods.satisfaction.iteration import SCHEMES, Control
from zhiheng.methods.satisfaction.model import Floats, PathModel, path_model
from zhiheng.methods.satisfaction.performance import importance, indices, respondent_indices
from zhiheng.methods.satisfaction.quality import reliability, validity

BLOCKS = {"image": ["i1", "i2", "i3"], "quality": ["q1", "q2"], "care": ["c1"], "trust": ["t1", "t2", "t3"]}
ROADS = [("image", "quality"), ("image", "trust"), ("quality", "trust"), ("care", "trust"), ("image", "care")]
NAMES = tuple(name for names in BLOCKS.values() for name in names)
seeds = st.integers(0, 2**32 - 1)
schemes = st.sampled_from(SCHEMES)
modes = st.sampled_from(["A", "B"])


def simulated(seed: int, n: int = 120) -> Floats:
    """Answers on 1 to 10 whose constructs follow the model."""
    rng = np.random.default_rng(seed)
    image = rng.normal(size=n)
    quality = 0.6 * image + 0.8 * rng.normal(size=n)
    care = 0.4 * image + 0.9 * rng.normal(size=n)
    trust = 0.3 * image + 0.4 * quality + 0.3 * care + 0.6 * rng.normal(size=n)
    latent = np.column_stack([image] * 3 + [quality] * 2 + [care] + [trust] * 3)
    return np.asarray(np.clip(np.round(6 + 1.5 * (latent + 0.6 * rng.normal(size=latent.shape))), 1, 10))


def small(mode: str = "A") -> PathModel:
    return path_model(BLOCKS, ROADS, modes={"image": "B" if mode == "B" else "A"})


def fitted(values: Floats, **more: object) -> tuple[PlsFit, Answers]:
    told = answers(values, NAMES, scale=(1, 10), **more)  # type: ignore[arg-type]
    return fit(small(), told), told


def same(one: PlsFit, other: PlsFit, tolerance: float = 1e-8) -> None:
    for name in ("weights", "loadings", "paths", "total", "correlations", "cross_loadings"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), atol=tolerance)
    np.testing.assert_allclose(one.r_squared, other.r_squared, atol=tolerance)


@settings(max_examples=30, deadline=None)
@given(seed=seeds, scheme=schemes, mode=modes)
def test_the_order_of_respondents_and_columns_and_the_units_change_nothing(
    seed: int, scheme: str, mode: str
) -> None:
    values, rng = simulated(seed), np.random.default_rng(seed)
    control = Control(scheme=scheme)  # type: ignore[arg-type]
    found = fit(small(mode), answers(values, NAMES), control)
    rows, columns = rng.permutation(values.shape[0]), rng.permutation(len(NAMES))
    shuffled = answers(values[rows][:, columns], [NAMES[one] for one in columns])
    same(found, fit(small(mode), shuffled, control))
    units = rng.uniform(0.1, 50, len(NAMES))
    same(found, fit(small(mode), answers(values * units + rng.normal(size=len(NAMES)), NAMES), control))


@settings(max_examples=30, deadline=None)
@given(seed=seeds, scheme=schemes, mode=modes)
def test_a_weight_is_the_same_as_the_row_given_that_often(seed: int, scheme: str, mode: str) -> None:
    values = simulated(seed)
    often = np.random.default_rng(seed).integers(0, 4, values.shape[0])
    control = Control(scheme=scheme)  # type: ignore[arg-type]
    weighted = answers(values, NAMES, weights=often, scale=(1, 10))
    repeated = answers(np.repeat(values, often, axis=0), NAMES, scale=(1, 10))
    one, other = fit(small(mode), weighted, control), fit(small(mode), repeated, control)
    same(one, other)
    same(one, fit(small(mode), answers(values, NAMES, weights=often * 7.5), control))


@settings(max_examples=30, deadline=None)
@given(seed=seeds, scheme=schemes, mode=modes)
def test_what_scores_say_equals_what_matrices_say(seed: int, scheme: str, mode: str) -> None:
    """Scores are formed here and regressed on each other; the estimate never formed them."""
    values = simulated(seed)
    told = answers(values, NAMES)
    model = small(mode)
    found = fit(model, told, Control(scheme=scheme))  # type: ignore[arg-type]
    formed = scores(found, told)
    np.testing.assert_allclose(formed.std(axis=0), 1, atol=1e-9)
    np.testing.assert_allclose(np.corrcoef(formed.T), found.correlations, atol=1e-9)
    both = np.corrcoef(values.T, formed.T)[: len(NAMES), len(NAMES) :]
    np.testing.assert_allclose(both, found.cross_loadings, atol=1e-9)
    for to in model.endogenous:
        sources = model.sources(to)
        slopes, *_ = np.linalg.lstsq(formed[:, sources], formed[:, to], rcond=None)
        np.testing.assert_allclose(found.paths[to, sources], slopes, atol=1e-9)
        left = formed[:, to] - formed[:, sources] @ slopes
        assert found.r_squared[to] == pytest.approx(1 - left.var(), abs=1e-9)
        assert 0 <= found.r_squared[to] <= 1
    np.testing.assert_allclose(found.total, found.paths + found.indirect, atol=1e-12)


def iterated_on_scores(values: Floats, model: PathModel, scheme: str, rounds: int = 200) -> Floats:
    """The textbook iteration on scores, one construct after the other: slow, and written apart from ours."""
    standard = (values - values.mean(axis=0)) / values.std(axis=0)
    size = len(model.blocks)
    formed = np.column_stack([standard[:, part].sum(axis=1) for part in model.blocks])
    weights = np.ones(values.shape[1])
    for _ in range(rounds):
        formed = (formed - formed.mean(axis=0)) / formed.std(axis=0)
        related = np.corrcoef(formed.T)
        inner = np.zeros((size, size))
        for j in range(size):
            for k in range(size):
                if model.paths[j, k] or model.paths[k, j]:
                    inner[k, j] = np.sign(related[j, k]) if scheme == "centroid" else related[j, k]
            if scheme == "path" and model.paths[j].any():
                sources = np.flatnonzero(model.paths[j])
                inner[sources, j] = np.linalg.lstsq(formed[:, sources], formed[:, j], rcond=None)[0]
        proxy = formed @ inner
        for j, part in enumerate(model.blocks):
            if model.modes[j] == "A":
                weights[part] = standard[:, part].T @ proxy[:, j]
            else:
                weights[part] = np.linalg.lstsq(standard[:, part], proxy[:, j], rcond=None)[0]
            formed[:, j] = standard[:, part] @ weights[part]
            weights[part] /= formed[:, j].std()
    return weights


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("mode", ["A", "B"])
def test_weights_equal_the_textbook_iteration_on_scores(scheme: str, mode: str) -> None:
    values = simulated(11)
    found = fit(small(mode), answers(values, NAMES), Control(scheme=scheme))  # type: ignore[arg-type]
    expected = iterated_on_scores(values, small(mode), scheme)
    np.testing.assert_allclose(np.abs(found.weights), np.abs(expected), atol=1e-8)


def test_two_single_indicators_are_a_correlation() -> None:
    x, y = np.array([1.0, 2, 3, 4, 6]), np.array([2.0, 1, 4, 3, 5])
    found = fit(
        path_model({"a": ["x"], "b": ["y"]}, [("a", "b")]), answers(np.column_stack([x, y]), ["x", "y"])
    )
    r = np.corrcoef(x, y)[0, 1]
    assert found.paths[1, 0] == pytest.approx(r)
    assert found.r_squared[1] == pytest.approx(r * r)
    np.testing.assert_allclose(found.weights, [1, 1])
    blocks = reliability(found)
    np.testing.assert_allclose([blocks.alpha, blocks.rho_a, blocks.composite], 1)
    apart = validity(found)
    assert apart.htmt[0, 1] == pytest.approx(abs(r))
    assert apart.effect_size[1, 0] == pytest.approx(r * r / (1 - r * r))
    assert apart.inflation[1, 0] == pytest.approx(1)


def test_effect_size_is_what_r_squared_loses_without_the_path() -> None:
    found, _ = fitted(simulated(5))
    trust, image, quality, care = (found.model.position(one) for one in ("trust", "image", "quality", "care"))
    kept = [quality, care]
    right = found.correlations[kept, trust]
    without = right @ np.linalg.solve(found.correlations[np.ix_(kept, kept)], right)
    full = found.r_squared[trust]
    assert validity(found).effect_size[trust, image] == pytest.approx((full - without) / (1 - full))


def test_indices_are_weighted_means_on_the_scale() -> None:
    """The form of GB/T 19038: (Σwx̄ − Σw)/(9Σw)·100 with unstandardised weights."""
    values = simulated(8)
    found, told = fitted(values)
    raw = found.weights / values.std(axis=0)
    for part, index in zip(found.model.blocks, indices(found, told), strict=True):
        w, mean = raw[part], values[:, part].mean(axis=0)
        assert index == pytest.approx((w @ mean - w.sum()) / (9 * w.sum()) * 100)
    each = respondent_indices(found, told)
    np.testing.assert_allclose(each.mean(axis=0), indices(found, told))
    assert each.min() >= 0
    assert each.max() <= 100


@settings(max_examples=20, deadline=None)
@given(seed=seeds)
def test_importance_is_the_total_effect_between_indices(seed: int) -> None:
    """Unstandardised effects: slopes between the respondents' indices, multiplied along the paths."""
    found, told = fitted(simulated(seed))
    if (found.weights < 0).any():
        return
    each = respondent_indices(found, told)
    each = each - each.mean(axis=0)
    size = len(found.model.constructs)
    slopes = np.zeros((size, size))
    for to in found.model.endogenous:
        sources = found.model.sources(to)
        slopes[to, sources] = np.linalg.lstsq(each[:, sources], each[:, to], rcond=None)[0]
    total = np.linalg.inv(np.eye(size) - slopes) - np.eye(size)
    seen = importance(found, told, "trust")
    assert seen.constructs == ("image", "quality", "care")
    np.testing.assert_allclose(seen.importance, total[found.model.position("trust"), :3], atol=1e-8)
    for name, points in zip(seen.constructs, seen.importance, strict=True):
        own = [one for one, item in enumerate(seen.indicators) if item in BLOCKS[name]]
        assert seen.indicator_importance[own].sum() == pytest.approx(points)


def test_relevance_equals_its_definition_written_out() -> None:
    values = simulated(21, n=50)
    found, told = fitted(values)
    part, to = found.model.blocks[3], 3
    missed = spread = 0.0
    unit = values.std(axis=0)
    for start in range(7):
        holes = values.copy()
        cells = [(c % 50, part.start + c // 50) for c in range(start, 50 * 3, 7)]
        for row, column in cells:
            holes[row, column] = np.nan
        again, filled = fitted(holes, missing="mean")
        predicted = scores(again, filled) @ again.paths[to]
        for row, column in cells:
            mean = np.nanmean(holes[:, column])
            slope = again.moments.deviation[column] * again.loadings[column]
            missed += ((values[row, column] - mean - slope * predicted[row]) / unit[column]) ** 2
            spread += ((values[row, column] - mean) / unit[column]) ** 2
    assert predictive_relevance(found, told)[to] == pytest.approx(1 - missed / spread, abs=1e-9)


def test_missing_answers_are_dealt_with_as_asked() -> None:
    values = simulated(2)
    values[4, 1] = values[9, 7] = np.nan
    complete = answers(values, NAMES, missing="complete")
    assert (complete.left_out, complete.filled, complete.values.shape[0]) == (2, 0, 118)
    assert not {4, 9} & set(complete.rows.tolist())
    same(fit(small(), complete), fit(small(), answers(np.delete(values, [4, 9], axis=0), NAMES)))
    weights = np.arange(1.0, 121)
    filled = answers(values, NAMES, weights=weights, missing="mean")
    assert (filled.left_out, filled.filled) == (0, 2)
    seen = ~np.isnan(values[:, 1])
    assert filled.values[4, 1] == pytest.approx(np.average(values[seen, 1], weights=weights[seen]))


def test_the_customer_index_has_six_constructs_and_eleven_paths() -> None:
    assert (len(CONSTRUCTS), len(PATHS), len(set(PATHS))) == (6, 11, 11)
    rng = np.random.default_rng(4)
    latent = rng.normal(size=200)[:, None] + 0.7 * rng.normal(size=(200, 12))
    names = [f"{name}{i}" for name in CONSTRUCTS for i in (1, 2)]
    told = answers(np.clip(np.round(6 + latent), 1, 10), names, scale=(1, 10))
    blocks = {name: [f"{name}1", f"{name}2"] for name in CONSTRUCTS}
    found = customer_index(told, blocks)
    assert found.index == found.indices["satisfaction"]
    assert found.paths_are_ours
    assert not customer_index(told, blocks, paths=PATHS[:-2] + PATHS[-1:]).paths_are_ours
    with pytest.raises(InvalidInput) as refused:
        customer_index(told, {**blocks, "complaints": ["image1"]})
    assert refused.value.code == "customer.constructs"


def code_of(work: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(InvalidInput) as refused:
        work()
    return refused.value.code, str(refused.value)


@pytest.mark.parametrize(
    ("blocks", "paths", "code", "said"),
    [
        ({"a": ["x"], "b": []}, [("a", "b")], "model.empty_construct", "b has no indicators"),
        ({"a": ["x"], "b": ["x"]}, [("a", "b")], "model.shared_indicator", "x stands in a and again in b"),
        ({"a": ["x"]}, [], "model.no_constructs", "1 constructs"),
        ({"a": ["x"], "b": ["y"]}, [("a", "z")], "model.unknown", "no construct z"),
        ({"a": ["x"], "b": ["y"]}, [("a", "a")], "model.self_path", "a is said to act on itself"),
        ({"a": ["x"], "b": ["y"]}, [("a", "b"), ("a", "b")], "model.double_path", "from a to b"),
        ({"a": ["x"], "b": ["y"]}, [("a", "b"), ("b", "a")], "model.loop", "among: a, b"),
        ({"a": ["x"], "b": ["y"], "c": ["z"]}, [("a", "b")], "model.isolated", "c is on no path"),
    ],
)
def test_models_that_are_none_are_refused(
    blocks: dict[str, list[str]], paths: list[tuple[str, str]], code: str, said: str
) -> None:
    found, message = code_of(lambda: path_model(blocks, paths))
    assert found == code
    assert said in message


def test_a_loop_names_those_on_it_and_no_others() -> None:
    blocks = {name: [f"{name}1"] for name in "abcde"}
    _, said = code_of(
        lambda: path_model(blocks, [("a", "b"), ("b", "c"), ("c", "d"), ("d", "b"), ("d", "e")])
    )
    assert "among: b, c, d." in said


def test_answers_that_are_none_are_refused_by_cell() -> None:
    values = simulated(1)

    def spoilt(row: int, column: int, value: float) -> Floats:
        copy = values.copy()
        copy[row, column] = value
        return copy

    flat = values.copy()
    flat[:, 4] = 7
    empty = values.copy()
    empty[:, 4] = np.nan
    words = values.astype(object)
    words[3, 2] = "good"
    masked = np.ma.masked_array(values, mask=np.arange(values.size).reshape(values.shape) == 29)
    cases: list[tuple[Callable[[], object], str, str]] = [
        (lambda: answers(words, NAMES), "answers.not_numbers", "(3, 2) holds good"),
        (lambda: answers(masked, NAMES), "answers.missing", "row 3 to i3"),
        (lambda: answers(spoilt(3, 2, np.nan), NAMES), "answers.missing", "row 3 to i3"),
        (lambda: answers(spoilt(3, 2, np.inf), NAMES), "answers.infinite", "row 3 to i3"),
        (
            lambda: answers(spoilt(3, 2, 99), NAMES, scale=(1, 10)),
            "answers.outside_scale",
            "row 3 to i3 is 99",
        ),
        (lambda: answers(values, NAMES[:-1]), "answers.shape", "8 named columns"),
        (lambda: answers(values, (*NAMES[:-1], "i1")), "answers.names", "i1 is given twice"),
        (lambda: answers(values, NAMES, scale=(10, 1)), "answers.scale", "from 10 to 1"),
        (lambda: answers(values, NAMES, weights=np.ones(3)), "answers.weights_shape", "(3,)"),
        (lambda: answers(values, NAMES, weights=[-1] + [1] * 119), "answers.weights", "row 0 is -1"),
        (lambda: answers(values, NAMES, weights=np.zeros(120)), "answers.weights", "row 0 is 0"),
        (lambda: answers(empty, NAMES, missing="mean"), "answers.all_missing", "answered q2"),
        (lambda: answers(empty, NAMES, missing="complete"), "answers.none_complete", "Only 0"),
        (lambda: fit(small(), answers(flat, NAMES)), "answers.constant", "All answers to q2 are 7"),
        (lambda: fit(small(), answers(values[:, :8], NAMES[:8])), "answers.no_column", "t3"),
        (lambda: fit(small(), answers(values[:4], NAMES)), "pls.few", "4 respondents"),
    ]
    for work, code, said in cases:
        found, message = code_of(work)
        assert found == code
        assert said in message


def test_estimates_that_cannot_be_are_refused() -> None:
    values = simulated(1)
    twice = values.copy()
    twice[:, 1] = 2 * twice[:, 0] - 1
    found, said = code_of(lambda: fit(small("B"), answers(twice, NAMES)))
    assert (found, "i1, i2, i3" in said) == ("pls.singular_block", True)
    model = path_model({"a": ["i1"], "b": ["i2"], "c": ["q1"]}, [("a", "c"), ("b", "c")])
    found, said = code_of(lambda: fit(model, answers(twice, NAMES), Control(scheme="centroid")))
    assert (found, "a, b" in said) == ("pls.singular_sources", True)
    found, said = code_of(lambda: fit(small(), answers(values, NAMES), Control(most=1)))
    assert (found, "after 1 iterations" in said) == ("pls.not_converged", True)
    assert code_of(lambda: fit(small(), answers(values, NAMES), Control(tolerance=0)))[0] == "pls.control"
    # Two constructs without any correlation leave the proxy nothing to lean on.
    square = np.array([[1.0, 1], [1, 2], [2, 1], [2, 2]])
    nothing = path_model({"a": ["x"], "b": ["y"]}, [("a", "b")])
    assert code_of(lambda: fit(nothing, answers(square, ["x", "y"])))[0] == "pls.not_converged"


def test_indices_refuse_what_has_no_meaning() -> None:
    values = simulated(6)
    found, told = fitted(values)
    assert code_of(lambda: indices(found, answers(values, NAMES)))[0] == "index.no_scale"
    turned = values.copy()
    turned[:, 0] = 11 - turned[:, 0]
    other, more = fitted(turned)
    code, said = code_of(lambda: indices(other, more))
    assert (code, "i1" in said) == ("index.negative_weight", True)
    assert code_of(lambda: importance(found, told, "image"))[0] == "importance.no_source"
    assert code_of(lambda: importance(found, told, "price"))[0] == "model.unknown"
    for distance in (1, 6, 121):
        assert code_of(lambda d=distance: predictive_relevance(found, told, distance=d))[0] == (  # type: ignore[misc]
            "blindfolding.distance"
        )
