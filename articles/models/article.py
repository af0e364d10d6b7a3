"""What is written, what is read, and what happened to it in between."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from taggit.managers import TaggableManager

from articles.models.tag import TaggedArticle
from relays.models import Channel, Contributor, Leg, Picture, Relay, Sector, Theme, User
from relays.models.people import languages, sector_choices, site_language

SOFT_HYPHEN = "\u00ad"


class Status(models.TextChoices):
    """Where the newest text stands at the desk. Readers do not depend on it."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    SENT_BACK = "sent_back", _("Sent back")
    APPROVED = "approved", _("Approved")
    SCHEDULED = "scheduled", _("Scheduled")
    LIVE = "live", _("Live")


class Withdrawal(models.TextChoices):
    NONE = "", _("Not withdrawn")
    NOTICE = "notice", _("Withdrawn, with a notice")
    GONE = "gone", _("Gone")


class Access(models.TextChoices):
    OPEN = "open", _("Open to everybody")
    MEMBERS = "members", _("For subscribers")


class Replies(models.TextChoices):
    OPEN = "open", _("Open for comments")
    CLOSED = "closed", _("Closed for new comments")
    HIDDEN = "hidden", _("Without comments")


class Reason(models.TextChoices):
    SUBMITTED = "submitted", pgettext_lazy("history", "Submitted")
    SENT_BACK = "sent_back", _("Sent back")
    APPROVED = "approved", _("Approved")
    PUBLISHED = "published", _("Published")
    NAMED = "named", _("Named")
    ASKED = "asked", _("Sent to the writer")
    CORRECTED = "corrected", _("Corrected")
    RESTORED = "restored", _("Restored")
    IMPORTED = "imported", _("Imported")


class ArticleQuerySet(models.QuerySet):
    def public(self):
        """What readers may see. The only way for a reader's page to get articles."""
        return self.filter(live__isnull=False, withdrawal=Withdrawal.NONE)

    def once_public(self):
        """What readers see, or saw until it was withdrawn. For addresses that keep answering."""
        return self.filter(live__isnull=False)

    def withdrawn(self):
        """What readers saw once: its address says so."""
        return self.once_public().exclude(withdrawal=Withdrawal.NONE)

    def newest_first(self):
        return self.order_by("-published_at", "-pk")

    def oldest_first(self):
        return self.order_by("published_at", "pk")

    def before(self, published_at, pk):
        """What comes after this key in a list that is newest first."""
        # <= and an exclude, not an OR: so the index bounds the scan.
        return self.filter(published_at__lte=published_at).exclude(
            published_at=published_at, pk__gte=pk
        )

    def by(self, contributor):
        return self.filter(bylines__contributor=contributor)

    def with_headline(self):
        """The joins that a headline reads: no bodies."""
        return self.select_related("live", "relay", "leg").defer("live__body")

    def with_text(self):
        return self.select_related("live__picture", "relay", "leg")

    def for_cards(self):
        """What `_card.html` and `_hit.html` read."""
        return self.with_headline().prefetch_related(Byline.with_contributor())

    def for_page(self):
        """What an article's page reads. Most have no correction, and some no comment: then
        nothing is asked for them."""
        from articles.models import Correction, Reply

        about_it = {"article": OuterRef("pk")}
        return (
            self.with_text()
            .select_related("theme", "live__card")
            .annotate(
                is_corrected=Exists(Correction.objects.filter(**about_it)),
                reply_count=Reply.objects.shown().filter(**about_it).as_count(),
            )
        )

    def for_search(self):
        """What `articles.search.row_of` reads."""
        return self.select_related("live", "relay", "theme").prefetch_related(
            Byline.with_contributor(), "taggings__tag"
        )

    def with_sector(self):
        """Each with its `sector`: what `lane` says, for the database."""
        writers = Byline.objects.filter(article=OuterRef("pk")).order_by("order", "pk")
        first = Subquery(writers.values("sector")[:1])
        return self.annotate(sector=Coalesce("leg__sector", first, Value("")))

    def for_desk(self):
        return self.select_related("draft__picture", "relay", "theme", "leg__contributor")

    def for_steps(self):
        """What `workflow.steps_open_to` reads."""
        return self.for_desk().select_related("live", "approved", "vouched", "asked", "leg__relay")


