"""What a pairing is made of: inspectors, tasks with their posts, recusals, rules; each checked on entry.

Identities are opaque texts: a staff number, or a sealed one. Places are division codes, of which only
the prefixes are compared (two digits a province, four a city, six a county). This module refuses to
hold names, and to guess a code that is not one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from types import MappingProxyType
from typing import Final, Literal, TypeVar

from zhiheng.methods.errors import N_, InvalidInput, Param
from zhiheng.methods.lottery.notation import field, text

LEAST_TEAM: Final = 2
"""Inspectors go at least in pairs."""
LEVELS: Final[Mapping[str, int]] = MappingProxyType({"province": 2, "city": 4, "county": 6})
LARGEST: Final = 1_000_000  # tasks of one inspector, places of one post: more is a slip of the pen


class Reason(StrEnum):
    """Why an inspector must stay away; the values are the stored codes."""

    INTEREST = "interest"
    KINSHIP = "kinship"
    FORMER_EMPLOYER = "former_employer"
    SAME_PLACE = "same_place"
    OTHER = "other"
    WITHHELD = "withheld"


@dataclass(frozen=True, slots=True)
class Post:
    """Places of one kind in a team; whoever takes one holds every qualification in `needs`."""

    count: int
    needs: frozenset[str] = frozenset()
    role: str = "member"


@dataclass(frozen=True, slots=True)
class Task:
    """One object to be inspected; its team takes all places of all posts, nobody two of them."""

    identity: str
    posts: tuple[Post, ...] = (Post(LEAST_TEAM),)
    enterprise: str = ""
    division: str = ""


@dataclass(frozen=True, slots=True)
class Inspector:
    """One inspector.

    `maximum` bounds the tasks of this pairing (None: only the common maximum does); `load` is what is
    carried in from earlier pairings and counts for evenness alone.
    """

    identity: str
    division: str = ""
    qualifications: frozenset[str] = frozenset()
    maximum: int | None = None
    load: int = 0


@dataclass(frozen=True, slots=True)
class Recusal:
    """An inspector who stays away from one object, or from every object of one enterprise.

    `seal` is the salted digest of a withheld reason (see `pairing_seals`), else empty.
    """

    inspector: str
    target: str
    on: Literal["object", "enterprise"] = "object"
    reason: Reason = Reason.OTHER
    seal: str = ""


@dataclass(frozen=True, slots=True)
class RegionRule:
    """`apart`: never in the own province, city or county; `within`: only in the own one.

    An inspector whose own division is wider than the level (one of the province, under a rule of
    counties) has no own division of that level: `apart` leaves him free, and `within` holds him to
    the wider one.
    """

    kind: Literal["apart", "within"]
    level: Literal["province", "city", "county"]


@dataclass(frozen=True, slots=True)
class Rules:
    """What every pairing must keep.

    `maximum`: most tasks of one inspector (None: no common maximum). `even`: loads as even as all
    other rules allow (the sum of their squares is least); else only the maximum bounds them.
    """

    maximum: int | None = None
    even: bool = True
    regions: tuple[RegionRule, ...] = ()


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything a pairing follows from, checked, each list sorted by the bytes of its identities."""

    tasks: tuple[Task, ...]
    inspectors: tuple[Inspector, ...]
    recusals: tuple[Recusal, ...]
    rules: Rules


def inputs(
    tasks: Iterable[Task],
    inspectors: Iterable[Inspector],
    recusals: Iterable[Recusal] = (),
    rules: Rules | None = None,
) -> Inputs:
    """Check what a pairing is made of and bring it into its one order.

    Raises
    ------
    InvalidInput
        `pairing.duplicate`, `.team`, `.number`, `.division`, `.recusal_unknown`, `.recusal_twice`,
        `.rule`, `.none`, and the `text.` codes of `notation`; the value is in the message.
    """
    rules = rules or Rules()
    _rules_checked(rules)
    finest = max((LEVELS[rule.level] for rule in rules.regions), default=0)
    tasks, inspectors, recusals = tuple(tasks), tuple(inspectors), tuple(recusals)
    if not tasks or not inspectors:
        raise _wrong(
            "none",
            N_("There is nothing to pair: %(tasks)d tasks, %(inspectors)d inspectors."),
            N_("Give at least one task and two inspectors."),
            tasks=len(tasks),
            inspectors=len(inspectors),
        )
    for task in tasks:
        _task_checked(task, finest)
    for one in inspectors:
        _inspector_checked(one, placed=finest > 0)
    _recusals_checked(recusals, {one.identity for one in inspectors})
    kept = tuple(sorted(recusals, key=recusal_key))
    for first, second in pairwise(kept):
        if recusal_key(first) == recusal_key(second):
            raise _wrong(
                "recusal_twice",
                N_("The recusal of %(inspector)s from %(target)s stands twice."),
                N_("Name it once; one reason is enough to stay away."),
                inspector=first.inspector,
                target=first.target,
            )
    return Inputs(_sorted(tasks), _sorted(inspectors), kept, rules)


