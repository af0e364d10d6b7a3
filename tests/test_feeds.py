"""What a feed reader gets: the newest posts whole, in their own language, once each."""

import re
from datetime import UTC, datetime
from xml.etree import ElementTree

import feedparser
import pytest

from articles import access, workflow
from articles.models import Article
from articles.models.tag import tags_for
from articles.publication.people import known_people
from relays.models import Contributor, Relay, Theme
from tests.factories import (
    make_chief_editor,
    make_contributor,
    make_members_article,
    make_news,
    make_picture,
    make_relay,
    make_theme,
    publish,
    publish_leg,
    write,
)
from tests.sites import make_archive, make_site

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def feed_at(client, address):
    response = client.get(address)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    return ElementTree.fromstring(response.content)  # noqa: S314  (of our own making)


def text_of(element, name):
    return element.findtext(f"{ATOM}{name}")


def titles_of(feed):
    return [text_of(entry, "title") for entry in feed.iter(f"{ATOM}entry")]


def links_of(element):
    return {link.get("rel"): link.get("href") for link in element.findall(f"{ATOM}link")}


def feeds_of(site):
    return {
        "site": "/feed.xml",
        "relay": f"{site.running.get_absolute_url()}feed.xml",
        "theme": f"{site.theme.get_absolute_url()}feed.xml",
        "contributor": f"{site.writer.get_absolute_url()}feed.xml",
    }


def test_an_entry_says_all_there_is_about_a_post(client):
    writer, other = make_contributor("Oskar Dyrhave"), make_contributor("Ulla <Union>")
    relay = make_relay(theme=make_theme("Velfærd"))
    article = publish_leg(
        relay,
        receiver=writer,
        at=datetime(2026, 3, 2, 11, tzinfo=UTC),
        title="Kolde & varme bak\u00adker",
        standfirst="De kommer <fulde> tilbage.",
    )
    article.bylines.create(contributor=other, order=2, published_at=article.published_at)
    article.tags.add(*tags_for(["Ældremad"]))
    Article.objects.filter(pk=article.pk).update(language="en")

    [entry] = feed_at(client, "/feed.xml").iter(f"{ATOM}entry")

    assert text_of(entry, "title") == "Kolde & varme bakker"
    assert text_of(entry, "summary") == "De kommer &lt;fulde&gt; tilbage."
    assert text_of(entry, "content") == article.live.body
    assert entry.find(f"{ATOM}content").get("type") == "html"
    assert text_of(entry, "published") == "2026-03-02T11:00:00+00:00"
    assert text_of(entry, "updated") == article.live.at.isoformat(timespec="microseconds")
    assert text_of(entry, "id") == f"tag:testserver,2026:article-{article.pk}"
    assert links_of(entry) == {"alternate": f"http://testserver{article.get_absolute_url()}"}
    assert entry.get(LANGUAGE) == "en"
    assert [each.get("term") for each in entry.iter(f"{ATOM}category")] == ["Velfærd", "Ældremad"]
    assert [
        (text_of(each, "name"), text_of(each, "uri")) for each in entry.iter(f"{ATOM}author")
    ] == [
        (person.name, f"http://testserver{person.get_absolute_url()}") for person in (writer, other)
    ]


def test_each_feed_has_its_own_posts_newest_first(client):
    site = make_site()
    feeds = {name: titles_of(feed_at(client, address)) for name, address in feeds_of(site).items()}

    def titles(articles):
        return [article.live.plain_title for article in articles.newest_first().with_headline()]

    public = Article.objects.public()
    assert feeds["site"] == titles(public)
    assert feeds["relay"] == titles(public.filter(relay=site.running))
    assert feeds["theme"] == titles(public.filter(theme=site.theme))
    assert feeds["contributor"] == titles(public.by(site.writer))
    assert all(feeds.values())


