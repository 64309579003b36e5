"""Make a data folder ready for a browser: tables, static files, a small synthetic province, a report.

Run as a program, in the environment of the deployment that it prepares.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from zhiheng.doors.cli import opening


@contextmanager
def quiet(_said: str) -> Iterator[object]:
    """Long work that nobody watches."""
    yield lambda _done, _total=None: None


def main() -> None:
    """Prepare what `zhiheng run --demo` prepares, at the smallest scale."""
    opening.prepared()
    opening.static_made()
    from zhiheng.doors.demo.loading import demo_loaded
    from zhiheng.simulation import SMALL

    demo_loaded(quiet, SMALL)


if __name__ == "__main__":
    main()
