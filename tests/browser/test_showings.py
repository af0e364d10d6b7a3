"""A writer shows the text to a colleague, from one phone to another; the desk sees what was said."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from articles import checklist, showings
from articles.models import ChecklistItem, Remark, Showing
from relays.models import Link
from tests.browser.test_pages import RULES, violations_of
from tests.factories import begin_leg, make_editor, make_leg_article, make_relay, put

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"viewport": {"width": 390, "height": 844}}


@pytest.fixture
def article():
    relay = make_relay()
    relay.editors.add(make_editor())
    return make_leg_article(begin_leg(relay), title="Maden først", standfirst="To linjer.")


@pytest.fixture
def editor(article):
    return article.relay.editors.get()


@pytest.fixture
def open_writer(open_page, article):
    """The writer's own browser, which came by the link of their letter."""

    def open_writer(**options):
        page = open_page(**options)
        page.goto(reverse("relays:link", args=[Link.make(article.leg.handoff)]))
        return page

    return open_writer


@pytest.fixture
def open_desk(open_page, client, live_server, article, editor):
    def open_desk(**options):
        client.force_login(editor)
        page = open_page(**options)
        cookie = client.cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        page.goto(reverse("admin:articles_article_showings", args=[article.pk]))
        return page

    return open_desk


def local(address):
    return address.removeprefix("http://testserver")


def link_to(article, editor, **words):
    return local(showings.show(article, name="Juristen", by=editor, **words)[1])


# From the writer to the colleague and back -------------------------------------------------------


def test_a_writer_shows_the_text_and_a_colleague_answers_from_a_phone(
    open_writer, open_page, open_desk, article
):
    writer = open_writer(**PHONE)
    writer.fill("[name=show-name]", "Pressekontoret")
    writer.locator('form[action$="/showings/"] button').click()
    address = local(writer.locator("#shown-link").input_value())

    colleague = open_page(**PHONE)
    colleague.goto(address)
    expect(colleague.locator("h1")).to_have_text("Maden først")
    expect(colleague.locator(".note")).to_contain_text("Ikke udgivet. Vist til Pressekontoret")
    assert {cookie["name"] for cookie in colleague.context.cookies()} == {"csrftoken"}
    colleague.fill("[name=name]", "Jens Press")
    colleague.fill("[name=words]", "Der er 212 pladser.\n\nIkke 221.")
    colleague.locator("[name=answer][value=remarks]").click()
    expect(colleague.locator("h1")).to_have_text("Tak")
    assert Remark.objects.get().words == "Der er 212 pladser.\r\n\r\nIkke 221."

    writer.goto(reverse("portal:turn", args=[article.leg.handoff_id]))
    expect(writer.locator(".shown")).to_contain_text("Jens Press")
    expect(writer.locator(".shown")).to_contain_text("Der er 212 pladser.")
    desk = open_desk()
    expect(desk.locator(".relay-showings")).to_contain_text("Der er 212 pladser.")

    writer.locator('.shown form[action$="/revoke/"] button').click()
    expect(writer.locator("[role=status]")).to_be_visible()
    colleague.goto(address)
    expect(colleague.locator("h1")).to_have_text("Linket er lukket")
    assert "Maden" not in colleague.content()


def test_a_link_is_copied_with_one_press(open_writer):
    writer = open_writer(**PHONE)
    writer.context.grant_permissions(["clipboard-read", "clipboard-write"])
    writer.fill("[name=show-name]", "Pressekontoret")
    writer.keyboard.press("Enter")

    writer.locator("copy-field button").click()

    expect(writer.locator("copy-field [role=status]")).to_have_text("Kopieret.")
    copied = writer.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(r"http://testserver/show/[\w-]{43}/", copied)


def test_it_all_works_without_a_script_and_by_keyboard(open_writer, open_page):
    writer = open_writer(java_script_enabled=False, **PHONE)
    writer.focus("[name=show-name]")
    writer.keyboard.type("Juristen")
    writer.keyboard.press("Enter")
    address = local(writer.locator("#shown-link").input_value())

    colleague = open_page(java_script_enabled=False, **PHONE)
    colleague.goto(address)
    colleague.focus("[name=name]")
    colleague.keyboard.type("Jura Jensen")
    for _each in range(3):  # past the remarks and the button that sends them
        colleague.keyboard.press("Tab")
    colleague.keyboard.press("Enter")

    expect(colleague.locator("h1")).to_have_text("Tak")
    assert list(Remark.objects.values_list("name", "words")) == [("Jura Jensen", "")]


