"""The ledger cannot be forgotten: every public function of a `services` is an act, or says why not.

Public is what the module `services`, or the package of that name, offers; the rest of such a
package are its internals.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable

import pytest

import zhiheng
from zhiheng.foundation.ledger.acts import ACTS

# What a `services` offers that changes nothing by itself, or only inside the act that calls it.
EXCUSED = {
    "zhiheng.foundation.org.services.token_digest": "computes",
    "zhiheng.foundation.org.services.roles_held": "reads an officer that is at hand",
    "zhiheng.foundation.registry.services.notes.party_note": "part of the act that records the fact",
    "zhiheng.foundation.registry.services.notes.products_note": "part of the act that records the fact",
}
# Acts that put nothing on record and need no moment for it.
TIMELESS = {
    "zhiheng.foundation.exchange.services.lease_renew": "its claim carries the time until which it holds",
    "zhiheng.foundation.exchange.services.lease_drop": "lets go of a claim at once",
}


def services() -> list[str]:
    found = pkgutil.walk_packages(zhiheng.__path__, "zhiheng.")
    names = [module.name for module in found if module.name.endswith(".services")]
    assert "zhiheng.foundation.org.services" in names, "the search for services finds nothing"
    return names


def offered(name: str) -> dict[str, Callable[..., object]]:
    """The functions that a `services` offers, by the full name of where each is written."""
    return {
        f"{function.__module__}.{function.__qualname__}": function
        for label, function in vars(importlib.import_module(name)).items()
        if inspect.isfunction(function) and function.__module__.startswith(name) and not label.startswith("_")
    }


@pytest.mark.parametrize("name", services())
def test_every_service_is_an_act(name: str) -> None:
    for full in offered(name):
        assert full in ACTS or full in EXCUSED, f"{full} is neither an act nor excused"


@pytest.mark.parametrize("name", services())
def test_services_are_asked_by_name_by_somebody_at_a_time(name: str) -> None:
    for full, function in offered(name).items():
        if full in ACTS:
            parameters = inspect.signature(function).parameters
            assert all(p.kind is inspect.Parameter.KEYWORD_ONLY for p in parameters.values()), full
            assert "actor" in parameters, full
            assert "at" in parameters or full in TIMELESS, full


def test_no_excuse_is_left_over() -> None:
    known = {full for name in services() for full in offered(name)}
    assert set(EXCUSED) | set(TIMELESS) <= known
    assert not set(EXCUSED) & set(ACTS)


def test_no_act_stands_outside_a_services() -> None:
    known = {full for name in services() for full in offered(name)}
    assert {full for full in ACTS if full.startswith("zhiheng.")} <= known
