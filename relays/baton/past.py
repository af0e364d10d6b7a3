"""Legs that ran before this program knew of them. For imports only."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from relays.baton.moves import fresh, lock, record, set_state
from relays.errors import RuleBroken
from relays.models import Contributor, HandoffState, Leg, LegState, Relay


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
    relay = lock(relay.pk)
    if relay.runner or relay.baton.handoff:
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
    record("import", relay, leg=leg, handoff=handoff, by=None)
    return leg


@transaction.atomic
def amend_past_leg(
    leg: Leg, *, contributor: Contributor | None, sector: str, began: datetime, message: str
) -> bool:
    """What an amended file says of a leg that was imported. Returns whether anything changed.

    When a leg that ran here began is known here, and no file says it better.
    """
    relay = lock(leg.relay_id)
    leg = fresh(relay, relay.legs.select_related("handoff"), leg)
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
        set_state(handoff, HandoffState.WITHDRAWN)
    elif contributor and leg.number:
        giver = relay.legs.filter(number=leg.number - 1).first()
        handoff = _past_handoff(relay, giver, contributor, message, began)
    leg.contributor, leg.sector, leg.began = contributor, sector, began
    leg.handoff = handoff if contributor else None
    leg.save(update_fields=["contributor", "sector", "began", "handoff"])
    record("amend", relay, leg=leg, handoff=handoff, by=None)
    return True


@transaction.atomic
def amend_past(
    relay: Relay, *, opened: datetime, closed: datetime | None, closing_note: str
) -> bool:
    """What an amended file says of how an imported relay began and ended, where that was not
    here. Returns whether anything changed."""
    relay = lock(relay.pk)
    was = (relay.opened, relay.closed, relay.closing_note)
    if _was_imported(relay.legs.get(number=1)):
        relay.opened = opened
    if relay.closed and closed and relay.moves.filter(verb="close").latest("pk").by is None:
        relay.closed, relay.closing_note = closed, closing_note
    if was == (relay.opened, relay.closed, relay.closing_note):
        return False
    relay.save(update_fields=["opened", "closed", "closing_note"])
    record("amend", relay, by=None)
    return True


def _was_imported(leg):
    return leg.moves.filter(verb="import").exists()


def _past_handoff(relay, giver, receiver, message, answered):
    return relay.handoffs.create(
        giver=giver,
        receiver=receiver,
        message=message,
        state=HandoffState.TAKEN,
        answered=answered,
    )
