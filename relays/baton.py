"""Who holds the baton, and how it moves.

Nothing else writes `Leg.state`, `Handoff.state`, `Relay.opened` or `Relay.closed`. The relay
row is the lock: whoever holds it may change any leg or handoff of that relay. Each verb locks,
asks, changes and records, in one transaction. `by` is the user who acts; None is the clock, an
import, or what follows from another act, and may do everything that the chain allows.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from relays import permissions, workdays
from relays.errors import RuleBroken
from relays.models import (
    Alternation,
    BatonMove,
    Channel,
    Contributor,
    Handoff,
    HandoffState,
    Leg,
    LegState,
    Place,
    Relay,
    Sector,
    User,
)

MOST_NOMINATIONS = 3

OPEN, CLOSED = "open", "closed"


class Verb(NamedTuple):
    """One row of the table: a verb, the states it starts from, who may, and what hinders it."""

    label: Promise
    acts_on: type
    sources: frozenset
    allowed: Callable[[User, Any], bool]
    hindrance: Callable[[Any], str] = lambda row: ""


# What stands in the way ----------------------------------------------------------------------


def sector_breach(relay: Relay, receiver: Contributor) -> bool:
    """Would this runner come from the same sector as the one before?

    People without a sector never break the rule.
    """
    before = relay.baton.leg
    return bool(
        relay.alternation != Alternation.OFF
        and before
        and receiver.sector
        and before.sector == receiver.sector
    )


def _too_many_nominations(relay):
    if relay.handoffs.nominated().filter(giver=relay.baton.leg).count() >= MOST_NOMINATIONS:
        return _("There are three nominations already. Withdraw one first.")
    return ""


def _offer_hindrance(handoff):
    relay = handoff.relay
    baton = relay.baton
    if baton.place == Place.FINISHED:
        return _("%(relay)s has finished. Reopen it first.") % {"relay": relay}
    if baton.handoff:
        return _("%(name)s is asked already.") % {"name": baton.handoff.receiver}
    if handoff.giver_id != (baton.leg and baton.leg.pk):
        return _("%(name)s was nominated for an earlier turn. Nominate them again.") % {
            "name": handoff.receiver
        }
    if not handoff.receiver.email:
        return _("%(name)s has no e-mail address yet.") % {"name": handoff.receiver}
    return _sector_refusal(relay, handoff.receiver, handoff.override_reason)


def _accept_hindrance(handoff):
    if handoff.state == HandoffState.OFFERED:
        return ""
    baton = handoff.relay.baton
    if baton.place == Place.FINISHED:
        return _("%(relay)s has finished.") % {"relay": handoff.relay}
    if baton.handoff:
        return _("%(name)s is asked by now.") % {"name": baton.handoff.receiver}
    if handoff.giver_id != (baton.leg and baton.leg.pk):
        return _("The baton has moved on by now.")
    return ""


def _close_hindrance(relay):
    baton = relay.baton
    if baton.place == Place.RUNNING:
        return _("%(name)s has the baton. The relay can finish when that leg has.") % {
            "name": baton.leg.contributor
        }
    return ""


def _sector_refusal(relay, receiver, override_reason):
    if not sector_breach(relay, receiver):
        return ""
    other = Sector.PRIVATE if receiver.sector == Sector.PUBLIC else Sector.PUBLIC
    words = {"name": receiver, "sector": other.label}
    if relay.alternation == Alternation.STRICT:
        return (
            _("The next runner must come from the other sector (%(sector)s), %(name)s does not.")
            % words
        )
    if not override_reason.strip():
        return _("It is the other sector's turn (%(sector)s). Say why %(name)s comes next.") % words
    return ""


VERBS = {
    "nominate": Verb(
        _("Nominate"), Relay, frozenset({OPEN}), permissions.may_nominate, _too_many_nominations
    ),
    "offer": Verb(
        _("Ask"),
        Handoff,
        frozenset({HandoffState.NOMINATED}),
        permissions.is_editor,
        _offer_hindrance,
    ),
    "accept": Verb(
        _("Accept"),
        Handoff,
        frozenset({HandoffState.OFFERED, HandoffState.DECLINED, HandoffState.LAPSED}),
        permissions.may_answer,
        _accept_hindrance,
    ),
    "decline": Verb(
        _("Decline"), Handoff, frozenset({HandoffState.OFFERED}), permissions.may_answer
    ),
    "withdraw": Verb(
        _("Withdraw"),
        Handoff,
        frozenset({HandoffState.NOMINATED, HandoffState.OFFERED, HandoffState.ACCEPTED}),
        permissions.is_editor,
    ),
    "abandon": Verb(_("Abandon"), Leg, frozenset({LegState.RUNNING}), permissions.may_abandon),
    "close": Verb(_("Close"), Relay, frozenset({OPEN}), permissions.is_editor, _close_hindrance),
    "reopen": Verb(_("Reopen"), Relay, frozenset({CLOSED}), permissions.is_editor),
}


def verbs_open_to(user: User, row) -> dict[str, str]:
    """The verbs that this person may use on a relay, handoff or leg in its present state.

    Each with the sentence that says what still hinders it, "" where nothing does. The row's
    relay comes from `with_baton()`.
    """
    return {
        name: str(verb.hindrance(row))
        for name, verb in VERBS.items()
        if isinstance(row, verb.acts_on) and _state(row) in verb.sources and verb.allowed(user, row)
    }


# The verbs -----------------------------------------------------------------------------------


@transaction.atomic
def nominate(
    relay: Relay,
    receiver: Contributor,
    *,
    by: User | None,
    message: str = "",
    override_reason: str = "",
    offer_at_publication: bool = False,
    write_by: date | None = None,
) -> Handoff:
    """Put somebody's name down as the next runner. Nobody is told."""
    relay = _lock(relay.pk)
    _ask("nominate", relay, by)
    if sentence := _sector_refusal(relay, receiver, override_reason):
        raise RuleBroken(sentence)
    giver = relay.baton.leg
    nominations = relay.handoffs.nominated().filter(giver=giver)
    if nominations.filter(receiver=receiver).exists():
        raise RuleBroken(_("%(name)s is nominated already.") % {"name": receiver})

    handoff = relay.handoffs.create(
        giver=giver,
        receiver=receiver,
        message=message,
        rank=max(nominations.values_list("rank", flat=True), default=0) + 1,
        override_reason=override_reason,
        offer_at_publication=offer_at_publication,
        write_by=write_by,
        proposed_by=by,
    )
    _record("nominate", relay, handoff=handoff, by=by)
    return handoff


