from django.db import migrations

# A page of people reads sixty names in Danish order, not all names there are. PostgreSQL's own
# order is kept by its ICU; SQLite has ours (relays.danish), which no index may outlive.


def make_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            'CREATE INDEX contributor_danish_order ON relays_contributor (name COLLATE "da-x-icu", id)'
        )


def drop_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX contributor_danish_order")


class Migration(migrations.Migration):
    dependencies = [("relays", "0010_confirmed_email")]

    operations = [migrations.RunPython(make_index, drop_index)]
