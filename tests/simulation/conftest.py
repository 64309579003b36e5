"""Written provinces that several tests read; nothing here is changed by a test."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from zhiheng.simulation import DEMO, SMALL, Manifest, write_province

SEED = 20260101


@dataclass(frozen=True)
class Province:
    """A written province, read back."""

    folder: Path
    manifest: Manifest

    def rows(self, name: str) -> list[dict[str, str]]:
        """The rows of a file by heading."""
        with (self.folder / name).open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file, strict=True))

    def results(self) -> list[dict[str, str]]:
        """The results of all years."""
        return [
            row
            for year in range(self.manifest.scale.years)
            for row in self.rows(f"spot-checks-{2023 + year}.csv")
        ]

    def truth(self) -> dict[str, Any]:
        """What was planted."""
        found: dict[str, Any] = json.loads((self.folder / "truth.json").read_text(encoding="utf-8"))
        return found


def _written(folder: Path, *, demo: bool = False, dirty: bool = False) -> Province:
    return Province(folder, write_province(folder, seed=SEED, scale=DEMO if demo else SMALL, dirty=dirty))


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Province:
    """A clean province of the size for tests."""
    return _written(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Province:
    """A clean province of the size of the demo: enough results for statistics."""
    return _written(tmp_path_factory.mktemp("demo"), demo=True)


@pytest.fixture(scope="session")
def dirty(tmp_path_factory: pytest.TempPathFactory) -> Province:
    """A province of the size of the demo with spoilt cells."""
    return _written(tmp_path_factory.mktemp("dirty"), demo=True, dirty=True)
