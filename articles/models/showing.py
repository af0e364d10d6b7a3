from datetime import timedelta

from django.db import models
from django.db.models import Prefetch, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.models.article import Article, Byline, Revision, Withdrawal
from articles.models.checklist import ChecklistItem
from relays.models import User
from relays.models.link import token_hash


class Purpose(models.TextChoices):
    COLLEAGUE = "colleague", _("to read and answer, 14 days")
    PREVIEW = "preview", _("to read only, 7 days")


LASTS = {Purpose.COLLEAGUE: timedelta(days=14), Purpose.PREVIEW: timedelta(days=7)}


class ShowingQuerySet(models.QuerySet):
    def open(self):
        """Links that still show their text. One that readers may see no more is shown to nobody."""
        return self.filter(revoked=None, until__gt=timezone.now()).exclude(
            revision__article__withdrawal=Withdrawal.GONE
        )

    def by_token(self, token):
        return self.filter(token_hash=token_hash(token))

    def of(self, article):
        return self.filter(revision__article=article)

    def wanting_answers(self):
        return self.filter(purpose=Purpose.COLLEAGUE)

    def for_page(self):
        """What the page of a shown text reads."""
        writers = Byline.objects.select_related("contributor__portrait")
        return self.select_related(
            "revision__picture",
            "revision__article__relay",
            "revision__article__theme",
            "revision__article__leg",
            "made_by",
        ).prefetch_related(Prefetch("revision__article__bylines", writers))

    def with_remarks(self):
        """What a list of showings reads: no bodies."""
        return (
            self.select_related("revision__article", "made_by", "item")
            .defer("revision__body")
            .prefetch_related(Prefetch("remarks", Remark.objects.order_by("-pk")))
        )


class Showing(models.Model):
    """A link that shows one revision to somebody before it is out: 256 random bits, of which only
    the hash is kept. `articles.showings` is the only writer of it and of `Remark`."""

    revision = models.ForeignKey(Revision, models.RESTRICT, related_name="showings")
    token_hash = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose)
    name = models.CharField(_("for whom"), max_length=120)
    item = models.ForeignKey(
        ChecklistItem,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text="Ticked by an answer without remarks.",
    )
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField()
    revoked = models.DateTimeField(null=True)

    objects = ShowingQuerySet.as_manager()

    class Meta:
        verbose_name = _("showing")
        verbose_name_plural = _("showings")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(purpose__in=Purpose.values), name="showing_purpose_known"
            ),
            models.CheckConstraint(
                condition=Q(item__isnull=True) | Q(purpose=Purpose.COLLEAGUE),
                name="showing_preview_ticks_nothing",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def article(self) -> Article:
        return self.revision.article

    @property
    def is_open(self):
        return (
            self.revoked is None
            and self.until > timezone.now()
            and self.article.withdrawal != Withdrawal.GONE
        )

    @property
    def wants_answer(self):
        return self.purpose == Purpose.COLLEAGUE


class Remark(models.Model):
    """What somebody said of the text they were shown. Empty words: read, and no remarks.

    Never changed: whoever has more to say writes another one, under the same name.
    """

    showing = models.ForeignKey(Showing, models.RESTRICT, related_name="remarks")
    name = models.CharField(_("name"), max_length=120)
    words = models.TextField(_("remarks"), blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("remark")
        verbose_name_plural = _("remarks")
        ordering = ["pk"]

    def __str__(self):
        return self.name
