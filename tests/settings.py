"""The settings of the product, turned to a data folder and a database of the tests' own.

The database is the one that ZHIHENG_TEST_DATABASE_URL names, else SQLite in a file, as in the field
(not in memory: locks and the write-ahead log behave otherwise there). A DATABASE_URL of the
developer's is never used, so no test can reach a database that somebody needs.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

os.environ["ZHIHENG_HOME"] = tempfile.mkdtemp(prefix="zhiheng-tests-")
os.environ["DATABASE_URL"] = os.environ.get("ZHIHENG_TEST_DATABASE_URL", "")

from zhiheng.settings.django import *  # noqa: F403  a settings module is made of the names of another
from zhiheng.settings.django import DATABASES, STORAGES

# A name of its own per run, so that two runs on one server do not take each other's tables away.
DATABASES["default"]["TEST"] = {
    "NAME": f"zhiheng_test_{os.getpid()}"
    if os.environ["DATABASE_URL"]
    else str(Path(os.environ["ZHIHENG_HOME"], "test.sqlite3"))
}

# Hashing a password is slow on purpose; the tests sign in hundreds of times.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Without `collectstatic` there is no manifest to look a file up in.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
