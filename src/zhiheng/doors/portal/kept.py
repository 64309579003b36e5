"""Answers that this process keeps: the least recently asked goes first when they grow too many.

Keys name the state of the ledger, so an answer never becomes wrong, only useless. Django's cache
in memory counts entries and copies each on every read; this one counts bytes and copies none. It
refuses to keep an answer that would push out a large part of the others.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Final

BYTES_MOST: Final = 64_000_000
LARGEST: Final = BYTES_MOST // 40
Answer = tuple[bytes, str]


class Kept:
    """Answers by key: their bytes and their type."""

    def __init__(self, most: int = BYTES_MOST) -> None:
        self._most = most
        self._bytes = 0
        self._answers: OrderedDict[str, Answer] = OrderedDict()
        self._lock = Lock()

    def get(self, key: str) -> Answer | None:
        """The answer, if it is kept; it counts as asked for now."""
        with self._lock:
            found = self._answers.get(key)
            if found is not None:
                self._answers.move_to_end(key)
            return found

    def put(self, key: str, answer: Answer) -> None:
        """Keep an answer, and let go of the oldest until there is room."""
        size = len(answer[0])
        if size > min(LARGEST, self._most):
            return
        with self._lock:
            if key in self._answers:
                return
            self._answers[key] = answer
            self._bytes += size
            while self._bytes > self._most:
                _, (body, _kind) = self._answers.popitem(last=False)
                self._bytes -= len(body)

    def clear(self) -> None:
        """Let go of everything."""
        with self._lock:
            self._answers.clear()
            self._bytes = 0
