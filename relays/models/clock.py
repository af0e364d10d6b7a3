from datetime import timedelta

from django.db import models
from django.utils import timezone

TOO_LONG = timedelta(minutes=15)


class Clock(models.Model):
    """When `manage.py tick` last ran to its end: one row."""

    ran = models.DateTimeField(default=timezone.now)

    def __str__(self):
        return str(self.ran)

    @property
    def is_right(self):
        # Nor has it run tomorrow: then the machine's own clock has jumped.
        return abs(timezone.now() - self.ran) < TOO_LONG

    @classmethod
    def note(cls):
        cls.objects.update_or_create(pk=1, defaults={"ran": timezone.now()})

    @classmethod
    def seen(cls):
        """As it last ran, or None on a site whose clock never did."""
        return cls.objects.filter(pk=1).first()