def test_an_editor_ties_a_link_to_the_checklist_and_the_answer_opens_approve(
    open_desk, open_page, article
):
    ChecklistItem.objects.create(label="En jurist har læst med", is_hard=True)
    ChecklistItem.objects.create(label="Fakta er tjekket", is_hard=True)
    put(article, "submitted")
    desk = open_desk()

    desk.fill("[name=show-name]", "Juristen")
    desk.select_option("[name=show-item]", label="En jurist har læst med")
    desk.locator('form[action$="/showings/"] [type=submit]').click()
    colleague = open_page(**PHONE)
    colleague.goto(local(desk.locator("#shown-link").input_value()))
    colleague.fill("[name=name]", "Jura Jensen")
    colleague.locator("[name=answer][value=none]").click()
    expect(colleague.locator("h1")).to_have_text("Tak")

    desk.goto(reverse("admin:articles_article_review", args=[article.pk]))
    expect(desk.locator(".relay-checklist li").first).to_contain_text("Flueben sat af Jura Jensen")
    expect(desk.locator("[name=step][value=approve]")).to_be_disabled()
    desk.fill("[name=message]", "Fin tekst.")
    desk.locator("[name=tick]").click()
    expect(desk.locator("[name=step][value=approve]")).to_be_enabled()
    assert [note.words for note in article.notes.all()] == ["Fin tekst."]


def test_enter_in_a_field_of_the_review_takes_no_step_and_ticks_nothing(open_desk, article):
    ChecklistItem.objects.create(label="Fakta er tjekket")
    put(article, "submitted")
    desk = open_desk()
    desk.goto(reverse("admin:articles_article_review", args=[article.pk]))

    desk.focus("[name=due]")
    desk.keyboard.press("Enter")

    expect(desk.locator(".messagelist .success")).to_be_visible()
    article.refresh_from_db()
    assert (article.status, article.ticks.count()) == ("submitted", 0)


# Every page --------------------------------------------------------------------------------------


def addresses(article, editor):
    """The pages of a shown text, and the writer's list with every kind of row."""
    answered = showings.show(article, name="Pressekontoret", by=article.leg.contributor.user)
    for words in ("Der er 212 pladser.", ""):
        showings.remark(answered[0], name="Jens Press", words=words)
    showings.revoke(showings.show(article, name="Lukket", by=editor)[0], by=editor)
    colleague, preview = link_to(article, editor), link_to(article, editor, purpose="preview")
    return {
        "shown": colleague,
        "thanks": f"{colleague}thanks/",
        "preview": preview,
        "closed": "/show/unknown/",
        "list": reverse("portal:showings", args=[article.leg.handoff_id]),
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_pages_of_a_shown_text(open_writer, article, editor, scheme):
    page = open_writer(color_scheme=scheme, reduced_motion="reduce")
    found = {}

    def look(name):
        for width in (390, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            found[name, width] = violations_of(page)

    for name, address in addresses(article, editor).items():
        page.goto(address)
        look(name)
    page.fill("[name=show-name]", "Juristen")
    page.locator('form[action$="/showings/"] button').click()
    page.locator("copy-field button").wait_for()
    look("a new link")
    page.goto(link_to(article, editor))
    page.locator("[name=answer][value=remarks]").click()
    page.locator(".errs").wait_for()
    look("refused")

    assert {where: words for where, words in found.items() if words} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_beside_an_article(open_desk, article, editor, scheme):
    addresses(article, editor)
    for label in ("Fakta er tjekket", "En jurist har læst med"):
        item = ChecklistItem.objects.create(label=label, is_hard=True)
    checklist.tick(article, item, by=editor)
    # axe sets styles of its own, which our policy would refuse; the tests above run under it.
    page = open_desk(color_scheme=scheme, reduced_motion="reduce", bypass_csp=True)
    rules = {**RULES, "rules": {}}
    ours = {"include": [["#content-main"]]}
    found = []

    for tab in ("review", "showings"):
        page.goto(reverse(f"admin:articles_article_{tab}", args=[article.pk]))
        for width in (390, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            answer = Axe().run(page, context=ours, options=rules).response
            found += [
                f"{tab} {width} {violation['id']}: {node['html'][:120]}"
                for violation in answer["violations"]
                for node in violation["nodes"]
            ]
    page.fill("[name=show-name]", "Juristen")
    page.locator('form[action$="/showings/"] [type=submit]').click()
    page.locator("copy-field button").wait_for()
    answer = Axe().run(page, context=ours, options=rules).response
    found += [violation["id"] for violation in answer["violations"]]

    assert found == []


def test_nothing_scrolls_sideways_on_the_smallest_phone(open_writer, open_desk, article, editor):
    ChecklistItem.objects.create(label="Overskriften siger, hvad teksten mener " * 3, is_hard=True)
    page = open_writer(viewport={"width": 320, "height": 700})
    pages = addresses(article, editor)
    wide = []

    for name, address in pages.items():
        page.goto(address)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append(name)
    page.fill("[name=show-name]", "Juristen")
    page.locator('form[action$="/showings/"] button').click()
    page.locator("copy-field button").wait_for()
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        wide.append("a new link")
    desk = open_desk(viewport={"width": 320, "height": 700})
    for tab in ("showings", "review"):
        desk.goto(reverse(f"admin:articles_article_{tab}", args=[article.pk]))
        if desk.evaluate("document.querySelector('#main').scrollWidth > innerWidth"):
            wide.append(tab)

    assert wide == []
    assert Showing.objects.count() == 5
