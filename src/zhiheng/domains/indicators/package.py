"""The package for strangers: what is public of a report, in one file, enough to count it again.

It holds the content, the rows reduced to what is public, the publishing entry, and the proof that
leads from that entry to a published checkpoint. `package_verify` reads it as one reads a stranger's
file: only known names, no size beyond its limit, and needs no database. This module refuses to put
anything of a draft into a package.
"""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from zhiheng.analytics.pipelines.public_rows import PublicRows, public_rows, rows_read
from zhiheng.domains.indicators import content as contents
from zhiheng.domains.indicators.checking import (
    Check,
    checked,
    not_run,
    numbers_check,
    rows_check,
    sentences_check,
    tables_check,
)
from zhiheng.domains.indicators.models import Report
from zhiheng.domains.indicators.verification import SHAPES, Verdict, payload_problems, published_payload
from zhiheng.foundation.ledger.checkpoints import checkpoint_leaves, first_leaf, leaf
from zhiheng.foundation.ledger.entries import header
from zhiheng.foundation.ledger.facts.report import ReportPublished
from zhiheng.foundation.ledger.facts.spot_check import SpotCheckResult
from zhiheng.foundation.ledger.models import Checkpoint, Entry
from zhiheng.foundation.ledger.snapshots import Part, Snapshot, snapshot_open
from zhiheng.kernel.chain import Inclusion, Json, MerkleTree, canonical, hasher, includes
from zhiheng.kernel.errors import N_, Problem, Refused, refuse

FORMAT: Final = "zhiheng-package/1"
CONTENT, ENTRY, PROOF, ROWS, MANIFEST = (
    "report.json",
    "entry.json",
    "proof.json",
    "rows.parquet",
    "manifest.json",
)
# The largest size of each file, unpacked. A package that exceeds one is not read.
LIMITS: Final = {
    CONTENT: 64 << 20,
    ENTRY: 1 << 20,
    PROOF: 16 << 20,
    ROWS: 1 << 30,
    MANIFEST: 64 << 20,
}
ROWS_UNPACKED: Final = 4 << 30
# A fixed moment, so that the same report gives the same bytes.
_STAMP: Final = (1980, 1, 1, 0, 0, 0)
_CHECKS: Final = ("files", "content", "entry", "checkpoint", "rows", "tables", "numbers", "sentences")


def package_write(report: Report, folder: Path) -> bytes:
    """The package of a published report; `folder` is where its snapshot lies."""
    if report.published_entry is None or report.checkpoint is None:
        raise refuse(
            "package.unpublished",
            N_("The report %(code)s is not published, so there is nothing to hand out."),
            N_("Publish it first."),
            code=report.code,
        )
    scope = contents.scope_in(report.document)
    snapshot = snapshot_open(folder, report.snapshot)
    rows = public_rows(
        snapshot, scope.extent, level=contents.rows_level(scope), published_by=scope.published_by
    )
    if rows_check(report.document, rows).state != "passed":
        raise refuse(
            "package.rows",
            N_("The snapshot no longer gives the rows that the report rests on."),
            N_("Verify the report; it names the file that was altered."),
        )
    sink = io.BytesIO()
    pq.write_table(rows.table(), sink, compression="zstd")
    entry = Entry.objects.select_related("book").get(pk=report.published_entry)
    files = {
        CONTENT: report.content.encode(),
        ENTRY: canonical(_entry_json(entry)).encode(),
        PROOF: canonical(_proof_json(report.checkpoint, entry)).encode(),
        ROWS: sink.getvalue(),
        MANIFEST: (folder / "manifests" / f"{report.snapshot}.json").read_bytes(),
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, _STAMP), data, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _entry_json(entry: Entry) -> dict[str, Json]:
    return {
        "format": FORMAT,
        "book": entry.book.key,
        "number": entry.number,
        "kind": entry.kind,
        "version": entry.version,
        "occurred_at": entry.occurred_at,
        "recorded_at": entry.recorded_at,
        "actor": entry.actor,
        "agency": entry.agency,
        "division": entry.division,
        "subjects": entry.subjects,
        "basis": entry.basis,
        "corrects": entry.corrects,
        "algorithm": entry.algorithm,
        "previous": bytes(entry.previous).hex(),
        "payload": entry.payload,
        "hash": bytes(entry.hash).hex(),
    }


