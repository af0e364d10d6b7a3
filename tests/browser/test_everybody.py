"""Every page in a real browser, for everybody: for axe, by keyboard, at 400 %, with wider text,
in forced colours and without motion.

The pages are in ROOMS; a new page joins them by its row in tests.test_permissions or, behind a
link, in `addresses` of its own room's tests. `make axe` looks at every page in every way; the
suite at each room in some of them, beside the axe tests of the rooms themselves.
"""

import os
from itertools import groupby, product

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from relays.models import Link
from tests.browser import test_showings, test_turn
from tests.browser.test_newsroom import STOCK
from tests.browser.test_pages import RULES
from tests.browser.test_turn import unfold_all
from tests.factories import begin_leg, make_editor, make_leg_article, make_relay
from tests.sites import make_site
from tests.test_permissions import make_scene, make_users, rows_of_the_table

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# The rooms: each opens a browser with the right to enter, and names its pages ------------------


def readers(open_page, **options):
    site = make_site()
    addresses = site.addresses
    del addresses["a leg"]  # leads on to its article
    for theme in ("light", "dark"):
        addresses[f"the box, {theme}"] = f"/embed{site.running.get_absolute_url()}?theme={theme}"
    return open_page(**options), addresses


def turns(open_page, **options):
    page = open_page(**options)
    return page, test_turn.addresses(page)


def shown(open_page, **options):
    relay = make_relay()
    relay.editors.add(make_editor())
    article = make_leg_article(begin_leg(relay), title="Maden først", standfirst="To linjer.")
    page = open_page(**options)
    page.goto(reverse("relays:link", args=[Link.make(article.leg.handoff)]))
    return page, test_showings.addresses(article, relay.editors.get())


def newsroom(open_page, client, live_server, **options):
    """Each page of the table of addresses that opens for a superuser, who sees the most."""
    users = make_users()
    scene = make_scene(users)
    client.force_login(users["superuser"])
    page = open_page(**options)
    cookie = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    return page, {
        row: row.format(**scene)
        for row, get, _post in rows_of_the_table()
        if row.startswith("/admin/") and get["superuser"] == "200" and not row.startswith(NOT_OURS)
    }


NOT_OURS = (
    "/admin/auth/",
    "/admin/jsi18n/",
    "/admin/autocomplete/",
    "/admin/editor-words.js",
)
ROOMS = {room.__name__: room for room in (readers, turns, shown, newsroom)}

# Of the newsroom's many pages of one make, one each.
SCREENS = (
    "/admin/",
    "/admin/plan/",
    "/admin/relays/relay/{running}/change/",
    "/admin/relays/relay/{free}/nominate/{free}/",
    "/admin/articles/article/",
    "/admin/articles/article/{draft}/change/",
    "/admin/articles/article/{draft}/review/",
    "/admin/articles/article/{published}/compare/",
    "/admin/articles/article/{draft}/showings/",
)


@pytest.fixture
def enter(open_page, client, live_server):
    def enter(room, **options):
        more = {"client": client, "live_server": live_server} if room == "newsroom" else {}
        return ROOMS[room](open_page, **more, **options)

    return enter


@pytest.fixture
def visit(enter):
    """Open the pages of a room one after another, unfolded: yields each with its name."""

    def visit(room, **options):
        page, addresses = enter(room, **options)
        for name, address in addresses.items():
            if room == "newsroom" and name not in SCREENS:
                continue
            open_calmly(page, address)
            yield name, page

    return visit


def open_calmly(page, address):
    page.goto(address)
    unfold_all(page)
    if page.locator("textarea[data-django-prose-editor-configurable]").count():
        page.locator(".prose-menubar button[data-name=bold]").first.wait_for()
    page.evaluate("document.fonts.ready")


every_room = pytest.mark.parametrize("room", ROOMS)

# axe ---------------------------------------------------------------------------------------------

WAYS = list(product(("light", "dark"), (1440, 390, 320)))
EVERY = int(os.environ.get("AXE_EVERY", 41))  # prime, so that each way has its turn


