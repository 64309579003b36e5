"""The pages of the draw without a script, and without one look at the database.

No fixture for a database: a query would fail each of these tests.
"""

from __future__ import annotations

import html
import io
import json
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook, load_workbook

from tests.doors.toolbox.drawn import AUTHORITY, FIRST, FORGED, NOTARY, OTHER, OWN, SECOND, made
from zhiheng.doors.toolbox.draws.frames import FRAME, OBJECTS_MOST, Frozen, frozen_from_table
from zhiheng.doors.toolbox.draws.words import said_by_script
from zhiheng.kernel.errors import Refused
from zhiheng.methods.lottery.commitment import commitment_of, nonce_hash, read_commitment
from zhiheng.methods.lottery.proof import read_proof, read_ticket
from zhiheng.methods.lottery.verification import verify_object, verify_proof

PAGES = ("", "verify/", "commit/", "reveal/", "number/")
TABLE = "标识\t层\t权重\t排除原因\n甲\t东区\t2\t\n乙\t东区\t\t\n丙\t西区\t1.50\t\n丁\t西区\t1\t已注销\n"
SAID: dict[str, Any] = {
    "title": "县级抽查",
    "authority": AUTHORITY,
    "design": "fixed",
    "witnesses": f"{NOTARY} {nonce_hash(NOTARY, FIRST)}\n{OTHER}",
    "algorithm": "sm3",
    "nonce_hash": nonce_hash(AUTHORITY, OWN),
    "amount-0": "1",
    "amount-1": "1",
}


