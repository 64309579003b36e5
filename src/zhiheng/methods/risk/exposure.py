r"""How many are exposed, and how much may go unreported: two looks beside the level, neither of them it.

The overlay raises a level of one product to one of all the units in use. Heinrich's triangle of serious
injuries, minor ones and near misses is used here for one thing alone: when far fewer minor cases were
reported than the triangle would have, reports may be missing. It is never a prediction, and this module
refuses to give one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from scipy import special

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.risk.matrices import RiskMatrix

# H. W. Heinrich (1931), Industrial Accident Prevention: 1 major injury, 29 minor ones, 300 without
# injury. The fourth tier, 1 000, is what the field adds: unsafe acts or conditions.
HEINRICH: Final = (1, 29, 300, 1000)


@dataclass(frozen=True, slots=True)
class Overlay:
    """Levels by the number of units in use: `bounds` are the largest number of each row but the last."""

    name: str
    bounds: tuple[int, ...]
    rows: tuple[tuple[int, ...], ...]

    def level(self, level: int, units: int) -> int:
        """The level of all units in use, from the level of one.

        Raises
        ------
        InvalidInput
            `risk.units` for a number of units below 0, `risk.overlay_level` for a level it does not know.
        """
        if units < 0:
            raise InvalidInput(
                "risk.units",
                N_("%(units)d units in use cannot be."),
                N_("Give the number of units sold and still in use, 0 or more."),
                units=units,
            )
        row = self.rows[sum(units > bound for bound in self.bounds)]
        if not 0 <= level < len(row):
            raise InvalidInput(
                "risk.overlay_level",
                N_("The overlay %(overlay)s has no level %(level)d."),
                N_("Use the overlay that belongs to the matrix."),
                overlay=self.name,
                level=level,
            )
        return row[level]


def overlay(
    name: str, *, bounds: Sequence[int], rows: Sequence[Sequence[str]], matrix: RiskMatrix
) -> Overlay:
    """Check an overlay against the matrix whose levels it raises.

    Parameters
    ----------
    name : str
    bounds : sequence of int
        Rising; the largest number of units of each row but the last.
    rows : sequence of sequence of str
        For each row the names of the levels that the matrix's levels, lowest first, become.
    matrix : RiskMatrix

    Raises
    ------
    InvalidInput
        `risk.overlay` where shapes or names do not fit, or more units or a higher level would give a
        lower one.
    """
    known = all(level in matrix.levels for row in rows for level in row)
    shaped = len(rows) == len(bounds) + 1 and all(len(row) == len(matrix.levels) for row in rows)
    rising = list(bounds) == sorted(set(bounds)) and all(bound >= 0 for bound in bounds)
    cells = [[matrix.levels.index(level) for level in row] for row in rows] if known else []
    ordered = all(row == sorted(row) for row in cells) and all(
        list(column) == sorted(column) for column in zip(*cells, strict=False)
    )
    if not (known and shaped and rising and ordered):
        raise InvalidInput(
            "risk.overlay",
            N_("The overlay %(overlay)s does not fit the matrix %(matrix)s."),
            N_("It needs a row for each range of units, known levels, and never a lower one further on."),
            overlay=name,
            matrix=matrix.name,
        )
    return Overlay(name, tuple(bounds), tuple(tuple(row) for row in cells))


@dataclass(frozen=True, slots=True)
class Hint:
    """Whether fewer minor cases were reported than the triangle would have beside the serious ones.

    Attributes
    ----------
    ratio : float
        Minor cases for each serious one in the triangle.
    lower, upper : float
        Interval for the number of minor cases that would fit the serious ones seen, at `level`.
    reported : int
        What was reported.
    missing : bool
        Whether `reported` is below `lower`: a reason to ask, not a number of missing cases.
    level : float
    """

    ratio: float
    lower: float
    upper: float
    reported: int
    missing: bool
    level: float


def reporting_hint(serious: int, minor: int, *, tiers: tuple[int, int] = (0, 1), level: float = 0.95) -> Hint:
    r"""Compare two tiers of reports with Heinrich's triangle.

    With s serious cases seen, the rate of serious cases has the exact interval of a Poisson count
    (Garwood 1936), :math:`\chi^2_{2s;\alpha/2}/2` to :math:`\chi^2_{2s+2;1-\alpha/2}/2`; times the ratio of
    the tiers it is the range of minor cases that would fit.

    Parameters
    ----------
    serious, minor : int
        Cases of the upper and of the lower tier, 0 or more.
    tiers : (int, int), default (0, 1)
        Which tiers of 1 : 29 : 300 : 1000 they are.
    level : float, default 0.95

    Raises
    ------
    InvalidInput
        `risk.cases` for negative counts, `risk.tiers`, `risk.level`.

    Notes
    -----
    The ratios are a rule of thumb of industrial safety of 1931, contested since, and not of consumer
    products; the interval speaks of chance in the serious cases alone, not of the ratio's own error.
    """
    if serious < 0 or minor < 0:
        raise InvalidInput(
            "risk.cases",
            N_("%(serious)d and %(minor)d are not both numbers of cases."),
            N_("Give counts of 0 or more."),
            serious=serious,
            minor=minor,
        )
    upper_tier, lower_tier = tiers
    if not 0 <= upper_tier < lower_tier < len(HEINRICH):
        raise InvalidInput(
            "risk.tiers",
            N_("%(upper)d and %(lower)d are not two tiers of the triangle, the graver first."),
            N_("Tiers are numbered from 0, the gravest, to 3."),
            upper=upper_tier,
            lower=lower_tier,
        )
    if not 0 < level < 1:
        raise InvalidInput(
            "risk.level", N_("A level of %(level)s is not between 0 and 1."), N_("Use 0.95."), level=level
        )
    ratio = HEINRICH[lower_tier] / HEINRICH[upper_tier]
    tail = (1 - level) / 2
    low = float(special.gammaincinv(serious, tail)) if serious else 0.0
    high = float(special.gammaincinv(serious + 1, 1 - tail))
    return Hint(ratio, low * ratio, high * ratio, minor, minor < low * ratio, level)
