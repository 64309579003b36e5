"""The pass-rate calculator: what it computes, says, refuses, and gives to take away."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook, load_workbook

from zhiheng.doors.toolbox import visit
from zhiheng.methods.survey.finite import finite_bounds
from zhiheng.methods.survey.proportions import interval

ONE, TABLE = "/tools/pass-rate/", "/tools/pass-rate/table/"
ROWS = "电热毯\t120\t3\n电线\t20\t0\n"


def text(response: Any) -> str:
    return str(response.content.decode())


def workbook(*rows: tuple[object, ...]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def sheets(response: Any) -> dict[str, list[tuple[Any, ...]]]:
    book = load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


@pytest.mark.parametrize("method", ["wilson", "clopper_pearson", "jeffreys", "agresti_coull", "wald"])
def test_the_page_shows_what_the_method_computes(reader: Client, method: str) -> None:
    answer = reader.get(ONE, {"n": "120", "x": "3", "method": method, "level": "0.99"})
    wanted = interval(117, 120, method=method, level=0.99)  # type: ignore[arg-type]
    rate = answer.context["rate"]
    assert (rate.estimate, rate.lower, rate.upper) == (
        float(wanted.estimate), float(wanted.lower), float(wanted.upper)
    )  # fmt: skip
    assert "97.5%" in text(answer)


def test_the_words_say_what_the_number_is_and_is_not(reader: Client, english: Client) -> None:
    page = text(reader.get(ONE, {"n": "20", "x": "0"}))
    assert "仍可能有多达 16.1% 不合格" in page  # the exact upper bound of Wilson at 0 of 20
    assert "样品少于 30 个" in page
    assert "风险定向抽样" in page
    assert "speaks of suspects only" in text(english.get(ONE, {"n": "20", "x": "0"}))


@pytest.mark.parametrize(
    ("target", "said"),
    [("90", "整个区间都达到目标"), ("95", "不能判定是否达标"), ("99.5", "整个区间都低于目标")],
)
def test_a_target_is_reached_missed_or_not_decided(reader: Client, target: str, said: str) -> None:
    assert said in text(reader.get(ONE, {"n": "120", "x": "3", "target": target}))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"n": "12", "x": "30"}, "x"), ({"n": "0", "x": "0"}, "n"), ({"n": "-3", "x": "0"}, "n"),
        ({"n": "1.5", "x": "0"}, "n"), ({"n": "nan", "x": "0"}, "n"), ({"n": "12", "x": ""}, "x"),
        ({"n": "12", "x": "1", "method": "quatsch"}, "method"),
        ({"n": "12", "x": "1", "level": "2"}, "level"),
        ({"n": "12", "x": "1", "size": "9"}, "size"),
        ({"n": "12", "x": "1", "target": "200"}, "target"), ({"n": str(10**13), "x": "1"}, "n"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_at_its_field_and_on_top(
    reader: Client, given: dict[str, str], field: str
) -> None:
    answer = reader.get(ONE, given)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert f'href="#f-{field}"' in text(answer)
    assert f'id="f-{field}_error"' in text(answer)
    assert answer["Cache-Control"] == "no-store"


def test_a_result_can_be_taken_away(reader: Client) -> None:
    found = sheets(reader.get(f"{ONE}result.xlsx", {"n": "120", "x": "3"}))
    result, note = found.values()
    assert result[0][:5] == ("名称", "抽检数", "不合格", "总体单位数", "合格率")
    assert result[1][4] == pytest.approx(0.975)
    assert any("n=120&x=3" in str(row[0]) for row in note)
    assert any("不能" in str(row[0]) or "绝不" in str(row[0]) for row in note)


def test_a_small_table_travels_in_its_link(reader: Client) -> None:
    sent = reader.post(TABLE, {"table": ROWS, "level": "0.9"})
    assert sent.status_code == 303
    answer = reader.get(sent["Location"].partition("#")[0])
    assert [rate.label for rate in answer.context["rates"]] == ["电热毯", "电线"]
    assert answer.context["rates"][0].level == 0.9
    assert answer.context["rates"][1].small
    link = sent["Location"].partition("#")[0].replace(TABLE, f"{TABLE}result.xlsx")
    assert len(next(iter(sheets(reader.get(link)).values()))) == 3


def test_paste_and_file_give_the_same_table(reader: Client) -> None:
    file = workbook(("不合格数", "名称", "抽检数"), (3, "电热毯", 120), (0, "电线", 20))
    pasted = reader.post(TABLE, {"table": "名称,抽检数,不合格数\n电热毯,120,3\n电线,20,0"})
    sent = reader.post(TABLE, {"file": SimpleUploadedFile("a.xlsx", file)})
    assert sent["Location"] == pasted["Location"]
    named = SimpleUploadedFile("a.exe", "名称,抽检数,不合格数\n电热毯,120,3\n电线,20,0".encode("gb18030"))
    assert reader.post(TABLE, {"file": named})["Location"] == pasted["Location"]


def test_a_large_table_is_answered_at_once_and_not_said_to_be_in_a_link(reader: Client) -> None:
    rows = "\n".join(f"产品{place * 7919 % 100003}\t{place + 50}\t{place % 40}" for place in range(2000))
    answer = reader.post(TABLE, {"table": rows})
    assert answer.status_code == 200
    assert "表格太大" in text(answer)
    assert answer.context["digest"] in text(answer)
    assert answer["Cache-Control"] == "no-store"
    file = reader.post(TABLE, {"table": rows, "as": "xlsx"})
    assert len(next(iter(sheets(file).values()))) == 2001


def test_each_faulty_cell_is_named_by_row_and_nothing_is_computed(reader: Client) -> None:
    answer = reader.post(TABLE, {"table": "a\t10\t30\nb\tx\t1\nc\t5\t\nd\t10\t1\ne\t2.5\t1"})
    assert answer.status_code == 422
    problems = [(one.row, one.column, one.problem.code) for one in answer.context["problems"]]
    assert problems == [
        (1, "nonconforming", "row.above_tested"), (2, "tested", "cell.number"),
        (3, "nonconforming", "cell.missing"), (5, "tested", "cell.fraction"),
    ]  # fmt: skip
    assert "rates" not in answer.context


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("photo.xlsx", b"\x89PNG\r\n\x1a\n" + b"0" * 100),
        ("old.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 9),
        ("page.csv", b"<html><body>1,2,3</body></html>"), ("empty.csv", b""),
        ("zip.xlsx", b"PK\x03\x04nothing"),
        ("formula.xlsx", workbook(("抽检数", "不合格数"), ("=1+1", 1))), ("other.csv", b"a,b\n1,2\n"),
        ("bytes.csv", b"\xff\x00\xfe\x81" * 20),
    ],
)  # fmt: skip
def test_a_file_is_suspected(reader: Client, name: str, data: bytes) -> None:
    answer = reader.post(TABLE, {"file": SimpleUploadedFile(name, data)})
    assert answer.status_code == 422
    assert answer.context["form"].errors or answer.context["problems"]


def test_too_much_is_refused_before_it_is_read(reader: Client) -> None:
    answer = reader.post(TABLE, b"x" * 100, content_type="text/plain", CONTENT_LENGTH="5000000")
    assert answer.status_code == 422
    assert "最多接受" in text(answer)


def test_too_many_rows_are_refused(reader: Client) -> None:
    answer = reader.post(TABLE, {"table": "\n".join(["a\t9\t1"] * 5001)})
    assert answer.status_code == 422
    assert "5000" in text(answer)


def test_too_many_tables_a_minute_are_refused(reader: Client) -> None:
    for _ in range(visit.SENT_PER_MINUTE):
        assert reader.post(TABLE, {"table": "a\t10\t1"}).status_code == 303
    answer = reader.post(TABLE, {"table": "a\t10\t1"})
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 60


@pytest.mark.parametrize("link", ["quatsch", "eNrL", "AAAA", "a" * 5000, "%00"])
def test_a_damaged_link_says_so(reader: Client, link: str) -> None:
    answer = reader.get(TABLE, {"t": link})
    assert answer.status_code == 422
    assert "链接已损坏" in text(answer)


def test_a_link_does_not_unfold_into_a_flood(reader: Client) -> None:
    import base64
    import zlib

    flood = base64.urlsafe_b64encode(zlib.compress(b"a\t10\t1\n" * 1_000_000, 9)).decode().rstrip("=")
    assert reader.get(TABLE, {"t": flood}).status_code == 422


def test_a_label_that_is_markup_stays_text(reader: Client) -> None:
    answer = reader.post(TABLE, {"table": "<script>alert(1)</script>\t10\t1"}, follow=True)
    assert "<script>alert" not in text(answer)
    assert "&lt;script&gt;" in text(answer)


def test_a_known_population_gets_its_exact_bounds(reader: Client) -> None:
    answer = reader.get(ONE, {"n": "20", "x": "0", "size": "40"})
    rate = answer.context["rate"]
    wanted = finite_bounds(20, 20, 40)
    assert (rate.lower, rate.upper) == (float(wanted.share_lower), float(wanted.share_upper))
    assert "40 个单位中" in text(answer)
    whole = reader.get(ONE, {"n": "20", "x": "3", "size": "20"}).context["rate"]
    assert whole.lower == whole.estimate == whole.upper == 0.85


def test_rows_with_and_without_a_population_stand_in_one_table(reader: Client) -> None:
    answer = reader.post(TABLE, {"table": "a\t20\t0\t40\nb\t20\t0"}, follow=True)
    first, second = answer.context["rates"]
    assert first.lower > second.lower
    assert [first.method, second.method] == ["hypergeometric", "wilson"]
    wrong = reader.post(TABLE, {"table": "a\t20\t0\t10"}).context["problems"]
    assert [one.problem.code for one in wrong] == ["row.above_size"]


def test_more_exact_bounds_than_a_page_may_compute_are_refused(reader: Client) -> None:
    answer = reader.post(TABLE, {"table": "\n".join(["a\t20\t0\t40"] * 501)})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["table"]
