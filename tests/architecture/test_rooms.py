"""What a room may stand on, said as the list of what is allowed.

The contracts of import-linter (in pyproject.toml) say which room may know which; they can only
forbid packages by name. Here the ground rooms are held to what they may import at all.
"""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from tests.architecture.source import PACKAGE, Module, in_room

# numba and highspy may join with a decision that says why.
ALLOWED = {
    "kernel": {"zhiheng.kernel"},
    "methods": {"zhiheng.methods", "zhiheng.kernel.chain", "numpy", "scipy"},
    "rulebook": {"zhiheng.kernel", "zhiheng.rulebook"},
    "simulation": {"zhiheng.simulation", "zhiheng.methods", "zhiheng.kernel", "numpy", "scipy",
                   "openpyxl", "pyarrow", "chinese_calendar"},
}  # fmt: skip
LOAD_METHODS = """
import importlib, pkgutil, sys
import zhiheng.methods as room
for found in pkgutil.walk_packages(room.__path__, "zhiheng.methods."):
    importlib.import_module(found.name)
loaded = {name.split(".")[0] for name in sys.modules} | set(sys.modules)
unwanted = loaded & {"django", "pydantic", "duckdb", "pyarrow"}
sys.exit(f"loaded as well: {sorted(unwanted)}" if unwanted else 0)
"""


def foreign(room: str, tree: ast.AST) -> list[str]:
    """Imports of a room that are neither standard library nor on its list."""
    found = []
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            standard = name.split(".")[0] in sys.stdlib_module_names
            if not standard and not any(f"{name}.".startswith(f"{good}.") for good in ALLOWED[room]):
                found.append(f"line {node.lineno}: {name}")
    return found


@pytest.mark.parametrize("module", in_room(*ALLOWED), ids=lambda module: module.name)
def test_a_room_imports_only_what_it_may(module: Module) -> None:
    assert foreign(module.name.split("/")[0], module.tree) == []


def test_methods_load_without_the_rest_of_the_house() -> None:
    subprocess.run([sys.executable, "-c", LOAD_METHODS], check=True, timeout=120)


def test_no_room_is_unknown() -> None:
    """A new room has to be given its place in the import rule first."""
    rooms = {path.name for path in PACKAGE.iterdir() if path.is_dir() and any(path.glob("*.py"))}
    assert rooms <= {"methods", "kernel", "rulebook", "foundation", "analytics", "domains", "reactions",
                     "doors", "settings", "simulation"}  # fmt: skip


@pytest.mark.parametrize(
    ("room", "code"),
    [
        ("kernel", "import django"),
        ("kernel", "from numpy import array"),
        ("kernel", "from zhiheng.foundation import org"),
        ("kernel", "import zhiheng.kernels"),
        ("methods", "from zhiheng.kernel import errors"),
        ("simulation", "from zhiheng.foundation.ledger import services"),
    ],
)
def test_a_foreign_import_is_recognised(room: str, code: str) -> None:
    assert foreign(room, ast.parse(code))
