"""What `zhiheng check` looks at, one function each; every finding says what to do.

Nothing is mended here. `fail` is what keeps the system from working, `warn` what will hurt some day.
"""

from __future__ import annotations

import hashlib
import platform
import shutil
import sqlite3
import ssl
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from zhiheng.doors.cli.refusals import Environment, advised, said
from zhiheng.doors.cli.words import _
from zhiheng.kernel.errors import Refused

State = Literal["ok", "warn", "fail"]
DISK_WARN: Final = 2_000_000_000
DISK_FAIL: Final = 200_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    name: str
    state: State
    text: str
    remedy: str = ""


def examined() -> Iterator[Finding]:
    """Every finding, in the order of what needs what; what cannot be asked any more is left out."""
    yield _program()
    home = _home()
    yield home
    if home.state == "fail":
        return
    yield _disk()
    yield _key()
    yield _languages()
    database = _database()
    yield database
    if database.state == "fail":
        return
    yield _fonts()
    migrations = _migrations()
    yield migrations
    if migrations.state != "ok":
        return
    yield from _each(_static, _divisions, _heads, _checkpoint)


def _each(*looks: Callable[[], Finding]) -> Iterator[Finding]:
    for look in looks:
        yield look()


def _failed(name: str, refused: Refused) -> Finding:
    problem = refused.problems[0]
    return Finding(name, "fail", said(problem), advised(problem))


def _program() -> Finding:
    name = _("program")
    text = f"Python {platform.python_version()}, {ssl.OPENSSL_VERSION}, SQLite {sqlite3.sqlite_version}"
    try:
        hashlib.new("sm3")
    except ValueError:
        return Finding(
            name, "fail", _("OpenSSL without SM3: %(text)s") % {"text": text}, _("Use another Python.")
        )
    trial = sqlite3.connect(":memory:")
    try:
        trial.execute("CREATE VIRTUAL TABLE trial USING fts5(text)")
    except sqlite3.OperationalError:
        return Finding(
            name, "fail", _("SQLite without FTS5: %(text)s") % {"text": text}, _("Use another Python.")
        )
    finally:
        trial.close()
    return Finding(name, "ok", text)


def _home() -> Finding:
    from zhiheng.doors.cli.opening import home_writable

    try:
        return Finding(_("data folder"), "ok", str(home_writable()))
    except Environment as refused:
        return _failed(_("data folder"), refused)


def _disk() -> Finding:
    from zhiheng.settings import settings

    free = shutil.disk_usage(settings().home).free
    state: State = "fail" if free < DISK_FAIL else "warn" if free < DISK_WARN else "ok"
    remedy = "" if state == "ok" else _("Free some space; imports stop safely when the disk is full.")
    return Finding(_("disk"), state, _("%(free).1f GB free") % {"free": free / 1e9}, remedy)


def _key() -> Finding:
    from zhiheng.settings import settings

    name, path = _("signing key"), settings().home / "secrets" / "signing-key"
    if not path.is_file():
        return Finding(name, "ok", _("made on first start"))
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        return Finding(name, "fail", _("others can read %(path)s") % {"path": path}, f"chmod 600 {path}")
    return Finding(name, "ok", _("readable by its owner alone"))


def _languages() -> Finding:
    import zhiheng

    name, package = _("languages"), Path(zhiheng.__file__).parent
    sources = sorted(package.glob("**/locale/*/LC_MESSAGES/django.po"))
    missing = [path for path in sources if not path.with_suffix(".mo").is_file()]
    if missing:
        rooms = "、".join(str(path.relative_to(package).parents[3]) for path in missing)
        return Finding(
            name, "fail", _("not compiled: %(rooms)s") % {"rooms": rooms}, _("Install the program anew.")
        )
    return Finding(name, "ok", _("%(count)d catalogues") % {"count": len(sources)})


def _fonts() -> Finding:
    """The Chinese font that reports are set in, asked of who sets them."""
    from zhiheng.domains.indicators.pdf import chinese_font

    name, font = _("fonts"), chinese_font()
    if font:
        return Finding(name, "ok", font)
    return Finding(
        name,
        "warn",
        _("no Chinese font that reports are set in"),
        _("Install Noto Sans CJK (Debian: fonts-noto-cjk), else Chinese is missing from PDFs."),
    )


def _database() -> Finding:
    from zhiheng.doors.cli.opening import opened

    name = _("database")
    try:
        opened()
    except Environment as refused:
        return _failed(name, refused)
    from django.db import connection

    if connection.vendor != "postgresql":
        return Finding(name, "ok", f"SQLite, {connection.settings_dict['NAME']}")
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        version = str(cursor.fetchone()[0])
    if int(version.split(".", 1)[0]) < 15:  # the oldest that is tested
        return Finding(name, "fail", f"PostgreSQL {version}", _("Use PostgreSQL 15 or later."))
    return Finding(name, "ok", f"PostgreSQL {version}")


def _migrations() -> Finding:
    from zhiheng.doors.cli.opening import migrations_pending

    name, pending = _("tables"), migrations_pending()
    if pending:
        text = _("%(count)d migrations are not applied") % {"count": pending}
        return Finding(name, "warn", text, _("`zhiheng run` applies them."))
    return Finding(name, "ok", _("up to date"))


def _static() -> Finding:
    from zhiheng.doors.cli.opening import static_is_made

    if static_is_made():
        return Finding(_("static files"), "ok", _("up to date"))
    return Finding(
        _("static files"), "warn", _("not those of this version"), _("`zhiheng run` collects them.")
    )


def _divisions() -> Finding:
    from zhiheng.foundation.org.models import Division

    name, count = _("divisions"), Division.objects.count()
    if not count:
        return Finding(name, "fail", _("none"), _("`zhiheng run` loads them."))
    return Finding(name, "ok", _("%(count)d rows") % {"count": count})


def _heads() -> Finding:
    """Whether every book ends as its head says; the whole chain is checked by `zhiheng verify ledger`."""
    from zhiheng.foundation.ledger.models import Book, Entry, entry_id

    name, books = _("ledger"), list(Book.objects.all())
    last = dict(
        Entry.objects.filter(id__in=[entry_id(book.pk, book.head) for book in books]).values_list(
            "id", "hash"
        )
    )
    wrong = [
        book.key
        for book in books
        if book.head and bytes(last.get(entry_id(book.pk, book.head), b"")) != bytes(book.head_hash)
    ]
    if wrong:
        text = _("the head does not fit the last entry: %(books)s") % {"books": "、".join(wrong)}
        return Finding(name, "fail", text, _("`zhiheng verify ledger` names the entry."))
    entries = sum(book.head for book in books)
    text = _("%(entries)d entries in %(books)d books") % {"entries": entries, "books": len(books)}
    return Finding(name, "ok", text)


def _checkpoint() -> Finding:
    from zhiheng.foundation.ledger.checkpoints import checkpoint_last
    from zhiheng.foundation.ledger.snapshots import snapshot_last
    from zhiheng.settings import settings

    name, cut = _("checkpoints"), checkpoint_last()
    if cut is None:
        return Finding(name, "warn", _("none yet"), _("The first report takes one; publish its root."))
    taken = snapshot_last(settings().folder("snapshots"))
    text = _("checkpoint %(checkpoint)s, snapshot %(snapshot)s") % {
        "checkpoint": cut.name,
        "snapshot": taken.name if taken else "—",
    }
    return Finding(name, "ok", text)