@transaction.atomic
def offer(handoff: Handoff, *, by: User | None) -> Handoff:
    """Ask the nominee. From now on they have a user of their own, without a password."""
    handoff = _locked_handoff(handoff)
    _ask("offer", handoff, by)
    return _offer(handoff, by=by)


@transaction.atomic
def accept(handoff: Handoff, *, by: User | None, channel: str = "", note: str = "") -> Handoff:
    """The receiver takes the baton: now, or as soon as its holder lets go.

    Takes the handoff, not the relay, so that a double click is a refused second answer to the
    same offer and never a first answer to another one. `channel` says how an editor who
    records the yes heard it.
    """
    handoff = _locked_handoff(handoff)
    _ask("accept", handoff, by)

    _set_state(handoff, HandoffState.ACCEPTED, answered=timezone.now())
    _record_answer("accept", handoff, by=by, channel=channel, note=note)
    if not handoff.relay.legs.running().exists():
        _begin_leg(handoff)  # else it begins when the running one is published
    return handoff


@transaction.atomic
def decline(
    handoff: Handoff,
    *,
    by: User | None,
    reason: str = "",
    ask_again_after: date | None = None,
    channel: str = "",
) -> Handoff:
    handoff = _locked_handoff(handoff)
    _ask("decline", handoff, by)

    _set_state(
        handoff,
        HandoffState.DECLINED,
        answered=timezone.now(),
        reason=reason,
        ask_again_after=ask_again_after,
    )
    _record_answer("decline", handoff, by=by, channel=channel, note=reason)
    return handoff


@transaction.atomic
def withdraw(handoff: Handoff, *, by: User | None, note: str = "") -> Handoff:
    """The editor takes a nomination, an offer or a waiting yes back."""
    handoff = _locked_handoff(handoff)
    _ask("withdraw", handoff, by)

    _set_state(handoff, HandoffState.WITHDRAWN)
    _record("withdraw", handoff.relay, handoff=handoff, by=by, note=note)
    return handoff


@transaction.atomic
def finish(leg: Leg, *, by: User | None) -> Leg:
    """The leg's article is out: the baton goes to whoever waits for it.

    Called by the publication only, which has asked already who may publish. Else the
    nominee with a tick is asked, if the chain allows it; else the baton is free.
    """
    relay = _lock(leg.relay_id)
    leg = _fresh(relay, relay.legs, leg)
    if leg.state != LegState.RUNNING:
        raise RuleBroken(_too_late(leg))

    leg.state = LegState.FINISHED
    leg.save(update_fields=["state"])
    _record("finish", relay, leg=leg, by=by)
    relay = _lock(relay.pk)
    waiting = relay.baton.handoff
    if waiting and waiting.state == HandoffState.ACCEPTED:
        _begin_leg(_fresh(relay, relay.handoffs.select_related("receiver"), waiting))
    elif not waiting:
        _offer_the_ticked(relay)
    return leg


