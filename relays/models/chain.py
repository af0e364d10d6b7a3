"""A relay and its chain. Where the baton is follows from these rows and is stored nowhere else."""

from datetime import timedelta
from typing import Any, NamedTuple

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relays import workdays
from relays.models.people import (
    Contributor,
    Sector,
    User,
    languages,
    sector_choices,
    site_language,
)
from relays.models.theme import Theme

STRIP_LENGTH = 8  # legs that a strip draws; the rest is a number in front of it
RESTS_AFTER = timedelta(days=90)  # without a new leg


class Alternation(models.TextChoices):
    STRICT = "strict", _("strict: the next runner comes from the other sector")
    PREFERRED = "preferred", _("preferred: another order wants a reason")
    OFF = "off", _("off")


class LegState(models.TextChoices):
    RUNNING = "running", _("Running")
    FINISHED = "finished", _("Finished")
    ABANDONED = "abandoned", _("Abandoned")


class HandoffState(models.TextChoices):
    NOMINATED = "nominated", _("Nominated")
    OFFERED = "offered", _("Offered")
    ACCEPTED = "accepted", _("Accepted")
    TAKEN = "taken", _("Taken")
    DECLINED = "declined", _("Declined")
    LAPSED = "lapsed", _("Lapsed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


OPEN_HANDOFFS = [HandoffState.OFFERED, HandoffState.ACCEPTED]


class Place(models.TextChoices):
    """Where the baton is."""

    NOT_STARTED = "not_started", _("Not started")
    OFFERED = "offered", _("Offered")
    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Paused")
    FREE = "free", _("Free")
    FINISHED = "finished", _("Finished")


class Channel(models.TextChoices):
    """How somebody's word reached the editor who records it for them."""

    PHONE = "phone", _("by phone")
    MAIL = "mail", _("by mail")
    IN_PERSON = "in_person", _("in person")


class Baton(NamedTuple):
    place: Place
    leg: "Leg | None"  # the running leg, or the newest one that stands
    handoff: "Handoff | None"  # the open approach to somebody


class RelayQuerySet(models.QuerySet):
    def public(self):
        """The relays that readers see: from the moment their first leg began."""
        return self.filter(opened__isnull=False)

    def unfinished(self):
        return self.filter(closed__isnull=True)

    def finished(self):
        return self.filter(closed__isnull=False)

    def with_strip(self):
        """Load the newest legs of each, whatever the number of relays: one more query."""
        newest = Leg.objects.newest()
        return self.prefetch_related(Prefetch("legs", newest[:STRIP_LENGTH], to_attr="newest_legs"))

    def with_baton(self):
        """Load what `Relay.baton` reads: two more queries."""
        asked = Handoff.objects.asked()
        return self.with_strip().prefetch_related(
            Prefetch("handoffs", asked, to_attr="open_handoffs")
        )

    def get_with_baton(self, pk) -> "Relay":
        """One relay with the same. The newest legs of one are a LIMIT; those of many, a window
        function, which takes Django longer to write down than all the rest of a verb."""
        relay: Any = self.get(pk=pk)
        relay.newest_legs = list(relay.legs.newest()[:STRIP_LENGTH])
        relay.open_handoffs = list(relay.handoffs.asked())
        return relay


class Relay(models.Model):
    """One chain of legs on one question."""

    title = models.CharField(_("question"), max_length=200)
    short_name = models.CharField(
        _("short name"),
        max_length=60,
        blank=True,
        help_text=_("What people call it, such as “Madstafetten”. Empty: the question."),
    )
    slug = models.SlugField(_("address"), max_length=80, unique=True, blank=True)
    introduction = models.TextField(_("introduction"), blank=True)
    theme = models.ForeignKey(
        Theme,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="relays",
        verbose_name=_("theme"),
    )
    language = models.CharField(
        _("language"), max_length=10, choices=languages, default=site_language
    )
    editors = models.ManyToManyField(
        User,
        blank=True,
        related_name="relays",
        limit_choices_to={"is_staff": True, "is_active": True},
        verbose_name=_("editors"),
    )
    alternation = models.CharField(
        _("alternation"), max_length=10, choices=Alternation, default=Alternation.STRICT
    )
    answer_days = models.PositiveSmallIntegerField(
        _("days to answer"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        help_text=_("From the offer to the answer."),
    )
    write_days = models.PositiveSmallIntegerField(
        _("days to write"),
        default=14,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        help_text=_("From the baton to the text."),
    )
    edit_days = models.PositiveSmallIntegerField(
        _("days to edit"),
        default=7,
        validators=[MinValueValidator(0), MaxValueValidator(365)],
        help_text=_("From the text to its publication."),
    )
    paused_until = models.DateField(
        _("paused until"), null=True, editable=False, help_text=_("The first day of running again.")
    )
    opened = models.DateTimeField(_("opened"), null=True, editable=False)
    closed = models.DateTimeField(_("closed"), null=True, editable=False)
    closing_note = models.TextField(
        _("closing note"), blank=True, help_text=_("What readers see when the relay has finished.")
    )

    objects = RelayQuerySet.as_manager()

    newest_legs: list["Leg"]  # from with_strip()
    open_handoffs: list["Handoff"]  # from with_baton(), or of one relay from get_with_baton()

    class Meta:
        verbose_name = _("relay")
        verbose_name_plural = _("relays")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(alternation__in=Alternation.values), name="relay_alternation_known"
            ),
        ]
        indexes = [models.Index(fields=["-opened", "-id"], name="relay_newest")]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("articles:relay", args=[self.slug])

    @property
    def name(self):
        return self.short_name or self.title

    @property
    def is_paused(self):
        return bool(self.paused_until and self.paused_until > timezone.localdate())

    @property
    def baton(self):
        """Where the baton is. The relay comes from `with_baton()`."""
        leg = next(iter(self.newest_legs), None)
        handoff = next(iter(self.open_handoffs), None)
        if self.closed:
            place = Place.FINISHED
        elif self.is_paused:
            place = Place.PAUSED
        elif leg and leg.state == LegState.RUNNING:
            place = Place.RUNNING
        elif handoff:
            place = Place.OFFERED
        else:
            place = Place.FREE if leg else Place.NOT_STARTED
        return Baton(place, leg, handoff)

    @property
    def runner(self):
        """The running leg, if any. The relay comes from `with_strip()`, here and below."""
        return next((leg for leg in self.newest_legs[:1] if leg.is_running), None)

    @property
    def is_resting(self):
        """Nobody runs, and nothing has moved for long: then no reader is told that it is about to."""
        last = next(iter(self.newest_legs), None)
        if self.closed or self.runner or not last:
            return False
        return timezone.now() - (last.handed_in or last.began) > RESTS_AFTER

    @property
    def strip(self):
        """The newest legs in the order they ran."""
        return self.newest_legs[::-1]

    @property
    def leg_count(self):
        """Legs that stand: their numbers have no gaps."""
        return self.newest_legs[0].number if self.newest_legs else 0

    @property
    def legs_before_strip(self):
        return self.leg_count - len(self.newest_legs)

    @property
    def sector_in_turn(self):
        """Whose turn the next leg is; "" where no rule says so, or nobody knows who was before."""
        before = self.newest_legs[0].sector if self.newest_legs else ""
        bound = before and self.alternation != Alternation.OFF
        return Sector(before).other if bound else ""


