"""Pictures and tables of a workflow, made from its table so that they cannot differ from it.

Mermaid for pages, Graphviz for print, Markdown for documentation, plain text for a terminal. Labels are
msgids: `translate` turns them into a language. This module refuses to lay anything out.
"""

from __future__ import annotations

from collections.abc import Callable

from zhiheng.kernel.errors import N_
from zhiheng.kernel.workflow import Transition, Workflow

Translate = Callable[[str], str]


def mermaid(workflow: Workflow, translate: Translate = str) -> str:
    """Return a Mermaid state diagram."""
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{_entity(translate(state.label))}" as {state.name}' for state in workflow.states]
    lines.append(f"    [*] --> {workflow.initial.name}")
    lines += [
        f"    {row.state} --> {row.next_state}: {_plain(_act_label(workflow, row, translate))}"
        for row in workflow.transitions
    ]
    lines += [f"    {state.name} --> [*]" for state in workflow.states if state.is_final]
    return "\n".join(lines) + "\n"


def graphviz(workflow: Workflow, translate: Translate = str) -> str:
    """Return a Graphviz digraph."""
    lines = [
        f'digraph "{_quoted(workflow.name)}" {{',
        "    rankdir=LR;",
        "    node [shape=box, style=rounded];",
    ]
    for state in workflow.states:
        double = ", peripheries=2" if state.is_final else ""
        lines.append(f'    "{state.name}" [label="{_quoted(translate(state.label))}"{double}];')
    lines += [
        f'    "{row.state}" -> "{row.next_state}" [label="{_quoted(_act_label(workflow, row, translate))}"];'
        for row in workflow.transitions
    ]
    return "\n".join([*lines, "}"]) + "\n"


def markdown(workflow: Workflow, translate: Translate = str) -> str:
    """Return the table of transitions in Markdown."""
    headings = [
        N_("State"),
        N_("Act"),
        N_("Next state"),
        N_("Who"),
        N_("Guard"),
        N_("Deadline"),
        N_("Article"),
    ]
    states = {state.name: translate(state.label) for state in workflow.states}
    rows = [
        (
            states[row.state],
            _act_label(workflow, row, translate),
            states[row.next_state],
            ", ".join(row.roles),
            row.guard,
            row.deadline,
            row.article,
        )
        for row in workflow.transitions
    ]
    lines = [tuple(map(translate, headings)), ("---",) * len(headings), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def plain_text(workflow: Workflow, translate: Translate = str) -> str:
    """Return one paragraph per state with the acts that lead out of it."""
    states = {state.name: translate(state.label) for state in workflow.states}
    paragraphs = []
    for state in workflow.states:
        lines = [states[state.name]]
        lines += [
            f"  {_act_label(workflow, row, translate)} → {states[row.next_state]}"
            for row in workflow.acts_from(state.name)
        ]
        paragraphs.append("\n".join(lines))
    return "\n\n".join(paragraphs) + "\n"


def _act_label(workflow: Workflow, row: Transition, translate: Translate) -> str:
    return next(translate(act.label) for act in workflow.acts if act.name == row.act)


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _entity(text: str) -> str:
    """Write quotation marks as Mermaid wants them, which knows no backslash."""
    return text.replace('"', "#quot;")


def _plain(text: str) -> str:
    """Leave out what Mermaid would read as its own punctuation."""
    return text.replace(":", " ").replace(";", " ").replace("\n", " ")
