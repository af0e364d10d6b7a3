"""Which verbs a relay, leg or handoff is open to, for whom, and what still stands in the way.

The table that buttons, pages and tests read. Nothing here writes: `relays.baton` does, and asks
here first. A row's relay comes from `with_baton()`.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from relays import permissions
from relays.errors import RuleBroken
from relays.models import (
    Alternation,
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

OPEN, PAUSED, CLOSED = "open", "paused", "closed"


class Verb(NamedTuple):
    """One row of the table: a verb, the states it starts from, and who may.

    `fits` says whether the verb makes sense at all for this row, `hindrance` what still stands
    in the way of one that does.
    """

    label: Promise
    acts_on: type
    sources: frozenset
    allowed: Callable[[User, Any], bool]
    hindrance: Callable[[Any], str] = lambda row: ""
    fits: Callable[[Any], bool] = lambda row: True


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


def offer_hindrance(handoff):
    relay = handoff.relay
    if relay.closed:
        return _("%(relay)s has finished. Reopen it first.") % {"relay": relay}
    if asked := relay.baton.handoff:
        return _("%(name)s is asked already.") % {"name": asked.receiver}
    return _approval_hindrance(handoff)


def _approval_hindrance(handoff):
    if not _is_of_this_turn(handoff):
        return _("%(name)s was nominated for an earlier turn. Nominate them again.") % {
            "name": handoff.receiver
        }
    if sentence := _address_hindrance(handoff):
        return sentence
    return sector_refusal(handoff.relay, handoff.receiver, handoff.override_reason)


def _address_hindrance(handoff):
    if not handoff.receiver.email:
        return _("%(name)s has no e-mail address yet.") % {"name": handoff.receiver}
    return ""


def _is_of_a_recent_turn(handoff):
    if handoff.state != HandoffState.TAKEN:
        return True
    return handoff.pk in {leg.handoff_id for leg in handoff.relay.newest_legs}


def _is_of_this_turn(handoff):
    leg = handoff.relay.baton.leg
    return handoff.giver_id == (leg and leg.pk)


def _waits_for_approval(handoff):
    runner = handoff.relay.runner
    return bool(runner) and not handoff.offer_at_publication and _is_of_this_turn(handoff)


def _is_approved(handoff):
    return handoff.offer_at_publication and _is_of_this_turn(handoff)


def _can_move_up(handoff):
    return handoff.rank > 1 and _is_of_this_turn(handoff)


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


def _stand_in_hindrance(leg):
    if not leg.contributor.organisation:
        return _("Nobody knows which organisation %(name)s is from.") % {"name": leg.contributor}
    return ""


def _close_hindrance(relay):
    baton = relay.baton
    if baton.leg and baton.leg.is_running:
        return _("%(name)s has the baton. The relay can finish when that leg has.") % {
            "name": baton.leg.contributor
        }
    return ""


def sector_refusal(relay, receiver, override_reason):
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
        _("Nominate"),
        Relay,
        frozenset({OPEN, PAUSED}),
        permissions.may_nominate,
        _too_many_nominations,
    ),
    "offer": Verb(
        _("Ask"),
        Handoff,
        frozenset({HandoffState.NOMINATED}),
        permissions.is_editor,
        offer_hindrance,
    ),
    "accept": Verb(
        _("Accept"),
        Handoff,
        frozenset({HandoffState.OFFERED, HandoffState.DECLINED, HandoffState.LAPSED}),
        permissions.may_answer,
        _accept_hindrance,
    ),
    # A yes that waits can become a no; who has the baton hands it back.
    "decline": Verb(
        _("Decline"),
        Handoff,
        frozenset({HandoffState.OFFERED, HandoffState.ACCEPTED}),
        permissions.may_answer,
    ),
    "withdraw": Verb(
        _("Withdraw"),
        Handoff,
        frozenset({HandoffState.NOMINATED, HandoffState.OFFERED, HandoffState.ACCEPTED}),
        permissions.is_editor,
    ),
    "approve": Verb(
        _("Ask at publication"),
        Handoff,
        frozenset({HandoffState.NOMINATED}),
        permissions.is_editor,
        _approval_hindrance,
        fits=_waits_for_approval,
    ),
    "unapprove": Verb(
        _("Do not ask by itself"),
        Handoff,
        frozenset({HandoffState.NOMINATED}),
        permissions.is_editor,
        fits=_is_approved,
    ),
    "move_up": Verb(
        _("Move up"),
        Handoff,
        frozenset({HandoffState.NOMINATED}),
        permissions.is_editor,
        fits=_can_move_up,
    ),
    "replace": Verb(
        _("Replace"),
        Handoff,
        frozenset({HandoffState.NOMINATED}),
        permissions.is_editor,
        fits=_is_of_this_turn,
    ),
    "keep": Verb(
        _("Keep for later"),
        Handoff,
        frozenset({HandoffState.NOMINATED}),
        permissions.is_editor,
    ),
    "readdress": Verb(
        _("Correct the address and ask again"),
        Handoff,
        frozenset({HandoffState.OFFERED}),
        permissions.is_editor,
    ),
    "renew_link": Verb(
        _("Send a new link"),
        Handoff,
        frozenset({HandoffState.OFFERED, HandoffState.ACCEPTED, HandoffState.TAKEN}),
        permissions.is_editor,
        _address_hindrance,
        fits=_is_of_a_recent_turn,
    ),
    "lapse": Verb(_("Lapse"), Handoff, frozenset({HandoffState.OFFERED}), permissions.is_nobody),
    "extend": Verb(
        _("Move the date"), Leg, frozenset({LegState.RUNNING}), permissions.is_holder_or_editor
    ),
    "ask_for_time": Verb(
        _("Ask for more time"), Leg, frozenset({LegState.RUNNING}), permissions.is_holder
    ),
    "rest_leg": Verb(
        _("Let the reminders rest"), Leg, frozenset({LegState.RUNNING}), permissions.is_editor
    ),
    "rest_handoff": Verb(
        _("Let the reminders rest"),
        Handoff,
        frozenset({HandoffState.OFFERED}),
        permissions.is_editor,
    ),
    "pause": Verb(_("Pause"), Relay, frozenset({OPEN}), permissions.is_editor),
    "resume": Verb(_("Resume"), Relay, frozenset({PAUSED}), permissions.is_editor),
    "stand_in": Verb(
        _("Let a colleague stand in"),
        Leg,
        frozenset({LegState.RUNNING}),
        permissions.is_holder_or_editor,
        _stand_in_hindrance,
    ),
    "abandon": Verb(
        _("Abandon"), Leg, frozenset({LegState.RUNNING}), permissions.is_holder_or_editor
    ),
    "close": Verb(
        _("Close"), Relay, frozenset({OPEN, PAUSED}), permissions.is_editor, _close_hindrance
    ),
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
        if isinstance(row, verb.acts_on)
        and state_of(row) in verb.sources
        and verb.fits(row)
        and verb.allowed(user, row)
    }


# Asking ------------------------------------------------------------------------------------


def state_of(row) -> str:
    if isinstance(row, Relay):
        return CLOSED if row.closed else PAUSED if row.is_paused else OPEN
    return row.state


def ask(name: str, row, by: User | None) -> None:
    """Raises the sentence for a person where this verb is not open to them now."""
    verb = VERBS[name]
    if state_of(row) not in verb.sources:
        raise RuleBroken(too_late(row))
    if by is not None and not verb.allowed(by, row):
        raise RuleBroken(_not_you(name, row))
    if not verb.fits(row):
        raise RuleBroken(
            _("“%(verb)s” is not open for %(row)s by now.") % {"verb": verb.label, "row": row}
        )
    if sentence := verb.hindrance(row):
        raise RuleBroken(sentence)


def too_late(row) -> str:
    if isinstance(row, Relay):
        words = {"relay": row}
        if row.closed:
            return _("%(relay)s has finished.") % words
        return (_("%(relay)s is paused.") if row.is_paused else _("%(relay)s is open.")) % words
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