def test_a_feed_says_what_it_is_of_and_where_it_lives(client):
    site = make_site()

    for name, address in feeds_of(site).items():
        feed = feed_at(client, address)
        page = address.removesuffix("feed.xml")

        assert links_of(feed) == {
            "alternate": f"http://testserver{page}",
            "self": f"http://testserver{address}",
        }, name
        assert text_of(feed, "title"), name
        assert feed.findtext(f"{ATOM}author/{ATOM}name") == "Depechen", name
        assert feed.get(LANGUAGE) == "da", name


def test_a_feed_speaks_the_language_of_its_relay(client):
    relay = make_relay("What belongs on the plate?", language="en", finished_legs=1)

    assert feed_at(client, f"{relay.get_absolute_url()}feed.xml").get(LANGUAGE) == "en"


def test_the_page_beside_a_feed_names_it(client):
    site = make_site()

    for name, address in feeds_of(site).items():
        page = client.get(address.removesuffix("feed.xml")).content.decode()
        named = re.findall(
            r'<link rel="alternate" type="application/atom\+xml" href="([^"]+)"', page
        )

        assert set(named) == {"/feed.xml", address}, name


def test_a_feed_ends_after_twenty_posts(client):
    make_archive(make_relay(), 23)

    titles = titles_of(feed_at(client, "/feed.xml"))

    assert (len(titles), len(set(titles))) == (20, 20)


def test_links_in_a_text_are_whole_addresses(client):
    body = '<p><a href="/themes/">a</a> <a href="#b">b</a> <a href="https://c.example/">c</a></p>'
    article = publish(write(make_news(), body=body))

    text = feed_at(client, "/feed.xml").findtext(f"{ATOM}entry/{ATOM}content")

    assert re.findall('href="([^"]*)"', text) == [
        "http://testserver/themes/",
        f"http://testserver{article.get_absolute_url()}#b",
        "https://c.example/",
    ]


def test_an_entry_carries_the_picture_with_its_alt_text_and_credit(client):
    picture = make_picture(credit="Foto: Ny & Næ")
    article = make_news("Bakker")
    write(article, picture=picture, alt='En "tom" bakke', caption="Klokken 13.15.")
    publish(article)

    [entry] = feed_at(client, "/feed.xml").iter(f"{ATOM}entry")

    assert text_of(entry, "content").startswith(
        f'<figure><img src="http://testserver{picture.src}" width="{picture.cut_width}"'
        f' height="{picture.cut_height}" alt="En &quot;tom&quot; bakke">'
        "<figcaption>Klokken 13.15. Foto: Ny &amp; Næ</figcaption></figure><p>"
    )


def test_whoever_asks_under_another_name_gets_the_sites_own_addresses(client, settings):
    settings.ALLOWED_HOSTS = ["*"]
    make_relay(finished_legs=1)

    answer = client.get("/feed.xml", headers={"host": "elsewhere.example"})

    assert b"elsewhere.example" not in answer.content


def test_what_xml_cannot_say_breaks_no_feed(client):
    theme = make_theme("Vel\x0cfærd", description="a\x01b")
    writer = make_contributor("Os\x08kar", biography="", job_title="chef\x0b")
    article = publish(make_news("Kolde\x0b bakker", writer=writer, theme=theme))
    revision = article.live
    revision.body = "<p>En\x1f tekst \ufffe</p>"
    revision.save()

    for address in (
        "/feed.xml",
        f"{theme.get_absolute_url()}feed.xml",
        f"{writer.get_absolute_url()}feed.xml",
    ):
        feed = feed_at(client, address)

        assert titles_of(feed) == ["Kolde bakker"]
        assert feed.findtext(f"{ATOM}entry/{ATOM}content") == "<p>En tekst </p>"


# The same again ------------------------------------------------------------------------------


