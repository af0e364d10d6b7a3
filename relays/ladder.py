"""The ladder: which reminder goes to whom, how many working days before or after a date.

One table. Days are Danish working days from the date; a site may set them otherwise
(`LADDER_DAYS`). Only the newest rung that is due is written, once for each date: a clock that
wakes after six weeks does not send six weeks of reminders. A rung that would fall on the day of
the offer, or of the baton, or before it, is none. While a relay is paused, while an editor lets
the reminders rest, and once the text is in, the ladder stands still.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from relays import letters, workdays
from relays.models import Handoff, HandoffState, Leg, Letter, Relay

ASKED, EDITORS = "asked", "editors"


class Rung(NamedTuple):
    kind: str
    days: int  # working days from the date; negative: before it
    to: str


ANSWER = (
    Rung("answer_soon", -2, ASKED),
    Rung("answer_today", 0, ASKED),
)
DUE = (
    Rung("due_soon", -3, ASKED),
    Rung("due_today", 0, ASKED),
    Rung("overdue", 1, ASKED),
    Rung("still_overdue", 5, ASKED),
)
DUE_EDITORS = (
    Rung("editor_overdue", 1, EDITORS),
    Rung("editor_still_overdue", 5, EDITORS),
    Rung("editor_long_overdue", 10, EDITORS),
)
FREE = (Rung("baton_free", 3, EDITORS),)
DUE_KINDS = tuple(rung.kind for rung in (*DUE, *DUE_EDITORS))
KINDS = (*(rung.kind for rung in ANSWER), *DUE_KINDS)

# Moves of names on a list, put there, sorted or taken off it, and a new link: they move no baton.
ON_PAPER = Q(
    verb__in=["nominate", "approve", "unapprove", "move_up", "replace", "keep", "renew_link"]
) | Q(verb="withdraw", handoff__offered=None)


def day_of(rung: Rung, day: date) -> date:
    return workdays.shift(day, settings.LADDER_DAYS.get(rung.kind, rung.days))


def newest_rung(ladder: tuple[Rung, ...], day: date, *, since: date, today: date) -> Rung | None:
    """The rung that stands for today: the last one whose day has come, after `since`."""
    due = [rung for rung in ladder if since < day_of(rung, day) <= today]
    return max(due, key=lambda rung: day_of(rung, day), default=None)


def climb(now: datetime | None = None) -> list[Letter]:
    """Write the reminders that are due now. Twice writes nothing twice. The clock's part."""
    now = now or timezone.now()
    if not workdays.in_office_hours(now):
        return []
    waiting = _relays_to_look_at(timezone.localdate(now))
    return [letter for relay_id in waiting for letter in _climb_relay(relay_id, now)]


def _relays_to_look_at(today):
    """Those with a date that is near or past, or a free baton; found in one query, without a lock."""
    longest = max(-settings.LADDER_DAYS.get(rung.kind, rung.days) for rung in (*ANSWER, *DUE))
    near = workdays.shift(today, max(longest, 0) + 1)
    handoffs = Handoff.objects.filter(relay=OuterRef("pk"))
    running = Leg.objects.running().filter(relay=OuterRef("pk"))
    relays = Relay.objects.unfinished().filter(
        Exists(handoffs.filter(state=HandoffState.OFFERED, answer_by__lte=near))
        | Exists(running.filter(handed_in=None, due__lte=near))
        | ~Exists(running) & ~Exists(handoffs.open()) & Q(opened__isnull=False)
    )
    return list(relays.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _climb_relay(relay_id, now) -> list[Letter]:
    # The relay is the lock: nobody answers, hands in or moves a date while we look.
    relay = Relay.objects.select_for_update(no_key=True).get(pk=relay_id)
    if relay.closed or relay.is_paused:
        return []
    return [letter for letter in _reminders(relay, timezone.localdate(now)) if letter]


def _reminders(relay, today) -> Iterator[Letter | None]:
    common = {"relay": relay}
    asked = list(relay.handoffs.open().select_related("receiver"))
    running = list(relay.legs.running().select_related("contributor", "handoff__receiver"))
    for handoff in asked:
        if handoff.state != HandoffState.OFFERED or _is_resting(handoff, today):
            continue
        if letters.is_still_to_be_asked(handoff):
            continue
        since = timezone.localdate(handoff.offered)
        if rung := newest_rung(ANSWER, handoff.answer_by, since=since, today=today):
            words = {"handoff": handoff, "about_day": handoff.answer_by, **common}
            yield _remind(ANSWER, rung, today, to=handoff.receiver, **words)
    for leg in running:
        if leg.handed_in or _is_resting(leg, today):
            continue
        since = _has_it_since(leg)
        words = {"handoff": leg.handoff, "about_day": leg.due, "leg": leg, **common}
        if rung := newest_rung(DUE, leg.due, since=since, today=today):
            yield _remind(DUE, rung, today, to=leg.contributor, **words)
        if rung := newest_rung(DUE_EDITORS, leg.due, since=since, today=today):
            for editor in letters.editors_on_duty(relay):
                yield _remind(DUE_EDITORS, rung, today, to=editor, **words)
    free_since = None if asked or running else _free_since(relay)
    if free_since and newest_rung(FREE, free_since, since=free_since, today=today):
        for editor in letters.editors_on_duty(relay):
            yield letters.write("baton_free", to=editor, about_day=free_since, **common)


def _remind(ladder, rung, today, *, handoff, about_day, **words):
    """The letter of a rung. Lower ones that have waited until now are not news any more."""
    if rung.kind in letters.BEFORE_THE_DAY and about_day < today:
        return None
    letter = letters.write(rung.kind, handoff=handoff, about_day=about_day, **words)
    if letter:
        letters.cancel(handoff, *(lower.kind for lower in ladder if lower != rung))
    return letter


def _free_since(relay) -> date | None:
    """The day on which the last one let go of the baton; None before the first had it."""
    if not relay.opened:
        return None
    last = relay.moves.exclude(ON_PAPER).order_by("-pk").first()
    return timezone.localdate(last.at) if last else None


def _has_it_since(leg) -> date:
    """The day the leg began, or a colleague took it over."""
    answered = leg.handoff and leg.handoff.answered
    return timezone.localdate(max(leg.began, answered) if answered else leg.began)


def _is_resting(row, today):
    return row.rest_until is not None and today < row.rest_until
