"""What each verb does: lock the relay, read the row again, change it, record the move."""

from relays import permissions
from relays.models import BatonMove, Channel, Relay


def lock(relay_id):
    # no_key: rows that merely point at the relay can still be written meanwhile.
    return Relay.objects.select_for_update(no_key=True).get_with_baton(relay_id)


def fresh(relay, rows, row):
    """The row as it is now that the relay is locked, hanging on that very relay."""
    fresh = rows.get(pk=row.pk)
    fresh.relay = relay
    return fresh


def locked_leg(leg):
    relay = lock(leg.relay_id)
    return fresh(relay, relay.legs.select_related("contributor", "handoff"), leg)


def locked_handoff(handoff):
    relay = lock(handoff.relay_id)
    return fresh(relay, relay.handoffs.select_related("receiver"), handoff)


def set_state(handoff, state, **fields):
    for name, value in {"state": state, **fields}.items():
        setattr(handoff, name, value)
    handoff.save(update_fields=["state", *fields])


def record(verb, relay, **fields):
    BatonMove.objects.create(relay=relay, verb=verb, **fields)


def record_answer(verb, handoff, *, by, channel, note):
    theirs = by is None or permissions.is_receiver(by, handoff)
    record(
        verb,
        handoff.relay,
        handoff=handoff,
        by=by,
        on_behalf_of=None if theirs else handoff.receiver,
        channel="" if theirs else channel or Channel.PHONE,
        note=note,
    )
