"""`zhiheng demo`: the synthetic province, as files or loaded into an empty installation."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from zhiheng.doors.cli import output, refusals
from zhiheng.doors.cli.commands.options import Json
from zhiheng.doors.cli.refusals import wrongly_written
from zhiheng.doors.cli.words import _
from zhiheng.kernel.errors import N_

Files = Annotated[
    Path | None,
    typer.Option("--files", help=N_("Only write the import files into this folder; load nothing.")),
]
ScaleName = Annotated[str, typer.Option("--scale", help=N_("small, demo or large."))]
Seed = Annotated[int, typer.Option("--seed", help=N_("Same seed, same files (with --files)."))]
Dirty = Annotated[bool, typer.Option("--dirty", help=N_("Plant mistakes in the files (with --files)."))]


def demo(
    files: Files = None,
    scale: ScaleName = "demo",
    seed: Seed = 0,
    dirty: Dirty = False,
    as_json: Json = False,
) -> int:
    """Load the synthetic province, with accounts, into an empty installation; or only write its files."""
    from zhiheng.simulation import SCALES, write_province

    if scale not in SCALES:
        raise wrongly_written(
            "cli.scale", N_("There is no scale %(scale)s."), N_("Use small, demo or large."), scale=scale[:20]
        )
    if files is not None:
        from zhiheng.doors.demo import SEED

        with output.progress(_("Writing the synthetic province"), quiet=as_json):
            manifest = write_province(files, seed=seed or SEED, scale=SCALES[scale], dirty=dirty)
        if as_json:
            output.answer_json({"folder": str(files), "files": [asdict(file) for file in manifest.files]})
        else:
            output.table((_("file"), _("rows")), [(file.name, file.rows) for file in manifest.files])
        return refusals.DONE
    from zhiheng.doors.cli import opening

    with opening.alone():
        opening.prepared()
        from zhiheng.doors.demo.loading import demo_loaded
        from zhiheng.doors.demo.showing import what_to_look_at

        loaded = demo_loaded(output.progress, SCALES[scale])
        if as_json:
            output.answer_json({"folder": str(loaded.folder), "state": loaded.state})
        else:
            for line in what_to_look_at(loaded):
                output.answer(line)
    return refusals.DONE if loaded.there else refusals.REFUSED
