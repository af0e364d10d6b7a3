"""A comment's way in a real browser, without a script: from the article through the log-in to the
queue, where an editor decides by keys, and back to everybody's page."""

import re

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client
from playwright.sync_api import expect

from articles.models import Reply
from relays.models import Link
from tests.browser.test_newsroom import violations
from tests.browser.test_pages import violations_of
from tests.factories import (
    approve_reply,
    make_contributor,
    make_editor,
    make_reader,
    make_relay,
    make_reply,
    publish_leg,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 320, "height": 720}
LONG = "Speciallægepraksisplanlægningsstabiliseringsperiode" * 4


@pytest.fixture
def article():
    relay = make_relay("Hvad skal der på tallerkenen?")
    return publish_leg(relay, receiver=make_contributor("Oskar Dyrhave"), title="Bakkerne")


@pytest.fixture
def open_as(open_page, live_server):
    """The browser of somebody who is logged in."""

    def open_as(user, **options):
        client, page = Client(), open_page(**options)
        client.force_login(user)
        cookie = client.cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        return page

    return open_as


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_comment_goes_from_a_reader_by_an_editors_keys_to_everybody(open_page, open_as, article):
    reader = open_page(java_script_enabled=False)
    reader.goto(article.get_absolute_url())
    reader.get_by_label("Din kommentar").fill("Hos os vejer vi spildet.\n\nSkriv, hvis I vil se.")
    reader.get_by_role("button", name="Gå videre").click()
    reader.get_by_label("Din e-mail").fill("inger@home.example")
    reader.get_by_role("button", name="Send mig en kode").click()
    call_command("tick")
    [letter] = [each for each in mail.outbox if each.to == ["inger@home.example"]]
    reader.locator("#id_code").fill(re.search(r"[A-Z]{4}-[A-Z]{4}", letter.body)[0])
    reader.keyboard.press("Enter")
    expect(reader.get_by_label("Din kommentar")).to_have_value(re.compile("Hos os vejer"))
    reader.get_by_label("Dit navn").fill("Inger Kløvborg")
    reader.wait_for_timeout(3_100)  # nobody is quicker
    reader.get_by_role("button", name="Send kommentaren").click()
    expect(reader.locator("main")).to_contain_text("Kun du kan se kommentaren lige nu.")
    make_reply(article, name="Ole Bole", words="Køb mine ure.")

    page = open_as(make_editor())
    page.goto("/admin/")
    page.get_by_role("link", name="2 kommentarer venter").click()
    expect(page.get_by_label("Tasterne virker")).to_be_visible()
    page.keyboard.press("j")
    expect(page.locator("[data-row]").first).to_be_focused()
    page.keyboard.press("a")
    expect(page.locator("[data-row]")).to_have_count(1)
    expect(page.locator("[data-row]")).to_be_focused()
    page.keyboard.press("s")
    expect(page.locator(".relay-queue")).to_contain_text("Intet venter.")

    reader.goto(article.get_absolute_url())
    section = reader.get_by_role("region", name="Kommentarer (1)")
    expect(section).to_contain_text("Inger Kløvborg")
    expect(section).to_contain_text("Hos os vejer vi spildet.")
    expect(section).not_to_contain_text("ure")
    assert sorted(Reply.objects.values_list("state", flat=True)) == ["approved", "spam"]


