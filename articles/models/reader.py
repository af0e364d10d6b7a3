"""Who reads what is for members: dated rights, and who has asked for one.

A right holds from `begins` until just before `ends`, by the clock at the moment of reading. Nothing
says whether it is over, so nothing has to happen when it is.
"""

from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from relays.models import User


class GrantKind(models.TextChoices):
    TRIAL = "trial", _("Trial")
    SUBSCRIPTION = "subscription", _("Subscription")
    ORGANISATION = "organisation", _("Organisation")


class GrantQuerySet(models.QuerySet):
    def running(self, now=None):
        now = now or timezone.now()
        return self.filter(begins__lte=now, ends__gt=now)

    def to_come(self):
        return self.filter(begins__gt=timezone.now())

    def over(self):
        return self.filter(ends__lte=timezone.now())

    def trials(self):
        return self.filter(kind=GrantKind.TRIAL)

    def reaching(self, user):
        """What this person has themselves, or as somebody with a confirmed address at a domain."""
        hosts = domains_of(user)
        parents = {host.split(".", n)[n] for host in hosts for n in range(host.count(".") + 1)}
        below = Q(domain__in=parents, with_subdomains=True)
        return self.filter(Q(user=user) | Q(domain__in=hosts) | below)


class Grant(models.Model):
    """A dated right to read members' articles. `articles.grants` is its only writer."""

    kind = models.CharField(pgettext_lazy("access", "kind"), max_length=12, choices=GrantKind)
    user = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        related_name="grants",
        verbose_name=_("reader"),
        help_text="None where the reader has been erased.",
    )
    domain = models.CharField(
        _("domain"), max_length=253, blank=True, help_text="As ASCII, for whoever has it confirmed."
    )
    with_subdomains = models.BooleanField(_("with subdomains"), default=False)
    name = models.CharField(_("organisation"), max_length=160, blank=True)
    begins = models.DateTimeField(_("begins"))
    ends = models.DateTimeField(_("ends"))
    trial_mark = models.CharField(
        max_length=64,
        blank=True,
        editable=False,
        help_text="A keyed hash of the address. It outlives the reader: one trial each, for ever.",
    )
    made = models.DateTimeField(default=timezone.now, editable=False)

    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("access")
        verbose_name_plural = _("members and trials")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=GrantKind.values), name="grant_kind_known"),
            models.CheckConstraint(
                condition=Q(begins__lt=F("ends")), name="grant_begins_before_it_ends"
            ),
            models.CheckConstraint(
                condition=Q(kind=GrantKind.TRIAL) ^ Q(trial_mark=""), name="grant_trial_is_marked"
            ),
            models.UniqueConstraint(
                fields=["trial_mark"], condition=~Q(trial_mark=""), name="grant_one_trial_each"
            ),
            models.CheckConstraint(
                condition=Q(kind=GrantKind.TRIAL, domain="")
                | Q(kind=GrantKind.SUBSCRIPTION, domain="", user__isnull=False)
                | (Q(kind=GrantKind.ORGANISATION, user__isnull=True) & ~Q(domain="")),
                name="grant_is_for_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "ends"], name="grant_of_user"),
            models.Index(fields=["domain", "ends"], name="grant_of_domain"),
        ]

    def __str__(self):
        # Of a reader no name: this is written down where rows are listed that are gone.
        what = f": {self.receiver}" if self.kind == GrantKind.ORGANISATION else f" {self.pk}"
        return f"{self.get_kind_display()}{what}"

    @property
    def receiver(self):
        if self.kind == GrantKind.ORGANISATION:
            return f"{self.name} ({self.domain})" if self.name else self.domain
        return (self.user.name or self.user.email) if self.user else _("erased")

    @property
    def last_moment(self):
        """Within the last day: at midnight the next one begins already."""
        return self.ends - timedelta(microseconds=1)

    @property
    def is_over(self):
        return self.ends <= timezone.now()

    @property
    def is_running(self):
        return self.begins <= timezone.now() < self.ends


class GrantMove(models.Model):
    """What was done to an access, by whom. Written once by `articles.grants`, never changed."""

    grant = models.ForeignKey(Grant, models.CASCADE, related_name="moves")
    verb = models.CharField(_("what happened"), max_length=12)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    note = models.CharField(_("note"), max_length=300, blank=True)
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("move")
        verbose_name_plural = _("moves")
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.grant}: {self.verb}"


class AccessRequestQuerySet(models.QuerySet):
    def open(self):
        return self.filter(answered=None)


class AccessRequest(models.Model):
    """A reader asks for access, perhaps for a whole workplace. `articles.grants` is its only writer."""

    user = models.ForeignKey(
        User, models.PROTECT, related_name="access_requests", verbose_name=_("reader")
    )
    workplace = models.CharField(_("workplace"), max_length=160, blank=True)
    words = models.TextField(_("words"), blank=True)
    asked = models.DateTimeField(_("asked"), default=timezone.now)
    answered = models.DateTimeField(pgettext_lazy("access", "answered"), null=True)
    answered_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("answered by")
    )

    objects = AccessRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request for access")
        verbose_name_plural = _("requests for access")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(answered__isnull=True), name="access_asked_once"
            )
        ]

    def __str__(self):
        return str(self.user)


def domains_of(user: User) -> set[str]:
    """The domain of the address that this person has confirmed, as ASCII."""
    return {domain_of(user.email)} - {""} if user.is_confirmed else set()


def domain_of(address: str) -> str:
    """What follows the @, as ASCII (IDNA); "" where that is no domain."""
    return as_domain(address.rpartition("@")[2])


def as_domain(words: str) -> str:
    """A domain as ASCII, small letters, without a dot at the end; "" where this is none."""
    try:
        return words.strip().casefold().rstrip(".").encode("idna").decode()
    except UnicodeError:
        return ""
