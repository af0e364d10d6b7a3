"""Writing on a phone and in the newsroom: a lost connection, two tabs, no script, the keyboard."""

from contextlib import suppress

import pytest
from django.urls import reverse
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import expect

from articles.models import Article, Draft
from relays.models import Link
from tests.browser.test_pages import violations_of
from tests.factories import begin_leg, fresh, make_editor, make_leg_article, make_relay, put

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"viewport": {"width": 390, "height": 844}, "reduced_motion": "reduce"}
SAVED = "Gemt kl."
LOST = "Ingen forbindelse. Din tekst er gemt på denne enhed, indtil den kan sendes."


@pytest.fixture
def handoff():
    return begin_leg(make_relay("Hvad skal der på tallerkenen?")).handoff


@pytest.fixture
def desk(open_page, handoff):
    """The writer's page on a phone, opened by the link of the letter; `desk(in_tab_of=page)`."""

    def desk(in_tab_of=None, **options):
        page = in_tab_of.context.new_page() if in_tab_of else open_page(**PHONE | options)
        if not in_tab_of:
            page.goto(reverse("relays:link", args=[Link.make(handoff)]))
        if options.get("java_script_enabled", True):
            open_text(page, handoff)
        else:
            page.goto(text_of(handoff))
        return page

    return desk


def text_of(handoff):
    return reverse("portal:text", args=[handoff.pk])


def open_text(page, handoff):
    page.goto(text_of(handoff))
    expect(area_of(page)).to_have_attribute("role", "textbox")


def area_of(page):
    return page.locator(".ProseMirror[contenteditable]")


def write(page, words):
    area_of(page).click()
    page.keyboard.press("Control+End")
    page.keyboard.type(words)


def status_of(page):
    return page.locator("keep-draft output")


def wait_until_saved(page):
    expect(page.locator("keep-draft [data-saved]")).to_contain_text(SAVED, timeout=15_000)
    for _moment in range(300):
        if not page.evaluate("document.querySelector('keep-draft').isDirty"):
            return
        page.wait_for_timeout(50)
    raise AssertionError("it is not saved")


def wait_for(page, words):
    expect(status_of(page)).to_contain_text(words, timeout=15_000)


def after_a_crash(page):
    """The page is gone in the middle of it; another one, with a connection again."""
    context = page.context
    with suppress(PlaywrightError):
        page.goto("chrome://crash")
    page.close()
    context.set_offline(False)
    return context.new_page()


def stored(handoff):
    return Draft.objects.get(article__leg=handoff.leg)


def copies(page):
    return page.evaluate("Object.keys(localStorage).filter(name => name.startsWith('draft:'))")


# By itself -------------------------------------------------------------------------------------


def test_what_is_typed_is_saved_without_a_press_and_leaves_nothing_on_the_device(desk, handoff):
    page = desk()

    page.fill("[name=title]", "Bakkerne kommer fulde tilbage")
    write(page, "Hver dag ruller bakkerne ud.")
    wait_until_saved(page)

    assert stored(handoff).title == "Bakkerne kommer fulde tilbage"
    assert stored(handoff).body == "<p>Hver dag ruller bakkerne ud.</p>"
    assert copies(page) == []
    assert status_of(page).inner_text() == ""
    assert page.locator("word-count").inner_text().strip() == "5 af 400–700 ord"
    write(page, " Og tilbage.")
    wait_until_saved(page)
    assert stored(handoff).version == 3
    assert Article.objects.get().revisions.count() == 0


def test_whoever_leaves_the_page_in_the_middle_of_a_word_finds_it_again(desk, handoff):
    page = desk()

    page.fill("[name=title]", "Midt i et")
    page.locator("main a").first.click()
    page.wait_for_url(f"**/baton/{handoff.pk}/")
    open_text(page, handoff)

    expect(page.locator("[name=title]")).to_have_value("Midt i et")
    assert page.locator("[data-take]").count() == 0
    assert copies(page) == []


# A lost connection -----------------------------------------------------------------------------


def test_without_a_connection_one_writes_on_and_it_catches_up(desk, handoff):
    page = desk()
    page.fill("[name=title]", "Før")
    wait_until_saved(page)

    page.context.set_offline(True)
    page.fill("[name=title]", "Uden forbindelse")
    wait_for(page, LOST)
    write(page, "Skrevet i toget.")
    assert stored(handoff).title == "Før"
    assert len(copies(page)) == 1
    assert violations_of(page) == []

    page.context.set_offline(False)
    wait_for(page, "Forbindelsen er tilbage, og alt er gemt.")
    assert stored(handoff).title == "Uden forbindelse"
    assert stored(handoff).body == "<p>Skrevet i toget.</p>"
    assert copies(page) == []


