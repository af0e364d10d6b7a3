"""Who gets to read members' articles, from when, till when. The only writer of `Grant` and of
`AccessRequest`.

Every act locks the reader's row (of an organisation, its own; of a new one, its editor's), asks,
changes and is written down. An end is a moment in a row: no clock has to bring it about.
"""

from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles import access, inboxes, permissions
from articles.models import AccessRequest, Grant, GrantKind, GrantMove
from relays import accounts, letters
from relays.errors import RuleBroken
from relays.models import Letter, User

TRIAL = timedelta(days=28)  # by the clock in UTC: 28 x 24 hours, whatever summer time does
TOLD_BEFORE = timedelta(days=3)
REQUESTS = 3  # of one reader within REQUESTS_WITHIN
REQUESTS_WITHIN = timedelta(days=30)
LONGEST = timedelta(days=366 * 10)  # beyond this somebody has mistyped the year

ABOUT_THE_END = "trial_ending"


class TrialIsUsed(RuleBroken):
    def __init__(self):
        super().__init__(_("Your trial is over."))


# Trials --------------------------------------------------------------------------------------


@transaction.atomic
def begin_trial(user: User) -> Grant | None:
    """Four weeks from now. None where they read everything already: then no trial is used up."""
    user = _lock(user)
    if access.has_access(user):
        return None
    if not user.is_confirmed:
        raise RuleBroken(_("Confirm your address first."))
    if has_used_trial(user):  # at another address than now, perhaps
        raise TrialIsUsed
    now = timezone.now()
    try:
        with transaction.atomic():
            trial = Grant.objects.create(
                kind=GrantKind.TRIAL,
                user=user,
                begins=now,
                ends=now + TRIAL,
                trial_mark=inboxes.marks_of(user.email)[0],
            )
    except IntegrityError as error:
        raise TrialIsUsed from error
    _record(trial, "begin", by=user)
    return trial


def has_used_trial(user: User) -> bool:
    theirs = Q(user=user)
    if user.email:
        theirs |= Q(trial_mark__in=inboxes.marks_of(user.email))
    return Grant.objects.trials().filter(theirs).exists()


