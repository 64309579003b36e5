"""A path model: which indicators measure which construct, and which construct acts on which.

Checked once, here: a construct without indicators, an indicator in two constructs, a loop. This
module refuses to know any answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from zhiheng.methods.errors import N_, InvalidInput

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Mode = Literal["A", "B"]


@dataclass(frozen=True, slots=True, eq=False)
class PathModel:
    """A checked model; p indicators stand block by block, in the order of the J constructs.

    Attributes
    ----------
    constructs : tuple of str
    indicators : tuple of str
        All indicators, block after block.
    blocks : tuple of slice
        Where the indicators of each construct stand in `indicators`.
    modes : tuple of "A" or "B"
        A: weights are correlations with the inner proxy (reflective); B: regression (formative).
    paths : ndarray of bool, shape (J, J)
        `paths[to, source]`: the construct `source` acts on the construct `to`.
    """

    constructs: tuple[str, ...]
    indicators: tuple[str, ...]
    blocks: tuple[slice, ...]
    modes: tuple[Mode, ...]
    paths: Bools

    @property
    def owner(self) -> NDArray[np.intp]:
        """Position of the construct to which each indicator belongs, shape (p,)."""
        return np.repeat(np.arange(len(self.blocks)), [block.stop - block.start for block in self.blocks])

    @property
    def starts(self) -> NDArray[np.intp]:
        """Position of the first indicator of each construct, shape (J,)."""
        return np.array([block.start for block in self.blocks], dtype=np.intp)

    @property
    def endogenous(self) -> tuple[int, ...]:
        """Positions of the constructs on which others act."""
        return tuple(int(one) for one in np.flatnonzero(self.paths.any(axis=1)))

    def sources(self, to: int) -> NDArray[np.intp]:
        """Positions of the constructs that act on this one."""
        return np.flatnonzero(self.paths[to])

    def position(self, construct: str) -> int:
        """Position of a construct by its name; `model.unknown` where there is none."""
        if construct not in self.constructs:
            raise InvalidInput(
                "model.unknown",
                N_("The model has no construct %(name)s."),
                N_("The constructs are: %(known)s."),
                name=construct,
                known=", ".join(self.constructs),
            )
        return self.constructs.index(construct)


def path_model(
    blocks: Mapping[str, Sequence[str]],
    paths: Sequence[tuple[str, str]],
    *,
    modes: Mapping[str, Mode] | None = None,
) -> PathModel:
    """Check a model and bring it into the form that estimation reads.

    Parameters
    ----------
    blocks : mapping of str to sequence of str
        The indicators of each construct; a construct with one indicator is that indicator.
    paths : sequence of (source, target)
        Which construct acts on which; without loops, each construct on at least one path.
    modes : mapping of str to "A" or "B", optional
        Mode of each construct; A where nothing is said. Mixed models are allowed.

    Raises
    ------
    InvalidInput
        `model.empty_construct`, `model.shared_indicator`, `model.unknown`, `model.self_path`,
        `model.double_path`, `model.loop`, `model.isolated`, `model.mode`, `model.no_constructs`.
    """
    constructs = tuple(blocks)
    if len(constructs) < 2:
        raise InvalidInput(
            "model.no_constructs",
            N_("The model has %(number)d constructs; a path needs two."),
            N_("Name the constructs with their indicators."),
            number=len(constructs),
        )
    indicators, slices = _laid_out(blocks)
    chosen = _modes(constructs, modes or {})
    unconnected = np.zeros((len(constructs), len(constructs)), np.bool_)
    model = PathModel(constructs, indicators, slices, chosen, unconnected)
    return replace(model, paths=_adjacency(model, paths))


def _laid_out(blocks: Mapping[str, Sequence[str]]) -> tuple[tuple[str, ...], tuple[slice, ...]]:
    indicators: list[str] = []
    slices: list[slice] = []
    owner: dict[str, str] = {}
    for construct, names in blocks.items():
        if isinstance(names, str) or not names:
            raise InvalidInput(
                "model.empty_construct",
                N_("The construct %(construct)s has no indicators."),
                N_("Give it a list of at least one indicator, or take it out of the model."),
                construct=construct,
            )
        for name in names:
            if name in owner:
                raise InvalidInput(
                    "model.shared_indicator",
                    N_("The indicator %(indicator)s stands in %(first)s and again in %(second)s."),
                    N_("Each indicator measures one construct, once."),
                    indicator=name,
                    first=owner[name],
                    second=construct,
                )
            owner[name] = construct
        slices.append(slice(len(indicators), len(indicators) + len(names)))
        indicators.extend(names)
    return tuple(indicators), tuple(slices)


def _modes(constructs: tuple[str, ...], modes: Mapping[str, Mode]) -> tuple[Mode, ...]:
    for construct, mode in modes.items():
        if construct not in constructs or mode not in ("A", "B"):
            raise InvalidInput(
                "model.mode",
                N_("Mode %(mode)s for %(construct)s: no such construct, or no such mode."),
                N_("Use A or B, for one of: %(known)s."),
                mode=str(mode),
                construct=construct,
                known=", ".join(constructs),
            )
    return tuple(modes.get(construct, "A") for construct in constructs)


def _adjacency(model: PathModel, paths: Sequence[tuple[str, str]]) -> Bools:
    size = len(model.constructs)
    found = np.zeros((size, size), dtype=np.bool_)
    for source, target in paths:
        start, end = model.position(source), model.position(target)
        if start == end:
            raise InvalidInput(
                "model.self_path",
                N_("The construct %(construct)s is said to act on itself."),
                N_("Take this path out of the inner model."),
                construct=source,
            )
        if found[end, start]:
            raise InvalidInput(
                "model.double_path",
                N_("The path from %(source)s to %(target)s is given twice."),
                N_("Give each path once."),
                source=source,
                target=target,
            )
        found[end, start] = True
    alone = ~(found.any(axis=0) | found.any(axis=1))
    if alone.any():
        raise InvalidInput(
            "model.isolated",
            N_("The construct %(construct)s is on no path."),
            N_("Its weights would have nothing to lean on: connect it or take it out."),
            construct=model.constructs[int(np.argmax(alone))],
        )
    _refuse_loops(found, model.constructs)
    found.flags.writeable = False
    return found


def _refuse_loops(paths: Bools, constructs: tuple[str, ...]) -> None:
    left = np.ones(len(constructs), dtype=np.bool_)
    while left.any():
        # Both ends are taken off, so that what remains lies on a loop or between two loops.
        inner = paths & left[:, None] & left[None, :]
        ends = left & ~(inner.any(axis=1) & inner.any(axis=0))
        if not ends.any():
            raise InvalidInput(
                "model.loop",
                N_("The inner model runs in a loop among: %(constructs)s."),
                N_("Path models here are recursive: turn or remove one of these paths."),
                constructs=", ".join(name for name, stays in zip(constructs, left, strict=True) if stays),
            )
        left &= ~ends
