"""The clock: publishes what is due, once and never early, and outlives a bad moment."""

import logging
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command
from django.db import OperationalError
from django.utils import timezone, translation

from articles import workflow
from articles.models import Article
from relay_cms.management.commands import tick
from relays import baton
from tests.factories import (
    begin_leg,
    fresh,
    leg_states,
    make_editor,
    make_leg_article,
    make_news,
    make_relay,
    put,
    steps,
)

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def scheduled():
    """An article that is due in a day."""
    return put(make_news("Planlagt"), "scheduled")


def due(article):
    """Its time has come."""
    Article.objects.filter(pk=article.pk).update(publish_at=timezone.now() - timedelta(minutes=1))
    return fresh(article)


# Once ----------------------------------------------------------------------------------------


def test_what_is_due_is_published(scheduled):
    due(scheduled)

    call_command("tick")

    article = fresh(scheduled)
    assert (article.status, article.is_public, article.publish_at) == ("live", True, None)
    assert steps(article)[-1] == "publish"


def test_nothing_is_published_early(scheduled):
    with time_machine.travel(scheduled.publish_at - timedelta(seconds=1), tick=False):
        call_command("tick")

    assert fresh(scheduled).status == "scheduled"


def test_it_is_published_on_the_second(scheduled):
    with time_machine.travel(scheduled.publish_at, tick=False):
        call_command("tick")

    assert fresh(scheduled).published_at == scheduled.publish_at


def test_two_ticks_publish_once(scheduled):
    due(scheduled)

    call_command("tick")
    published_at = fresh(scheduled).published_at
    call_command("tick")

    assert fresh(scheduled).published_at == published_at
    assert steps(scheduled).count("publish") == 1


def test_what_is_not_scheduled_stays():
    approved = put(make_news(), "approved")

    call_command("tick")

    assert fresh(approved).status == "approved"


def test_after_an_outage_everything_goes_out_the_oldest_first():
    first, second = (put(make_news(title), "scheduled") for title in ("Først", "Så"))
    Article.objects.filter(pk=second.pk).update(publish_at=timezone.now() - timedelta(days=2))
    Article.objects.filter(pk=first.pk).update(publish_at=timezone.now() - timedelta(days=3))

    call_command("tick")

    in_order = Article.objects.public().oldest_first()
    assert [str(article) for article in in_order] == ["Først", "Så"]


def test_a_leg_that_is_due_hands_the_baton_on():
    relay = make_relay()
    article = put(make_leg_article(begin_leg(relay)), "scheduled")
    due(article)

    call_command("tick")

    assert leg_states(relay) == ["finished"]


# What can't be published ---------------------------------------------------------------------


def given_up():
    """A scheduled article whose leg was abandoned meanwhile."""
    leg = begin_leg(make_relay())
    article = put(make_leg_article(leg), "scheduled")
    baton.abandon(leg, by=make_editor())
    return due(article)


def test_what_cannot_be_published_waits_and_the_log_says_why(caplog):
    article = given_up()

    call_command("tick")

    assert fresh(article).status == "scheduled"
    why = "Its leg was given up. Make it a news article, or give it another leg."
    assert caplog.messages == [f"Article {article.pk} is due and was not published: {why}"]


def test_one_that_cannot_be_published_holds_nobody_up(scheduled):
    given_up()
    due(scheduled)

    call_command("tick")

    assert fresh(scheduled).status == "live"


def test_the_log_says_what_went_out(scheduled, caplog):
    caplog.set_level(logging.INFO, "relay_cms.tick")
    due(scheduled)

    call_command("tick")

    assert caplog.messages == [f"Published article {scheduled.pk}."]


# Forever -------------------------------------------------------------------------------------


@pytest.fixture
def own_signals():
    """The clock listens to signals; the suite wants its own back."""
    before = {name: signal.getsignal(name) for name in (signal.SIGINT, signal.SIGTERM)}
    yield
    for name, listener in before.items():
        signal.signal(name, listener)


@pytest.mark.parametrize(
    ("bad_moment", "said"),
    [
        (OperationalError("it is gone"), "The database did not answer; trying again."),
        (OSError(30, "Read-only file system"), "Files can't be read or written; trying again."),
    ],
)
def test_the_clock_outlives_a_bad_moment(own_signals, monkeypatch, caplog, bad_moment, said):
    answers = [bad_moment, ([], [])]

    def publish_due():
        answer = answers.pop(0)
        if not answers:
            signal.raise_signal(signal.SIGTERM)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(workflow, "publish_due", publish_due)
    monkeypatch.setattr(tick, "SECONDS_BETWEEN_TICKS", 0)
    monkeypatch.setattr(tick, "close_old_connections", lambda: None)  # the test's is in use

    call_command("tick", forever=True)

    assert answers == []
    assert caplog.messages == [said]


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT], ids=lambda stop: stop.name)
def test_the_clock_stops_when_it_is_told_to(tmp_path, stop):
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'clock.sqlite3'}",
        "DJANGO_SETTINGS_MODULE": "relay_cms.settings",
        "LOG_LEVEL": "INFO",
    }
    manage = [sys.executable, "manage.py"]
    run = {"cwd": ROOT, "env": environment, "text": True}
    subprocess.run([*manage, "migrate", "--verbosity=0"], check=True, **run)

    with subprocess.Popen([*manage, "tick", "--forever"], stderr=subprocess.PIPE, **run) as clock:
        assert "The clock is running" in clock.stderr.readline()
        clock.send_signal(stop)
        _out, said = clock.communicate(timeout=10)

    assert (clock.returncode, said) == (0, "")