@pytest.mark.parametrize(
    ("typed", "stored_as"),
    [
        ("www.vesterlund.example", "https://www.vesterlund.example"),
        ("navn@vesterlund.example", "mailto:navn@vesterlund.example"),
        ("/relays/", "/relays/"),
    ],
)
def test_a_link_is_made_in_the_train_with_an_address_as_one_says_it(
    desk, handoff, typed, stored_as
):
    page = desk()
    page.context.set_offline(True)
    write(page, "Se her")
    wait_for(page, LOST)
    page.keyboard.press("Shift+Home")
    page.wait_for_timeout(200)  # the editor hears of what is chosen a moment later

    page.keyboard.press("Control+k")
    page.locator("dialog [name=href]").fill(typed)
    page.keyboard.press("Enter")

    expect(area_of(page).locator("a")).to_have_attribute("href", stored_as)
    page.context.set_offline(False)
    wait_for(page, "Forbindelsen er tilbage")
    assert stored(handoff).body == f'<p><a href="{stored_as}">Se her</a></p>'


def test_a_text_is_not_sent_into_the_void(desk, handoff):
    page = desk()
    page.context.set_offline(True)
    page.fill("[name=title]", "Færdig")
    write(page, "Teksten er færdig.")

    page.locator("[name=_submit]").click()
    wait_for(page, LOST)
    expect(page.locator("[name=title]")).to_have_value("Færdig")

    page.context.set_offline(False)
    wait_for(page, "Forbindelsen er tilbage")
    page.locator("[name=_submit]").click()
    page.wait_for_url(f"**/baton/{handoff.pk}/")
    assert Article.objects.get().status == "submitted"
    assert copies(page) == []


def test_a_page_that_was_closed_without_a_connection_offers_what_was_not_sent(desk, handoff):
    page = desk()
    write(page, "Det første.")
    wait_until_saved(page)
    page.context.set_offline(True)
    write(page, " Det andet.")
    wait_for(page, LOST)

    page = after_a_crash(page)
    open_text(page, handoff)

    offer = page.locator("section.note:has([data-take])")
    expect(offer).to_be_visible()
    assert area_of(page).inner_text().strip() == "Det første."
    assert stored(handoff).body == "<p>Det første.</p>"
    offer.locator("summary").click()
    assert offer.locator("[data-words]").inner_text() == "Det første. Det andet."
    assert violations_of(page) == []
    offer.locator("[data-take]").click()
    wait_until_saved(page)
    assert stored(handoff).body == "<p>Det første. Det andet.</p>"
    assert area_of(page).inner_text().strip() == "Det første. Det andet."
    assert copies(page) == []


def test_what_stands_beside_the_text_waits_on_the_device_until_it_is_sent(desk, handoff):
    page = desk()
    page.fill("[name=title]", "Maden først")
    page.locator("details:has([name=next-name]) summary").click()
    page.fill("[name=next-name]", "Lone Tranekær")
    page.select_option("[name=next-sector]", "private")
    page.fill("[name=next-message]", "Fordi hun svarer igen.")
    page.locator("details:has([name=you-name]) summary").click()
    page.fill("[name=you-job_title]", "køkkenchef")
    wait_until_saved(page)
    page.goto(reverse("portal:turn", args=[handoff.pk]))
    open_text(page, handoff)

    offer = page.locator("section.note:has([data-take])")
    offer.locator("summary").click()
    assert "Fordi hun svarer igen." in offer.locator("[data-words]").inner_text()
    offer.locator("[data-take]").click()
    expect(page.locator("[name=next-message]")).to_have_value("Fordi hun svarer igen.")
    page.get_by_role("button", name="Gem kladden").click()
    page.locator(".note[role=status]").first.wait_for()

    named = handoff.relay.handoffs.nominated().get()
    assert (named.receiver.name, named.receiver.sector) == ("Lone Tranekær", "private")
    handoff.receiver.refresh_from_db()
    assert handoff.receiver.job_title == "køkkenchef"
    assert copies(page) == []
    assert page.locator("[data-take]").count() == 0


def test_the_saved_text_can_be_kept_instead(desk, handoff):
    page = desk()
    page.context.set_offline(True)
    page.fill("[name=title]", "Fortrudt")
    wait_for(page, LOST)
    page = after_a_crash(page)
    open_text(page, handoff)

    page.locator("[data-drop]").click()

    assert page.locator("[data-take]").count() == 0
    assert copies(page) == []
    page.reload()
    expect(page.locator("[name=title]")).to_have_value("")
    assert stored(handoff).title == ""