@transaction.atomic
def abandon(leg: Leg, *, by: User | None, note: str = "") -> Leg:
    """The holder hands the baton back, or the editor takes it. The number becomes free again."""
    relay = _lock(leg.relay_id)
    leg = _fresh(relay, relay.legs.select_related("contributor"), leg)
    _ask("abandon", leg, by)

    leg.state, leg.number = LegState.ABANDONED, None
    leg.save(update_fields=["state", "number"])
    _record("abandon", relay, leg=leg, by=by, note=note)
    relay = _lock(relay.pk)
    waiting = relay.baton.handoff
    if waiting and waiting.state == HandoffState.ACCEPTED:
        _begin_leg(_fresh(relay, relay.handoffs.select_related("receiver"), waiting))
    return leg


@transaction.atomic
def close(
    relay: Relay, *, by: User | None, closing_note: str = "", at: datetime | None = None
) -> Relay:
    """The relay has finished. Whoever was asked or named is not asked any more."""
    relay = _lock(relay.pk)
    _ask("close", relay, by)

    for handoff in relay.handoffs.exclude(state__in=_ENDED):
        _set_state(handoff, HandoffState.WITHDRAWN)
        _record("withdraw", relay, handoff=handoff, by=by)
    relay.closed = at or timezone.now()
    relay.closing_note = closing_note or relay.closing_note
    relay.save(update_fields=["closed", "closing_note"])
    _record("close", relay, by=by)
    return relay


@transaction.atomic
def reopen(relay: Relay, *, by: User | None, note: str = "") -> Relay:
    relay = _lock(relay.pk)
    _ask("reopen", relay, by)

    relay.closed = None
    relay.save(update_fields=["closed"])
    _record("reopen", relay, by=by, note=note)
    return relay


@transaction.atomic
def add_past_leg(
    relay: Relay,
    *,
    contributor: Contributor | None,
    sector: str,
    began: datetime,
    message: str = "",
) -> Leg:
    """A leg that ran before this program knew of it, as the next number. For imports only."""
    relay = _lock(relay.pk)
    if relay.baton.place in (Place.RUNNING, Place.OFFERED):
        raise RuleBroken(
            _("%(relay)s is running here: its past can't be added to.") % {"relay": relay}
        )
    handoff = None
    if contributor:
        handoff = _past_handoff(relay, relay.baton.leg, contributor, message, began)
    leg = relay.legs.create(
        number=relay.leg_count + 1,
        contributor=contributor,
        sector=sector,
        handoff=handoff,
        began=began,
        state=LegState.FINISHED,
    )
    if not relay.opened:
        relay.opened = began
        relay.save(update_fields=["opened"])
    _record("import", relay, leg=leg, handoff=handoff, by=None)
    return leg


@transaction.atomic
def amend_past_leg(
    leg: Leg, *, contributor: Contributor | None, sector: str, began: datetime, message: str
) -> bool:
    """What an amended file says of a leg that was imported. Returns whether anything changed.

    When a leg that ran here began is known here, and no file says it better.
    """
    relay = _lock(leg.relay_id)
    leg = _fresh(relay, relay.legs.select_related("handoff"), leg)
    imported = _was_imported(leg)
    was = (leg.contributor_id, leg.sector, leg.handoff.message if leg.handoff else "", leg.began)
    will_be = (
        contributor and contributor.pk,
        sector,
        message if contributor else "",
        began if imported else leg.began,
    )
    if was == will_be:
        return False
    if not imported:
        raise RuleBroken(_("%(leg)s ran here: a file can't change it.") % {"leg": leg})
    handoff = leg.handoff
    if contributor and handoff:
        handoff.receiver, handoff.message, handoff.answered = contributor, message, began
        handoff.save(update_fields=["receiver", "message", "answered"])
    elif handoff:  # the file has forgotten the writer
        _set_state(handoff, HandoffState.WITHDRAWN)
    elif contributor and leg.number:
        giver = relay.legs.filter(number=leg.number - 1).first()
        handoff = _past_handoff(relay, giver, contributor, message, began)
    leg.contributor, leg.sector, leg.began = contributor, sector, began
    leg.handoff = handoff if contributor else None
    leg.save(update_fields=["contributor", "sector", "began", "handoff"])
    _record("amend", relay, leg=leg, handoff=handoff, by=None)
    return True


@transaction.atomic
def amend_past(
    relay: Relay, *, opened: datetime, closed: datetime | None, closing_note: str
) -> bool:
    """What an amended file says of how an imported relay began and ended, where that was not
    here. Returns whether anything changed."""
    relay = _lock(relay.pk)
    was = (relay.opened, relay.closed, relay.closing_note)
    if _was_imported(relay.legs.get(number=1)):
        relay.opened = opened
    if relay.closed and closed and relay.moves.filter(verb="close").latest("pk").by is None:
        relay.closed, relay.closing_note = closed, closing_note
    if was == (relay.opened, relay.closed, relay.closing_note):
        return False
    relay.save(update_fields=["opened", "closed", "closing_note"])
    _record("amend", relay, by=None)
    return True


