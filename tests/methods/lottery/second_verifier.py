"""A second verifier of `zhiheng-draw/1`, written from docs/topics/draw-proof.md alone.

    python second_verifier.py PROOF [FRAME]

Standard library only; it shares no code with the product. Prints each check and exits 1 if one fails.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

STATED = {"digest", "drawn", "format", "head", "next"}
HEAD = {"commitment", "nonces", "seed", "strata"}
PARTIES = {"authority", "beacon", "redraw_of", "time", "title", "witnesses"}
COMMITMENT = PARTIES | {"algorithm", "design", "exclusions", "format", "frame", "strata"}
OBJECT = {"hash", "identity", "inclusion", "index", "path", "stratum", "weight"}


def canonical(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


class Verifier:
    def __init__(self, data):
        self.proof = json.loads(data)
        self.head = self.proof["head"]
        self.doc = self.head["commitment"]
        self.strata = self.doc["strata"]
        self.objects = self.proof["drawn"] + self.proof["next"]
        self.fixed = self.doc["design"] == "fixed"
        self.data = data

    def hash(self, data):
        return hashlib.new(self.doc["algorithm"], data).digest()

    def tagged(self, label, *parts):
        pieces = [b"zhiheng-draw/1 " + label.encode(), *parts]
        return self.hash(b"".join(len(piece).to_bytes(4, "big") + piece for piece in pieces))

    def form(self):
        def integers(value):
            if isinstance(value, dict | list):
                return all(map(integers, value.values() if isinstance(value, dict) else value))
            return value is None or isinstance(value, str) or (type(value) is int and 0 <= value < 2**53)

        amount = "sample" if self.fixed else "rate"
        names = [s["name"].encode() for s in self.strata]
        keys = OBJECT | {"key"} if self.fixed else OBJECT
        decimal = re.compile(r"(0|[1-9]\d{0,8})(\.\d{0,5}[1-9])?", re.ASCII)
        return (
            canonical(self.proof) + b"\n" == self.data
            and integers(self.proof)
            and (set(self.proof), set(self.head), set(self.doc)) == (STATED, HEAD, COMMITMENT)
            and all(set(o) == keys and decimal.fullmatch(o["weight"]) for o in self.objects)
            and all(set(s) == {"name", "size", "weight", amount} for s in self.strata)
            and names == sorted(set(names))
            and self.proof["format"] == self.doc["format"] == "zhiheng-draw/1"
            and self.doc["design"] in ("fixed", "bernoulli", "poisson")
            and sum(s["size"] for s in self.strata) == self.doc["frame"]["size"]
            and bool(self.doc["witnesses"] or self.doc["beacon"])
        )

    def digest(self):
        lists = self.tagged("lists", canonical(self.proof["drawn"]), canonical(self.proof["next"]))
        return self.proof["digest"] == self.tagged("proof", canonical(self.head), lists).hex()

    def nonces(self):
        shown = self.head["nonces"]
        parties = [self.doc["authority"], *self.doc["witnesses"]]
        values = [bytes.fromhex(nonce) for nonce in [shown["authority"], *shown["witnesses"]]]
        return (
            len(parties) == len(values)
            and (shown["beacon"] is None) == (self.doc["beacon"] is None)
            and all(len(value) == 32 for value in values)
            and self.doc["authority"]["nonce_hash"] is not None
            and all(
                party["nonce_hash"] in (None, self.tagged("nonce", party["name"].encode(), value).hex())
                for party, value in zip(parties, values, strict=True)
            )
        )

    def seed(self):
        shown = self.head["nonces"]
        values = [bytes.fromhex(nonce) for nonce in [shown["authority"], *shown["witnesses"]]]
        beacon = [] if shown["beacon"] is None else [shown["beacon"].encode()]
        seed = self.tagged("seed", self.tagged("commitment", canonical(self.doc)), *values, *beacon)
        self.k = self.tagged("key", seed)
        return seed.hex() == self.head["seed"]

    def rank(self, identity, weight):
        h = self.hash(self.k + identity.encode())
        m = 2 * int.from_bytes(h[:8], "big") + 1
        e = m.bit_length() - 1
        y, f = m << (127 - e), 0
        for _ in range(64):
            y = y * y >> 127
            f = 2 * f + (y >> 128)
            y >>= y >> 128
        return (65 * 2**64 - e * 2**64 - f) * 2**64 // int(Decimal(weight) * 10**6), h

    def below(self, plan, identity, weight):
        x = int.from_bytes(self.hash(self.k + identity.encode())[:8], "big")
        return x < self.probability(plan, weight) * 2**64 // 1

    def probability(self, plan, weight):
        if self.fixed:
            return Fraction(plan["sample"], plan["size"])
        chance = Fraction(plan["rate"]) * (Fraction(weight) if self.doc["design"] == "poisson" else 1)
        return min(Fraction(1), Fraction(chance * 2**64 // 1, 2**64))

    def leads_to_root(self, o):
        node = self.hash(b"\0" + "\t".join((o["stratum"], o["identity"], o["weight"])).encode())
        index, last, path = o["index"], self.doc["frame"]["size"] - 1, bytes.fromhex(o["path"])
        if index > last:
            return False
        for at in range(0, len(path) + 32, 32):
            while last and index % 2 == 0 and index == last:
                index, last = index // 2, last // 2
            sibling = path[at : at + 32]
            if not sibling:
                break
            if last == 0 or len(sibling) < 32:
                return False
            node = self.hash(b"\1" + (sibling + node if index % 2 else node + sibling))
            index, last = index // 2, last // 2
        return last == 0 and node.hex() == self.doc["frame"]["root"]

    def paths(self):
        start, ranges = 0, {}
        for plan in self.strata:
            ranges[plan["name"]] = range(start, start := start + plan["size"])
        lines = [
            (o["index"], "\t".join((o["stratum"], o["identity"], o["weight"])).encode()) for o in self.objects
        ]
        lines.sort()
        return (
            all(o["index"] in ranges[o["stratum"]] and self.leads_to_root(o) for o in self.objects)
            and all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(lines))
            and len({o["identity"] for o in self.objects}) == len(self.objects)
        )

    def keys(self):
        ranks = [(o, self.rank(o["identity"], o["weight"])) for o in self.objects]
        return all(o["hash"] == h.hex() and (not self.fixed or o["key"] == str(key)) for o, (key, h) in ranks)

    def order(self):
        drawn, beyond = list(self.proof["drawn"]), list(self.proof["next"])
        for plan, result in zip(self.strata, self.head["strata"], strict=True):
            mine = [drawn.pop(0) for _ in range(result["drawn"])]
            if any(o["stratum"] != plan["name"] for o in mine):
                return False
            if not self.fixed:
                good = [o["index"] for o in mine] == sorted(o["index"] for o in mine)
                if not good or not all(self.below(plan, o["identity"], o["weight"]) for o in mine):
                    return False
                continue
            rest = [beyond.pop(0)] if plan["sample"] < plan["size"] else []
            ranks = [self.rank(o["identity"], o["weight"]) for o in mine + rest]
            said = [{"hash": h.hex(), "key": str(key)} for key, h in ranks]
            ends = [said[len(mine) - 1] if mine else None, said[-1] if rest else None]
            if [result["last"], result["next"]] != ends or len(mine) != plan["sample"]:
                return False
            if ranks != sorted(set(ranks)) or any(o["stratum"] != plan["name"] for o in rest):
                return False
        return not drawn and not beyond

    def inclusion(self):
        plans = {
            plan["name"]: (plan, result)
            for plan, result in zip(self.strata, self.head["strata"], strict=True)
        }
        for o in self.objects:
            plan, result = plans[o["stratum"]]
            scaled = self.probability(plan, o["weight"]) * 10**12 + Fraction(1, 2)
            whole, digits = divmod(scaled // 1, 10**12)
            exact = f"{whole}.{digits:012d}" == o["inclusion"]
            if not exact and (result["inclusion"] != "integral" or not self.fixed):
                return False
        return True

    def redrawn(self, frame):
        lines = sorted(frame.splitlines())
        level = [self.hash(b"\0" + line) for line in lines]
        while len(level) > 1:
            pairs = [self.hash(b"\1" + a + b) for a, b in zip(level[::2], level[1::2], strict=False)]
            level = pairs + level[len(pairs) * 2 :]
        rows = [line.decode().split("\t") for line in lines]
        if level[0].hex() != self.doc["frame"]["root"] or len({row[1] for row in rows}) < len(rows):
            return False
        found, beyond = [], []
        for plan in self.strata:
            mine = [row for row in rows if row[0] == plan["name"]]
            total = sum(Decimal(weight) for _, _, weight in mine)
            if len(mine) != plan["size"] or total != Decimal(plan["weight"]):
                return False
            if self.fixed:
                mine.sort(key=lambda row: self.rank(row[1], row[2]))
                found += mine[: plan["sample"]]
                beyond += mine[plan["sample"] : plan["sample"] + 1]
            else:
                found += [row for row in mine if self.below(plan, row[1], row[2])]
        said = [
            [[o["stratum"], o["identity"], o["weight"]] for o in self.proof[n]] for n in ("drawn", "next")
        ]
        return said == [found, beyond]


CHECKS = ("form", "digest", "nonces", "seed", "paths", "keys", "order", "inclusion")


def verify(data, frame=None):
    """Names of the checks with their outcome; anything that cannot even be read has failed."""
    found = {}
    try:
        verifier = Verifier(data)
        for name in CHECKS:
            found[name] = getattr(verifier, name)()
        if frame is not None:
            found["redrawn"] = verifier.redrawn(frame)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, ArithmeticError, RecursionError):
        found["readable"] = False
    return found


if __name__ == "__main__":
    outcome = verify(*(Path(name).read_bytes() for name in sys.argv[1:3]))
    for name, passed in outcome.items():
        sys.stdout.write(f"{'passed' if passed else 'FAILED'} {name}\n")
    sys.exit(0 if all(outcome.values()) else 1)