class Article(models.Model):  # type: ignore[django-manager-missing]  # taggit has no types
    """What readers read: a leg's post, or a news article outside every relay.

    Readers depend on `live`, `published_at` and `withdrawal` alone, and `articles.workflow` is
    the only writer of those and of `status`. The text is in `Draft` and `Revision`.
    """

    slug = models.SlugField(_("address"), max_length=80, unique=True, null=True, blank=True)
    leg = models.OneToOneField(
        Leg,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="article",
        verbose_name=_("leg"),
    )
    relay = models.ForeignKey(
        Relay,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="articles",
        verbose_name=_("relay"),
        help_text="The leg's, copied for lists.",
    )
    theme = models.ForeignKey(
        Theme,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="articles",
        verbose_name=_("theme"),
    )
    tags = TaggableManager(_("tags"), through=TaggedArticle, blank=True, help_text="")
    language = models.CharField(
        _("language"), max_length=10, choices=languages, default=site_language
    )
    responsible_editor = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        limit_choices_to={"is_staff": True, "is_active": True},
        verbose_name=_("responsible editor"),
    )
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.DRAFT, editable=False
    )
    approved = models.ForeignKey(
        "Revision", models.RESTRICT, null=True, editable=False, related_name="+"
    )
    live = models.ForeignKey(
        "Revision", models.RESTRICT, null=True, editable=False, related_name="+"
    )
    vouched = models.ForeignKey(
        "Revision",
        models.RESTRICT,
        null=True,
        editable=False,
        related_name="+",
        help_text="The newest text that its writer has sent, or said yes to.",
    )
    asked = models.ForeignKey(
        "Revision",
        models.RESTRICT,
        null=True,
        editable=False,
        related_name="+",
        help_text="The staff's text that the writer is asked to say yes to.",
    )
    published_at = models.DateTimeField(_("published"), null=True, editable=False)
    publish_at = models.DateTimeField(_("publication at"), null=True, editable=False)
    withdrawal = models.CharField(
        _("withdrawal"), max_length=10, choices=Withdrawal, blank=True, editable=False
    )

    access = models.CharField(
        _("access"),
        max_length=10,
        choices=Access,
        default=Access.OPEN,
        help_text=_(
            "What is for members begins at the one line across the text, else after the second "
            "paragraph. A new leg begins as the newest post of its relay."
        ),
    )
    replies = models.CharField(
        _("comments"),
        max_length=10,
        choices=Replies,
        default=Replies.OPEN,
        help_text=_("They close by themselves some time after publication."),
    )

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        ordering = ["-pk"]
        permissions = [
            ("lead_newsroom", "Can withdraw articles, and approve their own text with a reason")
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(live__isnull=True) | Q(published_at__isnull=False, slug__isnull=False),
                name="article_live_is_published",
            ),
            models.CheckConstraint(
                condition=Q(asked__isnull=True) | Q(status=Status.SENT_BACK),
                name="article_asked_is_sent_back",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.SCHEDULED)
                | Q(approved__isnull=False, publish_at__isnull=False),
                name="article_scheduled_is_approved",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.LIVE) | Q(live__isnull=False),
                name="article_live_has_text",
            ),
            models.CheckConstraint(
                condition=Q(withdrawal=Withdrawal.NONE) | Q(live__isnull=False),
                name="article_withdrawn_was_live",
            ),
            models.CheckConstraint(
                condition=Q(status__in=Status.values), name="article_status_known"
            ),
            models.CheckConstraint(
                condition=Q(withdrawal__in=Withdrawal.values), name="article_withdrawal_known"
            ),
            models.CheckConstraint(
                condition=Q(access__in=Access.values), name="article_access_known"
            ),
            models.CheckConstraint(
                condition=Q(replies__in=Replies.values), name="article_replies_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["-published_at", "-id"],
                name="article_newest",
                condition=Q(live__isnull=False),
            ),
            models.Index(
                fields=["theme", "-published_at", "-id"],
                name="article_newest_in_theme",
                condition=Q(live__isnull=False),
            ),
            models.Index(
                fields=["relay", "-published_at", "-id"],
                name="article_newest_in_relay",
                condition=Q(live__isnull=False),
            ),
        ]

    def __str__(self):
        draft = getattr(self, "draft", None)  # none for a moment, while one is made
        return (draft and draft.plain_title) or str(_("(no title yet)"))

    def get_absolute_url(self):
        return reverse("articles:article", args=[self.slug])

    def get_full_url(self):
        """Where members read the rest."""
        return reverse("articles:full-article", args=[self.slug])

    @property
    def is_public(self):
        return self.live_id is not None and self.withdrawal == Withdrawal.NONE

    @property
    def replies_until(self):
        """The last moment for a comment; None where there is none."""
        assert self.published_at is not None  # noqa: S101  (readers see published articles)
        days = settings.REPLY_DAYS
        return self.published_at + timedelta(days=days) if days else None

    @property
    def takes_replies(self):
        """Computed at each look: no job has to close anything."""
        if not self.is_public or self.replies != Replies.OPEN:
            return False
        until = self.replies_until
        return until is None or timezone.now() < until

    @property
    def shows_replies(self):
        return self.is_public and self.replies != Replies.HIDDEN

    @property
    def changed_at(self):
        """When the text that readers see came out, or was last changed. An import changes none."""
        assert self.live is not None  # noqa: S101  (readers see published articles)
        assert self.published_at is not None  # noqa: S101
        if self.live.reason == Reason.IMPORTED:
            return self.published_at
        return max(self.published_at, self.live.at)

    @property
    def lane(self):
        """The sector whose line the article runs on: its leg's, or its first writer's."""
        if self.leg:
            return self.leg.sector
        return next((byline.sector for byline in self.bylines.all()), "")


