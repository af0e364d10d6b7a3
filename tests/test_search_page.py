"""The search page: what it shows, how it is narrowed down, and addresses that do not exist."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest

from articles import search, workflow
from articles.models.tag import tags_for
from tests.factories import (
    make_contributor,
    make_news,
    make_relay,
    make_theme,
    publish,
    publish_leg,
    write,
)
from tests.sites import NOON, make_many_news

pytestmark = pytest.mark.django_db


def page_of(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return response


def text_of(response):
    """What the page says, its main part alone."""
    main = response.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main.partition(">")[2])).split())


def titles(response):
    return [row.article.live.title for row in response.context["rows"]]


def facets(response):
    return {
        str(facet.label): [(choice.label, choice.posts) for choice in facet.choices]
        for facet in response.context["facets"]
    }


def address_of(response, label):
    """Where the choice of this name leads."""
    choices = [choice for facet in response.context["facets"] for choice in facet.choices]
    [address] = [
        choice.address
        for choice in (*choices, *response.context["chosen"])
        if choice.label == label
    ]
    return f"/search/{address}"


@pytest.fixture
def posts():
    """Five posts about trays, of two themes, two relays, both sectors and two years."""
    welfare, leading = make_theme("Velfærd"), make_theme("Ledelse")
    food = make_relay("Hvad skal der på tallerkenen?", short_name="Madstafetten", alternation="off")
    night = make_relay("Hvem passer på natten?", alternation="off")
    public, private = make_contributor(sector="public"), make_contributor(sector="private")

    def post(title, relay, theme, writer, year):
        at = datetime(year, 6, 1, 12, tzinfo=UTC) + timedelta(days=len(title))
        article = publish_leg(relay, receiver=writer, at=at, title=title)
        if theme:
            workflow.change_theme(article, theme)

    post("Et", food, welfare, public, 2025)
    post("To", food, welfare, private, 2025)
    post("Tre", food, leading, public, 2026)
    post("Fire", night, leading, private, 2026)
    publish(write(make_news(theme=None), title="Seneste"), at=NOON + timedelta(days=200))


def test_an_empty_search_shows_the_field_and_the_themes(client):
    make_theme("Velfærd")

    for address in ("/search/", "/search/?q=", "/search/?q=+%00+"):
        page = page_of(client, address)
        assert (
            text_of(page)
            == "Søg Ord, navn eller organisation Søg Temaer Velfærd ingen indlæg endnu"
        )


def test_an_empty_search_of_a_site_without_themes_promises_none(client):
    assert "Temaer" not in text_of(page_of(client, "/search/"))


def test_hits_are_counted_and_shown_with_their_words_marked(client, posts):
    page = page_of(client, "/search/?q=bakke")

    assert titles(page) == ["Seneste", "Fire", "Tre", "To", "Et"]
    html = page.content.decode()
    assert '<div role="status"><h2 id="h-hits">5 indlæg om <q>bakke</q></h2></div>' in html
    assert html.count("<mark>bakkerne</mark>") == 5
    assert "<title>Søg: bakke – Depechen</title>" in html
    assert '<meta name="robots" content="noindex">' in html
    assert 'value="bakke"' in html


def test_one_hit_and_none_are_said_so(client, posts):
    assert "Et indlæg om seneste" in text_of(page_of(client, "/search/?q=seneste"))
    nothing = text_of(page_of(client, "/search/?q=hestestald"))
    assert "Ingen indlæg om hestestald" in nothing
    assert "Prøv et kortere ord." in nothing
    several = text_of(page_of(client, "/search/?q=seneste+hestestald"))
    assert "Intet indlæg har alle ordene. Prøv med færre." in several


def test_what_was_typed_is_shown_as_it_is_and_never_run(client):
    page = page_of(client, '/search/?q="><script>alert(1)</script>')

    assert "<script>" not in page.content.decode()
    assert 'value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"' in page.content.decode()


def test_a_search_is_cut_at_two_hundred_characters(client):
    page = page_of(client, "/search/?q=" + "a" * 5000)

    assert page.context["words"] == "a" * 200


def test_facets_count_what_a_choice_would_show(client, posts):
    page = page_of(client, "/search/?q=bakke")

    assert facets(page) == {
        "Tema": [("Ledelse", 2), ("Velfærd", 2)],
        "Stafet": [("Madstafetten", 3), ("Hvem passer på natten?", 1)],
        "Sektor": [("Privat", 2), ("Offentlig", 2)],
        "År": [("2026", 3), ("2025", 2)],
    }
    for facet in page.context["facets"]:
        for choice in facet.choices:
            narrowed = page_of(client, f"/search/{choice.address}")
            assert len(titles(narrowed)) == choice.posts, choice
            assert [chosen.label for chosen in narrowed.context["chosen"]] == [choice.label]


def test_choices_add_up_and_each_can_be_taken_back(client, posts):
    page = page_of(client, "/search/?q=bakke")

    public = page_of(client, address_of(page, "Offentlig"))
    both = page_of(client, address_of(public, "2025"))
    assert (titles(public), titles(both)) == (["Tre", "Et"], ["Et"])
    assert facets(both) == {}

    back = page_of(client, address_of(both, "Offentlig"))
    assert titles(back) == ["To", "Et"]
    assert [choice.label for choice in back.context["chosen"]] == ["2025"]


def test_a_choice_without_hits_leads_back_to_all_posts(client, posts):
    page = page_of(client, "/search/?q=seneste&theme=velfaerd")

    assert titles(page) == []
    assert page.context["everything"] == "?q=seneste"
    assert "Søg i alle indlæg" in text_of(page)


def test_a_choice_that_would_leave_nothing_out_is_none(client):
    publish(write(make_news(), title="Seneste"))

    assert facets(page_of(client, "/search/?q=seneste")) == {}


@pytest.mark.parametrize(
    "address",
    [
        "theme=nowhere",
        "relay=nowhere",
        "relay=not-begun",
        "sector=both",
        "year=26",
        "year=x",
        "after=0",
        "after=1001",
        "after=x",
        "theme=%00",
    ],
)
def test_an_address_that_says_something_else_does_not_exist(client, address):
    make_relay("Not begun", slug="not-begun")

    assert client.get(f"/search/?q=bakke&{address}").status_code == 404


def test_a_long_list_goes_on_page_by_page(client):
    make_many_news(45)

    first = page_of(client, "/search/?q=bakke&sector=")
    second = page_of(client, f"/search/{first.context['more']}")
    third = page_of(client, f"/search/{second.context['more']}")

    pages = [titles(page) for page in (first, second, third)]
    assert [len(page) for page in pages] == [20, 20, 5]
    assert [title for page in pages for title in page] == [
        f"Om nyt-{n}" for n in reversed(range(45))
    ]
    assert (first.context["best"], third.context["more"]) == ("", "")
    assert third.context["best"] == "?q=bakke"
    assert "45 indlæg om bakke" in text_of(third)


def test_behind_the_last_hit_is_nothing(client):
    make_many_news(3)

    page = page_of(client, "/search/?q=bakke&after=1000")

    assert titles(page) == []
    assert "Til de bedste fund" in text_of(page)


def test_of_very_many_hits_the_newest_are_told_of(client, monkeypatch):
    monkeypatch.setattr(search, "HITS", 3)
    make_many_news(4)

    page = page_of(client, "/search/?q=bakke")

    assert titles(page) == ["Om nyt-3", "Om nyt-2", "Om nyt-1"]
    assert "De nyeste 3 indlæg om bakke" in text_of(page)


def test_a_tag_a_name_and_an_organisation_find_their_posts(client):
    writer = make_contributor("Åse Ørskov", organisation="Ærø Kommune", job_title="chef")
    article = publish_leg(make_relay(), receiver=writer, title="Nyt")
    article.tags.add(*tags_for(["ældremad"]))
    search.index(type(article).objects.all())

    for words in ("oerskov", "ærø", "chefen", "ÆLDREMAD"):
        assert titles(page_of(client, f"/search/?q={words}")) == ["Nyt"], words


@pytest.mark.parametrize("q", ["%ff%fe", "%ed%a0%80", "%00", "%F0%9F%A6%86", "%22", "*", "%5C"])
def test_no_bytes_are_an_error(client, q):
    assert client.get(f"/search/?q={q}").status_code == 200


def test_names_and_offices_of_the_writers_are_marked(client):
    writer = make_contributor("Oskar <Dyr>", job_title="køkkenchef", organisation="Skovby")
    publish_leg(make_relay(), receiver=writer)

    names = client.get("/search/?q=oskar").text
    offices = client.get("/search/?q=skovby").text

    assert f'{writer.get_absolute_url()}"><mark>Oskar</mark> &lt;Dyr&gt;</a> køkkenchef' in names
    assert "køkkenchef, <mark>Skovby</mark>" in offices