class LegQuerySet(models.QuerySet):
    def running(self):
        return self.filter(state=LegState.RUNNING)

    def finished(self):
        return self.filter(state=LegState.FINISHED)

    def standing(self):
        """Legs that count: every one but the abandoned."""
        return self.exclude(state=LegState.ABANDONED)

    def newest(self):
        """Legs that stand, each with who runs it."""
        return self.standing().select_related("contributor").order_by("-number")


class Leg(models.Model):
    """One contributor's turn in a relay. `relays.baton` is the only writer of `state`."""

    relay = models.ForeignKey(Relay, models.PROTECT, related_name="legs")
    number = models.PositiveSmallIntegerField(_("number"), null=True, editable=False)
    contributor = models.ForeignKey(
        Contributor, models.PROTECT, null=True, related_name="legs", verbose_name=_("contributor")
    )
    sector = models.CharField(
        _("sector"),
        max_length=10,
        choices=sector_choices,
        blank=True,
        editable=False,
        help_text=_("As it was when the leg began."),
    )
    handoff = models.OneToOneField(
        "Handoff", models.PROTECT, null=True, editable=False, related_name="leg"
    )
    began = models.DateTimeField(_("began"), editable=False)
    due = models.DateField(_("due"), null=True, editable=False)
    handed_in = models.DateTimeField(
        _("handed in"), null=True, editable=False, help_text=_("When the text came in.")
    )
    rest_until = models.DateField(_("reminders rest until"), null=True, blank=True, editable=False)
    wanted_due = models.DateField(
        _("asks for time until"),
        null=True,
        editable=False,
        help_text=_("The date that the holder asks for, until an editor has answered."),
    )
    state = models.CharField(
        max_length=10, choices=LegState, default=LegState.RUNNING, editable=False
    )

    objects = LegQuerySet.as_manager()

    class Meta:
        verbose_name = _("leg")
        verbose_name_plural = _("legs")
        ordering = ["relay", "number"]
        constraints = [
            models.UniqueConstraint(fields=["relay", "number"], name="leg_number_once"),
            models.UniqueConstraint(
                fields=["relay"], condition=Q(state=LegState.RUNNING), name="leg_one_runner"
            ),
            models.CheckConstraint(condition=Q(state__in=LegState.values), name="leg_state_known"),
            models.CheckConstraint(
                condition=Q(state=LegState.ABANDONED, number__isnull=True)
                # Said twice: NULL >= 1 is unknown, and what is unknown passes a check.
                | (~Q(state=LegState.ABANDONED) & Q(number__isnull=False, number__gte=1)),
                name="leg_numbered_while_it_stands",
            ),
            models.CheckConstraint(
                condition=~Q(state=LegState.RUNNING)
                | Q(contributor__isnull=False, handoff__isnull=False, due__isnull=False),
                name="leg_runner_known",
            ),
            models.CheckConstraint(
                condition=Q(sector__in=["", *Sector.values]), name="leg_sector_known"
            ),
        ]

    def __str__(self):
        return _("Leg %(number)s of %(relay)s") % {
            "number": self.number or "–",
            "relay": self.relay,
        }

    @property
    def is_running(self):
        return self.state == LegState.RUNNING

    @property
    def expected(self):
        """The day readers can expect the post: the text's due date and the days to edit."""
        return self.due and workdays.in_days(self.relay.edit_days, after=self.due)

    @property
    def days_late(self):
        """Whole days past the due date; 0 or less while there is time."""
        return (timezone.localdate() - self.due).days if self.due else 0

    @property
    def days_left(self):
        return max(0, -self.days_late)


