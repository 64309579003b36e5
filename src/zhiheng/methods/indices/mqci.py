"""The quality competitiveness index of manufacturing (制造业质量竞争力指数) as a given structure.

The tree of twelve observed variables, the scale 60 to 100 and the bands are published; weights and the
bounds of each variable are not. Ours stand in, and say so. It refuses to invent a bound.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.indices.aggregating import Composite, aggregate
from zhiheng.methods.indices.normalising import Normalisation, Normalised, normalise
from zhiheng.methods.indices.structure import Aggregate, Indicator, Structure, structure
from zhiheng.methods.indices.tables import Table

Origin = Literal["official", "ours"]

SCALE = Normalisation("goalposts", 60.0, 100.0)

# Published: two second-level, six third-level, twelve observed variables (state bureau of quality
# supervision, 2006 on). Falling: the loss rate alone.
_AGGREGATES = (
    ("mqci", ""),
    ("quality_level", "mqci"),
    ("development_capacity", "mqci"),
    ("standards_and_technology", "quality_level"),
    ("quality_management", "quality_level"),
    ("supervision_and_inspection", "quality_level"),
    ("research_and_renewal", "development_capacity"),
    ("core_technology", "development_capacity"),
    ("market_adaptation", "development_capacity"),
)
_INDICATORS = (
    ("graded_products", "standards_and_technology", 1),  # 产品质量等级品率
    ("microelectronic_equipment", "standards_and_technology", 1),  # 微电子控制设备比重
    ("certified_systems", "quality_management", 1),  # 质量管理体系认证率
    ("quality_loss", "quality_management", -1),  # 质量损失率
    ("spot_check_pass", "supervision_and_inspection", 1),  # 产品监督抽查合格率
    ("export_inspection_pass", "supervision_and_inspection", 1),  # 出口商品检验合格率
    ("research_spending", "research_and_renewal", 1),  # 研究与试验发展经费比重
    ("renewal_spending", "research_and_renewal", 1),  # 技术改造经费比重
    ("patents", "core_technology", 1),  # 每百万元产值拥有专利数
    ("new_products", "core_technology", 1),  # 新产品销售比重
    ("mean_sales", "market_adaptation", 1),  # 平均产品销售收入
    ("international_sales", "market_adaptation", 1),  # 国际市场销售率
)


@dataclass(frozen=True, slots=True)
class GivenStructure:
    """A structure with the origin of what it rests on.

    Attributes
    ----------
    structure : Structure
    weights, bounds : str
        "official" when published by the authority, else "ours"; to be shown beside every figure.
    """

    structure: Structure
    weights: Origin
    bounds: Origin


@dataclass(frozen=True, slots=True)
class Bands:
    """Bands of an index: `names[k]` holds from `bounds[k-1]` (included) to below `bounds[k]`."""

    bounds: tuple[float, ...]
    names: tuple[str, ...]
    source: str

    def of(self, scores: ArrayLike) -> NDArray[np.int64]:
        """Number of the band of each score; raises `indices.band_missing` for a missing score."""
        values = np.asarray(scores, np.float64)
        if np.isnan(values).any():
            raise InvalidInput(
                "indices.band_missing",
                N_("A missing index belongs to no band."),
                N_("Leave out units without an index."),
            )
        return np.searchsorted(self.bounds, values, side="right").astype(np.int64)


# By the day of the announcement: the words and limits changed.
BANDS: Mapping[str, Bands] = MappingProxyType(
    {
        "2009": Bands(
            (75.0, 80.0, 95.0),
            ("very weak", "fair", "fairly strong", "very strong"),
            "2008 bulletin as reported 2009-12-17 (gsiic.com/Item/102774.aspx)",
        ),
        "2011": Bands(
            (75.0, 80.0, 85.0, 90.0),
            ("none", "insufficient", "initial", "medium", "strong"),
            "AQSIQ news of 2011-07-13 (kjeagle.com/zltj/2011-7/13/82171.html)",
        ),
    }
)


def mqci_structure(
    bounds: Mapping[str, tuple[float, float]],
    weights: Mapping[str, float] | None = None,
    *,
    bounds_origin: Origin = "ours",
    weights_origin: Origin = "ours",
) -> GivenStructure:
    """The index with the bounds and weights given.

    Parameters
    ----------
    bounds : mapping of indicator to (low, high)
        The values that score 60 and 100 (100 and 60 for `quality_loss`), for each of the twelve.
    weights : mapping of node to float, optional
        Weights among siblings; those not named are equal. Equal throughout is our convention.
    bounds_origin, weights_origin : str
        "official" only for figures that the authority published.

    Raises
    ------
    InvalidInput
        `indices.no_goalposts` for a variable without bounds, `indices.unknown`, and what `structure`
        raises.
    """
    names = [code for code, _, _ in _INDICATORS]
    for code in bounds:
        if code not in names:
            raise InvalidInput(
                "indices.unknown",
                N_('There is no "%(code)s" in the structure.'),
                N_("Use a code of the structure."),
                code=code,
            )
    for code in names:
        if code not in bounds or not all(map(math.isfinite, bounds[code])):
            raise InvalidInput(
                "indices.no_goalposts",
                N_('"%(indicator)s" has no goalposts.'),
                N_("Give the values that score lowest and highest, or choose another method."),
                indicator=code,
            )
    made = structure(
        [Indicator(code, parent, way, goalposts=bounds[code]) for code, parent, way in _INDICATORS],
        [Aggregate(code, parent) for code, parent in _AGGREGATES],
    )
    return GivenStructure(made.weighted(weights or {}), weights_origin, bounds_origin)


def mqci(given: Table) -> tuple[Normalised, Composite]:
    r"""Scores and index: :math:`z=60+40\,\mathrm{clip}((x-lo)/(hi-lo),0,1)`, reversed for a loss, weighted.

    The table's structure comes from `mqci_structure`; errors as for `normalise` and `aggregate`.
    """
    scores = normalise(given, SCALE)
    return scores, aggregate(scores, "arithmetic")