class Text(models.Model):
    """What both a draft and a revision hold."""

    CONTENT = (
        *("title", "standfirst", "body", "interests"),
        *("picture", "alt", "is_decorative", "caption"),
    )

    title = models.CharField(_("title"), max_length=200, blank=True)
    standfirst = models.TextField(_("standfirst"), blank=True)
    body = models.TextField(_("text"), blank=True)
    interests = models.CharField(
        _("interests"),
        max_length=300,
        blank=True,
        help_text=_("What readers should know about the writer's own interests in the matter."),
    )
    picture = models.ForeignKey(
        Picture,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("picture"),
    )
    alt = models.CharField(
        _("what the picture shows"),
        max_length=300,
        blank=True,
        help_text=_("For those who cannot see it: one sentence, as you would say it on the phone."),
    )
    is_decorative = models.BooleanField(
        _("only decoration"),
        default=False,
        help_text=_("The picture says nothing that the text does not say."),
    )
    caption = models.CharField(_("caption"), max_length=300, blank=True)

    class Meta:
        abstract = True

    @property
    def content(self):
        return {name: getattr(self, name) for name in self.CONTENT}

    @property
    def plain_title(self):
        """The title without soft hyphens, for everything that is not a headline."""
        return self.title.replace(SOFT_HYPHEN, "")


class Draft(Text):
    """The one working copy of an article. `articles.desk` is its only writer."""

    article = models.OneToOneField(Article, models.CASCADE, related_name="draft")
    version = models.PositiveIntegerField(default=1, help_text="Counts every save.")
    saved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")

    def __str__(self):
        return self.plain_title


class Revision(Text):
    """A numbered copy of a text, made at a human moment and never changed."""

    article = models.ForeignKey(Article, models.RESTRICT, related_name="revisions")
    number = models.PositiveIntegerField(_("number"))
    reason = models.CharField(_("why"), max_length=10, choices=Reason)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        ordering = ["article", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="revision_number_once")
        ]

    def __str__(self):
        return _("Revision %(number)s, %(reason)s") % {
            "number": self.number,
            "reason": self.get_reason_display().lower(),
        }


class Byline(models.Model):
    """One writer of an article, from publication on as they were then."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="bylines")
    contributor = models.ForeignKey(
        Contributor, models.PROTECT, related_name="bylines", verbose_name=_("contributor")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=1)
    published_at = models.DateTimeField(null=True, editable=False)
    job_title = models.CharField(_("job title"), max_length=120, blank=True, editable=False)
    organisation = models.CharField(_("organisation"), max_length=160, blank=True, editable=False)
    sector = models.CharField(
        _("sector"), max_length=10, choices=sector_choices, blank=True, editable=False
    )

    class Meta:
        verbose_name = _("byline")
        verbose_name_plural = _("bylines")
        ordering = ["article", "order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["article", "contributor"], name="byline_once"),
            models.CheckConstraint(
                condition=Q(sector__in=["", *Sector.values]), name="byline_sector_known"
            ),
        ]

    def __str__(self):
        return str(self.contributor)

    @classmethod
    def with_contributor(cls):
        return Prefetch("bylines", cls.objects.select_related("contributor"))

    @classmethod
    def with_portrait(cls):
        return Prefetch("bylines", cls.objects.select_related("contributor__portrait"))

    @property
    def presentation(self):
        return ", ".join(part for part in (self.job_title, self.organisation) if part)

    @property
    def presented(self):
        """Whose title and sector readers see, or will: the byline's once it is frozen, till then
        the person's own."""
        return self if self.published_at else self.contributor


class ArticleMove(models.Model):
    """One act on an article. Written once by `articles.workflow`, never changed."""

    article = models.ForeignKey(Article, models.RESTRICT, related_name="moves")
    step = models.CharField(_("step"), max_length=20)
    from_status = models.CharField(max_length=10, choices=Status)
    to_status = models.CharField(max_length=10, choices=Status)
    revision = models.ForeignKey(Revision, models.RESTRICT, null=True, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    on_behalf_of = models.ForeignKey(Contributor, models.PROTECT, null=True, related_name="+")
    channel = models.CharField(_("how"), max_length=10, choices=Channel, blank=True)
    note = models.TextField(_("note"), blank=True)
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("move")
        verbose_name_plural = _("moves")
        ordering = ["-pk"]

    def __str__(self):
        return str(self.article)
