"""Small draws for the tests: frames, parties and nonces that need no thought."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from zhiheng.methods.lottery.commitment import Announcement, Beacon, Commitment, Design, Kind, Party, commit
from zhiheng.methods.lottery.commitment import nonce_hash as hash_nonce
from zhiheng.methods.lottery.draw import Draw, Nonces, draw
from zhiheng.methods.lottery.frame import Frame, frame_of, parse_frame

EXAMPLE = Path(__file__).parent / "example"
AUTHORITY, WITNESS = bytes(range(32)), b"\x11" * 32


def small_frame(strata: int = 3, size: int = 7) -> Frame:
    """Strata with weights 1, 1.5, 2 … and identities as long as a credit code."""
    return frame_of((f"层{s}", f"91{s:06d}{i:010d}", 1 + i / 2) for s in range(strata) for i in range(size))


def announcement(algorithm: str = "sm3", **changes: object) -> Announcement:
    """An authority, one bound witness and a beacon."""
    values: dict[str, object] = {
        "title": "Spot check, first quarter",
        "time": "2026-03-02T09:30:00+08:00",
        "authority": Party("Authority", hash_nonce("Authority", AUTHORITY, algorithm)),
        "witnesses": (Party("Witness", hash_nonce("Witness", WITNESS, algorithm)),),
        "beacon": Beacon("drand", "round 7"),
        **changes,
    }
    return Announcement(**values)  # type: ignore[arg-type]


def committed(
    frame: Frame,
    kind: Kind = "fixed",
    amounts: Mapping[str, int | str] | None = None,
    algorithm: str = "sm3",
    **changes: object,
) -> Commitment:
    """A commitment to the frame; by default two of each stratum, or a rate of a half."""
    default: int | str = 2 if kind == "fixed" else "0.5"
    design = Design(kind, amounts or {stratum.name: default for stratum in frame.strata})
    return commit(frame, design, announcement(algorithm, **changes), algorithm=algorithm)


def drawn(frame: Frame, kind: Kind = "fixed", algorithm: str = "sm3", beacon: str = "value") -> Draw:
    """A whole draw."""
    return draw(frame, committed(frame, kind, algorithm=algorithm), Nonces(AUTHORITY, (WITNESS,), beacon))


def example_frame() -> Frame:
    """The frame of the worked example."""
    return parse_frame((EXAMPLE / "frame.tsv").read_bytes())
