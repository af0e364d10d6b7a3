"""A whole turn in a real browser on a phone, and the editor's side of it."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from articles.models import Article
from relays import baton, outbox
from relays.models import Link
from tests.browser.test_pages import RULES, violations_of
from tests.browser.test_paste import PASTE
from tests.browser.test_writing import LOST, area_of, wait_for, wait_until_saved, write
from tests.clipboards import CLIPBOARDS
from tests.factories import (
    begin_leg,
    fresh,
    handoff_states,
    leg_states,
    make_contributor,
    make_editor,
    make_handoff,
    make_leg_article,
    make_relay,
    moves,
    put,
    reload,
)
from tests.word_files import paragraph, word_file

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"viewport": {"width": 390, "height": 844}}


def in_days(count):
    return timezone.localdate() + timedelta(days=count)


def link_in_the_letter(kind="invitation"):
    """What the newest letter with a link says, as it was sent."""
    outbox.send_due()
    found = [
        match
        for message in mail.outbox
        for match in re.findall(r"http://testserver(/baton/link/\S+/)", message.body)
    ]
    return found[-1]


@pytest.fixture
def open_phone(open_page):
    return lambda: open_page(**PHONE)


@pytest.fixture
def open_as(open_page, client, live_server):
    def open_as(user, **options):
        client.force_login(user)
        page = open_page(**options)
        cookie = client.cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        return page

    return open_as


def press(page, form, button="button"):
    """Press a button of the form that posts to an address ending so."""
    page.locator(f'form[action$="{form}"] {button}').click()


def unfold(page, field):
    """Open the fold that has this field."""
    page.locator(f"details:has([name={field}]) summary").first.click()


# The writer ------------------------------------------------------------------------------------


def test_a_turn_from_the_letter_to_the_reader(open_phone, open_as, tmp_path):
    relay, editor = make_relay(write_days=3), make_editor()
    relay.editors.add(editor)
    handoff = make_handoff(relay, offered=True)
    page = open_phone()

    page.goto(link_in_the_letter())
    assert page.url.endswith(f"/baton/{handoff.pk}/")
    press(page, "/answer/", "[value=yes]")
    assert leg_states(relay) == ["running"]

    later = in_days(6)
    unfold(page, "due")
    page.fill("[name=due]", later.isoformat())
    press(page, "/date/")
    page.locator("p.note[role=status]").wait_for()
    assert relay.legs.get().due >= later

    # The text comes from a file, from two offices, and from a train without a connection.
    page.locator("a.btn").click()
    send_word_file(page, tmp_path)
    article = Article.objects.get(leg__relay=relay)
    assert article.draft.body == "<p>Hver dag ruller bakkerne ud.</p>"
    paste_at_the_end(page, CLIPBOARDS["Word"].html)
    wait_until_saved(page)
    page.context.set_offline(True)
    paste_at_the_end(page, CLIPBOARDS["Google Docs"].html)
    write(page, " Skrevet i toget.")
    wait_for(page, LOST)
    assert "i toget" not in fresh(article).draft.body
    page.context.set_offline(False)
    wait_for(page, "Forbindelsen er tilbage, og alt er gemt.")
    written = fresh(article).draft.body
    assert_holds(written)

    page.goto(reverse("portal:turn", args=[handoff.pk]))
    unfold(page, "next-name")
    page.fill("[name=next-name]", "Lone Tranekær")
    page.select_option("[name=next-sector]", "private")
    page.fill("[name=next-message]", "Fordi hun svarer igen.")
    press(page, "/nominations/")
    page.locator("p.note[role=status]").wait_for()
    assert relay.handoffs.nominated().get().receiver.name == "Lone Tranekær"

    page.locator("a.btn").click()
    page.locator("[name=_submit]").click()
    page.wait_for_url(f"**/baton/{handoff.pk}/")
    article.refresh_from_db()
    assert article.status == "submitted"

    desk = open_as(editor)
    desk.goto("/admin/")
    desk.locator(".relay-todo .button").first.click()
    desk.locator("[name=step][value=publish]").click()
    desk.wait_for_load_state()
    assert leg_states(relay) == ["finished"]

    page.reload()
    page.locator("a.btn").click()
    assert page.locator("h1").inner_text() == "Bakkerne kommer fulde tilbage"
    assert Article.objects.public().get().live.body == written
    assert_holds(page.locator(".prose").inner_html())


def send_word_file(page, folder):
    """Take the text from a Word file, in which its title stands too."""
    file = folder / "min tekst.docx"
    title = paragraph("Bakkerne kommer fulde tilbage", style="Titel")
    file.write_bytes(word_file(title, paragraph("Hver dag ruller bakkerne ud.")))
    page.get_by_text("Hent i stedet teksten fra en Word-fil").click()
    page.set_input_files("[name=word]", file)
    page.get_by_role("button", name="Hent teksten fra filen").click()
    page.locator("p.note[role=status]").wait_for()


def paste_at_the_end(page, html):
    area_of(page).click()
    page.keyboard.press("Control+End")
    page.wait_for_timeout(200)  # the editor hears of a moved caret a moment later
    page.keyboard.press("Enter")
    expect(area_of(page).locator("> :last-child")).to_have_text("")
    area_of(page).evaluate(PASTE, [html, ""])


def assert_holds(html):
    """What the file, the two offices and the train gave, in their order, and nothing of Word's."""
    places = [
        html.find(words)
        for words in (
            "<p>Hver dag ruller bakkerne ud.</p>",
            "<h2>Maden først</h2>",
            "Under under",
            "<blockquote><p>Mad er kærlighed.</p></blockquote>",
            "<strong>dag<em> og nat</em></strong>",
            "celle to Skrevet i toget.",
        )
    ]
    assert -1 not in places
    assert places == sorted(places)
    assert not re.search("mso|class=|style=|<table|<img|javascript:|skjult", html, re.IGNORECASE)


