"""Pairings against a second implementation that lists all of them; chances; what cannot be paired."""

from __future__ import annotations

import dataclasses
import hashlib
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tests.methods.lottery.pairing_by_definition import Whole, all_pairings, drawn, probabilities
from zhiheng.methods.errors import InvalidInput
from zhiheng.methods.lottery.pairing import Infeasible, Pairing, pair
from zhiheng.methods.lottery.pairing_eligibility import Bar
from zhiheng.methods.lottery.pairing_records import (
    Inputs,
    Inspector,
    Post,
    Reason,
    Recusal,
    RegionRule,
    Rules,
    Task,
    inputs,
)

DIVISIONS = st.sampled_from(["370101", "370102", "370201", "370100", "370000"])
PLACES = st.sampled_from(["370101", "370102", "370201"])
POSTS = st.sampled_from(
    [
        (Post(2),),
        (Post(3),),
        (Post(1, frozenset("a"), "leader"), Post(1)),
        (Post(1, frozenset("a")), Post(1, frozenset("b"))),
        (Post(1), Post(1, frozenset("b")), Post(1)),
        (Post(2, frozenset("a")), Post(1)),
    ]
)
REGIONS = st.sampled_from(
    [
        (),
        (),
        (RegionRule("apart", "county"),),
        (RegionRule("within", "city"),),
        (RegionRule("apart", "county"), RegionRule("within", "city")),
    ]
)


