"""Whom a relay could ask, and how its baton has run."""

from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from articles.newsroom import pool
from relays import baton
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


def test_a_relay_that_has_not_begun_has_no_pace():
    assert pool.pace(make_relay()) == pool.Pace(None, None, None, None, None)


def test_the_relays_page_shows_its_candidates_and_its_pace():
    relay = make_relay(finished_legs=1)
    make_handoff(relay, offered=True, receiver=make_contributor("Bo Lund", sector="private"))
    baton.decline(relay.handoffs.get(state="offered"), by=None, reason="Ferie.")
    client = Client(headers={"accept-language": "en"})
    client.force_login(make_editor())

    html = client.get(reverse("admin:relays_relay_change", args=[relay.pk])).content.decode()

    assert html.index("Candidates") < html.index("Asked by") < html.rindex("Ferie.")
    assert "0 days since the last post." in html
