"""Reports as strangers get them: page, file, package, check, and what became of them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from django.test import Client

from tests.doors.portal.conftest import FAILED, Publish, Published, now, withdrawn
from zhiheng.domains.indicators.models import Report
from zhiheng.domains.indicators.package import package_verify
from zhiheng.foundation.ledger.checkpoints import checkpoint_take
from zhiheng.foundation.ledger.snapshots import snapshot_take
from zhiheng.settings import settings

pytestmark = pytest.mark.django_db


def test_a_report_is_found_and_read(reader: Client, report: Report) -> None:
    assert report.title in reader.get("/reports/").content.decode()
    page = reader.get(f"/reports/{report.code}/").content.decode()
    assert report.content_digest in page
    assert f"zhiheng verify report {report.code}" in page
    assert report.title in reader.get("/reports/feed.atom").content.decode()
    assert f"/reports/{report.code}/" in reader.get("/sitemap.xml").content.decode()


def test_the_files_are_handed_out(reader: Client, english: Client, report: Report, tmp_path: Path) -> None:
    pdf = b"".join(reader.get(f"/reports/{report.code}.pdf").streaming_content)
    assert pdf.startswith(b"%PDF")
    assert pdf != b"".join(english.get(f"/reports/{report.code}.pdf").streaming_content)
    package = tmp_path / "package.zip"
    package.write_bytes(b"".join(reader.get(f"/reports/{report.code}.zip").streaming_content))
    assert package_verify(package).sound


def test_the_package_leads_up_to_the_newest_root(reader: Client, report: Report, publish: Publish) -> None:
    def proof() -> bytes:
        body = b"".join(reader.get(f"/reports/{report.code}.zip").streaming_content)
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            return packed.read("proof.json")

    before = proof()
    publish()
    newest = checkpoint_take(at=now())
    assert newest.root.hex().encode() not in before
    assert newest.root.hex().encode() in proof()


def test_it_is_checked_and_says_what_has_changed_since(
    reader: Client, report: Report, publish: Publish
) -> None:
    page = reader.get(f"/reports/{report.code}/check/").content.decode()
    assert "验证通过" in page
    assert "验证不通过" not in page
    publish(**FAILED)
    snapshot_take(settings().folder("snapshots"), checkpoint_take(at=now()))
    later = reader.get(f"/reports/{report.code}/check/").content.decode()
    assert "此后新增的条目" in later
    assert "验证不通过" not in later


def test_a_withdrawn_report_stays_and_says_why(reader: Client, report: Report) -> None:
    withdrawn(report, "样品编号有误")
    page = reader.get(f"/reports/{report.code}/").content.decode()
    assert "本报告已撤回" in page
    assert "样品编号有误" in page
    assert report.title in reader.get("/reports/").content.decode()
    assert report.title not in reader.get("/reports/feed.atom").content.decode()
    assert report.title not in reader.get("/").content.decode()


def test_an_altered_snapshot_is_named(reader: Client, report: Report, published: Published) -> None:
    part = next(part for part in published.snapshot.parts if part.form == "facts")
    path = published.snapshot.folder / part.path
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    page = reader.get(f"/reports/{report.code}/check/").content.decode()
    assert "验证不通过" in page
    assert part.path in page
