"""Measurements of a gauge study as a full table, and the shares of variation that every study ends in.

A study is balanced or it is refused: which cell is empty or too full is said. Negative variances are cut to
0 and marked, never hidden.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zhiheng.methods.charts.cells import Floats, between, constant, measured
from zhiheng.methods.errors import N_, InvalidInput

Labels = Sequence[str] | Sequence[int] | NDArray[np.generic]


@dataclass(frozen=True, slots=True)
class Component:
    """One source of variation.

    Attributes
    ----------
    variance, deviation : float
        In the square of the unit and in the unit of measurement.
    contribution : float
        Share of the total variance.
    variation : float
        Share of the total standard deviation; these shares do not add up to 1.
    tolerance : float
        `multiple` standard deviations over the width of the tolerance; NaN without one.
    cut : bool
        Whether the estimate was negative and is told as 0.
    """

    variance: float
    deviation: float
    contribution: float
    variation: float
    tolerance: float
    cut: bool


@dataclass(frozen=True, slots=True)
class Components:
    """Sources of variation of a gauge study.

    Attributes
    ----------
    repeatability : Component
        Same operator, same part (EV).
    reproducibility : Component
        Between operators (AV), with their interaction with parts where there is one.
    operator, interaction : Component
        What reproducibility is made of; the interaction is 0 where the model has none.
    gauge : Component
        Repeatability and reproducibility together (GRR).
    part : Component
        Between parts (PV).
    total : Component
        Gauge and part together (TV).
    categories : int
        Distinct categories that the gauge can tell: √2 · PV/GRR rounded down, at least 1; five are wanted.
    """

    repeatability: Component
    reproducibility: Component
    operator: Component
    interaction: Component
    gauge: Component
    part: Component
    total: Component
    categories: int


def crossed_table(values: ArrayLike, part: Labels, operator: Labels) -> Floats:
    """Table of parts × operators × repeats, parts and operators in sorted order.

    Raises
    ------
    InvalidInput
        `gauge.lengths`, `gauge.levels` for fewer than two parts or operators or repeats, `gauge.unbalanced`
        with part and operator, `chart.constant`, `chart.missing` with the cell.
    """
    y, (first, second), (parts, operators) = _columns(values, part, operator)
    count = np.zeros((parts.size, operators.size), np.int64)
    np.add.at(count, (first, second), 1)
    repeats = _balanced(count, parts, operators)
    _levels(parts.size, operators.size, repeats)
    order = np.lexsort((second, first))  # stable: repeats stay in their order
    return y[order].reshape(parts.size, operators.size, repeats)


def nested_table(values: ArrayLike, part: Labels, operator: Labels) -> Floats:
    """Table of operators × parts of each × repeats, where every part belongs to one operator.

    Labels of parts count within their operator: part 1 of A and part 1 of B are two parts.

    Raises
    ------
    InvalidInput
        As `crossed_table`.
    """
    y, (first, second), (parts, operators) = _columns(values, part, operator)
    count = np.zeros((parts.size, operators.size), np.int64)
    np.add.at(count, (first, second), 1)
    held = (count > 0).sum(axis=0)
    if (held != held[0]).any():
        which = int(np.argmax(held != held[0]))
        raise _unbalanced("*", operators[which], int(held[which]), int(held[0]))
    filled = np.where(count > 0, count, count.max())
    repeats = _balanced(filled, parts, operators)
    _levels(int(held[0]), operators.size, repeats)
    order = np.lexsort((first, second))
    return y[order].reshape(operators.size, int(held[0]), repeats)


def components(
    *,
    repeatability: float,
    operator: float,
    interaction: float,
    part: float,
    tolerance: float | None,
    multiple: float,
) -> Components:
    """Sources of variation from four estimated variances; negative ones are cut."""
    between(multiple, 0.0, math.inf, "multiple")
    width = math.nan if tolerance is None else between(tolerance, 0.0, math.inf, "tolerance")
    raw = {"repeatability": repeatability, "operator": operator, "interaction": interaction, "part": part}
    kept = {name: max(0.0, one) for name, one in raw.items()}
    kept["reproducibility"] = kept["operator"] + kept["interaction"]
    kept["gauge"] = kept["repeatability"] + kept["reproducibility"]
    kept["total"] = total = kept["gauge"] + kept["part"]
    if total <= 0:
        raise constant("values")

    def told(name: str) -> Component:
        variance = kept[name]
        deviation = math.sqrt(variance)
        return Component(
            variance, deviation, variance / total, math.sqrt(variance / total), multiple * deviation / width,
            raw.get(name, 0.0) < 0,
        )  # fmt: skip

    gauge, by_part = kept["gauge"], kept["part"]
    # A gauge without any variation tells all parts: as many categories as an integer of a report holds.
    ratio = math.sqrt(2 * by_part / gauge) if gauge > 0 else 1e9
    return Components(
        repeatability=told("repeatability"),
        reproducibility=told("reproducibility"),
        operator=told("operator"),
        interaction=told("interaction"),
        gauge=told("gauge"),
        part=told("part"),
        total=told("total"),
        categories=max(1, math.floor(min(ratio, 1e9))),
    )


def _columns(
    values: ArrayLike, part: Labels, operator: Labels
) -> tuple[Floats, list[NDArray[np.intp]], list[NDArray[np.generic]]]:
    y = measured(values, "values")
    labels = [np.asarray(part), np.asarray(operator)]
    if y.ndim != 1 or any(one.shape != y.shape for one in labels):
        raise InvalidInput(
            "gauge.lengths",
            N_("The columns hold %(values)d measurements, %(parts)d parts and %(operators)d operators."),
            N_("Give part and operator of every measurement."),
            values=int(y.size),
            parts=int(labels[0].size),
            operators=int(labels[1].size),
        )
    if np.ptp(y) == 0:
        raise constant("values")
    told = [np.unique(one, return_inverse=True) for one in labels]
    return y, [back for _, back in told], [names for names, _ in told]


def _balanced(count: NDArray[np.int64], parts: NDArray[np.generic], operators: NDArray[np.generic]) -> int:
    # What most cells hold is taken for what was meant, so that the odd cell is named and not its neighbours.
    sizes, often = np.unique(count, return_counts=True)
    meant = int(sizes[np.argmax(often)]) or int(sizes[-1])
    odd = np.argwhere(count != meant)
    if odd.size:
        row, column = odd[0]
        raise _unbalanced(parts[row], operators[column], int(count[row, column]), meant)
    return meant


def _unbalanced(part: object, operator: object, found: int, meant: int) -> InvalidInput:
    return InvalidInput(
        "gauge.unbalanced",
        N_("Part %(part)s at operator %(operator)s has %(found)d measurements where others have %(meant)d."),
        N_("Measure every part equally often, or leave the part or the operator out of the study."),
        part=str(part),
        operator=str(operator),
        found=found,
        meant=meant,
    )


def _levels(parts: int, operators: int, repeats: int) -> None:
    if min(parts, operators, repeats) < 2:
        raise InvalidInput(
            "gauge.levels",
            N_("%(parts)d parts, %(operators)d operators, %(repeats)d repeats: two of each are needed."),
            N_("Ten parts, three operators and two or three repeats are usual."),
            parts=parts,
            operators=operators,
            repeats=repeats,
        )  # fmt: skip
