"""What a reader's page costs: so many queries, however much there is to show."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.models import Page, Revision
from articles.models.tag import tags_for
from relays.models import Contributor, Picture, Relay, Shape, Theme
from tests.factories import begin_leg, make_contributor, make_editor, make_relay, make_theme
from tests.sites import NOON, make_archive, make_many_news

pytestmark = pytest.mark.django_db

# One line a page. No page asks more than six times.
QUERIES = {
    "/": 6,
    "/relays/": 4,
    "/relays/?before=2026-03-03T11:00:00Z_1": 2,
    "/relays/mange-etaper/": 6,
    "/relays/mange-etaper/?before=4": 6,
    "/relays/mange-etaper/?start=2": 6,
    "/relays/mange-etaper/?year=2026": 6,
    "/relays/mange-etaper/2/": 1,
    "/relays/mange-etaper/all/": 6,
    "/archive/": 1,
    "/archive/2026/": 4,
    "/archive/2026/?month=3": 4,
    "/articles/{leg_article}/": 5,
    "/articles/{news_article}/": 3,
    "/themes/": 1,
    "/themes/velfaerd/": 6,
    "/themes/velfaerd/?year=2026": 5,
    "/themes/velfaerd/?sector=public&relay=mange-etaper&year=2026": 6,
    "/tags/mad/": 4,
    "/contributors/": 2,
    "/contributors/?letter=A": 2,
    "/contributors/?after={middle_name}": 3,
    "/contributors/{writer}/": 5,
    "/contributors/{writer}/?before=2026-03-04T11:00:00Z_1": 5,
    "/search/": 1,
    "/search/?q=om": 5,
    "/search/?q=arkiv+mad&after=1": 5,
    "/search/?q=arkiv&theme=velfaerd&relay=mange-etaper&sector=public&year=2026": 5,
    "/search/?q=hestestald": 1,
    "/embed/relays/mange-etaper/": 4,
    "/feed.xml": 3,
    "/relays/mange-etaper/feed.xml": 4,
    "/themes/velfaerd/feed.xml": 4,
    "/contributors/{writer}/feed.xml": 4,
    "/sitemap.xml": 3,
    "/sitemap-posts-2026.xml": 3,
    "/sitemap-lists.xml": 0,
    "/sitemap-archive.xml": 1,
    "/sitemap-pages.xml": 1,
    "/sitemap-relays.xml": 1,
    "/sitemap-themes.xml": 1,
    "/sitemap-tags.xml": 1,
    "/sitemap-contributors.xml": 1,
    "/robots.txt": 0,
    "/nowhere/": 0,
}
# All but an article, which says how many comments it has itself.
LISTINGS = [page for page in QUERIES if not page.startswith("/articles/")]


def make_much(count, *, articles=0):
    """So many of everything that a page can list, and at least so many articles. Returns the
    addresses of QUERIES."""
    theme, writer, [tag] = make_theme(), make_contributor("Aase Mangeord"), tags_for(["Mad"])
    make_many_themes(count)
    relay = make_relay("Mange etaper", alternation="off", theme=theme)
    relay.editors.set([make_editor(f"Redaktør {n}") for n in range(count)])
    legs = make_archive(relay, count, theme=theme, tag=tag, co_writer=writer)
    legs[1].tags.add(*tags_for(f"Emneord {n}" for n in range(count)))
    begin_leg(relay)
    for n in range(count):
        runs = make_relay(f"Løber {n}", theme=theme, alternation="off")
        make_archive(runs, 1)
        begin_leg(runs, receiver=writer)
        ended = make_relay(f"I mål {n}")
        make_archive(ended, 2, at=lambda leg, n=n: NOON + timedelta(days=n, hours=leg))
        Relay.objects.filter(pk=ended.pk).update(closed=timezone.now())
    news = make_many_news(
        max(count, articles), at=lambda n: NOON + timedelta(minutes=n), theme=theme
    )
    Page.objects.bulk_create(Page(title=f"Side {n}", slug=f"side-{n}") for n in range(count))
    illustrate()
    words = {
        "leg_article": legs[1].slug,
        "news_article": news[0].slug,
        "writer": writer.slug,
        "middle_name": Contributor.objects.get(name=f"Arkivskribent {relay.pk}-2").slug,
    }
    return {page: page.format(**words) for page in QUERIES}


def illustrate():
    """A picture on every text and of every person; their files are nobody's business here."""
    size = {"width": 1600, "height": 1200}
    wide = Picture.objects.create(shape=Shape.WIDE, widths=[480, 960, 1600], **size)
    square = Picture.objects.create(shape=Shape.SQUARE, widths=[160, 320, 640], **size)
    Revision.objects.update(picture=wide, alt="En bakke")
    Contributor.objects.update(portrait=square)


def make_many_themes(count):
    Theme.objects.bulk_create(Theme(name=f"Tema {n}", slug=f"tema-{n}") for n in range(count))


def asked_by(client, address):
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)
    assert response.status_code in (200, 302, 404)
    return [query["sql"] for query in queries]


@pytest.mark.parametrize(("count", "articles"), [(4, 10), (40, 10_000)])
def test_a_page_asks_as_often_among_ten_thousand_articles_as_among_ten(client, count, articles):
    addresses = make_much(count, articles=articles)

    asked = {page: len(asked_by(client, address)) for page, address in addresses.items()}

    assert asked == QUERIES


def test_no_page_asks_more_than_six_times():
    assert max(QUERIES.values()) <= 6


def test_no_listing_counts_rows_or_skips_them(client):
    addresses = make_much(4)

    asked = {page: " ".join(asked_by(client, addresses[page])) for page in LISTINGS}

    assert [page for page, sql in asked.items() if re.search(r"\bOFFSET\b|COUNT ?\(", sql)] == []


def test_lists_never_load_the_texts(client):
    addresses = make_much(4)

    loading = {
        page: len([sql for sql in asked_by(client, addresses[page]) if '"body"' in sql])
        for page in QUERIES
    }

    with_text = {
        "/",
        "/relays/mange-etaper/all/",
        "/articles/{leg_article}/",
        "/articles/{news_article}/",
    }
    with_text |= {page for page in QUERIES if page.endswith("/feed.xml")}
    with_text |= {page for page, asked in QUERIES.items() if "/search/" in page and asked > 1}
    assert {page: times for page, times in loading.items() if times} == dict.fromkeys(with_text, 1)


def test_the_front_page_loads_the_texts_of_its_hero_and_chain_alone(client):
    make_much(40)

    page = client.get("/").context

    assert [article.live.get_deferred_fields() for article in page["others"]] == [{"body"}] * 6
    assert page["hero"].live.get_deferred_fields() == set()
