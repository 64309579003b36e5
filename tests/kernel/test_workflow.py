"""Workflow tables: what is refused when they are built, what they answer, and the pictures made from them."""

from __future__ import annotations

import pytest

from zhiheng.kernel.errors import Refused
from zhiheng.kernel.workflow import Act, State, Transition, Workflow, deadline_rules
from zhiheng.kernel.workflow_diagrams import graphviz, markdown, mermaid, plain_text

STATES = (
    State("draft", "Draft"),
    State("review", "In review"),
    State("public", 'Published: "final"', is_final=True),
)
ACTS = (Act("submit", "Submit"), Act("send_back", "Send back"), Act("publish", "Publish"))
ROWS = (
    Transition("draft", "submit", "review", ("author",)),
    Transition("review", "send_back", "draft", ("reviewer",)),
    Transition(
        "review",
        "publish",
        "public",
        ("head",),
        guard="complete",
        deadline="report.publication",
        article="9 | 10",
    ),
)


def workflow(
    states: tuple[State, ...] = STATES, acts: tuple[Act, ...] = ACTS, rows: tuple[Transition, ...] = ROWS
) -> Workflow:
    return Workflow(name="report", states=states, acts=acts, transitions=rows)


def test_the_table_answers() -> None:
    report = workflow()
    assert report.initial.name == "draft"
    assert report.transition("review", "publish").next_state == "public"
    assert [row.act for row in report.acts_from("review")] == ["send_back", "publish"]
    assert report.acts_from("public") == ()
    assert deadline_rules(report) == ("report.publication",)


def test_every_pair_is_allowed_or_explained() -> None:
    report = workflow()
    allowed = {(row.state, row.act): row for row in ROWS}
    for state in STATES:
        for act in ACTS:
            decision = report.allowed(state.name, act.name)
            row = allowed.get((state.name, act.name))
            assert decision.allowed == (row is not None)
            assert decision.basis == (row.article if row else "")
            assert str(decision.reason)


def test_a_refused_act_names_those_that_are_possible() -> None:
    with pytest.raises(Refused, match="Possible now: send_back, publish"):
        workflow().transition("review", "submit")
    with pytest.raises(Refused, match="Nothing more"):
        workflow().transition("public", "submit")


@pytest.mark.parametrize(
    ("states", "acts", "rows", "codes"),
    [
        ((*STATES, State("lost", "Lost", is_final=True)), ACTS, ROWS, ["workflow.unreachable"]),
        (STATES, ACTS, (*ROWS, Transition("draft", "submit", "public", ("author",))), ["workflow.duplicate"]),
        (
            STATES,
            ACTS,
            (*ROWS, Transition("draft", "publish", "gone", ("head",))),
            ["workflow.unknown_state"],
        ),
        (STATES, ACTS, (*ROWS, Transition("draft", "burn", "draft", ("head",))), ["workflow.unknown_act"]),
        (STATES, ACTS, (*ROWS, Transition("draft", "publish", "draft", ())), ["workflow.roles"]),
        (STATES, (*ACTS, Act("burn", "Burn")), ROWS, ["workflow.unused_act"]),
        (STATES, (*ACTS, ACTS[0]), ROWS, ["workflow.names"]),
        ((*STATES, STATES[2]), ACTS, ROWS, ["workflow.names"]),
        ((*STATES[:2], State("public", "Published")), ACTS, ROWS, ["workflow.dead_end"]),
        (STATES, ACTS, (*ROWS, Transition("public", "submit", "draft", ("head",))), ["workflow.dead_end"]),
        ((), (), (), ["workflow.names"]),
    ],
)
def test_a_table_with_a_fault_is_refused(
    states: tuple[State, ...], acts: tuple[Act, ...], rows: tuple[Transition, ...], codes: list[str]
) -> None:
    with pytest.raises(Refused) as refused:
        workflow(states, acts, rows)
    assert [problem.code for problem in refused.value.problems] == codes


def test_mermaid() -> None:
    assert mermaid(workflow()).splitlines() == [
        "stateDiagram-v2",
        '    state "Draft" as draft',
        '    state "In review" as review',
        '    state "Published: #quot;final#quot;" as public',
        "    [*] --> draft",
        "    draft --> review: Submit",
        "    review --> draft: Send back",
        "    review --> public: Publish",
        "    public --> [*]",
    ]


def test_graphviz_draws_every_row() -> None:
    drawing = graphviz(workflow(), lambda text: {"Draft": "草稿"}.get(text, text))
    assert '"draft" [label="草稿"];' in drawing
    assert '"public" [label="Published: \\"final\\"", peripheries=2];' in drawing
    assert drawing.count("->") == len(ROWS)


def test_markdown_has_a_line_for_every_row() -> None:
    lines = markdown(workflow()).splitlines()
    assert len(lines) == 2 + len(ROWS)
    assert lines[0] == "| State | Act | Next state | Who | Guard | Deadline | Article |"
    assert lines[4].endswith("| head | complete | report.publication | 9 \\| 10 |")


def test_plain_text_says_what_leads_where() -> None:
    assert plain_text(workflow()) == (
        "Draft\n  Submit → In review\n\n"
        'In review\n  Send back → Draft\n  Publish → Published: "final"\n\n'
        'Published: "final"\n'
    )