def test_the_queue_by_keys(open_as, article):
    rows = [make_reply(article, name=f"Nummer {n}", words=f"Ord {n}") for n in range(3)]
    page = open_as(make_editor())
    page.goto("/admin/articles/reply/")
    focused = page.locator("[data-row]:focus")

    page.keyboard.press("a")  # nobody is at a row yet: nothing happens
    for key, name in (("j", "0"), ("j", "1"), ("j", "2"), ("j", "2"), ("k", "1")):
        page.keyboard.press(key)
        expect(focused).to_contain_text(f"Nummer {name}")
    page.keyboard.press("d")
    row = page.locator(f"#reply-{rows[1].pk}")
    expect(row.get_by_role("radio").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(row).to_be_focused()
    page.keyboard.press("d")
    page.keyboard.press("ArrowDown")
    row.get_by_label("Dine egne ord", exact=True).fill(
        "jaks"
    )  # no key of these acts while one types
    expect(row.get_by_label("Dine egne ord", exact=True)).to_have_value("jaks")
    row.get_by_role("button", name="Afvis", exact=True).click()
    expect(page.locator(f"#reply-{rows[2].pk}")).to_be_focused()
    assert Reply.objects.get(pk=rows[1].pk).reason.endswith("jaks")
    assert "noget andet end indlægget" in Reply.objects.get(pk=rows[1].pk).reason

    page.get_by_label("Tasterne virker").uncheck()
    page.locator(f"#reply-{rows[2].pk}").focus()
    page.keyboard.press("a")
    page.reload()
    expect(page.get_by_label("Tasterne virker")).not_to_be_checked()
    page.locator(f"#reply-{rows[2].pk}").focus()
    page.keyboard.press("s")
    page.wait_for_timeout(200)
    assert Reply.objects.get(pk=rows[2].pk).state == "waiting"


def test_the_queue_without_a_script(open_as, article):
    _first, second = (make_reply(article, name=name, words="Ord") for name in ("Et", "To"))
    page = open_as(make_editor(), java_script_enabled=False)
    page.goto("/admin/articles/reply/")

    expect(page.get_by_text("Tasterne virker")).to_be_hidden()
    page.get_by_role("button", name="Godkend Et").click()
    assert page.url.endswith(f"#reply-{second.pk}")
    page.get_by_text("Afvis …").click()
    page.get_by_role("button", name="Afvis", exact=True).click()
    expect(page.locator(".relay-queue")).to_contain_text("Intet venter.")
    assert list(Reply.objects.order_by("pk").values_list("state", flat=True)) == [
        "approved",
        "declined",
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_of_a_comment_is_for_everybody(open_page, open_as, article, scheme):
    writer, reader = article.leg.contributor, make_reader()
    thread = approve_reply(make_reply(article, words=f"Se https://a.example/{LONG} og {LONG}"))
    approve_reply(
        make_reply(article, by=writer.user, name=writer.name, answers=thread, words="Tak.")
    )
    waits = make_reply(article, by=reader, words=LONG)
    replies_page = f"{article.get_absolute_url()}replies/"
    turn = f"/baton/{article.leg.handoff_id}/"
    stranger = open_page(color_scheme=scheme)
    known = open_as(reader, color_scheme=scheme)
    portal = open_page(color_scheme=scheme)
    portal.goto(f"/baton/link/{Link.make(article.leg.handoff)}/")
    pages = [
        (stranger, article.get_absolute_url()),
        (stranger, replies_page),
        (known, f"{replies_page}?to={thread.pk}"),
        (known, f"{replies_page}{waits.pk}/"),
        (known, "/account/"),
        (portal, turn),
        (portal, f"{turn}replies/"),
    ]

    for page, address in pages:
        page.goto(address)
        assert violations_of(page) == [], address
        page.set_viewport_size(PHONE)
        assert fits(page), address
        page.set_viewport_size({"width": 1280, "height": 720})


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_queue_is_for_everybody(open_as, article, scheme):
    thread = approve_reply(make_reply(article, words="Først"))
    make_reply(article, answers=thread, words=f"{LONG} https://a.example/{LONG}")
    page = open_as(make_editor(), color_scheme=scheme, bypass_csp=True)
    for address in ("/admin/articles/reply/", "/admin/articles/reply/?state=approved", "/admin/"):
        page.goto(address)
        for details in page.locator(".relay-queue details").all():
            details.locator("summary").click()
        assert violations(page) == [], address
        page.set_viewport_size({"width": 500, "height": 720})
        assert fits(page), address
        page.set_viewport_size({"width": 1280, "height": 720})
