"""A door never writes to the database: it calls a service, which checks, records and writes.

Two ways of writing are recognised. A method that only a model or a query set has (`save`,
`bulk_create`, …) is a write wherever it stands. A method that other objects have too (`update`,
`delete`, `create`, `add` …) is one when the expression it is called on leads to a manager:
`Model.objects…`, `visible_to(actor)…`, or a name that was assigned such an expression.
So `dict.update` and `set.add` pass. `delete()` without an argument is a write on anything. Raw SQL that
writes is a write too, unless it goes to a database in memory.
"""

from __future__ import annotations

import ast
import re

import pytest

from tests.architecture.source import Module, dotted, in_room

ALWAYS = frozenset(
    {"bulk_create", "bulk_update", "get_or_create", "update_or_create", "acreate", "asave", "adelete",
     "abulk_create", "aget_or_create", "aupdate_or_create", "save"}
)  # fmt: skip
ON_A_MANAGER = frozenset({"create", "update", "delete", "aupdate", "_raw_delete", "select_for_update"})
ON_A_RELATION = frozenset({"set", "add", "remove", "clear", "create"})
MANAGERS = frozenset({"objects", "_default_manager", "_base_manager", "visible_to"})
READERS = frozenset({"visible_to", "get_object_or_404", "get_list_or_404"})
SQL = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE|CREATE|DROP|ALTER|TRUNCATE)\b", re.IGNORECASE)
# `save` of these is no write to the database.
NOT_A_MODEL = frozenset({"workbook", "book", "wb", "chart", "image", "figure", "buffer"})


def leads_to_a_manager(node: ast.expr, rows: frozenset[str] = frozenset()) -> bool:
    """Whether an expression yields rows: somewhere it passes a manager, a reader or a name of rows."""
    while True:
        match node:
            case ast.Name(id=name):
                return name in rows or name == "selectors"
            case ast.Attribute(attr=attr, value=value):
                if attr in MANAGERS or attr.endswith("_set"):
                    return True
                node = value
            case ast.Call(func=ast.Name(id=name)):
                return name in READERS or name in rows
            case ast.Call(func=func):
                node = func
            case ast.Subscript(value=value) | ast.Await(value=value):
                node = value
            case _:
                return False


def names_of_rows(tree: ast.AST) -> frozenset[str]:
    """Names that are assigned, or run over, something that leads to a manager; what selectors give."""
    found: set[str] = set()
    for _ in range(3):  # a name assigned from a name assigned from a query
        for node in ast.walk(tree):
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if leads_to_a_manager(
                    value, frozenset(found)
                ):
                    found.add(name)
                case ast.ImportFrom(module=str(source), names=names) if source.endswith(".selectors"):
                    found |= {alias.asname or alias.name for alias in names}
                case ast.For(target=ast.Name(id=name), iter=source) if leads_to_a_manager(
                    source, frozenset(found)
                ):
                    found.add(name)
    return frozenset(found)


def names_in_memory(tree: ast.AST) -> frozenset[str]:
    """Names of databases that exist in memory only."""
    found = set()
    for node in ast.walk(tree):
        match node:
            case ast.Assign(
                targets=[ast.Name(id=name)], value=ast.Call(args=[ast.Constant(value=":memory:"), *_])
            ):
                found.add(name)
    return frozenset(found)


def writes(tree: ast.AST) -> list[str]:
    """The writes in a tree, as source text with their line."""
    rows, memory = names_of_rows(tree), names_in_memory(tree)
    found = []
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        method, owner = node.func.attr, node.func.value
        written = (
            (method in ALWAYS and not (isinstance(owner, ast.Name) and owner.id in NOT_A_MODEL))
            or (method in ON_A_MANAGER and leads_to_a_manager(owner, rows))
            or (method in ON_A_RELATION and isinstance(owner, ast.Attribute) and owner.attr.endswith("_set"))
            or (method == "delete" and not node.args and not node.keywords)
            or (
                method in {"execute", "executemany", "raw"}
                and dotted(owner) not in memory
                and _writes_sql(node)
            )
        )
        if written:
            found.append(f"line {node.lineno}: {ast.unparse(node)[:90]}")
    return found


def _writes_sql(call: ast.Call) -> bool:
    for part in ast.walk(call.args[0]) if call.args else ():
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and SQL.match(part.value):
            return True
    return False


@pytest.mark.parametrize("module", in_room("doors"), ids=lambda module: module.name)
def test_no_write_in_a_door(module: Module) -> None:
    assert writes(module.tree) == [], f"{module.name}: call a service of the domain instead"


@pytest.mark.parametrize(
    "code",
    [
        "record.save()",
        "form.save(commit=True)",
        "Record.objects.create(a=1)",
        "Record.objects.filter(a=1).exclude(b=2).update(a=2)",
        "Record.objects.get(pk=1).delete()",
        "rows = Record.objects.filter(a=1)\nrows.update(a=2)",
        "rows = Record.objects.all()\nfor row in rows:\n    row.delete()",
        "records = visible_to(actor)\nmine = records.filter(a=1)\nmine.delete()",
        "Record.objects.bulk_create(rows)",
        "Record.objects.update_or_create(a=1)",
        "get_object_or_404(Record, pk=1).delete()",
        "enterprise.name_set.add(name)",
        "record.delete()",
        "from zhiheng.domains.supervision import selectors\nselectors.results(actor).update(a=1)",
        "from zhiheng.domains.supervision.selectors import results\nresults(actor).update(a=1)",
        "cursor.execute('UPDATE record SET a = 1')",
        "cursor.execute(f'delete from {table}')",
        "Record.objects.raw('INSERT INTO record VALUES (1)')",
    ],
)
def test_a_write_is_recognised(code: str) -> None:
    assert writes(ast.parse(code))


@pytest.mark.parametrize(
    "code",
    [
        "context.update(rows=rows)",
        "seen.add(1)",
        "digest = hashlib.new('sm3')\ndigest.update(data)",
        "workbook.save(path)",
        "Record.objects.filter(a=1).values()",
        "request.session.get('a')",
        "result_record(actor=actor, values=values)",
        "cursor.execute('SELECT 1')",
        "trial = sqlite3.connect(':memory:')\ntrial.execute('CREATE TABLE trial (a)')",
        "cache.delete('key')",
        "parser.create('x')",
        "Path('x').unlink()",
    ],
)
def test_what_is_no_write_passes(code: str) -> None:
    assert writes(ast.parse(code)) == []
