"""What every command of manage.py owes whoever types it, and a migration the site that runs."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from psycopg.errors import LockNotAvailable

from relay_cms.management.commands import migrate

ROOT = Path(__file__).resolve().parent.parent

# How long a lock, and a statement, may take: on SQLite the database is one lock, with its own 20 s.
TERMS = {"postgresql": ["5s", "0"], "sqlite": None}
USUAL = {"postgresql": ["0", "30s"], "sqlite": None}


def manage(*words, **environment):
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "relay_cms.settings"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "database", ["postgres://nobody@127.0.0.1:9/nothing", "sqlite:////nowhere/at/all.sqlite3"]
)
def test_a_database_that_does_not_answer_is_told_in_words(database):
    answer = manage("check_relays", DATABASE_URL=database)

    assert answer.returncode == 1
    assert answer.stderr.startswith("The database says: ")
    assert "is DATABASE_URL right" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_where_it_was_asked_is_told_to_whoever_wants_it():
    answer = manage("check_relays", "--traceback", DATABASE_URL="sqlite:////nowhere/all.sqlite3")

    assert answer.returncode == 1
    assert answer.stderr.startswith("Traceback")


@pytest.mark.django_db
def test_no_progress_is_drawn_where_nobody_looks(capfd):
    call_command("rebuild_search", stdout=io.StringIO())

    assert capfd.readouterr().err == ""


# Migrations on a site that runs --------------------------------------------------------------


@pytest.mark.django_db
def test_a_migration_may_take_its_time_but_waits_for_nobody():
    with migrate.on_its_own_terms(connection):
        inside = terms()

    assert inside == TERMS[connection.vendor]
    assert terms() == USUAL[connection.vendor]


def terms():
    if connection.vendor == "sqlite":
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('lock_timeout'), current_setting('statement_timeout')"
        )
        return list(cursor.fetchone())


@pytest.mark.django_db
def test_a_migration_that_gave_way_says_so(monkeypatch):
    def give_way(command, **options):
        raise OperationalError from LockNotAvailable()

    monkeypatch.setattr(migrate.migrate.Command, "handle", give_way)

    with pytest.raises(CommandError, match="held on to a table for more than 5s"):
        call_command("migrate")
