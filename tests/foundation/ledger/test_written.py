"""The canonical text of a fact is that of its payload, for every fact and whatever its values."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import Any, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhiheng.foundation.ledger.facts.base import Fact, all_facts, text_of, to_json
from zhiheng.foundation.ledger.facts.spot_check import Item, Party
from zhiheng.kernel.chain import canonical

# Quotes, backslashes, control characters and what JSON may write in two ways are made likely.
TEXTS = st.text(max_size=8) | st.sampled_from(['"', "\\", "\n", "\x7f", "\u2028", "é", "e\u0301", "𠮷", ""])
VALUES = (
    TEXTS
    | st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.dates()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.builds(Item, *([TEXTS] * 6))
    | st.builds(Party, TEXTS, TEXTS, TEXTS)
)


@given(st.recursive(VALUES, lambda inner: st.lists(inner, max_size=4).map(tuple)))
def test_any_value_is_written_as_its_json(value: object) -> None:
    assert text_of(value) == canonical(to_json(value))


@pytest.mark.parametrize("kind", list(all_facts()), ids=lambda kind: f"{kind.KIND}-{kind.VERSION}")
@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_every_fact_is_written_as_its_payload(kind: type[Fact], data: st.DataObject) -> None:
    hints = get_type_hints(kind)
    # Any value in any field: what a fact's types allow is less than that.
    parts: dict[str, Any] = {field.name: data.draw(VALUES) for field in fields(kind)} if hints else {}
    made = kind.__new__(kind)
    for name, part in parts.items():
        object.__setattr__(made, name, part)
    assert made.written() == canonical(made.payload())


def test_a_day_and_an_empty_fact() -> None:
    assert text_of(date(2026, 3, 2)) == '"2026-03-02"'
    with pytest.raises(ValueError, match="Out of range float"):
        text_of(float("nan"))
