"""The plan: what falls due and what comes out, day by day, over all relays."""

from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from articles import workflow
from articles.newsroom import plan
from relays import baton
from relays.models import Handoff, Leg
from tests.factories import (
    begin_leg,
    make_contributor,
    make_editor,
    make_handoff,
    make_leg_article,
    make_news,
    make_relay,
    publish,
    put,
)

pytestmark = pytest.mark.django_db

TUESDAY = "2027-02-02T10:00:00+01:00"
QUERIES = 4


@pytest.fixture(autouse=True)
def on_a_tuesday():
    with translation.override("en"), time_machine.travel(TUESDAY, tick=False):
        yield


def said():
    return [
        (day.date.isoformat(), entry.time, str(entry.what), entry.who, entry.is_late)
        for day in plan.days()
        for entry in day.entries
    ]


def writing(due):
    leg = begin_leg(make_relay("Madstafetten"), receiver=make_contributor("Jonas Holm"))
    Leg.objects.filter(pk=leg.pk).update(due=due)
    return leg


def test_a_text_is_due_and_its_post_expected_a_week_later():
    writing(date(2027, 2, 10))

    assert said() == [
        ("2027-02-10", "", "Text due", "Jonas Holm", False),
        ("2027-02-17", "", "Post expected by readers", "Jonas Holm", False),
    ]


def test_what_is_late_stands_on_its_own_day():
    writing(date(2027, 1, 29))

    assert said()[0] == ("2027-01-29", "", "Text due", "Jonas Holm", True)


def test_a_text_that_is_in_is_not_due_any_more():
    leg = writing(date(2027, 2, 10))
    put(make_leg_article(leg), "submitted")

    assert [what for _day, _time, what, *_who in said()] == ["Post expected by readers"]


def test_a_scheduled_post_comes_out_at_its_hour():
    article = put(make_news("Nyt"), "submitted")
    six = timezone.make_aware(timezone.datetime(2027, 2, 4, 6))
    workflow.take_step(
        article, "schedule", by=make_editor(), version=article.draft.version, publish_at=six
    )

    assert said() == [("2027-02-04", "06.00", "Comes out", "", False)]


def test_what_came_out_lately_stands_there_too():
    publish(make_news("Nyt"))

    assert said() == [("2027-02-02", "10.00", "Published", "", False)]


def test_an_answer_is_due():
    handoff = make_handoff(make_relay(), offered=True, receiver=make_contributor("Lone Tranekær"))
    Handoff.objects.filter(pk=handoff.pk).update(answer_by=date(2027, 2, 5))

    assert said() == [("2027-02-05", "", "Answer due", "Lone Tranekær", False)]


def test_a_pause_has_an_end():
    baton.pause(make_relay(), date(2027, 8, 2), by=None)

    assert said() == [("2027-08-02", "", "The pause ends", "", False)]


def test_today_is_there_when_nothing_happens():
    [today] = plan.days()

    assert (today.is_today, today.is_working_day, today.entries) == (True, True, [])


@pytest.mark.parametrize("count", [1, 5])
def test_the_plan_asks_as_often_for_any_number_of_relays(count):
    for _each in range(count):
        writing(date(2027, 2, 10))
        make_handoff(make_relay(), offered=True)
        publish(make_news())
        baton.pause(make_relay(), date(2027, 8, 2), by=None)

    with CaptureQueriesContext(connection) as queries:
        plan.days()

    assert len(queries) == QUERIES


def test_the_page_says_days_in_words():
    writing(date(2027, 2, 10))
    client = Client(headers={"accept-language": "en"})
    client.force_login(make_editor())

    page = client.get(reverse("admin:plan")).content.decode()

    assert "Wednesday 10 February" in page
