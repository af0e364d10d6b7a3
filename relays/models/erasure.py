from django.db import models
from django.utils import timezone


class Erasure(models.Model):
    """Somebody was erased, at their own wish. Who, nobody knows any more."""

    at = models.DateTimeField(default=timezone.now)
    bylines_stay = models.BooleanField(help_text="Their name stands over what they published.")

    def __str__(self):
        return str(self.at)
