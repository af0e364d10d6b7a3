"""A relay pauses, or the reminders of one leg or handoff do."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relays import ladder, letters, verbs, workdays
from relays.baton.moves import lock, record
from relays.errors import RuleBroken
from relays.models import Handoff, HandoffState, Leg, Relay, User


@transaction.atomic
def pause(relay: Relay, until: date, *, by: User | None, note: str = "") -> Relay:
    """The relay rests until a day, and every date of it moves by as much."""
    relay = lock(relay.pk)
    verbs.ask("pause", relay, by)
    today = timezone.localdate()
    if until <= today:
        raise RuleBroken(_("Choose a day that is still to come."))

    relay.paused_until = until
    relay.save(update_fields=["paused_until"])
    for handoff in relay.handoffs.all():
        letters.cancel(handoff, *ladder.KINDS)
    letters.nobody_waits(relay)
    _shift_dates(relay, until - today)
    record("pause", relay, by=by, note=note)
    return relay


@transaction.atomic
def resume(relay: Relay, *, by: User | None, note: str = "") -> Relay:
    """The rest ends early, and the dates move back by what is left of it."""
    relay = lock(relay.pk)
    verbs.ask("resume", relay, by)

    today = timezone.localdate()
    left = (relay.paused_until or today) - today
    relay.paused_until = None
    relay.save(update_fields=["paused_until"])
    _shift_dates(relay, -left)
    record("resume", relay, by=by, note=note)
    return relay


@transaction.atomic
def rest(row: Leg | Handoff, until: date, *, by: User | None, note: str = "") -> None:
    """A note, such as "called her, says Friday", that keeps the reminders quiet until a day."""
    relay = lock(row.relay_id)
    is_leg = isinstance(row, Leg)
    fresh = (relay.legs if is_leg else relay.handoffs).get(pk=row.pk)
    fresh.relay = relay
    verbs.ask("rest_leg" if is_leg else "rest_handoff", fresh, by)
    if until <= timezone.localdate():
        raise RuleBroken(_("Choose a day that is still to come."))

    fresh.rest_until = until
    fresh.save(update_fields=["rest_until"])
    handoff = fresh.handoff if is_leg else fresh
    letters.cancel(handoff, *ladder.KINDS)
    record("rest", relay, leg=fresh if is_leg else None, handoff=handoff, by=by, note=note)


def _shift_dates(relay, by):
    for leg in relay.legs.running():
        leg.due = workdays.working_day_from(leg.due + by)
        leg.save(update_fields=["due"])
    for handoff in relay.handoffs.filter(state=HandoffState.OFFERED):
        handoff.answer_by = workdays.working_day_from(handoff.answer_by + by)
        handoff.save(update_fields=["answer_by"])
