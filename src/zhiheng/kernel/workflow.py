"""Workflows as tables: state, act, next state, who may, under which guard, with which deadline and article.

A table is checked when it is built: a state that cannot be reached, an act with two outcomes, a state nobody
declared or a dead end is refused. In one state an act has one outcome, so every pair can be tested. This
module refuses to run anything: guards are names, and the service that knows the facts answers them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

from zhiheng.kernel.decision import Decision
from zhiheng.kernel.errors import N_, Problem, Refused


@dataclass(frozen=True, slots=True)
class State:
    """A state: its name in code, its label as a msgid, and whether the case may rest there for good."""

    name: str
    label: str
    is_final: bool = False


@dataclass(frozen=True, slots=True)
class Act:
    """An act: its name in code and its label as a msgid."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table. `guard` is a name, `deadline` the id of a rule of the rulebook."""

    state: str
    act: str
    next_state: str
    roles: tuple[str, ...]
    guard: str = ""
    deadline: str = ""
    article: str = ""


class Workflow:
    """A checked, immutable table of transitions that begins in the first state."""

    __slots__ = ("_table", "acts", "name", "states", "transitions")

    def __init__(
        self,
        *,
        name: str,
        states: tuple[State, ...],
        acts: tuple[Act, ...],
        transitions: tuple[Transition, ...],
    ) -> None:
        """Check the table; the first of `states` is where a case begins."""
        self.name = name
        self.states = states
        self.acts = acts
        self.transitions = transitions
        problems = [*_undeclared(self), *_doubled(self), *_unreachable(self), *_dead_ends(self)]
        if problems:
            raise Refused(*problems)
        self._table = MappingProxyType({(row.state, row.act): row for row in transitions})

    @property
    def initial(self) -> State:
        """The state in which a case begins."""
        return self.states[0]

    def allowed(self, state: str, act: str) -> Decision:
        """Tell whether the table knows this act in this state; roles and guards are asked elsewhere."""
        row = self._table.get((state, act))
        if row is None:
            return Decision(allowed=False, reason=self._not_possible(state, act))
        message = N_("“%(act)s” leads from “%(state)s” to “%(next_state)s”.")
        params = {"act": act, "state": state, "next_state": row.next_state}
        return Decision(allowed=True, reason=Problem("workflow.allowed", message, params), basis=row.article)

    def transition(self, state: str, act: str) -> Transition:
        """Return the row for this act in this state, or refuse and name the acts that are possible."""
        self.allowed(state, act).require()
        return self._table[state, act]

    def acts_from(self, state: str) -> tuple[Transition, ...]:
        """Return the rows that lead out of a state, in the order of the table."""
        return tuple(row for row in self.transitions if row.state == state)

    def _not_possible(self, state: str, act: str) -> Problem:
        possible = ", ".join(row.act for row in self.acts_from(state))
        params = {"act": act, "state": state, "possible": possible, "workflow": self.name}
        message = N_("“%(act)s” is not possible in the state “%(state)s” of %(workflow)s.")
        if possible:
            return Problem("workflow.act", message, params, N_("Possible now: %(possible)s."))
        return Problem("workflow.act", message, params, N_("Nothing more can be done in this state."))


def deadline_rules(workflow: Workflow) -> tuple[str, ...]:
    """Return the ids of the rules that the table names, so that a test can look them up in the rulebook."""
    return tuple(sorted({row.deadline for row in workflow.transitions if row.deadline}))


def _undeclared(workflow: Workflow) -> Iterator[Problem]:
    states = {state.name for state in workflow.states}
    acts = {act.name for act in workflow.acts}
    if len(states) != len(workflow.states) or len(acts) != len(workflow.acts) or not states:
        yield Problem(
            "workflow.names",
            N_("%(workflow)s declares a state or an act twice, or no state at all."),
            {"workflow": workflow.name},
        )
    for row in workflow.transitions:
        params = {"workflow": workflow.name, "state": row.state, "act": row.act}
        for name in (row.state, row.next_state):
            if name not in states:
                message = N_(
                    "%(workflow)s: the row “%(state)s / %(act)s” names the unknown state “%(found)s”."
                )
                yield Problem("workflow.unknown_state", message, params | {"found": name})
        if row.act not in acts:
            message = N_("%(workflow)s: the row “%(state)s / %(act)s” names an unknown act.")
            yield Problem("workflow.unknown_act", message, params)
        if not row.roles:
            message = N_("%(workflow)s: the row “%(state)s / %(act)s” names nobody who may act.")
            yield Problem("workflow.roles", message, params)
    used = {row.act for row in workflow.transitions}
    for act in sorted(acts - used):
        message = N_("%(workflow)s: the act “%(act)s” stands in no row.")
        yield Problem("workflow.unused_act", message, {"workflow": workflow.name, "act": act})


def _doubled(workflow: Workflow) -> Iterator[Problem]:
    seen: set[tuple[str, str]] = set()
    for row in workflow.transitions:
        if (row.state, row.act) in seen:
            yield Problem(
                "workflow.duplicate",
                N_("%(workflow)s: “%(act)s” stands twice in the state “%(state)s”."),
                {"workflow": workflow.name, "state": row.state, "act": row.act},
                N_("Give each outcome an act of its own."),
            )
        seen.add((row.state, row.act))


def _unreachable(workflow: Workflow) -> Iterator[Problem]:
    reached: set[str] = set()
    waiting = [state.name for state in workflow.states[:1]]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += [row.next_state for row in workflow.transitions if row.state == name]
    for state in workflow.states:
        if state.name not in reached:
            yield Problem(
                "workflow.unreachable",
                N_("%(workflow)s: no way leads to the state “%(state)s”."),
                {"workflow": workflow.name, "state": state.name},
            )


def _dead_ends(workflow: Workflow) -> Iterator[Problem]:
    left = {row.state for row in workflow.transitions}
    for state in workflow.states:
        if state.is_final == (state.name in left):
            message = (
                N_("%(workflow)s: the final state “%(state)s” has a way out.")
                if state.is_final
                else N_("%(workflow)s: no way leads out of the state “%(state)s”, which is not final.")
            )
            yield Problem("workflow.dead_end", message, {"workflow": workflow.name, "state": state.name})
