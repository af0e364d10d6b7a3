"""Nominees who were never asked are forgotten after a year; whoever asks for it, at once.

The nominees do not know that we have their name. Whoever was asked once knows, and stays; so
does whoever has run, or has a user. A person named again within the year begins a new one.

Whoever erases themselves leaves what is published with its byline, as agreed when they wrote it,
and rows that say that something happened, but not to whom.
"""

import re
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.deletion import ProtectedError, RestrictedError
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from relays import addresses, baton, letters
from relays.danish import unique_slug
from relays.errors import RuleBroken
from relays.models import (
    BatonMove,
    Code,
    Contributor,
    Erasure,
    Handoff,
    HandoffState,
    Leg,
    Letter,
    Link,
    Relay,
    User,
)

REMEMBERED = timedelta(days=365)


def forget_nominees(*, keep: QuerySet) -> list[int]:
    """Forget whom nobody has asked for a year. Returns their keys. The clock's part.

    `keep` holds the keys of contributors whom somebody else needs: relays know no article.
    """
    named_before = timezone.now() - REMEMBERED
    waiting = _never_asked(named_before, keep).order_by("pk").values_list("pk", flat=True)
    return [pk for pk in list(waiting) if _forget(pk, named_before, keep)]


def _never_asked(named_before: datetime, keep: QuerySet) -> QuerySet[Contributor]:
    handoffs = Handoff.objects.filter(receiver=OuterRef("pk"))
    nominations = BatonMove.objects.filter(handoff__receiver=OuterRef("pk"), verb="nominate")
    return (
        Contributor.objects.remembered()
        .filter(
            Exists(nominations),
            ~Exists(nominations.filter(at__gte=named_before)),
            ~Exists(handoffs.exclude(offered=None, answered=None)),
            ~Exists(Leg.objects.filter(contributor=OuterRef("pk"))),
            user=None,
        )
        .exclude(pk__in=keep)
    )


@transaction.atomic
def _forget(pk: int, named_before: datetime, keep: QuerySet) -> bool:
    named = Handoff.objects.filter(receiver=pk)
    relays = Relay.objects.filter(pk__in=named.nominated().values("relay")).order_by("pk")
    locked = list(relays.select_for_update(no_key=True))  # before the person, as the verbs do
    # Not no_key: from here on nobody can name them, in whatever relay.
    Contributor.objects.select_for_update().get(pk=pk)
    person = _never_asked(named_before, keep).filter(pk=pk).first()
    if person is None or named.nominated().exclude(relay__in=locked).exists():
        return False  # named, asked or forgotten a moment ago
    for handoff in named.nominated():
        baton.withdraw(handoff, by=None)
    named.update(message="", override_reason="", reason="")
    _anonymise(person)
    return True


def _anonymise(person):
    with translation.override(settings.LANGUAGE_CODE):
        person.name = _("Anonymised")
    person.slug = unique_slug(person.name, Contributor.objects)
    person.email = person.assistant_email = person.portrait = None
    person.phone = person.job_title = person.organisation = person.biography = ""
    person.forgotten = timezone.now()
    person.save()
    addresses.forget(Contributor, [person.pk])  # made of the name
    _relabel(person, person.name)


# At their own wish -----------------------------------------------------------------------------


@transaction.atomic
def erase(user: User, *, bylines_stay: bool) -> None:
    """Everything that tells who this user is goes, but for the name over what they published."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.is_staff:
        raise RuleBroken(_("You work here. An administrator closes your account."))
    person = Contributor.objects.filter(user=user).first()
    theirs = Q(user=user)
    if user.email:
        theirs |= Q(address=user.email, contributor=None)
        theirs |= Q(pk__in=_letters_that_name(user.email))  # what editors were told about them
    if person:
        _erase_runner(person, bylines_stay=bylines_stay)
        theirs |= Q(contributor=person) | Q(handoff__receiver=person)
    BatonMove.objects.filter(by=user).update(note="")
    Code.objects.filter(address=user.email or "").delete()
    Letter.objects.filter(theirs).delete()
    _relabel(user, str(_("Anonymised")))
    Erasure.objects.create(bylines_stay=bylines_stay)
    try:
        with transaction.atomic():
            user.delete()
    except (ProtectedError, RestrictedError):  # something says that they did it
        _empty(user)


def _letters_that_name(address):
    """Keys of the letters in which this address stands, and not as a piece of a longer one."""
    named = Q(body__icontains=address) | Q(body__icontains=letters.harmless(address))
    alone = re.compile(rf"(?<![\w.+-]){re.escape(address)}(?![\w-]|\.\w)", re.I)
    bodies = Letter.objects.filter(named).values_list("pk", "body")
    return [pk for pk, body in bodies if alone.search(body.replace("\u200b", ""))]


def _erase_runner(person, *, bylines_stay):
    named = Handoff.objects.filter(receiver=person)
    relays = Relay.objects.filter(pk__in=named.values("relay")).order_by("pk")
    list(relays.select_for_update(no_key=True))  # before the person, as the verbs do
    Contributor.objects.select_for_update().get(pk=person.pk)
    _refuse_who_has_the_baton(person)
    for handoff in named.nominated():
        baton.withdraw(handoff, by=None)
    # Words about them, and words of theirs that no reader has seen.
    named.exclude(state=HandoffState.TAKEN).update(message="")
    named.update(reason="", override_reason="")
    unread = [HandoffState.OFFERED, HandoffState.ACCEPTED, HandoffState.TAKEN]
    Handoff.objects.filter(giver__contributor=person).exclude(state__in=unread).update(message="")
    BatonMove.objects.filter(Q(on_behalf_of=person) | Q(handoff__in=named)).update(note="")
    Link.objects.filter(handoff__in=named).delete()
    if bylines_stay:
        _silence(person)
    else:
        _anonymise(person)


def _refuse_who_has_the_baton(person):
    leg = Leg.objects.running().filter(contributor=person).select_related("relay").first()
    if leg:
        raise RuleBroken(
            _("You have the baton in “%(relay)s”. Publish your post first, or hand the baton back.")
            % {"relay": leg.relay.name}
        )
    asked = Handoff.objects.filter(
        receiver=person, state__in=[HandoffState.OFFERED, HandoffState.ACCEPTED]
    )
    if handoff := asked.select_related("relay").first():
        raise RuleBroken(
            _("You have been asked to take the baton in “%(relay)s”. Say no first.")
            % {"relay": handoff.relay.name}
        )


def _silence(person):
    """Name and slug stay, for they stand over what is published."""
    person.email = person.assistant_email = person.portrait = None
    person.phone = person.job_title = person.organisation = person.biography = ""
    person.save()


def _relabel(row, label):
    theirs = {"content_type": ContentType.objects.get_for_model(row), "object_id": row.pk}
    LogEntry.objects.filter(**theirs).update(object_repr=label)


def _empty(user):
    User.objects.filter(deputy=user).update(deputy=None)
    user.groups.clear()
    user.user_permissions.clear()
    user.name, user.away_until, user.deputy = "", None, None
    user.email = user.confirmed_email = None
    user.set_unusable_password()
    user.save()
