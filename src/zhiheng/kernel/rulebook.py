"""The rulebook: which rule held on which day, and its history.

It refuses files that contradict themselves, such as two values of one rule for the same day. It refuses to
guess: a rule without a value on that day is a refusal, never a default.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import pairwise
from types import MappingProxyType

from zhiheng.kernel.errors import N_, Problem, Refused, refuse
from zhiheng.kernel.rule import DURATIONS, Checked, Rule, Unit, Value, Words
from zhiheng.kernel.rule_file import read_rules

__all__ = ["DURATIONS", "Checked", "Rule", "Rulebook", "Unit", "Value", "Words", "load", "load_builtin"]


class Rulebook:
    """An immutable set of rules, found by id and day."""

    __slots__ = ("_history",)

    def __init__(self, rules: Iterable[Rule]) -> None:
        grouped: defaultdict[str, list[Rule]] = defaultdict(list)
        for rule in rules:
            grouped[rule.id].append(rule)
        history = {
            id: tuple(sorted(versions, key=lambda rule: rule.valid_from or date.min))
            for id, versions in sorted(grouped.items())
        }
        problems = [*_overlaps(history), *_loose_references(history)]
        if problems:
            raise Refused(*problems)
        self._history: Mapping[str, tuple[Rule, ...]] = MappingProxyType(history)

    def rule(self, id: str, on: date) -> Rule:
        """Return the rule as it held on that day."""
        for rule in self.history(id):
            if rule.is_valid_on(on):
                return rule
        raise refuse(
            "rulebook.no_value",
            N_("The rule “%(id)s” has no value for %(day)s."),
            N_("Its history shows from when to when its values hold."),
            id=id,
            day=on.isoformat(),
        )

    def history(self, id: str) -> tuple[Rule, ...]:
        """Return every value of a rule, the oldest first."""
        if id not in self._history:
            raise refuse(
                "rulebook.unknown",
                N_("The rulebook has no rule “%(id)s”."),
                N_("Compare the name with the files of the rulebook."),
                id=id,
            )
        return self._history[id]

    def __contains__(self, id: object) -> bool:
        return id in self._history

    def __iter__(self) -> Iterator[Rule]:
        return (rule for versions in self._history.values() for rule in versions)

    def __len__(self) -> int:
        return sum(map(len, self._history.values()))


def load(texts: Mapping[str, str]) -> Rulebook:
    """Read a rulebook from the texts of its files, by file name; every problem names file and rule."""
    rules: list[Rule] = []
    problems: list[Problem] = []
    for file, text in texts.items():
        try:
            rules += read_rules(file, text)
        except Refused as refused:
            problems += refused.problems
    if problems:
        raise Refused(*problems)
    return Rulebook(rules)


@cache
def load_builtin() -> Rulebook:
    """Return the rulebook that comes with the package."""
    folder = files("zhiheng.rulebook")
    sources = sorted(
        (file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name
    )
    return load({file.name: file.read_text(encoding="utf-8") for file in sources})


def _overlaps(history: Mapping[str, tuple[Rule, ...]]) -> Iterator[Problem]:
    for id, versions in history.items():
        for earlier, later in pairwise(versions):
            if (earlier.valid_to or date.max) >= (later.valid_from or date.min):
                yield Problem(
                    "rulebook.overlap",
                    N_(
                        "%(file)s: the rule “%(id)s” has two values for the same day (%(first)s, %(second)s)."
                    ),
                    {"file": later.file, "id": id, "first": _period(earlier), "second": _period(later)},
                    N_("End the earlier value (valid_to) on the day before the later one begins."),
                )


def _period(rule: Rule) -> str:
    return f"{rule.valid_from or '…'} – {rule.valid_to or '…'}"


def _loose_references(history: Mapping[str, tuple[Rule, ...]]) -> Iterator[Problem]:
    for id, versions in history.items():
        for reference in {rule.last_day_rule for rule in versions if rule.last_day_rule}:
            target = history.get(reference)
            if target is None or any(rule.unit is not Unit.FLAG for rule in target):
                yield Problem(
                    "rulebook.reference",
                    N_("%(file)s: the last_day_rule “%(reference)s” of “%(id)s” is no rule of unit flag."),
                    {"file": versions[0].file, "id": id, "reference": reference},
                    N_("Name a rule of the calendar, or leave last_day_rule out."),
                )