def remind(now: datetime | None = None) -> int:
    """Whose trial ends within three days hears of it, once. The clock's part; returns how many."""
    now = now or timezone.now()
    ending = (
        Grant.objects.trials().running(now).filter(ends__lte=now + TOLD_BEFORE, user__isnull=False)
    )
    return sum(_remind(pk, now) for pk in ending.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _remind(pk, now):
    trial = Grant.objects.select_for_update(no_key=True).get(pk=pk)
    if trial.user is None or not trial.begins <= now < trial.ends <= now + TOLD_BEFORE:
        return False  # extended, ended or erased a moment ago
    if _reads_on_after(trial):
        return False
    ends = last_day(trial)
    letter = letters.write(
        ABOUT_THE_END,
        to=trial.user,
        about_day=ends,
        ends=ends,
        desk=settings.SITE_URL + reverse("access:ask"),
    )
    return letter is not None


def _reads_on_after(trial):
    others = Grant.objects.reaching(trial.user).exclude(pk=trial.pk)
    return (
        others.running(trial.ends).exists()
        or access.runs_in_a_relay(trial.user)
        or permissions.is_editor(trial.user)
    )


# What editors give ---------------------------------------------------------------------------


def begin_of(day: date) -> datetime:
    """Midnight of the newsroom's clock, at which a first day begins."""
    return timezone.make_aware(datetime.combine(day, time.min))


def end_of(day: date) -> datetime:
    """The midnight at which a last day is over."""
    return begin_of(day + timedelta(days=1))


def last_day(grant: Grant) -> date:
    """The last day of which the access still has something."""
    return timezone.localdate(grant.last_moment)


def ask_for_days(first: date, last: date) -> None:
    """Raises RuleBroken where an access can't have these."""
    if not 2000 <= first.year <= last.year <= 2999:
        raise RuleBroken(_("It would end before it begins, or the year is not right."))
    _ask_for_sense(begin_of(first), end_of(last))


@transaction.atomic
def subscribe(email: str, name: str, *, first: date, last: date, by: User, note="") -> Grant:
    """A subscription for whoever has this address, with a log-in for them if they have none.

    The same days again are the subscription that is there already.
    """
    begins, ends = _span(first, last)
    user = _lock(_reader_at(email.strip().casefold(), name))
    same = {"kind": GrantKind.SUBSCRIPTION, "user": user, "begins": begins, "ends": ends}
    if known := Grant.objects.filter(**same).first():
        return known
    grant = Grant.objects.create(**same)
    _record(grant, "give", by=by, note=note)
    _welcome(user, grant, by=by)
    return grant


def _reader_at(email, name):
    user = accounts.account_at(email)
    if name and not user.name:
        user.name = name
        user.save(update_fields=["name"])
    return user


@transaction.atomic
def admit(
    domain: str,
    name: str = "",
    *,
    first: date,
    last: date,
    by: User,
    with_subdomains=False,
    note="",
) -> Grant:
    """Everybody with a confirmed address at this domain reads on.

    The same days again are the access that is there already: whoever ends it has ended it all.
    """
    begins, ends = _span(first, last)
    same = {
        "kind": GrantKind.ORGANISATION,
        "domain": inboxes.known_domain(domain),
        "with_subdomains": with_subdomains,
        "begins": begins,
        "ends": ends,
    }
    _lock(by)  # there is no row yet of what is given, and two presses are one editor's
    if known := Grant.objects.filter(**same).first():
        return known
    grant = Grant.objects.create(**same, name=name)
    _record(grant, "give", by=by, note=note)
    told = Letter.objects.cancellable().filter(kind=ABOUT_THE_END)
    for trial in Grant.objects.trials().running().filter(user__letters__in=told):
        if _reads_on_after(trial):
            letters.cancel_for(trial.user, ABOUT_THE_END)
    _answer_who_reads_now(grant, by=by)
    return grant


@transaction.atomic
def extend(grant: Grant, *, last: date, by: User, note: str = "") -> Grant:
    """The access ends with another day than it did: a later one, or one to come."""
    grant = _reread(grant)
    ends = end_of(last)
    if ends <= timezone.now():
        raise RuleBroken(_("That day is over. End the access instead."))
    _ask_for_sense(grant.begins, ends)
    if ends == grant.ends:
        return grant
    note = note or _("till %(day)s") % {"day": last.isoformat()}
    grant.ends = ends
    grant.save(update_fields=["ends"])
    _record(grant, "extend", by=by, note=note)
    _it_ends_otherwise(grant)
    return grant


@transaction.atomic
def end(grant: Grant, *, by: User, note: str = "") -> Grant:
    """The access is over from this moment."""
    grant, now = _reread(grant), timezone.now()
    if grant.ends <= now:
        raise RuleBroken(_("It is over already."))
    if now <= grant.begins:
        raise RuleBroken(_("It has not begun yet: take it back instead."))
    grant.ends = now
    grant.save(update_fields=["ends"])
    _record(grant, "end", by=by, note=note)
    _it_ends_otherwise(grant)
    return grant


@transaction.atomic
def take_back(grant: Grant) -> None:
    """What has not begun was never there. The admin's log keeps who did it."""
    grant = _reread(grant)
    if grant.begins <= timezone.now():
        raise RuleBroken(_("It has begun by now: end it instead."))
    grant.delete()


# Asking --------------------------------------------------------------------------------------


class Rights(NamedTuple):
    """What a reader's account says of what they may read now."""

    always: bool
    runs: bool
    grants: list[Grant]
    request: AccessRequest | None

    @property
    def nothing(self):
        return not (self.always or self.runs or self.grants)

    @property
    def trial(self):
        """The trial of somebody who reads by nothing else, and may ask what comes after it."""
        only = self.grants[0] if len(self.grants) == 1 else None
        by_right = self.always or self.runs
        return only if only and only.kind == GrantKind.TRIAL and not by_right else None

    @property
    def may_ask(self):
        return self.nothing or self.trial is not None


def rights_of(user: User) -> Rights:
    running = Grant.objects.running().reaching(user).order_by("-ends")
    return Rights(
        permissions.is_editor(user),
        access.runs_in_a_relay(user),
        list(running),
        AccessRequest.objects.open().filter(user=user).first(),
    )


class Gate(NamedTuple):
    """What a reader without access is offered."""

    trial_open: bool
    trial_over: bool
    access_over: bool
    request: AccessRequest | None


def gate_for(user: User) -> Gate:
    asked = AccessRequest.objects.open().filter(user=user).first()
    is_used = has_used_trial(user)
    had = is_used or Grant.objects.filter(user=user).exists()
    return Gate(trial_open=not is_used, trial_over=is_used, access_over=had, request=asked)


@transaction.atomic
def ask(user: User, *, workplace: str = "", words: str = "") -> AccessRequest:
    """A reader asks the editors for access, or for what comes after their trial. Asked twice is
    asked once."""
    user = _lock(user)
    if not rights_of(user).may_ask:
        raise RuleBroken(_("You have access already."))
    if not user.is_confirmed:
        raise RuleBroken(_("Confirm your address first."))
    theirs = AccessRequest.objects.filter(user=user)
    if known := theirs.open().first():
        return known
    if theirs.filter(asked__gt=timezone.now() - REQUESTS_WITHIN).count() >= REQUESTS:
        raise RuleBroken(_("You have asked several times of late. Please write to the editors."))
    asked = AccessRequest.objects.create(user=user, workplace=workplace, words=words)
    letters.write(
        "editor_access_asked",
        to=settings.CONTACT_EMAIL,
        asked=asked,
        reader=user,
        desk=_desk_of(asked),
    )
    return asked


def _desk_of(asked):
    """Where an editor answers it."""
    return settings.SITE_URL + reverse("admin:articles_accessrequest_change", args=[asked.pk])


@transaction.atomic
def close_request(asked: AccessRequest, *, by: User) -> bool:
    """An editor has answered. False where somebody was faster."""
    still_open = AccessRequest.objects.open().filter(pk=asked.pk)
    return bool(still_open.update(answered=timezone.now(), answered_by=by))


# Leaving -------------------------------------------------------------------------------------


@transaction.atomic
def forget(user: User) -> None:
    """Nothing is kept of a reader who leaves but that this address had its trial."""
    _lock(user)
    for asked in AccessRequest.objects.filter(user=user):
        told = Letter.objects.filter(kind="editor_access_asked", body__contains=_desk_of(asked))
        told.delete()
        asked.delete()
    theirs = Grant.objects.filter(user=user)
    theirs.exclude(kind=GrantKind.TRIAL).delete()
    now = timezone.now()
    GrantMove.objects.filter(grant__in=theirs).delete()
    theirs.filter(begins__lt=now, ends__gt=now).update(ends=now)
    theirs.update(user=None)
    letters.cancel_for(user, ABOUT_THE_END)


# The numbers ---------------------------------------------------------------------------------


def figures() -> dict[str, int]:
    """What the head of the list says."""
    now = timezone.now()
    month = timezone.localtime(now).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    trials = Grant.objects.trials()
    before = Grant.objects.trials().filter(user=OuterRef("user"), begins__lt=OuterRef("made"))
    members = Grant.objects.filter(kind=GrantKind.SUBSCRIPTION, made__gte=month)
    return {
        "trials": trials.running(now).count(),
        "ended": trials.filter(ends__gte=month, ends__lte=now).count(),
        "became_members": members.filter(Exists(before)).values("user").distinct().count(),
        "requests": AccessRequest.objects.open().count(),
    }


# -------------------------------------------------------------------------------------------


def _span(first, last):
    ask_for_days(first, last)
    return begin_of(first), end_of(last)


def _ask_for_sense(begins, ends):
    if ends <= begins:
        raise RuleBroken(_("It would end before it begins."))
    if ends - begins > LONGEST:
        raise RuleBroken(_("That is longer than ten years. Is the year right?"))


def _welcome(user, grant, *, by):
    """What they asked for is answered, and what was said of their trial's end is untrue."""
    trial = Grant.objects.trials().running().filter(user=user).first()
    if trial and _reads_on_after(trial):
        letters.cancel_for(user, ABOUT_THE_END)
    _answer_who_reads_now(grant, by=by)


def _answer_who_reads_now(grant, *, by):
    """Whoever asked and can read now is told so; their request is off the list."""
    waiting = AccessRequest.objects.open().select_related("user")
    if grant.user_id:  # a list gives to two thousand: each asks for their own request alone
        waiting = waiting.filter(user=grant.user_id)
    for asked in waiting:
        theirs = Grant.objects.running().reaching(asked.user).filter(pk=grant.pk)
        if theirs.exists() and close_request(asked, by=by):
            desk = settings.SITE_URL + reverse("readers:account")
            letters.write("access_given", to=asked.user, last=last_day(grant), desk=desk)


def _it_ends_otherwise(grant):
    if grant.kind == GrantKind.TRIAL and grant.user:
        letters.cancel_for(grant.user, ABOUT_THE_END)


def _record(grant, verb, *, by, note=""):
    GrantMove.objects.create(grant=grant, verb=verb, by=by, note=note)


def _lock(user):
    return User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _reread(grant):
    return Grant.objects.select_for_update(no_key=True).get(pk=grant.pk)