def _proof_json(number: int, entry: Entry) -> dict[str, Json]:
    """The way from the entry to its checkpoint's root, and on to the newest root that is known."""
    steps: list[Json] = []
    for taken in Checkpoint.objects.filter(number__gte=number).order_by("number"):
        heads = [(key, at, bytes.fromhex(hashed)) for key, at, hashed in json.loads(taken.heads)]
        leaves = checkpoint_leaves(taken.number, taken.at, heads, bytes(taken.previous))
        place = 0
        if taken.number == number:
            place = leaves.index(leaf((entry.book.key, entry.number, bytes(entry.hash))))
        proof = MerkleTree(leaves, taken.algorithm).inclusion(place)
        steps.append(
            {
                "number": taken.number,
                "at": taken.at,
                "previous": bytes(taken.previous).hex(),
                "root": bytes(taken.root).hex(),
                "algorithm": taken.algorithm,
                "index": proof.index,
                "size": proof.size,
                "path": [sibling.hex() for sibling in proof.path],
            }
        )
    return {"checkpoints": steps}


@dataclass(frozen=True, slots=True)
class _Opened:
    """The files of a package, read within their limits."""

    text: str
    content: dict[str, Json]
    entry: dict[str, Any]
    checkpoints: list[dict[str, Any]]
    rows: pa.Table
    manifest: bytes


def package_verify(path: Path) -> Verdict:
    """Verify a package on its own: no database, no snapshot, no network."""
    try:
        opened = _open(path)
    except Refused as refused:
        rest = tuple(not_run(name, "files") for name in _CHECKS[1:])
        return Verdict("", (Check("files", "failed", refused.problems), *rest))
    code = str(opened.content.get("code", ""))
    checks = [Check("files", "passed")]
    try:
        rows = rows_read(opened.rows)
        checks += [
            checked("content", _content(opened)),
            checked("entry", _entry(opened)),
            checked("checkpoint", _checkpoints(opened)),
            rows_check(opened.content, rows),
            _tables(opened.content, rows),
            numbers_check(opened.content),
            sentences_check(opened.content),
        ]
    except (*SHAPES, Refused) as error:
        # The author of the file is unknown: any shape may come, and none may pass or crash.
        message = N_("The package is not built as the format says (%(found)s).")
        checks = [
            Check("files", "failed", (Problem("package.shape", message, {"found": repr(error)[:200]}),))
        ]
        return Verdict(code, tuple(checks + [not_run(name, "files") for name in _CHECKS[1:]]))
    return Verdict(code, tuple(checks), _statements(opened))


def _open(path: Path) -> _Opened:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if sorted(member.filename for member in members) != sorted(LIMITS):
                raise refuse(
                    "package.names",
                    N_("The package must hold exactly these files: %(names)s."),
                    names=", ".join(LIMITS),
                )
            files = {member.filename: _read(archive, member) for member in members}
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError) as error:
        raise refuse(
            "package.zip", N_("This is not a package of a report: it cannot be unpacked.")
        ) from error
    try:
        content = json.loads(files[CONTENT].decode())
        entry, proof = json.loads(files[ENTRY].decode()), json.loads(files[PROOF].decode())
        table = _parquet(files[ROWS])
        return _Opened(files[CONTENT].decode(), content, entry, proof["checkpoints"], table, files[MANIFEST])
    except (ValueError, KeyError, TypeError, RecursionError, pa.ArrowException) as error:
        raise refuse("package.read", N_("A file of the package cannot be read.")) from error


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    # The head of a member may lie about its size, so the limit is kept while reading.
    limit = LIMITS[member.filename]
    with archive.open(member) as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise refuse(
            "package.size",
            N_("The file %(name)s of the package is larger than %(limit)d bytes."),
            name=member.filename,
            limit=limit,
        )
    return data


def _parquet(data: bytes) -> pa.Table:
    file = pq.ParquetFile(io.BytesIO(data))
    groups = (file.metadata.row_group(number) for number in range(file.metadata.num_row_groups))
    if sum(group.total_byte_size for group in groups) > ROWS_UNPACKED:
        raise refuse("package.rows_size", N_("The rows of the package are too large to be read."))
    expected = PublicRows(()).table().schema
    table = file.read()
    if not table.schema.equals(expected):
        raise refuse("package.columns", N_("The rows of the package have other columns than they must have."))
    return table


