"""Texts that are no article: a page each, a place in the footer, written by chief editors."""

import re

import pytest
from django.db import OperationalError, connection

from articles.models import Page
from articles.publication import pages
from relays.models import OldAddress
from tests.factories import make_chief_editor, make_editor, make_relay
from tests.forms import fields_of

pytestmark = pytest.mark.django_db


def make_page(
    title="Hvad er en blogstafet?", slug="blogstafet", body="<p>En samtale.</p>", **fields
):
    return Page.objects.create(title=title, slug=slug, body=body, **fields)


@pytest.fixture
def minute_has_passed(monkeypatch):
    """Call it, and the next page asks anew for what the foot says."""

    def pass_minute():
        monkeypatch.setattr(pages, "_kept", None)

    pass_minute()
    return pass_minute


def footer_of(client, address="/"):
    html = client.get(address).content.decode().partition('<footer class="foot">')[2]
    return re.findall('<a href="/pages/([^"]*)/" lang="(..)">([^<]*)<', html)


def test_a_page_shows_its_text(client):
    page = make_page(language="en")

    html = client.get(page.get_absolute_url()).content.decode()

    assert page.get_absolute_url() == "/pages/blogstafet/"
    assert '<article lang="en">' in html
    assert "<p>En samtale.</p>" in html
    assert '<link rel="canonical" href="http://testserver/pages/blogstafet/">' in html


def test_a_page_that_is_not_there_does_not_exist(client):
    assert client.get("/pages/nowhere/").status_code == 404


def test_the_foot_of_every_page_leads_to_what_has_a_place_there(client, minute_has_passed):
    make_page("Privatliv", "privatliv", position=2)
    make_page("About", "about", position=1, language="en")
    make_page("Skjult", "skjult")
    relay = make_relay(finished_legs=1)

    for address in ("/", relay.get_absolute_url(), "/nowhere/"):
        assert footer_of(client, address) == [
            ("about", "en", "About"),
            ("privatliv", "da", "Privatliv"),
        ]


def test_the_foot_is_asked_for_once_a_minute(client, minute_has_passed, django_assert_num_queries):
    make_page(position=1)
    with django_assert_num_queries(1):
        client.get("/nowhere/")
    Page.objects.update(title="Nyt navn")

    with django_assert_num_queries(0):
        client.get("/nowhere/")
    assert footer_of(client)[0][2] == "Hvad er en blogstafet?"

    minute_has_passed()
    assert footer_of(client)[0][2] == "Nyt navn"


def test_a_page_has_its_foot_while_the_database_is_away(client, minute_has_passed, monkeypatch):
    make_page(position=1)
    footer_of(client)
    monkeypatch.setattr(pages, "SECONDS_KEPT", -1)

    def away(execute, *_words):
        raise OperationalError("the database is away")

    client.raise_request_exception = False
    with connection.execute_wrapper(away):
        response = client.get("/relays/")

    assert response.status_code == 503
    assert "/pages/blogstafet/" in response.content.decode()


def test_a_page_stands_in_the_sitemap(client):
    page = make_page()

    assert (
        f"http://testserver{page.get_absolute_url()}<"
        in client.get("/sitemap-pages.xml").content.decode()
    )


# In the newsroom -----------------------------------------------------------------------------


def test_a_chief_editor_writes_a_page(client):
    client.force_login(make_chief_editor())
    typed = {
        "title": "Sådan gør vi",
        "body": "<p>Vi <b>spørger</b>.</p><script>x</script>",
        "language": "da",
    }

    response = client.post("/admin/articles/page/add/", typed)

    page = Page.objects.get()
    assert response.status_code == 302
    assert (page.title, page.slug, page.body, page.position) == (
        "Sådan gør vi",
        "saadan-goer-vi",
        "<p>Vi <strong>spørger</strong>.</p>",
        None,
    )


def test_a_page_that_moves_keeps_answering(client):
    page = make_page(position=1)
    client.force_login(make_chief_editor())
    address = f"/admin/articles/page/{page.pk}/change/"

    client.post(address, fields_of(client.get(address), "page_form") | {"slug": "stafetten"})

    response = client.get("/pages/blogstafet/")
    assert (response.status_code, response.url) == (301, "/pages/stafetten/")
    page.refresh_from_db()
    assert page.body == "<p>En samtale.</p>"


def test_a_page_that_is_deleted_leaves_no_address(client):
    page = make_page()
    OldAddress.objects.create(kind="page", slug="gammel", row=page.pk)
    client.force_login(make_chief_editor())

    client.post(f"/admin/articles/page/{page.pk}/delete/", {"post": "yes"})

    assert not Page.objects.exists()
    assert not OldAddress.objects.exists()


def test_editors_do_not_write_pages(client):
    client.force_login(make_editor())

    assert client.get("/admin/articles/page/").status_code == 403
    assert client.post("/admin/articles/page/add/", {"title": "x"}).status_code == 403