def test_not_now_and_then_a_late_yes(open_phone):
    handoff = make_handoff(make_relay(), offered=True)
    page = open_phone()

    page.goto(link_in_the_letter())
    unfold(page, "ask_again_after")
    page.fill("[name=ask_again_after]", in_days(60).isoformat())
    press(page, "/answer/", "[value=not_now]")
    page.wait_for_load_state()
    assert handoff_states(handoff.relay) == ["declined"]

    press(page, "/answer/", "[value=yes]")
    page.wait_for_load_state()
    assert handoff_states(handoff.relay) == ["taken"]


# The editor ------------------------------------------------------------------------------------


def test_an_answer_by_phone_then_the_second_nominee_then_a_pause_over_july(open_as, open_phone):
    with time_machine.travel(datetime(2027, 6, 29, 10, tzinfo=ZoneInfo("Europe/Copenhagen"))):
        editor = make_editor()
        relay = make_relay(finished_legs=1)
        relay.editors.add(editor)
        first = make_handoff(relay, offered=True, receiver=make_contributor(sector="private"))
        make_handoff(relay, receiver=make_contributor("Grethe Lund", sector="private"))
        page = open_as(editor)

        page.goto("/admin/")
        page.get_by_role("link", name="Privat (1)").click()  # only who is asked, or has the baton
        expect(page.get_by_role("status")).to_contain_text("1 af én stafet")
        page.locator(".relay-board td .button").first.click()
        page.locator(f'a[href$="/decline/{first.pk}/"]').click()
        page.select_option("[name=channel]", "phone")
        page.fill("[name=reason]", "Hun har ferie.")
        page.locator(".submit-row input[type=submit]").click()
        page.locator(".messagelist .success").wait_for()
        move = relay.moves.get(verb="decline")
        assert (move.by, move.on_behalf_of, move.channel) == (editor, first.receiver, "phone")

        page.goto("/admin/")
        page.locator(".relay-todo button", has_text="Grethe").click()
        page.locator(".messagelist .success").wait_for()
        assert handoff_states(relay)[-2:] == ["declined", "offered"]
        assert relay.handoffs.get(state="offered").answer_by == date(2027, 7, 5)

        page.locator(f'a[href$="/pause/{relay.pk}/"]').click()
        page.fill("[name=until]", "2027-08-02")
        page.locator(".submit-row input[type=submit]").click()
        page.locator(".messagelist .success").wait_for()
        assert reload(relay).baton.place == "paused"
        assert relay.handoffs.get(state="offered").answer_by == date(2027, 8, 9)
        assert moves(relay)[-1] == "pause"

        reader = open_phone()
        reader.goto(relay.get_absolute_url())
        expect(reader.get_by_role("main")).to_contain_text("pause til 2. august")


