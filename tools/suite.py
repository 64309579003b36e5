"""Run the whole test suite: on SQLite, then what touches the database again on PostgreSQL.

    python tools/suite.py [arguments for pytest]

PostgreSQL is the server that ZHIHENG_TEST_DATABASE_URL names, else one on 127.0.0.1:5432 that lets
the user root or postgres in without a password. Where no server answers, the second pass is left
out and the last line says so; a server that was named but does not answer is a failure.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parents[1]
VARIABLE = "ZHIHENG_TEST_DATABASE_URL"
USUAL = ("postgresql://root@127.0.0.1:5432/postgres", "postgresql://postgres@127.0.0.1:5432/postgres")
NO_TESTS_LEFT = 5  # pytest's code for "nothing was selected"
WORKERS = "2"  # the suite must fit a machine of two cores


def answer(url: str) -> str:
    """Why a server cannot be used for the tests; empty when it can."""
    try:
        with psycopg.connect(url, connect_timeout=3) as server:
            row = server.execute(
                "SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
    except psycopg.OperationalError as refusal:
        return str(refusal).strip().splitlines()[0]
    return "" if row and row[0] else "its user may not create databases"


def find_server() -> tuple[str, str]:
    """The address of a usable server, or an empty one and the reason."""
    named = os.environ.get(VARIABLE, "")
    reasons = []
    for url in [named] if named else USUAL:
        reason = answer(url)
        if not reason:
            return url, ""
        reasons.append(reason)
    return "", reasons[0]


def run(title: str, url: str, arguments: list[str]) -> int:
    """One pass of pytest on one database."""
    print(f"\n=== {title} ===", flush=True)
    environment = {**os.environ, VARIABLE: url}
    command = [sys.executable, "-m", "pytest", "-n", WORKERS, "--dist", "loadfile", *arguments]
    started = time.monotonic()
    code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    print(f"=== {title}: {time.monotonic() - started:.0f} s, exit code {code} ===", flush=True)
    return code


def main(arguments: list[str]) -> int:
    """Both passes; the result is that of the worse one."""
    url, reason = find_server()
    if os.environ.get(VARIABLE) and not url:
        print(f"{VARIABLE} names a server that cannot be used: {reason}", file=sys.stderr)
        return 2
    first = run("SQLite", "", arguments)
    if not url:
        print(f"PostgreSQL: skipped, no usable server at 127.0.0.1:5432 ({reason}); name one by {VARIABLE}")
        return first
    second = run("PostgreSQL (tests that touch the database)", url, ["--touching-database", *arguments])
    return first or (0 if second == NO_TESTS_LEFT else second)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
