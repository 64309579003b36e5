"""Counts are checked, never mended."""

from __future__ import annotations

import numpy as np
import pytest

from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.survey.counts import counts, level_tail
from zhiheng.methods.survey.proportions import wilson


@pytest.mark.parametrize(
    ("count", "total", "code", "position"),
    [
        ([1, 11], [10, 10], "count.above_total", 1),
        ([-1], [10], "count.negative", 0),
        ([1, 2, np.nan], [10], "count.missing", 2),
        ([1], [np.nan], "count.missing", 0),
        ([1.5], [10], "count.fraction", 0),
        ([1], [np.inf], "count.too_large", 0),
        ([1], [2**53], "count.too_large", 0),
    ],
)
def test_a_count_that_is_none_is_refused_and_its_place_named(
    count: list[float], total: list[float], code: str, position: int
) -> None:
    with pytest.raises(InvalidInput) as caught:
        counts(count, total)
    assert caught.value.code == code
    assert caught.value.params["position"] == position


@pytest.mark.parametrize(
    "count", [["3"], np.array([3], dtype=object), np.array([3.0], dtype=np.float32), [3j]]
)
def test_values_that_are_not_whole_numbers_by_type_are_refused(count: object) -> None:
    with pytest.raises(InvalidInput) as caught:
        counts(count, [10])  # type: ignore[arg-type]  # the wrong type is the point
    assert caught.value.code == "count.type"


def test_a_masked_count_is_missing_and_not_its_hidden_value() -> None:
    with pytest.raises(InvalidInput) as caught:
        counts(np.ma.masked_array([1, 2], mask=[False, True]), [10, 10])
    assert (caught.value.code, caught.value.params["position"]) == ("count.missing", 1)


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        counts([1, 2, 3], [10, 10])
    assert caught.value.code == "count.shapes"


def test_the_text_names_the_fault_and_the_remedy() -> None:
    with pytest.raises(InvalidInput, match=r"12 of 10 items are counted.*same samples"):
        counts([12], [10])


@pytest.mark.parametrize("level", [0.0, 1.0, -0.1, 95.0, float("nan")])
def test_a_level_outside_zero_to_one_is_refused(level: float) -> None:
    with pytest.raises(InvalidInput, match=r"0\.95 for 95 %\.") as caught:
        level_tail(level)
    assert caught.value.code == "level.range"


def test_no_caller_array_is_changed_or_shared() -> None:
    count = np.array([1.0, 2.0])
    result = wilson(count, np.array([10.0, 10.0]))
    count[0] = 9.0
    assert result.estimate[0] == 0.1
    with pytest.raises(ValueError, match="read-only"):
        result.lower[0] = 0.0


def test_one_total_serves_all_counts_in_any_shape() -> None:
    assert counts([[1, 2], [3, 4]], 10).estimate.tolist() == [[0.1, 0.2], [0.3, 0.4]]
    assert counts([], []).estimate.shape == (0,)
    assert counts(True, 1).estimate == 1.0
