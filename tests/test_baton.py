"""How the baton moves: every verb of relays.baton, and the table of who may when."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone, translation

from relays import baton, verbs
from relays.errors import RuleBroken
from relays.models import BatonMove, Contributor, Handoff, HandoffState, Leg, Relay, Sector, User
from tests.factories import (
    begin_leg,
    handoff_states,
    leg_states,
    make_chief_editor,
    make_contributor,
    make_editor,
    make_handoff,
    make_relay,
    make_superuser,
    make_user,
    moves,
    publish_leg,
    reload,
)

pytestmark = pytest.mark.django_db

MONDAY = "2027-02-01T10:00:00Z"


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def chain(relay):
    """Every row of a relay, to see that nothing has changed."""
    return [
        list(model.objects.filter(**{key: relay.pk}).order_by("pk").values())
        for model, key in ((Relay, "pk"), (Leg, "relay"), (Handoff, "relay"), (BatonMove, "relay"))
    ]


def refuses(sentence, verb, row, *args, **words):
    """The verb says this sentence, and leaves every row of the relay as it was."""
    relay = row if isinstance(row, Relay) else row.relay
    before = chain(relay)
    with pytest.raises(RuleBroken, match=sentence) as broken:
        verb(row, *args, **words)
    return chain(relay) == before and str(broken.value).endswith(".")


def numbers(relay):
    return list(relay.legs.standing().order_by("number").values_list("number", flat=True))


def put_aside(handoff, state):
    """A handoff in a state that no verb of today leads to."""
    Handoff.objects.filter(pk=handoff.pk).update(state=state)
    handoff.refresh_from_db()
    return handoff


# Nominate ------------------------------------------------------------------------------------


def test_an_editor_nominates_the_first_runner():
    relay, receiver, editor = make_relay(), make_contributor(), make_editor()

    handoff = baton.nominate(relay, receiver, by=editor, message="Fordi du ved det.")

    assert (handoff.state, handoff.giver, handoff.rank) == ("nominated", None, 1)
    assert (handoff.receiver, handoff.message, handoff.proposed_by) == (
        receiver,
        "Fordi du ved det.",
        editor,
    )
    move = relay.moves.get()
    assert (move.verb, move.handoff, move.by) == ("nominate", handoff, editor)


def test_the_holder_nominates_who_comes_after():
    relay = make_relay(running=True)
    leg = relay.baton.leg

    handoff = baton.nominate(
        relay, make_contributor(sector=Sector.PRIVATE), by=leg.contributor.user
    )

    assert handoff.giver == leg
    assert handoff_states(relay) == ["taken", "nominated"]


def test_nominees_are_ranked_in_the_order_of_their_nomination():
    relay = make_relay()

    handoffs = [make_handoff(relay) for _ in range(3)]

    assert [handoff.rank for handoff in handoffs] == [1, 2, 3]


def test_a_fourth_nomination_is_refused():
    relay = make_relay()
    for _ in range(3):
        make_handoff(relay)

    assert refuses(
        "three nominations already", baton.nominate, relay, make_contributor(), by=make_editor()
    )


def test_a_withdrawn_nomination_makes_room_for_another_behind_the_rest():
    relay, editor = make_relay(), make_editor()
    first, *_rest = [make_handoff(relay) for _ in range(3)]

    baton.withdraw(first, by=editor)

    assert baton.nominate(relay, make_contributor(), by=editor).rank == 4


def test_nominations_of_an_earlier_turn_take_no_room():
    relay = make_relay()
    for _ in range(3):
        make_handoff(relay)
    begin_leg_of(relay)

    handoff = make_handoff(relay)

    assert (handoff.state, handoff.rank) == ("nominated", 1)


def begin_leg_of(relay):
    handoff = relay.handoffs.nominated().first()
    return baton.accept(baton.offer(handoff, by=None), by=None).leg


def test_nobody_is_nominated_twice_for_one_turn():
    relay = make_relay()
    handoff = make_handoff(relay)

    assert refuses(
        "is nominated already", baton.nominate, relay, handoff.receiver, by=make_editor()
    )


def test_somebody_without_an_address_can_be_nominated():
    relay = make_relay()

    handoff = baton.nominate(relay, make_contributor(email=None, user=None), by=make_editor())

    assert handoff.state == "nominated"
    assert handoff.receiver.user is None


def test_a_former_holder_may_not_nominate():
    relay = make_relay(finished_legs=1)
    holder = relay.baton.leg.contributor.user

    assert refuses(
        "You may not do that",
        baton.nominate,
        relay,
        make_contributor(sector=Sector.PRIVATE),
        by=holder,
    )


def test_somebody_who_has_left_may_do_nothing():
    relay, editor = make_relay(), make_editor()
    User.objects.filter(pk=editor.pk).update(is_active=False)

    assert refuses(
        "You may not do that",
        baton.nominate,
        relay,
        make_contributor(),
        by=User.objects.get(pk=editor.pk),
    )


# The sector rule -----------------------------------------------------------------------------

SECTOR_RULE = [  # alternation, sector of the leg before, of the nominee, reason given, may come
    ("strict", "public", "private", "", True),
    ("strict", "public", "public", "", False),
    ("strict", "public", "public", "Ingen andre kan.", False),
    ("strict", "private", "private", "", False),
    ("strict", "public", "", "", True),
    ("strict", "", "public", "", True),
    ("strict", "", "", "", True),
    ("preferred", "public", "private", "", True),
    ("preferred", "public", "public", "", False),
    ("preferred", "public", "public", "   ", False),
    ("preferred", "public", "public", "Ingen andre kan.", True),
    ("preferred", "public", "", "", True),
    ("preferred", "", "public", "", True),
    ("off", "public", "public", "", True),
    ("off", "public", "private", "", True),
    ("off", "public", "", "", True),
]


def relay_after(sector, **fields):
    relay = make_relay(**fields)
    begin_leg(relay, receiver=make_contributor(sector=sector))
    return reload(relay)


@pytest.mark.parametrize(("alternation", "before", "sector", "reason", "may_come"), SECTOR_RULE)
def test_the_sector_rule_is_asked_at_the_nomination(alternation, before, sector, reason, may_come):
    relay = relay_after(before, alternation=alternation)
    nominee = make_contributor(sector=sector)

    if may_come:
        handoff = baton.nominate(relay, nominee, by=make_editor(), override_reason=reason)
        assert (handoff.state, handoff.override_reason) == ("nominated", reason)
    else:
        assert refuses(
            "other sector",
            baton.nominate,
            relay,
            nominee,
            by=make_editor(),
            override_reason=reason,
        )


@pytest.mark.parametrize(("alternation", "before", "sector", "reason", "may_come"), SECTOR_RULE)
def test_the_sector_rule_is_asked_at_the_offer(alternation, before, sector, reason, may_come):
    relay = relay_after(before, alternation="off")
    handoff = make_handoff(relay, receiver=make_contributor(sector=sector), override_reason=reason)
    Relay.objects.filter(pk=relay.pk).update(alternation=alternation)

    if may_come:
        assert baton.offer(handoff, by=make_editor()).state == "offered"
    else:
        assert refuses("other sector", baton.offer, handoff, by=make_editor())


def test_the_first_runner_comes_from_any_sector():
    assert make_handoff(make_relay(), receiver=make_contributor(sector="private"), offered=True)


def test_the_sector_of_a_leg_is_the_one_it_began_with():
    relay = relay_after("public")
    mover = relay.baton.leg.contributor
    mover.sector = Sector.PRIVATE
    mover.save()

    handoff = baton.nominate(relay, make_contributor(sector="private"), by=make_editor())

    assert handoff.state == "nominated"
    assert relay.legs.get().sector == "public"


def test_a_yes_is_not_asked_for_its_sector_again():
    relay = relay_after("public")
    handoff = make_handoff(relay, offered=True)
    handoff.receiver.sector = Sector.PUBLIC
    handoff.receiver.save()

    baton.accept(handoff, by=handoff.receiver.user)

    assert handoff_states(relay) == ["taken", "accepted"]


# Offer ---------------------------------------------------------------------------------------


@time_machine.travel(MONDAY, tick=False)
def test_an_offer_is_dated_to_a_working_day():
    relay, editor = make_relay(answer_days=5), make_editor()

    handoff = baton.offer(make_handoff(relay), by=editor)

    assert handoff.state == "offered"
    assert handoff.offered == timezone.now()
    assert handoff.answer_by == date(2027, 2, 8)  # the 6th is a Saturday
    move = relay.moves.get(verb="offer")
    assert (move.handoff, move.by, move.on_behalf_of, move.channel) == (handoff, editor, None, "")


def test_whoever_is_asked_gets_a_user_without_a_password():
    receiver = make_contributor("Ida Iversen", user=None)

    baton.offer(make_handoff(make_relay(), receiver=receiver), by=make_editor())

    receiver.refresh_from_db()
    user = receiver.user
    assert (user.name, user.email, user.is_staff) == ("Ida Iversen", None, False)
    assert not user.has_usable_password()


def test_whoever_is_asked_again_keeps_their_user():
    receiver = make_contributor()
    user = receiver.user

    baton.offer(make_handoff(make_relay(), receiver=receiver), by=make_editor())

    receiver.refresh_from_db()
    assert receiver.user == user


def test_an_offer_needs_an_address():
    handoff = make_handoff(make_relay(), receiver=make_contributor(email=None, user=None))
    users = User.objects.count()
    editor = make_editor()

    assert refuses("has no e-mail address yet", baton.offer, handoff, by=editor)
    assert User.objects.count() == users + 1


@pytest.mark.parametrize("state", ["offered", "accepted"])
def test_nobody_else_is_asked_meanwhile(state):
    relay = make_relay(running=True)
    make_handoff(relay, **{state: True})

    assert refuses("is asked already", baton.offer, make_handoff(relay), by=make_editor())


def test_a_nomination_of_an_earlier_turn_is_stale():
    relay = make_relay()
    stale = make_handoff(relay)
    publish_leg(relay, receiver=make_contributor(sector="public"))

    assert refuses("was nominated for an earlier turn", baton.offer, stale, by=make_editor())


def test_a_nomination_by_an_abandoned_leg_is_stale():
    relay = make_relay(running=True)
    stale = make_handoff(relay)
    baton.abandon(relay.baton.leg, by=None)

    assert refuses("was nominated for an earlier turn", baton.offer, stale, by=make_editor())


def test_nominations_count_again_when_the_leg_after_them_is_abandoned():
    relay = make_relay(finished_legs=1)
    spare = make_handoff(relay)
    leg = begin_leg(relay)
    baton.abandon(leg, by=None)

    assert baton.offer(spare, by=make_editor()).state == "offered"


def test_the_next_runner_may_be_asked_while_the_leg_runs():
    relay = make_relay(running=True)

    make_handoff(relay, offered=True)

    assert leg_states(relay) == ["running"]
    assert handoff_states(relay) == ["taken", "offered"]


# Accept --------------------------------------------------------------------------------------


@time_machine.travel(MONDAY, tick=False)
def test_accepting_a_free_baton_begins_the_next_leg():
    relay = make_relay(finished_legs=2, write_days=12)
    handoff = make_handoff(relay, offered=True)

    baton.accept(handoff, by=handoff.receiver.user)

    assert leg_states(relay) == ["finished", "finished", "running"]
    leg = relay.legs.running().get()
    assert (leg.number, leg.contributor, leg.handoff) == (3, handoff.receiver, handoff)
    assert (leg.sector, leg.began) == (handoff.receiver.sector, timezone.now())
    assert leg.due == date(2027, 2, 15)  # the 13th is a Saturday
    handoff.refresh_from_db()
    assert (handoff.state, handoff.answered) == ("taken", timezone.now())
    assert moves(relay)[-2:] == ["accept", "take"]


def test_accepting_the_first_baton_opens_the_relay():
    relay = make_relay()
    handoff = make_handoff(relay, offered=True)

    baton.accept(handoff, by=handoff.receiver.user)

    assert reload(relay).opened == relay.legs.get().began
    assert reload(relay).baton.place == "running"


def test_a_relay_is_opened_once():
    relay = make_relay(finished_legs=1)
    opened = relay.opened

    begin_leg(relay)

    assert reload(relay).opened == opened


def test_a_yes_waits_while_the_leg_before_runs():
    relay = make_relay(running=True)
    handoff = make_handoff(relay, offered=True)

    baton.accept(handoff, by=handoff.receiver.user)

    assert leg_states(relay) == ["running"]
    assert handoff_states(relay) == ["taken", "accepted"]
    assert moves(relay)[-1] == "accept"


def test_the_receivers_own_yes_is_recorded_as_theirs():
    relay = make_relay()
    handoff = make_handoff(relay, offered=True)

    baton.accept(handoff, by=handoff.receiver.user, note="Med glæde.")

    move = relay.moves.get(verb="accept")
    assert (move.by, move.on_behalf_of, move.channel, move.note) == (
        handoff.receiver.user,
        None,
        "",
        "Med glæde.",
    )


@pytest.mark.parametrize(
    ("channel", "recorded"), [("", "phone"), ("mail", "mail"), ("in_person", "in_person")]
)
def test_an_editor_says_for_whom_and_how_they_know(channel, recorded):
    relay, editor = make_relay(), make_editor()
    handoff = make_handoff(relay, offered=True)

    baton.accept(handoff, by=editor, channel=channel)

    move = relay.moves.get(verb="accept")
    assert (move.by, move.on_behalf_of, move.channel) == (editor, handoff.receiver, recorded)


def test_an_editor_who_is_asked_answers_for_themselves():
    editor = make_editor()
    relay = make_relay()
    handoff = make_handoff(relay, receiver=make_contributor(user=editor), offered=True)

    baton.accept(handoff, by=editor, channel="phone")

    move = relay.moves.get(verb="accept")
    assert (move.by, move.on_behalf_of, move.channel) == (editor, None, "")


def test_a_stranger_cannot_answer():
    relay = make_relay(finished_legs=1)
    handoff = make_handoff(relay, offered=True)

    assert refuses("or an editor can answer this offer", baton.accept, handoff, by=make_user())
    assert handoff_states(relay) == ["taken", "offered"]


def test_a_second_yes_is_refused():
    handoff = make_handoff(make_relay(), offered=True)
    user = handoff.receiver.user
    baton.accept(handoff, by=user)

    assert refuses("is taken by now", baton.accept, handoff, by=user)


@pytest.mark.parametrize("state", ["declined", "lapsed"])
def test_a_late_yes_counts_while_nobody_else_is_asked(state):
    relay = make_relay()
    handoff = put_aside(make_handoff(relay, offered=True), state)

    baton.accept(handoff, by=handoff.receiver.user)

    assert handoff_states(relay) == ["taken"]
    assert leg_states(relay) == ["running"]


@pytest.mark.parametrize("state", ["declined", "lapsed"])
@pytest.mark.parametrize("other", ["offered", "accepted"])
def test_a_late_yes_is_refused_when_somebody_else_is_asked(state, other):
    relay = make_relay(running=True)
    late = put_aside(make_handoff(relay, offered=True), state)
    make_handoff(relay, **{other: True})

    assert refuses("is asked by now", baton.accept, late, by=late.receiver.user)


@pytest.mark.parametrize("state", ["declined", "lapsed"])
def test_a_late_yes_is_refused_when_the_baton_has_moved_on(state):
    relay = make_relay()
    late = put_aside(make_handoff(relay, offered=True), state)
    begin_leg(relay)

    assert refuses("The baton has moved on", baton.accept, late, by=late.receiver.user)


def test_a_late_yes_is_refused_when_the_relay_has_finished():
    relay = make_relay(finished_legs=1)
    late = put_aside(make_handoff(relay, offered=True), "declined")
    baton.close(relay, by=None)

    assert refuses("has finished", baton.accept, late, by=late.receiver.user)


# Decline and withdraw ------------------------------------------------------------------------


@time_machine.travel(MONDAY, tick=False)
def test_a_no_frees_the_baton_and_keeps_its_reason():
    relay = make_relay()
    handoff = make_handoff(relay, offered=True)

    baton.decline(
        handoff,
        by=handoff.receiver.user,
        reason="For travlt.",
        ask_again_after=date(2027, 5, 1),
    )

    handoff.refresh_from_db()
    assert (handoff.state, handoff.reason) == ("declined", "For travlt.")
    assert (handoff.answered, handoff.ask_again_after) == (timezone.now(), date(2027, 5, 1))
    assert reload(relay).baton.handoff is None
    move = relay.moves.get(verb="decline")
    assert (move.by, move.on_behalf_of, move.channel, move.note) == (
        handoff.receiver.user,
        None,
        "",
        "For travlt.",
    )


def test_an_editor_records_a_no_that_came_by_mail():
    relay, editor = make_relay(), make_editor()
    handoff = make_handoff(relay, offered=True)

    baton.decline(handoff, by=editor, channel="mail")

    move = relay.moves.get(verb="decline")
    assert (move.by, move.on_behalf_of, move.channel) == (editor, handoff.receiver, "mail")


def test_after_a_no_the_next_nominee_can_be_asked():
    relay = make_relay()
    first, second = make_handoff(relay), make_handoff(relay)
    baton.decline(baton.offer(first, by=None), by=None)

    baton.offer(second, by=make_editor())

    assert handoff_states(relay) == ["declined", "offered"]


@pytest.mark.parametrize("state", [{}, {"offered": True}, {"accepted": True}])
def test_an_editor_takes_a_nomination_an_offer_or_a_waiting_yes_back(state):
    relay, editor = make_relay(running=True), make_editor()
    handoff = make_handoff(relay, **state)

    baton.withdraw(handoff, by=editor, note="Fejl i listen.")

    assert handoff_states(relay) == ["taken", "withdrawn"]
    assert leg_states(relay) == ["running"]
    move = relay.moves.get(verb="withdraw")
    assert (move.handoff, move.by, move.note) == (handoff, editor, "Fejl i listen.")


def test_a_withdrawn_offer_is_not_answered_any_more():
    handoff = make_handoff(make_relay(), offered=True)
    baton.withdraw(handoff, by=None)

    assert refuses("is withdrawn by now", baton.accept, handoff, by=handoff.receiver.user)


# Finish --------------------------------------------------------------------------------------


def test_a_finished_leg_leaves_the_baton_free():
    relay = make_relay(running=True)
    editor = make_editor()

    baton.finish(relay.baton.leg, by=editor)

    assert leg_states(relay) == ["finished"]
    assert reload(relay).baton.place == "free"
    move = relay.moves.get(verb="finish")
    assert (move.leg, move.by) == (relay.legs.get(), editor)


def test_a_waiting_yes_begins_when_the_leg_before_finishes():
    relay = make_relay(running=True)
    handoff = make_handoff(relay, accepted=True)

    baton.finish(relay.baton.leg, by=None)

    assert leg_states(relay) == ["finished", "running"]
    assert handoff_states(relay) == ["taken", "taken"]
    leg = relay.legs.running().get()
    assert (leg.number, leg.handoff, leg.contributor) == (2, handoff, handoff.receiver)
    assert moves(relay)[-2:] == ["finish", "take"]


def test_a_leg_finishes_once():
    relay = make_relay(finished_legs=1)

    assert refuses("is finished by now", baton.finish, relay.baton.leg, by=None)


def test_the_nominee_with_a_tick_is_asked_at_publication():
    relay = make_relay(running=True)
    make_handoff(relay)
    ticked = make_handoff(relay, offer_at_publication=True)
    make_handoff(relay, offer_at_publication=True)

    baton.finish(relay.baton.leg, by=make_editor())

    assert handoff_states(relay) == ["taken", "nominated", "offered", "nominated"]
    move = relay.moves.get(verb="offer", handoff=ticked)
    assert move.by is None


def test_a_ticked_nominee_gets_a_user_too():
    relay = make_relay(running=True)
    receiver = make_contributor(user=None, sector="private")
    make_handoff(relay, receiver=receiver, offer_at_publication=True)

    baton.finish(relay.baton.leg, by=None)

    receiver.refresh_from_db()
    assert not receiver.user.has_usable_password()


def test_without_a_tick_nobody_is_asked_at_publication():
    relay = make_relay(running=True)
    make_handoff(relay)

    baton.finish(relay.baton.leg, by=None)

    assert handoff_states(relay) == ["taken", "nominated"]


def test_a_ticked_nominee_without_an_address_is_passed_over():
    relay = make_relay(running=True)
    nobody = make_contributor(email=None, sector="private")
    make_handoff(relay, receiver=nobody, offer_at_publication=True)
    make_handoff(relay, offer_at_publication=True)

    baton.finish(relay.baton.leg, by=None)

    assert handoff_states(relay) == ["taken", "nominated", "offered"]


def test_a_ticked_nominee_of_the_wrong_sector_is_passed_over():
    relay = make_relay(running=True, alternation="off")
    same = make_contributor(sector="public")
    make_handoff(relay, receiver=same, offer_at_publication=True)
    Relay.objects.filter(pk=relay.pk).update(alternation="strict")

    baton.finish(relay.baton.leg, by=None)

    assert handoff_states(relay) == ["taken", "nominated"]
    assert reload(relay).baton.place == "free"


@pytest.mark.parametrize(("state", "after"), [("offered", "offered"), ("accepted", "taken")])
def test_a_ticked_nominee_is_not_asked_when_somebody_else_is(state, after):
    relay = make_relay(running=True)
    make_handoff(relay, **{state: True})
    make_handoff(relay, offer_at_publication=True)

    baton.finish(relay.baton.leg, by=None)

    assert handoff_states(relay) == ["taken", after, "nominated"]


def test_a_ticked_nominee_of_an_earlier_turn_is_not_asked():
    relay = make_relay()
    make_handoff(relay, offer_at_publication=True)
    leg = begin_leg(relay)

    baton.finish(leg, by=None)

    assert handoff_states(relay) == ["nominated", "taken"]


# Abandon -------------------------------------------------------------------------------------


def test_a_holder_hands_the_baton_back():
    relay = make_relay(finished_legs=1, running=True)
    leg = relay.baton.leg
    holder = leg.contributor.user

    baton.abandon(leg, by=holder, note="Jeg kan ikke nå det.")

    assert leg_states(relay) == ["finished", "abandoned"]
    assert numbers(relay) == [1]
    assert reload(relay).baton.place == "free"
    move = relay.moves.get(verb="abandon")
    assert (move.leg, move.by, move.note) == (leg, holder, "Jeg kan ikke nå det.")


def test_the_number_of_an_abandoned_leg_is_given_again():
    relay = make_relay(finished_legs=1, running=True)
    baton.abandon(relay.baton.leg, by=None)

    leg = begin_leg(relay)

    assert leg.number == 2
    assert numbers(relay) == [1, 2]


def test_a_waiting_yes_begins_when_the_leg_before_is_abandoned():
    relay = make_relay(running=True)
    handoff = make_handoff(relay, accepted=True)

    baton.abandon(relay.baton.leg, by=make_editor())

    assert leg_states(relay) == ["abandoned", "running"]
    assert handoff_states(relay) == ["taken", "taken"]
    leg = relay.legs.running().get()
    assert (leg.number, leg.handoff) == (1, handoff)
    assert moves(relay)[-2:] == ["abandon", "take"]


def test_an_offer_stands_when_the_leg_before_is_abandoned():
    relay = make_relay(running=True)
    handoff = make_handoff(relay, offered=True)
    baton.abandon(relay.baton.leg, by=None)

    baton.accept(handoff, by=handoff.receiver.user)

    assert leg_states(relay) == ["abandoned", "running"]


def test_a_ticked_nominee_is_not_asked_when_a_leg_is_abandoned():
    relay = make_relay(running=True)
    make_handoff(relay, offer_at_publication=True)

    baton.abandon(relay.baton.leg, by=None)

    assert handoff_states(relay) == ["taken", "nominated"]


# Close and reopen ----------------------------------------------------------------------------


@time_machine.travel(MONDAY, tick=False)
def test_closing_ends_the_relay_with_a_note():
    relay, editor = make_relay(finished_legs=1), make_editor()

    baton.close(relay, by=editor, closing_note="Tak for nu.")

    relay = reload(relay)
    assert (relay.closed, relay.closing_note) == (timezone.now(), "Tak for nu.")
    assert relay.baton.place == "finished"
    assert relay.moves.get(verb="close").by == editor


def test_closing_without_words_keeps_the_note():
    relay = make_relay(closing_note="Skrevet før.")

    baton.close(relay, by=None)

    assert reload(relay).closing_note == "Skrevet før."


def test_closing_as_of_another_day():
    day = timezone.make_aware(datetime(2020, 1, 2, 12))  # noqa: DTZ001

    assert baton.close(make_relay(), by=None, at=day).closed == day


def test_a_relay_does_not_close_while_a_leg_runs():
    relay = make_relay(running=True)

    assert refuses("has the baton", baton.close, relay, by=make_editor())


def test_closing_takes_open_handoffs_back_and_leaves_the_rest():
    relay, editor = make_relay(), make_editor()
    declined = baton.decline(make_handoff(relay, offered=True), by=None)
    lapsed = put_aside(make_handoff(relay, offered=True), "lapsed")
    offered, nominated = make_handoff(relay, offered=True), make_handoff(relay)

    baton.close(relay, by=editor)

    assert handoff_states(relay) == ["declined", "lapsed", "withdrawn", "withdrawn"]
    taken_back = relay.moves.filter(verb="withdraw", by=editor)
    assert {move.handoff for move in taken_back} == {offered, nominated}
    assert not relay.moves.filter(verb="withdraw", handoff__in=[declined, lapsed]).exists()


def test_in_a_closed_relay_nobody_is_nominated_or_asked():
    relay = make_relay(finished_legs=1)
    baton.close(relay, by=None)

    assert refuses("has finished", baton.nominate, relay, make_contributor(), by=make_editor())


def test_a_relay_reopens_with_the_baton_free():
    relay, editor = make_relay(finished_legs=1), make_editor()
    baton.close(relay, by=None)

    baton.reopen(relay, by=editor, note="Der er mere at sige.")

    relay = reload(relay)
    assert (relay.closed, relay.baton.place) == (None, "free")
    move = relay.moves.get(verb="reopen")
    assert (move.by, move.note) == (editor, "Der er mere at sige.")
    assert begin_leg(relay).number == 2


# Dates ---------------------------------------------------------------------------------------


@time_machine.travel("2027-03-11T09:00:00Z", tick=False)
def test_a_text_that_falls_due_at_easter_is_due_after_it():
    leg = begin_leg(make_relay(write_days=14))

    assert leg.due == date(2027, 3, 30)


@time_machine.travel("2027-07-05T09:00:00Z", tick=False)
def test_a_text_that_falls_due_in_the_summer_weeks_is_due_after_them():
    leg = begin_leg(make_relay(write_days=7))

    assert leg.due == date(2027, 8, 2)


@time_machine.travel("2027-01-31T23:30:00Z", tick=False)
def test_days_are_counted_from_the_day_in_copenhagen():
    leg = begin_leg(make_relay(write_days=1))

    assert leg.due == date(2027, 2, 2)


@time_machine.travel(MONDAY, tick=False)
def test_a_wish_for_a_later_date_is_kept():
    handoff = make_handoff(make_relay(write_days=14), write_by=date(2027, 3, 6), accepted=True)

    assert handoff.leg.due == date(2027, 3, 6)


@time_machine.travel(MONDAY, tick=False)
@pytest.mark.parametrize("wish", [date(2027, 1, 20), date(2027, 2, 1)])
def test_a_wish_that_has_passed_gives_way_to_the_relays_pace(wish):
    handoff = make_handoff(make_relay(write_days=14), write_by=wish, accepted=True)

    assert handoff.leg.due == date(2027, 2, 15)


def test_a_waiting_yes_counts_its_days_from_the_day_it_begins():
    with time_machine.travel(MONDAY, tick=False):
        relay = make_relay(running=True, write_days=14)
        make_handoff(relay, accepted=True)
    with time_machine.travel("2027-02-22T10:00:00Z", tick=False):
        baton.finish(relay.baton.leg, by=None)

    assert relay.legs.running().get().due == date(2027, 3, 8)


# Past legs -----------------------------------------------------------------------------------


def test_a_past_leg_is_the_next_number_and_opens_the_relay():
    relay, writer = make_relay(), make_contributor()
    began = timezone.now() - timedelta(days=900)

    leg = baton.add_past_leg(relay, contributor=writer, sector="private", began=began)

    assert (leg.number, leg.state, leg.sector, leg.began) == (1, "finished", "private", began)
    assert leg.handoff.state == "taken"
    assert reload(relay).opened == began
    assert moves(relay) == ["import"]


def test_a_past_leg_of_nobody_known_has_no_handoff():
    leg = baton.add_past_leg(make_relay(), contributor=None, sector="", began=timezone.now())

    assert (leg.contributor, leg.handoff) == (None, None)


def test_a_past_leg_cannot_be_added_while_one_runs():
    relay = make_relay(running=True)

    assert refuses(
        "is running here",
        baton.add_past_leg,
        relay,
        contributor=make_contributor(),
        sector="",
        began=timezone.now(),
    )


# The table: every verb, every state, every role (architecture.md §4) -------------------------

ROLES = ["stranger", "receiver", "holder", "editor", "chief editor", "superuser", "clock"]
EDITORS = {"editor", "chief editor", "superuser", "clock"}
RECEIVER_OR_EDITORS = EDITORS | {"receiver"}
HOLDER_OR_EDITORS = EDITORS | {"holder"}
CLOCK = {"clock"}
NOBODY = set()

# One scene a line: a relay with one finished leg, and what else the line says. A handoff's
# receiver is its receiver; the holder has the running leg, or had the newest one.
TABLE = {
    "relay running": {
        "nominate": HOLDER_OR_EDITORS,
        "pause": EDITORS,
        "resume": NOBODY,
        "close": NOBODY,
        "reopen": NOBODY,
    },
    "relay free": {
        "nominate": EDITORS,
        "pause": EDITORS,
        "resume": NOBODY,
        "close": EDITORS,
        "reopen": NOBODY,
    },
    "relay paused": {
        "nominate": EDITORS,
        "pause": NOBODY,
        "resume": EDITORS,
        "close": EDITORS,
        "reopen": NOBODY,
    },
    "relay closed": {
        "nominate": NOBODY,
        "pause": NOBODY,
        "resume": NOBODY,
        "close": NOBODY,
        "reopen": EDITORS,
    },
    "handoff nominated": {
        "offer": EDITORS,
        "approve": EDITORS,
        "unapprove": NOBODY,
        "move_up": EDITORS,
        "replace": EDITORS,
        "keep": EDITORS,
        "readdress": NOBODY,
        "renew_link": NOBODY,
        "accept": NOBODY,
        "decline": NOBODY,
        "lapse": NOBODY,
        "withdraw": EDITORS,
        "rest_handoff": NOBODY,
    },
    "handoff approved": {
        "offer": EDITORS,
        "approve": NOBODY,
        "unapprove": EDITORS,
        "move_up": EDITORS,
        "replace": EDITORS,
        "keep": EDITORS,
        "readdress": NOBODY,
        "renew_link": NOBODY,
        "accept": NOBODY,
        "decline": NOBODY,
        "lapse": NOBODY,
        "withdraw": EDITORS,
        "rest_handoff": NOBODY,
    },
    "handoff offered": {
        "offer": NOBODY,
        "approve": NOBODY,
        "unapprove": NOBODY,
        "move_up": NOBODY,
        "replace": NOBODY,
        "keep": NOBODY,
        "readdress": EDITORS,
        "renew_link": EDITORS,
        "accept": RECEIVER_OR_EDITORS,
        "decline": RECEIVER_OR_EDITORS,
        "lapse": CLOCK,
        "withdraw": EDITORS,
        "rest_handoff": EDITORS,
    },
    "handoff accepted": {
        "offer": NOBODY,
        "approve": NOBODY,
        "unapprove": NOBODY,
        "move_up": NOBODY,
        "replace": NOBODY,
        "keep": NOBODY,
        "readdress": NOBODY,
        "renew_link": EDITORS,
        "accept": NOBODY,
        "decline": RECEIVER_OR_EDITORS,
        "lapse": NOBODY,
        "withdraw": EDITORS,
        "rest_handoff": NOBODY,
    },
    "handoff taken": {
        "offer": NOBODY,
        "approve": NOBODY,
        "unapprove": NOBODY,
        "move_up": NOBODY,
        "replace": NOBODY,
        "keep": NOBODY,
        "readdress": NOBODY,
        "renew_link": EDITORS,
        "accept": NOBODY,
        "decline": NOBODY,
        "lapse": NOBODY,
        "withdraw": NOBODY,
        "rest_handoff": NOBODY,
    },
    "handoff declined": {
        "offer": NOBODY,
        "approve": NOBODY,
        "unapprove": NOBODY,
        "move_up": NOBODY,
        "replace": NOBODY,
        "keep": NOBODY,
        "readdress": NOBODY,
        "renew_link": NOBODY,
        "accept": RECEIVER_OR_EDITORS,
        "decline": NOBODY,
        "lapse": NOBODY,
        "withdraw": NOBODY,
        "rest_handoff": NOBODY,
    },
    "handoff lapsed": {
        "offer": NOBODY,
        "approve": NOBODY,
        "unapprove": NOBODY,
        "move_up": NOBODY,
        "replace": NOBODY,
        "keep": NOBODY,
        "readdress": NOBODY,
        "renew_link": NOBODY,
        "accept": RECEIVER_OR_EDITORS,
        "decline": NOBODY,
        "lapse": NOBODY,
        "withdraw": NOBODY,
        "rest_handoff": NOBODY,
    },
    "handoff withdrawn": {
        "offer": NOBODY,
        "approve": NOBODY,
        "unapprove": NOBODY,
        "move_up": NOBODY,
        "replace": NOBODY,
        "keep": NOBODY,
        "readdress": NOBODY,
        "renew_link": NOBODY,
        "accept": NOBODY,
        "decline": NOBODY,
        "lapse": NOBODY,
        "withdraw": NOBODY,
        "rest_handoff": NOBODY,
    },
    "leg running": {
        "extend": HOLDER_OR_EDITORS,
        "ask_for_time": CLOCK | {"holder"},
        "rest_leg": EDITORS,
        "stand_in": HOLDER_OR_EDITORS,
        "abandon": HOLDER_OR_EDITORS,
    },
    "leg finished": {
        "extend": NOBODY,
        "ask_for_time": NOBODY,
        "rest_leg": NOBODY,
        "stand_in": NOBODY,
        "abandon": NOBODY,
    },
    "leg abandoned": {
        "extend": NOBODY,
        "ask_for_time": NOBODY,
        "rest_leg": NOBODY,
        "stand_in": NOBODY,
        "abandon": NOBODY,
    },
}
# Open to these by state and role, with a sentence on why not yet.
HINDERED = {("relay running", "close"): EDITORS - {"clock"}}


def scene(line):
    """The row that a line of the table is about, and who plays which role."""
    kind, state = line.split()
    running = line in ("relay running", "leg running") or kind == "handoff"
    relay = make_relay(finished_legs=1, running=running)
    newest = relay.baton.leg
    Contributor.objects.update(organisation="Vesterlund Kommune")  # without, nobody stands in
    row, receiver = relay, None
    if kind == "leg":
        row = newest
        if state == "abandoned":
            row = baton.abandon(begin_leg(relay), by=None)
    elif kind == "handoff" and state == "taken":
        row = relay.legs.get(number=1).handoff
    elif kind == "handoff":
        make_handoff(relay)  # so that the next one is the second of the list
        row = make_handoff(relay, offered=state == "offered", accepted=state == "accepted")
        if state == "approved":
            row = baton.approve(row, by=None)
        if state == "offered":  # and not answered in time, so that it can lapse
            yesterday = timezone.localdate() - timedelta(days=1)
            Handoff.objects.filter(pk=row.pk).update(answer_by=yesterday)
        if state in ("taken", "declined", "lapsed", "withdrawn"):
            row = put_aside(row, state)
    elif state == "closed":
        row = baton.close(relay, by=None)
    elif state == "paused":
        row = baton.pause(relay, timezone.localdate() + timedelta(days=30), by=None)
    if kind == "handoff":
        receiver = row.receiver.user
    holder = row.contributor.user if kind == "leg" else newest.contributor.user
    people = {
        "stranger": begin_leg(make_relay()).contributor.user,
        "receiver": receiver or make_contributor().user,
        "holder": holder,
        "editor": make_editor(),
        "chief editor": make_chief_editor(),
        "superuser": make_superuser(),
        "clock": None,
    }
    return relay, row, people


def words_of(verb):
    """What a verb wants to know beside its row."""
    tomorrow = timezone.localdate() + timedelta(days=1)
    return {
        "nominate": {"receiver": make_contributor(sector="")},
        "replace": {"receiver": make_contributor(sector="")},
        "stand_in": {"name": "Lone Tranekær", "email": "lone@office.example"},
        "readdress": {"email": "rigtig@office.example"},
        "extend": {"due": tomorrow},
        "ask_for_time": {"due": tomorrow},
        "pause": {"until": tomorrow},
        "rest_leg": {"until": tomorrow},
        "rest_handoff": {"until": tomorrow},
    }.get(verb, {})


def works(verb, row, by):
    """Really use the verb on the row, then forget it. What a refusal leaves is not forgotten."""
    relay = row if isinstance(row, Relay) else row.relay
    name = "rest" if verb.startswith("rest_") else verb
    before_it = relay.moves.filter(verb=name).count()
    with transaction.atomic():
        try:
            getattr(baton, name)(row, by=by, **words_of(verb))
        except RuleBroken:
            return False
        worked = relay.moves.filter(verb=name).count() > before_it
        transaction.set_rollback(True)
    return worked


@pytest.mark.parametrize("line", TABLE)
def test_a_verb_works_for_whom_the_table_says_and_for_nobody_else(line):
    relay, row, people = scene(line)
    before = chain(relay)

    worked = {
        verb: {role for role in ROLES if works(verb, row, people[role])} for verb in TABLE[line]
    }

    assert worked == TABLE[line]
    assert chain(relay) == before


@pytest.mark.parametrize("line", TABLE)
def test_the_verbs_on_offer_are_those_that_work(line):
    relay, row, people = scene(line)
    if isinstance(row, Relay):
        row = reload(row)
    else:
        row = type(row).objects.get(pk=row.pk)
        row.relay = reload(relay)

    offered = {role: verbs.verbs_open_to(people[role], row) for role in ROLES[:-1]}

    assert {
        role: {verb for verb in verbs if not verbs[verb]} for role, verbs in offered.items()
    } == {
        role: {verb for verb, roles in TABLE[line].items() if role in roles} for role in ROLES[:-1]
    }
    assert {role: {verb for verb in verbs if verbs[verb]} for role, verbs in offered.items()} == {
        role: {verb for (where, verb), roles in HINDERED.items() if where == line and role in roles}
        for role in ROLES[:-1]
    }


def test_the_table_knows_every_verb_and_every_state():
    assert {verb for line in TABLE.values() for verb in line} == set(verbs.VERBS)
    states = {line.split()[1] for line in TABLE if line.startswith("handoff")}
    assert states - {"approved"} == set(HandoffState)
