"""A walk along every link from the front page: whatever is named anywhere answers, at once."""

import re
from copy import copy
from datetime import timedelta
from html import unescape
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree

import pytest
from django.db import transaction

from articles import cards
from articles.models import Page
from articles.models.tag import tags_for
from articles.publication import pages
from relays import addresses
from relays.models import Contributor, Shape
from tests.factories import make_news, make_picture, publish, write
from tests.sites import NOON, make_archive, make_site

pytestmark = pytest.mark.django_db

HERE = "http://testserver"
NAMED_IN_HTML = re.compile(r'\b(?:href|src|content)="((?:/|\?|http://testserver)[^"]*)"')
SOURCE_SETS = re.compile(r'\bsrcset="([^"]+)"')
NAMED_IN_CSS = re.compile(r"url\([\"']?([^\"')]+)")

# What leads on instead of being a page: the address of the whole archive, of a leg, and what is
# for readers who have logged in.
LEADING_ON = re.compile(r"/archive/|/relays/[^/]+/\d+/|/account/")


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker):
    """Made once: no test keeps what it changes."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_site_with_everything()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _every_page_asks_for_its_foot(monkeypatch):
    monkeypatch.setattr(pages, "_kept", None)


def make_site_with_everything():
    """Everything that there is to link to: pictures, portraits, cards, pages, long lists."""
    site = make_site()
    Contributor.objects.filter(pk=site.writer.pk).update(portrait=make_picture(Shape.SQUARE))
    news = publish(write(make_news("Med billede"), picture=make_picture(), alt="En bakke"))
    make_archive(
        site.free,
        21,
        at=lambda n: NOON - timedelta(days=600 - 3 * n),
        theme=site.theme,
        tag=tags_for(["Mad"])[0],
    )
    Page.objects.create(
        title="Om os",
        slug="om",
        position=1,
        body=f'<p><a href="{news.get_absolute_url()}">Et billede</a></p>',
    )
    cards.draw_due()
    return site


def asked(client, address):
    """The answer, and all of its words."""
    response = client.get(address)
    return response, b"".join(response) if response.streaming else response.content


def named_in(address, response, said):
    """Every address of ours that an answer names, as a reader's browser would ask for it."""
    kind = response.headers.get("Content-Type", "").partition(";")[0]
    if kind == "text/html":
        html = said.decode()
        found = NAMED_IN_HTML.findall(html)
        found += [
            each.split()[0] for named in SOURCE_SETS.findall(html) for each in named.split(",")
        ]
    elif kind == "text/css":
        found = NAMED_IN_CSS.findall(said.decode())
    elif kind == "text/plain":
        found = re.findall(r"Sitemap: (\S+)", said.decode())
    elif kind in ("application/xml", "application/atom+xml"):
        tree = ElementTree.fromstring(said)  # noqa: S314  (of our own making)
        found = [element.get("href") or element.text or "" for element in tree.iter()]
        found = [each for each in found if each.startswith(HERE)]
    else:
        found = []
    whole = (urljoin(HERE + address, unescape(each)) for each in found if "data:" not in each)
    return {
        each.removeprefix(HERE).partition("#")[0] or "/"
        for each in whole
        if urlsplit(each).netloc == urlsplit(HERE).netloc
    }


def crawl(client, *starts):
    """{address: its status}, and of what leads on, {address: where to}."""
    statuses, leads = {}, {}
    waiting = [*starts]
    while waiting:
        address = waiting.pop()
        if address in statuses:
            continue
        response, said = asked(client, address)
        statuses[address] = response.status_code
        if response.status_code in (301, 302, 307, 308):
            leads[address] = response.url
            waiting.append(response.url)
        waiting += named_in(address, response, said) - statuses.keys()
    return statuses, leads


def test_every_link_from_the_front_page_leads_to_something(client, site):
    statuses, leads = crawl(client, "/", "/robots.txt")
    others = {address: status for address, status in statuses.items() if status != 200}
    assert others == dict.fromkeys(leads, 302)
    assert all(LEADING_ON.fullmatch(address) for address in leads), leads
    assert not leads.keys() & set(leads.values())
    # It has been everywhere: to each kind of page and of file.
    kinds = (
        "/feed.xml",
        "/sitemap-tags.xml",
        "/static/css/",
        "/static/img/",
        "/media/",
        "?before=",
    )
    kinds += ("/all/", "?year=", "?month=", "/pages/om/", "?letter=", "?sector=", "/search/")
    assert [kind for kind in kinds if not any(kind in address for address in statuses)] == []


def test_every_page_leads_on(client, site):
    """No dead end: whoever comes from elsewhere finds the front page and the lists."""
    for name, address in site.addresses.items():
        response = client.get(address, follow=True)
        found = named_in(address, response, response.content)

        assert found >= {"/", "/relays/", "/themes/", "/contributors/", "/search/"}, name


def test_an_old_address_is_one_step_from_the_new_one_and_linked_from_nowhere(client, site):
    moved = {}
    for row in map(copy, (site.running, site.theme, site.writer, site.news)):
        for name in ("siden", "nu"):  # twice: the first address must not lead by the second
            moved[row.get_absolute_url()] = row
            was, row.slug = row.slug, f"{row.slug}-{name}"
            row.save(update_fields=["slug"])
            addresses.remember(row, was)

    for old, row in moved.items():
        answer = client.get(old)

        assert (answer.status_code, answer.url) == (301, row.get_absolute_url())
        assert client.get(answer.url).status_code == 200
    for page in ["/", "/sitemap-themes.xml", *(row.get_absolute_url() for row in moved.values())]:
        response, said = asked(client, page)
        assert not named_in(page, response, said) & moved.keys(), page
