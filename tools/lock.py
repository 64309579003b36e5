"""Check that the lock file names the public package registry and nothing else.

A mirror or a local folder that was configured on somebody's machine must not become everybody's.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

LOCK = Path(__file__).resolve().parents[1] / "uv.lock"
REGISTRY = "https://pypi.org/simple"
FILES = "https://files.pythonhosted.org/"


def strangers(lock: dict[str, Any]) -> Iterator[str]:
    """Packages that come from anywhere but the public registry; the project itself is editable."""
    for package in lock["package"]:
        source = package["source"]
        if source != {"editable": "."} and source != {"registry": REGISTRY}:
            yield f"{package['name']}: {source}"
        for file in [*package.get("wheels", []), *filter(None, [package.get("sdist")])]:
            if not file.get("url", "").startswith(FILES):
                yield f"{package['name']}: {file}"


def main() -> int:
    """Print every package of another source; their number decides."""
    found = list(strangers(tomllib.loads(LOCK.read_text(encoding="utf-8"))))
    for line in found:
        print(f"uv.lock names another source than {REGISTRY}: {line}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
