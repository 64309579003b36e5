"""What a verification found: each check by its name, passed or failed, in words.

The names are those of docs/topics/draw-proof.md. This module refuses to hide a check that failed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from zhiheng.methods.errors import N_, InvalidInput, Param

PASSED: Mapping[str, str] = MappingProxyType(
    {
        "form": N_("The file is in the form of the format, byte by byte."),
        "digest": N_("The digest of the file is right."),
        "nonces": N_("The revealed nonces are the committed ones."),
        "seed": N_("The seed follows from the commitment and the nonces."),
        "counts": N_("As many objects are drawn as the commitment says."),
        "paths": N_("Every listed object stood in the frame, once and in its stratum."),
        "keys": N_("The keys follow from the seed and each object's own identity."),
        "order": N_("The drawn objects are those within the threshold, in the right order."),
        "inclusion": N_("The published probabilities are right as far as they could be recomputed."),
        "frame": N_("The frame is the committed one."),
        "redrawn": N_("Drawing again from the frame gives exactly the same objects."),
        "exclusions": N_("The list of exclusions is the committed one."),
        "fate": N_("The object's own key was compared with the threshold."),
    }
)
NOTES: Mapping[str, str] = MappingProxyType(
    {
        "replaces": N_("This draw replaces an earlier one (%(commitment)s): %(reason)s (%(approver)s)."),
        "open_witness": N_("The witness %(name)s was not bound beforehand; keep in mind who revealed last."),
        "without_frame": N_("Without the frame nobody sees whether another object should have been drawn."),
        "integral": N_("Without the frame the probabilities that are integrals cannot be recomputed."),
        "published": N_(
            "Whether the commitment was public before the nonces were known, the file cannot show: "
            "compare the digest %(digest)s with what was published."
        ),
        "ticket": N_("Compare the digest %(digest)s with the published proof, which the ticket speaks of."),
    }
)


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its name, whether it passed, and a msgid with its parameters."""

    name: str
    passed: bool
    message: str
    params: Mapping[str, Param] = field(default_factory=dict)

    def __str__(self) -> str:
        """English words."""
        return self.message % self.params


@dataclass(frozen=True, slots=True)
class Note:
    """What a verification cannot show, or what a reader should know: a msgid with its parameters."""

    name: str
    params: Mapping[str, Param] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """The msgid."""
        return NOTES[self.name]

    def __str__(self) -> str:
        """English words."""
        return self.message % self.params


@dataclass(frozen=True, slots=True)
class Verdict:
    """All checks of a file.

    Attributes
    ----------
    checks : tuple of Check
    notes : tuple of Note
    digest, commitment : str
        Digest of the proof and of the commitment, in hexadecimal; empty when the form is broken.
    drawn : bool or None
        Whether the one object was drawn; None for a whole file, and when a check failed.
    """

    checks: tuple[Check, ...]
    notes: tuple[Note, ...] = ()
    digest: str = ""
    commitment: str = ""
    drawn: bool | None = None

    @property
    def valid(self) -> bool:
        """Whether every check passed, and there was one."""
        return bool(self.checks) and all(check.passed for check in self.checks)

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks that failed."""
        return tuple(check for check in self.checks if not check.passed)


def checked(name: str, work: Callable[[], object]) -> Check:
    """Do the work of a check: it passes unless an input is refused."""
    try:
        work()
    except InvalidInput as problem:
        return Check(name, False, problem.message, problem.params)
    return Check(name, True, PASSED[name])


def broken(problem: InvalidInput) -> Verdict:
    """The verdict on a file that is not in the form: nothing further can be checked."""
    return Verdict((Check("form", False, problem.message, problem.params),))


def all_of(pairs: Iterable[tuple[str, Callable[[], object]]]) -> tuple[Check, ...]:
    """The checks, in their order, after the form's."""
    return (Check("form", True, PASSED["form"]), *(checked(name, work) for name, work in pairs))