def test_an_answer_that_was_lost_is_no_conflict(desk, handoff):
    page = desk()
    lost = []

    def lose_the_first_answer(route):
        if lost:
            route.continue_()
        else:
            lost.append(route.fetch())  # the server has it
            route.abort()

    page.route("**/text/draft/", lose_the_first_answer)
    page.fill("[name=title]", "Kom frem")
    wait_for(page, LOST)
    assert stored(handoff).title == "Kom frem"
    page.fill("[name=title]", "Kom frem, og mere til")

    wait_for(page, "Forbindelsen er tilbage")
    assert (stored(handoff).title, stored(handoff).version) == ("Kom frem, og mere til", 3)


def test_a_link_that_was_closed_leaves_the_words_with_the_writer(desk, handoff):
    page = desk()
    handoff.links.update(revoked="2026-01-01T00:00Z")

    page.fill("[name=title]", "Skrevet for sent")

    wait_for(page, "Siden tager ikke imod")
    expect(page.locator("[name=title]")).to_have_value("Skrevet for sent")
    assert len(copies(page)) == 1


# Two at once -----------------------------------------------------------------------------------


def test_two_tabs_lose_no_word(desk, handoff):
    one = desk()
    two = desk(in_tab_of=one)

    one.fill("[name=title]", "Fra den ene fane")
    wait_until_saved(one)
    two.fill("[name=title]", "Fra den anden fane")
    wait_for(two, "gemt et andet sted")
    assert stored(handoff).title == "Fra den ene fane"
    assert violations_of(two) == []

    two.locator("keep-draft button").click()
    expect(two.locator("#h-theirs")).to_be_visible()
    assert two.locator("section:has(#h-theirs) h3").inner_text() == "Fra den ene fane"
    expect(two.locator("[name=title]")).to_have_value("Fra den anden fane")
    assert violations_of(two) == []
    two.set_viewport_size({"width": 1440, "height": 900})
    theirs, mine = (two.locator(place).bounding_box() for place in (".side", "form.write"))
    assert theirs["x"] > mine["x"] + mine["width"]  # side by side
    two.set_viewport_size(PHONE["viewport"])

    two.fill("[name=title]", "Fra begge faner")
    two.wait_for_timeout(3_000)
    assert stored(handoff).title == "Fra den ene fane"  # nothing goes over it by itself
    two.get_by_role("button", name="Gem kladden").click()
    two.locator(".note[role=status]").wait_for()
    assert stored(handoff).title == "Fra begge faner"
    kept = Article.objects.get().revisions.get()
    assert (kept.title, kept.reason) == ("Fra den ene fane", "named")
    assert copies(two) == []


def test_a_text_that_was_sent_from_another_device_shows_what_this_one_still_has(desk, handoff):
    page = desk()
    write(page, "Sendt fra kontoret.")
    page.fill("[name=title]", "Sendt")
    wait_until_saved(page)
    page.context.set_offline(True)
    write(page, " Og tilføjet i toget.")
    wait_for(page, LOST)
    page = after_a_crash(page)
    put(Article.objects.get(), "submitted")

    page.goto(text_of(handoff))

    left = page.locator("section.note:has([data-drop])")
    left.locator("summary").click()
    expect(left.locator("[data-words]")).to_contain_text("Og tilføjet i toget.")
    assert violations_of(page) == []
    left.locator("[data-drop]").click()
    assert copies(page) == []


# Without a script, and by keyboard ---------------------------------------------------------------


def test_without_a_script_it_is_saved_by_hand(desk, handoff):
    page = desk(java_script_enabled=False)

    page.fill("[name=title]", "Uden script")
    page.fill("[name=body]", "Et.\n\n## To\n\nTre.")
    page.get_by_role("button", name="Gem kladden").click()

    assert stored(handoff).body == "<p>Et.</p><h2>To</h2><p>Tre.</p>"
    assert SAVED in page.locator("keep-draft").inner_text()
    page.locator("[name=_preview]").click()
    assert page.locator("h1").inner_text() == "Uden script"
    page.locator("a[href='?phone']").click()
    assert page.locator(".phone h1").inner_text() == "Uden script"


def test_the_keyboard_alone_writes_keeps_and_goes_back(desk, handoff):
    page = desk()

    page.locator("[name=title]").focus()
    page.keyboard.type("Første udgave")
    tab_to(page, "[name=_name]")
    page.keyboard.press("Enter")
    page.locator(".note[role=status]").wait_for()
    assert Article.objects.get().revisions.get().reason == "named"

    page.locator("[name=title]").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("Anden udgave")
    wait_until_saved(page)
    tab_to(page, "a[href$='/revisions/']")
    page.keyboard.press("Enter")
    page.locator("ol.hits a").wait_for()
    assert violations_of(page) == []
    tab_to(page, "ol.hits a")
    page.keyboard.press("Enter")
    page.locator("form button").wait_for()
    assert violations_of(page) == []
    tab_to(page, "form button")
    page.keyboard.press("Enter")
    expect(page.locator("[name=title]")).to_have_value("Første udgave")

    titles = list(Article.objects.get().revisions.values_list("title", "reason"))
    assert titles == [
        ("Første udgave", "restored"),
        ("Anden udgave", "named"),
        ("Første udgave", "named"),
    ]


