"""Made-up complex samples for the tests of designs, estimates and calibration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from zhiheng.methods.survey.designs import Lonely, SurveyDesign, survey_design


@dataclass(frozen=True, eq=False)
class Rows:
    """The columns of a sample; every stratum has at least two clusters."""

    weights: NDArray[np.float64]
    strata: NDArray[np.int64]
    clusters: NDArray[np.int64]
    values: NDArray[np.float64]
    other: NDArray[np.float64]
    group: NDArray[np.int64]

    def design(self, **changed: object) -> SurveyDesign:
        columns = {"weights": self.weights, "strata": self.strata, "clusters": self.clusters} | changed
        return survey_design(**columns, lonely=Lonely.FAIL)  # type: ignore[arg-type]

    def taken(self, order: NDArray[np.int64]) -> Rows:
        return Rows(*(getattr(self, name)[order] for name in self.__dataclass_fields__))


@st.composite
def samples(draw: st.DrawFn) -> Rows:
    """Samples of 2 to 4 strata, 2 to 5 clusters each, 1 to 4 rows a cluster."""
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    strata, clusters = [], []
    for stratum in range(draw(st.integers(2, 4))):
        for cluster in range(draw(st.integers(2, 5))):
            size = int(rng.integers(1, 5))
            strata += [stratum] * size
            clusters += [cluster] * size
    n = len(strata)
    return Rows(
        weights=rng.uniform(1, 20, n),
        strata=np.array(strata),
        clusters=np.array(clusters),
        values=rng.normal(5, 2, n).round(2),
        other=rng.uniform(1, 3, n),
        group=rng.integers(0, 3, n),
    )