def territory(division: str) -> str:
    """The prefix that a division code means: 370200 is the city 3702."""
    while division.endswith("00"):
        division = division[:-2]
    return division


_Record = TypeVar("_Record", Task, Inspector)


def _sorted(records: Iterable[_Record]) -> tuple[_Record, ...]:
    found = sorted(records, key=lambda record: record.identity.encode())
    for before, after in pairwise(found):
        if before.identity == after.identity:
            raise _wrong(
                "duplicate",
                N_("%(identity)s stands twice in one list."),
                N_("Name every task and every inspector once."),
                identity=after.identity,
            )
    return tuple(found)


def recusal_key(recusal: Recusal) -> tuple[bytes, bytes, bytes]:
    """The order in which recusals are written down."""
    return (recusal.inspector.encode(), recusal.on.encode(), recusal.target.encode())


def _task_checked(task: Task, finest: int) -> None:
    field(task.identity, "task")
    if task.enterprise:
        field(task.enterprise, "enterprise")
    for post in task.posts:
        _number_checked(post.count, "count", task.identity, least=1)
        text(post.role, "role")
        for need in post.needs:
            text(need, "needs")
    places = sum(post.count for post in task.posts)
    if places < LEAST_TEAM:
        raise _wrong(
            "team",
            N_("Task %(task)s asks for a team of %(places)d."),
            N_("Inspectors go at least in pairs: give it 2 places or more."),
            task=task.identity,
            places=places,
        )
    _division_checked(task.division, task.identity, finest)
    if len(territory(task.division)) < finest:
        raise _wrong(
            "division",
            N_("The place of %(identity)s is %(division)s: too wide for the rules about regions."),
            N_("Give the division of the place itself, such as 370202 for a county or a district."),
            identity=task.identity,
            division=task.division or "—",
        )


def _inspector_checked(one: Inspector, *, placed: bool) -> None:
    field(one.identity, "inspector")
    for qualification in one.qualifications:
        text(qualification, "qualifications")
    if one.maximum is not None:
        _number_checked(one.maximum, "maximum", one.identity)
    _number_checked(one.load, "load", one.identity)
    _division_checked(one.division, one.identity, 2 if placed else 0)


_DIVISION: Final = re.compile(r"[1-9]\d{5}")


def _division_checked(division: str, identity: str, needed: int) -> None:
    if (division or needed) and not _DIVISION.fullmatch(division):
        raise _wrong(
            "division",
            N_("The place of %(identity)s is %(division)s: no division code."),
            N_("Give the division of the place itself, such as 370202 for a county or a district."),
            identity=identity,
            division=division or "—",
        )


def _number_checked(number: int, what: str, identity: str, least: int = 0) -> None:
    if type(number) is not int or not least <= number <= LARGEST:
        raise _wrong(
            "number",
            N_("%(identity)s: %(what)s is %(number)s."),
            N_("Give a whole number from %(least)d to %(most)d."),
            identity=identity,
            what=what,
            number=str(number),
            least=least,
            most=LARGEST,
        )


def _rules_checked(rules: Rules) -> None:
    if rules.maximum is not None:
        _number_checked(rules.maximum, "maximum", "rules", least=1)
    for rule in rules.regions:
        if rule.kind not in ("apart", "within") or rule.level not in LEVELS:
            raise _wrong(
                "rule",
                N_("%(rule)s is no rule about regions."),
                N_("Write apart or within, and province, city or county: apart county, within city."),
                rule=f"{rule.kind} {rule.level}"[:60],
            )


def _recusals_checked(recusals: Sequence[Recusal], inspectors: set[str]) -> None:
    for one in recusals:
        field(one.target, "target")
        if one.on not in ("object", "enterprise") or one.reason not in set(Reason):
            raise _wrong(
                "rule",
                N_("%(rule)s is no kind of recusal."),
                N_("Write object or enterprise, and one of: %(known)s."),
                rule=f"{one.on} {one.reason}"[:60],
                known=", ".join(Reason),
            )
        if one.inspector not in inspectors:
            raise _wrong(
                "recusal_unknown",
                N_("A recusal names inspector %(inspector)s, who is not on the list."),
                N_("Mend the staff number, or leave the recusal out."),
                inspector=one.inspector[:80],
            )


def _wrong(code: str, message: str, remedy: str, /, **params: Param) -> InvalidInput:
    return InvalidInput(f"pairing.{code}", message, remedy, **params)
