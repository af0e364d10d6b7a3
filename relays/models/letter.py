from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from relays.models.chain import Handoff, Relay
from relays.models.people import AddressField, Contributor, User


class LetterState(models.TextChoices):
    HELD = "held", _("Held for the editor")
    QUEUED = "queued", _("Waiting to be sent")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Could not be sent")
    CANCELLED = "cancelled", _("Cancelled")


# What each kind of letter is called where editors read of it; the kinds are in relays.letters.
KIND_NAMES = {
    "invitation": _("Invitation"),
    "your_turn": _("It is your turn"),
    "thanks_for_the_yes": _("Thanks for the yes"),
    "new_link": _("A new link"),
    "withdrawn": _("Not asked any more"),
    "stand_in": _("You stand in for a colleague"),
    "stood_down": _("A colleague stands in"),
    "editor_stand_in": _("To the editor: a colleague stands in"),
    "giver_stand_in": _("To the one before: a colleague stands in"),
    "editor_yes": _("To the editor: said yes"),
    "editor_no": _("To the editor: said no"),
    "giver_yes": _("To the one before: said yes"),
    "giver_no": _("To the one before: said no"),
    "lapsed": _("No answer in time"),
    "editor_lapsed": _("To the editor: no answer in time"),
    "extended": _("The date has moved"),
    "editor_extended": _("To the editor: the date has moved"),
    "editor_asked_for_time": _("To the editor: asks for more time"),
    "answer_soon": _("The answer is due soon"),
    "answer_today": _("The answer is due today"),
    "due_soon": _("The text is due soon"),
    "due_today": _("The text is due today"),
    "overdue": _("The date has passed"),
    "still_overdue": _("A week late"),
    "editor_overdue": _("To the editor: the date has passed"),
    "editor_still_overdue": _("To the editor: a week late"),
    "editor_long_overdue": _("To the editor: two weeks late"),
    "baton_free": _("To the editor: nobody has the baton"),
    "editor_text_in": _("To the editor: a text has come in"),
    "sent_back": _("Suggestions for the text"),
    "asks_the_writer": _("We have edited your text"),
    "editor_agreed": _("To the editor: yes to the changes"),
    "approved": _("The text is approved"),
    "scheduled": _("The day of publication"),
    "unscheduled": _("The day of publication does not hold"),
    "published": _("The post is out"),
    "not_out_yet": _("The post is not out yet after all"),
    "post_withdrawn": _("The post is withdrawn"),
    "post_restored": _("The post is on the site again"),
    "editor_corrected": _("To the editor: a post was corrected"),
    "remark": _("Somebody has read the text"),
    "editor_remark": _("To the editor: somebody has read the text"),
    "reply_approved": _("Your comment is approved"),
    "reply_declined": _("Your comment is not shown"),
    "reply_to_writer": _("To the writer: readers have commented"),
    "reply_to_next": _("To the next writer: readers have commented"),
    "morning": _("To the editor: what waits in the morning"),
    "trial_ending": _("The trial ends soon"),
    "access_given": _("Access as asked for"),
    "editor_access_asked": _("To the editor: a reader asks for access"),
    "code": _("A code to log in with"),
    "follow_request": _("To a reader: is it you who want letters?"),
    "new_post": _("To followers: a new post"),
    "test": _("Test letter"),
}


class Circular(models.Model):
    """The words of one letter to many, kept once: its letters add an address each."""

    kind = models.CharField(max_length=30)
    relay = models.ForeignKey(Relay, models.PROTECT, null=True, related_name="+")
    language = models.CharField(max_length=10)
    subject = models.CharField(max_length=200)
    body = models.TextField()

    def __str__(self):
        return self.subject


