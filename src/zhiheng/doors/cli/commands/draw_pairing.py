"""`zhiheng draw pair`: inspectors for the drawn objects, and the statement of it. Stores nothing else."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zhiheng.doors.cli import output, refusals
from zhiheng.doors.cli.commands.draw_files import content, free, methods_refuse, nonce_read, written
from zhiheng.doors.cli.commands.options import Json
from zhiheng.doors.cli.refusals import wrongly_written
from zhiheng.doors.cli.words import _
from zhiheng.kernel.errors import N_

if TYPE_CHECKING:
    from zhiheng.methods.lottery.pairing import Pairing, Shortage
    from zhiheng.methods.lottery.pairing_records import Inputs, Recusal, Rules, Task
    from zhiheng.methods.lottery.pairing_statement import Redraw
    from zhiheng.methods.lottery.pairing_verification import DrawnObjects

Row = Mapping[str, Any]


def pair(  # noqa: PLR0913  one argument an option
    inspectors: Annotated[Path, typer.Argument(help=N_("Table of the inspectors: csv, tsv or xlsx."))],
    to: Annotated[Path, typer.Option("--to", "-o", help=N_("The statement, to be published."))],
    title: Annotated[str, typer.Option("--title", help=N_("What the pairing is called."))],
    authority: Annotated[str, typer.Option("--authority", help=N_("Name of the authority that draws."))],
    proof: Annotated[
        Path | None, typer.Option("--proof", help=N_("Proof of the objects' draw, whose seed is used."))
    ] = None,
    tasks: Annotated[
        Path | None, typer.Option("--tasks", help=N_("Table of the tasks; else all drawn objects in pairs."))
    ] = None,
    recusals: Annotated[
        Path | None, typer.Option("--recusals", help=N_("Table of who stays away from what, and why."))
    ] = None,
    maximum: Annotated[int | None, typer.Option("--maximum", help=N_("Most tasks of one inspector."))] = None,
    even: Annotated[
        bool, typer.Option("--even/--uneven", help=N_("Loads as even as the rules allow, or not."))
    ] = True,
    apart: Annotated[
        str, typer.Option("--apart", help=N_("Never in the own one: province, city or county."))
    ] = "",
    within: Annotated[
        str, typer.Option("--within", help=N_("Only in the own one: province, city or county."))
    ] = "",
    nonces: Annotated[
        list[Path] | None, typer.Option("--nonce", help=N_("A witness's nonce file; may be given again."))
    ] = None,
    withhold: Annotated[
        Path | None, typer.Option("--withhold", help=N_("Seal the reasons; their salts go into this file."))
    ] = None,
    redraw_of: Annotated[
        Path | None,
        typer.Option("--redraw-of", help=N_("Statement of the pairing that this one replaces.")),
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help=N_("Why it is drawn again."))] = "",
    approver: Annotated[str, typer.Option("--approver", help=N_("Who approved that."))] = "",
    algorithm: Annotated[str, typer.Option("--algorithm", help=N_("The hash: sm3 or sha256."))] = "sm3",
    as_json: Json = False,
) -> int:
    """Draw inspectors for every task and write the statement that anybody can compute again."""
    from zhiheng.doors.cli.opening import without_database

    if proof is None and tasks is None:
        raise wrongly_written(
            "cli.pair_tasks",
            N_("It is not said what is to be inspected."),
            N_("Give the proof of the draw with --proof, or the tasks with --tasks."),
        )
    without_database()
    from zhiheng.methods.lottery.pairing import Infeasible
    from zhiheng.methods.lottery.pairing_records import inputs
    from zhiheng.methods.lottery.pairing_statement import Occasion, Witness, statement
    from zhiheng.methods.lottery.pairing_verification import drawn_objects

    free(to, withhold)
    with methods_refuse():
        objects = drawn_objects(content(proof)) if proof else None
        away, salts = _recusals(recusals, seal=withhold is not None, algorithm=algorithm)
        of = inputs(
            _tasks(tasks, objects), _inspectors(inspectors), away, _rules(maximum, even, apart, within)
        )
        occasion = Occasion(
            title,
            authority,
            datetime.now().astimezone().isoformat(timespec="seconds"),
            objects.basis if objects else None,
            tuple(Witness(one.name, one.nonce) for one in map(nonce_read, nonces or [])),
            _replaced(redraw_of, reason, approver),
        )
        try:
            with output.progress(_("Pairing"), quiet=as_json):
                found, data = statement(of, occasion, algorithm)
        except Infeasible as refused:
            _told_why(refused.shortage, as_json=as_json)
            raise
    if withhold is not None:
        written(withhold, (json.dumps(salts, ensure_ascii=False, indent=1) + "\n").encode(), secret=True)
    written(to, data)
    return _told(found, of, to, as_json=as_json)


def _replaced(path: Path | None, reason: str, approver: str) -> Redraw | None:
    from zhiheng.methods.lottery.pairing_statement import Redraw, statement_read

    if path is None and not reason and not approver:
        return None
    if path is None or not reason or not approver:
        raise wrongly_written(
            "cli.redraw",
            N_("A redraw needs its reason and who approved it."),
            N_("Give --redraw-of, --reason and --approver together; the first stays on record."),
        )
    return Redraw(statement_read(content(path)).digest, reason, approver)


def _tasks(path: Path | None, objects: DrawnObjects | None) -> list[Task]:
    from zhiheng.doors.cli.draw_sheets import TASKS
    from zhiheng.doors.planning.reading import rows_of
    from zhiheng.methods.lottery.pairing_records import Task

    if path is None:
        return [Task(one) for one in objects.identities] if objects else []
    return [
        Task(
            str(row["identity"]),
            _posts(row),
            str(row.get("enterprise", "")),
            str(row.get("division", "")),
        )
        for row in rows_of(path, TASKS)
    ]


def _posts(row: Row) -> tuple[Any, ...]:
    """A leader where one is asked for, and the others."""
    from zhiheng.methods.lottery.pairing_records import LEAST_TEAM, Post

    needs = frozenset(row.get("needs", ()))
    team = int(row.get("team", LEAST_TEAM))
    if "leader" not in row:
        return (Post(team, needs),)
    return (Post(1, needs | frozenset(row["leader"]), "leader"), Post(team - 1, needs))


def _inspectors(path: Path) -> list[Any]:
    from zhiheng.doors.cli.draw_sheets import INSPECTORS
    from zhiheng.doors.planning.reading import rows_of
    from zhiheng.methods.lottery.pairing_records import Inspector

    return [
        Inspector(
            str(row["identity"]),
            str(row.get("division", "")),
            frozenset(_strings(row.get("qualifications", ()))),
            _int(row.get("maximum")),
            _int(row.get("load")) or 0,
        )
        for row in rows_of(path, INSPECTORS)
    ]


def _strings(values: object) -> Iterable[str]:
    return [str(one) for one in values] if isinstance(values, tuple) else []


def _int(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _recusals(path: Path | None, *, seal: bool, algorithm: str) -> tuple[list[Recusal], list[dict[str, str]]]:
    """The recusals and, where their reasons are sealed, what opens the seals."""
    from dataclasses import replace

    from zhiheng.doors.cli.draw_sheets import RECUSALS
    from zhiheng.doors.planning.reading import rows_of
    from zhiheng.methods.lottery.pairing_records import Reason, Recusal
    from zhiheng.methods.lottery.pairing_statement import reason_seal

    found, salts = [], []
    for row in rows_of(path, RECUSALS) if path else []:
        one = Recusal(str(row["inspector"]), str(row["target"]), row["on"], Reason(row["reason"]))  # type: ignore[arg-type]  # the sheet lets two words pass
        if seal:
            salt, reason = secrets.token_bytes(32), one.reason
            one = replace(one, reason=Reason.WITHHELD, seal=reason_seal(one, reason, salt, algorithm))
            salts.append(
                {"inspector": one.inspector, "target": one.target, "reason": reason.value, "salt": salt.hex()}
            )
        found.append(one)
    return found, salts


def _rules(maximum: int | None, even: bool, apart: str, within: str) -> Rules:
    from zhiheng.methods.lottery.pairing_records import RegionRule, Rules

    named = (("apart", apart), ("within", within))
    regions = tuple(RegionRule(kind, level) for kind, level in named if level)  # type: ignore[arg-type]  # another word is refused by the records
    return Rules(maximum, even, regions)


def _told(found: Pairing, of: Inputs, to: Path, *, as_json: bool) -> int:
    from zhiheng.methods.lottery.pairing_statement import statement_read

    digest = statement_read(content(to)).digest.hex()
    loads = sorted(found.tasks_of.values())
    if as_json:
        output.answer_json(
            {"file": str(to), "digest": digest, "tasks": len(of.tasks), "least": loads[0], "most": loads[-1]}
        )
        return refusals.DONE
    output.table(
        (_("object"), _("inspectors")),
        [(team.task, ", ".join(one.inspector for one in team.members)) for team in found.teams],
    )
    output.note(
        _("%(tasks)d tasks; each inspector has between %(least)d and %(most)d.")
        % {"tasks": len(of.tasks), "least": loads[0], "most": loads[-1]}
    )
    output.note(_("digest of the statement: %(digest)s") % {"digest": digest})
    return refusals.DONE


def _told_why(shortage: Shortage, *, as_json: bool) -> None:
    """The certificate: which tasks, which inspectors, and what keeps the others away."""
    from zhiheng.methods.lottery.pairing_eligibility import BARS

    if as_json:
        output.answer_json(
            {
                "tasks": shortage.tasks,
                "full": shortage.full,
                "needed": shortage.needed,
                "at_most": shortage.at_most,
                "others": shortage.others,
                "missing": shortage.missing,
                "barred": {bar.value: count for bar, count in shortage.barred.items()},
                "least_maximum": shortage.least_maximum,
            }
        )
        return
    output.note(_("In the whole pairing %(count)d places stay empty.") % {"count": shortage.missing})
    output.note(_("Tasks: %(tasks)s") % {"tasks": _some(shortage.tasks)})
    if shortage.full:
        output.note(
            _("Inspectors who may go there, and take %(count)d tasks at most: %(names)s")
            % {"count": shortage.at_most, "names": _some(shortage.full)}
        )
    for bar, count in shortage.barred.items():
        output.note(
            _("%(count)d times somebody is out of the question: they %(why)s.")
            % {"count": count, "why": refusals.translated(BARS[bar])}
        )


def _some(names: tuple[str, ...], most: int = 10) -> str:
    return ", ".join(names[:most]) + (" …" if len(names) > most else "")
