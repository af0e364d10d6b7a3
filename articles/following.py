"""Following by mail: asked for by anybody, confirmed by whoever reads the address, ended at a press.

Whether an address is known, and what it follows, no answer of ours tells: it stands in letters to
that address alone.
"""

from contextlib import suppress
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from articles.models import Follow, Follower, FollowRequest
from articles.models.follow import MOST_REQUESTS_A_DAY
from relays import letters
from relays.models import Letter, Relay, Theme

CONFIRM_PAGE = "follow:confirm"
UNCONFIRMED_LASTS = timedelta(days=7)
REFUSED_LASTS = timedelta(days=30)


def ask(address: str, *, relay: Relay | None = None, theme: Theme | None = None) -> None:
    """A letter goes there and asks whether it is they who want this. The same for every address,
    known or not; three letters a day, whoever asks."""
    # Numbered, so that the database counts with us, however many ask in the same moment.
    today = FollowRequest.objects.filter(address=address, day=timezone.localdate())
    number = today.count() + 1
    if number > MOST_REQUESTS_A_DAY:
        return
    with suppress(IntegrityError):  # asked in this very moment; that letter is on its way
        _ask(address, relay, theme, number)


@transaction.atomic
def _ask(address, relay, theme, number):
    request = FollowRequest.objects.create(
        address=address, relay=relay, theme=theme, day=timezone.localdate(), number=number
    )
    letters.write(
        "follow_request",
        to=address,
        relay=relay,
        theme=theme,
        opens=CONFIRM_PAGE,
        opens_row=request.pk,
    )


@transaction.atomic
def confirm(request: FollowRequest) -> Follow | None:
    """The reader of the address says yes. Once: a later press brings back nothing that has been
    stopped meanwhile. None where that is so."""
    request = FollowRequest.objects.select_for_update().get(pk=request.pk)
    what: dict = {"relay": request.relay, "theme": request.theme}
    if request.confirmed:
        return Follow.objects.filter(follower__address=request.address, **what).first()
    request.confirmed = timezone.now()
    request.save(update_fields=["confirmed"])
    # Locked, so that it is not just being taken away with its last follow.
    followers = Follower.objects.select_for_update()
    follower, _is_new = followers.get_or_create(address=request.address)
    if follower.refused:
        follower.refused = None  # this letter has come through
        follower.save(update_fields=["refused"])
    return Follow.objects.get_or_create(follower=follower, **what)[0]


def stop(follow: Follow) -> None:
    """This one, and no other. Stopping what was stopped is no mistake."""
    _stop(follow.follower_id, Follow.objects.filter(pk=follow.pk))


def stop_what_brings(follow: Follow) -> None:
    """This one and what lies within it: the next post of the same kind comes by no other."""
    theirs = Follow.objects.filter(follower=follow.follower_id)
    if follow.relay_id:
        theirs = theirs.filter(relay=follow.relay_id)
    elif follow.theme_id:
        theirs = theirs.filter(theme=follow.theme_id) | theirs.filter(relay__theme=follow.theme_id)
    _stop(follow.follower_id, theirs)


def stop_all(follower: Follower) -> None:
    _stop(follower.pk, Follow.objects.filter(follower=follower))


@transaction.atomic
def _stop(follower_id, follows):
    # The follower is the lock, here and in writing letters: none comes for what has just ended.
    follower = Follower.objects.select_for_update().filter(pk=follower_id).first()
    if follower is None:
        return
    ended = list(follows.values_list("pk", flat=True))
    Follow.objects.filter(pk__in=ended).delete()
    letters.cancel_opening(Follow.PAGE, ended)
    if not follower.follows.exists():
        follower.delete()


# For the account page ------------------------------------------------------------------------


def follows_at(address: str | None) -> list[Follow]:
    """What the reader of this address follows. For whoever has proved that it is theirs."""
    if not address:
        return []
    theirs = Follow.objects.filter(follower__address=address).with_names()
    return list(theirs.order_by("since", "pk"))


def facts_at(address: str | None) -> list[dict]:
    """The same for "download my data"."""
    return [
        {"follows": str(follow.what), "since": follow.since.isoformat()}
        for follow in follows_at(address)
    ]


@transaction.atomic
def forget(address: str) -> None:
    """Everything that following has written down of an address, letters included."""
    follower = Follower.objects.filter(address=address).first()
    if follower:
        stop_all(follower)
    FollowRequest.objects.filter(address=address).delete()
    Letter.objects.filter(address=address, kind__in=letters.TO_READERS).delete()


# The clock's part ----------------------------------------------------------------------------


def heed_refusals() -> int:
    """Nothing more goes to an address that its mail server does not know. Returns how many."""
    refused = Letter.objects.failed().filter(is_refused=True, opens=Follow.PAGE)
    followers = Follower.objects.reachable().filter(address__in=refused.values("address"))
    return sum(map(_give_up, followers.values_list("pk", flat=True)))


@transaction.atomic
def _give_up(follower_id):
    follower = Follower.objects.select_for_update().reachable().filter(pk=follower_id).first()
    if follower is None:
        return False
    follower.refused = timezone.now()
    follower.save(update_fields=["refused"])
    # That letter too: nobody is to try it again, and it is no alarm.
    letters.cancel_opening(Follow.PAGE, follower.follows.values_list("pk", flat=True))
    return True


def sweep() -> None:
    """Who never answered is forgotten after a week, who cannot be reached after a month."""
    now = timezone.now()
    FollowRequest.objects.filter(asked__lt=now - UNCONFIRMED_LASTS).delete()
    Letter.objects.filter(kind="follow_request", written__lt=now - UNCONFIRMED_LASTS).delete()
    Follower.objects.filter(refused__lt=now - REFUSED_LASTS).delete()
