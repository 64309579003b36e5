"""The reference pages, made from what the program itself says: nothing is written down twice.

Each function returns one page of docs/reference. They refuse to explain: why a thing is so stands in
docs/topics and docs/decisions.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import MISSING, Field, fields
from types import ModuleType
from typing import Any

import typer.main
from pydantic import AliasChoices
from pydantic.fields import FieldInfo

import zhiheng
from zhiheng.doors.cli.main import app
from zhiheng.foundation.ledger.facts.base import Fact, all_facts
from zhiheng.kernel.rulebook import load_builtin
from zhiheng.kernel.sheets import Sheet
from zhiheng.kernel.workflow import Workflow
from zhiheng.kernel.workflow_diagrams import markdown, mermaid
from zhiheng.settings import Settings

MADE = "<!-- Made by `make docs` from the program. Do not edit. -->\n"


def page(title: str, introduction: str, *parts: str) -> str:
    """A page with its head."""
    return "\n".join([MADE, f"# {title}", "", introduction, "", *parts]).rstrip() + "\n"


def table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown; bars and line ends in cells are escaped."""
    heads = list(headings)
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    lines += [f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def summary(thing: object) -> str:
    """The first paragraph of a docstring, on one line."""
    return " ".join((inspect.getdoc(thing) or "").split("\n\n")[0].split())


def submodules(package: ModuleType, name: str) -> Iterator[ModuleType]:
    """Every module of that last name below a package."""
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if found.name.rpartition(".")[2] == name:
            yield importlib.import_module(found.name)


# ---- settings ---------------------------------------------------------------------------------


def settings() -> str:
    """Every field of the settings class with its variables, its default and what it is for."""
    rows = [
        (_variables(name, field), _type(field), _default(name, field), field.description or "")
        for name, field in Settings.model_fields.items()
    ]
    return page(
        "Settings",
        "Zhiheng is set by environment variables alone. Where two are named, the first one wins.",
        table(("variable", "type", "default", "what it is for"), rows),
    )


def _variables(name: str, field: FieldInfo) -> str:
    alias = field.validation_alias
    names = [str(choice) for choice in alias.choices] if isinstance(alias, AliasChoices) else []
    names = names or [f"{Settings.model_config.get('env_prefix', '')}{name}".upper()]
    return ", ".join(f"`{variable}`" for variable in names)


def _type(field: FieldInfo) -> str:
    annotation = field.annotation
    return annotation.__name__ if isinstance(annotation, type) else str(annotation).replace("typing.", "")


def _default(name: str, field: FieldInfo) -> str:
    if name == "home":  # computed from the environment of whoever asks
        return "`~/.local/share/zhiheng`; with `make`: `.home` in the checkout"
    value = field.get_default(call_default_factory=True)
    return "(empty)" if value == "" else f"`{value}`"


# ---- commands ---------------------------------------------------------------------------------


def commands() -> str:
    """Every command with its arguments and options, as `--help` tells them."""
    root = typer.main.get_command(app)
    return page(
        "Commands",
        "What `zhiheng` can be told to do; `zhiheng COMMAND --help` says the same.",
        *_command("zhiheng", root),
    )


def _command(path: str, command: Any) -> Iterator[str]:
    children = getattr(command, "commands", {})
    shown = [one for one in command.params if not getattr(one, "hidden", False) and one.name != "help"]
    if path != "zhiheng":
        yield f"## `{path}`\n"
        yield f"{' '.join((command.help or '').split())}\n"
        if shown:
            yield table(
                ("", "what it is for"), ((_parameter(one), getattr(one, "help", None) or "") for one in shown)
            )
    for name, child in sorted(children.items()):
        if not child.hidden:
            yield from _command(f"{path} {name}", child)


def _parameter(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return f"`{parameter.name.upper()}`"
    return ", ".join(f"`{name}`" for name in [*parameter.opts, *parameter.secondary_opts])


# ---- facts ------------------------------------------------------------------------------------


def facts() -> str:
    """Every fact that the ledger can hold, with its payload."""
    importlib.import_module("zhiheng.foundation.ledger.facts")
    return page(
        "Facts",
        "What an entry of the ledger can say. A fact is never changed: a new shape is a new version. "
        "A public fact may be shown to strangers.",
        *(_fact(kind) for kind in all_facts()),
    )


def _fact(kind: type[Fact]) -> str:
    public = ", public" if kind.PUBLIC else ""
    rows = [(f"`{field.name}`", f"`{field.type}`", _needed(field)) for field in fields(kind)]  # type: ignore[arg-type]  # every fact is a dataclass
    head = f"## `{kind.KIND}` version {kind.VERSION}{public}\n\n{summary(kind)}\n"
    return f"{head}\n{table(('field', 'type', 'needed'), rows)}"


def _needed(field: Field[Any]) -> str:
    return "yes" if field.default is MISSING and field.default_factory is MISSING else ""


# ---- rules ------------------------------------------------------------------------------------


def rules() -> str:
    """Every dated value of the rulebook with its source."""
    by_file: dict[str, list[tuple[str, ...]]] = {}
    for rule in load_builtin():
        value = ", ".join(map(str, rule.value)) if isinstance(rule.value, tuple) else str(rule.value)
        period = f"{rule.valid_from or '…'} – {rule.valid_to or '…'}"
        source = f"{rule.instrument} {rule.article}".strip()
        row = (f"`{rule.id}`", rule.title.zh, f"{value} {rule.unit}", period, source, str(rule.checked))
        by_file.setdefault(rule.file, []).append(row)
    headings = ("rule", "title", "value", "valid", "source", "checked")
    return page(
        "Rules",
        "Law and standards as dated values. Checked: `text` was read in the instrument, `secondary` in what "
        "quotes it, `unverified` is never presented as law, `ours` is our own default.",
        *(f"## {file}\n\n{table(headings, rows)}" for file, rows in sorted(by_file.items())),
    )


# ---- transitions ------------------------------------------------------------------------------


def transitions() -> str:
    """Every workflow as a picture and as a table."""
    found = {
        value.name: value
        for module in submodules(zhiheng, "workflow")
        for value in vars(module).values()
        if isinstance(value, Workflow)
    }
    return page(
        "Transitions",
        "Who may do what in which state, and what follows. An act that is not in the table is refused.",
        *(_workflow(found[name]) for name in sorted(found)),
    )


def _workflow(workflow: Workflow) -> str:
    return f"## `{workflow.name}`\n\n{markdown(workflow)}\n```mermaid\n{mermaid(workflow)}```\n"


# ---- sheets -----------------------------------------------------------------------------------


def sheets() -> str:
    """Every import sheet with its columns."""
    found = {
        value.name: value
        for module in submodules(zhiheng, "sheets")
        for value in vars(module).values()
        if isinstance(value, Sheet)
    }
    return page(
        "Import sheets",
        "The columns that an import takes; either heading is recognised. "
        "`zhiheng import SHEET FILE --template` writes an empty sheet.",
        *(_sheet(sheet) for _, sheet in sorted(found.items())),
    )


def _sheet(sheet: Sheet) -> str:
    rows = [
        (column.zh, column.en, "yes" if column.required else "", column.example, column.note)
        for column in sheet.columns
    ]
    return (
        f"## `{sheet.name}` {sheet.zh}\n\n{table(('heading', 'English', 'needed', 'example', 'note'), rows)}"
    )


PAGES: dict[str, Callable[[], str]] = {
    "commands": commands,
    "facts": facts,
    "rules": rules,
    "settings": settings,
    "sheets": sheets,
    "transitions": transitions,
}
