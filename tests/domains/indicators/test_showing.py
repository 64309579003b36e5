"""Page and PDF: from one reading, with all numbers, nothing taken for markup, the same bytes twice."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from tests.domains.indicators.conftest import (
    AT,
    PUBLISHER,
    Cut,
    Keep,
    drafted,
    fails,
    published,
    result,
    some,
)
from zhiheng.domains.indicators import figures, pdf
from zhiheng.domains.indicators.models import Report
from zhiheng.domains.indicators.pdf import report_pdf
from zhiheng.domains.indicators.presentation import Grid, Prose, Reading, read
from zhiheng.domains.indicators.services import report_withdraw

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("place")]


def reading(report: Report, language: str = "zh-hans") -> Reading:
    return read(report.document, report.content_digest, language)


def page(report: Report, language: str = "zh-hans") -> str:
    with translation.override(language):
        return render_to_string("indicators/report_body.html", {"reading": reading(report, language)})


def words(data: bytes, tmp_path: Path) -> str:
    """The text of a PDF, without the breaks of its lines."""
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext is not on this machine (apt-get install poppler-utils)")
    path = tmp_path / "report.pdf"
    path.write_bytes(data)
    found = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True)
    return re.sub(r"\s+", "", found.stdout.decode())


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pdf_holds_every_number_of_the_reading(
    keep: Keep, cut: Cut, tmp_path: Path, language: str
) -> None:
    keep(some(600))
    report = published(drafted(cut()))
    made = report_pdf(report, language)
    assert made.data.startswith(b"%PDF-")
    text = words(made.data, tmp_path)
    shown = reading(report, language)
    numbers = 0
    for section in shown.sections:
        for block in section.blocks:
            cells: list[str] = []
            if isinstance(block, Prose):
                cells = [part.text for part in block.parts if part.table]
            elif isinstance(block, Grid):
                cells = [cell for row in block.rows for cell in row]
            for cell in cells:
                bare = re.sub(r"\s+", "", cell)
                if re.fullmatch(r"[\d.,%–<>*]+", bare):
                    assert bare in text, cell
                    numbers += 1
    assert numbers > 100
    assert report.code in text
    assert report.content_digest in text


def test_the_same_report_gives_the_same_bytes(keep: Keep, cut: Cut) -> None:
    keep(some(100))
    report = published(drafted(cut()))
    assert report_pdf(report, "zh-hans").data == report_pdf(report, "zh-hans").data


NASTY = '#panic("x") *粗* $x^2$ @ref <label> \\ `code` // ${7*7} {{ title }} <script>alert(1)</script> &amp;'


def test_nothing_in_a_report_is_taken_for_markup(keep: Keep, cut: Cut, tmp_path: Path) -> None:
    keep([fails(n, product_kind=NASTY, failed_items=(NASTY,)) for n in range(3)])
    report = published(drafted(cut()))
    text = words(report_pdf(report, "zh-hans").data, tmp_path)
    assert '#panic("x")*粗*$x^2$' in text
    html = page(report)
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert" in html


def test_the_page_holds_every_sentence_and_table(keep: Keep, cut: Cut) -> None:
    keep(some(600))
    report = drafted(cut())
    html = page(report)
    for section in reading(report).sections:
        assert f'id="section-{section.name}"' in html
        for block in section.blocks:
            if isinstance(block, Grid):
                assert f'id="table-{block.anchor}"' in html
    assert html.count("<svg") >= 3
    targets = set(re.findall(r'href="#(table-[\w-]+)"', html))
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert targets <= set(ids)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("count", [0, 1])
def test_almost_nothing_can_be_shown_too(keep: Keep, cut: Cut, language: str, count: int) -> None:
    if count:
        keep([result(1)])
    report = drafted(cut())
    assert page(report, language)
    assert report_pdf(report, language).data.startswith(b"%PDF-")


def test_two_hundred_kinds_make_a_page_of_bearable_size(keep: Keep, cut: Cut, tmp_path: Path) -> None:
    keep([result(n, product_kind=f"第{n % 200}种产品") for n in range(600)])
    report = published(drafted(cut()))
    assert len(page(report).encode()) < 400_000
    assert "第199种产品" in words(report_pdf(report, "zh-hans").data, tmp_path)


def test_without_a_chinese_font_the_pdf_is_made_and_says_so(
    keep: Keep, cut: Cut, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(some(100))
    report = published(drafted(cut()))
    monkeypatch.setattr(pdf, "CHINESE", ())
    pdf.chinese_font.cache_clear()
    try:
        made = report_pdf(report, "zh-hans")
    finally:
        pdf.chinese_font.cache_clear()
    assert made.font == ""
    assert "NoChinesefontisinstalled" in words(made.data, tmp_path)


def test_a_draft_and_a_withdrawn_report_say_so_on_paper(keep: Keep, cut: Cut, tmp_path: Path) -> None:
    keep(some(20))
    draft = drafted(cut())
    assert "尚未发布" in words(report_pdf(draft, "zh-hans").data, tmp_path)
    done = published(draft)
    assert "尚未发布" not in words(report_pdf(done, "zh-hans").data, tmp_path)
    gone = report_withdraw(actor=PUBLISHER, report=done, reason="来源数据有误", at=AT)
    assert "来源数据有误" in words(report_pdf(gone, "zh-hans").data, tmp_path)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0, "0.0%"), (1.0, "100.0%"), (0.9996, "99.96%"), (0.99999999, ">99.999%"), (0.0000001, "<0.001%")],
)
def test_a_share_is_never_rounded_into_certainty(value: float, shown: str) -> None:
    assert figures.share(value) == shown
