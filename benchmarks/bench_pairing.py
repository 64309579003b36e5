"""Speed of pairing inspectors with tasks: the size of a province, easy, bound by rules, and impossible.

Seconds of processor time, so that other work on the machine does not count. Run:
python -m benchmarks pairing
"""

from __future__ import annotations

import hashlib
import random
import resource
import time
from collections.abc import Iterator
from dataclasses import replace

from zhiheng.methods.lottery.pairing import Infeasible, pair
from zhiheng.methods.lottery.pairing_records import (
    Inputs,
    Inspector,
    Post,
    Recusal,
    RegionRule,
    Rules,
    Task,
    inputs,
)
from zhiheng.methods.lottery.pairing_statement import Occasion, Witness, statement
from zhiheng.methods.lottery.pairing_verification import pairing_verify

Row = tuple[str, float, str, str]
TASKS, INSPECTORS, RECUSALS = 5_000, 2_000, 20_000
SEED = hashlib.sha256(b"bench").digest()
SKILLS = ("food", "elevator", "vessel", "general")


def rows() -> Iterator[Row]:
    """(what, measured value, unit, target or empty)."""
    size = f"{TASKS} tasks × {INSPECTORS} inspectors, {RECUSALS} recusals"
    plain = province(skilled=False, rules=Rules())
    yield f"{size}: pairs, loads even", seconds(plain), "s", "≤ 10"
    apart = (RegionRule("apart", "county"),)
    skilled = province(skilled=True, rules=Rules(20, regions=apart))
    yield f"{size}: leader and skills, apart from own county, even", seconds(skilled), "s", "≤ 10"
    loose = replace(skilled, rules=Rules(20, even=False, regions=apart))
    yield f"{size}: the same, maximum alone", seconds(loose), "s", "≤ 10"
    city = replace(skilled, rules=Rules(20, regions=(*apart, RegionRule("within", "city"))))
    yield f"{size}: the same, within the own city, even", seconds(city), "s", "≤ 10"
    tight = replace(plain, rules=Rules(maximum=2 * TASKS // INSPECTORS, even=False))
    yield f"{size}: not one place to spare", seconds(tight), "s", "≤ 10"
    short = replace(skilled, rules=Rules(6, regions=apart))
    yield f"{size}: none possible, told why", seconds(short, possible=False), "s", "≤ 10"
    started = time.process_time()
    _, data = statement(
        skilled, Occasion("bench", "bench", "2026-03-02T09:00:00Z", None, (Witness("w", SEED),))
    )
    yield "statement of the second, with the pairing", time.process_time() - started, "s", ""
    started = time.process_time()
    assert pairing_verify(data).sound
    yield "verified: everything computed again", time.process_time() - started, "s", ""
    yield "peak memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MiB", ""


def seconds(of: Inputs, *, possible: bool = True) -> float:
    """Processor seconds of one pairing, or of the proof that there is none."""
    started = time.process_time()
    try:
        pair(of, SEED)
    except Infeasible:
        assert not possible
    else:
        assert possible
    return time.process_time() - started


def province(*, skilled: bool, rules: Rules) -> Inputs:
    """Tasks and inspectors over 128 counties of 16 cities, as the seed of this generator has them."""
    rng = random.Random(20260302)
    counties = [f"37{city:02d}{county:02d}" for city in range(1, 17) for county in range(1, 9)]
    inspectors = [
        Inspector(
            f"{number:05d}",
            rng.choice(counties),
            frozenset(skill for skill in (*SKILLS, "leader") if rng.random() < 0.4),
        )
        for number in range(INSPECTORS)
    ]
    tasks = []
    for number in range(TASKS):
        leader = Post(1, frozenset({"leader"}), "leader")
        member = Post(1 + (rng.random() < 0.3), frozenset({rng.choice(SKILLS)}))
        posts = (leader, member) if skilled else (Post(2),)
        tasks.append(Task(f"T{number:06d}", posts, f"E{rng.randrange(3000)}", rng.choice(counties)))
    pairs = {
        (rng.choice(inspectors).identity, f"E{rng.randrange(3000)}") for _ in range(RECUSALS + RECUSALS // 50)
    }
    recusals = [Recusal(who, where, "enterprise") for who, where in sorted(pairs)[:RECUSALS]]
    return inputs(tasks, inspectors, recusals, rules)


if __name__ == "__main__":
    for name, value, unit, target in rows():
        print(f"{name:90s} {value:10.4g} {unit:5s} {target}".rstrip())
