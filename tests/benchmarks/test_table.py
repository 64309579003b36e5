"""The table of benchmarks knows when a target is missed, and runs every benchmark that is there."""

from __future__ import annotations

import pytest

from benchmarks.__main__ import available, met


@pytest.mark.parametrize(
    ("value", "target", "kept"),
    [
        (5000.0, "≥ 5000", True),
        (4999.0, "≥ 5_000", False),
        (50.0, "≤ 50", True),
        (50.1, "≤ 50", False),
        (4999.0, "≥ 5 000 rows/s", False),
        (0.2, "≤ 0.1 s", False),
        (1.0, "", True),
    ],
)
def test_a_target_is_kept_or_missed(value: float, target: str, kept: bool) -> None:
    assert met(value, target) is kept


@pytest.mark.parametrize("target", ["5000", "about 5", "≥ many"])
def test_an_unclear_target_is_refused(target: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        met(1.0, target)


def test_benchmarks_are_found_by_their_file_name() -> None:
    assert "methods" in available()
