"""The inputs of a pairing as JSON, both ways, and the digests that fix them.

One value has one form: lists are sorted by the bytes of their identities, no key is missing or added.
The digests are those of `pairing_statement`, whose docstring defines them. This module refuses to read
what it would not have written.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, cast

from zhiheng.kernel.chain import ALGORITHM, Json
from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.lottery.notation import DIGEST as HEX
from zhiheng.methods.lottery.notation import (
    Document,
    hash_of,
    integer,
    items,
    matched,
    members,
    text,
    written,
)
from zhiheng.methods.lottery.pairing_records import (
    Inputs,
    Inspector,
    Post,
    Reason,
    Recusal,
    RegionRule,
    Rules,
    Task,
    inputs,
)

FORMAT: Final = "zhiheng-pairing/1"


def tagged(algorithm: str, label: str, *parts: bytes) -> bytes:
    """P(label, part …) of `pairing_statement`."""
    pieces = (f"{FORMAT} {label}".encode(), *parts)
    return hash_of(algorithm)(b"".join(len(piece).to_bytes(4, "big") + piece for piece in pieces))


def preparation_digest(
    inspectors: Iterable[Inspector], recusals: Iterable[Recusal], rules: Rules, algorithm: str = ALGORITHM
) -> bytes:
    """The digest of all that can be published before the objects are drawn."""
    placeholder = (Task("-", division="110101"),)
    document = inputs_document(inputs(placeholder, inspectors, recusals, rules))
    return preparation_of(document, algorithm)


def inputs_digest(of: Inputs, algorithm: str = ALGORITHM) -> bytes:
    """The digest that fixes a pairing's inputs; witnesses give their nonces after it is published."""
    return tagged(algorithm, "inputs", written(inputs_document(of)))


def inputs_document(of: Inputs) -> Document:
    """The inputs as they stand in a statement."""
    return {
        "inspectors": [
            {
                "division": one.division,
                "identity": one.identity,
                "load": one.load,
                "maximum": one.maximum,
                "qualifications": _sorted_texts(one.qualifications),
            }
            for one in of.inspectors
        ],
        "recusals": [
            {
                "inspector": one.inspector,
                "on": one.on,
                "reason": one.reason.value,
                "seal": one.seal or None,
                "target": one.target,
            }
            for one in of.recusals
        ],
        "rules": {
            "even": of.rules.even,
            "maximum": of.rules.maximum,
            "regions": [{"kind": rule.kind, "level": rule.level} for rule in of.rules.regions],
        },
        "tasks": [
            {
                "division": task.division,
                "enterprise": task.enterprise,
                "identity": task.identity,
                "posts": [
                    {"count": post.count, "needs": _sorted_texts(post.needs), "role": post.role}
                    for post in task.posts
                ],
            }
            for task in of.tasks
        ],
    }


def preparation_of(document: Document, algorithm: str) -> bytes:
    """The digest of the inputs without their tasks."""
    early: Document = {name: document[name] for name in ("inspectors", "recusals", "rules")}
    return tagged(algorithm, "preparation", written(early))


def _sorted_texts(texts: frozenset[str]) -> list[Json]:
    return [*sorted(texts, key=lambda one: one.encode())]


def inputs_read(value: Json) -> Inputs:
    """The inputs out of JSON, checked as if they came from a person."""
    document = members(value, "inputs", "inspectors", "recusals", "rules", "tasks")
    rules = members(document["rules"], "rules", "even", "maximum", "regions")
    if not isinstance(rules["even"], bool):
        raise InvalidInput("form.truth", N_('"%(where)s" must be true or false.'), where="even")
    return inputs(
        [_task_read(one) for one in items(document["tasks"], "tasks")],
        [_inspector_read(one) for one in items(document["inspectors"], "inspectors")],
        [_recusal_read(one) for one in items(document["recusals"], "recusals")],
        Rules(
            _maximum(rules["maximum"]),
            rules["even"],
            tuple(_region_read(one) for one in items(rules["regions"], "regions")),
        ),
    )


def _task_read(value: Json) -> Task:
    task = members(value, "tasks", "division", "enterprise", "identity", "posts")
    posts = []
    for one in items(task["posts"], "posts"):
        post = members(one, "posts", "count", "needs", "role")
        posts.append(Post(integer(post["count"], "count"), _texts(post["needs"]), text(post["role"], "role")))
    return Task(
        text(task["identity"], "identity"),
        tuple(posts),
        _text(task["enterprise"], "enterprise"),
        _text(task["division"], "division"),
    )


def _inspector_read(value: Json) -> Inspector:
    one = members(value, "inspectors", "division", "identity", "load", "maximum", "qualifications")
    return Inspector(
        text(one["identity"], "identity"),
        _text(one["division"], "division"),
        _texts(one["qualifications"]),
        _maximum(one["maximum"]),
        integer(one["load"], "load"),
    )


def _recusal_read(value: Json) -> Recusal:
    one = members(value, "recusals", "inspector", "on", "reason", "seal", "target")
    reason = text(one["reason"], "reason")
    if reason not in set(Reason):
        raise InvalidInput(
            "pairing.reason",
            N_("%(reason)s is no reason of a recusal."),
            N_("Write one of: %(known)s."),
            reason=reason[:60],
            known=", ".join(Reason),
        )
    seal = "" if one["seal"] is None else matched(one["seal"], HEX, "seal")
    return Recusal(
        text(one["inspector"], "inspector"),
        text(one["target"], "target"),
        cast("Literal['object', 'enterprise']", text(one["on"], "on")),  # checked with all others
        Reason(reason),
        seal,
    )


def _region_read(value: Json) -> RegionRule:
    rule = members(value, "regions", "kind", "level")
    return RegionRule(
        cast("Literal['apart', 'within']", text(rule["kind"], "kind")),
        cast("Literal['province', 'city', 'county']", text(rule["level"], "level")),
    )


def _texts(value: Json) -> frozenset[str]:
    return frozenset(text(one, "qualifications") for one in items(value, "qualifications"))


def _text(value: Json, where: str) -> str:
    """A text that may be empty."""
    return "" if value == "" else text(value, where)


def _maximum(value: Json) -> int | None:
    return None if value is None else integer(value, "maximum")
