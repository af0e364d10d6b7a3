from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.models.article import Article, Revision
from relays.models import User


class NoteQuerySet(models.QuerySet):
    def told(self):
        """What the writer has been shown."""
        return self.exclude(told=None)

    def pending(self):
        """Written by an editor, and sent with the next step that goes to the writer."""
        return self.filter(told=None)

    def in_order(self):
        """By paragraph, those about the whole text first; each talk in the order it was held."""
        return self.order_by("revision__number", models.F("block").asc(nulls_first=True), "pk")


class Note(models.Model):
    """What an editor writes to the writer about a paragraph or the whole text, and the answer.

    `articles.notes` is the only writer.
    """

    article = models.ForeignKey(Article, models.RESTRICT, related_name="notes")
    revision = models.ForeignKey(
        Revision,
        models.RESTRICT,
        related_name="notes",
        verbose_name=_("revision"),
        help_text=_("The text that was on the screen."),
    )
    block = models.PositiveSmallIntegerField(
        _("paragraph"), null=True, help_text="Counted from 0; none: the whole text."
    )
    quote = models.TextField(_("the words it is about"), blank=True)
    words = models.TextField(_("note"))
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("when"), default=timezone.now)
    told = models.DateTimeField(_("told"), null=True)
    answer = models.TextField(_("answer"), blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answered = models.DateTimeField(_("answered"), null=True)

    objects = NoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered=None) | Q(told__isnull=False), name="note_answered_was_told"
            )
        ]

    def __str__(self):
        return self.words[:60]


class Correction(models.Model):
    """What readers are told about a change to a published article. Written by `workflow`."""

    article = models.ForeignKey(Article, models.RESTRICT, related_name="corrections")
    revision = models.ForeignKey(Revision, models.RESTRICT, related_name="+")
    words = models.TextField(_("correction"))
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        ordering = ["pk"]

    def __str__(self):
        return self.words[:60]