def seeded(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


@st.composite
def small(draw: st.DrawFn) -> Inputs:
    """A few tasks and inspectors with everything that a rule can ask."""
    inspectors = [
        Inspector(
            f"i{number}",
            draw(DIVISIONS),
            frozenset(q for q in "ab" if draw(st.booleans())),
            draw(st.sampled_from([None, None, 0, 1, 2])),
            draw(st.sampled_from([0, 0, 1, 2])),
        )
        for number in range(draw(st.integers(2, 5)))
    ]
    tasks = [
        Task(f"t{number}", draw(POSTS), draw(st.sampled_from(["", "e0", "e1"])), draw(PLACES))
        for number in range(draw(st.integers(1, 3)))
    ]
    pairs = st.tuples(
        st.sampled_from([one.identity for one in inspectors]),
        st.sampled_from([("object", "t0"), ("object", "t1"), ("enterprise", "e0")]),
    )
    away = draw(st.sets(pairs, max_size=3))
    recusals = [Recusal(name, target, on, Reason.KINSHIP) for name, (on, target) in away]  # type: ignore[arg-type]
    rules = Rules(draw(st.sampled_from([None, 1, 2, 3])), draw(st.booleans()), draw(REGIONS))
    return inputs(tasks, inspectors, recusals, rules)


def as_whole(of: Inputs, found: Pairing) -> Whole:
    """The teams as sets, and every member in the post that he was given."""
    whole = []
    for task, team in zip(of.tasks, found.teams, strict=True):
        assert task.identity == team.task
        names = iter(team.members)
        posts = []
        for post in task.posts:
            members = [next(names) for _ in range(post.count)]
            assert {one.role for one in members} == {post.role}
            assert [one.inspector for one in members] == sorted(one.inspector for one in members)
            posts.append(frozenset(one.inspector for one in members))
        assert next(names, None) is None
        whole.append(tuple(posts))
    return tuple(whole)


@settings(max_examples=400, deadline=None)
@given(small(), st.binary(min_size=32, max_size=32), st.sampled_from(["sm3", "sha256"]))
def test_it_is_the_pairing_of_the_definition_or_there_is_none(
    of: Inputs, seed: bytes, algorithm: str
) -> None:
    possible = all_pairings(of)
    try:
        found = pair(of, seed, algorithm=algorithm)
    except Infeasible as refused:
        assert possible == set()
        certificate_holds(of, refused)
        return
    assert as_whole(of, found) in possible
    assert as_whole(of, found) == drawn(of, seed, algorithm)


def certificate_holds(of: Inputs, refused: Infeasible) -> None:
    """Count again what the shortage says, with no more than the rules about single inspectors."""
    from tests.methods.lottery.pairing_by_definition import may

    shortage = refused.shortage
    most = {
        one.identity: min(m for m in (one.maximum, of.rules.maximum, 10**6) if m is not None)
        for one in of.inspectors
    }
    tasks = [task for task in of.tasks if task.identity in shortage.tasks]
    able = {
        (task.identity, one.identity)
        for task in tasks
        for one in of.inspectors
        for post in task.posts
        if may(of, task, post, one) and most[one.identity]
    }
    assert shortage.at_most == sum(most[name] for name in shortage.full)
    assert shortage.others <= len({pair for pair in able if pair[1] not in shortage.full})
    assert shortage.needed <= sum(post.count for task in tasks for post in task.posts)
    assert shortage.needed > shortage.at_most + shortage.others
    assert shortage.missing >= 1
    if shortage.least_maximum is not None:
        assert feasible_with(of, shortage.least_maximum)
        assert not feasible_with(of, shortage.least_maximum - 1)


def feasible_with(of: Inputs, maximum: int) -> bool:
    return bool(all_pairings(dataclasses.replace(of, rules=dataclasses.replace(of.rules, maximum=maximum))))


def skewed(*, even: bool) -> Inputs:
    """Two tasks of which one is open to three inspectors, the other to all four."""
    return inputs(
        [Task("t0", (Post(2),), "e0"), Task("t1", (Post(2),))],
        [Inspector(f"i{number}") for number in range(4)],
        [Recusal("i3", "e0", "enterprise", Reason.INTEREST)],
        Rules(even=even),
    )


@pytest.mark.parametrize("even", [True, False])
def test_every_pairing_comes_out_as_often_as_the_definition_says(even: bool) -> None:
    of = skewed(even=even)
    expected = probabilities(of)
    assert sum(expected.values()) == pytest.approx(1)
    draws = 4000
    seen = Counter(as_whole(of, pair(of, seeded(f"{even} {n}"), algorithm="sha256")) for n in range(draws))
    assert set(seen) == set(expected)
    chances = [(seen[whole], expected[whole] * draws) for whole in expected]
    assert stats.chisquare([s for s, _ in chances], [e for _, e in chances]).pvalue > 0.001


def test_pairings_as_a_whole_are_not_equally_likely_where_the_rules_bind() -> None:
    """As docs/methods/pairing.md says, with this example."""
    chances = sorted(set(probabilities(inputs(
        [Task("t0", (Post(2),), "e0"), Task("t1", (Post(2),))],
        [Inspector(f"i{number}", maximum=1) for number in range(5)],
        [Recusal("i3", "e0", "enterprise"), Recusal("i4", "e0", "enterprise")],
    )).values()))  # fmt: skip
    assert len(chances) > 1


@settings(max_examples=60, deadline=None)
@given(small())
def test_inspectors_whom_the_rules_treat_alike_have_the_same_chances(of: Inputs) -> None:
    alike: dict[tuple[object, ...], list[str]] = {}
    recused = {one.inspector for one in of.recusals}
    for one in of.inspectors:
        if one.identity not in recused:
            alike.setdefault((one.division, one.qualifications, one.maximum, one.load), []).append(
                one.identity
            )
    expected = probabilities(of)
    for names in alike.values():
        chances = [
            sum(p for whole, p in expected.items() if any(name in post for post in whole[0]))
            for name in names
        ]
        assert max(chances) - min(chances) < 1e-12


def test_loads_are_as_even_as_the_numbers_allow() -> None:
    of = inputs([Task(f"t{n}") for n in range(50)], [Inspector(f"i{n}") for n in range(30)])
    assert sorted(Counter(pair(of, seeded("x")).tasks_of.values()).items()) == [(3, 20), (4, 10)]


def test_what_was_done_before_counts_for_evenness_and_not_for_the_maximum() -> None:
    inspectors = [Inspector("old", load=9), *(Inspector(f"i{n}") for n in range(4))]
    tasks = [Task(f"t{n}") for n in range(5)]
    found = pair(inputs(tasks, inspectors, rules=Rules(maximum=3)), seeded("x"))
    assert found.tasks_of["old"] == 0
    assert sorted(found.tasks_of.values()) == [0, 2, 2, 3, 3]


def test_without_evenness_only_the_maximum_binds() -> None:
    of = inputs(
        [Task(f"t{n}") for n in range(50)],
        [Inspector(f"i{n}") for n in range(30)],
        rules=Rules(maximum=6, even=False),
    )
    counts = pair(of, seeded("x")).tasks_of.values()
    assert max(counts) <= 6
    assert max(counts) - min(counts) > 1


def test_the_order_in_which_lists_are_given_changes_nothing() -> None:
    tasks = [Task(f"任务{n}", division="370101") for n in range(20)]
    inspectors = [Inspector(f"员{n}", division="370102") for n in range(9)]
    recusals = [Recusal(f"员{n}", f"任务{n}") for n in range(9)]
    forward = pair(inputs(tasks, inspectors, recusals), seeded("x"))
    assert forward == pair(inputs(tasks[::-1], inspectors[::-1], recusals[::-1]), seeded("x"))
    assert forward != pair(inputs(tasks, inspectors, recusals), seeded("y"))


def test_a_shortage_names_tasks_inspectors_and_what_keeps_the_others_away() -> None:
    lift = Post(2, frozenset({"lift"}))
    of = inputs(
        [*(Task(f"lift{n}", (lift,), "e", "370201") for n in range(4)), Task("plain", division="370201")],
        [
            Inspector("a", "370101", frozenset({"lift"})),
            Inspector("b", "370101", frozenset({"lift"})),
            Inspector("c", "370201", frozenset({"lift"})),
            Inspector("d", "370101", frozenset({"lift"})),
            Inspector("e", "370101"),
            Inspector("f", "370101"),
        ],
        [Recusal("d", "e", "enterprise", Reason.FORMER_EMPLOYER)],
        Rules(maximum=3, regions=(RegionRule("apart", "county"),)),
    )
    with pytest.raises(Infeasible, match="2 stay empty") as caught:
        pair(of, seeded("x"))
    shortage = caught.value.shortage
    assert shortage.tasks == ("lift0", "lift1", "lift2", "lift3")
    assert shortage.full == ("a", "b")
    assert (shortage.needed, shortage.at_most, shortage.others, shortage.missing) == (8, 6, 0, 2)
    assert shortage.barred == {Bar.QUALIFICATION: 8, Bar.REGION: 4, Bar.RECUSAL: 4}
    assert shortage.least_maximum == 4
    assert "maximum of 4" in str(caught.value)


def test_a_team_larger_than_all_who_may() -> None:
    with pytest.raises(Infeasible) as caught:
        pair(inputs([Task("t", (Post(3),))], [Inspector("a"), Inspector("b")]), seeded("x"))
    shortage = caught.value.shortage
    assert (shortage.needed, shortage.full, shortage.others, shortage.least_maximum) == (3, (), 2, None)


A, B, T, APART = Inspector("a"), Inspector("b"), Task("t"), RegionRule("apart", "city")


@pytest.mark.parametrize(
    ("code", "make"),
    [
        ("pairing.none", lambda: inputs([], [A, B])),
        ("pairing.none", lambda: inputs([T], [])),
        ("pairing.duplicate", lambda: inputs([T], [A, A])),
        ("pairing.duplicate", lambda: inputs([T, T], [A, B])),
        ("pairing.team", lambda: inputs([Task("t", (Post(1),))], [A, B])),
        ("pairing.number", lambda: inputs([Task("t", (Post(-2),))], [A, B])),
        ("pairing.number", lambda: inputs([T], [A, Inspector("b", load=-1)])),
        ("pairing.number", lambda: inputs([T], [A, B], rules=Rules(maximum=0))),
        ("pairing.division", lambda: inputs([T], [A, Inspector("b", "37")])),
        ("pairing.division", lambda: inputs([T], [A, B], rules=Rules(regions=(APART,)))),
        ("pairing.recusal_unknown", lambda: inputs([T], [A, B], [Recusal("c", "t")])),
        ("pairing.recusal_twice", lambda: inputs([T], [A, B], [Recusal("a", "t"), Recusal("a", "t")])),
        ("pairing.rule", lambda: inputs([T], [A, B], rules=Rules(regions=(RegionRule("far", "city"),)))),  # type: ignore[arg-type]
        ("text.invisible", lambda: inputs([T], [A, Inspector("b\u200b")])),
        ("pairing.seed", lambda: pair(inputs([T], [A, B]), b"short")),
    ],
)  # fmt: skip
def test_bad_input_is_named(code: str, make: object) -> None:
    with pytest.raises(InvalidInput) as caught:
        make()  # type: ignore[operator]
    assert caught.value.code == code


def test_a_task_wider_than_the_rules_look_is_refused_with_its_place() -> None:
    rules = Rules(regions=(RegionRule("within", "county"),))
    placed = [Inspector("a", "370201"), Inspector("b", "370201")]
    with pytest.raises(InvalidInput, match="370200: too wide"):
        inputs([Task("t", division="370200")], placed, rules=rules)
