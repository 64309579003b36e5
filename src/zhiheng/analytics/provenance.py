"""Where a number comes from: enough to compute it again, and to see whether the same comes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zhiheng.foundation.ledger.snapshots import Snapshot
from zhiheng.kernel.chain import Json, canonical, hasher


@dataclass(frozen=True, slots=True)
class Provenance:
    """Snapshot, method and parameters of a result. `seed` is empty where nothing is drawn."""

    snapshot: str
    manifest: str
    checkpoint: int
    entries: int
    root: str
    pipeline: str
    version: int
    parameters: str
    engine: str
    seed: str = ""


def provenance(
    snapshot: Snapshot, *, pipeline: str, version: int, parameters: dict[str, Json], engine: str
) -> Provenance:
    """The provenance of what a pipeline computed from a snapshot."""
    return Provenance(
        snapshot=snapshot.name,
        manifest=snapshot.digest,
        checkpoint=snapshot.checkpoint,
        entries=snapshot.entries,
        root=snapshot.root,
        pipeline=pipeline,
        version=version,
        parameters=canonical(parameters),
        engine=engine,
    )


def rows_digest(rows: Sequence[Sequence[Json]]) -> str:
    """One digest of the rows of a result, in their order."""
    return hasher()("\n".join(canonical(list(row)) for row in rows).encode()).hex()
