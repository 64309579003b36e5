"""Speed and memory of the provable draw; prints one row each.

Run: python benchmarks/bench_lottery.py [--large]

`--large` (or ZHIHENG_BENCH_LARGE=1) adds the draw from ten million objects, which takes a minute or two.
Draws run in a process of their own, so that the peak of memory is theirs alone. Making the frame's
bytes is not part of the time: a frame comes from its caller.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import numpy as np

from zhiheng.methods.lottery.commitment import Announcement, Design, Party, commit, nonce_hash
from zhiheng.methods.lottery.draw import Nonces, draw
from zhiheng.methods.lottery.frame import Frame, parse_frame
from zhiheng.methods.lottery.probabilities import successive_inclusion
from zhiheng.methods.lottery.proof import make_proof, proof_of, ticket_of
from zhiheng.methods.lottery.verification import verify_object, verify_proof

Row = tuple[str, float, str, str]
NONCE = bytes(32)
STRATA = 10
DRAWN = 10_000


def lines(size: int) -> bytes:
    """A frame of ten strata with some two hundred different weights and identities of 18 characters."""
    weights = np.random.default_rng(20260302).integers(1, 200, size)
    parts = []
    for s in range(STRATA):
        own = (weights[s * (size // STRATA) : (s + 1) * (size // STRATA)] / 4).tolist()
        text = "".join(f"第{s:02d}层\t91{s:06d}{i:010d}\t{w}\n" for i, w in enumerate(own))
        parts.append(text.replace(".0\n", "\n").encode())
    return b"".join(parts)


def committed(frame: Frame, drawn: int) -> tuple[Design, Announcement]:
    """A fixed sample, the same in each stratum, with one bound witness."""
    amounts: dict[str, int | str] = {s.name: drawn // len(frame.strata) for s in frame.strata}
    said = Announcement(
        "Benchmark",
        "2026-03-02T09:30:00+08:00",
        Party("Authority", nonce_hash("Authority", NONCE)),
        (Party("Witness", nonce_hash("Witness", NONCE)),),
    )
    return Design("fixed", amounts), said


def proven(data: bytes, drawn: int) -> bytes:
    """From the frame's bytes to the proof's."""
    frame = parse_frame(data)
    commitment = commit(frame, *committed(frame, drawn))
    return proof_of(draw(frame, commitment, Nonces(NONCE, (NONCE,))))


def apart(size: int) -> tuple[float, float, float]:
    """Seconds by the clock, seconds of CPU and peak memory in GB of one draw in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "--one", str(size)],
        capture_output=True,
        text=True,
        check=True,
    )
    wall, cpu, peak = map(float, done.stdout.split())
    return wall, cpu, peak


def one(size: int) -> str:
    """What `apart` reads."""
    data = lines(size)
    wall, cpu = time.perf_counter(), time.process_time()
    proven(data, DRAWN)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return f"{time.perf_counter() - wall} {time.process_time() - cpu} {peak}"


def rows() -> Iterator[Row]:
    """(name, measured value, unit, target or empty)."""
    sizes = [(1_000_000, "≤ 8", "")]
    if "--large" in sys.argv or os.environ.get("ZHIHENG_BENCH_LARGE"):
        sizes.append((10_000_000, "≤ 90", "≤ 3"))
    for size, limit, most in sizes:
        wall, cpu, peak = apart(size)
        yield f"{DRAWN} of {size}, frame to proof", wall, "s", limit
        yield f"{DRAWN} of {size}, CPU", cpu, "s", ""
        yield f"{DRAWN} of {size}, peak memory", peak, "GB", most
    data = lines(100_000)
    frame = parse_frame(data)
    proof = make_proof(draw(frame, commit(frame, *committed(frame, 1_000)), Nonces(NONCE, (NONCE,))))
    ticket = ticket_of(proof, frame, frame.member(7).identity)
    seconds = best(lambda: verify_object(ticket), 200)
    yield "ticket of one object of 100000, checked", seconds * 1e3, "ms", "≤ 1"
    seconds = best(lambda: verify_proof(proof.data), 3)
    yield "proof of 1000 objects, checked without frame", seconds, "s", ""
    seconds = best(lambda: verify_proof(proof.data, data), 3)
    yield "proof of 1000 of 100000, checked with frame", seconds, "s", ""
    weights = np.random.default_rng(1).pareto(1.5, 1_000_000) + 0.1
    seconds = best(lambda: successive_inclusion(weights, DRAWN, weights[:DRAWN]), 3)
    yield "10000 inclusion probabilities, 1000000 weights", seconds, "s", ""


def best(work: Callable[[], object], repeats: int) -> float:
    """Seconds of CPU, the least of several runs: others may be running."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


if __name__ == "__main__":
    if "--one" in sys.argv:
        print(one(int(sys.argv[-1])))
    else:
        for name, value, unit, target in rows():
            print(f"{name:58s} {value:14.4g} {unit:9s} {target}".rstrip())
