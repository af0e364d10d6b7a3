"""The archive by year and month, and a relay as one document."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from articles import workflow
from articles.models import Article
from tests.factories import (
    begin_leg,
    make_chief_editor,
    make_contributor,
    make_handoff,
    make_leg_article,
    make_picture,
    make_relay,
    publish,
    publish_leg,
)
from tests.sites import make_archive, make_many_news

pytestmark = pytest.mark.django_db


def read(client, address):
    response = client.get(address, headers={"accept-language": "da"})
    assert response.status_code == 200
    return response


def posts_on(client, address):
    return re.findall('<h3><a href="/articles/([^"]*)/"', read(client, address).content.decode())


def headings_of(client, address):
    html = read(client, address).content.decode()
    return re.findall("<h[12][^>]*>([^<]*)</h", html)


def at(*when):
    return lambda n: datetime(*when, tzinfo=UTC) + timedelta(days=n)


# The archive ---------------------------------------------------------------------------------


def test_the_archive_leads_to_its_newest_year(client):
    make_many_news(1, at=at(2024, 5, 2))
    make_many_news(1, at=at(2019, 5, 2))

    assert client.get("/archive/").url == "/archive/2024/"


def test_an_empty_archive_is_of_this_year(client):
    year = timezone.localdate().year

    assert client.get("/archive/").url == f"/archive/{year}/"
    assert f"Ingen indlæg i {year}" in read(client, f"/archive/{year}/").content.decode()


def test_a_year_has_its_posts_under_their_months_newest_first(client):
    make_many_news(4, at=at(2024, 3, 30, 12))  # two of March, two of April
    make_many_news(1, at=at(2023, 12, 31, 12))

    assert headings_of(client, "/archive/2024/") == ["2024", "april 2024", "marts 2024"]
    assert posts_on(client, "/archive/2024/") == ["nyt-3", "nyt-2", "nyt-1", "nyt-0"]


def test_years_and_months_begin_at_midnight_in_the_newsroom(client):
    make_many_news(1, at=lambda n: datetime(2023, 12, 31, 23, 30, tzinfo=UTC))
    make_many_news(1, at=lambda n: datetime(2024, 6, 30, 22, 30, tzinfo=UTC))

    assert headings_of(client, "/archive/2024/") == ["2024", "juli 2024", "januar 2024"]
    assert posts_on(client, "/archive/2024/?month=7") == ["nyt-1"]
    assert posts_on(client, "/archive/2024/?month=12") == []


def test_an_archive_names_its_years_and_the_months_of_one_that_have_posts(client):
    make_many_news(1, at=at(2022, 5, 2))
    make_many_news(2, at=at(2024, 3, 31, 12))

    html = read(client, "/archive/2024/").content.decode()

    assert re.findall('href="/archive/([0-9]+)/"', html) == ["2024", "2023", "2022"]
    assert re.findall('href="[?]month=([0-9]+)"', html) == ["4", "3"]
    assert "Ingen indlæg i 2023" in read(client, "/archive/2023/").content.decode()


def walk(client, query=""):
    """The posts of a list, from page to page."""
    page = f"/archive/2024/{query}"
    found, older = posts_on(client, page), client.get(page).context["older"]
    return found + (walk(client, older) if older else [])


def test_a_long_year_pages_by_key_each_post_once(client):
    make_many_news(95, at=at(2024, 2, 1, 12))

    assert walk(client) == [f"nyt-{n}" for n in range(94, -1, -1)]


def test_a_month_keeps_to_itself_on_its_older_pages(client):
    make_many_news(95, at=at(2024, 1, 31, 12))
    Article.objects.exclude(slug__in=["nyt-0", "nyt-94"]).update(
        published_at=datetime(2024, 2, 3, tzinfo=UTC)
    )

    assert walk(client, "?month=2") == [f"nyt-{n}" for n in range(93, 0, -1)]


@pytest.mark.parametrize(
    "address",
    ["2018/", "2025/", "0/", "99999/", "2024/?month=13", "2024/?month=x", "2024/?before=x"],
)
def test_what_no_archive_has_does_not_exist(client, address):
    make_many_news(1, at=at(2024, 5, 2))
    make_many_news(1, at=at(2019, 5, 2))

    assert client.get(f"/archive/{address}").status_code == 404


# A relay as one document ---------------------------------------------------------------------


@pytest.fixture
def relay():
    """Three legs out, one of them withdrawn, and a fourth that runs with a text begun."""
    relay = make_relay("Hvad skal der på tallerkenen?", short_name="Madstafetten")
    publish_leg(relay, title="Første", body="<p>Første tekst</p>")
    handoff = make_handoff(
        relay,
        accepted=True,
        receiver=make_contributor("Oskar Dyrhave", sector="private"),
        message="Fordi han kan lave mad.",
    )
    publish(make_leg_article(handoff.leg, title="Anden", body="<p>Anden tekst</p>"))
    third = publish_leg(relay, title="Hemmelig", body="<p>Hemmelig tekst</p>")
    workflow.take_step(third, "withdraw", by=make_chief_editor())
    make_leg_article(begin_leg(relay), title="Hemmelig", body="<p>Hemmelig kladde</p>")
    return relay


def test_a_whole_relay_has_every_public_text_in_the_order_they_ran(client, relay):
    html = read(client, f"{relay.get_absolute_url()}all/").content.decode()

    said = re.findall(
        "Første tekst|Anden tekst|Fordi han kan lave mad|Oskar Dyrhave<|Hemmelig", html
    )
    assert said == ["Første tekst", "Fordi han kan lave mad", "Oskar Dyrhave<", "Anden tekst"]
    assert re.findall("<h2[^>]*><a[^>]*>([^<]*)<", html) == ["Første", "Anden"]
    assert html.count("<h1") == 1


def test_a_whole_relay_is_offered_where_there_is_one_and_in_no_search_engine(client, relay):
    begun = make_relay(running=True)
    address = f"{relay.get_absolute_url()}all/"

    assert f'href="{address}"' in read(client, relay.get_absolute_url()).content.decode()
    assert "/all/" not in read(client, begun.get_absolute_url()).content.decode()
    assert '<meta name="robots" content="noindex">' in read(client, address).content.decode()
    assert read(client, f"{begun.get_absolute_url()}all/")
    assert address not in read(client, "/sitemap-relays.xml").content.decode()


def test_a_whole_relay_has_the_picture_of_each_post(client):
    relay = make_relay()
    picture = make_picture(credit="Foto: Nynæs")
    publish_leg(relay, picture=picture, alt="En bakke", caption="Klokken 13.15.")

    page = client.get(f"{relay.get_absolute_url()}all/").text

    assert page.count("<img") == 1
    assert f'<img loading="lazy" src="{picture.src}"' in page
    assert 'alt="En bakke"' in page
    assert "<span>Klokken 13.15.</span> <span>Foto: Nynæs</span></figcaption>" in page


def test_a_whole_relay_of_120_legs_is_one_page(client, django_assert_num_queries):
    relay = make_relay()
    make_archive(relay, 120)

    with django_assert_num_queries(6):
        html = read(client, f"{relay.get_absolute_url()}all/").content.decode()

    assert html.count('<article class="post') == 120 == Article.objects.count()


def test_a_relay_that_has_not_begun_is_no_document(client):
    assert client.get(f"{make_relay().get_absolute_url()}all/").status_code == 404
