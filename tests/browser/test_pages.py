"""Readers' pages in a real browser: nothing for axe to find, nothing sideways, nothing foreign."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from relays.models import Leg
from tests.factories import begin_leg, make_relay
from tests.sites import make_site

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"color-contrast-enhanced": {"enabled": True}},  # 7:1, as the design promises
    "resultTypes": ["violations"],
}
WIDTHS = {"front": [1440, 320], "a running relay": [1440, 320], "an article": [1440, 320]}
OTHER_WIDTHS = [390]


@pytest.fixture(scope="module")
def addresses(kept_once):
    addresses = make_site().addresses
    del addresses["a leg"]  # leads on to its article
    return addresses


def violations_of(page):
    return [
        f"{violation['id']}: {node['html'][:120]}"
        for violation in Axe().run(page, options=RULES).response["violations"]
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(open_page, addresses, scheme):
    page = open_page(color_scheme=scheme, reduced_motion="reduce")
    found = {}

    for name, address in addresses.items():
        page.goto(address)
        for width in WIDTHS.get(name, OTHER_WIDTHS):
            page.set_viewport_size({"width": width, "height": 900})
            found[name, width] = violations_of(page)

    assert {where: words for where, words in found.items() if words} == {}


def test_part_of_a_month_breaks_where_its_words_are_long(open_page, live_server, settings):
    settings.LANGUAGE_CODE = "en"
    relay = make_relay(finished_legs=1, edit_days=7)
    leg = begin_leg(relay)
    Leg.objects.filter(pk=leg.pk).update(due=(timezone.localdate() + timedelta(40)).replace(day=6))
    page = open_page(viewport={"width": 390, "height": 844})

    page.goto(relay.get_absolute_url())

    expect(page.locator(".facts time")).to_contain_text("In the middle of")
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_no_page_scrolls_sideways_on_the_smallest_phone(open_page, addresses):
    page = open_page(viewport={"width": 320, "height": 700})
    overflow = {}

    for name, address in addresses.items():
        page.goto(address)
        overflow[name] = page.evaluate(
            """() => [...document.querySelectorAll("body *")]
                .filter(each => each.getBoundingClientRect().right > innerWidth + 1)
                .filter(each => !each.closest(".night, .vh"))
                .map(each => each.outerHTML.slice(0, 80))
                .concat(document.documentElement.scrollWidth > innerWidth ? ["the page"] : [])"""
        )

    assert {name: wide for name, wide in overflow.items() if wide} == {}


def test_every_target_is_as_large_as_a_fingertip(open_page, addresses):
    page = open_page(viewport={"width": 390, "height": 800})
    small = {}

    for name, address in addresses.items():
        page.goto(address)
        small[name] = page.evaluate(
            """() => [...document.querySelectorAll("a, button, summary")]
                .filter(each => !each.closest(".skip, .prose, details > div"))  // in a sentence, or folded
                .filter(each => (({ width, height }) => Math.min(width, height) < 24)(each.getBoundingClientRect()))
                .map(each => each.outerHTML.slice(0, 80))"""
        )

    assert {name: links for name, links in small.items() if links} == {}


def test_a_heading_stands_clear_of_its_neighbours(open_page, addresses):
    page = open_page(viewport={"width": 390, "height": 800})
    crowded = {}

    for name, address in addresses.items():
        page.goto(address)
        crowded[name] = page.evaluate(
            """() => {
                const touches = (above, below) => above && below &&
                    below.getBoundingClientRect().top - above.getBoundingClientRect().bottom < 12
                const after = each => each.nextElementSibling ?? each.parentElement.nextElementSibling
                const before = each => each.previousElementSibling ?? each.parentElement.previousElementSibling
                return [...document.querySelectorAll("main section h2, main .form > h3")]
                    .filter(each => each.matches("h2") ? touches(each, after(each)) : touches(before(each), each))
                    .map(each => each.outerHTML.slice(0, 80))
            }"""
        )

    assert {name: headings for name, headings in crowded.items() if headings} == {}


def test_a_note_stands_clear_of_its_neighbours(page, addresses):
    crowded = {}

    for name, address in addresses.items():
        page.goto(address)
        crowded[name] = page.evaluate(
            """() => {
                const gap = (above, below) => below.getBoundingClientRect().top - above.getBoundingClientRect().bottom
                document.querySelectorAll("details").forEach(each => each.open = true)
                return [...document.querySelectorAll("main .note")]
                    .flatMap(each => [[each.previousElementSibling, each], [each, each.nextElementSibling]])
                    .filter(([above, below]) => above && below && gap(above, below) < 16)
                    .map(([above]) => above.outerHTML.slice(0, 80))
            }"""
        )

    assert {name: notes for name, notes in crowded.items() if notes} == {}


def test_a_page_asks_for_two_styles_an_icon_and_nothing_else(open_page, addresses, live_server):
    page = open_page()
    asked = []
    page.on("request", lambda request: asked.append((request.resource_type, request.url)))

    for name, address in addresses.items():
        asked.clear()
        page.goto(address)
        kinds = [kind for kind, _url in asked]

        assert kinds.count("document") == 1, name
        assert kinds.count("stylesheet") <= 2, name
        assert set(kinds) <= {"document", "stylesheet", "image", "other"}, name
        assert all(url.startswith(live_server.url) for _kind, url in asked), name


def test_the_keyboard_meets_the_way_to_the_content_first(open_page, addresses):
    page = open_page()

    for name, address in addresses.items():
        page.goto(address)
        page.keyboard.press("Tab")
        first = page.locator(":focus")

        assert first.get_attribute("class") == "skip", name
        assert first.bounding_box()["width"] > 40, name
        page.keyboard.press("Enter")
        expect(page.locator("#main"), name).to_be_focused()
        assert page.locator("h1").count() == 1, name
        assert page.locator("main").count() == 1, name


def test_every_link_shows_where_the_focus_is(page, addresses):
    page.goto(addresses["an article"])
    links = page.locator("a").count()

    for _link in range(links):
        page.keyboard.press("Tab")
        style, width = page.evaluate(
            "(s => [s.outlineStyle, s.outlineWidth])(getComputedStyle(document.activeElement))"
        )
        assert (style, width) == ("solid", "3px")


def test_axe_would_find_something(page):
    """The guard guarded: with its rules misspelt axe finds nothing anywhere."""
    page.goto("/")
    page.evaluate(
        """() => {
            document.querySelector("h1").remove()
            document.querySelector(".foot p").style.color = "#666"
        }"""
    )

    rules = {words.partition(":")[0] for words in violations_of(page)}

    assert rules >= {"color-contrast-enhanced", "page-has-heading-one"}


def test_paper_gets_the_text_with_its_lane_and_nothing_to_press(page, addresses):
    page.emulate_media(media="print")
    page.goto(addresses["a whole relay"])

    lanes = page.evaluate(
        """() => [...document.querySelectorAll(".prose")].map(each =>
            [getComputedStyle(each.parentElement).display, getComputedStyle(each).borderInlineStartStyle])"""
    )

    # a grid would leave headers at the foot of a page, and first pages empty
    assert lanes == [["block", style] for style in ("solid", "double", "double", "solid")]
    for name in ("a running relay", "a theme"):
        page.goto(addresses[name])
        assert not page.locator("button, input").filter(visible=True).count(), name


def test_on_paper_a_text_stands_below_its_heading(page, addresses):
    page.emulate_media(media="print")
    page.goto(addresses["an article"])

    lefts = page.evaluate(
        """() => ["h1", ".before p", ".prose p", ".give h2"].map(each =>
            Math.round(document.querySelector(each).getBoundingClientRect().left))"""
    )

    assert len(set(lefts)) == 1, lefts


def test_on_paper_nothing_is_night(page, addresses):
    page.emulate_media(media="print")
    page.goto(addresses["front"])

    ink, paper = page.evaluate(
        "(style => [style.color, style.backgroundColor])(getComputedStyle(document.querySelector('.night')))"
    )

    assert (ink, paper) == ("rgb(0, 0, 0)", "rgb(255, 255, 255)")


def test_long_names_of_themes_are_parted_as_headings_are(page, addresses):
    page.goto(addresses["themes"])

    assert page.evaluate("getComputedStyle(document.querySelector('.themes a')).hyphens") == "auto"