class LetterQuerySet(models.QuerySet):
    def unsent(self):
        """Letters that may still go out."""
        return self.filter(state__in=[LetterState.HELD, LetterState.QUEUED])

    def cancellable(self):
        """Every letter that is not out: also one that is on its way in this moment, for the mail
        server may be away, and one that failed, for it could be tried again."""
        return self.exclude(state__in=[LetterState.SENT, LetterState.CANCELLED])

    def failed(self):
        return self.filter(state=LetterState.FAILED)


class Letter(models.Model):
    """One mail to one person, as a row in the outbox. `relays.letters` is its only writer.

    The words are fixed when it is written, so that an editor reads what will be sent; the
    personal link is put in at sending and stands nowhere here.
    """

    kind = models.CharField(_("kind"), max_length=30)
    contributor = models.ForeignKey(
        Contributor, models.PROTECT, null=True, related_name="letters", verbose_name=_("to")
    )
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="letters")
    address = AddressField(
        pgettext_lazy("letter", "address"), help_text=_("Where it goes, as it was when written.")
    )
    relay = models.ForeignKey(
        Relay, models.PROTECT, null=True, related_name="letters", verbose_name=_("relay")
    )
    handoff = models.ForeignKey(Handoff, models.PROTECT, null=True, related_name="letters")
    about_day = models.DateField(
        null=True, help_text="The date that a reminder reminds of: each is written once for it."
    )
    circular = models.ForeignKey(
        Circular,
        models.CASCADE,
        null=True,
        related_name="letters",
        help_text="Has the words, where many get the same.",
    )
    language = models.CharField(max_length=10)
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("words"), blank=True)
    carries_link = models.BooleanField(default=False)
    opens = models.CharField(
        max_length=60, blank=True, help_text="The page its link opens, where that is no turn."
    )
    opens_row = models.BigIntegerField(null=True, help_text="For which row of that page.")
    priority = models.PositiveSmallIntegerField(default=5, help_text="Lower goes first.")
    state = models.CharField(
        _("state"), max_length=10, choices=LetterState, default=LetterState.QUEUED, editable=False
    )
    message_id = models.CharField(max_length=120, unique=True, editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, editable=False)
    next_try = models.DateTimeField(_("next attempt"), default=timezone.now, editable=False)
    error = models.TextField(_("error"), blank=True, editable=False)
    is_refused = models.BooleanField(
        default=False, editable=False, help_text="Its receiver's server knows no such address."
    )
    written = models.DateTimeField(_("written"), default=timezone.now, editable=False)
    sent = models.DateTimeField(_("sent"), null=True, editable=False)

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=LetterState.values), name="letter_state_known"
            ),
            models.UniqueConstraint(
                fields=["kind", "relay", "handoff", "about_day", "address"],
                condition=Q(about_day__isnull=False),
                name="letter_reminds_once",
            ),
            models.CheckConstraint(
                condition=~Q(state=LetterState.SENT) | Q(sent__isnull=False),
                name="letter_sent_is_dated",
            ),
            models.UniqueConstraint(
                fields=["circular", "address"],
                condition=~Q(state=LetterState.CANCELLED),
                name="letter_to_many_once_each",
            ),
            models.CheckConstraint(
                condition=Q(opens="") ^ Q(opens_row__isnull=False), name="letter_opens_a_row"
            ),
        ]
        # In the order of sending: the next letter is the first one, however many wait behind it.
        indexes = [models.Index(fields=["state", "priority", "id"], name="letter_due")]

    def __str__(self):
        return self.subject

    @property
    def words(self):
        return self.circular.body if self.circular else self.body

    @property
    def kind_name(self):
        return KIND_NAMES.get(self.kind, self.kind)


class HeldKind(models.Model):
    """A kind of letter that waits until an editor has read it."""

    kind = models.CharField(_("kind"), max_length=30, unique=True)

    class Meta:
        verbose_name = _("held kind of letter")
        verbose_name_plural = _("held kinds of letters")
        ordering = ["kind"]

    def __str__(self):
        return str(KIND_NAMES.get(self.kind, self.kind))