def test_who_has_the_feed_already_gets_an_empty_answer(client):
    make_relay(finished_legs=1)
    first = client.get("/feed.xml")

    again = client.get("/feed.xml", headers={"if-none-match": first.headers["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert "Last-Modified" not in first.headers
    assert not first.cookies


@pytest.mark.parametrize("step", ["withdraw", "remove"])
def test_a_feed_that_lost_a_post_is_another_one(client, step):
    relay = make_relay(finished_legs=2)
    first = client.get("/feed.xml")
    workflow.take_step(relay.articles.order_by("pk").first(), step, by=make_chief_editor())

    again = client.get("/feed.xml", headers={"if-none-match": first.headers["ETag"]})

    assert again.status_code == 200
    assert again.headers["ETag"] != first.headers["ETag"]


def test_an_empty_feed_stays_the_same(client):
    theme = make_theme()
    first = client.get(f"{theme.get_absolute_url()}feed.xml")

    assert client.get(f"{theme.get_absolute_url()}feed.xml").content == first.content


def test_an_entry_keeps_its_name_when_its_address_changes(client):
    article = publish(make_news())
    before = feed_at(client, "/feed.xml").findtext(f"{ATOM}entry/{ATOM}id")
    Article.objects.filter(pk=article.pk).update(slug="ny-adresse")

    assert feed_at(client, "/feed.xml").findtext(f"{ATOM}entry/{ATOM}id") == before


def test_a_feed_keeps_its_name_when_its_address_changes(client):
    site = make_site()
    feeds = feeds_of(site)
    before = [text_of(feed_at(client, address), "id") for address in feeds.values()]
    for row in (site.running, site.theme, site.writer):
        type(row).objects.filter(pk=row.pk).update(slug="ny-adresse")
        row.refresh_from_db()

    assert [
        text_of(feed_at(client, address), "id") for address in feeds_of(site).values()
    ] == before
    assert len(set(before)) == len(feeds)


def test_a_text_that_ends_before_its_post_leads_to_the_rest(client):
    article = make_members_article()

    content = feed_at(client, "/feed.xml").findtext(f"{ATOM}entry/{ATOM}content")

    here = f"http://testserver{article.get_absolute_url()}"
    opening = access.visible_part(article, None).html
    assert content == f'{opening}<p><a href="{here}">Læs resten</a></p>'


def test_what_is_no_page_has_no_feed(client):
    asked = make_contributor("Grethe Ikkespurgt")
    not_begun = make_relay("Ikke begyndt?")

    for row in (asked, not_begun):
        assert client.get(f"{row.get_absolute_url()}feed.xml").status_code == 404
    assert client.get("/relays/nowhere/feed.xml").status_code == 404


def test_no_address_of_a_person_is_in_a_feed(client):
    site = make_site()
    Contributor.objects.update(phone="+45 99 88 77 66")

    everything = "".join(
        client.get(address).content.decode() for address in feeds_of(site).values()
    )

    assert "@" not in everything
    assert "99 88" not in everything


# Elsewhere -----------------------------------------------------------------------------------


def test_a_feed_reader_takes_every_feed_without_a_word_of_complaint(client):
    site = make_site()
    feeds = feeds_of(site) | {"a bare theme": f"{site.bare_theme.get_absolute_url()}feed.xml"}
    feeds |= {
        row.name: f"{row.get_absolute_url()}feed.xml"
        for row in (*Relay.objects.public(), *Theme.objects.all(), *known_people())
    }

    for name, address in feeds.items():
        response = client.get(address)
        headers = {"content-type": response.headers["Content-Type"]}
        read = feedparser.parse(response.content, response_headers=headers)

        assert not read.bozo, (name, read.get("bozo_exception"))
        assert read.version == "atom10", name
        assert read.feed.title, name
        assert read.feed.updated_parsed, name
        assert len(read.entries) == len(titles_of(feed_at(client, address))), name
        assert len({entry.id for entry in read.entries}) == len(read.entries), name
        for entry in read.entries:
            assert entry.title, name
            assert entry.link.startswith("http://testserver/articles/"), name
            assert entry.published_parsed <= entry.updated_parsed, name
            assert entry.content[0].value.startswith("<p>"), name
            assert client.get(entry.link).status_code == 200, name
