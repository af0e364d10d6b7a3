from django.db import models
from django.utils import timezone


class Clock(models.Model):
    """When `manage.py tick` last ran to its end: one row."""

    ran = models.DateTimeField(default=timezone.now)

    def __str__(self):
        return str(self.ran)

    @classmethod
    def note(cls):
        cls.objects.update_or_create(pk=1, defaults={"ran": timezone.now()})

    @classmethod
    def last_ran(cls):
        """The moment, or None on a site whose clock never ran."""
        return cls.objects.filter(pk=1).values_list("ran", flat=True).first()
