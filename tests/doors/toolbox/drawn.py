"""Draws to be checked: honest ones made by `methods.lottery`, and forged ones that are otherwise well formed.

A forgery states the digest of its own content, so that only the check it aims at can find it.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from zhiheng.kernel.chain import canonical
from zhiheng.methods.lottery.commitment import (
    Announcement,
    Beacon,
    Commitment,
    Design,
    Party,
    Redraw,
    commit,
    nonce_hash,
)
from zhiheng.methods.lottery.draw import Draw, Nonces, Outcome, draw, select
from zhiheng.methods.lottery.exclusions import Exclusions, parse_exclusions
from zhiheng.methods.lottery.frame import Frame, frame_of
from zhiheng.methods.lottery.notation import hash_of, tagged
from zhiheng.methods.lottery.proof import make_proof, ticket_of

AUTHORITY, NOTARY, OTHER = "示例县市场监督管理局", "县公证处", "县消费者委员会"
OWN, FIRST, SECOND = bytes(range(32)), bytes([0x11]) * 32, bytes([0x22]) * 32
WEIGHTS = ("1", "2.5", "0.000001", "40", "3.141593")
RATES = {"东区": "0.25", "中区": "0.1", "西区": "0.05"}
SAMPLES = {"东区": 8, "中区": 5, "西区": 0}


@dataclass(frozen=True)
class Made:
    """A draw with all its files."""

    done: Draw
    frame: Frame
    left: Exclusions
    proof: bytes

    def ticket(self, identity: str) -> bytes:
        """The ticket of one object."""
        return ticket_of(make_proof(self.done), self.frame, identity)


@cache
def made(kind: str = "fixed", algorithm: str = "sm3", redraw: bool = False) -> Made:
    """A small draw over three strata: unequal weights, equal weights, and one of which nothing is drawn."""
    rows = [("东区", f"91330100MA{n:08d}", WEIGHTS[n % 5]) for n in range(40)]
    rows += [("中区", f"91330200MA{n:08d}", "2") for n in range(30)]
    rows += [("西区", f"西区的对象{n}", WEIGHTS[n % 3]) for n in range(7)]
    frame = frame_of(rows)
    left = parse_exclusions("91330300MA00000001\t西区\t已注销\n".encode())
    said = announcement(algorithm, redraw)
    amounts: dict[str, Any] = dict(SAMPLES if kind == "fixed" else RATES)
    agreed: Commitment = commit(
        frame,
        Design(kind, amounts),  # type: ignore[arg-type]  # a test names the designs as texts
        said,
        exclusions=left,
        algorithm=algorithm,
    )
    done = draw(frame, agreed, Nonces(OWN, (FIRST, SECOND), "a1b2c3" if said.beacon else None))
    return Made(done, frame, left, make_proof(done).data)


def announcement(algorithm: str = "sm3", redraw: bool = False) -> Announcement:
    """Who draws, before whom; a redraw names what it replaces, and has a beacon beside the witnesses."""
    return Announcement(
        title="2026年第一季度抽查",
        time="2026-03-02T09:30:00+08:00",
        authority=Party(AUTHORITY, nonce_hash(AUTHORITY, OWN, algorithm)),
        witnesses=(Party(NOTARY, nonce_hash(NOTARY, FIRST, algorithm)), Party(OTHER)),
        beacon=Beacon("某公开信标", "第12345678轮") if redraw else None,
        redraw_of=Redraw("王某", "ab" * 32, None, "系统故障") if redraw else None,
    )


def signed(value: dict[str, Any]) -> bytes:
    """A proof as a file that states the digest of its own content."""
    digest = hash_of(value["head"]["commitment"]["algorithm"])
    lists = tagged(digest, "lists", *(canonical(value[name]).encode() for name in ("drawn", "next")))
    value["digest"] = tagged(digest, "proof", canonical(value["head"]).encode(), lists).hex()
    return canonical(value).encode() + b"\n"


def mended(change: Callable[[dict[str, Any]], object], kind: str = "fixed") -> bytes:
    """The proof of `made(kind)`, changed and stating its own digest again."""
    value = copy.deepcopy(json.loads(made(kind).proof))
    change(value)
    return signed(value)


def swapped() -> bytes:
    """A proof that spares the first object of a stratum and draws the next one instead."""
    whole = made()
    done = whole.done
    amounts = [plan.amount + 1 for plan in done.commitment.strata]
    more = select(whole.frame, "fixed", amounts, done.seed, "sm3")
    spared = Outcome(more[0].drawn[1:], more[0].next)
    return make_proof(replace(done, outcomes=(spared, *done.outcomes[1:]))).data


def _raise(text: str) -> str:
    """Another digest: the last hexadecimal digit changed."""
    return text[:-1] + ("0" if text[-1] != "0" else "1")


def _set(*path: Any, to: Any = None, by: Callable[[Any], Any] | None = None) -> Callable[[Any], None]:
    def change(value: Any) -> None:
        for step in path[:-1]:
            value = value[step]
        value[path[-1]] = by(value[path[-1]]) if by else to

    return change


def _exchange(value: dict[str, Any]) -> None:
    value["drawn"][0], value["drawn"][1] = value["drawn"][1], value["drawn"][0]


def _stated(digest: str) -> bytes:
    value = json.loads(made().proof)
    value["digest"] = digest
    return canonical(value).encode() + b"\n"


# By name: the check that must fail, and the file.
FORGED: dict[str, tuple[str, Callable[[], bytes]]] = {
    "a space": ("form", lambda: made().proof.replace(b'{"digest"', b'{ "digest"')),
    "a second line feed": ("form", lambda: made().proof + b"\n"),
    "a number as a fraction": ("form", lambda: made().proof.replace(b'"index":', b'"index":0.0,"x":', 1)),
    "another key": ("form", lambda: mended(lambda value: value["head"].update(more=1))),
    "a missing key": ("form", lambda: mended(lambda value: value["drawn"][0].pop("path"))),
    "an invisible letter": ("form", lambda: mended(_set("drawn", 0, "identity", to="A\u200bB"))),
    "a weight with a needless zero": ("form", lambda: mended(_set("drawn", 0, "weight", to="1.0"))),
    "a date that is none": (
        "form",
        lambda: mended(_set("head", "commitment", "time", to="2026-02-30T00:00:00Z")),
    ),
    "a sample larger than its stratum": (
        "form",
        lambda: mended(_set("head", "commitment", "strata", 0, "sample", to=41)),
    ),
    "nobody beside the authority": ("form", lambda: mended(_set("head", "commitment", "witnesses", to=[]))),
    "another digest": ("digest", lambda: _stated("0" * 64)),
    "another number of the authority": (
        "nonces",
        lambda: mended(_set("head", "nonces", "authority", by=_raise)),
    ),
    "one number too many": (
        "nonces",
        lambda: mended(lambda v: v["head"]["nonces"]["witnesses"].append("0" * 64)),
    ),
    "a beacon that was not announced": ("nonces", lambda: mended(_set("head", "nonces", "beacon", to="42"))),
    "another seed": ("seed", lambda: mended(_set("head", "seed", by=_raise))),
    "another number of an unbound witness": (
        "seed",
        lambda: mended(_set("head", "nonces", "witnesses", 1, by=_raise)),
    ),
    "an object left out": ("counts", lambda: mended(lambda value: value["drawn"].pop(3))),
    "an unknown stratum": ("counts", lambda: mended(_set("drawn", 0, "stratum", to="北区"))),
    "another weight": ("paths", lambda: mended(_set("drawn", 0, "weight", to="7"))),
    "another path": ("paths", lambda: mended(_set("drawn", 0, "path", by=_raise))),
    "another line": ("paths", lambda: mended(_set("drawn", 0, "index", by=lambda index: index + 1))),
    "an object twice": ("paths", lambda: mended(lambda v: v["drawn"].__setitem__(1, v["drawn"][0]))),
    "another lot": ("keys", lambda: mended(_set("drawn", 0, "hash", by=_raise))),
    "another key number": ("keys", lambda: mended(_set("drawn", 0, "key", by=lambda key: str(int(key) - 1)))),
    "two objects exchanged": ("order", lambda: mended(_exchange)),
    "another threshold": (
        "order",
        lambda: mended(_set("head", "strata", 0, "last", "key", by=lambda key: str(int(key) + 1))),
    ),
    "no first one not drawn": ("order", lambda: mended(lambda value: value["next"].pop(0))),
    "another probability": ("inclusion", lambda: mended(_set("drawn", 10, "inclusion", to="0.5" + "0" * 11))),
    "an object spared": ("redrawn", swapped),
}
