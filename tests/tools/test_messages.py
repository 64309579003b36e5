"""The catalogue tool: what it finds, and what it does not let pass."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tools import messages
from tools.messages import HEADER, Message

needs_gettext = pytest.mark.skipif(shutil.which("xgettext") is None, reason="gettext is not installed")


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A room of its own outside the house, with one module and one template."""
    monkeypatch.setattr(messages, "HOUSE", tmp_path)
    folder = tmp_path / "kernel"
    (folder / "templates").mkdir(parents=True)
    (folder / "rules.py").write_text(
        'MESSAGE = N_("%(found)s is not a "\n    "number.")\nngettext("%(n)d row", "%(n)d rows", n)\n'
        'pgettext("verb", "open")\n',
        encoding="utf-8",
    )
    (folder / "templates" / "page.html").write_text(
        "{% load i18n %}<h1>{% translate 'Archive' %}</h1>"
        "{% blocktranslate trimmed with name=x %}\n  Of {{ name }}\n{% endblocktranslate %}",
        encoding="utf-8",
    )
    return folder


def translated(room: Path, **texts: str) -> None:
    catalogue = room / messages.CATALOGUE
    content = catalogue.read_text(encoding="utf-8")
    for msgid, text in texts.items():
        content = content.replace(f'msgid "{msgid}"\nmsgstr ""', f'msgid "{msgid}"\nmsgstr "{text}"')
    catalogue.write_text(content, encoding="utf-8")


@needs_gettext
def test_extracts_from_modules_and_templates(room: Path) -> None:
    found = messages.read_po(messages.extract(room))
    assert set(found) == {
        ("", "%(found)s is not a number."),
        ("", "%(n)d row"),
        ("verb", "open"),
        ("", "Archive"),
        ("", "Of %(name)s"),
    }
    assert found["", "%(n)d row"].plural == "%(n)d rows"


@needs_gettext
def test_update_keeps_translations_and_guesses_none(room: Path) -> None:
    messages.update(room)
    translated(room, Archive="档案")
    (room / "more.py").write_text('_("Archives")\n', encoding="utf-8")
    messages.update(room)
    kept = messages.read_po((room / messages.CATALOGUE).read_text(encoding="utf-8"))
    assert kept["", "Archive"].text == ("档案",)
    assert kept["", "Archives"].text == ("",)


@needs_gettext
def test_check_names_missing_untranslated_and_stale(room: Path) -> None:
    messages.update(room)
    assert "'Archive' is not translated" in list(messages.check(room))
    translated(room, Archive="档案")
    assert "django.mo is stale" in list(messages.check(room))
    (room / "more.py").write_text('_("New")\n', encoding="utf-8")
    assert "'New' is missing from the catalogue" in list(messages.check(room))
    (room / "templates" / "page.html").unlink()
    assert "'Archive' is no longer used" in list(messages.check(room))


@needs_gettext
def test_a_complete_catalogue_passes_and_the_binary_says_the_same(room: Path) -> None:
    catalogue = room / messages.CATALOGUE
    catalogue.parent.mkdir(parents=True)
    entries = (
        'msgid "Archive"\nmsgstr "档案"\n\nmsgid "Of %(name)s"\nmsgstr "%(name)s的"\n\n'
        'msgctxt "verb"\nmsgid "open"\nmsgstr "打开"\n\n'
        'msgid "%(found)s is not a number."\nmsgstr "“%(found)s”不是数字。"\n\n'
        'msgid "%(n)d row"\nmsgid_plural "%(n)d rows"\nmsgstr[0] "%(n)d 行"\n'
    )
    catalogue.write_text(HEADER + entries, encoding="utf-8")
    messages.update(room)
    assert list(messages.check(room)) == []
    shown = messages.read_mo(catalogue.with_suffix(".mo").read_bytes())
    assert shown["", "%(n)d row"] == ("%(n)d 行",)
    assert shown["verb", "open"] == ("打开",)


@pytest.mark.parametrize(
    ("message", "complaint"),
    [
        (Message(msgid="Row %(n)d", strings={0: "第%(m)d行"}), "placeholders"),
        (Message(msgid="Row %(n)d", strings={0: "行"}), "placeholders"),
        (Message(msgid="Row {n}", strings={0: "第{k}行"}), "placeholders"),
        (Message(msgid="Wrong, mend it", strings={0: "有误,请更正"}), "punctuation"),
        (Message(msgid="Name:", strings={0: "名称:"}), "punctuation"),
        (Message(msgid="Name", strings={0: "名\u3000称"}), "punctuation"),
        (Message(msgid="Name", strings={0: "名称"}, flags={"fuzzy"}), "fuzzy"),
        (Message(msgid="Name", strings={0: ""}), "not translated"),
    ],
)
def test_a_flawed_translation_is_named(message: Message, complaint: str) -> None:
    assert any(complaint in flaw for flaw in messages.flaws(message))


@pytest.mark.parametrize(
    "message",
    [
        Message(msgid="At %(time)s, row %(n)d", strings={0: "%(time)s，第 %(n)d 行"}),
        Message(msgid="One row", plural="%(n)d rows", strings={0: "%(n)d 行"}),
        Message(msgid="See https://example.org", strings={0: "见 https://example.org"}),
    ],
)
def test_a_right_translation_passes(message: Message) -> None:
    assert list(messages.flaws(message)) == []


def test_two_words_for_one_msgid_are_a_conflict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "HOUSE", tmp_path)
    for name, text in (("doors", "公布"), ("domains", "发布")):
        catalogue = tmp_path / name / "one" / messages.CATALOGUE
        catalogue.parent.mkdir(parents=True)
        catalogue.write_text(f'{HEADER}msgid "Publish"\nmsgstr "{text}"\n', encoding="utf-8")
    (problem,) = messages.conflicts()
    assert "公布" in problem
    assert "发布" in problem


@needs_gettext
def test_extraction_keeps_characters_beyond_ascii(room: Path) -> None:
    (room / "more.py").write_text('_("%(first)s–%(last)s")\n', encoding="utf-8")
    assert ("", "%(first)s–%(last)s") in messages.read_po(messages.extract(room))
