from functools import partial
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, no_translations
from django.db import transaction
from tqdm import tqdm

from articles.transfer import TransferFailed, import_relay, read_relay

LONG_FILE = 50  # posts from which on a progress bar is worth its lines


class Command(BaseCommand):
    help = "Import a relay from a JSON file (docs/relay-format.md): all of it, or nothing."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would happen, and change nothing"
        )

    @no_translations  # commands speak English, the refusals they pass on too
    def handle(self, *, file, dry_run, **options):
        try:
            given = read_relay(file.read_bytes())
            report = self._import(given, dry_run=dry_run)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}.") from error
        except TransferFailed as error:
            raise CommandError(f"{file}: {error}") from error
        for line in report.to_check:
            self.stdout.write(f"  {line}")
        would = " (dry run: nothing was changed)" if dry_run else ""
        self.stdout.write(
            f"{given['title']}: {len(given['posts'])} legs; {report.created} rows made, "
            f"{report.changed} amended, {len(report.to_check)} things to check by hand{would}."
        )

    @transaction.atomic
    def _import(self, given, *, dry_run):
        is_long = len(given["posts"]) >= LONG_FILE
        bar = partial(tqdm, unit=" posts", disable=None) if is_long else iter
        report = import_relay(given, progress=bar)
        if dry_run:
            transaction.set_rollback(True)
        return report
