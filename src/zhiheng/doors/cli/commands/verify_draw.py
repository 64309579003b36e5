"""`zhiheng verify draw` and `verify pairing`: off line, without a home and without a database.

This module refuses to open an installation: whoever was drawn has none.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zhiheng.doors.cli import output, refusals
from zhiheng.doors.cli.commands.draw_files import content, methods_refuse
from zhiheng.doors.cli.commands.options import Json
from zhiheng.doors.cli.words import _
from zhiheng.kernel.errors import N_, Problem

if TYPE_CHECKING:
    from zhiheng.methods.errors import InvalidInput
    from zhiheng.methods.lottery.pairing_verification import PairingVerdict
    from zhiheng.methods.lottery.verdict import Verdict


def draw(
    file: Annotated[Path, typer.Argument(help=N_("The proof of a draw, or a ticket."))],
    frame: Annotated[
        Path | None, typer.Option("--frame", help=N_("The frozen frame; then it is drawn again."))
    ] = None,
    exclusions: Annotated[
        Path | None, typer.Option("--exclusions", help=N_("The list of who was left out and why."))
    ] = None,
    as_json: Json = False,
) -> int:
    """Check every hash, key and threshold of a draw; name what does not fit."""
    from zhiheng.methods.lottery.notation import TICKET_FORMAT
    from zhiheng.methods.lottery.verification import verify_object, verify_proof

    data = content(file)
    ticket = f'"format":"{TICKET_FORMAT}"'.encode() in data[:200]
    given = (content(frame) if frame else None, content(exclusions) if exclusions else None)
    with output.progress(_("Checking the draw"), quiet=as_json):
        verdict = verify_object(data) if ticket else verify_proof(data, *given)
    return tell_verdict(verdict, as_json=as_json)


def tell_verdict(verdict: Verdict, *, as_json: bool, identity: str = "") -> int:
    """Tell what a verification of a draw found."""
    said = refusals.translated
    if as_json:
        output.answer_json(
            {
                "valid": verdict.valid,
                "drawn": verdict.drawn,
                "digest": verdict.digest,
                "commitment": verdict.commitment,
                "checks": [
                    {"name": one.name, "passed": one.passed, "message": said(one.message) % one.params}
                    for one in verdict.checks
                ],
                "notes": [
                    {"name": one.name, "message": said(one.message) % one.params} for one in verdict.notes
                ],
            }
        )
        return refusals.DONE if verdict.valid else refusals.REFUSED
    for check in verdict.checks:
        state = _("passed") if check.passed else _("FAILED")
        output.answer(f"{state}\t{said(check.message) % check.params}")
    for note in verdict.notes:
        output.answer(said(note.message) % note.params)
    if not verdict.valid:
        output.answer(_("The draw is NOT verified."))
        return refusals.REFUSED
    if verdict.drawn is not None:
        fate = _("%(object)s was drawn.") if verdict.drawn else _("%(object)s was not drawn.")
        output.answer(fate % {"object": identity or _("The object")})
    else:
        output.answer(_("The draw is verified. Digest: %(digest)s") % {"digest": verdict.digest})
    return refusals.DONE


def pairing(
    file: Annotated[Path, typer.Argument(help=N_("The statement of a pairing."))],
    proof: Annotated[
        Path | None, typer.Option("--proof", help=N_("Proof of the objects' draw; it is checked too."))
    ] = None,
    as_json: Json = False,
) -> int:
    """Draw the inspectors again and compare; with the objects' draw, check that it is the one."""
    from zhiheng.methods.lottery.pairing_verification import drawn_objects, pairing_verify
    from zhiheng.methods.lottery.verification import verify_proof

    data, objects = content(file), None
    if proof is not None:
        draws = content(proof)
        if not verify_proof(draws).valid:
            raise refusals.Refused(
                Problem(
                    "cli.pairing_draw",
                    N_("The proof of the objects' draw is not sound itself."),
                    {},
                    N_("`zhiheng verify draw` tells what is wrong with it."),
                )
            )
        with methods_refuse():
            objects = drawn_objects(draws)
    with output.progress(_("Drawing the inspectors again"), quiet=as_json):
        verdict = pairing_verify(data, objects)
    return _tell_pairing(verdict, as_json=as_json)


def _why(problem: InvalidInput | None) -> str:
    return refusals.translated(problem.message) % problem.params if problem else ""


def _tell_pairing(verdict: PairingVerdict, *, as_json: bool) -> int:
    said = refusals.translated
    digest = verdict.statement.digest.hex() if verdict.statement else ""
    rows = [(one.name, one.state, said(one.title), _why(one.problem)) for one in verdict.checks]
    if as_json:
        output.answer_json(
            {
                "valid": verdict.sound,
                "digest": digest,
                "checks": [
                    {"name": name, "state": state, "message": why or title}
                    for name, state, title, why in rows
                ],
                "notes": [said(one.message) % one.params for one in verdict.remarks],
            }
        )
        return refusals.DONE if verdict.sound else refusals.REFUSED
    words = {"passed": _("passed"), "failed": _("FAILED"), "not_run": _("not run")}
    for _name, state, title, why in rows:
        output.answer(f"{words[state]}\t{title}")
        if why:
            output.answer(f"  {why}")
    for remark in verdict.remarks:
        output.answer(said(remark.message) % remark.params)
    if verdict.sound:
        output.answer(_("The pairing is verified. Digest: %(digest)s") % {"digest": digest})
        return refusals.DONE
    output.answer(_("The pairing is NOT verified."))
    return refusals.REFUSED
