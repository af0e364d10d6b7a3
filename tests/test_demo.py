"""The demo newsroom, whatever day it is set up on."""

import json
import re
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest
import time_machine
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from articles.models import Article, ArticleMove, Byline, Revision
from relay_cms.management.commands import demo
from relays.models import BatonMove, Contributor, Handoff, Leg, Relay, Theme, User
from relays.richtext import clean_html, word_count
from tests.factories import make_theme

pytestmark = pytest.mark.django_db

FILES = sorted(Path(demo.TEXTS).glob("*.json"))
DAYS = ["today", "2028-02-29", "2027-01-01", "2027-07-15"]
EARLY = "T00:05:00+01:00"  # when hardly anything of the day is past


@pytest.fixture(scope="module", params=DAYS)
def newsroom(request, django_db_setup, django_db_blocker):
    """The demo, set up once a day: the tests below look at it and change nothing."""
    day = datetime.now().astimezone() if request.param == "today" else request.param + EARLY
    with django_db_blocker.unblock(), time_machine.travel(day), transaction.atomic():
        call_command("demo")
        yield
        transaction.set_rollback(True)


def bodies(given):
    """Every text of a file, at whatever depth."""
    if isinstance(given, dict):
        yield from ([given["body"]] if "body" in given else [])
        given = list(given.values())
    if isinstance(given, list):
        for inner in given:
            yield from bodies(inner)


def place(relay):
    leg = relay.baton.leg
    if relay.baton.place == "running" and leg.days_late > 0:
        return "overdue"
    if relay.articles.filter(status="submitted").exists():
        return "submitted"
    return str(relay.baton.place)


# The files -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_texts_pass_the_sanitiser_unchanged(path):
    for body in bodies(json.loads(path.read_text(encoding="utf-8"))):
        assert clean_html(body) == body


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_nothing_points_at_the_real_world(path):
    text = path.read_text(encoding="utf-8")

    assert re.findall(r"[\w.-]+@(?![\w.-]+\.example\b)\S+", text) == []
    assert re.findall(r"https?://(?![\w.-]+\.example\b)\S+", text) == []


# An empty database only ----------------------------------------------------------------------


def test_the_demo_leaves_a_database_with_anything_in_it_alone():
    make_theme()

    with pytest.raises(CommandError, match="This database is not empty"):
        call_command("demo")

    assert (User.objects.count(), Relay.objects.count()) == (0, 0)


def test_the_demo_is_not_set_up_twice(newsroom):
    with pytest.raises(CommandError, match="This database is not empty"):
        call_command("demo")


# What it shows -------------------------------------------------------------------------------


def test_every_place_of_the_baton_is_shown(newsroom):
    places = Counter(place(relay) for relay in Relay.objects.with_baton())

    assert places == {
        "not_started": 1,
        "offered": 1,
        "running": 2,
        "overdue": 1,
        "submitted": 1,
        "free": 1,
        "finished": 2,
    }


def test_readers_have_much_to_read(newsroom):
    articles = Article.objects.public().with_text()

    assert articles.count() == 35
    assert min(word_count(article.live.body) for article in articles) >= 250
    assert all(article.live.standfirst for article in articles)


def test_a_few_posts_and_people_have_pictures(newsroom):
    illustrated = Article.objects.public().exclude(live__picture=None).select_related("live")

    assert illustrated.count() == len(demo.PICTURES)
    assert all(article.live.alt for article in illustrated)
    assert Contributor.objects.exclude(portrait=None).count() == len(demo.PORTRAITS)


def test_every_theme_has_posts(newsroom):
    assert {theme.name for theme in Theme.objects.filter(post_count__gt=0)} == {*demo.THEMES}


def test_its_chains_hold_together(newsroom):
    call_command("check_relays")


def test_the_log_ins_work(newsroom):
    for _name, email, *_group in (*demo.STAFF, demo.ADMINISTRATOR):
        assert authenticate(username=email, password=demo.PASSWORD).is_staff


def test_there_is_one_of_each_role(newsroom):
    groups = dict(User.objects.filter(is_staff=True).values_list("email", "groups__name"))

    assert groups == {
        "vibeke@depechen.example": "Chief editor",
        "mads@depechen.example": "Editor",
        "admin@depechen.example": None,
    }


def test_nobody_has_a_real_address(newsroom):
    people = [*User.objects.all(), *Contributor.objects.all()]
    addresses = {person.email for person in people if person.email}

    assert [address for address in addresses if not address.endswith(".example")] == []
    assert len(addresses) > 5


def test_nobody_is_there_twice(newsroom):
    for people in (User, Contributor):
        names = Counter(people.objects.values_list("name", flat=True))
        assert [name for name, count in names.items() if count > 1] == []


def test_every_relay_has_an_editor_and_an_introduction_once_readers_see_it(newsroom):
    for relay in Relay.objects.public():
        assert relay.editors.exists()
        assert relay.introduction


def test_nothing_happened_in_the_future(newsroom):
    now = timezone.now()
    for model, name in (
        (Article, "published_at"),
        (Byline, "published_at"),
        (Revision, "at"),
        (ArticleMove, "at"),
        (BatonMove, "at"),
        (Leg, "began"),
        (Handoff, "offered"),
        (Handoff, "answered"),
        (Relay, "opened"),
        (Relay, "closed"),
    ):
        assert not model.objects.filter(**{f"{name}__gt": now}).exists(), name


def test_a_running_leg_began_after_the_post_before_it(newsroom):
    for leg in Leg.objects.running().select_related("handoff__giver__article"):
        assert leg.began > leg.handoff.giver.article.published_at


def test_the_newest_post_is_of_these_days(newsroom):
    newest = Article.objects.public().newest_first()[0]

    assert (timezone.now() - newest.published_at).days < 7


def test_posts_come_out_in_the_morning_in_summer_and_winter(newsroom):
    assert {
        timezone.localtime(article.published_at).hour for article in Article.objects.public()
    } == {6}


@pytest.mark.parametrize(
    "path", ["/", "/relays/", "/themes/", "/contributors/", "/relays/madstafetten/"]
)
def test_readers_see_it(newsroom, client, path):
    assert client.get(path).status_code == 200
