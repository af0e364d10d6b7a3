"""What the web understands of a page: one address, what it is about, and where all pages are."""

import json
import re
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest

from articles import workflow
from articles.models import Article
from articles.models.tag import tags_for
from articles.publication import sitemaps
from tests.factories import (
    make_chief_editor,
    make_contributor,
    make_handoff,
    make_news,
    make_relay,
    make_theme,
    publish,
    publish_leg,
    put,
)
from tests.sites import make_archive, make_many_news, make_site

pytestmark = pytest.mark.django_db

PLACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
SEARCHES = {"search", "a search", "a search narrowed down", "a search for nothing"}
NO_PAGE = SEARCHES | {
    "a leg",
    "a withdrawn article",
    "a removed article",
    "a page that does not exist",
}


def html_of(client, address):
    return client.get(address).content.decode()


def canonical_of(client, address):
    return re.findall('<link rel="canonical" href="([^"]*)"', html_of(client, address))


def data_of(html):
    [block] = re.findall('<script type="application/ld[+]json">(.*?)</script>', html, re.S)
    return {thing["@type"]: thing for thing in json.loads(block)["@graph"]}


def meta_of(html):
    return dict(
        re.findall(
            '<meta (?:property|name)="((?:og|article|twitter):[^"]*)" content="([^"]*)"', html
        )
    )


# One address ---------------------------------------------------------------------------------


def test_every_page_of_its_own_says_its_address(client):
    addresses = make_site().addresses

    said = {name: canonical_of(client, address) for name, address in addresses.items()}

    assert said == {
        name: [] if name in NO_PAGE else [f"http://testserver{address}"]
        for name, address in addresses.items()
    }


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("?utm_source=x&fbclid=y", ""),
        ("?year=", ""),
        ("?year=2026&ref=z", "?year=2026"),
        (
            "?before=2026-03-04T11:00:00Z_1&year=2026",
            "?year=2026&amp;before=2026-03-04T11:00:00Z_1",
        ),
        ("?before=2026-03-04T12:00:00%2B01:00_1", "?before=2026-03-04T11:00:00Z_1"),
    ],
)
def test_the_address_says_what_the_page_shows_in_one_way(client, asked, said):
    theme = make_theme()
    make_archive(make_relay(), 3, theme=theme)

    page = f"http://testserver{theme.get_absolute_url()}"
    assert canonical_of(client, theme.get_absolute_url() + asked) == [page + said]


def test_every_list_has_an_address_for_each_of_its_pages(client):
    relay = make_relay()
    make_archive(relay, 2)

    for page in (f"{relay.get_absolute_url()}?year=2026", "/contributors/?letter=%C3%98"):
        assert canonical_of(client, page) == [f"http://testserver{page}"]


def test_whoever_asks_under_another_name_is_told_the_sites_own(client, settings):
    settings.ALLOWED_HOSTS = ["*"]
    make_relay(finished_legs=1)

    for address in ("/", "/relays/", "/sitemap.xml", "/sitemap-relays.xml", "/robots.txt"):
        answer = client.get(address, headers={"host": "elsewhere.example"})
        assert b"elsewhere.example" not in answer.content, address


# What it is about ----------------------------------------------------------------------------


