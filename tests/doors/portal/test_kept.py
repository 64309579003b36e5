"""What a process keeps: bounded in bytes, the least recently asked goes first."""

from __future__ import annotations

from zhiheng.doors.portal.kept import LARGEST, Kept


def answer(size: int) -> tuple[bytes, str]:
    return b"x" * size, "text/html"


def test_what_was_kept_is_found() -> None:
    store = Kept()
    store.put("a", answer(3))
    assert store.get("a") == (b"xxx", "text/html")
    assert store.get("b") is None


def test_the_least_recently_asked_goes_first() -> None:
    store = Kept(most=10)
    for key in "abc":
        store.put(key, answer(3))
    store.get("a")
    store.put("d", answer(3))
    assert [key for key in "abcd" if store.get(key)] == ["a", "c", "d"]


def test_a_second_putting_does_not_count_twice() -> None:
    store = Kept(most=10)
    for _ in range(5):
        store.put("a", answer(4))
    store.put("b", answer(4))
    assert store.get("a")


def test_what_is_too_large_is_not_kept() -> None:
    store = Kept()
    store.put("a", answer(LARGEST + 1))
    assert store.get("a") is None
    store.put("b", answer(LARGEST))
    assert store.get("b")
    store.clear()
    assert store.get("b") is None
