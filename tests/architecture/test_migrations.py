"""The tables are what the models say: no migration is missing, and each can be run on this database."""

from __future__ import annotations

import pytest
from django.core.checks import WARNING, run_checks
from django.core.management import call_command


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_django_finds_nothing_to_say() -> None:
    assert [problem for problem in run_checks() if problem.level >= WARNING] == []
