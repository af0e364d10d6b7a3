from contextlib import contextmanager

from django.core.management import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, connections
from psycopg.errors import LockNotAvailable

PATIENCE = "5s"


class Command(migrate.Command):
    """A migration that waits for a table makes every reader behind it wait, so it gives way; what
    it does itself may take longer than a page may."""

    def handle(self, *args, **options):
        with on_its_own_terms(connections[options["database"]]):
            try:
                super().handle(*args, **options)
            except OperationalError as error:
                if not isinstance(error.__cause__, LockNotAvailable):
                    raise
                raise CommandError(
                    f"Another connection held on to a table for more than {PATIENCE}, so this gave "
                    "way to it. Migrations not told as OK have changed nothing: run it again, if "
                    "need be with the clock stopped."
                ) from error


@contextmanager
def on_its_own_terms(connection):
    if connection.vendor != "postgresql":
        yield
        return
    terms = {"lock_timeout": PATIENCE, "statement_timeout": "0"}
    with connection.cursor() as cursor:
        for name, value in terms.items():
            cursor.execute("SELECT set_config(%s, %s, false)", [name, value])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for name in terms:
                cursor.execute(f"RESET {name}")