@pytest.mark.long
@every_room
def test_axe_finds_nothing_in_any_room(enter, room):
    # axe sets styles of its own, which our policy would refuse in the newsroom.
    page, addresses = enter(room, reduced_motion="reduce", bypass_csp=True)
    rules = {**RULES, "rules": {}} if room == "newsroom" else RULES  # Django's own greys
    found = []

    looks = list(product(addresses.items(), WAYS))[::EVERY]
    for (name, address), ways in groupby(looks, key=lambda look: look[0]):
        open_calmly(page, address)
        for _page, (scheme, width) in ways:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_function("document.getAnimations().length === 0")
            found += [f"{name} {scheme} {width} {words}" for words in violations(page, rules)]

    assert found == []


# Beside STOCK: what Django's script hangs on its two lists to choose from.
DJANGOS_TIP = ("aria-prohibited-attr", "help-tooltip search-label-icon")


def violations(page, rules):
    return [
        f"{rule['id']} {node['target']}: {node['html'][:160]}"
        for rule in Axe().run(page, options=rules).response["violations"]
        for node in rule["nodes"]
        if (rule["id"], [node["target"]]) != STOCK
        and not (rule["id"] == DJANGOS_TIP[0] and DJANGOS_TIP[1] in node["html"])
    ]


# By keyboard -------------------------------------------------------------------------------------

# What Tab should come to, in the order of the document. Of radio buttons one is enough.
FIND_STOPS = """() => {
    const may = "a[href], button, input, select, textarea, summary, iframe, [tabindex], [contenteditable=true]"
    const group = each => each.type === "radio" && [...document.getElementsByName(each.name)]
    const chosen = radios => radios.find(each => each.checked) ?? radios[0]
    window.stops = [...document.querySelectorAll(may)].filter(each =>
        each.tabIndex >= 0 && !each.disabled && each.checkVisibility({ visibilityProperty: true }) &&
        (!group(each) || chosen(group(each)) === each))
    return stops.map(each => each.outerHTML.slice(0, 100))
}"""

# Where the focus is, and what is wrong with how it shows.
LOOK_AT_FOCUS = """() => {
    const at = document.activeElement
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(at)
    const { left, right, top, bottom, width, height } = at.getBoundingClientRect()
    const wrong = []
    if (outlineStyle !== "auto" && (outlineStyle === "none" || parseFloat(outlineWidth) < 2) && boxShadow === "none")
        wrong.push("no ring")
    if (!width || !height || bottom <= 0 || top >= innerHeight || right <= 0 || left >= innerWidth)
        wrong.push("out of sight")
    return [stops.indexOf(at), wrong.join(", ")]
}"""


@every_room
def test_tab_comes_to_everything_in_its_order_and_shows_where_it_is(visit, room):
    found = []

    for name, page in visit(room, reduced_motion="reduce"):
        stops = page.evaluate(FIND_STOPS)
        met = []
        for _press in range(4 * len(stops)):  # a field for a date takes several
            page.keyboard.press("Tab")
            at, wrong = page.evaluate(LOOK_AT_FOCUS)
            if at >= 0 and at not in met:
                met.append(at)
                found += [f"{name}: {wrong}: {stops[at]}"] if wrong else []
            if len(met) == len(stops) or (len(met) > 1 and at == met[0]):
                break
        if met != list(range(len(stops))):
            unmet = [stops[each] for each in range(len(stops)) if each not in met]
            found.append(f"{name}: came to {met} of {len(stops)}, not to {unmet}")
        if "the box" not in name and "skip" not in stops[0]:
            found.append(f"{name}: begins with {stops[0]}")

    assert found == []


# At 400 %, with more space between letters, words and lines -----------------------------------

SPACING = """* {
    line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important;
}
p { margin-block-end: 2em !important }"""  # WCAG 1.4.12

