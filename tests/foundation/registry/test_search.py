"""Finding enterprises: everything that matches, nothing else, each once, and no query is a command."""

from __future__ import annotations

import random

import pytest
from django.db import connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.foundation.registry.conftest import NOW, REGISTRAR, code, row
from zhiheng.foundation.org.actors import PUBLIC
from zhiheng.foundation.registry import name_index
from zhiheng.foundation.registry.names import name_key, terms
from zhiheng.foundation.registry.search import Hit, search
from zhiheng.foundation.registry.services import enterprises_record
from zhiheng.kernel.errors import Refused
from zhiheng.kernel.sheets import Row

pytestmark = pytest.mark.usefixtures("divisions")
# The same database serves all examples of a test: nothing is written between them.
SAME_DATABASE = settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def record(*rows: Row) -> None:
    enterprises_record(actor=REGISTRAR, rows=rows, at=NOW)


def every_hit(query: str, division: str = "", limit: int = 100) -> list[Hit]:
    """All pages, one after the other."""
    found: list[Hit] = []
    cursor: str | None = None
    while True:
        page = search(PUBLIC, query, division, limit, cursor)
        assert len(page.hits) <= limit
        found += page.hits
        if not page.next:
            return found
        assert len(page.hits) == limit
        cursor = page.next


def codes(hits: list[Hit]) -> list[str]:
    return [hit.enterprise.uscc for hit in hits]


def random_rows(count: int) -> list[Row]:
    """Names out of few characters, so that parts of them meet often; one in five has a former name."""
    draw = random.Random(42)

    def name() -> str:
        stem = "".join(draw.choices("上海宁波质衡龙🐉（）AＢ-·", k=draw.randrange(2, 7)))
        return stem + draw.choice(["有限公司", "公司", "厂", "经营部"])

    return [
        row(
            number,
            name=name(),
            former_names=name() if number % 5 == 0 else "",
            division=draw.choice(["900101", "900102", "900100"]),
        )
        for number in range(count)
    ]


def by_brute_force(rows: list[Row], query: str, division: str = "") -> set[str]:
    words = terms(query)
    found = set()
    for each in rows:
        names = [str(each.values["name"]), *each.values.get("former_names", ())]  # type: ignore[misc]
        keys = [name_key(name) for name in names]
        if (
            words
            and str(each.values["division"]).startswith(division)
            and any(all(word in key for word in words) for key in keys)
        ):
            found.add(str(each.values["uscc"]))
    return found


def test_the_search_agrees_with_looking_at_every_name() -> None:
    rows = random_rows(3000)
    record(*rows)
    draw = random.Random(7)
    queries = [
        "有限公司",
        "上海",
        "质",
        "🐉",
        "龙🐉",
        "（",
        "()",
        "b-",
        "限海",
        "公司公司",
        "上海 厂",
        "宁 波 龙",
        "有限公司 经营部",
    ]
    for _ in range(120):
        name = str(draw.choice(rows).values["name"])
        start = draw.randrange(len(name))
        queries.append(name[start : start + draw.randrange(1, 5)])
    for query in queries:
        division = draw.choice(["", "", "90", "900101", "900102", "33"])
        found = codes(every_hit(query, division, limit=draw.choice([7, 20, 100])))
        assert len(found) == len(set(found)), query
        assert set(found) == by_brute_force(rows, query, division), (query, division)


def test_a_page_is_the_same_when_asked_again() -> None:
    record(*random_rows(300))
    assert codes(every_hit("公司", limit=9)) == codes(every_hit("公司", limit=9))
    assert codes(every_hit("公司", limit=9)) == codes(every_hit("公司", limit=100))


def test_codes_come_first_then_equal_names_then_parts() -> None:
    record(
        row(1, name="上海91公司"),
        row(2, name="91"),
        row(3, name="大91厂"),
        row(4, name="无关厂", former_names="91"),
    )
    hits = every_hit(code(2)[:17])
    assert [(hit.by, hit.enterprise.uscc) for hit in hits] == [("code", code(2))]
    equal = every_hit("上海91公司", limit=1)
    assert codes(equal) == [code(1)]
    everything = every_hit("91", limit=3)
    assert sorted(codes(everything)) == sorted(code(number) for number in (1, 2, 3, 4))
    assert {hit.by for hit in everything} == {"code"}


def test_an_equal_name_comes_before_a_longer_one() -> None:
    record(row(1, name="大质衡厂"), row(2, name="质衡"), row(3, name="小质衡厂", former_names="质衡"))
    hits = every_hit("质衡", limit=1)
    assert set(codes(hits[:2])) == {code(2), code(3)}
    assert codes(hits[2:]) == [code(1)]


