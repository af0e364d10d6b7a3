"""What must be true of every chain and no constraint of the database can hold."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from django.db.models import Count, F, Max, Q

from relays.models import Handoff, HandoffState, Leg, LegState, Relay


class Breach(NamedTuple):
    invariant: str
    row: str  # the model and the key, to be found in the admin
    sentence: str


def breach(invariant: str, row, sentence: str) -> Breach:
    return Breach(invariant, f"{row._meta.model_name} {row.pk}", sentence)


def numbers_without_gaps():
    counted = Relay.objects.annotate(
        standing=Count("legs", filter=~Q(legs__state=LegState.ABANDONED)), top=Max("legs__number")
    )
    for relay in counted.exclude(standing=0).exclude(standing=F("top")):
        yield relay, f"{relay.standing} legs stand, the highest number is {relay.top}."


def the_newest_leg_runs():
    for leg in Leg.objects.running():
        if Leg.objects.filter(relay=leg.relay_id, number__gt=leg.number).exists():
            yield leg, "it runs, but a later leg stands."


def a_leg_has_its_handoff():
    wrong = Q(handoff__relay=F("relay"), handoff__receiver=F("contributor"))
    for leg in Leg.objects.filter(handoff__isnull=False).exclude(wrong):
        yield leg, "its handoff is for another relay or another person."


def a_taken_handoff_has_its_leg():
    for handoff in Handoff.objects.filter(state=HandoffState.TAKEN, leg=None):
        yield handoff, "it was taken, but no leg came of it."
    for handoff in Handoff.objects.exclude(state=HandoffState.TAKEN).filter(leg__isnull=False):
        yield handoff, f"it has a leg, but is {handoff.state}."


def a_yes_waits_for_a_runner():
    runs = Q(relay__legs__state=LegState.RUNNING)
    for handoff in Handoff.objects.filter(state=HandoffState.ACCEPTED).exclude(runs):
        yield handoff, "a yes waits, though nobody runs."


def a_giver_is_of_the_same_relay():
    for handoff in Handoff.objects.exclude(giver=None).exclude(giver__relay=F("relay")):
        yield handoff, "it is given by a leg of another relay."


def a_finished_relay_is_quiet():
    for relay in Relay.objects.finished().filter(legs__state=LegState.RUNNING):
        yield relay, "it has finished, but a leg runs."
    waiting = [HandoffState.NOMINATED, HandoffState.OFFERED, HandoffState.ACCEPTED]
    for relay in Relay.objects.finished().filter(handoffs__state__in=waiting).distinct():
        yield relay, "it has finished, but somebody is named or asked."


def a_relay_is_open_once_a_leg_began():
    began = Q(legs__isnull=False)
    for relay in Relay.objects.filter(began, opened=None).distinct():
        yield relay, "legs began, but it never opened."
    for relay in Relay.objects.exclude(opened=None).filter(legs=None):
        yield relay, "it opened, but no leg ever began."


def a_runner_can_be_known():
    asked = [HandoffState.OFFERED, HandoffState.ACCEPTED]
    for handoff in Handoff.objects.filter(state__in=asked, receiver__user=None):
        yield handoff, "the person who was asked has no user."


def every_leg_and_answer_was_recorded():
    recorded = ["take", "import"]
    for leg in Leg.objects.exclude(moves__verb__in=recorded):
        yield leg, "no move says how it began."
    for leg in Leg.objects.filter(state=LegState.ABANDONED).exclude(moves__verb="abandon"):
        yield leg, "no move says who abandoned it."
    for state, verb in (("offered", "offer"), ("accepted", "accept"), ("declined", "decline")):
        for handoff in Handoff.objects.filter(state=state).exclude(moves__verb=verb):
            yield handoff, f"it is {state}, but no move says so."


INVARIANTS: list[Callable[[], Iterator]] = [
    numbers_without_gaps,
    the_newest_leg_runs,
    a_leg_has_its_handoff,
    a_taken_handoff_has_its_leg,
    a_yes_waits_for_a_runner,
    a_giver_is_of_the_same_relay,
    a_finished_relay_is_quiet,
    a_relay_is_open_once_a_leg_began,
    a_runner_can_be_known,
    every_leg_and_answer_was_recorded,
]


def breaches() -> Iterator[Breach]:
    for invariant in INVARIANTS:
        for row, sentence in invariant():
            yield breach(invariant.__name__, row, sentence)
