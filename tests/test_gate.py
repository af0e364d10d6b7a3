"""The editor's gate: whom a holder has named is approved, moved up, replaced or kept for later."""

from datetime import date

import pytest
from django.utils import translation

from articles.newsroom import pool
from relays import baton
from relays.errors import RuleBroken
from relays.models import Letter
from tests.factories import (
    begin_leg,
    handoff_states,
    make_contributor,
    make_editor,
    make_handoff,
    make_leg_article,
    make_relay,
    moves,
    publish,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def named(relay):
    """Who is on the list, first first."""
    nominated = relay.handoffs.nominated().order_by("rank", "pk")
    return [handoff.receiver for handoff in nominated]


def three_named(relay):
    return [make_handoff(relay) for _ in range(3)]


def test_an_approved_nominee_is_asked_when_the_leg_is_published():
    leg = begin_leg(make_relay())
    first, second = make_handoff(leg.relay), make_handoff(leg.relay)

    baton.approve(second, by=make_editor())
    publish(make_leg_article(leg))

    assert handoff_states(leg.relay) == ["taken", "nominated", "offered"]
    assert Letter.objects.filter(kind="invitation", handoff=second).exists()
    assert not Letter.objects.filter(handoff=first).exists()


def test_an_approval_can_be_taken_back():
    leg = begin_leg(make_relay())
    handoff = baton.approve(make_handoff(leg.relay), by=None)

    baton.unapprove(handoff, by=make_editor())
    publish(make_leg_article(leg))

    assert handoff_states(leg.relay) == ["taken", "nominated"]


def test_approving_tells_nobody():
    leg = begin_leg(make_relay())
    handoff = make_handoff(leg.relay)
    before = Letter.objects.count()

    baton.approve(handoff, by=make_editor())

    assert Letter.objects.count() == before


def test_somebody_without_an_address_is_not_approved():
    leg = begin_leg(make_relay())
    handoff = make_handoff(leg.relay, receiver=make_contributor(sector="", email=None))

    with pytest.raises(RuleBroken, match="has no e-mail address yet"):
        baton.approve(handoff, by=make_editor())


def test_where_nobody_runs_there_is_no_publication_to_wait_for():
    handoff = make_handoff(make_relay(finished_legs=1))

    with pytest.raises(RuleBroken, match="is not open for"):
        baton.approve(handoff, by=make_editor())


def test_two_approved_are_asked_in_the_order_of_the_list():
    leg = begin_leg(make_relay())
    first, second = make_handoff(leg.relay), make_handoff(leg.relay)
    for handoff in (first, second):
        baton.approve(handoff, by=None)
    second.refresh_from_db()

    baton.move_up(second, by=make_editor())
    publish(make_leg_article(leg))

    assert handoff_states(leg.relay) == ["taken", "nominated", "offered"]


def test_moving_up_changes_places_with_the_one_before():
    relay = make_relay()
    first, second, third = three_named(relay)

    baton.move_up(third, by=make_editor())

    assert named(relay) == [first.receiver, third.receiver, second.receiver]
    assert moves(relay)[-1] == "move_up"


def test_whoever_comes_first_after_a_withdrawal_does_not_move_up():
    relay = make_relay()
    first, second, _third = three_named(relay)
    baton.withdraw(first, by=None)

    with pytest.raises(RuleBroken, match="comes first already"):
        baton.move_up(second, by=make_editor())


def test_a_replacement_takes_the_place_on_the_list():
    relay, editor = make_relay(), make_editor()
    first, second, third = three_named(relay)
    other = make_contributor("Grethe Holm")

    handoff = baton.replace(second, other, by=editor, message="Fordi hun har prøvet det.")

    assert named(relay) == [first.receiver, other, third.receiver]
    assert (handoff.message, handoff.proposed_by) == ("Fordi hun har prøvet det.", editor)
    assert moves(relay)[-2:] == ["replace", "nominate"]


def test_a_replacement_that_is_refused_replaces_nobody():
    relay = make_relay()
    first, second, third = three_named(relay)

    with pytest.raises(RuleBroken, match="is nominated already"):
        baton.replace(second, first.receiver, by=make_editor())

    assert named(relay) == [first.receiver, second.receiver, third.receiver]
    assert moves(relay) == ["nominate"] * 3


def test_whoever_is_kept_for_later_is_a_candidate():
    relay = make_relay()
    handoff = make_handoff(relay, receiver=make_contributor("Grethe Holm"))

    baton.keep(handoff, by=make_editor(), ask_again_after=date(2099, 1, 5), note="Efter valget.")

    [candidate] = pool.candidates(relay)
    assert named(relay) == []
    assert (candidate.person.name, candidate.is_to_wait) == ("Grethe Holm", True)
    assert relay.moves.latest("pk").note == "Efter valget."
    assert not Letter.objects.exists()


def test_who_waits_for_the_baton_can_still_say_no():
    leg = begin_leg(make_relay())
    handoff = make_handoff(leg.relay, accepted=True)

    baton.decline(handoff, by=handoff.receiver.user, reason="Jeg har skiftet job.")

    assert handoff_states(leg.relay) == ["taken", "declined"]
    unsent = Letter.objects.unsent().filter(handoff=handoff)
    assert sorted(unsent.values_list("kind", flat=True)) == ["giver_no"]


def test_and_yes_again_while_nobody_else_is_asked():
    leg = begin_leg(make_relay())
    handoff = make_handoff(leg.relay, accepted=True)
    baton.decline(handoff, by=handoff.receiver.user)
    handoff.refresh_from_db()

    baton.accept(handoff, by=handoff.receiver.user)

    assert handoff_states(leg.relay) == ["taken", "accepted"]
