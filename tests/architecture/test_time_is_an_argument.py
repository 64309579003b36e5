"""Below the doors nobody looks at the clock: the time is an argument.

A rule that asks for the time cannot be tested on another day, and a recomputation would differ.
"""

from __future__ import annotations

import ast

import pytest

from tests.architecture.source import Module, calls, imported, in_room, resolved

CLOCKS = frozenset(
    {
        "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today",
        "datetime.date.today", "django.utils.timezone.now", "django.utils.timezone.localdate",
        "django.utils.timezone.localtime", "time.time", "time.time_ns", "time.localtime", "time.gmtime",
        "time.strftime", "django.db.models.functions.Now", "numpy.datetime64",
    }
)  # fmt: skip
ROOMS = ("kernel", "methods", "rulebook", "foundation", "analytics", "domains", "reactions", "simulation")
# module → why it may look at the clock
ALLOWED: dict[str, str] = {}


def looks_at_the_clock(tree: ast.AST) -> list[str]:
    """Calls of a clock, and clocks handed on as a default (`default=timezone.now`)."""
    names = imported(tree)
    found = []
    for call in calls(tree):
        name = resolved(call.func, names)
        if name in CLOCKS and not _converts(name, call):
            found.append(f"line {call.lineno}: {name}")
        for keyword in call.keywords:
            if resolved(keyword.value, names) in CLOCKS:
                found.append(f"line {call.lineno}: {keyword.arg}={resolved(keyword.value, names)}")
            if keyword.arg in {"auto_now", "auto_now_add"}:
                found.append(f"line {call.lineno}: {keyword.arg}")
    return found


def _converts(name: str, call: ast.Call) -> bool:
    """`localtime(value)` and `datetime64("2026-01-01")` convert; without the argument they ask the clock."""
    converters = ("localtime", "localdate", "gmtime", "strftime", "datetime64")
    if not name.endswith(converters) or not call.args:
        return False
    if name.endswith("strftime"):
        return len(call.args) == 2
    first = call.args[0]
    return not (isinstance(first, ast.Constant) and first.value in {"now", "today"})


@pytest.mark.parametrize("module", in_room(*ROOMS), ids=lambda module: module.name)
def test_no_clock_below_the_doors(module: Module) -> None:
    if module.name in ALLOWED:
        assert looks_at_the_clock(module.tree), f"{module.name} no longer needs its place in the list"
        return
    assert looks_at_the_clock(module.tree) == [], f"{module.name}: take the time as an argument"


@pytest.mark.parametrize(
    "code",
    [
        "from datetime import datetime\ndatetime.now()",
        "import datetime as dt\ndt.datetime.now(dt.UTC)",
        "from datetime import date\ndate.today()",
        "from django.utils import timezone\ntimezone.now()",
        "from django.utils.timezone import now\nnow()",
        "import time\ntime.time()",
        "from django.utils import timezone\nmodels.DateTimeField(default=timezone.now)",
        "models.DateTimeField(auto_now_add=True)",
        "from django.utils.timezone import localtime\nlocaltime()",
        "import numpy as np\nnp.datetime64('today')",
    ],
)
def test_a_clock_is_recognised(code: str) -> None:
    assert looks_at_the_clock(ast.parse(code))


@pytest.mark.parametrize(
    "code",
    [
        "from datetime import datetime\ndatetime(2026, 1, 1)",
        "import time\ntime.perf_counter()",
        "from django.utils.timezone import localtime\nlocaltime(entry.recorded_at)",
        "import numpy as np\nnp.datetime64('2026-01-01')",
        "def due(*, now): return now()",
    ],
)
def test_what_is_no_clock_passes(code: str) -> None:
    assert looks_at_the_clock(ast.parse(code)) == []
