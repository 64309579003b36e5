"""A small country: places, authorities, laboratories, enterprises; and rows of the sheet, made from cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest

from zhiheng.domains.supervision.services import results_record
from zhiheng.domains.supervision.sheets import SPOT_CHECKS
from zhiheng.foundation.ledger.facts.org import AgencyOpened
from zhiheng.foundation.org import roles
from zhiheng.foundation.org.actors import Actor, system
from zhiheng.foundation.org.data import DivisionRow
from zhiheng.foundation.org.services import agencies_open, divisions_load
from zhiheng.foundation.registry.services import enterprises_record
from zhiheng.foundation.registry.sheets import ENTERPRISES
from zhiheng.kernel.codes.division import Level
from zhiheng.kernel.sheets import Outcome, Row

AT = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
SYSTEM = system("P33", "330000")
MAKER = ("91330100799655058B", "杭州安达线缆有限公司")
OTHER = ("9144030071526726XG", "深圳某某电子有限公司")
UNKNOWN_CODE = "91350100M000100Y43"

CELLS = {
    "source": "2026年第1批监督抽查",
    "authority": "浙江省市场监督管理局",
    "sampled_on": "2026-01-10",
    "published_on": "2026-03-01",
    "selection": "随机抽取",
    "coverage": "全部结果",
    "product_kind": "电线电缆",
    "product_name": "聚氯乙烯绝缘电线",
    "division": "330106",
    "producer": MAKER[1],
    "producer_uscc": MAKER[0],
    "items": "绝缘平均厚度|0.72|mm|≥0.70|合格；标志||||合格",
    "verdict": "合格",
    "laboratory": "浙江质检院",
}

Record = Callable[..., list[Outcome]]


def officer(agency: str = "P33", division: str = "330000", *held: str) -> Actor:
    """An officer of an agency; a registrar where no role is named."""
    return Actor(
        kind="officer",
        key=f"officer:{agency}",
        name=agency,
        agency=agency,
        division=division,
        roles=frozenset(held or {roles.REGISTRAR}),
    )


PROVINCE = officer()
CITY = officer("C3301", "330100")
ELSEWHERE = officer("C3302", "330200")


def row(number: int = 2, **cells: str) -> Row:
    """A row of the sheet; cells that are not named are those of a conforming sample."""
    values, problems = SPOT_CHECKS.read({**CELLS, "record": f"R-{number}", **cells})
    assert not problems, problems
    return Row(number, values)


def rows(count: int, **cells: str) -> list[Row]:
    """Rows that differ by their record numbers."""
    return [row(number, **cells) for number in range(2, 2 + count)]


def found(outcome: Outcome) -> list[str]:
    """The problems of an outcome as column and code."""
    return [f"{cell.column}:{cell.problem.code}" for cell in outcome.problems]


@pytest.fixture
def country(db: None) -> None:
    """Places, agencies and two enterprises."""
    divisions_load(
        actor=SYSTEM,
        rows=[
            _place("330000", "浙江省", Level.PROVINCE, ""),
            _place("330100", "杭州市", Level.CITY, "330000"),
            _place("330106", "西湖区", Level.COUNTY, "330100"),
            _place("330200", "宁波市", Level.CITY, "330000"),
            _place("440305", "南山区", Level.COUNTY, "440300"),
        ],
        source="test",
        at=AT,
    )
    agencies_open(
        actor=SYSTEM,
        agencies=[
            AgencyOpened("P33", "浙江省市场监督管理局", "authority", 1, "330000"),
            AgencyOpened("L1", "浙江质检院", "laboratory", 1, "330000"),
            AgencyOpened("L2", "同名实验室", "laboratory", 1, "330000"),
            AgencyOpened("L3", "同名实验室", "laboratory", 1, "330000"),
        ],
        at=AT,
    )
    register(*MAKER, "330106")
    register(*OTHER, "440305")


def _place(code: str, name: str, level: Level, parent: str) -> DivisionRow:
    return DivisionRow(
        code=code, name=name, level=level, parent=parent, valid_from=None, valid_to=None, name_en=""
    )


def register(code: str, name: str, division: str = "330106") -> None:
    """Enter an enterprise."""
    values, problems = ENTERPRISES.read({"uscc": code, "name": name, "division": division})
    assert not problems, problems
    (outcome,) = enterprises_record(actor=SYSTEM, rows=[Row(2, values)], at=AT)
    assert outcome.state == "accepted", outcome


@pytest.fixture
def record(country: None) -> Record:
    """Record rows as the registrar of the province."""

    def make(*given: Row, actor: Actor = PROVINCE, at: datetime = AT) -> list[Outcome]:
        chunk: Sequence[Row] = given or [row()]
        return results_record(actor=actor, rows=chunk, at=at)

    return make
