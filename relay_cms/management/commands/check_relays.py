import json
import sys

from django.core.management.base import BaseCommand

from articles import invariants as article_invariants
from relays import invariants as relay_invariants


class Command(BaseCommand):
    help = "Check every invariant of the chains and of the publication: one line a breach, exit 1."

    def add_arguments(self, parser):
        parser.add_argument(
            "--json", action="store_true", help="a list of objects instead of lines"
        )

    def handle(self, **options):
        breaches = [*relay_invariants.breaches(), *article_invariants.breaches()]
        if options["json"]:
            rows = [breach._asdict() for breach in breaches]
            self.stdout.write(json.dumps(rows, ensure_ascii=False))
        else:
            for breach in breaches:
                self.stdout.write(f"{breach.invariant}: {breach.row}: {breach.sentence}")
        if breaches:
            sys.exit(1)