def _was_imported(leg):
    return leg.moves.filter(verb="import").exists()


# How they do it ------------------------------------------------------------------------------

_ENDED = [
    HandoffState.TAKEN,
    HandoffState.DECLINED,
    HandoffState.LAPSED,
    HandoffState.WITHDRAWN,
]


def _lock(relay_id):
    # no_key: rows that merely point at the relay can still be written meanwhile.
    return Relay.objects.select_for_update(no_key=True).with_baton().get(pk=relay_id)


def _fresh(relay, rows, row):
    """The row as it is now that the relay is locked, hanging on that very relay."""
    fresh = rows.get(pk=row.pk)
    fresh.relay = relay
    return fresh


def _locked_handoff(handoff):
    relay = _lock(handoff.relay_id)
    return _fresh(relay, relay.handoffs.select_related("receiver"), handoff)


def _state(row):
    if isinstance(row, Relay):
        return CLOSED if row.closed else OPEN
    return row.state


def _ask(name, row, by):
    verb = VERBS[name]
    if _state(row) not in verb.sources:
        raise RuleBroken(_too_late(row))
    if by is not None and not verb.allowed(by, row):
        raise RuleBroken(_not_you(name, row))
    if sentence := verb.hindrance(row):
        raise RuleBroken(sentence)


def _too_late(row):
    if isinstance(row, Relay):
        words = {"relay": row}
        return (_("%(relay)s has finished.") if row.closed else _("%(relay)s is open.")) % words
    if isinstance(row, Leg):
        return _("This leg is %(state)s by now.") % {"state": row.get_state_display().lower()}
    return _("This offer to %(name)s is %(state)s by now.") % {
        "name": row.receiver,
        "state": row.get_state_display().lower(),
    }


def _not_you(name, row):
    if name in ("accept", "decline"):
        return _("Only %(name)s or an editor can answer this offer.") % {"name": row.receiver}
    return _("You may not do that here (%(verb)s).") % {"verb": str(VERBS[name].label).lower()}


def _set_state(handoff, state, **fields):
    for name, value in {"state": state, **fields}.items():
        setattr(handoff, name, value)
    handoff.save(update_fields=["state", *fields])


def _offer(handoff, *, by):
    relay = handoff.relay
    handoff.receiver = _with_user(handoff.receiver)
    _set_state(
        handoff,
        HandoffState.OFFERED,
        offered=timezone.now(),
        answer_by=workdays.in_days(relay.answer_days),
    )
    _record("offer", relay, handoff=handoff, by=by)
    return handoff


def _with_user(person):
    # Their row is the lock: another relay may ask the same person in this moment.
    person = Contributor.objects.select_for_update(no_key=True).get(pk=person.pk)
    if person.user_id is None:
        person.user = User.objects.create_user(name=person.name)
        person.save(update_fields=["user"])
    return person


def _offer_the_ticked(relay):
    ticked = relay.handoffs.nominated().filter(giver=relay.baton.leg, offer_at_publication=True)
    for handoff in ticked.select_related("receiver__user").order_by("rank", "pk"):
        handoff.relay = relay
        if not _offer_hindrance(handoff):
            _offer(handoff, by=None)
            return


def _begin_leg(handoff):
    relay, today = handoff.relay, timezone.localdate()
    wanted = handoff.write_by if handoff.write_by and handoff.write_by > today else None
    leg = relay.legs.create(
        number=relay.leg_count + 1,
        contributor=handoff.receiver,
        sector=handoff.receiver.sector,
        handoff=handoff,
        began=timezone.now(),
        due=wanted or workdays.in_days(relay.write_days),
    )
    _set_state(handoff, HandoffState.TAKEN)
    if not relay.opened:
        relay.opened = leg.began
        relay.save(update_fields=["opened"])
    _record("take", relay, leg=leg, handoff=handoff, by=None)
    return leg


def _past_handoff(relay, giver, receiver, message, answered):
    return relay.handoffs.create(
        giver=giver,
        receiver=receiver,
        message=message,
        state=HandoffState.TAKEN,
        answered=answered,
    )


def _record_answer(verb, handoff, *, by, channel, note):
    theirs = by is None or permissions.is_receiver(by, handoff)
    _record(
        verb,
        handoff.relay,
        handoff=handoff,
        by=by,
        on_behalf_of=None if theirs else handoff.receiver,
        channel="" if theirs else channel or Channel.PHONE,
        note=note,
    )


def _record(verb, relay, **fields):
    BatonMove.objects.create(relay=relay, verb=verb, **fields)