def test_a_former_name_is_found_and_marked() -> None:
    record(row(1, name="岚岭新公司", former_names="宏图老厂"), row(2, name="宏图公司"))
    hits = {hit.enterprise.uscc: hit for hit in every_hit("宏图")}
    assert (hits[code(1)].name, hits[code(1)].former) == ("宏图老厂", True)
    assert (hits[code(2)].name, hits[code(2)].former) == ("宏图公司", False)


def test_an_enterprise_with_many_matching_names_is_found_once() -> None:
    record(row(1, name="宏图三厂", former_names="宏图一厂；宏图二厂；大宏图"))
    assert [(hit.name, hit.former) for hit in every_hit("宏图", limit=1)] == [("宏图三厂", False)]
    record(row(1, name="腾飞厂"))
    assert [(hit.name, hit.former) for hit in every_hit("宏图", limit=1)] == [("宏图三厂", True)]


def test_the_present_name_stands_for_an_earlier_one() -> None:
    record(row(1, name="宏图甲厂"))
    record(row(1, name="宏图乙厂"))
    assert [(hit.name, hit.former) for hit in every_hit("宏图", limit=1)] == [("宏图乙厂", False)]


def test_a_new_name_is_found_at_once() -> None:
    record(row(1, name="甲厂"))
    assert every_hit("乙厂") == []
    record(row(1, name="乙厂"))
    assert [hit.former for hit in every_hit("乙厂")] == [False]
    assert [hit.former for hit in every_hit("甲厂")] == [True]


def test_width_case_and_brackets_make_no_difference() -> None:
    record(row(1, name="Ｂayer（中国）有限公司"))
    for query in ("bayer(中国)", "BAYER（中", "ＢＡＹＥＲ", "bayer 有限"):
        assert codes(every_hit(query)) == [code(1)], query


def test_a_code_is_found_in_any_writing() -> None:
    record(row(1), row(2))
    written = code(2)
    assert codes(every_hit(f" {written[:8]} {written[8:]}".lower())) == [written]
    assert codes(every_hit(written, division="33")) == []
    assert sorted(codes(every_hit(written[:9]))) == sorted([code(1), written])


@pytest.mark.parametrize("query", ["", " ", "\u3000\u200b", "\x00", "质" * 401, "一 二 三 四 五 六 七 八 九"])
def test_what_asks_for_nothing_finds_nothing(query: str) -> None:
    record(row(1))
    assert search(PUBLIC, query).hits == ()


NAMES = [
    "100%纯棉_厂",
    '"OR"厂',
    "a'b公司",
    "x*y(z)厂",
    "岚岭NEAR厂",
    "grams:厂",
    "-负号厂",
    "^起点厂",
    "反\\斜厂",
]


@SAME_DATABASE
@given(st.one_of(st.text(max_size=12), st.text(alphabet="厂公司%_'\"*()^-:+{}\\\x00 ORANDNEAR", max_size=8)))
@example('"')
@example("厂\x00")
@example("grams:厂 OR 厂")
@example("\ud800厂")
@example("9' OR '1'='1")
def test_no_query_is_a_command(query: str) -> None:
    rows = [row(number, name=name) for number, name in enumerate(NAMES)]
    record(*rows)
    found = [hit for hit in every_hit(query) if hit.by == "name"]
    coded = {hit.enterprise.uscc for hit in every_hit(query) if hit.by == "code"}
    assert set(codes(found)) == by_brute_force(rows, query) - coded


@pytest.mark.parametrize("cursor", ["x", "part.-1", "part.1;DROP", "equal.A", "part." + "9" * 30, "code.'"])
def test_a_made_up_page_is_refused(cursor: str) -> None:
    with pytest.raises(Refused) as refused:
        search(PUBLIC, "公司", cursor=cursor)
    assert refused.value.problems[0].code == "search.cursor"


@pytest.mark.parametrize("prefix", ["3", "33%", "3301060", "ab", "33 OR"])
def test_a_made_up_division_is_refused(prefix: str) -> None:
    with pytest.raises(Refused) as refused:
        search(PUBLIC, "公司", prefix)
    assert refused.value.problems[0].code == "search.division"


def test_the_index_holds_each_name_once() -> None:
    record(row(1, name="甲厂", former_names="乙厂"), row(2))
    record(row(1, name="丙厂", division="900102"))
    grams = name_index.grams_asked(["甲厂"], "")
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT name_id FROM registry_namegram WHERE grams @> %s::integer[]",
                [name_index.as_array(grams, None)],
            )
        else:
            cursor.execute(
                "SELECT rowid FROM registry_namegram WHERE registry_namegram MATCH %s",
                [name_index.as_match(grams)],
            )
            assert len(cursor.fetchall()) == 1
            cursor.execute("INSERT INTO registry_namegram (registry_namegram) VALUES ('integrity-check')")
            return
        assert len(cursor.fetchall()) == 1
