"""The definition of a pairing, followed word for word and as slowly as can be: another implementation.

It lists every pairing that keeps the rules, so that "can still be completed" means looking it up. Of
the product it uses the records alone, neither its searches nor its hashing.
"""

from __future__ import annotations

import hashlib
import itertools
import math
from collections import Counter
from collections.abc import Iterator

from zhiheng.methods.lottery.pairing_records import Inputs, Inspector, Post, Task

Whole = tuple[tuple[frozenset[str], ...], ...]  # per task, per post, who is there
PREFIX = {"province": 2, "city": 4, "county": 6}


def may(of: Inputs, task: Task, post: Post, one: Inspector) -> bool:
    """Whether one inspector may take one post, looked at alone."""
    own = one.division
    while own.endswith("00"):
        own = own[:-2]
    for rule in of.rules.regions:
        wide = PREFIX[rule.level]
        here = task.division[:wide]
        if rule.kind == "apart" and len(own) >= wide and own[:wide] == here:
            return False
        if rule.kind == "within" and not here.startswith(own[:wide]):
            return False
    away = {("object", task.identity), ("enterprise", task.enterprise)}
    recused = any(r.inspector == one.identity and (r.on, r.target) in away for r in of.recusals)
    return post.needs <= one.qualifications and not recused and one.maximum != 0


def teams(of: Inputs, task: Task, used: frozenset[str] = frozenset(), post: int = 0) -> Iterator[Whole]:
    """Every team of a task, one tuple of sets."""
    if post == len(task.posts):
        yield ()
        return
    able = [i.identity for i in of.inspectors if may(of, task, task.posts[post], i)]
    free = [name for name in able if name not in used]
    for chosen in itertools.combinations(free, task.posts[post].count):
        for rest in teams(of, task, used | set(chosen), post + 1):
            yield (frozenset(chosen), *rest)


def all_pairings(of: Inputs) -> set[Whole]:
    """Every pairing that keeps the rules; where loads are to be even, only the most even ones."""
    found: list[tuple[int, Whole]] = []
    for whole in itertools.product(*(list(teams(of, task)) for task in of.tasks)):
        count = Counter(name for team in whole for post in team for name in post)
        most = {
            one.identity: min(m for m in (one.maximum, of.rules.maximum, 10**6) if m is not None)
            for one in of.inspectors
        }
        if all(count[name] <= most[name] for name in count):
            found.append((sum((one.load + count[one.identity]) ** 2 for one in of.inspectors), whole))
    if of.rules.even and found:
        least = min(squares for squares, _ in found)
        return {whole for squares, whole in found if squares == least}
    return {whole for _, whole in found}


def places(of: Inputs, order: list[int]) -> list[tuple[int, int]]:
    """Task and post of every place, in the order in which they are filled."""
    return [
        (task, post)
        for task in order
        for post, asked in enumerate(of.tasks[task].posts)
        for _ in range(asked.count)
    ]


def probabilities(of: Inputs) -> dict[Whole, float]:
    """The probability of each pairing: over all orders of tasks, each place uniform among those who could."""
    possible = all_pairings(of)
    chance: dict[Whole, float] = dict.fromkeys(possible, 0.0)

    def walk(left: list[tuple[int, int]], wholes: set[Whole], taken: dict[tuple[int, int], frozenset[str]],
             probability: float) -> None:  # fmt: skip
        if not left:
            (whole,) = wholes
            chance[whole] += probability
            return
        task, post = left[0]
        there = taken.get((task, post), frozenset())
        could = set().union(*(whole[task][post] for whole in wholes)) - there
        for name in could:
            fitting = {whole for whole in wholes if name in whole[task][post]}
            walk(left[1:], fitting, {**taken, (task, post): there | {name}}, probability / len(could))

    orders = list(itertools.permutations(range(len(of.tasks))))
    for order in orders:
        walk(places(of, list(order)), possible, {}, 1 / math.factorial(len(of.tasks)))
    return chance


def drawn(of: Inputs, seed: bytes, algorithm: str) -> Whole:
    """The pairing of a seed, from the text of docs/methods/pairing.md alone."""
    wholes = all_pairings(of)

    def digest(data: bytes) -> bytes:
        return hashlib.new(algorithm, data).digest()

    keys = sorted((digest(seed + b"\x01" + task.identity.encode()), n) for n, task in enumerate(of.tasks))
    for key, number in keys:
        counter = 0
        for post, asked in enumerate(of.tasks[number].posts):
            names = sorted(
                (i.identity for i in of.inspectors if may(of, of.tasks[number], asked, i)),
                key=lambda name: name.encode(),
            )
            settled: set[str] = set()
            for place in range(len(names)):
                if len(settled) == asked.count:
                    break
                below = len(names) - place
                while True:
                    data = seed + b"\x02" + key + counter.to_bytes(4, "big")
                    value = int.from_bytes(digest(data)[:8], "big")
                    counter += 1
                    if value < 2**64 - 2**64 % below:
                        break
                other = place + value % below
                names[place], names[other] = names[other], names[place]
                fitting = {w for w in wholes if settled | {names[place]} <= w[number][post]}
                if fitting:
                    wholes = fitting
                    settled.add(names[place])
    (whole,) = wholes
    return whole
