"""The customer satisfaction index of GB/T 19038-2009 and 19039-2009: six constructs, eleven paths.

The six constructs, the number of paths and the form of the index are the standard's. Which eleven pairs its
annex draws we have not read: `PATHS` is ours, and whoever has the annex at hand passes its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.satisfaction.answers import Answers
from zhiheng.methods.satisfaction.estimates import PlsFit, fit
from zhiheng.methods.satisfaction.iteration import Control
from zhiheng.methods.satisfaction.model import path_model
from zhiheng.methods.satisfaction.performance import indices

# 品牌形象, 预期质量, 感知质量, 感知价值, 顾客满意, 顾客忠诚
CONSTRUCTS = ("image", "expectation", "quality", "value", "satisfaction", "loyalty")

# The ten paths that the European index (ECSI) draws among these six constructs, and image → quality. Ours.
PATHS = (
    ("image", "expectation"),
    ("image", "quality"),
    ("image", "satisfaction"),
    ("image", "loyalty"),
    ("expectation", "quality"),
    ("expectation", "value"),
    ("expectation", "satisfaction"),
    ("quality", "value"),
    ("quality", "satisfaction"),
    ("value", "satisfaction"),
    ("satisfaction", "loyalty"),
)


@dataclass(frozen=True, slots=True, eq=False)
class CustomerIndex:
    """The index and the model behind it.

    Attributes
    ----------
    index : float
        Index of satisfaction, 0 to 100.
    indices : mapping of str to float
        Index of each of the six constructs.
    fit : PlsFit
        For paths, quality, intervals and maps.
    paths_are_ours : bool
        Whether the inner model is `PATHS`, and so not read in the standard.
    """

    index: float
    indices: Mapping[str, float]
    fit: PlsFit
    paths_are_ours: bool


def customer_index(
    given: Answers,
    blocks: Mapping[str, Sequence[str]],
    *,
    paths: Sequence[tuple[str, str]] = PATHS,
    control: Control | None = None,
) -> CustomerIndex:
    """Customer satisfaction index of 0 to 100 by the model of six constructs, all in mode A.

    Parameters
    ----------
    given : Answers
        With their scale; the standard's questionnaire asks on 1 to 10.
    blocks : mapping
        Indicators of each of `CONSTRUCTS`.
    paths : sequence of (source, target)
        The inner model.
    control : Control, optional

    Raises
    ------
    InvalidInput
        `customer.constructs`, and what `path_model`, `fit` and `indices` raise.

    References
    ----------
    GB/T 19038-2009, GB/T 19039-2009 (known to us at second hand). M. Tenenhaus et al. (2005),
    Computational Statistics & Data Analysis 48, 159-205 (the European model).
    """
    if set(blocks) != set(CONSTRUCTS):
        odd = sorted(set(blocks) ^ set(CONSTRUCTS))
        raise InvalidInput(
            "customer.constructs",
            N_("The customer satisfaction index has six constructs; missing or unknown: %(constructs)s."),
            N_("Give the indicators of: %(known)s."),
            constructs=", ".join(odd),
            known=", ".join(CONSTRUCTS),
        )
    model = path_model({name: blocks[name] for name in CONSTRUCTS}, paths)
    found = fit(model, given, control)
    reached = indices(found, given)
    named = MappingProxyType({name: float(one) for name, one in zip(CONSTRUCTS, reached, strict=True)})
    return CustomerIndex(named["satisfaction"], named, found, tuple(paths) == PATHS)
