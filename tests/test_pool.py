"""Whom a relay could ask, and how its baton has run."""

from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from articles.newsroom import pool
from relays import baton
from relays.models import Relay
from tests.factories import (
    begin_leg,
    make_contributor,
    make_editor,
    make_handoff,
    make_leg_article,
    make_relay,
    publish,
    reload,
)

pytestmark = pytest.mark.django_db


def names(relay):
    return [each.person.name for each in pool.candidates(relay)]


def test_who_was_suggested_and_not_used_is_a_candidate():
    relay = make_relay()
    editor = make_editor()
    said_no = make_handoff(relay, offered=True, receiver=make_contributor("Bo"))
    baton.decline(said_no, by=None, reason="Ferie.", ask_again_after=date(2099, 1, 5))
    baton.nominate(relay, make_contributor("Åse"), by=editor)
    begin_leg(relay, receiver=make_contributor("Carl"))

    found = pool.candidates(relay)

    assert [(each.person.name, each.suggested_by) for each in found] == [
        ("Åse", editor),
        ("Bo", None),
    ]
    assert [each.is_to_wait for each in found] == [False, True]


def test_who_said_no_and_ran_later_is_none():
    relay, person = make_relay(), make_contributor("Bo")
    baton.decline(make_handoff(relay, offered=True, receiver=person), by=None)
    begin_leg(relay, receiver=person)

    assert names(relay) == []


def test_who_was_asked_lately_by_any_relay_is_flagged():
    relay, person = make_relay(), make_contributor("Bo")
    make_handoff(relay, receiver=person)
    with time_machine.travel(timezone.now() - timedelta(days=200)):
        baton.decline(make_handoff(make_relay(), offered=True, receiver=person), by=None)
    lately = make_handoff(make_relay("Nattevagten"), offered=True, receiver=person)

    [candidate] = pool.candidates(relay)

    assert candidate.asked_lately == [lately]


def test_the_pace_of_a_relay():
    with time_machine.travel("2027-02-01T10:00:00Z", tick=False) as clock:
        relay = make_relay()
        handoff = make_handoff(relay, offered=True)
        clock.shift(timedelta(days=2))
        baton.accept(handoff, by=None)
        clock.shift(timedelta(days=10))
        publish(make_leg_article(relay.legs.get()))
        clock.shift(timedelta(days=5))

        found = pool.pace(reload(relay))

    assert found == pool.Pace(5, date(2027, 2, 13), 5, 2, 10)


def test_an_answer_of_the_next_morning_takes_a_day():
    with time_machine.travel("2027-02-01T20:00:00Z", tick=False) as clock:
        handoff = make_handoff(make_relay(), offered=True)
        clock.shift(timedelta(hours=12))
        baton.accept(handoff, by=None)

    assert pool.pace(handoff.relay).to_answer == 1


def test_a_relay_that_has_not_begun_has_no_pace():
    assert pool.pace(make_relay()) == pool.Pace(None, None, None, None, None)


def with_sectors(*sectors):
    """A relay whose finished legs were of these sectors, in this order."""
    relay = make_relay(alternation="off")
    for sector in sectors:
        publish(make_leg_article(begin_leg(relay, receiver=make_contributor(sector=sector))))
    return reload(relay)


@pytest.mark.parametrize(
    ("sectors", "balance"),
    [
        ([], (0, 0, 0, 0, "")),
        ([""], (0, 0, 1, 0, "")),
        (["public", "private"], (1, 1, 0, 1, "private")),
        (["public", "public", "private"], (2, 1, 0, 2, "public")),
        (["public", "public", "private", "private"], (2, 2, 0, 2, "private")),
        (["", "", "private", "", "private"], (0, 2, 3, 1, "private")),
    ],
)
def test_the_balance_of_a_relay(sectors, balance):
    assert tuple(pool.balance(with_sectors(*sectors).legs.order_by("-pk"))) == balance


def test_a_leg_that_was_given_up_weighs_nothing():
    relay = make_relay(finished_legs=1, running=True)
    baton.abandon(relay.legs.running().get(), by=None)

    assert pool.balance(relay.legs.all()) == pool.Balance(1, 0, 0, 1, "public")


@pytest.mark.parametrize(
    ("alternation", "before", "turn"),
    [
        ("strict", "public", "private"),
        ("strict", "private", "public"),
        ("preferred", "public", "private"),
        ("preferred", "", ""),
        ("off", "public", ""),
    ],
)
def test_whose_turn_it_is(alternation, before, turn):
    relay = with_sectors(before)
    relay.alternation = alternation

    assert relay.sector_in_turn == turn


def test_nobodys_turn_before_the_first():
    assert make_relay().sector_in_turn == ""


def relay_page(relay):
    client = Client(headers={"accept-language": "en"})
    client.force_login(make_editor())
    address = reverse("admin:relays_relay_change", args=[relay.pk])
    return " ".join(strip_tags(client.get(address).content.decode()).split())


def test_the_relays_page_says_how_the_sectors_share_it():
    text = relay_page(make_relay(finished_legs=3))

    assert (
        "Public: 2, Private: 1. No sector has run twice in a row. The private sector&#x27;s turn."
    ) in text


def test_the_relays_page_says_the_longest_run_and_whose_turn_comes_after_the_runner():
    relay = with_sectors("public", "public", "")
    begin_leg(relay, receiver=make_contributor(sector="public"))
    Relay.objects.update(alternation="preferred")

    assert (
        "Public: 3, Private: 0, no sector: 1. Longest run of one: 2 legs (public)."
        " After this leg: The private sector&#x27;s turn."
    ) in relay_page(relay)


def test_a_finished_relay_is_nobodys_turn():
    assert "turn." not in relay_page(baton.close(make_relay(finished_legs=1), by=None))


def test_a_newsroom_with_sectors_of_its_own_reads_their_names(settings):
    settings.SECTOR_PRIVATE = "Companies"

    assert "The turn of: Companies." in relay_page(make_relay(finished_legs=1))


def test_the_relays_page_shows_its_candidates_and_its_pace():
    relay = make_relay(finished_legs=1)
    make_handoff(relay, offered=True, receiver=make_contributor("Bo Lund", sector="private"))
    baton.decline(relay.handoffs.get(state="offered"), by=None, reason="Ferie.")
    client = Client(headers={"accept-language": "en"})
    client.force_login(make_editor())

    html = client.get(reverse("admin:relays_relay_change", args=[relay.pk])).content.decode()

    assert html.index("Candidates") < html.index("Asked by") < html.rindex("Ferie.")
    assert "The last post came out today." in html


def test_what_takes_no_day_is_not_counted_in_days():
    said = relay_page(make_relay(finished_legs=1))

    assert "The last post came out today." in said
    assert "An answer usually comes the same day. A post usually comes the same day." in said
    assert "0 days" not in said
    assert "has not moved" not in said
