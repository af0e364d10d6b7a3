"""A relay is closed, and opened again."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from relays import letters, verbs
from relays.baton.moves import lock, record, set_state
from relays.models import HandoffState, Relay, User

_ENDED = [
    HandoffState.TAKEN,
    HandoffState.DECLINED,
    HandoffState.LAPSED,
    HandoffState.WITHDRAWN,
]


@transaction.atomic
def close(
    relay: Relay, *, by: User | None, closing_note: str = "", at: datetime | None = None
) -> Relay:
    """The relay has finished. Whoever was asked or named is not asked any more."""
    relay = lock(relay.pk)
    verbs.ask("close", relay, by)

    for handoff in relay.handoffs.exclude(state__in=_ENDED):
        set_state(handoff, HandoffState.WITHDRAWN)
        handoff.links.revoke()
        record("withdraw", relay, handoff=handoff, by=by)
        letters.withdrawn(handoff)
    letters.nobody_waits(relay)
    relay.closed = at or timezone.now()
    relay.closing_note = closing_note or relay.closing_note
    relay.save(update_fields=["closed", "closing_note"])
    record("close", relay, by=by)
    return relay


@transaction.atomic
def reopen(relay: Relay, *, by: User | None, note: str = "") -> Relay:
    relay = lock(relay.pk)
    verbs.ask("reopen", relay, by)

    relay.closed = None
    relay.save(update_fields=["closed"])
    record("reopen", relay, by=by, note=note)
    return relay
