"""Who was left out of a frame and why: a list apart, bound to the draw by its digest.

It refuses an excluded object without a reason, and one that stands in the frame nevertheless.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from zhiheng.methods.errors import N_
from zhiheng.methods.lottery.frame import Frame
from zhiheng.methods.lottery.lines import canonical_lines, check_lengths, fields
from zhiheng.methods.lottery.notation import fault, hash_of, shown, tagged


@dataclass(frozen=True, slots=True)
class Exclusions:
    """The canonical lines `identity TAB stratum TAB reason` and the identities in their order."""

    data: bytes = b""
    identities: tuple[str, ...] = ()

    def digest(self, algorithm: str = "sm3") -> str:
        """What the commitment says of the list, in hexadecimal."""
        return tagged(hash_of(algorithm), "exclusions", self.data).hex()

    def check_against(self, frame: Frame) -> None:
        """Refuse a list that excludes an object of the frame.

        Raises
        ------
        InvalidInput
            `exclusions.in_frame`.
        """
        wanted = {identity.encode() for identity in self.identities}
        for block in frame.blocks() if wanted else ():
            both = wanted.intersection(fields(block)[1])
            if both:
                fault(
                    "exclusions.in_frame",
                    N_("The object %(identity)s is excluded, but it stands in the frame."),
                    N_("Take it out of one of the two lists."),
                    identity=shown(min(both).decode()),
                )


def parse_exclusions(data: bytes) -> Exclusions:
    """Read lines of identity, stratum and reason, in any order; no bytes for an empty list.

    Raises
    ------
    InvalidInput
        `exclusions.duplicate`, and those of `lines.canonical_lines`.
    """
    if not data:
        return Exclusions()
    data = canonical_lines(data)
    identities, strata, _reasons = fields(data[:-1])
    check_lengths(identities, strata)
    for before, after in pairwise(identities):
        if before == after:
            fault(
                "exclusions.duplicate",
                N_("The object %(identity)s is excluded twice."),
                N_("Give one reason for each excluded object."),
                identity=shown(after.decode()),
            )
    return Exclusions(data, tuple(identity.decode() for identity in identities))
