"""A deployment for the length of a benchmark: a data folder and a database of its own, migrated."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit


@contextmanager
def django_ready(home: Path, url: str = "") -> Iterator[None]:
    """Django over the folder's SQLite database, or over the PostgreSQL of `url`."""
    os.environ["ZHIHENG_HOME"] = str(home)
    os.environ["DATABASE_URL"] = url
    os.environ["DJANGO_SETTINGS_MODULE"] = "zhiheng.settings.django"
    import django
    from django.conf import settings as asked

    from zhiheng.settings import settings

    if asked.configured:
        from zhiheng.settings.django import database

        settings.cache_clear()
        _reconnect(database(url, home))
    else:
        django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    try:
        yield
    finally:
        from django.db import connections

        connections.close_all()


def _reconnect(answer: dict[str, object]) -> None:
    from django.db import connections

    connections.close_all()
    del connections["default"]
    connections.settings["default"] = {**connections.settings["default"], **answer}
    connections.configure_settings(connections.settings)


@contextmanager
def postgres_database() -> Iterator[str]:
    """The address of a fresh PostgreSQL database, or nothing where no server answers."""
    import psycopg

    server = os.environ.get("ZHIHENG_TEST_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
    try:
        connection = psycopg.connect(server, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError:
        yield ""
        return
    name = f"zhiheng_bench_{uuid.uuid4().hex[:8]}"
    with connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
