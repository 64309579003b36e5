"""Write the reference pages from the program, and check that no link leads nowhere.

python -m tools.docs            write docs/reference anew, then check the links
python -m tools.docs --check    change nothing; fail when a page is out of date
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

import django

from tools.links import broken

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "reference"


def pages() -> dict[str, str]:
    """The reference pages as they should be, by file name."""
    from tools.reference import PAGES  # noqa: PLC0415  models can be imported only after django.setup()

    return {f"{name}.md": build() for name, build in PAGES.items()}


def stale(wanted: dict[str, str], folder: Path = FOLDER) -> list[str]:
    """The pages that are missing, out of date or no longer made."""
    kept = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    return sorted(name for name in wanted.keys() | kept.keys() if wanted.get(name) != kept.get(name))


def write(wanted: dict[str, str]) -> None:
    """Put the pages where they belong, and remove what is no longer made."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in stale(wanted):
        if name in wanted:
            (FOLDER / name).write_text(wanted[name], encoding="utf-8")
        else:
            (FOLDER / name).unlink()
        print(f"docs/reference/{name}")


def main() -> int:
    """Read the command line and do as it says."""
    reader = argparse.ArgumentParser(
        prog="python -m tools.docs", description="Make and check the documentation."
    )
    reader.add_argument("--check", action="store_true", help="change nothing; fail when out of date")
    given = reader.parse_args()
    with tempfile.TemporaryDirectory() as home:  # nobody's data folder is touched
        os.environ |= {"ZHIHENG_HOME": home, "DJANGO_SETTINGS_MODULE": "zhiheng.settings.django"}
        django.setup()
        wanted = pages()
    if given.check:
        problems = [f"docs/reference/{name} is out of date: run make docs" for name in stale(wanted)]
    else:
        write(wanted)
        problems = []
    problems += broken()
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