def upload(name: str, data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def carried(page: Any) -> dict[str, str]:
    """The fields that a page sends along, as a browser would."""
    text = page.content.decode()
    found = re.findall(r'<textarea hidden name="([\w-]+)">(.*?)</textarea>', text, re.DOTALL)
    # A browser ends lines its own way when it sends a form.
    return {name: html.unescape(value).replace("\n", "\r\n") for name, value in found}


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("language", ["reader", "english"])
def test_a_page_answers_and_is_kept(request: pytest.FixtureRequest, address: str, language: str) -> None:
    client = request.getfixturevalue(language)
    answer = client.get(f"/tools/draw/{address}")
    assert answer.status_code == 200
    assert answer.cookies == {}
    again = client.get(f"/tools/draw/{address}", headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304
    assert "style=" not in answer.content.decode()


def test_a_chinese_page_holds_no_english_sentence(reader: Client) -> None:
    for address in PAGES:
        page = reader.get(f"/tools/draw/{address}").content.decode()
        text = re.sub(r"<script.*?</script>|<code>.*?</code>|<[^>]*>", " ", page, flags=re.DOTALL)
        assert not re.findall(r"(?:\b[a-z]{2,}\b[ ,]+){3,}", text), address


def test_the_words_of_the_script_are_those_of_the_language(reader: Client, english: Client) -> None:
    words = []
    for client in (reader, english):
        page = client.get("/tools/draw/verify/").content.decode()
        (found,) = re.findall(r'<script id="words"[^>]*>(.*?)</script>', page, re.DOTALL)
        words.append(json.loads(found))
    assert words[0].keys() == words[1].keys() == said_by_script().keys()
    for kind in words[0]:
        same = [name for name, text in words[0][kind].items() if text and text == words[1][kind][name]]
        assert same == [], kind


# ---- checking on the server


def post(client: Client, act: str = "audit", **given: Any) -> Any:
    return client.post("/tools/draw/verify/", {"act": act, **given})


def states(page: Any) -> dict[str, str]:
    text = page.content.decode()
    rows = re.findall(r'<tr data-check="(\w+)">.*?data-part="outcome">(.*?)</td>', text, re.DOTALL)
    return {name: re.sub(r"<[^>]*>", "", state).strip() for name, state in rows}


def test_without_a_script_the_server_checks(english: Client) -> None:
    whole = made()
    page = post(
        english,
        proof=upload("proof.json", whole.proof),
        frame=upload("frame.tsv", whole.frame.data),
        exclusions=upload("exclusions.tsv", whole.left.data),
    )
    assert page.status_code == 200
    assert page["Cache-Control"] == "no-store"
    assert set(states(page).values()) == {"Passed"}
    assert len(states(page)) == 12
    assert whole.done.commitment.digest.hex() in page.content.decode()


def test_what_was_not_checked_is_not_called_passed(english: Client) -> None:
    found = states(post(english, text=made().proof.decode()))
    assert {name for name, state in found.items() if state == "Not checked"} == {
        "frame",
        "redrawn",
        "exclusions",
    }


@pytest.mark.parametrize("name", FORGED)
def test_the_server_finds_every_forgery_too(english: Client, name: str) -> None:
    check, forge = FORGED[name]
    whole = made()
    page = post(english, proof=upload("p", forge()), frame=upload("f", whole.frame.data))
    found = states(page)
    assert "Failed" in found.values(), name
    assert found[check] == "Failed" or check in ("counts", "keys", "nonces"), (name, found)
    assert "not an honest proof" in page.content.decode()


def test_one_object_asks_the_server(english: Client) -> None:
    whole = made()
    drawn = whole.done.outcomes[0].drawn[0].member.identity
    beyond = whole.done.outcomes[0].next
    assert beyond is not None
    page = post(english, "claim", proof=upload("p", whole.proof), identity=drawn).content.decode()
    assert f"{drawn} was drawn." in page
    other = beyond.member.identity
    page = post(english, "claim", proof=upload("t", whole.ticket(other)), identity=other).content.decode()
    assert f"{other} was not drawn." in page
    files = {"proof": upload("p", whole.proof), "frame": upload("f", whole.frame.data)}
    assert f"{other} was not drawn." in post(english, "claim", identity=other, **files).content.decode()
    unknown = post(english, "claim", proof=upload("p", whole.proof), identity="X").content.decode()
    assert "This does not show whether X was drawn." in unknown


def test_nothing_chosen_is_said(english: Client) -> None:
    assert post(english).status_code == 422
    page = post(english, "claim", text=made().proof.decode())
    assert page.status_code == 422
    assert "Write the identity" in page.content.decode()


def test_a_file_that_is_too_large_is_refused_with_the_way_out(english: Client) -> None:
    page = post(english, proof=upload("p", b"x" * 2_100_000))
    assert page.status_code == 422
    assert "command line" in page.content.decode()


# ---- holding a draw


def committed(client: Client, **other: Any) -> Any:
    framed = client.post("/tools/draw/commit/", {"table": TABLE})
    return client.post("/tools/draw/commit/", carried(framed) | SAID | other)


def test_a_draw_is_held_without_a_script(english: Client) -> None:
    page = committed(english)
    assert page.status_code == 200
    files = {
        name: english.post("/tools/draw/commit/", {**carried(page), "give": name}).content
        for name in ("commitment", "frame", "exclusions")
    }
    assert files["frame"].decode() == "东区\t乙\t1\n东区\t甲\t2\n西区\t丙\t1.5\n"
    assert files["exclusions"].decode() == "丁\t西区\t已注销\n"
    commitment = read_commitment(files["commitment"])
    assert [party.nonce_hash is None for party in commitment.announcement.witnesses] == [False, True]
    step = english.post(
        "/tools/draw/reveal/",
        {"commitment": upload("c", files["commitment"]), "frame": upload("f", files["frame"])},
    )
    assert NOTARY in step.content.decode()
    numbers = {"numbers": "yes", "nonce": OWN.hex(), "witness-0": FIRST.hex(), "witness-1": SECOND.hex()}
    drawn = english.post("/tools/draw/reveal/", carried(step) | numbers)
    assert "2 objects are drawn" in drawn.content.decode()
    sent = carried(drawn)
    proof = english.post("/tools/draw/reveal/", {**sent, "give": "proof"}).content
    assert verify_proof(proof, files["frame"], files["exclusions"]).valid
    assert english.post("/tools/draw/reveal/", {**sent, "give": "proof"}).content == proof
    ticket = english.post("/tools/draw/reveal/", {**sent, "give": "ticket", "identity": "甲"}).content
    assert verify_object(ticket, "甲").valid
    assert read_ticket(ticket).lists == read_proof(proof).lists
    absent = english.post("/tools/draw/reveal/", {**sent, "give": "ticket", "identity": "戊"})
    assert absent.status_code == 422
    assert 'id="identity-wrong"' in absent.content.decode()
    answer = english.post("/tools/draw/reveal/", {**sent, "give": "xlsx"})
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    assert [row[1] for row in book.worksheets[0].iter_rows(min_row=2, values_only=True)] == [
        entry.member.identity for entry in read_proof(proof).drawn
    ]
    assert read_proof(proof).digest.hex() in str([[cell.value for cell in row] for row in book.worksheets[1]])


def test_a_number_made_here_is_shown_once_and_fits(english: Client) -> None:
    page = committed(english, nonce_hash="")
    text = page.content.decode()
    number = re.search(r'<code id="nonce">([0-9a-f]{64})</code>', text)[1]  # type: ignore[index]
    sent = carried(page)
    assert number not in str(sent)
    made_with = english.post("/tools/draw/commit/", {**sent, "give": "commitment"}).content
    stated = read_commitment(made_with).announcement.authority.nonce_hash
    assert stated == nonce_hash(AUTHORITY, bytes.fromhex(number))
    other = re.search(r'<code id="nonce">(\w+)</code>', committed(english, nonce_hash="").content.decode())
    assert other is not None
    assert other[1] != number


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"witnesses": ""}, "There is neither a witness nor a beacon"),
        ({"witnesses": AUTHORITY}, "is named twice"),
        ({"amount-0": "3"}, "it has only 2"),
        ({"amount-0": "x"}, "Write a whole number"),
        ({"amount-0": "-1"}, "Write a whole number"),
        ({"design": "bernoulli", "amount-0": "1.5", "amount-1": "0.1"}, "more than 1"),
        ({"design": "bernoulli", "amount-0": "0.10", "amount-1": "0.1"}, "not in the form"),
        ({"time": "yesterday"}, "not in the form"),
        ({"time": "2026-02-30T00:00:00Z"}, "there is no such time"),
        ({"title": ""}, "This field is required"),
        ({"nonce_hash": "12"}, "64 digits"),
        ({"source": "beacon"}, "must be a text that is not empty"),
        ({"reason": "again"}, "must be a text that is not empty"),
        ({"witnesses": "\n".join(f"w{n}" for n in range(21))}, "at most 20"),
        ({"frame": "东区\t甲\n"}, "three"),
    ],
)
def test_a_commitment_that_cannot_be_is_refused_in_words(
    english: Client, given: dict[str, str], said: str
) -> None:
    page = committed(english, **given)
    assert page.status_code == 422
    assert said in html.unescape(page.content.decode())


