"""A leg begins: with the yes of whoever is asked, or when the baton they wait for is free."""

from django.utils import timezone

from relays import letters, workdays
from relays.baton.moves import fresh, record, set_state
from relays.models import HandoffState


def begin_leg(handoff):
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
    set_state(handoff, HandoffState.TAKEN)
    if not relay.opened:
        relay.opened = leg.began
        relay.save(update_fields=["opened"])
    record("take", relay, leg=leg, handoff=handoff, by=None)
    return leg


def begin_the_waiting(relay):
    """The baton is free: whoever has said yes and waits for it takes it now."""
    waiting = relay.baton.handoff
    if waiting and waiting.state == HandoffState.ACCEPTED:
        waiting = fresh(relay, relay.handoffs.select_related("receiver"), waiting)
        begin_leg(waiting)
        letters.your_turn(waiting)
