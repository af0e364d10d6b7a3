"""A word behind the cut is in no byte that somebody without access can fetch, or is sent."""

import re

import pytest
from django.core.management import call_command
from django.test import Client

from articles import access, cards, grants, workflow
from articles.models import Access, SearchRow
from articles.models.tag import tags_for
from relays.models import Letter
from tests.factories import (
    BODY,
    begin_leg,
    make_chief_editor,
    make_contributor,
    make_expired_reader,
    make_members_article,
    make_reader,
    make_relay,
    make_theme,
    make_trial_reader,
    publish_leg,
)

pytestmark = pytest.mark.django_db

# No stem, stop word or slug of ours has these letters.
CANARY = "zyzzyvaquux"
BEHIND = (
    f"<p>Bag kurven: {CANARY}.</p><h2>{CANARY}</h2>"
    f'<ul><li>{CANARY}</li></ul><p><a href="https://{CANARY}.example/">Her</a></p>'
)


@pytest.fixture
def article():
    """A leg for members in the middle of a relay that runs, with all that can surround it."""
    relay = make_relay("Kanariestafetten", alternation="off", theme=make_theme())
    publish_leg(relay)
    article = publish_leg(relay, title="Bag muren", body=BODY + BEHIND)
    workflow.change_access(article, Access.MEMBERS, by=make_chief_editor())
    publish_leg(relay)
    begin_leg(relay)
    make_members_article("Nyt bag muren")
    article.tags.add(*tags_for(["Kanariefugl"]))
    return article


READERS = {
    "anonymous": lambda: None,
    "without": make_reader,
    "expired": make_expired_reader,
    "a writer of another relay": lambda: make_contributor(user=make_reader("Fremmed")).user,
}


def crawl(client):
    """Every address that links, forms and feeds lead to from the front page, and its bytes."""
    waiting = [
        *("/", "/feed.xml", "/sitemap.xml", "/robots.txt", "/search/", "/archive/"),
        *(
            f"/search/?q={word}" for word in (CANARY[:5], "kurven", "muren")
        ),  # what is typed is said
        "/embed/relays/kanariestafetten/",
        *("/account/", "/account/access/ask/", "/account/login/"),
    ]
    seen: dict[str, bytes] = {}
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        response = client.get(address)
        body = response.getvalue()
        headers = repr(sorted(response.headers.items())).encode()
        seen[address] = body + headers
        text = body.decode("utf-8", "ignore")
        found = re.findall(r'(?:href|action|src)="(/[^"#]*)', text)
        found += re.findall(r'(?:<loc>|<id>|href="|content=")http://testserver(/[^<"#]*)', text)
        found += (
            [response.headers["Location"].partition("#")[0]]
            if response.status_code in (301, 302)
            else []
        )
        waiting += [
            each.replace("&amp;", "&")
            for each in found
            if each.startswith("/") and "/logout/" not in each and not each.startswith("/static/")
        ]
    return seen


@pytest.mark.parametrize("who", READERS)
def test_no_byte_of_the_site_has_what_lies_behind_the_cut(article, who):
    client, reader = Client(), READERS[who]()
    if reader:
        client.force_login(reader)
    cards.draw_due()

    fetched = crawl(client)

    assert [address for address, body in fetched.items() if CANARY.encode() in body] == [], who
    # The crawl was one: it has been wherever it could leak.
    wanted = {
        article.get_absolute_url(),
        article.get_full_url(),
        f"/account/access/trial/{article.slug}/",
        "/feed.xml",
        f"/sitemap-posts-{article.published_at.year}.xml",
        f"{article.relay.get_absolute_url()}all/",
        f"{article.relay.get_absolute_url()}feed.xml",
        "/themes/velfaerd/feed.xml",
        "/tags/kanariefugl/",
        f"/embed/relays/{article.relay.slug}/",
        article.bylines.get().contributor.get_absolute_url(),
    }
    assert wanted - fetched.keys() == set()
    assert any(address.startswith("/media/") for address in fetched)  # the card
    assert b"ruller de tilbage" in fetched[article.get_absolute_url()]


def test_the_crawl_finds_it_with_access(article):
    client = Client()
    client.force_login(make_trial_reader())

    fetched = crawl(client)

    assert [address for address, body in fetched.items() if CANARY.encode() in body] == [
        article.get_full_url()
    ]


def test_no_search_finds_it_and_no_index_has_it(client, article):
    for query in (CANARY, CANARY[:4], f'"bag kurven: {CANARY}"', f"{CANARY}.example"):
        assert client.get("/search/", {"q": query}).context["rows"] == []
    row = SearchRow.objects.get(article=article)
    assert "zyzz" not in repr(vars(row))

    call_command("rebuild_search", verbosity=0)
    row.refresh_from_db()
    assert "zyzz" not in repr(vars(row))


def test_no_card_is_drawn_with_it(article, monkeypatch):
    drawn = []
    real = cards.ImageDraw.ImageDraw.text

    def remember(self, xy, text, *args, **kwargs):
        drawn.append(text)
        return real(self, xy, text, *args, **kwargs)

    monkeypatch.setattr(cards.ImageDraw.ImageDraw, "text", remember)
    cards.draw_due()

    assert "Bag muren" in " ".join(drawn)
    assert CANARY not in " ".join(drawn)


def test_no_letter_says_it(article):
    """All that is written on the way of a text, of its relay and of a reader."""
    reader = make_expired_reader()
    grants.ask(reader)
    workflow.take_step(article, "withdraw", by=make_chief_editor(), note="Trukket")
    workflow.take_step(article, "restore", by=make_chief_editor())

    said = " ".join(f"{each.subject} {each.body}" for each in Letter.objects.all())

    assert Letter.objects.count() >= 5
    assert CANARY not in said


def test_the_cut_is_one_and_nobody_goes_around_it():
    """Outside the desk no module reads the body of a live text but `access`."""
    from pathlib import Path

    root = Path(access.__file__).parent
    rooms = ["publication", "readers", "cards.py", "search.py", "letters.py", "shown"]
    files = [
        path
        for room in rooms
        for path in ([root / room] if room.endswith(".py") else (root / room).glob("*.py"))
    ]
    readers = [path.name for path in files if re.search(r"live\.body", path.read_text("utf-8"))]
    templates = Path(root.parent, "templates").rglob("*.html")
    shown = [
        path.name
        for path in templates
        if path.parent.name in ("articles", "access", "embed") and "live.body" in path.read_text()
    ]

    assert (readers, shown) == ([], [])
