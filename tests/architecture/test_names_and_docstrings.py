"""Every module says what its job is, no name says nothing, and every text can be translated."""

from __future__ import annotations

import ast
import re

import pytest

from tests.architecture.source import ROOT, Module, calls, dotted, modules

EMPTY_WORDS = frozenset(
    {"utils", "util", "helper", "helpers", "manager", "managers", "common", "misc"}
)  # fmt: skip
GETTEXT = frozenset(
    {"_", "N_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext",
     "pgettext_lazy", "npgettext", "npgettext_lazy"}
)  # fmt: skip
OWN_FOLDERS = ("src", "tests", "tools", "benchmarks")


def empty_words(name: str) -> set[str]:
    """The words of a name that say nothing about it: `date_utils`, `CacheManager`."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().split("_")
    return EMPTY_WORDS & set(words)


def empty_classes(tree: ast.AST) -> list[str]:
    """Classes with such a name; a manager in Django's sense is called what it is."""
    return [
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        and empty_words(node.name)
        and not any(ast.unparse(parent).split("[")[0].endswith("Manager") for parent in node.bases)
    ]


def hidden_texts(tree: ast.AST) -> list[str]:
    """Gettext calls inside an f-string: the extraction does not look in there."""
    return [
        f"line {call.lineno}: {ast.unparse(call)}"
        for text in ast.walk(tree)
        if isinstance(text, ast.JoinedStr)
        for call in calls(text)
        if dotted(call.func) in GETTEXT
    ]


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.name)
def test_a_module_tells_its_job(module: Module) -> None:
    if module.tree.body and "migrations" not in module.name.split("/"):
        assert ast.get_docstring(module.tree), f"{module.name}: say what it does and what it refuses to do"


def test_no_file_has_an_empty_name() -> None:
    paths = [path for folder in OWN_FOLDERS for path in (ROOT / folder).rglob("*")]
    named = [str(path) for path in paths if "__pycache__" not in path.parts and empty_words(path.stem)]
    assert named == []


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.name)
def test_no_class_has_an_empty_name(module: Module) -> None:
    assert empty_classes(module.tree) == []


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.name)
def test_no_text_is_hidden_from_translation(module: Module) -> None:
    assert hidden_texts(module.tree) == [], f"{module.name}: take the text out of the f-string"


@pytest.mark.parametrize("name", ["utils", "date_utils", "CacheManager", "common", "TestHelper"])
def test_an_empty_name_is_recognised(name: str) -> None:
    assert empty_words(name)


@pytest.mark.parametrize("name", ["commonwealth", "management", "Miscible", "selectors"])
def test_a_telling_name_passes(name: str) -> None:
    assert not empty_words(name)


def test_the_checks_can_fail() -> None:
    assert empty_classes(ast.parse("class DataManager: pass")) == ["DataManager"]
    assert empty_classes(ast.parse("class Accounts(models.Manager): pass")) == []
    assert empty_classes(ast.parse("class AccountManager(BaseUserManager[Account]): pass")) == []
    assert hidden_texts(ast.parse("f'{_(\"Rows\")}: {n}'"))
    assert not hidden_texts(ast.parse("_('Rows') + f'{n}'"))
