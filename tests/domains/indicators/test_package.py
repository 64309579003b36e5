"""The package for strangers: it verifies without a database, holds nothing private, and trusts no file."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.db import connection

from tests.domains.indicators.conftest import Cut, Keep, drafted, fails, published, result, some
from zhiheng.domains.indicators import content as contents
from zhiheng.domains.indicators import package
from zhiheng.domains.indicators.package import package_verify, package_write
from zhiheng.foundation.ledger.facts.spot_check import Party
from zhiheng.kernel.errors import Refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("place")]
Files = dict[str, bytes]


@pytest.fixture
def packed(keep: Keep, cut: Cut, folder: Path, tmp_path: Path) -> Path:
    """The package of a report, with checkpoints that came after it."""
    keep(some(200))
    report = published(drafted(cut()))
    keep([result(900)])
    cut()
    path = tmp_path / "report.zip"
    path.write_bytes(package_write(report, folder))
    return path


def rewritten(path: Path, change: Callable[[Files], None]) -> Path:
    """The package with some files changed."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def failed(path: Path) -> dict[str, str]:
    verdict = package_verify(path)
    assert not verdict.sound
    return {
        check.name: " ".join(map(str, check.problems)) for check in verdict.checks if check.state == "failed"
    }


def test_a_package_verifies_without_a_database(packed: Path) -> None:
    def closed(*_: Any) -> Any:
        raise AssertionError("the database was asked")

    with connection.execute_wrapper(closed):
        verdict = package_verify(packed)
    assert verdict.sound, [(check.name, [*map(str, check.problems)]) for check in verdict.checks]
    assert {"package.proven", "package.compare", "package.unproven"} == {
        one.code for one in verdict.statements
    }


def test_the_package_has_the_same_bytes_twice(keep: Keep, cut: Cut, folder: Path) -> None:
    keep(some(50))
    report = published(drafted(cut()))
    assert package_write(report, folder) == package_write(report, folder)


def test_nothing_private_is_in_the_rows(keep: Keep, cut: Cut, folder: Path, tmp_path: Path) -> None:
    keep([
        fails(1, producer=Party("公开厂", ""), note="甲"),
        fails(2, published_on=None, producer=Party("未公开厂", "")),
        fails(3, counterfeit=True, producer=Party("被假冒厂", "")),
        result(4, producer=Party("合格厂", ""), seller=Party("某超市", "")),
    ])  # fmt: skip
    path = tmp_path / "p.zip"
    path.write_bytes(package_write(published(drafted(cut())), folder))
    with zipfile.ZipFile(path) as archive:
        table = pq.read_table(io.BytesIO(archive.read("rows.parquet")))
    text = json.dumps(table.to_pylist(), default=str, ensure_ascii=False)
    assert "公开厂" in text
    for private in ("未公开厂", "被假冒厂", "合格厂", "某超市", "甲", "2025-06-01", "R1", "900101"):
        assert private not in text
    assert package_verify(path).sound


def test_an_altered_row_is_found(packed: Path) -> None:
    def change(files: Files) -> None:
        table = pq.read_table(io.BytesIO(files["rows.parquet"]))
        rows = table.to_pylist()
        rows[7]["verdict"] = "nonconforming" if rows[7]["verdict"] == "conforming" else "conforming"
        sink = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), sink)
        files["rows.parquet"] = sink.getvalue()

    found = failed(rewritten(packed, change))
    assert {"rows", "tables"} <= set(found)
    assert "/tables/" in found["tables"]


def test_an_altered_number_is_found_even_with_its_table(packed: Path) -> None:
    """A forger who changes content and entry alike still cannot make the proof fit."""

    def change(files: Files) -> None:
        content = json.loads(files["report.json"])
        content["title"] = "别的报告"
        text = contents.text_of(content)
        entry = json.loads(files["entry.json"])
        payload = json.loads(entry["payload"])
        payload |= {"content": contents.digest_of(text), "title": "别的报告"}
        entry["payload"] = contents.text_of(payload)
        entry["hash"] = package._entry_hash(entry)
        files["report.json"], files["entry.json"] = text.encode(), contents.text_of(entry).encode()

    assert set(failed(rewritten(packed, change))) == {"checkpoint"}


@pytest.mark.parametrize("name", ["report.json", "entry.json", "proof.json", "manifest.json"])
def test_a_changed_file_is_found(packed: Path, name: str) -> None:
    def change(files: Files) -> None:
        text = files[name].decode()
        at = text.index("9")
        files[name] = (text[:at] + "8" + text[at + 1 :]).encode()

    assert failed(rewritten(packed, change))


def test_a_later_checkpoint_that_does_not_follow_is_found(packed: Path) -> None:
    def change(files: Files) -> None:
        proof = json.loads(files["proof.json"])
        proof["checkpoints"][-1]["at"] += 1
        files["proof.json"] = json.dumps(proof).encode()

    assert set(failed(rewritten(packed, change))) == {"checkpoint"}


def _not_a_zip(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04 no")


def _another_name(path: Path) -> None:
    rewritten(path, lambda files: files.update({"../../evil": b"x"}))


def _missing(path: Path) -> None:
    rewritten(path, lambda files: files.pop("proof.json") and None)


def _no_json(path: Path) -> None:
    rewritten(path, lambda files: files.update({"report.json": b"{"}))


def _deep_json(path: Path) -> None:
    rewritten(path, lambda files: files.update({"report.json": b"[" * 200_000}))


def _other_shape(path: Path) -> None:
    rewritten(path, lambda files: files.update({"report.json": b'{"tables": 3}'}))


def _other_scope(path: Path) -> None:
    def change(files: Files) -> None:
        files["report.json"] = files["report.json"].replace(b'"level":0.95', b'"level":0.5')

    rewritten(path, change)


def _other_source(path: Path) -> None:
    def change(files: Files) -> None:
        files["report.json"] = contents.text_of({**json.loads(files["report.json"]), "source": 3}).encode()

    rewritten(path, change)


def _no_parquet(path: Path) -> None:
    rewritten(path, lambda files: files.update({"rows.parquet": b"PAR1junkPAR1"}))


def _other_columns(path: Path) -> None:
    sink = io.BytesIO()
    pq.write_table(pa.table({"x": [1]}), sink)
    rewritten(path, lambda files: files.update({"rows.parquet": sink.getvalue()}))


@pytest.mark.parametrize(
    "spoil",
    [
        _not_a_zip,
        _another_name,
        _missing,
        _no_json,
        _deep_json,
        _other_shape,
        _other_scope,
        _other_source,
        _no_parquet,
        _other_columns,
    ],
)
def test_a_file_that_is_no_package_is_refused_and_nothing_crashes(
    packed: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(packed)
    assert set(failed(packed)) == {"files"}


def test_a_file_that_swells_is_not_read(packed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(package.LIMITS, "report.json", 1000)
    assert "larger than" in failed(packed)["files"]


def test_a_draft_has_no_package(keep: Keep, cut: Cut, folder: Path) -> None:
    keep(some(10))
    with pytest.raises(Refused, match="not published"):
        package_write(drafted(cut()), folder)
