from django.db import models
from django.utils import timezone


class OldAddressQuerySet(models.QuerySet):
    def of(self, model):
        return self.filter(kind=model._meta.model_name)


class OldAddress(models.Model):
    """A slug that a row had once. `relays.addresses` is the only writer.

    It leads to the row, not to another slug: so it leads there in one step, and never in a circle.
    """

    kind = models.CharField(max_length=20, help_text="The model's name; relays know no articles.")
    slug = models.SlugField(max_length=100)
    row = models.PositiveBigIntegerField(help_text="The key of what it leads to.")
    since = models.DateTimeField(default=timezone.now)

    objects = OldAddressQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "slug"], name="old_address_once"),
        ]
        indexes = [models.Index(fields=["kind", "row"], name="old_address_of_row")]

    def __str__(self):
        return f"{self.kind} {self.slug}"
