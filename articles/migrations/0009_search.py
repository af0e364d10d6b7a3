import django.db.models.deletion
from django.db import migrations, models

# The index follows the rows by itself, in the same transaction.

POSTGRESQL = [
    """
    ALTER TABLE articles_searchrow ADD COLUMN vector tsvector GENERATED ALWAYS AS (
      setweight(to_tsvector('simple', title), 'A')
      || setweight(to_tsvector('simple', lead), 'B')
      || setweight(to_tsvector('simple', body), 'C')
    ) STORED
    """,
    "CREATE INDEX articles_searchrow_vector ON articles_searchrow USING gin (vector)",
]

# An index without texts of its own: what is to be forgotten must be told to it as it was.
FORGET = """
    INSERT INTO articles_searchindex (articles_searchindex, rowid, title, lead, body)
    VALUES ('delete', old.article_id, old.title, old.lead, old.body);
"""
LEARN = """
    INSERT INTO articles_searchindex (rowid, title, lead, body)
    VALUES (new.article_id, new.title, new.lead, new.body);
"""
SQLITE = [
    """
    CREATE VIRTUAL TABLE articles_searchindex USING fts5 (
      title, lead, body, content='articles_searchrow', content_rowid='article_id', tokenize='ascii'
    )
    """,
    f"CREATE TRIGGER articles_searchrow_made AFTER INSERT ON articles_searchrow BEGIN {LEARN} END",
    f"CREATE TRIGGER articles_searchrow_changed AFTER UPDATE ON articles_searchrow BEGIN {FORGET} {LEARN} END",
    f"CREATE TRIGGER articles_searchrow_gone AFTER DELETE ON articles_searchrow BEGIN {FORGET} END",
]


def make_index(apps, schema_editor):
    statements = {"postgresql": POSTGRESQL, "sqlite": SQLITE}[schema_editor.connection.vendor]
    for statement in statements:
        schema_editor.execute(statement)


def drop_index(apps, schema_editor):
    # The triggers, the column and its index go with the table.
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TABLE articles_searchindex")


class Migration(migrations.Migration):

    dependencies = [
        ('articles', '0008_cards'),
    ]

    operations = [
        migrations.CreateModel(
            name='SearchRow',
            fields=[
                ('article', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='search_row', serialize=False, to='articles.article')),
                ('title', models.TextField()),
                ('lead', models.TextField(help_text='Standfirst, writers, relay, theme and tags.')),
                ('body', models.TextField()),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.RunPython(make_index, drop_index),
    ]
