"""Opening the installation: settings, data folder, Django, database; each says what is wrong with it.

`opened()` is enough to read; `prepared()` also brings tables, divisions and static files up to this
version of the program. Loading Django is put off until a command needs it.
"""

from __future__ import annotations

import json
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zhiheng.doors.cli import output
from zhiheng.doors.cli.refusals import Environment, environment
from zhiheng.doors.cli.words import _, language
from zhiheng.kernel.errors import N_

if TYPE_CHECKING:
    from zhiheng.settings import Settings

STAMP: Final = ".made-by"
# Whose static files are served beside ours.
_SHIP_STATIC: Final = ("django-htmx", "django-allauth", "vl-convert-python", "altair")


def settings_read() -> Settings:
    """The settings, or which variable of the environment is wrong."""
    from pydantic import ValidationError

    from zhiheng.settings import settings

    try:
        return settings()
    except ValidationError as error:
        first = error.errors()[0]
        raise environment(
            "cli.settings",
            N_("The setting %(name)s is wrong: %(why)s."),
            N_("Change the environment variable, or leave it out."),
            name=".".join(str(part) for part in first["loc"]).upper(),
            why=str(first["msg"]),
        ) from error


def home_writable() -> Path:
    """The data folder, after something was written there."""
    home = settings_read().home
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=home) as trial:
            trial.write(b"zhiheng")
            trial.flush()
    except OSError as error:
        raise environment(
            "cli.home",
            N_("The data folder %(home)s cannot be written to: %(why)s."),
            N_("Give this account the right to write there, free some space, or set ZHIHENG_HOME."),
            home=str(home),
            why=error.strerror or str(error),
        ) from error
    return home


def opened() -> None:
    """Make Django ready, in the language of this run, with a database that answers."""
    without_database()
    database_answers()


def without_database() -> None:
    """Make Django ready, in the language of this run, and ask no database."""
    home_writable()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhiheng.settings.django")
    import django

    try:
        django.setup()
    except ValueError as error:
        raise environment(
            "cli.database_url",
            N_("The database cannot be named like this: %(why)s."),
            N_("Write DATABASE_URL=postgresql://user:password@host:port/name, or leave it out for SQLite."),
            why=str(error),
        ) from error
    from django.utils import translation

    translation.activate(language())


def database_answers() -> None:
    """Ask the database for a connection."""
    from django.db import DatabaseError, connection

    try:
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, sqlite3.Error) as error:
        raise database_silent(error) from error


def database_silent(error: Exception) -> Environment:
    """The refusal for a database that does not answer."""
    return environment(
        "cli.database",
        N_("The database does not answer: %(why)s."),
        N_("Look whether it runs and whether DATABASE_URL names it; `zhiheng check` tells more."),
        why=" ".join(str(error).split())[:300],
    )


def in_use() -> None:
    """Open for reading, and refuse when nothing was ever set up here."""
    opened()
    if migrations_pending():
        raise environment(
            "cli.not_set_up",
            N_("This data folder is not set up for this version yet: %(home)s."),
            N_("Start `zhiheng run` once, or name the right folder by ZHIHENG_HOME."),
            home=str(settings_read().home),
        )


def prepared() -> None:
    """Open, and bring the tables and the built-in divisions up to this version."""
    opened()
    pending = migrations_pending()
    if pending:
        from django.core.management import call_command

        with output.progress(_("Setting up the database")):
            call_command("migrate", verbosity=0, interactive=False)
    _divisions()


def migrations_pending() -> int:
    """How many migrations the database still lacks."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _divisions() -> None:
    """The divisions of China, once; the act leaves alone what is known."""
    from django.utils import timezone

    from zhiheng.doors.cli.acting import PROGRAM
    from zhiheng.foundation.org import data
    from zhiheng.foundation.org.models import Division
    from zhiheng.foundation.org.services import divisions_load

    if Division.objects.filter(source=data.SOURCE).exists():
        return
    with output.progress(_("Loading the divisions of China")):
        divisions_load(actor=PROGRAM, rows=data.rows(), source=data.SOURCE, at=timezone.now())


def static_made() -> None:
    """Collect the static files, when they are not those of this version."""
    from django.conf import settings as of_django
    from django.core.management import call_command

    stamp = Path(of_django.STATIC_ROOT) / STAMP
    wanted = _static_state()
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return
    with output.progress(_("Collecting the static files")):
        call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(wanted, encoding="utf-8")


def static_is_made() -> bool:
    """Whether the collected static files are those of this version."""
    from django.conf import settings as of_django

    stamp = Path(of_django.STATIC_ROOT) / STAMP
    return stamp.is_file() and stamp.read_text(encoding="utf-8") == _static_state()


def _static_state() -> str:
    """What the static files depend on: the versions of who ships them, and our own files as they lie."""
    doors = Path(__file__).resolve().parent.parent
    own = sorted(
        (str(path.relative_to(doors)), (status := path.stat()).st_size, status.st_mtime_ns)
        for path in doors.glob("*/static/**/*")
        if path.is_file()
    )
    versions = {name: version(name) for name in ("zhiheng", *_SHIP_STATIC)}
    return json.dumps([versions, own])


@contextmanager
def alone() -> Iterator[None]:
    """One server at a time works with a data folder; the lock goes with the process."""
    import fcntl

    path = settings_read().folder("locks") / "run"
    with path.open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            raise environment(
                "cli.running",
                N_("Zhiheng already runs with this data folder: %(address)s."),
                N_("Use it there, stop it first, or name another folder by ZHIHENG_HOME."),
                address=lock.read().strip() or "—",
            ) from None
        lock.truncate(0)
        read = settings_read()
        lock.write(f"http://{read.host}:{read.port}/ (PID {os.getpid()})\n")
        lock.flush()
        yield
