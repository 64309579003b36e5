"""A service that changes something for somebody is an act: keyword-only, with its actor, under `@act`.

`@act` fails at run time when nothing was recorded; this test finds the service that forgot `@act`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.source import Module, dotted, in_room

SERVICES = [
    module
    for module in in_room("foundation", "domains")
    if "services" in module.name.split("/") or module.name.endswith("/services.py")
]


def public(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    return (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name[0] != "_")


def is_act(function: ast.FunctionDef) -> bool:
    return any(dotted(one) in {"act", "acts.act"} for one in function.decorator_list)


def complaints(tree: ast.Module) -> list[str]:
    """What is wrong with the services of a module."""
    found = []
    for function in public(tree):
        given = {one.arg for one in [*function.args.args, *function.args.kwonlyargs]}
        if not is_act(function):
            if {"actor", "at"} <= given:
                found.append(f"{function.name} acts for somebody at a time, without @act")
            continue
        if function.args.args or function.args.posonlyargs:
            found.append(f"{function.name} is an act and takes its arguments by keyword only")
        if "actor" not in given:
            found.append(f"{function.name} is an act without an actor")
        if not ast.get_docstring(function):
            found.append(f"{function.name} is an act and does not say what it does")
    return found


@pytest.mark.parametrize("module", SERVICES, ids=lambda module: module.name)
def test_services_that_act_are_acts(module: Module) -> None:
    assert complaints(module.tree) == [], module.name


@pytest.mark.parametrize("module", in_room("doors", "analytics"), ids=lambda module: module.name)
def test_acts_stand_in_services(module: Module) -> None:
    """A door calls acts, and a pipeline only reads; neither defines one."""
    assert [function.name for function in public(module.tree) if is_act(function)] == []


@pytest.mark.parametrize(
    "code",
    [
        "def result_record(*, actor, at):\n    'Do.'",
        "@act\ndef result_record(actor, at):\n    'Do.'",
        "@act\ndef result_record(*, at):\n    'Do.'",
        "@act\ndef result_record(*, actor, at):\n    pass",
    ],
)
def test_a_wrong_service_is_named(code: str) -> None:
    assert complaints(ast.parse(code))


def test_a_right_service_passes() -> None:
    assert complaints(ast.parse("@act\ndef result_record(*, actor, at):\n    'Record.'")) == []
    assert complaints(ast.parse("def key_of(values):\n    return 1")) == []
