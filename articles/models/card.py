import secrets
from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils import timezone

from articles.models.article import Revision

FOLDER = "cards"


def new_name():
    return secrets.token_hex(16)


class Card(models.Model):
    """The picture of a published text where somebody shares it. `articles.cards` is the only writer.

    It shows one revision and never changes, so its address may be remembered for ever. Without a
    revision it is shown no more: the row stays until its file is gone for certain.
    """

    WIDTH, HEIGHT = 1200, 630

    revision = models.OneToOneField(Revision, models.RESTRICT, null=True, related_name="card")
    name = models.CharField(max_length=32, unique=True, default=new_name)
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return f"{settings.MEDIA_URL}{FOLDER}/{self.name}.png"

    @classmethod
    def root(cls):
        return Path(settings.MEDIA_ROOT) / FOLDER

    @property
    def path(self):
        return self.root() / f"{self.name}.png"
