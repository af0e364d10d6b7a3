"""The blog box: what it shows on other people's pages, and that only it may stand there."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from articles import workflow
from relays import baton
from relays.models import Sector
from tests.factories import (
    begin_leg,
    make_chief_editor,
    make_contributor,
    make_handoff,
    make_relay,
    publish_leg,
)
from tests.sites import make_archive, make_site

pytestmark = pytest.mark.django_db


def box_of(relay, theme=""):
    return f"/embed/relays/{relay.slug}/{theme and f'?theme={theme}'}"


def html_of(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def words_of(html):
    return " ".join(re.sub("<[^>]*>", " ", html.partition("<body>")[2]).split())


def test_the_box_shows_the_three_newest_posts(client):
    relay = make_relay()
    make_archive(relay, 5)

    html = html_of(client, box_of(relay))

    assert re.findall('href="(/articles/[^"]*)"', html) == [
        f"/articles/arkiv-{relay.pk}-{number}/" for number in (5, 4, 3)
    ]
    assert "Se alle 5 etaper på Depechen" in html


@pytest.mark.parametrize("step", ["withdraw", "remove"])
def test_a_withdrawn_post_makes_place_for_an_older_one(client, step):
    relay = make_relay(finished_legs=3)
    secret = publish_leg(relay, title="Hemmelig")
    workflow.take_step(secret, step, by=make_chief_editor())

    html = html_of(client, box_of(relay))

    assert html.count('href="/articles/') == 3
    assert "Hemmelig" not in html


def test_the_box_says_who_has_the_baton(client):
    relay = make_relay(finished_legs=1)
    begin_leg(relay, receiver=make_contributor("Yasmin Torpegaard", sector=Sector.PRIVATE))

    words = words_of(html_of(client, box_of(relay)))

    assert re.search(r"Har stafetten nu Yasmin Torpegaard Ventes (først|midt|sidst) i \w+", words)


@pytest.mark.parametrize("answer", ["nominated", "offered"])
def test_nobody_is_named_before_they_said_yes(client, answer):
    relay = make_relay(finished_legs=1)
    asked = make_contributor("Grethe Ikkespurgt", sector=Sector.PRIVATE)
    make_handoff(relay, receiver=asked, offered=answer == "offered", message="Fordi jeg håber.")

    words = words_of(html_of(client, box_of(relay)))

    assert "Ikkespurgt" not in words
    assert "håber" not in words
    assert "Stafetten er på vej videre." in words


def test_nobody_is_shamed_in_the_box(client):
    relay = make_relay(finished_legs=1, running=True)
    relay.legs.running().update(due=timezone.localdate() - timedelta(days=30))

    assert "Ventes" not in words_of(html_of(client, box_of(relay)))


def test_a_relay_that_rests_or_has_finished_says_so(client):
    paused, finished = make_relay(finished_legs=1), make_relay(finished_legs=2)
    until = timezone.localdate() + timedelta(days=40)
    baton.pause(paused, until, by=None)
    baton.close(finished, by=None)

    assert f"Holder pause til {until.day}." in words_of(html_of(client, box_of(paused)))
    assert "Stafetten er i mål efter to etaper" in words_of(html_of(client, box_of(finished)))


def test_a_box_without_a_post_leads_to_the_relay(client):
    relay = make_relay(running=True)

    html = html_of(client, box_of(relay))

    assert f'href="{relay.get_absolute_url()}"' in html
    assert "<ol>" not in html


def test_the_box_speaks_the_language_of_its_relay(client):
    relay = make_relay("What belongs on the plate?", language="en", finished_legs=2)

    response = client.get(box_of(relay))

    assert response.headers["Content-Language"] == "en"
    html = response.content.decode()
    assert '<html lang="en">' in html
    assert "See all 2 legs on Depechen" in html


@pytest.mark.parametrize(("theme", "said"), [("light", ' data-theme="light"'), ("", "")])
def test_the_box_is_light_or_dark_as_its_address_says(client, theme, said):
    relay = make_relay(finished_legs=1)

    assert f'<html lang="da"{said}>' in html_of(client, box_of(relay, theme))


@pytest.mark.parametrize("theme", ["LIGHT", "x", '"><script>', "%00"])
def test_an_unknown_theme_does_not_exist(client, theme):
    assert client.get(box_of(make_relay(finished_legs=1), theme)).status_code == 404


def test_a_relay_that_has_not_begun_has_no_box(client):
    make_handoff(make_relay(slug="ikke-begyndt"), offered=True)

    for slug in ("ikke-begyndt", "nowhere"):
        assert client.get(f"/embed/relays/{slug}/").status_code == 404


def test_the_box_may_stand_anywhere_and_no_other_page_may(client):
    site = make_site()

    box = client.get(box_of(site.running))
    policy = box.headers["Content-Security-Policy"]
    others = {name: client.get(address) for name, address in site.addresses.items()}
    others["no box"] = client.get("/embed/relays/nowhere/")

    assert "frame-ancestors *" in policy
    assert "script-src 'self'" in policy.split("; ")
    assert "X-Frame-Options" not in box.headers
    for name, response in others.items():
        assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"], name
        assert response.headers["X-Frame-Options"] == "DENY", name


def test_the_box_sets_no_cookie_runs_no_script_and_stands_in_no_index(client):
    relay = make_relay(finished_legs=1)

    response = client.get(box_of(relay))

    assert not response.cookies
    assert "Cookie" not in response.headers.get("Vary", "")
    assert response.headers["X-Robots-Tag"] == "noindex"
    html = response.content.decode()
    assert not re.search(r"<script|<style|<form| style=| on[a-z]+=|https?://", html)


@pytest.mark.parametrize("count", [4, 40])
def test_a_box_asks_as_often_for_four_legs_as_for_forty(client, django_assert_num_queries, count):
    relay = make_relay()
    make_archive(relay, count)
    begin_leg(relay)

    with django_assert_num_queries(4):
        client.get(box_of(relay))


def test_the_page_of_a_relay_offers_the_code(client):
    relay = make_relay(
        "Hvad skal der på tallerkenen?", short_name='Mad "<stafetten>', finished_legs=1
    )

    html = html_of(client, relay.get_absolute_url())

    assert (
        f"&lt;iframe src=&quot;http://testserver{box_of(relay)}&quot; "
        "title=&quot;Mad &amp;quot;&amp;lt;stafetten&amp;gt; – Depechen&quot; "
        "width=&quot;320&quot; height=&quot;520&quot; loading=&quot;lazy&quot; "
        "referrerpolicy=&quot;no-referrer&quot;&gt;&lt;/iframe&gt;"
    ) in html
