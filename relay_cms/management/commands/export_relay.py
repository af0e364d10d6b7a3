import json

from django.core.management.base import BaseCommand, CommandError, no_translations

from articles.transfer import TransferFailed, export_relay
from relays.models import Relay


class Command(BaseCommand):
    help = "Write what readers see of a relay as JSON (docs/relay-format.md) to standard output."

    def add_arguments(self, parser):
        parser.add_argument("slug")

    @no_translations
    def handle(self, *, slug, **options):
        relay = Relay.objects.select_related("theme").filter(slug=slug).first()
        if relay is None:
            raise CommandError(f"There is no relay “{slug}”.")
        try:
            exported = export_relay(relay)
        except TransferFailed as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps(exported, ensure_ascii=False, indent=1))
