"""The shared texts of a workbook, kept on disk: a workbook may hold more of them than memory does."""

from __future__ import annotations

import mmap
import tempfile
from array import array
from collections.abc import Iterable
from typing import Self


class TextsOnDisk:
    """Texts by number. Only where each one begins is held in memory."""

    def __init__(self, texts: Iterable[str]) -> None:
        # Open for as long as this object lives; it is a temporary file without a name.
        self._file = tempfile.TemporaryFile(prefix="zhiheng-texts-")  # noqa: SIM115
        self._starts = array("Q", [0])
        end = 0
        for text in texts:
            data = text.encode("utf-8", "replace")
            self._file.write(data)
            end += len(data)
            self._starts.append(end)
        self._file.flush()
        self._map = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ) if end else None

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __getitem__(self, number: int) -> str:
        if not 0 <= number < len(self):
            raise ValueError(f"the workbook has no shared text {number}")
        if self._map is None:
            return ""
        return self._map[self._starts[number] : self._starts[number + 1]].decode()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._map is not None:
            self._map.close()
        self._file.close()