def test_a_post_says_what_it_is(client):
    writer = make_contributor("Oskar Dyrhave", job_title="køkkenchef", organisation="Skovby")
    relay = make_relay(short_name="Madstafetten", theme=make_theme("Velfærd"))
    article = publish_leg(
        relay,
        receiver=writer,
        at=datetime(2026, 3, 2, 11, tzinfo=UTC),
        title="Kolde bak\u00adker",
        standfirst="De kommer fulde tilbage.",
    )
    writer.job_title = "direktør"  # later
    writer.save()

    data = data_of(html_of(client, article.get_absolute_url()))

    here = "http://testserver"
    assert data["Article"] == {
        "@type": "Article",
        "headline": "Kolde bakker",
        "description": "De kommer fulde tilbage.",
        "url": here + article.get_absolute_url(),
        "inLanguage": "da",
        "datePublished": "2026-03-02T11:00:00+00:00",
        "dateModified": article.live.at.isoformat(),
        "isAccessibleForFree": True,
        "articleSection": "Velfærd",
        "author": [
            {
                "@type": "Person",
                "name": "Oskar Dyrhave",
                "url": here + writer.get_absolute_url(),
                "jobTitle": "køkkenchef",
                "worksFor": {"@type": "Organization", "name": "Skovby"},
            }
        ],
        "publisher": {"@type": "Organization", "name": "Depechen", "url": f"{here}/"},
        "isPartOf": {
            "@type": "CreativeWorkSeries",
            "name": "Madstafetten",
            "description": relay.title,
            "url": here + relay.get_absolute_url(),
            "inLanguage": "da",
        },
        "position": 1,
    }
    steps = data["BreadcrumbList"]["itemListElement"]
    assert [(step["position"], step["name"], step["item"]) for step in steps] == [
        (1, "Depechen", f"{here}/"),
        (2, "Stafetter", f"{here}/relays/"),
        (3, "Madstafetten", here + relay.get_absolute_url()),
        (4, "Kolde bakker", here + article.get_absolute_url()),
    ]


def test_a_contributor_is_a_person_without_an_address_of_theirs(client):
    writer = make_contributor("Oskar Dyrhave", phone="+45 99 88 77 66", biography="Laver mad.")
    publish_leg(make_relay(), receiver=writer)

    data = data_of(html_of(client, writer.get_absolute_url()))

    assert data["Person"] == {
        "@type": "Person",
        "name": "Oskar Dyrhave",
        "url": f"http://testserver{writer.get_absolute_url()}",
        "description": "Laver mad.",
    }


def test_no_title_ends_the_data_it_stands_in(client):
    title = 'Farlig </script><script>alert("&")</script><!-- \u2028'
    article = publish(make_news(title))

    html = html_of(client, article.get_absolute_url())

    assert data_of(html)["NewsArticle"]["headline"] == title
    assert html.count("<script") == html.count("</script") == 1


def test_what_is_shared_has_a_title_and_words(client):
    article = publish_leg(
        make_relay(),
        at=datetime(2026, 3, 2, 11, tzinfo=UTC),
        title='Kolde "bak\u00adker"',
        standfirst="De kommer fulde tilbage.",
    )

    meta = meta_of(html_of(client, article.get_absolute_url()))

    assert meta == {
        "og:site_name": "Depechen",
        "og:type": "article",
        "og:url": f"http://testserver{article.get_absolute_url()}",
        "og:title": "Kolde &quot;bakker&quot;",
        "og:description": "De kommer fulde tilbage.",
        "article:published_time": "2026-03-02T11:00:00+00:00",
        "twitter:card": "summary",
    }


# Where all pages are -------------------------------------------------------------------------


def places_in(client, address):
    """What a sitemap or its index lists: {address: the day it changed, or None}."""
    response = client.get(address)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/xml"
    tree = ElementTree.fromstring(response.content)  # noqa: S314  (of our own making)
    return {each.findtext(f"{PLACE}loc"): each.findtext(f"{PLACE}lastmod") for each in tree}


def sitemap_of(client):
    pages = [place.removeprefix("http://testserver") for place in places_in(client, "/sitemap.xml")]
    found = [place for page in pages for place in places_in(client, page)]
    assert len(found) == len(set(found))
    return {place.removeprefix("http://testserver") for place in found}


PERSONAL = ("/account/", "/admin/", "/baton/", "/follow/")


def crawled_from(client, *starts):
    """Every page of ours that answers to a link, without its query."""
    seen, waiting = set(), [*starts]
    while waiting:
        address = waiting.pop()
        if address not in seen:
            seen.add(address)
            response = client.get(address)
            waiting += [response.url] if response.status_code == 302 else []
            html = response.content.decode()
            found = re.findall(r'<a [^>]*href="(/[^"?#]*)', html)
            waiting += [each for each in found if not each.startswith(PERSONAL)]
    return seen


