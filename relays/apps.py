from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.utils.translation import gettext_lazy as _


class RelaysConfig(AppConfig):
    name = "relays"
    verbose_name = _("Relays")

    def ready(self):
        from relays import danish

        connection_created.connect(danish.teach_sqlite)
