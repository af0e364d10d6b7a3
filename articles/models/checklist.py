from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.models.article import Article
from relays.models import User


class ChecklistItemQuerySet(models.QuerySet):
    def active(self):
        return self.filter(is_active=True)

    def hard(self):
        return self.active().filter(is_hard=True)

    def unticked_on(self, article):
        return self.exclude(ticks__article=article)


class ChecklistItem(models.Model):
    """One line of the house's list: what is looked at before a text is approved."""

    label = models.CharField(_("what is to be done"), max_length=200)
    is_hard = models.BooleanField(
        _("must"),
        default=False,
        help_text=_("No text is approved before this is ticked."),
    )
    position = models.PositiveSmallIntegerField(
        _("position"), default=1, help_text=_("Lower stands higher on the list.")
    )
    is_active = models.BooleanField(
        _("in use"), default=True, help_text=_("An item that has been ticked can't be deleted.")
    )

    objects = ChecklistItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("checklist item")
        verbose_name_plural = _("checklist")
        ordering = ["position", "pk"]

    def __str__(self):
        return self.label


class Tick(models.Model):
    """An item is done for an article: said by a user, or by whoever answered a showing.

    `articles.checklist` is its only writer.
    """

    article = models.ForeignKey(Article, models.CASCADE, related_name="ticks")
    item = models.ForeignKey(ChecklistItem, models.PROTECT, related_name="ticks")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    remark = models.ForeignKey("Remark", models.RESTRICT, null=True, related_name="ticks")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("tick")
        verbose_name_plural = _("ticks")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["article", "item"], name="tick_once"),
            models.CheckConstraint(
                condition=Q(by__isnull=False, remark__isnull=True)
                | Q(by__isnull=True, remark__isnull=False),
                name="tick_by_user_or_remark",
            ),
        ]

    def __str__(self):
        return f"{self.item}: {self.who}"

    @property
    def who(self):
        return str(self.by or self.remark)

    @property
    def about(self):
        """When the text that this is about was what the draft said."""
        return self.remark.showing.made if self.remark else self.at
