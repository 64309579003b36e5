"""Every page of the toolbox answers a stranger in both languages, without one look at the database."""

from __future__ import annotations

import pytest
from django.test import Client

PAGES = (
    "/tools/", "/tools/pass-rate/", "/tools/pass-rate/?n=120&x=3", "/tools/pass-rate/table/",
    "/tools/plan/", "/tools/plan/?lot=1200", "/tools/plan/two-points/?prq=1&crq=5",
    "/tools/plan/declared/?dql=1", "/tools/plan/variables/", "/tools/plan/variables/?prq=1&crq=5",
    "/tools/plan/switching/", "/tools/size/", "/tools/size/?half=3", "/tools/size/difference/?first=9",
    "/tools/size/detection/?rate=5", "/tools/allocation/",
)  # fmt: skip
LANGUAGES = pytest.mark.parametrize("language", ["zh-CN,zh;q=0.9", "en"])


@LANGUAGES
@pytest.mark.parametrize("address", PAGES)
def test_a_page_answers_without_a_database(address: str, language: str) -> None:
    # No database fixture: a query would fail the test.
    answer = Client(HTTP_ACCEPT_LANGUAGE=language).get(address)
    assert answer.status_code == 200
    again = Client(HTTP_ACCEPT_LANGUAGE=language).get(address, HTTP_IF_NONE_MATCH=answer["ETag"])
    assert again.status_code == 304


@pytest.mark.parametrize("address", ["/tools/", "/tools/plan/variables/", "/tools/draw/"])
def test_the_menu_marks_the_toolbox_on_all_its_pages(reader: Client, address: str) -> None:
    assert '<a href="/tools/" aria-current="page">工具箱</a>' in reader.get(address).content.decode()


def test_no_blank_stands_after_a_chinese_full_stop(reader: Client, english: Client) -> None:
    for address in ("/tools/", "/tools/draw/"):
        assert "。</b> " not in reader.get(address).content.decode()
        assert "。 <a" not in reader.get(address).content.decode()
    assert "<b>The frame is frozen.</b> From" in english.get("/tools/draw/").content.decode()


def test_the_draw_names_its_condition(reader: Client) -> None:
    for address in ("/tools/", "/tools/draw/"):
        text = reader.get(address).content.decode()
        assert (
            text.count("谁也操纵不了结果")
            == text.count("只要有一方的密数是随机生成、事先保密的，谁也操纵不了结果")
            > 0
        )
