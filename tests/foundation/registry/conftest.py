"""Divisions, a registrar, and rows as the import hands them over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from zhiheng.foundation.org import roles
from zhiheng.foundation.org.actors import Actor
from zhiheng.foundation.org.models import Division
from zhiheng.foundation.registry.sheets import ENTERPRISES
from zhiheng.kernel.codes import uscc
from zhiheng.kernel.sheets import Row

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
REGISTRAR = Actor("officer", "officer:1", "registrar", "A1", "900000", frozenset({roles.REGISTRAR}))
RowOf = Callable[..., Row]
_FIGURES = uscc.ALPHABET


def code(number: int, division: str = "900101") -> str:
    """The unified code that belongs to a number; its subject part is not of a real scheme."""
    body = ""
    for _ in range(9):
        number, figure = divmod(number, len(_FIGURES))
        body = _FIGURES[figure] + body
    first = f"91{division}{body}"
    return first + uscc.check_character(first)


def row(number: int, **cells: str) -> Row:
    """A row read by the sheet itself, so that its values are those of an import."""
    written = {"uscc": code(number), "name": f"岚岭{number}号实业有限公司", "division": "900101", **cells}
    values, problems = ENTERPRISES.read(written)
    assert problems == []
    return Row(number, values)


@pytest.fixture
def divisions(db: None) -> None:
    """A province with a city and two counties, one of them a county of former times."""
    Division.objects.bulk_create(
        [
            Division(code="900000", name="示例省", level=1, source="test"),
            Division(code="900100", name="岚宁市", level=2, parent="900000", source="test"),
            Division(code="900101", name="岚岭区", level=3, parent="900100", source="test"),
            Division(
                code="900102", name="岚原县", level=3, parent="900100", source="test",
                valid_to=datetime(2015, 1, 1, tzinfo=UTC).date(),
            ),
        ]
    )  # fmt: skip