def _content(opened: _Opened) -> Iterator[Problem]:
    stated = json.loads(opened.entry["payload"])["content"]
    if contents.digest_of(opened.text) != stated:
        yield Problem("verify.content", N_("The stored content does not give its digest: it was altered."))
    source = opened.content["source"]
    manifest = hasher()(opened.manifest).hex()
    if not isinstance(source, dict) or source["manifest"] != manifest:
        message = N_("The list of the snapshot's files is not the one that the content names.")
        yield Problem("verify.manifest_other", message)


def _entry(opened: _Opened) -> Iterator[Problem]:
    if _entry_hash(opened.entry) != opened.entry["hash"]:
        yield Problem(
            "verify.entry_altered", N_("The publishing entry does not give its hash: it was altered.")
        )
    if opened.entry["kind"] != ReportPublished.KIND:
        yield Problem("verify.entry_kind", N_("The entry that the report names publishes nothing."))
    yield from payload_problems(json.loads(opened.entry["payload"]), published_payload(opened.text))


def _entry_hash(entry: dict[str, Any]) -> str:
    head = header(
        entry["book"], entry["number"], entry["kind"], entry["version"], entry["occurred_at"],
        entry["recorded_at"], entry["actor"], entry["agency"], entry["division"], entry["subjects"],
        entry["basis"], entry["corrects"], entry["algorithm"], bytes.fromhex(entry["previous"]),
        entry["payload"],
    )  # fmt: skip
    return hasher(entry["algorithm"])(head).hex()


def _checkpoints(opened: _Opened) -> Iterator[Problem]:
    entry = opened.entry
    proven = leaf((entry["book"], entry["number"], bytes.fromhex(entry["hash"])))
    if not opened.checkpoints:
        yield Problem("verify.checkpoint_missing", N_("The package holds no checkpoint."))
    before = ""
    for step in opened.checkpoints:
        root, previous = bytes.fromhex(step["root"]), bytes.fromhex(step["previous"])
        if before:
            # Every later checkpoint is shown to bind the root of the one before it.
            proven = first_leaf(step["number"], step["at"], previous)
        path = Inclusion(step["index"], step["size"], tuple(bytes.fromhex(one) for one in step["path"]))
        if not includes(root, proven, path, step["algorithm"]) or (before and step["previous"] != before):
            message = N_("The proof does not lead to the root of the checkpoint %(number)d.")
            yield Problem("verify.proof", message, {"number": int(step["number"])})
            return
        before = step["root"]


def _tables(content: dict[str, Json], rows: PublicRows) -> Check:
    """Count the tables from the rows of the package, with the pipelines that counted the snapshot."""
    with tempfile.TemporaryDirectory(prefix="zhiheng-package-") as folder:
        pq.write_table(rows.table(), Path(folder, ROWS))
        part = Part(
            ROWS, "facts", SpotCheckResult.KIND, SpotCheckResult.VERSION, "", 0, 0, len(rows.rows), ""
        )
        snapshot = Snapshot(Path(folder), "", 0, 0, 0, "", (), (part,), "")
        return tables_check(content, snapshot)


def _statements(opened: _Opened) -> tuple[Problem, ...]:
    first, last = opened.checkpoints[0], opened.checkpoints[-1]
    return (
        Problem(
            "package.proven",
            N_(
                "If all checks pass: the numbers follow from the rows of this package; these rows, the text"
                " and the tables were bound by the publishing entry; and that entry stands under the"
                " checkpoint %(first)d."
            ),
            {"first": int(first["number"])},
        ),
        Problem(
            "package.compare",
            N_(
                "Compare the root %(root)s of the checkpoint %(number)d with the one that was published or"
                " that you noted: the package cannot prove that by itself."
            ),
            {"number": int(last["number"]), "root": str(last["root"])},
        ),
        Problem(
            "package.unproven",
            N_(
                "Not proven here: that the rows are a true and complete extract of the ledger. Each row"
                " carries the hash of its entry, but the entries hold more than is public; whoever may read"
                " the ledger can compare."
            ),
        ),
    )
