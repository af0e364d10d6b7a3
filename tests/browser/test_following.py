"""A reader follows by mail, gets a letter of the next post, and stops with one press."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from articles import announcements
from articles.models import Announcement, Follower
from relays import outbox
from tests.browser.test_pages import violations_of
from tests.factories import make_follower, make_relay, make_theme, publish_leg

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"viewport": {"width": 320, "height": 700}}
ADDRESS = "lone@home.example"


@pytest.fixture
def relay():
    return make_relay("Hvad skal der på tallerkenen?", theme=make_theme(), finished_legs=1)


def sent_to(postbox, address=ADDRESS):
    outbox.send_due()
    return [message for message in postbox.messages if message["To"] == address]


def link_in(message, page):
    words = message.get_body(["plain"]).get_content()
    return re.search(rf"http://testserver(/follow/{page}/\S+)", words)[1]


def come_out(relay, **content):
    """A post, and the quarter of an hour in which it could be undone."""
    post = publish_leg(relay, **content)
    announcement = Announcement.objects.get(article=post)
    announcement.due -= timedelta(minutes=15)
    announcement.save()
    announcements.write_due()
    return post


def test_from_the_page_of_a_relay_to_a_letter_and_out_again(open_page, postbox, relay):
    page = open_page(**PHONE)
    page.goto(relay.get_absolute_url())
    page.get_by_label("Din e-mail").fill(ADDRESS)
    page.get_by_role("button", name="Følg").click()
    expect(page.locator("h1")).to_have_text("Se i din mail")

    page.goto(link_in(sent_to(postbox)[-1], "confirm"))
    page.get_by_role("button", name="Ja, skriv til mig").click()
    expect(page.locator("h1")).to_have_text("Du følger med på mail")

    post = come_out(relay, title="Maden først")
    letter = sent_to(postbox)[-1]
    assert letter["Subject"] == "Maden først"
    page.goto(f"{post.get_absolute_url()}#text")
    expect(page.locator("#text")).to_be_in_viewport()

    # As a mail program does it: no cookie, no page of ours, the body that RFC 8058 names.
    stop = re.search(r"<http://testserver(\S+)>", letter["List-Unsubscribe"])[1]
    answer = page.context.request.post(
        stop,
        form={"List-Unsubscribe": "One-Click"},
        headers={"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status == 200
    page.goto(stop)
    expect(page.locator("h1")).to_have_text("Du får ikke flere breve")

    come_out(relay, title="Svaret")
    assert "Svaret" not in [message["Subject"] for message in sent_to(postbox)]
    assert page.context.cookies() == []


def test_a_reader_of_much_keeps_some_of_it(page, relay):
    follower = make_follower(relay, relay.theme, None)
    page.goto(follower.follows.get(theme=relay.theme).stop_path)

    page.locator("li", has_text="Temaet Velfærd").get_by_role("button").click()
    expect(page.get_by_role("status")).to_have_text("Det er stoppet.")
    assert follower.follows.count() == 2

    page.get_by_role("button", name="Stop det hele").click()
    expect(page.locator("h1")).to_have_text("Du får ikke flere breve")
    assert not Follower.objects.exists()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(open_page, relay, scheme, postbox):
    follower = make_follower(relay, relay.theme, None)
    page = open_page(color_scheme=scheme, reduced_motion="reduce")
    page.goto("/follow/")
    page.fill("#id_email", ADDRESS)
    page.get_by_role("button", name="Følg").click()
    confirm = link_in(sent_to(postbox)[-1], "confirm")
    stop = follower.follows.first().stop_path
    found = {}

    def look(name):
        for width in (1440, 390, 320):
            page.set_viewport_size({"width": width, "height": 800})
            found[name, width] = violations_of(page)
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found[name, width].append("the page scrolls sideways")

    addresses = [f"/follow/?relay={relay.slug}", "/follow/sent/", confirm, stop, "/follow/stop/x/"]
    for address in addresses:
        page.goto(address)
        look(address)
    page.goto("/follow/")
    page.fill("#id_email", "lone")
    page.get_by_role("button", name="Følg").click()
    expect(page.get_by_role("alert")).to_contain_text("Skriv hele adressen")
    look("half an address")
    page.goto(confirm)
    page.get_by_role("button", name="Ja, skriv til mig").click()
    look("confirmed")
    page.goto(stop)
    page.get_by_role("button", name="Stop det hele").click()
    look("stopped")

    assert {where: words for where, words in found.items() if words} == {}
