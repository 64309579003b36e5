"""Published quality reports: the list, the page, the file, the package to check, and what changed since.

Making a file or checking a report costs seconds, and neither changes: what was made once is kept under
the digest of what it was made from. This module refuses to show anything of a draft.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final
from urllib.parse import quote
from uuid import uuid4

from django.core.paginator import Paginator
from django.db.models import Max
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from zhiheng.domains.indicators.models import Report
from zhiheng.domains.indicators.package import package_write
from zhiheng.domains.indicators.pdf import report_pdf as pdf_made
from zhiheng.domains.indicators.presentation import read
from zhiheng.domains.indicators.selectors import report_by_code, reports
from zhiheng.domains.indicators.verification import Verdict, report_verify
from zhiheng.doors.look.lists import PAGE
from zhiheng.doors.portal.visit import Visit, absent, program, public_file, public_page
from zhiheng.doors.portal.words import told
from zhiheng.foundation.ledger.models import Checkpoint
from zhiheng.foundation.ledger.selectors import archive
from zhiheng.foundation.ledger.snapshots import snapshot_last
from zhiheng.foundation.org.actors import PUBLIC
from zhiheng.kernel.errors import N_
from zhiheng.settings import settings

SIZE: Final = 20
LANGUAGES: Final = ("zh-hans", "en")


@public_page
def report_list(visit: Visit) -> HttpResponse:
    """`/reports/`, the latest publication first."""
    page = Paginator(reports(visit.actor).order_by("-published_at"), SIZE).get_page(visit.GET.get(PAGE))
    return render(visit, "portal/reports.html", {"reports": page.object_list, "page": page})


def _report(code: str) -> Report:
    found = report_by_code(PUBLIC, code)
    if found is None:
        raise absent(
            N_("No report %(code)s was published here."), N_("The list names all reports."), code=code[:40]
        )
    return found


def _language() -> str:
    chosen = get_language() or ""
    return chosen if chosen in LANGUAGES else LANGUAGES[0]


@public_page
def report(visit: Visit, code: str) -> HttpResponse:
    """`/reports/CODE/`."""
    found = _report(code)
    context = {
        "report": found,
        "body": _body(found, _language()),
        "entries": told(archive(visit.actor, found.code, kind="report", on=visit.today).entries),
    }
    return render(visit, "portal/report.html", context)


@public_page
def report_check(visit: Visit, code: str) -> HttpResponse:
    """`/reports/CODE/check/`: this server checks the report now, and says what has changed since."""
    found = _report(code)
    newest = snapshot_last(settings().folder("snapshots"))
    verdict = _verdict(found.code, found.content_digest, newest.name if newest else "")
    return render(visit, "portal/report_check.html", {"report": found, "verdict": verdict})


@lru_cache(maxsize=64)
def _verdict(code: str, digest: str, newest: str) -> Verdict:
    """The verdict on a content beside the newest snapshot; both are part of the key, so it stays true."""
    del digest, newest
    return report_verify(_report(code), settings().folder("snapshots"))


@public_file
def report_pdf(visit: Visit, code: str) -> HttpResponseBase:
    """`/reports/CODE.pdf`, in the language of the reader."""
    found, language = _report(code), _language()
    made_from = (
        ".pdf",
        found.content_digest,
        found.state,
        str(found.superseded_by_id),
        found.reason,
        language,
    )
    return _sent(f"{found.code}-{language}.pdf", made_from, lambda: pdf_made(found, language).data)


@public_file
def report_package(visit: Visit, code: str) -> HttpResponseBase:
    """`/reports/CODE.zip`: everything that a stranger needs to compute the report again."""
    found = _report(code)
    # The proof in the package leads up to the newest root.
    newest = Checkpoint.objects.aggregate(last=Max("number"))["last"]
    made_from = (".zip", found.content_digest, str(newest))
    folder = settings().folder("snapshots")
    return _sent(f"{found.code}.zip", made_from, lambda: package_write(found, folder))


def _body(found: Report, language: str) -> SafeString:
    """The body of a report as HTML: a content never changes, and drawing its charts takes a second."""

    def make() -> bytes:
        reading = read(found.document, found.content_digest, language)
        return render_to_string("indicators/report_body.html", {"reading": reading}).encode()

    made = _made_once((".html", found.content_digest, language, program()), make)
    return mark_safe(made.read_text(encoding="utf-8"))  # noqa: S308  our own template wrote it


def _sent(name: str, made_from: tuple[str, ...], make: Callable[[], bytes]) -> HttpResponseBase:
    response = FileResponse(_made_once(made_from, make).open("rb"))
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response


def _made_once(made_from: tuple[str, ...], make: Callable[[], bytes]) -> Path:
    """The file that was made from this before, or is made now; the first part is its ending."""
    folder = settings().folder("cache") / "portal"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / (sha256(repr(made_from).encode()).hexdigest()[:32] + made_from[0])
    if not path.exists():
        fresh = folder / f"{uuid4().hex}.part"
        fresh.write_bytes(make())
        fresh.replace(path)  # a reader at the same time gets the whole file or makes it again
    return path
