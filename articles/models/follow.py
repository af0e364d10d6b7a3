"""Who follows what by mail. `articles.following` is the only writer of all but `Announcement`.

A follower is an address that has said yes, and not an account; with the last follow it is gone.
"""

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.models.article import Article
from relays import signed
from relays.models import Circular, Relay, Theme
from relays.models.people import AddressField

MOST_REQUESTS_A_DAY = 3  # for one address: nobody fills somebody else's mailbox


class Followed(models.Model):
    """What is followed: a relay, a theme, or everything."""

    relay = models.ForeignKey(
        Relay,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="%(class)ss",
        verbose_name=_("relay"),
    )
    theme = models.ForeignKey(
        Theme,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="%(class)ss",
        verbose_name=_("theme"),
    )

    class Meta:
        abstract = True

    def __str__(self):
        return str(self.what)

    @property
    def what(self):
        """Its name, as it stands after "you follow"."""
        followed = self.relay or self.theme
        return followed.name if followed else _("everything")


NOT_BOTH = Q(relay=None) | Q(theme=None)


class FollowRequest(Followed):
    """Somebody has typed this address. Whether it is theirs, the answer to our letter says."""

    address = AddressField(null=False)
    asked = models.DateTimeField(default=timezone.now)
    day = models.DateField()
    number = models.PositiveSmallIntegerField(help_text="The how manieth of that day.")
    confirmed = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["address", "day", "number"], name="follow_request_numbered"
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=MOST_REQUESTS_A_DAY),
                name="follow_request_few_a_day",
            ),
            models.CheckConstraint(condition=NOT_BOTH, name="follow_request_of_one"),
        ]


class FollowerQuerySet(models.QuerySet):
    def reachable(self):
        return self.filter(refused=None)

    def told_of(self, article):
        """Who is told of this article, each with the `widest` of their follows that say so. Its
        writers know already."""
        follows = Follow.objects.filter(follower=OuterRef("pk")).bringing(article).widest_first()
        writers = article.bylines.exclude(contributor__email=None).values("contributor__email")
        return (
            self.reachable()
            .filter(Exists(follows))
            .exclude(address__in=writers)
            .annotate(widest=Subquery(follows.values("pk")[:1]))
        )


class Follower(models.Model):
    """A reader who has said that they want letters."""

    address = AddressField(_("e-mail"), null=False, blank=False, unique=True)
    since = models.DateTimeField(_("since"), default=timezone.now)
    refused = models.DateTimeField(
        _("refused"),
        null=True,
        help_text=_("Since when their mail server knows no such address; nothing is sent there."),
    )

    objects = FollowerQuerySet.as_manager()

    class Meta:
        verbose_name = _("follower")
        verbose_name_plural = _("followers")
        ordering = ["-pk"]

    def __str__(self):
        # Not the address: this is written down where rows are listed that are gone.
        return _("Follower %(number)s") % {"number": self.pk}


class FollowQuerySet(models.QuerySet):
    def of(self, followed):
        """The follows of this relay, of this theme, or (None) of everything."""
        if followed is None:
            return self.filter(relay=None, theme=None)
        name = "relay" if isinstance(followed, Relay) else "theme"
        return self.filter(**{name: followed})

    def bringing(self, article):
        """Whoever follows one of these is told of this article: they did when it came out."""
        whose = Q(relay=None, theme=None)
        if article.relay_id:
            whose |= Q(relay=article.relay_id)
        if article.theme_id:
            whose |= Q(theme=article.theme_id)
        return self.filter(whose, since__lte=article.published_at)

    def widest_first(self):
        """Everything, then themes, then relays."""
        return self.order_by(F("relay").asc(nulls_first=True), F("theme").asc(nulls_first=True))

    def with_names(self):
        return self.select_related("relay", "theme")


class Follow(Followed):
    """One thing that one reader follows."""

    PAGE = "follow:stop"

    follower = models.ForeignKey(Follower, models.CASCADE, related_name="follows")
    since = models.DateTimeField(default=timezone.now)

    objects = FollowQuerySet.as_manager()

    class Meta:
        verbose_name = _("follow")
        verbose_name_plural = _("follows")
        constraints = [
            models.UniqueConstraint(fields=["follower", "relay"], name="follow_relay_once"),
            models.UniqueConstraint(fields=["follower", "theme"], name="follow_theme_once"),
            models.UniqueConstraint(
                fields=["follower"],
                condition=Q(relay=None, theme=None),
                name="follow_everything_once",
            ),
            models.CheckConstraint(condition=NOT_BOTH, name="follow_of_one"),
        ]

    @property
    def stop_path(self):
        """Of the page that shows what this reader follows, and ends it. For their eyes alone."""
        return signed.path_of(self.PAGE, self.pk)


class Announcement(models.Model):
    """An article that followers are to be told of. `articles.announcements` is its only writer."""

    article = models.OneToOneField(Article, models.CASCADE, related_name="announcement")
    due = models.DateTimeField(default=timezone.now)
    reached = models.BigIntegerField(
        default=0, help_text="The newest follower for whom a letter has been written."
    )
    written = models.DateTimeField(null=True, help_text="When everybody had one in the outbox.")
    circular = models.OneToOneField(Circular, models.SET_NULL, null=True)

    class Meta:
        indexes = [
            models.Index(fields=["due"], condition=Q(written=None), name="announcement_to_write")
        ]

    def __str__(self):
        return f"announcement of {self.article_id}"