def test_a_redraw_and_a_public_value_stand_in_the_commitment(english: Client) -> None:
    given = {
        "source": "某公开信标",
        "which": "第1轮",
        "approver": "王某",
        "reason": "系统故障",
        "replaced": "ab" * 32,
    }
    page = committed(english, **given, witnesses="")
    document = english.post("/tools/draw/commit/", {**carried(page), "give": "commitment"}).content
    said = commitment_of(json.loads(document)).announcement
    assert said.beacon is not None
    assert said.redraw_of is not None
    assert (said.beacon.which, said.redraw_of.reason, said.redraw_of.proof) == ("第1轮", "系统故障", None)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("", "no row"),
        ("甲\t东区\t0", "weight"),
        ("甲\t东区\t-1", "weight"),
        ("甲\t东区\t1e400", "weight"),
        ("甲\t东区\tNaN", "weight"),
        ("甲\t东区\n甲\t西区", "The object stands in row 1 as well."),
        ("标识\t层\n\t东区", "The cell is empty"),
        ("甲\u200b\t东区", "invisible"),
        ("甲\t东区\t1\t停业", "no object"),
        ("层\t权重\n东区\t1", "These columns are missing"),
    ],
)
def test_a_bad_table_is_named_line_by_line(english: Client, table: str, said: str) -> None:
    page = english.post("/tools/draw/commit/", {"table": table})
    assert page.status_code == 422
    assert said in html.unescape(page.content.decode())


def workbook(rows: list[list[object]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_a_frame_comes_as_workbook_csv_or_frame_file() -> None:
    rows: list[list[object]] = [["统一社会信用代码", "分层", "权重"], ["A", "东区", 2.5], ["B", "西区", 1]]
    wanted = "东区\tA\t2.5\n西区\tB\t1\n"
    text = "\n".join(",".join(map(str, row)) for row in rows)
    for data in (workbook(rows), text.encode("gb18030"), text.encode("utf-8-sig"), wanted.encode()):
        found = frozen_from_table("", upload("frame", data))
        assert isinstance(found, Frozen)
        assert found.frame.data.decode() == wanted


def test_objects_without_stratum_and_weight_are_one_stratum() -> None:
    found = frozen_from_table("甲\n乙\n", None)
    assert isinstance(found, Frozen)
    assert found.frame.data.decode() == "全部\t乙\t1\n全部\t甲\t1\n"


def test_a_frame_that_is_too_large_is_sent_to_the_command_line() -> None:
    rows = "".join(f"全部\t{n:08d}\t1\n" for n in range(OBJECTS_MOST + 1))
    with pytest.raises(Refused, match="command line"):
        frozen_from_table("", upload("frame", rows.encode()))


def test_the_template_can_be_filled_in_and_read(reader: Client) -> None:
    answer = reader.get("/tools/draw/template.xlsx")
    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    headings = [cell.value for row in sheet.iter_rows(max_row=3) for cell in row]
    assert {column.zh for column in FRAME.columns} <= {str(heading).rstrip("*") for heading in headings}


@pytest.mark.parametrize(
    ("commitment", "frame", "said"),
    [
        (b"", b"", "no object"),
        (b"{}", None, "commitment"),
        (None, "东区\t甲\t2\n".encode(), "committed were"),
    ],
)
def test_files_that_do_not_belong_together_are_refused(
    english: Client, commitment: bytes | None, frame: bytes | None, said: str
) -> None:
    whole = made()
    announced = whole.done.commitment.text.encode()
    chosen = {
        "commitment": announced if commitment is None else commitment,
        "frame": whole.frame.data if frame is None else frame,
    }
    given = {name: upload(name, data) for name, data in chosen.items() if data}
    page = english.post("/tools/draw/reveal/", given)
    assert page.status_code == 422
    assert said in html.unescape(page.content.decode())


def test_numbers_that_were_not_committed_to_are_refused(english: Client) -> None:
    whole = made()
    files = {"commitment": whole.done.commitment.text, "frame": whole.frame.data.decode()}
    wrong = {"numbers": "yes", "nonce": "0" * 64, "witness-0": FIRST.hex(), "witness-1": SECOND.hex()}
    page = english.post("/tools/draw/reveal/", files | wrong)
    assert page.status_code == 422
    assert "does not give the committed hash" in html.unescape(page.content.decode())
    page = english.post("/tools/draw/reveal/", files | wrong | {"nonce": "zz"})
    assert "64 digits" in page.content.decode()