def tab_to(page, place):
    for _press in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("place => document.activeElement.matches(place)", place):
            return
    raise AssertionError(f"{place} cannot be reached by keyboard")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_desk_and_the_preview_are_for_everybody(desk, handoff, scheme):
    make_leg_article(handoff.leg, title="Bakkerne", standfirst="To linjer.")
    page = desk(color_scheme=scheme)
    found, wide = {}, []

    for name in ("text", "preview", "preview?phone", "revisions"):
        name, _mark, query = name.partition("?")
        page.goto(f"{reverse(f'portal:{name}', args=[handoff.pk])}?{query}")
        for width in (1440, 390, 320):
            page.set_viewport_size({"width": width, "height": 844})
            found[name, query, width] = violations_of(page)
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                wide.append((name, query, width))

    assert {where: words for where, words in found.items() if words} == {}
    assert wide == []


def test_on_a_phone_the_question_comes_before_the_text_and_on_a_screen_beside_it(desk):
    page = desk()
    phone = [page.locator(place).bounding_box() for place in (".side", ".desk")]
    page.set_viewport_size({"width": 1440, "height": 900})
    screen = [page.locator(place).bounding_box() for place in (".side", ".desk")]

    assert phone[0]["y"] < phone[1]["y"]
    assert screen[0]["y"] == screen[1]["y"]
    assert screen[0]["x"] > screen[1]["x"] + screen[1]["width"]


# The newsroom ------------------------------------------------------------------------------------


@pytest.fixture
def open_article(open_page, client, live_server):
    """An article's form in the admin, for an editor."""

    def open_article(article):
        client.force_login(make_editor())
        page = open_page()
        cookie = client.cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        page.goto(reverse("admin:articles_article_change", args=[article.pk]))
        expect(area_of(page)).to_have_attribute("role", "textbox")
        return page

    return open_article


def test_an_editors_words_are_saved_by_itself_and_approved_as_they_stand(open_article):
    article = put(make_leg_article(title="Før"), "submitted")
    page = open_article(article)

    page.fill("[name=title]", "Et øjeblik")
    wait_until_saved(page)
    assert fresh(article).draft.title == "Et øjeblik"
    page.fill("[name=title]", "Før")  # back to what the form was opened with
    page.locator("[name=_step_approve]").click()
    page.locator(".messagelist .success").wait_for()

    assert fresh(article).draft.title == "Før"
    assert fresh(article).approved.title == "Før"
    assert copies(page) == []


def test_an_approved_text_is_kept_in_the_browser_alone(open_article):
    article = put(make_leg_article(title="Godkendt"), "approved")
    page = open_article(article)

    page.fill("[name=title]", "Næsten ændret")
    page.wait_for_timeout(3_000)
    assert (fresh(article).status, fresh(article).draft.title) == ("approved", "Godkendt")
    page.reload()

    expect(page.locator("[name=title]")).to_have_value("Godkendt")
    page.locator("[data-take]").click()
    expect(page.locator("[name=title]")).to_have_value("Næsten ændret")
    page.locator("[name=change_approved]").check()
    page.locator("[name=_continue]").click()
    page.locator(".messagelist .success").wait_for()
    assert (fresh(article).status, fresh(article).draft.title) == ("submitted", "Næsten ændret")
    assert copies(page) == []


def test_the_writer_and_an_editor_at_once_lose_no_word(desk, handoff, open_article):
    article = make_leg_article(handoff.leg, title="Før")
    writer, editor = desk(), open_article(article)

    writer.fill("[name=title]", "Skribentens")
    wait_until_saved(writer)
    editor.fill("[name=title]", "Redaktørens")
    wait_for(editor, "gemt et andet sted")
    editor.locator("keep-draft button").click()
    expect(editor.locator("#h-theirs")).to_be_visible()

    assert editor.locator("section:has(#h-theirs) h3").inner_text() == "Skribentens"
    expect(editor.locator("[name=title]")).to_have_value("Redaktørens")
    assert fresh(article).draft.title == "Skribentens"
    assert [each.title for each in article.revisions.all()] == ["Skribentens"]
