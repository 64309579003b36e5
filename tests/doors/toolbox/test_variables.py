"""Plans by variables on a page: the plan, the verdict with its statistic, refusals at their field."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from zhiheng.methods.sampling.variables import VariablesPlan, acceptance_probability
from zhiheng.methods.sampling.variables_decision import judge

PAGE = "/tools/plan/variables/"
OWN = {"kind": "own", "n": "5", "k": "1.4"}
VALUES = "180.2，181.9\n182.4 183.0;181.1"


def text(response: Any) -> str:
    return str(response.content.decode())


@pytest.mark.parametrize(
    ("given", "size", "constant"),
    [
        # R AcceptanceSampling 1.0.11, find.plan(type = "normal"); see refs/a_sampling/find_plan.csv
        ({"prq": "1", "crq": "6"}, 42, 1.90528515),
        ({"prq": "1", "crq": "6", "sigma": "known"}, 15, 1.90164849),
        ({"prq": "5", "crq": "15"}, 44, 1.31094112),
    ],
)
def test_two_points_get_the_smallest_plan(
    reader: Client, given: dict[str, str], size: int, constant: float
) -> None:
    answer = reader.get(PAGE, given)
    curve = answer.context["found"].curve
    assert curve.plan.sample_size == size
    assert curve.plan.constant == pytest.approx(constant, abs=2e-5)
    assert f"{curve.plan.constant:.4f}" in text(answer)
    assert "不是印刷表中的方案" in text(answer)
    for one in curve.named:
        again = acceptance_probability(
            one.p, sample_size=size, constant=curve.plan.constant, sigma=curve.plan.sigma
        )
        assert one.accepted == pytest.approx(float(again))
    assert len(answer.context["chart"].rows) == len(curve.curve)


def test_a_sample_is_judged_by_a_plan_that_is_given(reader: Client) -> None:
    answer = reader.get(PAGE, {**OWN, "values": VALUES, "lower": "180", "upper": "190"})
    ruling = answer.context["found"].ruling
    values = [180.2, 181.9, 182.4, 183.0, 181.1]
    wanted = judge(VariablesPlan(5, 1.4, "unknown"), values, lower=180.0, upper=190.0)
    assert wanted.estimated is not None
    assert ruling.accepted == bool(wanted.accepted)
    assert ruling.lower == pytest.approx(float(wanted.quality_lower))
    assert ruling.estimated == pytest.approx(float(wanted.estimated))
    assert "1.5656" in text(answer)
    assert "接收该批" in text(answer)


def test_mean_and_deviation_are_judged_like_the_sample(english: Client) -> None:
    given = {**OWN, "mean": "181.72", "deviation": "1.0986355", "lower": "180.5"}
    answer = english.get(PAGE, given)
    assert "Do not accept the lot: Q(L) = 1.1105 &lt; k = 1.4000." in text(answer)
    assert not answer.context["found"].ruling.accepted


def test_two_limits_share_one_quality_or_not(english: Client) -> None:
    # Q is 1.5 on both sides, so each limit alone is kept; together their tails exceed M.
    given = {
        "kind": "own",
        "n": "20",
        "k": "1.4",
        "mean": "0",
        "deviation": "1",
        "lower": "-1.5",
        "upper": "1.5",
    }
    together = english.get(PAGE, given)
    assert "of both tails is above M" in text(together)
    apart = english.get(PAGE, {**given, "control": "separate"})
    assert apart.context["found"].ruling.accepted


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"prq": "5", "crq": "1"}, "crq"), ({"prq": "0", "crq": "1"}, "prq"),
        ({"alpha": "60", "beta": "50"}, "beta"), ({"prq": "1", "crq": "1.0001"}, "crq"),
        ({"sigma": "maybe"}, "sigma"), ({"kind": "own", "k": "1.4"}, "n"), ({"kind": "own", "n": "5"}, "k"),
        ({**OWN, "n": "1", "values": "3", "lower": "1"}, "n"), ({**OWN, "k": "13"}, "k"),
        ({**OWN, "values": VALUES}, "lower"), ({**OWN, "values": "1 2 3", "lower": "1"}, "values"),
        ({**OWN, "values": "1 2 x 4 5", "lower": "1"}, "values"),
        ({**OWN, "values": "1 2 nan 4 5", "lower": "1"}, "values"),
        ({**OWN, "values": "1 2 1_0 4 5", "lower": "1"}, "values"),
        ({**OWN, "values": "1 " * 900, "lower": "1"}, "values"),
        ({**OWN, "values": VALUES, "lower": "9", "upper": "1"}, "upper"),
        ({**OWN, "values": VALUES, "lower": "9", "mean": "1"}, "mean"),
        ({**OWN, "values": VALUES, "lower": "9", "deviation": "1"}, "deviation"),
        ({**OWN, "values": VALUES, "lower": "9", "sigma": "known"}, "deviation"),
        ({**OWN, "mean": "1", "lower": "0"}, "deviation"),
        ({**OWN, "mean": "1", "deviation": "-1", "lower": "0"}, "deviation"),
        ({"kind": "own", "n": "2", "k": "1", "values": "1 2", "lower": "0", "upper": "9"}, "control"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_at_its_field(reader: Client, given: dict[str, str], field: str) -> None:
    answer = reader.get(PAGE, given)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert f'href="#f-{field}"' in text(answer)


def test_plan_and_verdict_can_be_taken_away(reader: Client) -> None:
    answer: Any = reader.get(f"{PAGE}result.xlsx", {**OWN, "values": VALUES, "lower": "180"})
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert book.worksheets[0].max_row > 20
    said = [str(row[0]) for row in book.worksheets[1].iter_rows(values_only=True)]
    assert any(PAGE in line for line in said)
    assert any("接收该批" in line for line in said)
    assert reader.get(f"{PAGE}result.xlsx?prq=5&crq=1").status_code == 302


@pytest.mark.parametrize(
    ("n", "k", "sigma"),
    [("1", "0", "known"), ("2", "12", "unknown"), ("3", "-12", "unknown"), ("100000", "3", "unknown")],
)
def test_a_plan_at_its_bounds_has_a_curve(reader: Client, n: str, k: str, sigma: str) -> None:
    given = {"kind": "own", "n": n, "k": k, "sigma": sigma, "mean": "5", "deviation": "1", "upper": "9"}
    answer = reader.get(PAGE, given)
    assert answer.status_code == 200
    assert (answer.context["found"].ruling.estimated is None) == (n in ("1", "2"))


def test_values_that_are_all_the_same_have_no_spread(english: Client) -> None:
    answer = english.get(PAGE, {**OWN, "values": "3 3 3 3 3", "lower": "3", "upper": "9"})
    assert "∞" in text(answer)
    assert answer.context["found"].ruling.accepted
    worse = english.get(PAGE, {**OWN, "values": "3 3 3 3 3", "lower": "4"})
    assert "−∞ &lt; k" in text(worse)
