"""`zhiheng draw`: a draw from its frame to its proof, one file after the other.

The computing is that of `zhiheng.methods.lottery`, the format that of docs/topics/draw-proof.md. This
module refuses to overwrite a file, and to show a secret nonce on the screen.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zhiheng.doors.cli import output, refusals
from zhiheng.doors.cli.commands import draw_pairing
from zhiheng.doors.cli.commands.draw_files import (
    content,
    free,
    methods_refuse,
    named,
    nonce_made,
    nonce_read,
    written,
)
from zhiheng.doors.cli.commands.options import Json
from zhiheng.doors.cli.refusals import wrongly_written
from zhiheng.doors.cli.words import _
from zhiheng.kernel.errors import N_

if TYPE_CHECKING:
    from zhiheng.methods.lottery.commitment import Commitment, Design, Party, Redraw
    from zhiheng.methods.lottery.frame import Frame

app = typer.Typer(
    help=N_("Draw at random so that everybody can check it. Freeze, commit, make; objects and inspectors."),
    no_args_is_help=True,
)
Algorithm = Annotated[str, typer.Option("--algorithm", help=N_("The hash: sm3 or sha256."))]
FrameFile = Annotated[Path, typer.Argument(help=N_("The frozen frame, frame.tsv."))]


@app.command(
    "freeze",
    help=N_("Freeze a table into a frame. Every bad line is named; writes frame.tsv and exclusions.tsv."),
)
def freeze(
    table: Annotated[Path, typer.Argument(help=N_("The table: csv, tsv or xlsx, or lines of a frame."))],
    to: Annotated[Path, typer.Option("--to", "-o", help=N_("Folder for the two files."))],
    algorithm: Algorithm = "sm3",
    as_json: Json = False,
) -> int:
    """Check a table and write the frame and the exclusions in their one form."""
    from zhiheng.doors.cli.opening import without_database

    without_database()
    from zhiheng.doors.cli.draw_sheets import FRAME
    from zhiheng.doors.planning.reading import rows_of
    from zhiheng.methods.lottery.exclusions import parse_exclusions
    from zhiheng.methods.lottery.frame import frame_of, parse_frame

    paths = (to / "frame.tsv", to / "exclusions.tsv")
    free(*paths)
    with methods_refuse(), output.progress(_("Freezing the frame"), quiet=as_json):
        if table.suffix == ".tsv" and _is_frame(table):
            frame, left_out = parse_frame(content(table)), parse_exclusions(b"")
        else:
            rows = rows_of(table, FRAME)
            frame = frame_of(
                (str(row["stratum"]), str(row["identity"]), str(row.get("weight", "1")))
                for row in rows
                if "excluded" not in row
            )
            lines = [
                f"{row['identity']}\t{row['stratum']}\t{row['excluded']}\n"
                for row in rows
                if "excluded" in row
            ]
            left_out = parse_exclusions("".join(lines).encode())
            left_out.check_against(frame)
        root = frame.tree(algorithm).root.hex()
    written(paths[0], frame.data)
    written(paths[1], left_out.data)
    strata = [{"name": one.name, "size": one.size} for one in frame.strata]
    if as_json:
        output.answer_json(
            {
                "files": [str(path) for path in paths],
                "objects": frame.size,
                "excluded": len(left_out.identities),
                "root": root,
                "strata": strata,
            }
        )
        return refusals.DONE
    output.table((_("stratum"), _("objects")), [(one["name"], one["size"]) for one in strata])
    output.answer(_("%(count)d objects, root %(root)s") % {"count": frame.size, "root": root})
    output.note(_("Written: %(files)s") % {"files": ", ".join(map(str, paths))})
    return refusals.DONE


def _is_frame(table: Path) -> bool:
    """Lines of three fields of which the last is a number from the first on: no headings."""
    from zhiheng.methods.lottery.notation import WEIGHT

    with table.open("rb") as file:
        cells = file.readline().decode("utf-8", "replace").rstrip("\n").split("\t")
    return len(cells) == 3 and WEIGHT.fullmatch(cells[2]) is not None


@app.command(
    "witness",
    help=N_("Make a nonce for a witness. It goes into a secret file; its hash goes to the authority."),
)
def witness(
    name: Annotated[str, typer.Argument(help=N_("Name of the witness, as the commitment will have it."))],
    to: Annotated[Path, typer.Option("--to", "-o", help=N_("The secret file."))],
    algorithm: Algorithm = "sm3",
    as_json: Json = False,
) -> int:
    """Make 32 random bytes for a witness and tell their hash."""
    digest = nonce_made(to, name, algorithm)
    if as_json:
        output.answer_json({"file": str(to), "name": name, "nonce_hash": digest})
        return refusals.DONE
    output.answer(f"{name}={digest}")
    output.note(
        _("Give this line to the authority; keep %(path)s secret until the commitment is public.")
        % {"path": to}
    )
    return refusals.DONE


@app.command(
    "commit",
    help=N_("Commit to a draw. Writes the document to be published and, apart, the secret nonce."),
)
def commit(  # noqa: PLR0913  one argument an option
    frame_file: FrameFile,
    to: Annotated[Path, typer.Option("--to", "-o", help=N_("The commitment document, to be published."))],
    nonce: Annotated[Path, typer.Option("--nonce", help=N_("The authority's secret nonce, written here."))],
    title: Annotated[str, typer.Option("--title", help=N_("What the draw is called."))],
    authority: Annotated[str, typer.Option("--authority", help=N_("Name of the authority that draws."))],
    sizes: Annotated[
        Path | None, typer.Option("--sizes", help=N_("Lines of stratum, tabulator, number to be drawn."))
    ] = None,
    sample: Annotated[
        list[str] | None, typer.Option("--sample", help=N_("STRATUM=NUMBER; may be given again."))
    ] = None,
    design: Annotated[str, typer.Option("--design", help=N_("fixed, bernoulli or poisson."))] = "fixed",
    exclusions: Annotated[
        Path | None, typer.Option("--exclusions", help=N_("The list of who was left out and why."))
    ] = None,
    witnesses: Annotated[
        list[str] | None, typer.Option("--witness", help=N_("NAME=HASH, or NAME alone; may be given again."))
    ] = None,
    beacon: Annotated[
        str, typer.Option("--beacon", help=N_("SOURCE=VALUE THAT IS MEANT: a public random value to come."))
    ] = "",
    redraw_of: Annotated[
        Path | None,
        typer.Option("--redraw-of", help=N_("Proof, or commitment, of the draw that this one replaces.")),
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help=N_("Why it is drawn again."))] = "",
    approver: Annotated[str, typer.Option("--approver", help=N_("Who approved that."))] = "",
    algorithm: Algorithm = "sm3",
    as_json: Json = False,
) -> int:
    """Bind frame, sizes, witnesses and a secret nonce by one document."""
    from zhiheng.methods.lottery import commitment as commitments
    from zhiheng.methods.lottery.exclusions import parse_exclusions
    from zhiheng.methods.lottery.frame import parse_frame

    free(to, nonce)
    with methods_refuse(), output.progress(_("Computing the root"), quiet=as_json):
        frame = parse_frame(content(frame_file))
        left_out = parse_exclusions(content(exclusions)) if exclusions else None
        replaced = _replaced(redraw_of, reason, approver)
        parties = tuple(commitments.Party(*one) for one in _witnesses(witnesses))
        source, _equals, which = beacon.partition("=")
        amounts = _design(frame, design, sizes, sample)
        now = datetime.now().astimezone().isoformat(timespec="seconds")

        def bound(digest: str) -> Commitment:
            said = commitments.Announcement(
                title,
                now,
                commitments.Party(authority, digest),
                parties,
                commitments.Beacon(source.strip(), which.strip()) if beacon else None,
                replaced,
            )
            return commitments.commit(frame, amounts, said, exclusions=left_out, algorithm=algorithm)

        bound("0" * 64)  # all that can be refused is refused before a secret is made
        made = bound(nonce_made(nonce, authority, algorithm))
    written(to, made.text.encode() + b"\n")
    if as_json:
        output.answer_json({"file": str(to), "nonce": str(nonce), "digest": made.digest.hex()})
        return refusals.DONE
    output.answer(_("digest of the commitment: %(digest)s") % {"digest": made.digest.hex()})
    output.note(
        _(
            "Publish %(path)s and this digest now, before any nonce is revealed. "
            "Keep %(nonce)s secret until then, and do not lose it."
        )
        % {"path": to, "nonce": nonce}
    )
    return refusals.DONE


def _witnesses(given: list[str] | None) -> list[tuple[str, str | None]]:
    return [(name, value or None) for name, value in named(given, "--witness").items()]


def _design(frame: Frame, kind: str, sizes: Path | None, sample: list[str] | None) -> Design:
    """The amount of every stratum; strata that are not named draw nothing."""
    from zhiheng.methods.lottery.commitment import Design

    stated = named(sample, "--sample")
    if sizes is not None:
        for line in content(sizes).decode("utf-8", "replace").splitlines():
            name, _tab, amount = line.rpartition("\t")
            stated.setdefault(name, amount.strip())
    if not stated:
        raise wrongly_written(
            "cli.draw_sizes",
            N_("It is not said how many are to be drawn."),
            N_("Give --sample STRATUM=NUMBER or --sizes FILE."),
        )
    amounts: dict[str, int | str] = dict.fromkeys((one.name for one in frame.strata), "0")
    amounts |= stated
    if kind == "fixed":
        amounts = {name: _number(name, str(amount)) for name, amount in amounts.items()}
    return Design(kind, amounts)  # type: ignore[arg-type]  # another word is refused by the commitment


def _number(name: str, amount: str) -> int:
    if not amount.isascii() or not amount.isdigit():
        raise wrongly_written(
            "cli.draw_number",
            N_("The number to be drawn from %(name)s is “%(amount)s”."),
            N_("Write a whole number; rates need --design bernoulli or poisson."),
            name=name[:60],
            amount=amount[:40],
        )
    return int(amount)


def _replaced(path: Path | None, reason: str, approver: str) -> Redraw | None:
    from zhiheng.methods.errors import InvalidInput
    from zhiheng.methods.lottery.commitment import Redraw, read_commitment
    from zhiheng.methods.lottery.proof import read_proof

    if path is None:
        if reason or approver:
            raise wrongly_written(
                "cli.redraw",
                N_("A reason is given, but not which draw is replaced."),
                N_("Name its proof or its commitment with --redraw-of."),
            )
        return None
    if not reason or not approver:
        raise wrongly_written(
            "cli.redraw",
            N_("A redraw needs its reason and who approved it."),
            N_("Give --reason and --approver; the first draw stays on record."),
        )
    data = content(path)
    try:
        proof = read_proof(data)
    except InvalidInput:
        return Redraw(approver, read_commitment(data).digest.hex(), None, reason)
    return Redraw(approver, proof.head.commitment.digest.hex(), proof.digest.hex(), reason)


@app.command(
    "make",
    help=N_("Make the draw. From frame, commitment and all nonces comes the proof, one JSON file."),
)
def make(
    frame_file: FrameFile,
    commitment_file: Annotated[Path, typer.Argument(help=N_("The commitment document that was published."))],
    to: Annotated[Path, typer.Option("--to", "-o", help=N_("The proof, to be published."))],
    nonces: Annotated[
        list[Path], typer.Option("--nonce", help=N_("A nonce file; one for the authority and each witness."))
    ],
    beacon: Annotated[str, typer.Option("--beacon", help=N_("The value of the beacon, as text."))] = "",
    as_json: Json = False,
) -> int:
    """Carry the committed draw out and write its proof."""
    from zhiheng.methods.lottery.commitment import read_commitment
    from zhiheng.methods.lottery.draw import Nonces, draw
    from zhiheng.methods.lottery.frame import parse_frame
    from zhiheng.methods.lottery.proof import make_proof

    free(to)
    with methods_refuse(), output.progress(_("Drawing"), quiet=as_json) as bar:
        commitment = read_commitment(content(commitment_file))
        given = {one.name: one.nonce for one in map(nonce_read, nonces)}
        revealed = Nonces(
            _nonce_of(given, commitment.announcement.authority),
            tuple(_nonce_of(given, party) for party in commitment.announcement.witnesses),
            beacon or None,
        )
        bar(1, 3)
        made = draw(parse_frame(content(frame_file)), commitment, revealed)
        bar(2, 3)
        proof = make_proof(made)
        data = proof.data
        bar(3, 3)
    written(to, data)
    drawn = {
        plan.name: len(outcome.drawn) for plan, outcome in zip(commitment.strata, made.outcomes, strict=True)
    }
    if as_json:
        output.answer_json({"file": str(to), "digest": proof.digest.hex(), "drawn": drawn})
        return refusals.DONE
    output.table((_("stratum"), _("drawn")), list(drawn.items()))
    output.answer(_("digest of the proof: %(digest)s") % {"digest": proof.digest.hex()})
    output.note(
        _("Publish %(path)s; `zhiheng verify draw` checks it without any installation.") % {"path": to}
    )
    return refusals.DONE


def _nonce_of(given: dict[str, bytes], party: Party) -> bytes:
    if party.name not in given:
        raise refusals.Refused(
            refusals.Problem(
                "cli.nonce_missing",
                N_("The nonce of %(name)s is missing."),
                {"name": party.name},
                N_("Give the nonce file of the authority and of every witness with --nonce."),
            )
        )
    return given[party.name]


@app.command(
    "object",
    help=N_("Tell the fate of one object. Drawn or not, and why; with --frame writes its own ticket."),
)
def of_object(
    proof_file: Annotated[Path, typer.Argument(help=N_("The proof of the draw, or a ticket."))],
    identity: Annotated[str, typer.Argument(help=N_("Identity of the object."))],
    frame_file: Annotated[Path | None, typer.Option("--frame", help=N_("The frozen frame."))] = None,
    to: Annotated[Path | None, typer.Option("--to", "-o", help=N_("Write the ticket here."))] = None,
    as_json: Json = False,
) -> int:
    """Say whether an object was drawn, so that it can check it by itself."""
    from zhiheng.doors.cli.commands.verify_draw import tell_verdict
    from zhiheng.methods.lottery.frame import parse_frame
    from zhiheng.methods.lottery.proof import read_proof, ticket_of
    from zhiheng.methods.lottery.verification import verify_object

    if to is not None and frame_file is None:
        raise wrongly_written(
            "cli.ticket_frame", N_("A ticket is made from the frame."), N_("Give the frame with --frame.")
        )
    free(to)
    data = content(proof_file)
    with methods_refuse():
        if frame_file is not None:
            data = ticket_of(read_proof(data), parse_frame(content(frame_file)), identity)
        verdict = verify_object(data, identity)
    if to is not None and verdict.valid:
        written(to, data)
    return tell_verdict(verdict, as_json=as_json, identity=identity)


app.command(
    "pair",
    help=N_("Give inspectors to the objects. Random among all pairings that keep the rules."),
)(draw_pairing.pair)
