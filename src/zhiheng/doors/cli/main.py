"""The command `zhiheng`: finds the command that is meant, and says in plain words why it could not be done.

Declarations are in English, the language of msgids; `main` turns them into the language of this run.
This module refuses to load Django: `--help` answers at once.
"""

from __future__ import annotations

import re
import sys
from typing import Any, Final

import typer
from typer.core import TyperCommand, TyperGroup

from zhiheng.doors.cli import output, refusals
from zhiheng.doors.cli.commands import (
    account,
    check,
    deadline,
    demo,
    draw,
    exports,
    imports,
    plan_group,
    report,
    run,
    verify,
)
from zhiheng.doors.cli.words import _, teach_typer
from zhiheng.kernel.errors import N_, Refused

EPILOG: Final = N_(
    "Exit codes: 0 done; 1 refused, or something was found broken; 2 wrongly written; "
    "3 port, folder, database or settings are in the way."
)
app = typer.Typer(
    name="zhiheng",
    help=N_("Zhiheng: quality governance on one tamper-evident ledger."),
    epilog=EPILOG,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
app.command(
    "run",
    help=N_("Start the system. Sets up what is missing, then serves pages, API and imports until Ctrl-C."),
)(run.run)
app.command(
    "worker",
    help=N_("Take imports in, and nothing else. For pages that another process or machine serves."),
)(run.worker)
app.command(
    "import",
    help=N_("Import a file. Rows that are wrong are kept and named; rows that are known are skipped."),
)(imports.import_file)
app.command(
    "export",
    help=N_("Write a list into a file. With --json it is told how many rows were written."),
)(exports.export)
app.add_typer(report.app, name="report")
app.add_typer(plan_group.app, name="plan")
app.add_typer(draw.app, name="draw")
app.add_typer(verify.app, name="verify")
app.command(
    "demo",
    help=N_("Load the synthetic province. Needs an empty installation; --files only writes its files."),
)(demo.demo)
app.command(
    "check",
    help=N_("Look whether all is well. Program, folder, disk, database, ledger, fonts; changes nothing."),
)(check.check)
app.command(
    "deadline",
    help=N_("Compute a time limit of the law. Tells the last day, and why it is that day."),
)(deadline.deadline)
app.add_typer(account.app, name="account")


def main() -> None:
    """Run the command that the arguments name, and end with its exit code."""
    sys.exit(carried_out(sys.argv[1:]))


def carried_out(arguments: list[str]) -> int:
    """Do what the arguments say; the exit code."""
    teach_typer()
    command = translated(typer.main.get_command(app))
    try:
        return int(command.main(arguments, prog_name="zhiheng", standalone_mode=False) or refusals.DONE)
    except Refused as refused:
        for problem in refused.problems:
            output.problem(problem, lead=_("Not done: "))
        return refusals.exit_code(refused)
    except typer.Exit as done:
        return done.exit_code
    except (KeyboardInterrupt, typer.Abort):
        output.note(_("Stopped."))
        return refusals.REFUSED
    except SystemExit as ended:
        if not isinstance(ended.__context__, BrokenPipeError):
            raise
        return refusals.DONE  # whoever read the answer has seen enough
    except Exception as error:  # noqa: BLE001  what is not known is raised again
        return _failed(error)


def _failed(error: Exception) -> int:
    """What is left: a wrongly written command, a database that went away, or a mistake in the program."""
    written = getattr(error, "format_message", None)
    if written is not None:
        output.note(_("Wrongly written: %(why)s") % {"why": written()})
        output.note(_("`%(command)s --help` tells how.") % {"command": _path(error)})
        return refusals.USAGE
    if "django.db" in sys.modules:
        from django.db import InterfaceError, OperationalError

        if isinstance(error, OperationalError | InterfaceError):
            from zhiheng.doors.cli.opening import database_silent

            output.problem(database_silent(error).problems[0], lead=_("Not done: "))
            return refusals.ENVIRONMENT
    raise error


def _path(error: Exception) -> str:
    context = getattr(error, "ctx", None)
    return str(context.command_path) if context is not None else "zhiheng"


def translated(command: Any) -> Any:
    """The command and all below it, with their texts in the language of this run."""
    command.help = _(command.help or "")
    command.epilog = _(command.epilog or "")
    # In a list of commands stands the first sentence; typer would look for it by the English full stop.
    command.short_help = re.split(r"(?<=[。.])\s*", command.help, maxsplit=1)[0].rstrip("。.")
    for parameter in command.params:
        if getattr(parameter, "help", None):
            parameter.help = _(parameter.help)
    _speak(command)
    for child in getattr(command, "commands", {}).values():
        translated(child)
    return command


def _speak(command: TyperCommand | TyperGroup) -> None:
    """Replace the two texts that typer writes itself and looks up nowhere."""
    usage, help_option = _("Usage: "), command.get_help_option

    def format_usage(context: Any, formatter: Any) -> None:
        pieces = command.collect_usage_pieces(context)
        formatter.write_usage(context.command_path, " ".join(pieces), prefix=usage)

    def get_help_option(context: Any) -> Any:
        option = help_option(context)
        if option is not None:
            option.help = _("Show this and exit.")
        return option

    command.format_usage = format_usage  # type: ignore[method-assign,assignment]  # else a class
    command.get_help_option = get_help_option  # type: ignore[method-assign,assignment]  # of ours stood at every command
