"""An act: one function that changes the world, in one transaction, and cannot forget the ledger.

`@act` opens the transaction, and fails it when nothing was recorded. A service that found nothing
to change says so with `unchanged(reason)`. A test enumerates every act of the program.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final, ParamSpec, TypeVar

from django.db import transaction

P = ParamSpec("P")
R = TypeVar("R")


class LedgerForgotten(RuntimeError):  # noqa: N818  names what happened
    """An act ended without an entry: a mistake in the program, never in the input."""


class OutsideAct(RuntimeError):  # noqa: N818  names what happened
    """Something was recorded outside an act: a mistake in the program."""


@dataclass(slots=True)
class Journal:
    """What the running act has recorded so far."""

    name: str
    appended: int = 0
    unchanged: str = ""


_current: ContextVar[Journal | None] = ContextVar("act", default=None)
ACTS: Final[dict[str, Callable[..., object]]] = {}


def current() -> Journal:
    """The journal of the running act."""
    journal = _current.get()
    if journal is None:
        raise OutsideAct("the ledger is appended to inside an act only: put @act on the service")
    return journal


def unchanged(reason: str) -> None:
    """Say that this act found nothing to change, and why."""
    current().unchanged = reason


def act(service: Callable[P, R]) -> Callable[P, R]:
    """Make a service an act. Called by another act it joins the transaction, and must itself record."""
    name = f"{service.__module__}.{service.__qualname__}"

    @functools.wraps(service)
    def acting(*args: P.args, **kwargs: P.kwargs) -> R:
        outer = _current.get()
        journal = Journal(name)
        token = _current.set(journal)
        try:
            # What joins another act stands or falls with it: a savepoint of its own would only cost.
            with transaction.atomic(savepoint=outer is None):
                result = service(*args, **kwargs)
                if not journal.appended and not journal.unchanged:
                    raise LedgerForgotten(f"{name} changed something and recorded nothing")
        finally:
            _current.reset(token)
        if outer is not None:
            outer.appended += journal.appended
        return result

    ACTS[name] = acting
    return acting
