"""Fills an empty deployment for the browser: places, agencies, officers, enterprises. Run as a process."""

from __future__ import annotations

import csv
import sys
from datetime import UTC, datetime
from pathlib import Path

import django

PASSWORD = "correct-horse-9"


def main(folder: Path) -> None:
    django.setup()
    from django.core.management import call_command

    from zhiheng.doors.imports.run import Opening, open_import, work
    from zhiheng.foundation.ledger.facts.org import AgencyOpened
    from zhiheng.foundation.org import roles
    from zhiheng.foundation.org import services as org
    from zhiheng.foundation.org.actors import system
    from zhiheng.foundation.org.data import DivisionRow
    from zhiheng.foundation.org.models import Agency
    from zhiheng.foundation.org.selectors import actor_of
    from zhiheng.kernel.codes.division import Level
    from zhiheng.simulation import SMALL, write_province

    call_command("migrate", verbosity=0)
    write_province(folder, seed=1, scale=SMALL, dirty=True)
    at, program = datetime.now(UTC), system("MSA-900000", "900000")

    def rows(name: str) -> list[dict[str, str]]:
        with (folder / name).open(encoding="utf-8-sig") as file:
            return list(csv.DictReader(file))

    places = [
        DivisionRow(
            row["code"], row["name"], Level(int(row["level"])), row["parent"], None, None, row["name_en"]
        )
        for row in rows("divisions.csv")
    ]
    org.divisions_load(actor=program, rows=places, source="simulation", at=at)
    agencies = [
        AgencyOpened(row["code"], row["name"], row["kind"], int(row["level"]), row["division"])
        for row in rows("agencies.csv")
    ]
    org.agencies_open(actor=program, agencies=agencies, at=at)
    agency = Agency.objects.unguarded("seed").get(code="MSA-900000")
    for name, role in (
        ("registrar", roles.REGISTRAR),
        ("reviewer", roles.REVIEWER),
        ("publisher", roles.PUBLISHER),
    ):
        sign_in = org.SignIn(name, name, PASSWORD)
        officer = org.officer_enter(actor=program, sign_in=sign_in, agency=agency, role=role, at=at)
        if role == roles.REGISTRAR:
            org.officer_appoint(actor=program, officer=officer, role=roles.ANALYST, at=at)
            actor = actor_of(officer.account, at)
    source = folder / "enterprises.csv"
    run = open_import(actor=actor, source=source, opening=Opening("enterprises"), at=at)
    work(run, lambda: datetime.now(UTC))


def run_worker() -> None:
    django.setup()
    from threading import Event

    from zhiheng.doors.imports.worker import run_worker as work_on

    work_on(Event(), lambda: datetime.now(UTC))


if __name__ == "__main__":
    run_worker() if sys.argv[1] == "--worker" else main(Path(sys.argv[1]))
