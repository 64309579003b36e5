"""Every engine answers the same questions alike.

Where pyspark or Java is missing, Spark's half is skipped and says so.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.contract.conftest import Open
from zhiheng.analytics.engine import DuckEngine, Engine
from zhiheng.analytics.engine.spark import SparkEngine

SCHEMA = pa.schema(
    [
        ("id", pa.int64()),
        ("name", pa.string()),
        ("day", pa.date32()),
        ("good", pa.bool_()),
        ("share", pa.float64()),
        ("version", pa.int16()),
        ("hash", pa.binary(2)),
        ("party", pa.struct([("name", pa.string()), ("uscc", pa.string())])),
        ("items", pa.list_(pa.string())),
    ]
)
ROWS = [
    {"id": 1 << 40, "name": "玩具", "day": date(2024, 2, 29), "good": True, "share": 0.1, "version": 2,
     "hash": b"\x00\xff", "party": {"name": "某厂", "uscc": "X"}, "items": ["甲醛", "pH值"]},
    {"id": 2, "name": "it's $name; -- \\", "day": None, "good": None, "share": None, "version": None,
     "hash": None, "party": None, "items": None},
    {"id": 3, "name": None, "day": date(1999, 12, 31), "good": False, "share": 1e300, "version": 1,
     "hash": b"ab", "party": {"name": None, "uscc": ""}, "items": []},
]  # fmt: skip
NASTY = [
    "'; DROP TABLE things; --",
    "' OR '1'='1",
    "\\",
    "\\'",
    '"',
    "${env:HOME}",
    "$name",
    ":name",
    "{0}",
    "",
]


@pytest.fixture
def things(engine: Engine, tmp_path: Path) -> Engine:
    """The rows in two files, in a folder whose name is no simple word."""
    folder = tmp_path / "质量 100%20 data"
    folder.mkdir()
    for number, rows in enumerate((ROWS[:2], ROWS[2:])):
        pq.write_table(pa.Table.from_pylist(rows, SCHEMA), folder / f"part-{number}.parquet")
    engine.read("things", sorted(folder.iterdir()), SCHEMA)
    return engine


def refusal(engine: Engine) -> tuple[type[Exception], ...]:
    """What an engine raises when it does not accept a question."""
    if isinstance(engine, DuckEngine):
        import duckdb

        return (duckdb.Error,)
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    return (ValueError, PySparkException, Py4JError)


def column(engine: Engine, sql: str, **parameters: Any) -> list[Any]:
    """The first column of an answer."""
    return engine.to_arrow(sql, parameters).column(0).to_pylist()


def test_it_says_what_it_is(engine: Engine) -> None:
    assert engine.capabilities.name in {"DuckDB", "Spark"}
    assert engine.capabilities.version[0].isdigit()
    assert engine.capabilities.distributed == isinstance(engine, SparkEngine)


def test_what_was_written_is_read(things: Engine) -> None:
    found = things.to_arrow("SELECT * FROM things ORDER BY id")
    assert found.to_pylist() == sorted(ROWS, key=lambda row: row["id"])
    assert found.column_names == SCHEMA.names


def test_types_of_an_answer(things: Engine) -> None:
    found = things.to_arrow(
        """
        SELECT id, name, day, good, share, party.name AS party_name, COUNT(*) AS n,
            CAST(SUM(version) AS BIGINT) AS total, CAST(YEAR(day) AS BIGINT) AS year
        FROM things GROUP BY ALL
        """
    )
    assert found.schema.types == [
        pa.int64(), pa.string(), pa.date32(), pa.bool_(), pa.float64(), pa.string(), pa.int64(), pa.int64(),
        pa.int64(),
    ]  # fmt: skip


def test_without_files_the_relation_is_empty_and_has_the_columns(engine: Engine) -> None:
    engine.read("things", [], SCHEMA)
    found = engine.to_arrow("SELECT id, name, day, party.uscc AS uscc, items FROM things")
    assert found.num_rows == 0
    assert found.schema.types[:4] == [pa.int64(), pa.string(), pa.date32(), pa.string()]
    assert column(engine, "SELECT COUNT(*) FROM things") == [0]


def test_columns_that_a_file_or_all_files_lack_are_missing_values(engine: Engine, tmp_path: Path) -> None:
    short = pa.schema([SCHEMA.field("id")])
    longer = pa.schema([SCHEMA.field("id"), SCHEMA.field("name")])
    pq.write_table(pa.Table.from_pylist([{"id": 1}], short), tmp_path / "1.parquet")
    pq.write_table(pa.Table.from_pylist([{"id": 2, "name": "x"}], longer), tmp_path / "2.parquet")
    engine.read("things", [tmp_path / "1.parquet", tmp_path / "2.parquet"], SCHEMA)
    found = engine.to_arrow("SELECT id, name, day, party.name AS party_name FROM things ORDER BY id")
    assert found.to_pylist() == [
        {"id": 1, "name": None, "day": None, "party_name": None},
        {"id": 2, "name": "x", "day": None, "party_name": None},
    ]
    assert found.schema.types == [pa.int64(), pa.string(), pa.date32(), pa.string()]


def test_a_file_that_is_gone_is_an_error_not_fewer_rows(engine: Engine, tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.parquet" for number in (1, 2)]
    for path in paths:
        pq.write_table(pa.Table.from_pylist(ROWS, SCHEMA), path)
    engine.read("things", paths, SCHEMA)
    paths[1].unlink()
    with pytest.raises(refusal(engine)):
        engine.to_arrow("SELECT id FROM things")


@pytest.mark.parametrize("name", ["Things", "a b", "a;DROP TABLE x", "", "1a", '"a"', "数"])
def test_only_plain_names_name_a_relation(engine: Engine, name: str) -> None:
    with pytest.raises(ValueError, match="cannot name a relation"):
        engine.read(name, [], SCHEMA)
    with pytest.raises(ValueError, match="cannot name a relation"):
        engine.define(name, "SELECT 1 AS x")


@pytest.mark.parametrize("value", NASTY)
def test_a_parameter_is_a_value_and_nothing_else(things: Engine, value: str) -> None:
    assert column(things, "SELECT $name AS x", name=value) == [value]
    assert column(things, "SELECT COUNT(*) FROM things WHERE name = $name", name=value) == [0]
    assert column(things, "SELECT COUNT(*) FROM things") == [3]


def test_a_parameter_finds_what_it_equals(things: Engine) -> None:
    assert column(things, "SELECT id FROM things WHERE name = $name", name=ROWS[1]["name"]) == [2]
    assert column(things, "SELECT id FROM things WHERE id = $id", id=1 << 40) == [1 << 40]
    assert column(things, "SELECT id FROM things WHERE good = $good", good=False) == [3]
    assert column(things, "SELECT id FROM things WHERE share = $share", share=0.1) == [1 << 40]
    assert column(things, "SELECT id FROM things WHERE day = CAST($day AS DATE)", day="2024-02-29") == [
        1 << 40
    ]
    assert column(things, "SELECT id FROM things WHERE name = $name", name=None) == []
    assert column(things, "SELECT ID FROM Things WHERE Id = $id", id=3) == [3]


def test_what_looks_like_a_parameter_in_a_literal_or_a_comment_is_none(things: Engine) -> None:
    sql = """
        SELECT '$name' AS a, 'it''s $name' AS b, 3 AS "$name", '${env:HOME}' AS d, -- $name
            $name AS c /* $name '
            $name */
    """
    (row,) = things.to_arrow(sql, {"name": "x"}).to_pylist()
    assert row == {"a": "$name", "b": "it's $name", "$name": 3, "c": "x", "d": "${env:HOME}"}


@pytest.mark.parametrize(
    ("sql", "given"),
    [("SELECT $a AS x", {}), ("SELECT $a AS x", {"a": 1, "b": 2}), ("SELECT 1 AS x", {"a": 1})],
)
def test_parameters_and_question_must_fit(engine: Engine, sql: str, given: dict[str, int]) -> None:
    with pytest.raises(refusal(engine)):
        engine.to_arrow(sql, given)


@pytest.mark.parametrize(
    "sql", ["SELECT CAST('x' AS DATE) AS d", "SELECT CAST(id AS SMALLINT) AS s FROM things"]
)
def test_a_value_that_does_not_fit_its_type_is_an_error(things: Engine, sql: str) -> None:
    with pytest.raises(refusal(things)):
        things.to_arrow(sql)


def test_a_definition_can_be_asked_and_built_upon(things: Engine) -> None:
    things.define("named", "SELECT id, name FROM things WHERE name IS NOT NULL AND name <> '$x'")
    things.define("fewer", "SELECT id FROM named WHERE id > 2")
    assert column(things, "SELECT COUNT(*) FROM named") == [2]
    assert column(things, "SELECT id FROM fewer") == [1 << 40]


def test_a_definition_takes_no_parameter(things: Engine) -> None:
    with pytest.raises(refusal(things)):
        things.define("named", "SELECT id FROM things WHERE id = $id")


def test_missing_values_come_first_going_up_and_last_going_down(things: Engine) -> None:
    up = column(things, "SELECT day FROM things ORDER BY day")
    assert up == [None, date(1999, 12, 31), date(2024, 2, 29)]
    assert column(things, "SELECT day FROM things ORDER BY day DESC") == up[::-1]


def test_texts_are_ordered_by_their_code_points(engine: Engine) -> None:
    texts = ["a", "B", "ä", "中", "𠮷", "", "", "Z"]
    union = " UNION ALL ".join(f"SELECT '{text}' AS x" for text in texts)
    assert column(engine, f"SELECT x FROM ({union}) ORDER BY x") == sorted(texts)


def test_the_functions_of_the_dialect(engine: Engine) -> None:
    sql = """
        SELECT
            CAST(CAST((n - n % 10) / 10 AS BIGINT) AS STRING) || 'Q' || CAST(n % 10 AS STRING) AS quarter,
            LPAD(CAST(3 AS STRING), 2, '0') AS padded, SUBSTRING('质量9001', 1, 4) AS part,
            CAST(YEAR(d) AS BIGINT) AS y, CAST(QUARTER(d) AS BIGINT) AS q, CAST(MONTH(d) AS BIGINT) AS m,
            CAST(DATE_TRUNC('quarter', d) AS DATE) AS first, COALESCE(CAST(NULL AS STRING), 'x') AS x,
            CAST(NULL AS STRING) || 'x' AS nothing
        FROM (SELECT 20254 AS n, CAST('2025-12-31' AS DATE) AS d)
    """
    assert engine.to_arrow(sql).to_pylist() == [
        {"quarter": "2025Q4", "padded": "03", "part": "质量90", "y": 2025, "q": 4, "m": 12,
         "first": date(2025, 10, 1), "x": "x", "nothing": None}
    ]  # fmt: skip


def test_an_answer_is_written_as_one_file(things: Engine, tmp_path: Path) -> None:
    path = tmp_path / "answer.parquet"
    sql = "SELECT id, name, day FROM things WHERE id > $id ORDER BY id"
    assert things.write(sql, path, {"id": 2}) == 2
    written = pq.read_table(path)
    assert written.equals(things.to_arrow(sql, {"id": 2}))
    assert written.column("id").to_pylist() == [3, 1 << 40]
    assert [found.name for found in tmp_path.iterdir() if found.is_file()] == ["answer.parquet"]


def test_a_closed_engine_answers_no_more_and_leaves_no_relation_to_the_next(opens: Open) -> None:
    with opens() as first:
        first.read("things", [], SCHEMA)
        first.define("named", "SELECT id FROM things")
    with pytest.raises(refusal(first)):
        first.to_arrow("SELECT * FROM named")
    with opens() as second:
        with pytest.raises(refusal(second)):
            second.to_arrow("SELECT * FROM named")
        second.read("things", [], SCHEMA)


def test_the_session_that_was_given_stays_as_it_was(spark: Any) -> None:
    spark.sql("SELECT 'mine' AS x").createOrReplaceTempView("things")
    active = type(spark).getActiveSession()
    with SparkEngine(spark) as engine:
        engine.read("things", [], SCHEMA)
        assert column(engine, "SELECT COUNT(*) FROM things") == [0]
    assert spark.sql("SELECT x FROM things").collect()[0]["x"] == "mine"
    assert spark.conf.get("spark.sql.ansi.enabled") == "false"
    assert type(spark).getActiveSession() is active
    spark.catalog.dropTempView("things")


def test_a_literal_that_engines_read_differently_is_refused(spark: Any) -> None:
    with SparkEngine(spark) as engine, pytest.raises(ValueError, match="bind it as a parameter"):
        engine.to_arrow(r"SELECT 'a\b' AS x")


@pytest.mark.parametrize("name", ["data*", "data?", "data [12] {a,b}"])
def test_the_name_of_a_folder_is_no_pattern(engine: Engine, tmp_path: Path, name: str) -> None:
    for folder in (tmp_path / name, tmp_path / "data1"):
        folder.mkdir()
        pq.write_table(pa.Table.from_pylist(ROWS, SCHEMA), folder / "x.parquet")
    engine.read("things", [tmp_path / name / "x.parquet"], SCHEMA)
    assert column(engine, "SELECT COUNT(*) FROM things") == [3]


def test_the_engine_loads_without_spark() -> None:
    code = "import sys, zhiheng.analytics.engine.spark; sys.exit('pyspark' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
