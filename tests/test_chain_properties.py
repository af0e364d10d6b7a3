"""Whatever people do to a relay, in whatever order: the chain stays a chain."""

import random

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relays import baton, invariants
from relays.errors import RuleBroken
from relays.models import BatonMove, Handoff, HandoffState, Leg, LegState, Relay
from tests.factories import make_contributor, make_editor, make_relay

pytestmark = pytest.mark.django_db

VERBS = {  # how often each is tried, so that chains grow before they end
    "nominate": 6,
    "offer": 6,
    "accept": 6,
    "finish": 4,
    "reopen": 3,
    "decline": 2,
    "withdraw": 1,
    "abandon": 1,
    "close": 1,
}
USUAL_STATE = {
    "offer": "nominated",
    "accept": "offered",
    "decline": "offered",
    "withdraw": "accepted",
    "finish": "running",
    "abandon": "running",
}


def acts(seed):
    """Forty acts at random. Drawn from a seed, because lists of hypothesis like to repeat the
    first verb, and such chains never grow."""
    draw = random.Random(seed)  # noqa: S311
    for _ in range(40):
        yield (
            draw.choices(list(VERBS), VERBS.values())[0],
            draw.randrange(12),  # who acts: one of the five people, or an editor
            draw.randrange(5),  # whom to nominate
            draw.randrange(6),  # on which row: mostly one in the usual state, else a newer one
            draw.random() < 0.5,
        )


def chain(relay):
    return [
        list(model.objects.filter(**{key: relay.pk}).order_by("pk").values())
        for model, key in ((Relay, "pk"), (Leg, "relay"), (Handoff, "relay"), (BatonMove, "relay"))
    ]


def row_for(relay, verb, place):
    if verb in ("nominate", "close", "reopen"):
        return relay
    rows = relay.legs if verb in ("finish", "abandon") else relay.handoffs
    usual = rows.filter(state=USUAL_STATE[verb]).order_by("pk").first()
    if usual and place > 1:
        return usual
    return next(iter(rows.order_by("-pk")[place : place + 1]), None)


def act_on(relay, people, editor, verb, who, whom, place, yes):
    """Do it. Does the act succeed?"""
    row = row_for(relay, verb, place)
    if row is None:
        return False
    user = people[who].user if who < len(people) else editor
    words = {}
    if verb == "nominate":
        words = {"receiver": people[whom], "offer_at_publication": yes}
    try:
        getattr(baton, verb)(row, by=user, **words)
    except RuleBroken as broken:
        if not str(broken).endswith("."):
            raise
        return False
    return True


def assert_it_is_a_chain(relay):
    legs = list(relay.legs.all())
    standing = [leg for leg in legs if leg.state != LegState.ABANDONED]
    states = list(relay.handoffs.values_list("state", flat=True))
    taken = relay.handoffs.filter(state=HandoffState.TAKEN)
    assert sum(leg.state == LegState.RUNNING for leg in legs) <= 1
    assert sum(state in ("offered", "accepted") for state in states) <= 1
    assert sorted(leg.number for leg in standing) == list(range(1, len(standing) + 1))
    assert {leg.number for leg in legs if leg.state == LegState.ABANDONED} <= {None}
    assert {leg.handoff_id for leg in legs} == {handoff.pk for handoff in taken}
    assert bool(relay.opened) == bool(legs)
    if "accepted" in states:
        assert relay.legs.running().exists()
    if relay.closed:
        assert not {"nominated", "offered", "accepted"} & set(states)
        assert not relay.legs.running().exists()


@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    seed=st.integers(0),
    alternation=st.sampled_from(["strict", "preferred", "off"]),
    past_legs=st.sampled_from([0, 2]),
)
def test_no_sequence_of_acts_breaks_a_chain(seed, alternation, past_legs, people, editor):
    relay = make_relay(alternation=alternation)
    for person in people[:past_legs]:
        baton.add_past_leg(relay, contributor=person, sector=person.sector, began=timezone.now())

    for act in acts(seed):
        verb = act[0]
        before, moves = chain(relay), relay.moves.filter(verb=verb).count()
        worked = act_on(relay, people, editor, *act)
        relay = Relay.objects.get(pk=relay.pk)
        if worked:
            assert_it_is_a_chain(relay)
            assert relay.moves.filter(verb=verb).count() == moves + 1
        else:
            assert chain(relay) == before
    assert list(invariants.breaches()) == []


@pytest.fixture
def people():
    sectors = ["public", "private", "", "public", "private"]
    return [make_contributor(sector=sector) for sector in sectors]


@pytest.fixture
def editor():
    return make_editor()