# Every page ------------------------------------------------------------------------------------


def turns():
    """A turn in each of the states that look different."""
    relay = make_relay(finished_legs=1)
    relay.editors.add(make_editor())
    invitation = make_handoff(relay, offered=True, message="Fordi du ved det.")
    writing = begin_leg(make_relay())
    make_leg_article(writing, standfirst="To linjer.")
    make_handoff(writing.relay)
    waiting = make_handoff(make_relay(running=True), accepted=True)
    read, out = begin_leg(make_relay()), begin_leg(make_relay())
    put(make_leg_article(read), "submitted")
    put(make_leg_article(out), "live")
    return {
        "invitation": invitation,
        "to begin": make_handoff(make_relay(), offered=True),
        "declined": baton.decline(make_handoff(make_relay(), offered=True), by=None),
        "waiting": waiting,
        "writing": writing.handoff,
        "with the editors": read.handoff,
        "out": out.handoff,
    }


def addresses(page):
    """Open every turn in this browser. Returns the pages to look at."""
    found = {"expired": "/baton/link/unknown/", "not me": reverse("portal:not-me")}
    for name, handoff in turns().items():
        page.goto(reverse("relays:link", args=[Link.make(handoff)]))
        found[name] = reverse("portal:turn", args=[handoff.pk])
        if name in ("writing", "with the editors"):
            found[f"{name}: text"] = reverse("portal:text", args=[handoff.pk])
            found[f"{name}: preview"] = reverse("portal:preview", args=[handoff.pk])
    return found


def unfold_all(page):
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_a_contributors_pages(open_page, scheme):
    page = open_page(color_scheme=scheme, reduced_motion="reduce")
    found = {}

    for name, address in addresses(page).items():
        page.goto(address)
        unfold_all(page)
        for width in (390, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            found[name, width] = violations_of(page)

    assert {where: words for where, words in found.items() if words} == {}


def make_board(editor):
    late = begin_leg(make_relay(), receiver=make_contributor("Peder", phone="00 11 22 33"))
    relays = [late.relay, make_relay(finished_legs=1), make_relay()]
    make_handoff(relays[2], offered=True)
    late.due = in_days(-3)
    late.save()
    for relay in relays:
        relay.editors.add(editor)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_overview(open_as, scheme):
    editor = make_editor()
    make_board(editor)
    page = open_as(editor, color_scheme=scheme, reduced_motion="reduce")
    rules = {**RULES, "rules": {}}
    found = []

    for width, address in ((390, "/admin/?state=late"), (1440, "/admin/")):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(address)
        ours = {"include": [[".relay-todo"], [".relay-board"]]}
        answer = Axe().run(page, context=ours, options=rules).response
        found += [
            f"{width} {violation['id']}: {node['html'][:120]}"
            for violation in answer["violations"]
            for node in violation["nodes"]
        ]

    assert sorted(found) == []


def test_nothing_scrolls_sideways_on_the_smallest_phone(open_page, open_as):
    editor = make_editor()
    make_board(editor)
    page = open_as(editor, viewport={"width": 320, "height": 700})
    wide = []

    for name, address in {**addresses(page), "overview": "/admin/"}.items():
        page.goto(address, wait_until="networkidle")
        page.evaluate("document.fonts.ready")  # until then the editor's signs are words
        unfold_all(page)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append(name)

    assert wide == []
