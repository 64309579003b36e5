"""Many rows in one statement: whatever text comes in comes out, one row or thousands, on either database."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhiheng.foundation.registry.bulk import upsert

pytestmark = pytest.mark.django_db
COLUMNS = {"key": "text", "product_id": "text", "model_id": "text", "text": "text"}
LEAVE = "(key) DO NOTHING"
# PostgreSQL holds no NUL; the two separators of `bulk` are made likely.
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=6) | st.sampled_from(
    ["", "\x1e", "\x1f", "a\x1fb", "\x1e\x1e", "NULL", "{}", '"', "\\"]
)


def stored() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT key, product_id, model_id, text FROM registry_batch ORDER BY key")
        return list(cursor.fetchall())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.text("pq", max_size=2), st.none() | st.text("mn", max_size=2), TEXTS), min_size=1)
)
def test_what_goes_in_comes_out(values: list[tuple[str, str | None, str]]) -> None:
    rows = [(f"{number:04d}", *value) for number, value in enumerate(values)]
    upsert(connection, "registry_batch", COLUMNS, rows, LEAVE)
    found = stored()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM registry_batch")
    assert found == rows


def test_what_is_there_is_left_alone() -> None:
    upsert(connection, "registry_batch", COLUMNS, [("a", "p", None, "first")], LEAVE)
    upsert(connection, "registry_batch", COLUMNS, [("a", "q", "m", "second"), ("b", "q", None, "")], LEAVE)
    assert stored() == [("a", "p", None, "first"), ("b", "q", None, "")]


def test_a_key_has_one_index() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL is given a second one by Django")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname FROM pg_indexes WHERE indexname LIKE '%%\\_like' "
            "AND (tablename LIKE 'registry\\_%%' OR tablename = 'supervision_result')"
        )
        assert cursor.fetchall() == []
