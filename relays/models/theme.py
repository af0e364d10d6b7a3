from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from relays.danish import danish


class Theme(models.Model):
    """The one curated subject of a relay or article."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    slug = models.SlugField(_("address"), max_length=80, unique=True, blank=True)
    description = models.TextField(_("description"), blank=True)
    post_count = models.PositiveIntegerField(
        default=0,
        editable=False,
        help_text="What readers can see under this theme. Kept by the publishing transaction.",
    )

    class Meta:
        verbose_name = _("theme")
        verbose_name_plural = _("themes")
        ordering = [danish("name"), "pk"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("articles:theme", args=[self.slug])
