"""An allocation of samples to strata, with what each stratum gets and how well it will be known.

The numbers come from `methods.survey.allocation`. A stratum of which no rate is expected counts with
the worst case. This module refuses to leave out a stratum.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy import special

from zhiheng.doors.toolbox.tabletool import needed
from zhiheng.kernel.errors import N_
from zhiheng.methods.survey import allocation, sizes

WORST: Final = 0.5


@dataclass(frozen=True, slots=True)
class Stratum:
    """What is known of a stratum before the samples are taken; the rate is a share, or `None`."""

    label: str
    objects: int
    rate: float | None = None
    cost: float | None = None
    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """What a stratum gets, and the half-width of its own rate; `None` where no interval can be."""

    stratum: Stratum
    n: int
    half: float | None
    whole: bool

    @property
    def share(self) -> float:
        """Share of the objects that is sampled."""
        return self.n / self.stratum.objects if self.stratum.objects else 0.0


@dataclass(frozen=True, slots=True)
class Allocated:
    """All parts, and the half-width of the rate of all strata together."""

    parts: tuple[Part, ...]
    method: str
    rounding: str
    level: float
    half: float | None
    least_half: float | None
    cost: float
    assumed: int

    @property
    def n(self) -> int:
        """Samples in all."""
        return sum(part.n for part in self.parts)

    @property
    def objects(self) -> int:
        """Objects in all."""
        return sum(part.stratum.objects for part in self.parts)


def allocate(
    strata: Sequence[Stratum], *, method: str, total: float, minimum: int, level: float
) -> Allocated:
    """Share out a total, or a budget; raises `Refused` for a stratum that lacks a cost."""
    objects = np.array([one.objects for one in strata], dtype=np.int64)
    rates = np.array([WORST if one.rate is None else one.rate for one in strata])
    spread = np.sqrt(rates * (1 - rates))
    bounds: dict[str, Any] = {
        "minimum": np.array([minimum if one.minimum is None else one.minimum for one in strata]),
        "maximum": np.array([np.inf if one.maximum is None else one.maximum for one in strata]),
    }
    # Below a budget the total is a number of samples; one that is not whole is refused by the method.
    count: Any = int(total) if float(total).is_integer() else total
    if method == "optimum":
        found = allocation.optimum(objects, spread, _costs(strata), total, **bounds)
    elif method == "neyman":
        found = allocation.neyman(objects, spread, count, **bounds)
    else:
        found = allocation.proportional(objects, count, deviations=spread, **bounds)
    halves = sizes.half_width_reached(
        found.size, rate=rates, level=level, population=np.maximum(objects, 1), method="wilson"
    )
    z = float(special.ndtri(0.5 + level / 2))
    return Allocated(
        parts=tuple(
            Part(one, int(n), None if np.isnan(half) else float(half), bool(n == one.objects))
            for one, n, half in zip(strata, found.size, halves, strict=True)
        ),
        method=method,
        rounding=found.rounding,
        level=level,
        half=_half(z, found.variance),
        least_half=_half(z, found.least_variance),
        cost=found.cost,
        assumed=sum(one.rate is None for one in strata),
    )


def _half(z: float, variance: float) -> float | None:
    return None if np.isnan(variance) else z * float(np.sqrt(variance))


def _costs(strata: Sequence[Stratum]) -> np.ndarray:
    for place, one in enumerate(strata):
        if one.cost is None:
            raise needed(
                place,
                "cost",
                N_("The cost of a sample is not given."),
                N_("Give it for every stratum, or share out a number of samples instead."),
            )
    return np.array([one.cost for one in strata], dtype=np.float64)


def strata_of(rows: Sequence[Mapping[str, Any]]) -> list[Stratum]:
    """Strata out of the rows of a table."""
    return [
        Stratum(
            label=row["label"],
            objects=row["objects"],
            rate=None if row.get("rate") is None else row["rate"] / 100,
            cost=row.get("cost"),
            minimum=row.get("minimum"),
            maximum=row.get("maximum"),
        )
        for row in rows
    ]