FIND_LOSSES = """() => [...document.querySelectorAll("body *")]
    .filter(each => !each.closest(".vh, .visually-hidden, .skip, svg, [aria-hidden=true], select, textarea"))
    .filter(each => each.checkVisibility())
    .filter(each => {
        const { overflowX, overflowY } = getComputedStyle(each)
        const cuts = overflow => overflow === "hidden" || overflow === "clip"
        return cuts(overflowX) && each.scrollWidth > each.clientWidth + 1 ||
               cuts(overflowY) && each.scrollHeight > each.clientHeight + 1
    })
    .map(each => `cut off: ${each.outerHTML.slice(0, 100)}`)
    .concat(document.documentElement.scrollWidth > innerWidth ? ["scrolls sideways"] : [])"""

AT_400_PERCENT = {"viewport": {"width": 320, "height": 256}, "device_scale_factor": 4}


@every_room
def test_nothing_is_lost_at_400_percent_nor_with_wider_text(visit, room):
    found = {}

    for name, page in visit(room, **AT_400_PERCENT, bypass_csp=True, reduced_motion="reduce"):
        for way, spacing in (("at 400 %", "p {}"), ("with wider text", SPACING)):
            page.add_style_tag(content=spacing)
            if losses := page.evaluate(FIND_LOSSES):
                found[name, way] = losses

    assert found == {}


# In forced colours, without motion -----------------------------------------------------------

LINES = """([selector, pseudo, side]) => [...document.querySelectorAll(selector)].map(each => {
    const style = getComputedStyle(each, pseudo)
    const of = what => style[`border${side}${what}`]
    const paper = getComputedStyle(document.documentElement).backgroundColor
    return of("Color") === paper || parseFloat(of("Width")) < 1 ? "unseen" : of("Style")
})"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_lanes_and_focus_are_seen_in_forced_colours(open_page, scheme):
    page, addresses = readers(open_page, forced_colors="active", color_scheme=scheme)
    seen = {}

    def look(name, selector, pseudo, side):
        page.goto(addresses[name])
        for sector, is_one in (("public", "=public"), ("private", "=private")):
            found = page.evaluate(LINES, [selector.format(is_one), pseudo, side])
            seen[name, selector, sector] = set(found)

    look("a running relay", ".lane[data-sector{}]", "::before", "BlockStart")
    look("a free relay", ".leg[data-sector{}]:not(.open, :last-child)", "::before", "InlineStart")
    look("contributors", ".lane[data-sector{}]", "::before", "BlockStart")
    page.goto(addresses["a running relay"])
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    ring, paper = page.evaluate(
        """() => [getComputedStyle(document.activeElement), getComputedStyle(document.documentElement)]
            .map(style => style.outlineStyle + style.outlineWidth + "|" + style.outlineColor + "|" + style.backgroundColor)"""
    )

    assert {key: value for key, value in seen.items() if key[2] == "public"} == {
        key: {"solid"} for key in seen if key[2] == "public"
    }
    assert {key: value for key, value in seen.items() if key[2] == "private"} == {
        key: {"double"} for key in seen if key[2] == "private"
    }
    style, colour, _own = ring.split("|")
    assert style == "solid3px"
    assert colour != paper.split("|")[2]


FIND_MOTION = """() => [...document.querySelectorAll("*")].flatMap(each =>
    [undefined, "::before", "::after"].flatMap(pseudo => {
        const { animationName, transitionProperty, transitionDuration } = getComputedStyle(each, pseudo)
        const moves = transitionProperty !== "none" && transitionDuration.split(", ").some(each => parseFloat(each) > 0.01)
        return moves || animationName !== "none" ? [each.outerHTML.slice(0, 100) + (pseudo ?? "")] : []
    }))"""


@every_room
def test_nothing_moves_for_who_wants_no_motion(visit, room):
    found = {}

    for name, page in visit(room, reduced_motion="reduce"):
        if moving := page.evaluate(FIND_MOTION):
            found[name] = moving

    assert found == {}
