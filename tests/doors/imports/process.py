"""A program of its own that imports, so that it can be killed, starved or cut off.

    python -m tests.doors.imports.process prepare|import|work|state [arguments]

It prints the position after each chunk, then one line of JSON.
"""

from __future__ import annotations

import os
import resource
import sys

import django
from django.core.management import call_command


def main() -> None:
    """Read the command; limits are set before anything is opened."""
    command, *arguments = sys.argv[1:]
    limit = os.environ.get("TEST_FILE_LIMIT")
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
    django.setup()
    from tests.doors.imports import commands

    commands.running.WAITS = tuple(map(float, os.environ.get("TEST_WAITS", "0.1,0.5,1,2,4").split(",")))  # type: ignore[misc]
    if command == "prepare":
        call_command("migrate", verbosity=0)
    elif command == "import":
        commands.take(*arguments)
    elif command == "work":
        commands.resume()
    else:
        commands.state()


if __name__ == "__main__":
    main()
