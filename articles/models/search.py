from django.db import models

from articles.models.article import Article


class SearchRow(models.Model):
    """The words of one public article. `articles.search` is its only writer.

    The database indexes them by itself, in the same transaction: a tsvector with GIN on
    PostgreSQL, an FTS5 table kept by triggers on SQLite; their migration says how. A migration
    that alters this table makes it anew on SQLite, and has to make the triggers again.
    """

    WORDS = ("title", "lead", "body")

    article = models.OneToOneField(
        Article, models.CASCADE, primary_key=True, related_name="search_row"
    )
    title = models.TextField()
    lead = models.TextField(help_text="Standfirst, writers, relay, theme and tags.")
    body = models.TextField()

    class Meta:
        default_permissions = ()

    def __str__(self):
        return str(self.article)

    @property
    def words(self):
        return [getattr(self, name) for name in self.WORDS]
