"""A province with an officer for every role, a few enterprises and results, and a data folder of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client

from tests.domains.supervision.conftest import CELLS
from zhiheng.domains.supervision.models import Result
from zhiheng.doors.imports.run import Opening, open_import, work
from zhiheng.doors.workbench import snapshots
from zhiheng.foundation.exchange.models import ImportRun
from zhiheng.foundation.ledger.facts.org import AgencyOpened
from zhiheng.foundation.org import roles
from zhiheng.foundation.org.actors import Actor, system
from zhiheng.foundation.org.data import DivisionRow
from zhiheng.foundation.org.models import Account, Agency, Officer
from zhiheng.foundation.org.selectors import actor_of
from zhiheng.foundation.org.services import SignIn, agencies_open, divisions_load, officer_enter
from zhiheng.foundation.registry.models import UnresolvedParty
from zhiheng.kernel.codes.division import Level
from zhiheng.settings import settings

SYSTEM = system("P33", "330000")
MAKER = ("91330100799655058B", "杭州安达线缆有限公司")
SECOND = ("9144030071526726XG", "深圳某某电子有限公司")
UNKNOWN = "邻省无码线缆厂"
PASSWORD = "correct-horse-9"
HEADS = {
    "record": "抽查编号", "source": "数据来源", "authority": "抽查机关", "sampled_on": "抽样日期",
    "published_on": "公布日期", "selection": "抽样方式", "coverage": "公布范围", "product_kind": "产品种类",
    "product_name": "产品名称", "division": "抽样地行政区划代码", "producer": "标称生产企业",
    "producer_uscc": "标称生产企业统一社会信用代码", "items": "检验项目", "verdict": "抽查结果",
    "laboratory": "承检机构",
}  # fmt: skip


def cells(number: int, **changes: str) -> dict[str, str]:
    """The cells of a conforming sample, with changes."""
    return {**CELLS, "record": f"R-{number}", **changes}


def csv_text(rows: list[dict[str, str]], heads: dict[str, str] = HEADS) -> str:
    """Rows as a CSV with our Chinese headings, or other ones."""
    lines = [",".join(heads.values())]
    lines += [",".join(f'"{row.get(name, "")}"' for name in heads) for row in rows]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class World:
    """Who is there, and how to come in as one of them."""

    folder: Path
    officers: dict[str, Officer]

    def client(self, role: str) -> Client:
        """A browser in which the officer of that role is signed in."""
        client = Client()
        account = self.officers[role].account
        client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
        return client

    def actor(self, role: str) -> Actor:
        """The officer of that role."""
        return actor_of(self.officers[role].account, datetime.now(UTC))

    def load(self, rows: list[dict[str, str]], name: str = "results.csv") -> ImportRun:
        """Take rows in through the door, as the registrar."""
        path = self.folder / name
        path.write_text(csv_text(rows), encoding="utf-8")
        opened = open_import(
            actor=self.actor(roles.REGISTRAR),
            source=path,
            opening=Opening("spot-checks"),
            at=datetime.now(UTC),
        )
        return work(opened, lambda: datetime.now(UTC))

    def snapshot(self) -> None:
        """Take a snapshot."""
        snapshots.take("officer:1", datetime.now(UTC))


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A data folder of the test's own: the database is rolled back, files are not."""
    monkeypatch.setattr(settings(), "home", tmp_path / "home")
    cache.clear()
    return tmp_path


@pytest.fixture
def world(db: None, home: Path) -> World:
    """A small province."""
    at = datetime.now(UTC)
    divisions_load(actor=SYSTEM, rows=[*map(_place, _PLACES)], source="test", at=at)
    agencies_open(
        actor=SYSTEM,
        agencies=[
            AgencyOpened("P33", "浙江省市场监督管理局", "authority", 1, "330000"),
            AgencyOpened("P44", "广东省市场监督管理局", "authority", 1, "440000"),
        ],
        at=at,
    )
    _register(at)
    agency = Agency.objects.unguarded("test").get(code="P33")
    other = Agency.objects.unguarded("test").get(code="P44")
    officers = {role: _enter(role, role, agency, at) for role in roles.TITLES}
    officers["elsewhere"] = _enter("elsewhere", roles.REGISTRAR, other, at)
    return World(home, officers)


_PLACES = (
    ("330000", "浙江省", Level.PROVINCE, ""),
    ("330100", "杭州市", Level.CITY, "330000"),
    ("330106", "西湖区", Level.COUNTY, "330100"),
    ("330200", "宁波市", Level.CITY, "330000"),
    ("440000", "广东省", Level.PROVINCE, ""),
    ("440300", "深圳市", Level.CITY, "440000"),
    ("440305", "南山区", Level.COUNTY, "440300"),
)


def _place(row: tuple[str, str, Level, str]) -> DivisionRow:
    code, name, level, parent = row
    return DivisionRow(
        code=code, name=name, level=level, parent=parent, valid_from=None, valid_to=None, name_en=""
    )


def _register(at: datetime) -> None:
    from zhiheng.foundation.registry.services import enterprises_record
    from zhiheng.foundation.registry.sheets import ENTERPRISES
    from zhiheng.kernel.sheets import Row

    rows = []
    for number, ((code, name), division) in enumerate(((MAKER, "330106"), (SECOND, "440305")), 2):
        values, problems = ENTERPRISES.read(
            {"uscc": code, "name": name, "division": division, "status": "存续"}
        )
        assert not problems
        rows.append(Row(number, values))
    enterprises_record(actor=SYSTEM, rows=rows, at=at)


def _enter(username: str, role: str, agency: Agency, at: datetime) -> Officer:
    sign_in = SignIn(username, f"{username} officer", PASSWORD)
    return officer_enter(
        actor=system(agency.code, agency.division), sign_in=sign_in, agency=agency, role=role, at=at
    )


@pytest.fixture
def stocked(world: World) -> World:
    """The province with results: conforming ones, a failure, an unresolved party, a refused row."""
    world.load(
        [
            *(cells(number) for number in range(1, 6)),
            cells(6, verdict="不合格", items="绝缘平均厚度|0.60|mm|≥0.70|不合格"),
            cells(7, producer=UNKNOWN, producer_uscc=""),
            cells(8, division="999999"),
        ]
    )
    world.snapshot()
    return world


@pytest.fixture
def result_key(stocked: World) -> str:
    """The failure among the results."""
    return Result.objects.unguarded("test").get(record="R-6").key


@pytest.fixture
def party(stocked: World) -> UnresolvedParty:
    """The name that nobody has resolved."""
    return UnresolvedParty.objects.unguarded("test").get(name=UNKNOWN)


@pytest.fixture
def nobody(world: World) -> Client:
    """Signed in with an account that belongs to no officer."""
    account = Account(username="nobody", name="nobody", created_at=datetime.now(UTC))
    account.set_unusable_password()
    account.save()
    client = Client()
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client


Page = Callable[..., str]
