from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from relays.models.people import languages, site_language


class PageQuerySet(models.QuerySet):
    def in_footer(self):
        return self.exclude(position=None).order_by("position", "pk")


class Page(models.Model):
    """A text that is no article: what a relay is, how we handle names, whom to write to."""

    title = models.CharField(_("title"), max_length=120)
    slug = models.SlugField(_("address"), max_length=80, unique=True, blank=True)
    body = models.TextField(_("text"))
    language = models.CharField(
        _("language"), max_length=10, choices=languages, default=site_language
    )
    position = models.PositiveSmallIntegerField(
        _("place in the footer"),
        null=True,
        blank=True,
        help_text=_("1 stands first. Empty: only who has its address finds it."),
    )
    changed = models.DateTimeField(_("changed"), auto_now=True)

    objects = PageQuerySet.as_manager()

    class Meta:
        verbose_name = _("page")
        verbose_name_plural = _("pages")
        ordering = ["position", "title"]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("articles:page", args=[self.slug])
