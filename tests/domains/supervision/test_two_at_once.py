"""Two authorities record the same results at the same moment, in processes of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import json, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "zhiheng.settings.django"
import django
django.setup()
from datetime import UTC, datetime
from django.core.management import call_command
from zhiheng.domains.supervision.services import results_record
from zhiheng.domains.supervision.sheets import SPOT_CHECKS
from zhiheng.foundation.org.actors import system
from zhiheng.kernel.sheets import Row

if sys.argv[1] == "migrate":
    call_command("migrate", verbosity=0)
    raise SystemExit
agency, order = sys.argv[1], range(400)
if sys.argv[2] == "backwards":
    order = reversed(order)
rows = []
for number in order:
    cells = {"record": f"R-{number}", "source": "S", "authority": "A", "sampled_on": "2026-01-10",
             "product_kind": "k", "product_name": "p", "verdict": "合格", "producer": f"厂{number % 9}"}
    rows.append(Row(number, SPOT_CHECKS.read(cells)[0]))
print("ready", flush=True)
sys.stdin.readline()
outcomes = [
    outcome.state
    for start in range(0, len(rows), 50)
    for outcome in results_record(actor=system(agency, "330000"), rows=rows[start:start + 50],
                                  at=datetime(2026, 6, 1, tzinfo=UTC))
]
from zhiheng.domains.supervision.models import Result
from zhiheng.foundation.ledger.verify import ledger_verify
print(json.dumps({"states": {s: outcomes.count(s) for s in set(outcomes)}}), flush=True)
sys.stdin.readline()
print(json.dumps({"stored": Result.objects.unguarded("test").count(), "intact": ledger_verify().intact}))
"""


@pytest.mark.database
def test_each_record_is_recorded_once(deployment: dict[str, str], tmp_path: Path) -> None:
    script = tmp_path / "record.py"
    script.write_text(SCRIPT, encoding="utf-8")
    subprocess.run([sys.executable, script, "migrate"], env=deployment, check=True)
    both = [
        subprocess.Popen(
            [sys.executable, script, agency, order],
            env=deployment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for agency, order in (("A1", "forwards"), ("A2", "backwards"))
    ]
    states = []
    for one in both:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in both:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    for one in both:
        assert one.stdout is not None
        states.append(json.loads(one.stdout.readline())["states"])
    for one in both:
        out, _ = one.communicate("go\n", timeout=60)
        assert json.loads(out) == {"stored": 400, "intact": True}
    assert sum(state.get("unresolved", 0) for state in states) == 400
    assert sum(state.get("skipped", 0) for state in states) == 400
