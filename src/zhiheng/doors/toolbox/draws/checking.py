"""The check of a draw on this server, for readers whose browser runs no script, and for programs.

It says the same checks by the same names as the script of the page, computed by `methods.lottery`. This
module refuses to call a check passed that was not made.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from zhiheng.doors.toolbox.draws.words import CHECKS, NOTES, PAGE
from zhiheng.kernel.chain import Json
from zhiheng.kernel.errors import N_, refuse
from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.lottery.frame import parse_frame
from zhiheng.methods.lottery.proof import read_proof, ticket_of
from zhiheng.methods.lottery.verdict import Check, Verdict
from zhiheng.methods.lottery.verification import verify_object, verify_proof

FATE = N_("Own lot and threshold")
NEEDS = {"frame": "frame", "redrawn": "frame", "exclusions": "exclusions"}
OF_OBJECTS = ("form", "digest", "nonces", "seed", "paths", "fate")


@dataclass(frozen=True, slots=True)
class Files:
    """What was handed in; an empty file is none."""

    proof: bytes
    frame: bytes = b""
    exclusions: bytes = b""


@dataclass(frozen=True, slots=True)
class Row:
    """A check as the page shows it."""

    name: str
    title: str
    about: str
    state: str
    found: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """Everything that was found."""

    rows: tuple[Row, ...]
    said: str
    notes: tuple[str, ...]
    verdict: Verdict

    @property
    def failed(self) -> bool:
        """Whether any check failed."""
        return not self.verdict.valid

    def to_json(self) -> dict[str, Json]:
        """What was found, for programs."""
        return {
            "valid": self.verdict.valid,
            "drawn": self.verdict.drawn,
            "digest": self.verdict.digest,
            "commitment": self.verdict.commitment,
            "said": self.said,
            "checks": [
                {"name": row.name, "title": row.title, "state": row.state, "found": list(row.found)}
                for row in self.rows
            ],
            "notes": list(self.notes),
        }


def rows_open() -> tuple[Row, ...]:
    """The checks before anything was checked."""
    return tuple(Row(check.name, _(check.title), _(check.about), "") for check in CHECKS)


def audited(files: Files) -> Checked:
    """The whole draw, as far as the files allow."""
    _require(files)
    verdict = verify_proof(files.proof, files.frame or None, files.exclusions or None)
    made = {check.name: check for check in verdict.checks}
    stopped = not made["form"].passed
    rows = tuple(_row(check.name, made.get(check.name), stopped) for check in CHECKS)
    passed, failed = len(made) - len(verdict.failed), len(verdict.failed)
    if failed:
        said = _(PAGE["some_failed"]) % {"failed": failed}
    else:
        said = _(PAGE["all_passed"]) % {"passed": passed}
        absent = sum(row.state == "absent" for row in rows)
        if absent:
            said += " " + _(PAGE["some_absent"]) % {"absent": absent}
    return Checked(rows, said, _notes(verdict), verdict)


def asked(files: Files, identity: str) -> Checked:
    """One object: from its ticket, from a proof that lists it, or from a proof and the frame."""
    _require(files)
    verdict = verify_object(_about(files, identity), identity)
    rows = tuple(
        _row(check.name, check, stopped=False) for check in verdict.checks if check.name in OF_OBJECTS
    )
    words = {True: N_("%(identity)s was drawn."), False: N_("%(identity)s was not drawn.")}
    said = (
        _("This does not show whether %(identity)s was drawn.")
        if verdict.drawn is None
        else _(words[verdict.drawn])
    )
    return Checked(rows, said % {"identity": identity}, _notes(verdict), verdict)


def _require(files: Files) -> None:
    if not files.proof.strip():
        raise refuse("draw.no_proof", N_("Choose the proof file, or paste its text."))


def _about(files: Files, identity: str) -> bytes:
    """The file to ask; with the frame, the ticket of an object that the proof does not list."""
    if not files.frame:
        return files.proof
    try:
        return ticket_of(read_proof(files.proof), parse_frame(files.frame), identity)
    except InvalidInput:
        return files.proof


def _row(name: str, made: Check | None, stopped: bool) -> Row:
    known = next((check for check in CHECKS if check.name == name), None)
    title, about = (_(known.title), _(known.about)) if known else (_(FATE), "")
    if made is None:
        why = _(PAGE["not_reached"] if stopped else NOTES[NEEDS[name]])
        return Row(name, title, about, "absent", (why,))
    if made.passed:
        return Row(name, title, about, "passed")
    return Row(name, title, about, "failed", (_(made.message) % dict(made.params),))


def _notes(verdict: Verdict) -> tuple[str, ...]:
    return tuple(_(note.message) % dict(note.params) for note in verdict.notes)
