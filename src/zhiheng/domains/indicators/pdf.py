"""A report as PDF, from the same reading as the page, set by typst.

The layout stands in `typst/report.typ`; everything printed is handed over as data, so nothing in a
report can be taken for markup. The same report gives the same bytes on one machine. Where no Chinese
font is installed the PDF is still made, and says on its first page what is missing. This module
refuses to fetch a font or a package.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import typst
from django.utils import translation
from django.utils.translation import gettext as _

from zhiheng.analytics.charts.tokens import LIGHT
from zhiheng.domains.indicators.models import Report
from zhiheng.domains.indicators.presentation import Block, Grid, Prose, Reading, read

TEMPLATE: Final = Path(__file__).parent / "typst" / "report.typ"
CHINESE: Final = (
    "Noto Sans CJK SC", "Source Han Sans SC", "Source Han Sans CN", "Noto Sans SC", "PingFang SC",
    "Microsoft YaHei", "HarmonyOS Sans SC", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Noto Serif CJK SC",
    "SimHei", "SimSun",
)  # fmt: skip
# typst carries this one itself, so Latin text and digits can always be set.
LATIN: Final = "Libertinus Serif"


@dataclass(frozen=True, slots=True)
class Pdf:
    """The file, and the Chinese font it was set in; empty where this machine has none."""

    data: bytes
    font: str


def report_pdf(report: Report, language: str) -> Pdf:
    """Set a report in a language."""
    reading = read(report.document, report.content_digest, language)
    font = chinese_font()
    with translation.override(language):
        data = _data(report, reading, font)
    made = typst.compile(
        TEMPLATE.read_bytes(),
        format="pdf",
        sys_inputs={"report": json.dumps(data, ensure_ascii=False)},
        # Nothing of the day of printing enters the file.
        timestamp=int(report.drafted_at.timestamp()),
    )
    return Pdf(made, font)


@cache
def chinese_font() -> str:
    """The Chinese font that this machine offers, the best known first."""
    found = set(typst.Fonts().families())
    return next((name for name in CHINESE if name in found), "")


def _data(report: Report, reading: Reading, font: str) -> dict[str, Any]:
    return {
        "code": reading.code,
        "title": reading.title,
        "agency": reading.agency,
        "place": reading.place,
        "period": reading.period,
        "lang": "zh" if reading.language.startswith("zh") else "en",
        "region": "cn" if reading.language.startswith("zh") else "gb",
        "fonts": [font, LATIN] if font else [LATIN],
        "ink": LIGHT.ink,
        "quiet": LIGHT.quiet,
        "line": LIGHT.line,
        "alarm": LIGHT.nonconforming,
        "running": " · ".join((_("Quality report"), reading.place, reading.period)),
        "verify": _("To verify: zhiheng verify report %(code)s") % {"code": reading.code},
        "digest": _("SM3 of the content: %(digest)s") % {"digest": report.content_digest},
        "own": _("In the words of %(agency)s") % {"agency": reading.agency},
        "notice": _notice(report, font),
        "facts_title": _("How to verify this report"),
        "facts": [list(fact) for fact in reading.facts],
        "sections": [
            {"title": section.title, "blocks": [_block(block) for block in section.blocks]}
            for section in reading.sections
        ],
    }


def _notice(report: Report, font: str) -> str:
    said = []
    if not font:
        # In English whatever the language: without the font nothing else could be read.
        said.append(
            "No Chinese font is installed on the machine that made this file, so Chinese text is missing. "
            "Install one (Debian: fonts-noto-cjk) and make the file again."
        )
    if report.state == Report.State.WITHDRAWN:
        said.append(_("This report was withdrawn: %(reason)s") % {"reason": report.reason})
    elif report.state != Report.State.PUBLISHED:
        said.append(_("Draft, not published: not for citation."))
    return " ".join(said)


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, Prose):
        return {
            "kind": "prose",
            "own": block.own,
            "lang": "en" if block.language == "en" else "zh",
            "parts": [{"text": part.text, "number": bool(part.table)} for part in block.parts],
        }
    if isinstance(block, Grid):
        return {
            "kind": "grid",
            "caption": block.caption,
            "note": block.note,
            "heads": [head.text for head in block.heads],
            "numeric": [head.numeric for head in block.heads],
            # Names take the room that numbers leave.
            "columns": ["auto" if head.numeric else "rest" for head in block.heads],
            "rows": [list(row) for row in block.rows],
        }
    return {
        "kind": "chart",
        "title": block.picture.title,
        "subtitle": block.picture.subtitle,
        "svg": block.picture.svg(),
    }
