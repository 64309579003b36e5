"""What is written where: answers on stdout, all else on stderr, so that a pipe gets only the answer."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from zhiheng.doors.cli import refusals
from zhiheng.doors.cli.words import _
from zhiheng.kernel.errors import Problem

if TYPE_CHECKING:
    from rich.console import Console


class Bar(Protocol):
    """Long work that is being watched."""

    def __call__(self, done: int, total: int | None = None) -> None:
        """So much is done; so much there is in all, once that is known."""


def answer(text: str) -> None:
    """A line of the answer."""
    sys.stdout.write(f"{text}\n")


def answer_json(value: object) -> None:
    """The answer for a program: one JSON document."""
    answer(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def note(text: str) -> None:
    """A line for whoever sits there."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def problem(found: Problem, *, lead: str = "") -> None:
    """A problem for whoever sits there: what is wrong, then what to do."""
    note(f"{lead}{refusals.said(found)}")
    if remedy := refusals.advised(found):
        note(f"  → {remedy}")


def console(*, stderr: bool = False) -> Console:
    """A rich console; loaded only where something is drawn."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=not sys.stdout.isatty())


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """The answer as a table; into a pipe it goes with tabs, for `cut` and `awk`."""
    if not sys.stdout.isatty():
        answer("\t".join(headings))
        for row in rows:
            answer("\t".join(" ".join(_cell(value).split()) for value in row))
        return
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        drawn.add_column(heading, overflow="fold")
    for row in rows:
        # Text, not markup: a cell out of a file may hold square brackets.
        drawn.add_row(*(Text(_cell(value)) for value in row))
    console().print(drawn)


def _cell(value: object) -> str:
    return "—" if value is None or value == "" else str(value)


@contextmanager
def progress(label: str, *, quiet: bool = False) -> Iterator[Bar]:
    """A bar on stderr while something long is done; nothing where nobody looks."""
    if quiet or not sys.stderr.isatty():
        if not quiet:
            note(label)
        yield _nobody_looks
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console(stderr=True), transient=True) as drawn:
        task = drawn.add_task(label, total=None)

        def advance(done: int, total: int | None = None) -> None:
            drawn.update(task, completed=done, total=total)

        yield advance
    note(_("%(label)s: done") % {"label": label})


def _nobody_looks(done: int, total: int | None = None) -> None:
    """No terminal, no bar."""
