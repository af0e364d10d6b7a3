"""The newsroom in a real browser: a relay from its first leg to the reader, and the pages of the
admin by keyboard, at 500 px, for ears and in the dark."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from playwright.sync_api import expect

from articles.models import Page
from articles.models.tag import tags_for
from relays import baton
from relays.models import Relay, Sector
from tests.factories import (
    CHIEF_EDITOR,
    EDITOR,
    begin_leg,
    fresh,
    make_contributor,
    make_handoff,
    make_leg_article,
    make_news,
    make_relay,
    make_theme,
    make_user,
    publish,
    put,
    write,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "stafetten"  # noqa: S105


def danish(words):
    """A source string as the page has it."""
    with translation.override("da"):
        return gettext(words)


def make_staff(group=EDITOR):
    user = make_user("Vibeke Sandholt", password=PASSWORD)
    user.is_staff = True
    user.save()
    user.groups.add(Group.objects.get(name=group))
    return user


def log_in(page, user):
    page.goto("/admin/")
    page.locator("#id_login").fill(user.email)
    page.locator("#id_password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#user-tools")).to_be_visible()


@pytest.fixture
def newsroom(open_page):
    """A page of the admin, logged in; `newsroom(viewport=…)` and the like."""

    def newsroom(group=EDITOR, **options):
        page = open_page(**options)
        log_in(page, make_staff(group))
        return page

    return newsroom


def choose(page, field, words, name):
    """Type into a field that completes, and take what it finds."""
    page.locator(
        f".field-{field} .select2-selection, #id_{field} + .select2 .select2-selection"
    ).first.click()
    page.locator(".select2-search__field").press_sequentially(words)
    expect(page.locator(".select2-results__option--highlighted")).to_have_text(name)
    page.keyboard.press("Enter")
    expect(page.locator(f"#select2-id_{field}-container")).to_contain_text(name)


def press_verb(page, verb):
    page.locator(f'[href*="/{verb}/"], form[action*="/{verb}/"] button').first.click()


def editing_area(page):
    return page.locator(".ProseMirror[contenteditable=true]")


def open_article(page, article):
    page.goto(reverse("admin:articles_article_change", args=[article.pk]))
    editing_area(page).wait_for()
    # The editor names its area and draws its buttons a moment later.
    expect(editing_area(page)).to_have_attribute("aria-multiline", "true")
    page.locator(".prose-menubar button[data-name=bold]").wait_for()


def go_to_the_end(page):
    editing_area(page).click()
    page.wait_for_timeout(100)  # the editor sets its own cursor a moment after the focus
    page.keyboard.press("Control+End")


def press_step(page, step):
    page.locator(f"[name=_step_{step}]").click()
    expect(page.locator(".messagelist .success")).to_be_visible()


# From the first leg to the reader --------------------------------------------------------------


def test_a_relay_runs_from_its_first_leg_to_the_reader(newsroom, open_page):
    make_theme("Velfærd")
    make_contributor(
        "Åse Ærøskov", sector=Sector.PUBLIC, job_title="kok", organisation="Ærø Kommune"
    )
    make_contributor(
        "Bent Ering", sector=Sector.PRIVATE, job_title="bager", organisation="Bageriet"
    )
    page = newsroom()

    open_the_relay(page)
    ask_and_record_the_yes(page)
    write_with_the_editor(page)
    publish_it(page)
    assert stored_body() == (
        "<p>To ord. <strong>Fedt</strong> nok.</p><h2>Så til sagen</h2>"
        "<ul><li><p>et</p></li><li><p>to</p></li></ul>"
        '<p>Læs <a href="https://example.org/mad">mere</a></p>'
    )

    nominate_the_next(page)
    ask_and_record_the_yes(page)
    open_the_text(page)
    page.locator("#id_title").fill("Brød til alle")
    editing_area(page).press_sequentially("Jeg bager videre.")
    page.locator("[name=_continue]").click()
    publish_it(page)

    read_both(open_page())


def open_the_relay(page):
    page.locator('.relay-board a[href="/admin/relays/relay/add/"]').click()
    page.locator("#id_title").fill("Hvad skal der på tallerkenen?")
    page.locator("#id_short_name").fill("Grødstafetten")
    choose(page, "first_runner", "aeroe", "Åse Ærøskov")
    page.locator("details", has=page.locator("#id_theme")).locator("summary").click()
    choose(page, "theme", "VELF", "Velfærd")
    page.locator("[name=_save]").click()
    expect(page.locator("#h-baton")).to_be_visible()


def ask_and_record_the_yes(page):
    press_verb(page, "offer")
    press_verb(page, "accept")
    page.locator("#id_channel").select_option("phone")
    page.locator("#id_note").fill("Ringede og sagde ja.")
    page.locator(".submit-row input").click()
    expect(page.locator(".messagelist .success")).to_be_visible()


def open_the_text(page):
    page.locator('form[action$="/article/"] button').click()
    expect(editing_area(page)).to_have_attribute("aria-multiline", "true")
    page.locator(".prose-menubar button[data-name=bold]").wait_for()


def write_with_the_editor(page):
    open_the_text(page)
    page.locator("#id_title").fill("Suppe til alle")
    page.locator("#id_standfirst").fill("Det begynder med en gryde.")
    area = editing_area(page)
    area.press_sequentially("To ord. ")
    page.locator(".prose-menubar [data-name=bold]").click()
    page.keyboard.type("Fedt")
    page.locator(".prose-menubar [data-name=bold]").click()
    page.keyboard.type(" nok.")
    page.keyboard.press("Enter")
    page.keyboard.type("Så til sagen")
    page.locator(".prose-menubar__selected").click()
    page.locator(".prose-menubar__option[data-name=heading2]").click()
    page.keyboard.press("Enter")
    page.locator(".prose-menubar [data-name=bulletList]").click()
    page.keyboard.type("et")
    page.keyboard.press("Enter")
    page.keyboard.type("to")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.keyboard.type("Læs mere")
    page.keyboard.press("Control+Shift+ArrowLeft")
    link = page.locator(".prose-menubar [data-name=link]")
    expect(link).not_to_have_class(re.compile("disabled"))  # the editor has seen what is chosen
    link.click()
    page.locator(".prose-editor-dialog [name=href]").fill("https://example.org/mad")
    page.keyboard.press("Enter")
    expect(area.locator("a")).to_have_text("mere")
    page.locator("[name=_continue]").click()
    expect(page.locator(".messagelist .success")).to_be_visible()


def stored_body():
    return Relay.objects.get().articles.get(leg__number=1).live.body


def publish_it(page):
    press_step(page, "submit")
    press_step(page, "publish")


def nominate_the_next(page):
    page.locator('.relay-facts a[href*="/relays/relay/"]').click()
    press_verb(page, "nominate")
    choose(page, "receiver", "BENT", "Bent Ering")
    page.locator("#id_message").fill("Bent ved, hvad brød koster.")
    page.locator(".submit-row input").click()
    expect(page.locator("#h-handoffs")).to_be_visible()


def read_both(page):
    """As a reader: from the front page through relay, theme and contributor."""
    for way in ("/relays/groedstafetten/", "/themes/velfaerd/"):
        for title, words in (
            ("Suppe til alle", "Så til sagen"),
            ("Brød til alle", "Jeg bager videre."),
        ):
            page.goto("/")
            page.locator(f'a[href="{way}"]').first.click()
            page.locator("main").get_by_role("link", name=title).first.click()
            expect(page.locator("h1")).to_have_text(title)
            expect(page.locator("main")).to_contain_text(words)
    for name, slug, title in (
        ("Åse Ærøskov", "aase-aeroeskov", "Suppe til alle"),
        ("Bent Ering", "bent-ering", "Brød til alle"),
    ):
        page.goto("/relays/groedstafetten/")
        page.locator(f'a[href="/contributors/{slug}/"]').first.click()
        expect(page.locator("h1")).to_have_text(name)
        page.locator("main").get_by_role("link", name=title).first.click()
        expect(page.locator("main")).to_contain_text(name)


# The rich-text editor ----------------------------------------------------------------------------


def test_a_typed_space_is_a_space(newsroom):
    page = newsroom()
    article = make_leg_article(body="<p>Før.</p>")
    open_article(page, article)

    go_to_the_end(page)
    page.keyboard.type(" to ord  og  flere ")
    page.keyboard.press("Enter")
    page.keyboard.type(" indrykket")
    page.locator("[name=_continue]").click()
    expect(page.locator(".messagelist .success")).to_be_visible()

    body = fresh(article).draft.body
    assert "\u00a0" not in body
    assert "&nbsp;" not in body
    assert body.startswith("<p>Før. to ord  og  flere")


def test_the_editing_area_has_the_name_of_its_label_and_checks_spelling(newsroom):
    page = newsroom()
    open_article(page, make_leg_article(body="<p>Før.</p>"))

    area = page.get_by_role("textbox", name=danish("Text"), exact=True)

    expect(area).to_have_text("Før.")
    assert area.evaluate("area => area.spellcheck")
    assert area.get_attribute("lang") == "da"


def test_focus_on_the_editing_area_is_seen(newsroom):
    page = newsroom()
    open_article(page, make_leg_article())

    editing_area(page).focus()

    outline = editing_area(page).evaluate("area => getComputedStyle(area).outlineStyle")
    assert outline == "solid"


def test_opening_and_saving_a_text_does_not_change_it(newsroom):
    page = newsroom()
    body = (
        "<h2>En</h2><p>To<br>tre <em>fire</em>  fem.</p><ol><li><p>a</p></li></ol>"
        '<blockquote><p>b</p></blockquote><hr><p><a href="/x">c</a></p>'
    )
    article = publish(make_leg_article(body=body))
    open_article(page, article)

    page.locator("[name=_continue]").click()
    expect(page.locator(".messagelist .success")).to_be_visible()

    assert fresh(article).draft.version == article.draft.version
    assert fresh(article).status == "live"


def test_two_who_wrote_see_both_texts_and_lose_none(newsroom):
    page = newsroom()
    article = make_leg_article(title="Før", body="<p>Før.</p>")
    open_article(page, article)
    go_to_the_end(page)
    page.keyboard.type(" Mine ord.")
    write(fresh(article), title="Deres", body="<p>Deres ord.</p>")

    page.locator("[name=_continue]").click()

    expect(page.locator("[aria-labelledby=h-theirs]")).to_contain_text("Deres ord.")
    expect(editing_area(page)).to_have_text("Før. Mine ord.")
    page.locator("[name=_continue]").click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    assert fresh(article).draft.body == "<p>Før. Mine ord.</p>"


def test_a_refused_step_keeps_what_was_written(newsroom):
    page = newsroom()
    article = put(make_leg_article(body="<p>Før.</p>"), "submitted")
    open_article(page, article)
    go_to_the_end(page)
    page.keyboard.type(" Mine ord.")
    page.locator("#id_note").fill("Husk billedet.")

    page.locator("[name=_step_schedule]").click()

    expect(page.locator(".errornote").first).to_be_visible()
    expect(editing_area(page)).to_have_text("Før. Mine ord.")
    expect(page.locator("#id_note")).to_have_value("Husk billedet.")
    assert fresh(article).status == "submitted"


# By keyboard, on a small screen --------------------------------------------------------------------


def tab_to(page, element):
    """Press Tab until the element has the focus."""
    for _press in range(80):
        page.keyboard.press("Tab")
        if element.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError("Tab never came there")


def test_somebody_is_nominated_by_keyboard_alone(newsroom):
    page = newsroom()
    make_contributor("Bent Ering", sector=Sector.PRIVATE)
    relay = make_relay(finished_legs=1)
    page.goto(reverse("admin:relays_relay_change", args=[relay.pk]))

    tab_to(page, page.locator('a[href*="/nominate/"]'))
    page.keyboard.press("Enter")
    page.locator(".select2-selection").wait_for()
    tab_to(page, page.locator(".select2-selection"))
    page.keyboard.press("Enter")
    page.keyboard.type("bent")
    expect(page.locator(".select2-results__option--highlighted")).to_have_text("Bent Ering")
    page.keyboard.press("Enter")
    tab_to(page, page.locator("#id_message"))
    page.keyboard.type("Hun ved det.")
    tab_to(page, page.locator(".submit-row input"))
    page.keyboard.press("Enter")

    expect(page.locator(".messagelist .success")).to_be_visible()
    handoff = relay.handoffs.get(state="nominated")
    assert (handoff.receiver.name, handoff.message) == ("Bent Ering", "Hun ved det.")


def test_the_buttons_of_a_relay_are_reached_at_500_px(newsroom):
    page = newsroom(viewport={"width": 500, "height": 900})
    relay = make_relay(running=True)
    make_handoff(relay, offered=True)
    page.goto(reverse("admin:relays_relay_change", args=[relay.pk]))

    buttons = page.locator(".relay-chain .button").all()

    assert len(buttons) == 15
    assert [within(page, button) for button in buttons] == [True] * 15
    assert_nothing_scrolls_sideways(page)


def test_the_buttons_of_an_article_are_reached_at_500_px(newsroom):
    page = newsroom(viewport={"width": 500, "height": 900})
    open_article(page, put(make_leg_article(), "submitted"))

    buttons = page.locator(".submit-row input").all()

    assert [button.get_attribute("name") for button in buttons] == [
        "_continue",
        "_save",
        "_step_send_back",
        "_step_approve",
        "_step_schedule",
        "_step_publish",
    ]
    assert [within(page, button) for button in buttons] == [True] * 6


def within(page, element):
    """Is the element inside the screen without scrolling sideways, and large enough to hit?"""
    box = element.bounding_box()
    is_large = box["width"] >= 24 and box["height"] >= 24
    return is_large and box["x"] >= 0 and box["x"] + box["width"] <= page.viewport_size["width"]


def assert_nothing_scrolls_sideways(page):
    main = "document.querySelector('#main').scrollWidth <= innerWidth"
    assert page.evaluate(main)


# For ears, light and dark ----------------------------------------------------------------------------


# The first column of Django's own tables of inlines, which holds no field of its own.
STOCK = ("empty-table-header", [["thead > tr > .original"]])


def violations(page):
    found = Axe().run(page).response["violations"]
    rules = [(rule["id"], [node["target"] for node in rule["nodes"]]) for rule in found]
    return [rule for rule in rules if rule != STOCK]


def goto_relay(page):
    relay = make_relay(finished_legs=1, running=True)
    make_handoff(relay, offered=True)
    page.goto(reverse("admin:relays_relay_change", args=[relay.pk]))


def goto_act(page):
    relay = make_relay(finished_legs=1)
    page.goto(reverse("admin:relays_relay_act", args=[relay.pk, "nominate", relay.pk]))
    page.locator(".select2-selection").wait_for()


def goto_refused_act(page):
    goto_act(page)
    page.locator(".submit-row input").click()
    page.locator(".errorlist").first.wait_for()


def goto_article(page):
    open_article(page, put(make_leg_article(), "submitted"))


def goto_homeless_article(page):
    begin_leg(make_relay())
    article = make_leg_article()
    baton.abandon(article.leg, by=None)
    open_article(page, article)


def goto_conflict(page):
    article = make_leg_article(title="Før")
    open_article(page, article)
    page.locator("#id_title").fill("Mit")
    write(fresh(article), title="Deres", body="<h2>Deres</h2><p>Deres ord.</p>")
    page.locator("[name=_continue]").click()
    page.locator("[aria-labelledby=h-theirs]").wait_for()


def goto_revision(page):
    article = put(make_leg_article(), "submitted")
    page.goto(reverse("admin:articles_article_revision", args=[article.pk, 1]))


BODY = (
    '<h2>Før maden</h2><p>Vi spiser klokken tolv. Bagefter er der kaffe til alle.</p><p>Se <a href="'
    '/x">planen for ugen</a> her.</p><ul><li><p>grød</p></li></ul><p>Det var det hele for i dag.</p>'
)
CHANGED_BODY = (
    "<h3>Før maden</h3><p>Vi spiser klokken et.</p><p>Bagefter er der kaffe til alle.</p><p>Se "
    '<a href="/y">planen for ugen</a> <strong>her</strong>.</p><hr><p>Det var det hele for i dag.'
    "</p><ul><li><p>grød</p></li><li><p>kål</p></li></ul><blockquote><p>Nyt.</p></blockquote>"
)


def goto_changes(page):
    article = put(make_leg_article(body=BODY), "sent_back")
    write(article, body=CHANGED_BODY, interests="Sidder i bestyrelsen.")
    page.goto(reverse("admin:articles_article_compare", args=[article.pk]))
    assert page.locator("ins, del").count() >= 8


def goto_merging_tags(page):
    tags_for(["Mad", "Maden", "Kost"])
    page.goto(reverse("admin:articles_tag_changelist"))
    for name in ("Mad", "Maden"):
        page.locator("tr", has=page.get_by_role("link", name=name, exact=True)).locator(
            ".action-select"
        ).check()
    page.locator("select[name=action]").select_option("merge_tags")
    page.locator("button[name=index]").click()
    expect(page.locator("input[name=kept]")).to_have_count(2)


def goto_flat_page(page):
    text = Page.objects.create(title="Om", slug="om", body="<p>Om os</p>", position=1)
    page.goto(reverse("admin:articles_page_change", args=[text.pk]))
    expect(page.locator(".tiptap")).to_be_visible()


SCREENS = [
    goto_relay,
    goto_act,
    goto_refused_act,
    goto_article,
    goto_homeless_article,
    goto_conflict,
    goto_revision,
    goto_changes,
    goto_merging_tags,
    goto_flat_page,
]


@pytest.mark.parametrize("goto", SCREENS)
def test_the_pages_of_the_newsroom_are_for_everybody(newsroom, goto):
    # axe sets styles of its own, which our policy would refuse; the tests above run under it.
    page = newsroom(CHIEF_EDITOR, bypass_csp=True)
    goto(page)

    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(50)
        page.wait_for_function("document.getAnimations().length === 0")  # colours fade over
        assert violations(page) == [], scheme


def test_the_lists_open_without_a_complaint_of_the_browser(newsroom):
    page = newsroom(CHIEF_EDITOR)
    publish(make_leg_article())
    make_news()

    def links(which):
        page.goto("/admin/")
        found = page.locator(f"#content tr[class^=model-] {which}")
        return found.evaluate_all("links => links.map(link => link.href)")

    lists, forms = links("th a"), links("a.addlink")
    assert (len(lists), len(forms)) == (14, 9)
    for address in lists:
        page.goto(address)
        expect(page.locator("#changelist, .relay-queue")).to_be_visible()
    for address in forms:
        page.goto(address)
        expect(page.locator("#content form").first).to_be_visible()


def test_the_gate_from_the_relays_page(newsroom):
    relay = make_relay(running=True)
    first = make_handoff(relay, receiver=make_contributor("Grethe Holm", sector=Sector.PRIVATE))
    second = make_handoff(relay, receiver=make_contributor("Lone Tranekær", sector=Sector.PRIVATE))
    page = newsroom()

    def press_on(handoff, verb):
        page.goto(reverse("admin:relays_relay_change", args=[relay.pk]))
        act = f"/{verb}/{handoff.pk}/"
        page.locator(f'a[href$="{act}"], form[action$="{act}"] button').click()

    press_on(second, "move_up")
    expect(page.locator(".messagelist")).to_contain_text("Lone Tranekær")
    press_on(second, "approve")
    press_on(first, "keep")
    page.locator("#id_note").fill("Efter valget.")
    page.locator(".submit-row .default").click()
    expect(page.locator(".messagelist")).to_contain_text("Grethe Holm")

    [named] = relay.handoffs.nominated()
    assert (named, named.rank, named.offer_at_publication) == (second, 1, True)
    pool = page.locator("section:has(#h-pool)")
    expect(pool).to_contain_text("Grethe Holm")
    pool.get_by_role("link", name=danish("Nominate"), exact=True).click()
    page.locator(".submit-row .default").click()
    assert relay.handoffs.nominated().count() == 2


def test_on_a_desk_a_list_shows_its_last_column(newsroom):
    long = "jonas-hedelund-aarsoe@kantinekompagniet.example"
    writer = make_contributor("Jonas Hedelund-Aarsø", email=long, organisation="Kantinekompagniet")
    relay = make_relay("Hvad skal der på tallerkenen, når det offentlige laver maden?")
    make_handoff(relay, offered=True, receiver=writer)
    page = newsroom(CHIEF_EDITOR, viewport={"width": 1440, "height": 900})
    hidden = {}

    for address in ("relays/letter/", "relays/contributor/"):
        page.goto(f"/admin/{address}")
        hidden[address] = page.locator(".results").evaluate("it => it.scrollWidth - it.clientWidth")

    assert hidden == {"relays/letter/": 0, "relays/contributor/": 0}