def test_the_sitemap_lists_every_public_address_and_no_other(client):
    site = make_site()
    make_handoff(make_relay("Ikke begyndt?"), offered=True)
    tags_for(["Ubrugt"])
    put(make_news("På vej", slug="paa-vej"), "scheduled")

    crawled = crawled_from(client, "/")

    withdrawn = {site.notice.get_absolute_url(), site.gone.get_absolute_url()}
    closed = {address for address in crawled if 'content="noindex"' in html_of(client, address)}
    leading_on = {address for address in crawled if client.get(address).status_code == 302}
    assert sitemap_of(client) == crawled - withdrawn - closed - leading_on
    assert {client.get(address).status_code for address in crawled - leading_on} == {200}
    assert leading_on == {"/archive/"}
    whole_relays = {address for address in crawled if address.endswith("/all/")}
    assert closed == whole_relays | {"/search/"}


@pytest.mark.parametrize("step", ["withdraw", "remove"])
def test_a_withdrawn_post_is_in_no_sitemap(client, step):
    article = publish(make_news())
    before = sitemap_of(client)
    workflow.take_step(article, step, by=make_chief_editor())

    gone = before - sitemap_of(client)

    writer = article.bylines.get().contributor
    assert gone == {article.get_absolute_url(), writer.get_absolute_url()}


def test_a_post_says_when_it_changed_last(client):
    article = publish(make_news(), at=datetime(2026, 3, 2, 11, tzinfo=UTC))

    [day] = places_in(client, "/sitemap-posts-2026.xml").values()

    assert day == f"{article.live.at:%Y-%m-%d}"


def test_a_relay_changed_when_its_newest_post_came_out(client):
    relay = make_relay()
    make_archive(relay, 3)
    secret = publish_leg(relay)
    workflow.take_step(secret, "remove", by=make_chief_editor())

    assert places_in(client, "/sitemap-relays.xml") == {
        f"http://testserver{relay.get_absolute_url()}": "2026-03-04"
    }


def test_every_year_with_posts_has_a_sitemap_of_its_own(client):
    years = [2021, 2021, 2023, 2026]
    make_many_news(4, at=lambda n: datetime(years[n], 3, 2, 11, tzinfo=UTC))
    late = datetime(2023, 12, 31, 23, 30, tzinfo=UTC)  # already the new year here
    publish(make_news(), at=late)

    posts = [place for place in places_in(client, "/sitemap.xml") if "posts" in place]

    assert posts == [
        f"http://testserver/sitemap-posts-{year}.xml" for year in (2026, 2024, 2023, 2021)
    ]
    assert [len(places_in(client, place.removeprefix("http://testserver"))) for place in posts] == [
        *(1, 1, 1, 2)
    ]
    assert {address for address in sitemap_of(client) if address.startswith("/articles/")} == {
        article.get_absolute_url() for article in Article.objects.all()
    }
    assert client.get("/sitemap-posts-2022.xml").status_code == 404


def test_a_sitemap_lists_nothing_that_is_empty(client):
    assert places_in(client, "/sitemap.xml") == {
        f"http://testserver/sitemap-{name}.xml": None for name in ("lists", "archive")
    }


@pytest.mark.parametrize("page", ["0", "-1", "2", "x", "9" * 40])
def test_a_page_that_a_sitemap_does_not_have_does_not_exist(client, page):
    assert client.get(f"/sitemap-relays.xml?p={page}").status_code == 404
    assert client.get("/sitemap-nowhere.xml").status_code == 404
    assert client.get("/sitemap-posts.xml").status_code == 404


def test_robots_are_told_where_to_look_and_where_not(client):
    answer = client.get("/robots.txt")

    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    said = answer.content.decode()
    assert said.startswith("User-agent: *\nDisallow: /admin/\nDisallow: /baton/\n")
    assert said.endswith("\n\nSitemap: http://testserver/sitemap.xml\n")


def test_robots_may_read_every_page_that_the_sitemap_lists(client):
    make_site()
    closed = tuple(sitemaps.NOT_FOR_SEARCH_ENGINES)

    assert not [address for address in sitemap_of(client) if address.startswith(closed)]
