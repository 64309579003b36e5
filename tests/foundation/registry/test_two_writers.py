"""Two files at once: both bring the same new enterprises, and each enterprise is recorded once."""

from __future__ import annotations

import subprocess
import sys

import pytest

PREPARE = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from zhiheng.foundation.org.models import Division
Division.objects.create(code="900101", name="岚岭区", level=3, parent="900100", source="test")
"""
WRITE = """
import sys, django; django.setup()
from dataclasses import replace
from tests.foundation.registry.conftest import NOW, REGISTRAR, row
from zhiheng.foundation.registry.services import enterprises_record
print("ready", flush=True); sys.stdin.readline()
actor = replace(REGISTRAR, agency=sys.argv[1])
states = []
for first in range(0, 400, 50):
    rows = [row(number, former_names="旧厂") for number in range(first, first + 50)]
    states += [outcome.state for outcome in enterprises_record(actor=actor, rows=rows, at=NOW)]
print(states.count("accepted"), states.count("skipped"))
"""
LOOK = """
import django; django.setup()
from zhiheng.foundation.ledger.models import Entry
from zhiheng.foundation.org.actors import PUBLIC
from zhiheng.foundation.registry.models import EnterpriseName
from zhiheng.foundation.registry.selectors import enterprises, search
print(Entry.objects.count(), Entry.objects.filter(corrects__isnull=False).count(),
      enterprises(PUBLIC).count(), EnterpriseName.objects.count(), len(search(PUBLIC, "岚岭 399").hits))
"""


@pytest.mark.database
def test_two_writers_record_each_enterprise_once(deployment: dict[str, str]) -> None:
    environment = {**deployment, "DJANGO_SETTINGS_MODULE": "zhiheng.settings.django", "PYTHONPATH": "src:."}

    def run(code: str) -> str:
        command = [sys.executable, "-c", code]
        return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout

    run(PREPARE)
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITE, agency],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for agency in ("A1", "A2")
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    answers = [writer.communicate(timeout=120)[0] for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0]
    accepted, skipped = (sum(int(answer.split()[place]) for answer in answers) for place in (0, 1))
    assert (accepted, skipped) == (400, 400)
    assert run(LOOK).split() == ["400", "0", "400", "800", "1"]
