"""Which text an editor saw last."""

from django.db import models

from articles.models.article import Article, Revision
from relays.models import User


class Look(models.Model):
    """The newest revision there was when an editor last had the article open, and the one that
    was the newest when they saw it before: what came in between is new to them.

    Bookkeeping of `articles.newsroom.comparing`; nothing depends on it.
    """

    article = models.ForeignKey(Article, models.CASCADE, related_name="looks")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    revision = models.ForeignKey(Revision, models.CASCADE, related_name="+")
    before = models.ForeignKey(Revision, models.CASCADE, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["article", "user"], name="look_one_each"),
        ]

    def __str__(self):
        return f"{self.user}: {self.revision}"
