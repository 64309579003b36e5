"""Loading the synthetic province into an empty installation, step by step.

Every step looks what is there before it adds anything, so a start that was killed anywhere goes on
where it stood and loses nothing. An installation that holds anybody else's data is left alone.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final, Protocol

from django.utils import timezone
from django.utils.translation import gettext as _

from zhiheng.doors.demo import SEED
from zhiheng.doors.demo.accounts import PROVINCE, accounts_opened
from zhiheng.doors.demo.report import report_published
from zhiheng.doors.imports.run import Opening, open_import, work
from zhiheng.foundation.exchange import selectors
from zhiheng.foundation.exchange.models import ImportRun
from zhiheng.foundation.ledger.checkpoints import checkpoint_take
from zhiheng.foundation.ledger.facts.org import AgencyOpened
from zhiheng.foundation.ledger.snapshots import snapshot_take
from zhiheng.foundation.org.actors import system
from zhiheng.foundation.org.data import DivisionRow
from zhiheng.foundation.org.models import Agency
from zhiheng.foundation.org.services import agencies_open, divisions_load
from zhiheng.kernel.chain import file_digest
from zhiheng.kernel.codes.division import Level
from zhiheng.kernel.errors import N_, Problem, Refused
from zhiheng.settings import settings
from zhiheng.simulation import DEMO, Scale, write_province

SOURCE: Final = "zhiheng.simulation"
TO_TRY: Final = "to-try"
_WRITTEN: Final = "written"
_LOADED: Final = "loaded"
ACTOR: Final = system(PROVINCE, "900000")


class Bar(Protocol):
    """Long work that is being watched."""

    def __call__(self, done: int, total: int | None = None) -> None:
        """So much is done."""


Watch = Callable[[str], AbstractContextManager[Bar]]


@dataclass(frozen=True, slots=True)
class Loaded:
    """Where the demo's files are, and whether it was loaded now, before, or not at all."""

    folder: Path
    state: str

    @property
    def there(self) -> bool:
        """Whether the demo's province is in the database."""
        return self.state != "left"


def demo_loaded(watch: Watch, scale: Scale = DEMO) -> Loaded:
    """Load the province, or finish loading it; beside other data nothing is loaded."""
    folder = settings().folder("demo")
    agencies = Agency.objects.visible_to(ACTOR)
    begun = agencies.filter(code=PROVINCE).exists()
    if not begun and agencies.exists():
        return Loaded(folder, "left")
    if begun and (folder / _LOADED).is_file():
        return Loaded(folder, "before")
    files_written(folder, watch, scale)
    _organisation(folder)
    _own(PROVINCE)
    with watch(_("Opening the demo's accounts")):
        accounts_opened(actor=ACTOR, folder=folder, at=timezone.now())
    for sheet, path in sheets(folder):
        imported(sheet, path, watch)
    with watch(_("Taking a snapshot")):
        snapshot = snapshot_take(settings().folder("snapshots"), checkpoint_take(at=timezone.now()))
    with watch(_("Publishing a quality report")):
        report_published(snapshot)
    (folder / _LOADED).write_text(f"{timezone.now():%Y-%m-%d %H:%M}\n", encoding="ascii")
    return Loaded(folder, "now")


def files_written(folder: Path, watch: Watch, scale: Scale = DEMO) -> None:
    """Write the province's files, and one with planted mistakes to try the import on; once."""
    if (folder / _WRITTEN).is_file():
        return
    with watch(_("Writing the synthetic province")):
        write_province(folder, seed=SEED, scale=scale)
        spoilt = folder / f"{TO_TRY}.tmp"
        write_province(spoilt, seed=SEED, scale=scale, dirty=True)
        last = max(spoilt.glob("spot-checks-*.csv"))
        (folder / TO_TRY).mkdir(exist_ok=True)
        last.replace(folder / TO_TRY / last.name)
        shutil.rmtree(spoilt)
    (folder / _WRITTEN).write_text(f"seed {SEED}\n", encoding="ascii")


def sheets(folder: Path) -> Iterator[tuple[str, Path]]:
    """The files that go through the import door, in their order."""
    yield "enterprises", folder / "enterprises.csv"
    for path in sorted(folder.glob("spot-checks-*.csv")):
        yield "spot-checks", path


def _own(agency: str) -> None:
    """The command line acts for the province from now on."""
    (settings().home / "agency").write_text(f"{agency}\n", encoding="ascii")


def _organisation(folder: Path) -> None:
    divisions = [
        DivisionRow(
            code=row["code"],
            name=row["name"],
            level=Level(int(row["level"])),
            parent=row["parent"],
            valid_from=_day(row["valid_from"]),
            valid_to=_day(row["valid_to"]),
            name_en=row["name_en"],
        )
        for row in _rows(folder / "divisions.csv")
    ]
    agencies = [
        AgencyOpened(
            code=row["code"],
            name=row["name"],
            name_en=row["name_en"],
            kind=row["kind"],
            level=int(row["level"]),
            division=row["division"],
        )
        for row in _rows(folder / "agencies.csv")
    ]
    at = timezone.now()
    divisions_load(actor=ACTOR, rows=divisions, source=SOURCE, at=at)
    agencies_open(actor=ACTOR, agencies=agencies, at=at)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def imported(sheet: str, path: Path, watch: Watch) -> ImportRun:
    """Import a file, go on with an import of it that was left, or find that it was imported."""
    known = selectors.runs(ACTOR).filter(sheet=sheet, digest=file_digest(str(path)), file_name=path.name)
    finished = known.filter(state=ImportRun.State.FINISHED).first()
    if finished is not None:
        return finished
    run = known.filter(state__in=(ImportRun.State.QUEUED, ImportRun.State.RUNNING)).first()
    if run is None:
        run = open_import(
            actor=ACTOR, source=path, opening=Opening(sheet=sheet, claim=True), at=timezone.now()
        )
    with watch(_("Importing %(file)s") % {"file": path.name}) as bar:
        done = work(run, _now, lambda now: bar(now.position, now.rows_total))
    if done.state != ImportRun.State.FINISHED:
        raise Refused(
            Problem(
                "demo.import",
                N_("The demo's file %(file)s could not be imported."),
                {"file": path.name},
                N_("Look at the import in the workbench, or start with an empty ZHIHENG_HOME."),
            )
        )
    return done


def _now() -> datetime:
    return timezone.now()
