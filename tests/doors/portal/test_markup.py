"""Each page in both languages: well formed, whole, and in one language."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.test import Client

from tests.doors.portal.conftest import REFUSED, Published, pages
from tools.messages import CATALOGUE, HOUSE, read_po
from zhiheng.domains.indicators.models import Report

pytestmark = pytest.mark.django_db
VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
) | {"circle", "path", "line", "rect"}
WORDS = re.compile(r"<(script|style|code|pre)\b.*?</\1>|<[^>]+>", re.DOTALL)


class Checker(HTMLParser):
    """Knows what is open, which ids stand, and what every control is called."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: list[str] = []
        self.wrong: list[str] = []
        self.labelled: set[str] = set()
        self.controls: list[dict[str, str | None]] = []
        self.referred: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if len(given) != len(attrs):
            self.wrong.append(f"an attribute stands twice in {self.get_starttag_text()}")
        if given.get("id"):
            self.ids.append(str(given["id"]))
        for name in ("aria-labelledby", "aria-describedby", "popovertarget"):
            self.referred += str(given.get(name) or "").split()
        if tag == "label":
            self.labelled.add(str(given.get("for")))
        if tag in ("input", "select", "textarea") and given.get("type") != "hidden":
            self.controls.append(given)
        if tag == "img" and "alt" not in given:
            self.wrong.append("an image without alt")
        if "style" in given or any(name.startswith("on") for name in given):
            self.wrong.append(f"style or script inline: {self.get_starttag_text()}")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> closes what is not open")

    def flaws(self) -> list[str]:
        """Everything that is wrong."""
        twice = {name for name in self.ids if self.ids.count(name) > 1}
        nameless = [
            one for one in self.controls if one.get("id") not in self.labelled and "aria-label" not in one
        ]
        lost = [name for name in self.referred if name not in self.ids]
        return [
            *self.wrong,
            *map("id twice: {}".format, sorted(twice)),
            *map("no label: {}".format, nameless),
            *map("leads nowhere: {}".format, lost),
            *map("left open: {}".format, self.open),
        ]


def catalogue() -> dict[str, str]:
    """What the pages say in English, and what that is in Chinese."""
    found = {}
    for room in ("doors/portal", "doors/look"):
        text = Path(HOUSE, room, CATALOGUE).read_text(encoding="utf-8")
        found |= {key[1]: message.strings.get(0, "") for key, message in read_po(text).items() if key[1]}
    return {msgid: text for msgid, text in found.items() if "%" not in msgid}


def words_of(page: str) -> str:
    return WORDS.sub(" ", page)


def test_every_page_is_well_formed_and_in_one_language(published: Published, report: Report) -> None:
    known = catalogue()
    sentences = {
        "en": [msgid for msgid in known if len(msgid) > 24],
        "zh-Hans": [text for text in known.values() if len(text) > 9],
    }
    for language, mark, foreign in (("zh-CN", "zh-Hans", "en"), ("en", "en", "zh-Hans")):
        client = Client(HTTP_ACCEPT_LANGUAGE=language)
        for address in [
            *pages(published, report.code),
            *(wrong for wrong, _ in REFUSED if "export" not in wrong),
        ]:
            page = client.get(address).content.decode()
            if not page.startswith("<!doctype"):
                continue
            checker = Checker()
            checker.feed(page)
            assert checker.flaws() == [], (language, address)
            assert f'<html lang="{mark}"' in page, (language, address)
            assert page.count("<h1") == 1, (language, address)
            said = words_of(page)
            assert [text for text in sentences[foreign] if text in said] == [], (language, address)


def test_on_an_english_page_the_words_of_sources_are_marked_as_chinese(
    english: Client, reader: Client, published: Published
) -> None:
    page = english.get(f"/results/{published.failed.key}/").content.decode()
    assert f'<h1 lang="zh-Hans">{published.failed.product_name}' in page
    assert "<h1>" in reader.get(f"/results/{published.failed.key}/").content.decode()


def test_the_checker_can_fail() -> None:
    checker = Checker()
    checker.feed('<p id="a"><b></p><input id="x"><i style="x" id="a"></i><div aria-labelledby="z">')
    assert len(checker.flaws()) >= 5
