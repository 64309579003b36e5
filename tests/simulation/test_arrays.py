"""The arrays for benchmarks: shapes, labels, determinism, and the same draw as the files."""

from __future__ import annotations

import dataclasses

import numpy as np

from tests.simulation.conftest import SEED
from zhiheng.simulation import arrays, spot_check_arrays
from zhiheng.simulation.results import drawn, world


def test_columns_have_equal_length_and_stay_in_their_labels() -> None:
    columns = spot_check_arrays(30_001, SEED)
    labels = {
        "product_kind": arrays.KIND_NAMES,
        "division": arrays.DIVISION_CODES,
        "authority": arrays.AUTHORITY_NAMES,
        "period": arrays.PERIODS,
        "selection": arrays.SELECTIONS,
    }
    for field in dataclasses.fields(columns):
        assert len(getattr(columns, field.name)) == 30_001
    for name, words in labels.items():
        assert set(np.unique(getattr(columns, name)).tolist()) == set(range(len(words))), name
    assert int(columns.producer.min()) >= 0
    assert int(columns.producer.max()) < arrays.ENTERPRISES + 12 * len(arrays.KIND_NAMES)
    assert 0.05 < float(columns.nonconforming.mean()) < 0.2
    assert bool(columns.nonconforming[columns.failures_only].all())


def test_same_seed_same_arrays() -> None:
    first, again, other = (spot_check_arrays(5000, seed) for seed in (1, 1, 2))
    for field in dataclasses.fields(first):
        assert np.array_equal(getattr(first, field.name), getattr(again, field.name))
    assert not np.array_equal(first.producer, other.producer)


def test_the_arrays_are_the_draw_of_the_files() -> None:
    columns = spot_check_arrays(3000, SEED)
    part = drawn(world(SEED, arrays.ENTERPRISES, arrays.YEARS), 1, 0, 1000)
    assert np.array_equal(columns.producer[1000:2000], part.producer)
    assert np.array_equal(columns.nonconforming[1000:2000], part.failed)
