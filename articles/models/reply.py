from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from articles.models.article import Access, Article
from relays.models import Letter, User


class ReplyState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("comment", "Waiting")
    APPROVED = "approved", pgettext_lazy("comment", "Approved")
    DECLINED = "declined", pgettext_lazy("comment", "Declined")
    SPAM = "spam", pgettext_lazy("comment", "Spam")
    ERASED = "erased", pgettext_lazy("comment", "Erased by its sender")


THREADS_ON_A_PAGE = 30

# Below these an answer stands.
HOLDS_ANSWERS = frozenset({ReplyState.APPROVED, ReplyState.ERASED})


class Voice(models.TextChoices):
    """In which part somebody speaks, as it was when they wrote."""

    READER = "", pgettext_lazy("comment", "Reader")
    WRITER = "writer", pgettext_lazy("comment", "The writer")
    RUNNER = "runner", pgettext_lazy("comment", "Writes in the relay")
    EDITOR = "editor", pgettext_lazy("comment", "The editors")


class Network(models.Model):
    """Where comments come from: an IPv4 address, or the 64 bits of an IPv6 one. Its row is the lock
    under which they are counted; it is dropped after thirty days."""

    address = models.CharField(max_length=45, unique=True)
    seen = models.DateTimeField(default=timezone.now)

    def __str__(self):
        return f"network {self.pk}"


class ReplyQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(state=ReplyState.WAITING)

    def approved(self):
        return self.filter(state=ReplyState.APPROVED)

    def shown(self):
        """What readers may see: approved, and so is what it answers, or erased by its sender."""
        answered = Q(answers=None) | Q(answers__state__in=HOLDS_ANSWERS)
        return self.approved().filter(answered)

    def threads(self):
        """What begins a conversation: shown, or erased with an answer that is shown."""
        answered = Exists(Reply.objects.approved().filter(answers=OuterRef("pk")))
        kept = Q(state=ReplyState.ERASED) & answered
        return self.filter(Q(state=ReplyState.APPROVED) | kept, answers=None)

    def oldest_first(self):
        return self.order_by("pk")

    def as_count(self):
        """How many, as a part of another query."""
        counted = self.order_by().values("article").annotate(count=Count("pk")).values("count")
        return Coalesce(Subquery(counted), 0)


class Reply(models.Model):
    """A reader's comment on an article. `articles.replies` is its only writer."""

    article = models.ForeignKey(
        Article, models.RESTRICT, related_name="+", verbose_name=_("article")
    )
    answers = models.ForeignKey(
        "self",
        models.RESTRICT,
        null=True,
        related_name="replied",
        help_text="The comment that this one answers; an answer has no answers.",
    )
    user = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        related_name="replies",
        verbose_name=pgettext_lazy("comment", "sender"),
    )
    voice = models.CharField(max_length=10, choices=Voice, blank=True)
    name = models.CharField(_("name"), max_length=80, blank=True)
    words = models.TextField(_("comment"), blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=ReplyState, default=ReplyState.WAITING
    )
    sent = models.DateTimeField(_("sent"), default=timezone.now)
    decided = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True, help_text="Why it is not shown, as the sender reads it.")
    letter = models.ForeignKey(
        Letter, models.SET_NULL, null=True, related_name="+", help_text="That told of the decision."
    )
    network = models.ForeignKey(Network, models.SET_NULL, null=True, related_name="replies")

    objects = ReplyQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("reader's", "comment")
        verbose_name_plural = pgettext_lazy("readers'", "comments")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=ReplyState.values), name="reply_state_known"
            ),
            models.CheckConstraint(condition=Q(voice__in=Voice.values), name="reply_voice_known"),
            models.CheckConstraint(
                condition=Q(state=ReplyState.WAITING, decided__isnull=True)
                | (~Q(state=ReplyState.WAITING) & Q(decided__isnull=False)),
                name="reply_decided_is_dated",
            ),
            models.CheckConstraint(
                condition=~Q(state=ReplyState.DECLINED) | ~Q(reason=""),
                name="reply_declined_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(
                    state=ReplyState.ERASED,
                    user__isnull=True,
                    network__isnull=True,
                    name="",
                    words="",
                    reason="",
                )
                | (
                    ~Q(state=ReplyState.ERASED) & Q(user__isnull=False) & ~Q(name="") & ~Q(words="")
                ),
                name="reply_erased_says_nothing",
            ),
        ]
        indexes = [
            models.Index(fields=["article", "state", "id"], name="reply_on_article"),
            models.Index(fields=["state", "id"], name="reply_queue"),
            models.Index(fields=["user", "sent"], name="reply_by_user"),
            models.Index(fields=["network", "sent"], name="reply_from_network"),
        ]

    def __str__(self):
        return _("Comment %(number)s") % {"number": self.pk}

    def get_absolute_url(self):
        """Where it can be read: below the whole article, on the page that its thread is on."""
        return f"{self.page}{self._page_below()}#{self.anchor}"

    @property
    def page(self):
        """Where the whole article stands."""
        is_open = self.article.access == Access.OPEN
        return self.article.get_absolute_url() if is_open else self.article.get_full_url()

    def _page_below(self):
        begun = Reply.objects.threads().filter(article=self.article_id)
        before = begun.filter(pk__lt=self.answers_id or self.pk).order_by("pk")
        keys = list(before.values_list("pk", flat=True))
        last = len(keys) // THREADS_ON_A_PAGE * THREADS_ON_A_PAGE  # on the page before this one
        return f"?after={keys[last - 1]}" if last else ""

    @property
    def is_shown(self):
        """What `shown()` says of a row, and whether readers see the article and its comments."""
        holds = self.answers is None or self.answers.state in HOLDS_ANSWERS
        return self.state == ReplyState.APPROVED and holds and self.article.shows_replies

    @property
    def anchor(self):
        return f"reply-{self.pk}"


class ReplyMove(models.Model):
    """One act on a comment. Written once by `articles.replies`, never changed."""

    reply = models.ForeignKey(Reply, models.CASCADE, related_name="moves")
    verb = models.CharField(_("what happened"), max_length=10)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("move")
        verbose_name_plural = _("moves")
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.reply}: {self.verb}"
