"""Matrices of severity and probability: data of their day, handed in, checked once, never rounded into.

A matrix comes out of the rulebook with its instrument and dates, so that an old case is replayed under
the method of its day. This module refuses to hold one: which matrix is law is not for it to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from zhiheng.methods.errors import N_, InvalidInput


@dataclass(frozen=True, slots=True)
class RiskMatrix:
    """Levels of risk by band of probability and grade of severity.

    Attributes
    ----------
    name : str
        Key of the rulebook's entry, printed with every result.
    bounds : tuple of Fraction
        Lower bounds of the bands, strictly falling; a band holds the probabilities *above* its bound,
        and one band more follows for what is not above the last.
    severities : tuple of str
        Grades of severity, the mildest first.
    levels : tuple of str
        Levels of risk, the lowest first.
    cells : tuple of tuple of int
        Number of the level for each band (most probable first) and severity.
    """

    name: str
    bounds: tuple[Fraction, ...]
    severities: tuple[str, ...]
    levels: tuple[str, ...]
    cells: tuple[tuple[int, ...], ...]

    def band(self, probability: Fraction) -> int:
        """Number of the band of an exact probability; 0 is the most probable."""
        return next(
            (number for number, bound in enumerate(self.bounds) if probability > bound), len(self.bounds)
        )

    def severity(self, name: str) -> int:
        """Number of a grade; `risk.severity_unknown` for a name that the matrix does not have."""
        if name not in self.severities:
            raise InvalidInput(
                "risk.severity_unknown",
                N_("The matrix %(matrix)s has no severity “%(name)s”."),
                N_("Choose one of: %(known)s."),
                matrix=self.name,
                name=name[:60],
                known=", ".join(self.severities),
            )
        return self.severities.index(name)

    def level(self, probability: Fraction, severity: int) -> int:
        """Number of the level in the cell; 0 is the lowest."""
        return self.cells[self.band(probability)][severity]


def risk_matrix(
    name: str,
    *,
    bounds: Sequence[Fraction],
    severities: Sequence[str],
    levels: Sequence[str],
    rows: Sequence[Sequence[str]],
) -> RiskMatrix:
    """Check a matrix and give it its form.

    Parameters
    ----------
    name : str
        Key that is printed with results.
    bounds : sequence of Fraction
        Strictly falling, each in (0, 1).
    severities, levels : sequence of str
        The mildest severity and the lowest level first; no name twice.
    rows : sequence of sequence of str
        One row of level names for each band, the most probable first; len(bounds) + 1 rows.

    Returns
    -------
    RiskMatrix

    Raises
    ------
    InvalidInput
        `risk.matrix_bounds`, `risk.matrix_shape`, `risk.matrix_level`; and `risk.matrix_falls` where a
        graver or more probable harm would be a lower risk: such a table is a mistake of copying.
    """
    if any(not 0 < bound < 1 for bound in bounds) or list(bounds) != sorted(set(bounds), reverse=True):
        raise _wrong(name, "bounds", N_("The bounds of the matrix %(matrix)s do not fall from 1 towards 0."))
    shapes = {len(row) for row in rows}
    if len(rows) != len(bounds) + 1 or shapes != {len(severities)}:
        raise _wrong(
            name, "shape", N_("The matrix %(matrix)s needs a row for each band and a cell for each severity.")
        )
    for row in rows:
        for level in row:
            if level not in levels:
                raise _wrong(name, "level", N_("The matrix %(matrix)s uses a level that it does not name."))
    cells = tuple(tuple(levels.index(level) for level in row) for row in rows)
    rises = all(list(row) == sorted(row) for row in cells)
    falls = all(list(column) == sorted(column, reverse=True) for column in zip(*cells, strict=True))
    if not rises or not falls:
        raise _wrong(name, "falls", N_("In the matrix %(matrix)s a graver or likelier harm is a lower risk."))
    return RiskMatrix(name, tuple(bounds), tuple(severities), tuple(levels), cells)


def _wrong(name: str, what: str, message: str) -> InvalidInput:
    return InvalidInput(
        f"risk.matrix_{what}",
        message,
        N_("Compare it with the instrument that it is taken from."),
        matrix=name,
    )
