"""The source tree as syntax trees, for rules that are about how code is written."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "zhiheng"


@dataclass(frozen=True)
class Module:
    """One Python file: where it stands, and what it says."""

    path: Path
    tree: ast.Module

    @property
    def name(self) -> str:
        """`foundation/org/models.py`: the place inside the package."""
        return self.path.relative_to(PACKAGE).as_posix()


@cache
def modules() -> tuple[Module, ...]:
    """All modules of the package."""
    return tuple(
        Module(path, ast.parse(path.read_text(encoding="utf-8"), str(path)))
        for path in sorted(PACKAGE.rglob("*.py"))
    )


def in_room(*rooms: str) -> list[Module]:
    """The modules of these rooms, without migrations, which Django writes in part."""
    return [
        module
        for module in modules()
        if module.name.split("/")[0] in rooms and "migrations" not in module.name.split("/")
    ]


def dotted(node: ast.expr) -> str:
    """`timezone.now` for a chain of names; `""` where the chain holds anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    """Every call in a tree."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def imported(tree: ast.AST) -> dict[str, str]:
    """What each name that an import binds stands for: `{"tz": "django.utils.timezone"}`."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                bound = alias.asname or alias.name.split(".")[0]
                names[bound] = alias.name if alias.asname else bound
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return names


def resolved(node: ast.expr, names: dict[str, str]) -> str:
    """The full dotted name of an expression, imports followed."""
    first, _, rest = dotted(node).partition(".")
    full = names.get(first, first)
    return f"{full}.{rest}" if rest else full
