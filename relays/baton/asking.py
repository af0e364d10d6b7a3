"""One person is asked to take the baton, and answers or does not."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relays import accounts, letters, verbs, workdays
from relays.baton.beginning import begin_leg
from relays.baton.moves import locked_handoff, record, record_answer, set_state
from relays.baton.nominating import nominate_instead
from relays.errors import RuleBroken
from relays.models import Contributor, Handoff, HandoffState, User
from relays.models.link import is_over

LAPSES_FROM = 9  # o'clock


@transaction.atomic
def offer(handoff: Handoff, *, by: User | None) -> Handoff:
    """Ask the nominee. From now on they have a user of their own, without a password."""
    handoff = locked_handoff(handoff)
    verbs.ask("offer", handoff, by)
    return _offer(handoff, by=by)


@transaction.atomic
def accept(handoff: Handoff, *, by: User | None, channel: str = "", note: str = "") -> Handoff:
    """The receiver takes the baton: now, or as soon as its holder lets go.

    Takes the handoff, not the relay, so that a double click is a refused second answer to the
    same offer and never a first answer to another one. `channel` says how an editor who
    records the yes heard it.
    """
    handoff = locked_handoff(handoff)
    verbs.ask("accept", handoff, by)

    set_state(handoff, HandoffState.ACCEPTED, answered=timezone.now())
    record_answer("accept", handoff, by=by, channel=channel, note=note)
    if not handoff.relay.legs.running().exists():
        begin_leg(handoff)  # else it begins when the running one is published
    letters.said_yes(handoff, by=by)
    return handoff


@transaction.atomic
def decline(
    handoff: Handoff,
    *,
    by: User | None,
    reason: str = "",
    ask_again_after: date | None = None,
    instead: dict | None = None,
    channel: str = "",
) -> Handoff:
    """The receiver does not take the baton, or after all not, while they wait for it. `instead`
    is somebody they name in their place."""
    handoff = locked_handoff(handoff)
    verbs.ask("decline", handoff, by)

    set_state(
        handoff,
        HandoffState.DECLINED,
        answered=timezone.now(),
        reason=reason,
        ask_again_after=ask_again_after,
    )
    record_answer("decline", handoff, by=by, channel=channel, note=reason)
    letters.said_no(handoff, by=by)
    if instead:
        nominate_instead(handoff, instead, by=by)
    return handoff


@transaction.atomic
def withdraw(handoff: Handoff, *, by: User | None, note: str = "") -> Handoff:
    """The editor takes a nomination, an offer or a waiting yes back."""
    handoff = locked_handoff(handoff)
    verbs.ask("withdraw", handoff, by)

    set_state(handoff, HandoffState.WITHDRAWN)
    handoff.links.revoke()
    record("withdraw", handoff.relay, handoff=handoff, by=by, note=note)
    letters.withdrawn(handoff)
    return handoff


@transaction.atomic
def readdress(handoff: Handoff, *, by: User | None, email: str, note: str = "") -> Handoff:
    """The offer went to a wrong address: that link dies, the dates begin anew, and the wrong
    one hears nothing more."""
    handoff = locked_handoff(handoff)
    verbs.ask("readdress", handoff, by)

    handoff.links.revoke()
    letters.cancel(handoff)
    handoff.receiver.email = email
    handoff.receiver.save(update_fields=["email"])
    accounts.heed_correction(handoff.receiver)
    answer_by = workdays.in_days(handoff.relay.answer_days)
    set_state(handoff, HandoffState.OFFERED, offered=timezone.now(), answer_by=answer_by)
    record("readdress", handoff.relay, handoff=handoff, by=by, note=note)
    letters.invitation(handoff)
    return handoff


@transaction.atomic
def renew_link(handoff: Handoff, *, by: User | None) -> Handoff:
    """The letter was lost, or somebody else has it: every old link dies, and a new one goes out."""
    handoff = locked_handoff(handoff)
    verbs.ask("renew_link", handoff, by)
    if is_over(handoff):
        raise RuleBroken(_("This turn is over: no link opens it any more."))

    handoff.links.revoke()
    letters.write("new_link", to=handoff.receiver, relay=handoff.relay, handoff=handoff)
    record("renew_link", handoff.relay, handoff=handoff, by=by)
    return handoff


@transaction.atomic
def lapse(handoff: Handoff, *, by: User | None = None) -> Handoff:
    """The date to answer by has passed. A late yes still counts while nobody else is asked."""
    handoff = locked_handoff(handoff)
    verbs.ask("lapse", handoff, by)
    if handoff.answer_by and timezone.localdate() <= handoff.answer_by:
        raise RuleBroken(_("There is still time to answer this offer."))

    set_state(handoff, HandoffState.LAPSED)
    record("lapse", handoff.relay, handoff=handoff, by=by)
    letters.lapsed(handoff)
    return handoff


def lapse_due() -> list[Handoff]:
    """Let the offers lapse whose date to answer by has passed: from nine in the morning of the
    next working day, so that nobody lapses at night or over a weekend. The clock's part."""
    now = timezone.localtime()
    if now.hour < LAPSES_FROM or not workdays.is_working_day(now.date()):
        return []
    lapsed = []
    overdue = Handoff.objects.filter(state=HandoffState.OFFERED, answer_by__lt=now.date())
    for handoff in overdue.filter(relay__closed=None).order_by("answer_by", "pk"):
        try:
            lapsed.append(lapse(handoff))
        except RuleBroken:
            continue  # answered, or readdressed, a moment ago
    return lapsed


def offer_the_ticked(relay):
    ticked = relay.handoffs.nominated().filter(giver=relay.baton.leg, offer_at_publication=True)
    for handoff in ticked.select_related("receiver__user").order_by("rank", "pk"):
        handoff.relay = relay
        if not verbs.offer_hindrance(handoff):
            _offer(handoff, by=None)
            return


def _offer(handoff, *, by):
    relay = handoff.relay
    handoff.receiver = with_user(handoff.receiver)
    set_state(
        handoff,
        HandoffState.OFFERED,
        offered=timezone.now(),
        answer_by=workdays.in_days(relay.answer_days),
    )
    record("offer", relay, handoff=handoff, by=by)
    letters.invitation(handoff)
    return handoff


def with_user(person):
    # Their row is the lock: another relay may ask the same person in this moment.
    person = Contributor.objects.select_for_update(no_key=True).get(pk=person.pk)
    if person.user_id is None:
        person.user = accounts.account_for(person)
        person.save(update_fields=["user"])
    return person
