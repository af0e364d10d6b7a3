from django.core.management import call_command
from django.db import migrations

TABLE = "cache"  # as settings.CACHES calls it


def make_table(apps, schema_editor):
    call_command("createcachetable", TABLE, database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    """What several servers count together, above all tries to log in."""

    dependencies = [("relays", "0008_codes")]

    operations = [
        migrations.RunPython(
            make_table,
            lambda apps, schema_editor: schema_editor.execute(f"DROP TABLE {TABLE}"),
        )
    ]
