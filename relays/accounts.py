"""Whose account an address opens, for somebody who has proved that they read it.

The newsroom's own address of a contributor comes first: it is where their personal links go, and
editors correct it when somebody changes jobs. An address that several contributors share opens
the account of none of them.
"""

from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from relays.models import BatonMove, Contributor, User

A_MOMENT = timedelta(minutes=1)  # between the row of a log-in and that of its session


def account_at(address: str) -> User:
    """The account of whoever reads this address; a new one where nobody has."""
    try:
        return _account_at(address)
    except IntegrityError:  # another browser of theirs was faster
        return _account_at(address)


@transaction.atomic
def _account_at(address):
    user = User.objects.select_for_update().filter(email=address).first()
    if user and not _has_moved(user, address):
        return user
    if user:
        # Whoever reads the old address by now is somebody else.
        User.objects.filter(pk=user.pk).update(email=None)
    writers = User.objects.filter(is_staff=False, contributor__forgotten=None)
    writer = writers.filter(contributor__email=address).order_by("pk").first()
    if writer is None or _is_shared(address):
        return User.objects.create_user(address)
    writer.email = address
    writer.save(update_fields=["email"])
    return writer


def confirm(user: User, address: str) -> None:
    """They have proved by a code that they read this address."""
    user.confirmed_email = address
    user.save(update_fields=["confirmed_email"])


def account_for(person: Contributor) -> User:
    """The account of somebody who is asked to write: the one they read with already, or a new one,
    which opens when they come with a code. Nobody on the staff becomes a writer by being asked."""
    if person.email and not _is_shared(person.email):
        readers = User.objects.filter(is_staff=False, is_active=True, contributor=None)
        if user := readers.filter(email=person.email).first():
            return user
    return User.objects.create_user(name=person.name)


def heed_correction(person: Contributor) -> None:
    """Their address has been corrected. Whoever reads the old one keeps the account that it opens,
    with all that they have read and written by it, and this person gets another; unless that
    account has taken part in a relay: then it is theirs, and moves along."""
    user = person.user
    if user is None or user.is_staff or user.email in (None, person.email) or _has_run(user):
        return
    person.user = account_for(person)
    person.save(update_fields=["user"])


@transaction.atomic
def heed_a_stranger(person: Contributor) -> None:
    """Whoever reads at this person's address says that they are somebody else: nothing more goes
    there, and no code from there opens what is this person's."""
    if person.user and _has_run(person.user):
        return
    person.email = None  # type: ignore[assignment]  # an AddressField may be null
    person.save(update_fields=["email"])
    heed_correction(person)


def _has_run(user):
    # Also of a stranger one hears that they do not run.
    return BatonMove.objects.filter(by=user).exclude(verb="decline").exists()


def end_sessions(user: User, *, but: str | None = None) -> None:
    """They are logged out everywhere, or everywhere but in the session with this key."""
    for session in UserSession.objects.filter(user=user).exclude(session_key=but):
        session.end()


def sweep() -> None:
    """What is over goes: sessions, with what we knew of their browsers, and the counts of tries."""
    now = timezone.now()
    Session.objects.filter(expire_date__lt=now).delete()
    session = Session.objects.filter(session_key=OuterRef("session_key"))
    UserSession.objects.filter(~Exists(session), created_at__lt=now - A_MOMENT).delete()
    _sweep_counts(now)


def _sweep_counts(now):
    """Who tried how often stands beside the network that they came from. Django's cache would keep
    it, long after it counts no more, until there is very much of it."""
    with connection.cursor() as cursor:
        over = connection.ops.adapt_datetimefield_value(now)
        cursor.execute("DELETE FROM cache WHERE expires < %s", [over])


def _is_shared(address):
    return Contributor.objects.remembered().filter(email=address).count() > 1


def _has_moved(user, address):
    """The newsroom writes to this contributor at another address now. Staff have their own."""
    if user.is_staff:
        return False
    person = Contributor.objects.filter(user=user).exclude(email=None).first()
    return bool(person and person.email != address)
