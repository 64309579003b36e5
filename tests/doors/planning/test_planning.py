"""From sheets to a plan and on to a frame: what is written is read again; exclusions have reasons."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from django.utils import translation

from zhiheng.analytics.pipelines.plan_objects import (
    PlanObject,
    PlanObjects,
    PlanQuestion,
    Unplaced,
)
from zhiheng.analytics.pipelines.plan_strata import PlanStrata, PlanYear, strata_of
from zhiheng.analytics.provenance import Provenance
from zhiheng.doors.exports.table import Form, write
from zhiheng.doors.imports.matching import match_headings
from zhiheng.doors.planning import frames
from zhiheng.doors.planning.frames import cells_of, drawn_before, plan_frame, write_frame
from zhiheng.doors.planning.reading import rows_of
from zhiheng.doors.planning.sheets import OBJECTS, PLAN, STRATA, counts
from zhiheng.doors.planning.splitting import (
    PlanLine,
    Planned,
    first_day,
    lines_from_pipeline,
    lines_from_sheet,
    planned,
)
from zhiheng.doors.planning.tables import objects_table, plan_summary, plan_table, strata_table
from zhiheng.kernel.errors import Refused
from zhiheng.methods.lottery.frame import parse_frame
from zhiheng.methods.survey.betabinomial import prior
from zhiheng.methods.survey.budget_inputs import Rules

QUESTION = PlanQuestion(date(2025, 1, 1), date(2025, 12, 31))
YEAR = PlanYear(date(2026, 1, 1))
WHENCE = Provenance("snapshot-1", "m", 1, 2, "r", "plan", 1, "{}", "none")
RULES = Rules(60, 0.5, half_width=None)


def thing(number: int, kind: str, place: str, last: date | None = None, status: str = "active") -> PlanObject:
    free = None if last is None else date(last.year + (last.month > 6), (last.month + 5) % 12 + 1, 1)
    return PlanObject(
        kind, place, f"9190{number:04}", f"厂 {number}", f"{place[:4]}01", "C3859", status,
        "sampled" if last else "industry", 2 if last else 0, 1 if last and number % 2 else 0, last,
        bool(last and number % 2), free,
    )  # fmt: skip


def objects() -> PlanObjects:
    rows = [
        *(thing(n, "电热毯", "900100") for n in range(12)),
        *(thing(n, "电热毯", "900200", date(2025, 9, 1)) for n in range(12, 18)),
        *(thing(n, "灯具", "900100", date(2025, 3, 1)) for n in range(6, 20)),
        thing(90, "灯具", "900100", status="revoked"),
    ]
    return PlanObjects(QUESTION, tuple(rows), Unplaced(0, 0), WHENCE)


def strata() -> PlanStrata:
    tallies = {("电热毯", "900100", "random"): (20, 4), ("灯具", "900100", "random"): (14, 1)}
    return PlanStrata(QUESTION, YEAR, strata_of(objects(), YEAR, tallies), Unplaced(0, 0), WHENCE)


def made(**more: object) -> Planned:
    arguments: dict[str, object] = {"domain": "kind", "laboratories": {}, "severities": {}, **more}
    return planned(lines_from_pipeline(strata().rows), YEAR, RULES, **arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet"])
def test_what_is_written_is_read_again(tmp_path: Path, form: Form, language: str) -> None:
    with translation.override(language):
        written = {"strata": strata_table(strata()), "objects": objects_table(objects()),
                   "plan": plan_table(made(), "snapshot-1")}  # fmt: skip
        for name, table in written.items():
            write(table, tmp_path / f"{name}.{form}", form)
        lines = lines_from_sheet(rows_of(tmp_path / f"strata.{form}", STRATA))
        assert [replace(line, a=0.0, b=0.0) for line in lines] == [
            replace(line, a=0.0, b=0.0) for line in lines_from_pipeline(strata().rows)
        ]
        assert [line.a for line in lines] == pytest.approx([row.a for row in strata().rows])
        read = rows_of(tmp_path / f"objects.{form}", OBJECTS)
        assert [row["uscc"] for row in read] == [row.uscc for row in objects().rows]
        assert [row.get("eligible_from") for row in read] == [row.eligible_from for row in objects().rows]
        plan = rows_of(tmp_path / f"plan.{form}", PLAN)
        random = np.array([row["random"] for row in plan]).reshape(-1, 4)
        np.testing.assert_array_equal(random, made().found.random)


def test_a_posterior_that_is_missing_is_fitted_from_the_samples(tmp_path: Path) -> None:
    file = tmp_path / "strata.csv"
    file.write_text(
        "产品种类,行政区划,对象数,随机抽样批次数,随机抽样不合格数,严重程度权重\n"
        "电热毯,900100,40,30,6,3\n电热毯,900200,25,10,0,\n灯具,900100,30,,,\n",
        encoding="utf-8",
    )
    one, two, three = lines_from_sheet(rows_of(file, STRATA))
    fitted = prior([6, 0], [30, 10])
    assert (one.a, one.b) == pytest.approx((fitted.a + 6, fitted.b + 24))
    assert (two.a, two.b) == pytest.approx((fitted.a, fitted.b + 10))
    assert (three.a, three.b) == (0.5, 0.5)
    assert (one.severity, two.severity) == (3.0, 1.0)
    assert one.eligible == ()
    found = planned([one, two, three], YEAR, RULES, domain="place", laboratories={}, severities={"灯具": 2.0})
    assert found.domains == ("900100", "900200")
    assert [line.severity for line in found.lines] == [3.0, 1.0, 2.0]
    assert found.found.total.sum() == 60


def test_the_summary_adds_up_and_names_what_is_uncovered() -> None:
    plan = made()
    told = plan_summary(plan, WHENCE)
    assert told["random"] + told["targeted"] + told["follow_ups"] == told["budget"] == 60
    assert sum(period["batches"] for period in told["periods"]) == 60
    assert [row["domain"] for row in told["domains"]] == ["灯具", "电热毯"]
    assert told["uncovered"]["expected_undetected"] < told["uncovered"]["expected_nonconforming"]
    assert told["provenance"]["snapshot"] == "snapshot-1"
    few = planned(lines_from_pipeline(strata().rows), YEAR, Rules(4, 0.0, half_width=None), domain="kind",
                  laboratories={}, severities={})  # fmt: skip
    left = plan_summary(few, None)["uncovered"]["strata"]
    assert len(left) == int(few.found.unsampled.sum())


def rows(name: str, tmp_path: Path) -> list[dict[str, object]]:
    table = objects_table(objects()) if name == "objects" else plan_table(made(), "")
    write(table, tmp_path / f"{name}.csv", "csv")
    return [dict(row) for row in rows_of(tmp_path / f"{name}.csv", OBJECTS if name == "objects" else PLAN)]


@pytest.mark.parametrize("part", ["random", "targeted"])
def test_the_frame_is_one_that_the_lottery_takes(tmp_path: Path, part: str) -> None:
    cells, start = cells_of(rows("plan", tmp_path), 1, part)
    assert start == date(2026, 1, 1)
    found = plan_frame(cells, rows("objects", tmp_path), on=start, part=part)
    paths = write_frame(found, tmp_path / "draw")
    frozen = parse_frame(paths[0].read_bytes())
    assert frozen.data == paths[0].read_bytes()  # canonical as it stands
    assert frozen.size == len(found.frame)
    assert {stratum.name for stratum in frozen.strata} == {line.split("\t")[0] for line in found.sizes}
    weights = {line.split("\t")[2] for line in found.frame}
    assert (weights == {"1"}) is (part == "random")
    for stratum in frozen.strata:
        wanted = next(int(line.split("\t")[1]) for line in found.sizes if line.startswith(stratum.name))
        assert 1 <= wanted <= stratum.size


def test_who_is_left_out_and_why(tmp_path: Path) -> None:
    with translation.override("en"):
        things, plan = rows("objects", tmp_path), rows("plan", tmp_path)
        cells, start = cells_of(plan, 1, "random")
        before = plan_frame(cells, things, on=start, part="random")
        assert before.reasons == {"not_operating": 1}  # nothing is planned where everybody waits
        in_march = plan_frame(cells_of(plan, 2, "random")[0], things, on=date(2026, 2, 28), part="random")
        waiting = [line for line in in_march.exclusions if "900200" in line]
        assert len(waiting) == 6
        assert waiting[0].endswith("sampled on 2025-09-01, may be sampled again from 2026-03-01")
        later = plan_frame(cells_of(plan, 2, "random")[0], things, on=date(2026, 3, 1), part="random")
        assert "waiting" not in later.reasons
        assert any(line.endswith("not in operation (revoked)") for line in later.exclusions)
        assert not {line.split("\t")[1] for line in later.frame} & {
            line.split("\t")[0] for line in later.exclusions
        }


def test_a_chinese_list_of_exclusions_is_chinese_throughout(tmp_path: Path) -> None:
    with translation.override("zh-hans"):
        cells, start = cells_of(rows("plan", tmp_path), 1, "random")
        found = plan_frame(cells, rows("objects", tmp_path), on=start, part="random")
        assert [line.split("\t")[2] for line in found.exclusions] == ["未在营（吊销）"]


def test_whoever_was_drawn_is_not_drawn_again(tmp_path: Path) -> None:
    with translation.override("en"):
        things, plan = rows("objects", tmp_path), rows("plan", tmp_path)
        cells, start = cells_of(plan, 1, "random")
        first = plan_frame(cells, things, on=start, part="random")
        lucky = first.frame[0].split("\t")[1]
        proof = tmp_path / "proof.json"
        proof.write_text(
            json.dumps({"head": {"commitment": {"title": "Q1"}}, "drawn": [{"identity": lucky}]})
        )
        earlier = drawn_before(proof)
        second = plan_frame(cells, things, on=start, part="random", earlier=[earlier])
        assert len(second.frame) == len(first.frame) - 1
        assert f"{lucky}\t{first.frame[0].split(chr(9))[0]}\talready drawn: Q1" in second.exclusions


def test_a_stratum_that_has_too_few_is_told(tmp_path: Path) -> None:
    cells = {"900200 电热毯": frames.Cell("900200 电热毯", 5, 1.0, 9.0), "x": frames.Cell("x", 2, 1.0, 9.0)}
    things = rows("objects", tmp_path)[14:]
    found = plan_frame(cells, things, on=date(2026, 5, 1), part="random")
    assert [(one.stratum, one.planned, one.there) for one in found.short] == [
        ("900200 电热毯", 5, 4),
        ("x", 2, 0),
    ]
    assert found.sizes == ("900200 电热毯\t4",)
    assert found.sample == 4


def test_a_bad_record_weighs_more(tmp_path: Path) -> None:
    cells = {"900200 电热毯": frames.Cell("900200 电热毯", 5, 1.0, 9.0)}
    found = plan_frame(cells, rows("objects", tmp_path), on=date(2026, 5, 1), part="targeted")
    weights = {line.split("\t")[1]: float(line.split("\t")[2]) for line in found.frame}
    # Two samples each: with one failure (1+1)/(10+2) over 0.1, without 1/12 over 0.1.
    assert sorted(set(weights.values())) == [0.833, 1.667]


def _csv(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "table.csv"
    file.write_text(text, encoding="utf-8")
    return file


HEAD = "产品种类,行政区划,对象数\n"


@pytest.mark.parametrize(
    ("act", "code", "says"),
    [
        (lambda at: rows_of(at / "no.csv", STRATA), "plan.file", "no.csv"),
        (lambda at: rows_of(_csv(at, HEAD + "灯具,900100,x\n"), STRATA), "plan.row", "2"),
        (lambda at: rows_of(_csv(at, HEAD + "灯具,900100,2.5\n"), STRATA), "plan.row", "2.5"),
        (lambda at: rows_of(_csv(at, HEAD + "灯具,900100,-2\n"), STRATA), "plan.row", "-2"),
        (lambda at: rows_of(_csv(at, "产品种类,行政区划\n灯具,900100\n"), STRATA), "file.", "对象数"),
        (lambda at: lines_from_sheet(rows_of(_csv(at, HEAD + "灯具,1,2\n灯具,1,3\n"), STRATA)),
         "plan.twice", "灯具"),
        (lambda _: planned([], YEAR, RULES, domain="kind", laboratories={}, severities={}),
         "plan.no_strata", ""),
        (lambda _: made(severities={"玩具": 2.0}), "plan.severity", "玩具"),
        (lambda _: made(laboratories={"甲所": 9}), "plan.laboratory", "甲所"),
        (lambda _: planned([PlanLine("灯具", "1", 5, (5, 5), 1, 9, 1, "", 0)], YEAR, RULES, domain="kind",
                            laboratories={}, severities={}), "plan.eligible_periods", "2"),
        (lambda _: planned([PlanLine("灯具", "1", 50, (), 1, 9, 1, "甲所", 0)], YEAR, RULES, domain="kind",
                            laboratories={"甲所": 9}, severities={}), "budget.laboratory", "甲所"),
        (lambda at: cells_of(rows("plan", at), 9, "random"), "frame.period", "9"),
        (lambda at: drawn_before(_csv(at, "{}")), "frame.proof", "table.csv"),
        (lambda at: plan_frame({"900200 电热毯": frames.Cell("900200 电热毯", 1, 1, 9)}, rows("objects", at),
                               on=date(2026, 1, 1), part="random"), "frame.empty", "6"),
        (lambda _: counts(";".join("1" * 13)), "cell.counts", "13"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(
    act: Callable[[Path], object], code: str, says: str, tmp_path: Path
) -> None:
    with pytest.raises(Refused) as caught:
        act(tmp_path)
    problem = caught.value.problems[0]
    assert problem.code.startswith(code)
    assert says in str(problem) + str(dict(problem.params))


def test_headings_are_told_apart() -> None:
    for sheet in (STRATA, OBJECTS, PLAN):
        names = [column.zh for column in sheet.columns]
        assert len(match_headings(sheet, names).columns) == len(names)


def test_the_first_day_follows_the_results() -> None:
    assert first_day(None, date(2025, 12, 31)) == date(2026, 1, 1)
    assert first_day(None, date(2025, 6, 15)) == date(2025, 7, 1)
    assert first_day(date(2026, 2, 1), date(2025, 12, 31)) == date(2026, 2, 1)