class HandoffQuerySet(models.QuerySet):
    def open(self):
        """Somebody has been asked, or said yes and waits."""
        return self.filter(state__in=OPEN_HANDOFFS)

    def asked(self):
        """The same, each with whom it is about."""
        return self.open().select_related("receiver")

    def nominated(self):
        return self.filter(state=HandoffState.NOMINATED)


class Handoff(models.Model):
    """One approach to one person to take the baton. Never deleted.

    `relays.baton` is the only writer of `state`.
    """

    relay = models.ForeignKey(Relay, models.PROTECT, related_name="handoffs")
    giver = models.ForeignKey(
        Leg,
        models.PROTECT,
        null=True,
        related_name="given",
        help_text=_("The leg that hands the baton on; nobody at the start."),
    )
    receiver = models.ForeignKey(
        Contributor, models.PROTECT, related_name="handoffs", verbose_name=_("receiver")
    )
    message = models.TextField(_("message"), blank=True)
    rank = models.PositiveSmallIntegerField(_("rank"), default=1)
    state = models.CharField(
        max_length=10, choices=HandoffState, default=HandoffState.NOMINATED, editable=False
    )
    offer_at_publication = models.BooleanField(
        _("ask when the article is published"), default=False
    )
    offered = models.DateTimeField(_("offered"), null=True, editable=False)
    answer_by = models.DateField(_("answer by"), null=True, editable=False)
    write_by = models.DateField(
        _("text by"), null=True, blank=True, help_text=_("Empty: the relay's own pace.")
    )
    answered = models.DateTimeField(_("answered"), null=True, editable=False)
    reason = models.TextField(_("reason"), blank=True)
    ask_again_after = models.DateField(_("ask again after"), null=True, blank=True)
    rest_until = models.DateField(_("reminders rest until"), null=True, editable=False)
    proposed_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", editable=False
    )
    stands_in_for = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        help_text=_("The handoff of a colleague whose turn it was."),
    )
    override_reason = models.TextField(_("why this sector"), blank=True)

    objects = HandoffQuerySet.as_manager()

    class Meta:
        verbose_name = _("handoff")
        verbose_name_plural = _("handoffs")
        ordering = ["relay", "rank", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["relay"], condition=Q(state__in=OPEN_HANDOFFS), name="handoff_one_open"
            ),
            models.CheckConstraint(
                condition=Q(state__in=HandoffState.values), name="handoff_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=HandoffState.OFFERED)
                | Q(offered__isnull=False, answer_by__isnull=False),
                name="handoff_offer_dated",
            ),
        ]

    def __str__(self):
        return _("%(relay)s → %(receiver)s") % {"relay": self.relay, "receiver": self.receiver}


class BatonMove(models.Model):
    """One act on a baton. Written once by `relays.baton`, never changed."""

    relay = models.ForeignKey(Relay, models.PROTECT, related_name="moves")
    leg = models.ForeignKey(Leg, models.PROTECT, null=True, related_name="moves")
    handoff = models.ForeignKey(Handoff, models.PROTECT, null=True, related_name="moves")
    verb = models.CharField(_("verb"), max_length=20)
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
        return str(self.relay)
