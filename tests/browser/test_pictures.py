"""Pictures in a real browser: sent from a phone, pointed at by hand and by keyboard, and read."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from articles.models import Article
from relays.models import Link, Shape
from tests.browser.test_pages import RULES, violations_of
from tests.browser.test_writing import wait_until_saved
from tests.factories import (
    begin_leg,
    make_contributor,
    make_editor,
    make_leg_article,
    make_picture,
    make_relay,
    publish,
    write,
)
from tests.pictures import draw, encoded
from tests.test_admin import change_url

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"viewport": {"width": 390, "height": 844}}
PHOTO = {"name": "foto.jpg", "mimeType": "image/jpeg"}


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def photo():
    return PHOTO | {"buffer": encoded(draw((2400, 1800)))}


@pytest.fixture
def handoff():
    return begin_leg(make_relay()).handoff


def open_text(page, handoff):
    page.goto(reverse("relays:link", args=[Link.make(handoff)]))
    page.goto(reverse("portal:text", args=[handoff.pk]))


def save(page):
    page.get_by_role("button", name="Gem kladden").click()
    page.locator("[role=status], [role=alert]").first.wait_for()


def focal_point(page):
    return page.input_value("[name=picture-x]"), page.input_value("[name=picture-y]")


def draft_of(handoff):
    return Article.objects.for_desk().get(leg__handoff=handoff).draft


def test_a_picture_is_sent_from_a_phone_and_pointed_at(open_page, handoff, photo):
    page = open_page(**PHONE)
    open_text(page, handoff)

    page.set_input_files("[name=picture-file]", photo)
    stage = page.locator(".stage img")  # to be seen before anything is sent
    stage.wait_for()
    assert focal_point(page) == ("50", "50")
    box = stage.bounding_box()
    stage.click(position={"x": box["width"] * 0.25, "y": box["height"] * 0.75})
    assert focal_point(page) == ("25", "75")
    page.fill("[name=alt]", "Tre flader")
    save(page)

    picture = draft_of(handoff).picture
    assert (picture.focal_x, picture.focal_y, picture.width) == (25, 75, 2400)
    assert page.evaluate("document.querySelector('.stage img').naturalWidth") == 960
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_the_focal_point_moves_by_keyboard_and_says_where_it_is(open_page, handoff, photo):
    page = open_page(**PHONE)
    open_text(page, handoff)
    page.set_input_files("[name=picture-file]", photo)
    dot = page.get_by_role("slider")
    dot.wait_for()

    page.locator("[name=picture-file]").focus()
    page.keyboard.press("Shift+Tab")
    assert dot.evaluate("each => each === document.activeElement")
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowUp", "ArrowDown"):
        page.keyboard.press(key)

    assert focal_point(page) == ("52", "41")
    assert dot.get_attribute("aria-valuetext").startswith("52 %")
    for _each in range(7):
        page.keyboard.press("Shift+ArrowLeft")
    assert focal_point(page) == ("0", "41")
    save(page)
    assert draft_of(handoff).picture.focal_x == 0


def test_a_tick_is_saved_by_itself_and_a_credit_waits_on_the_device(open_page, handoff):
    make_leg_article(handoff.leg, picture=make_picture(credit="Foto: A"), alt="En vej")
    page = open_page(**PHONE)
    open_text(page, handoff)

    page.fill("[name=picture-credit]", "Foto: B")
    page.fill("[name=alt]", "")
    page.locator("[name=is_decorative]").check()
    wait_until_saved(page)
    page.reload()

    expect(page.locator("[name=is_decorative]")).to_be_checked()
    expect(page.locator("[name=picture-credit]")).to_have_value("Foto: A")
    page.locator("[data-take]").click()
    expect(page.locator("[name=picture-credit]")).to_have_value("Foto: B")
    save(page)
    assert draft_of(handoff).picture.credit == "Foto: B"
    assert draft_of(handoff).is_decorative
    assert page.locator("[data-take]").count() == 0


def test_the_numbers_alone_do_it_without_a_script(open_page, handoff, photo):
    page = open_page(java_script_enabled=False, **PHONE)
    open_text(page, handoff)

    page.set_input_files("[name=picture-file]", photo)
    page.fill("[name=picture-x]", "10")
    page.check("[name=is_decorative]")
    save(page)
    page.fill("[name=picture-y]", "90")
    save(page)

    draft = draft_of(handoff)
    assert (draft.picture.focal_x, draft.picture.focal_y, draft.is_decorative) == (10, 90, True)


def test_what_is_no_picture_is_told_and_nothing_is_lost(open_page, handoff):
    page = open_page(**PHONE)
    open_text(page, handoff)

    page.fill("[name=title]", "Min titel")
    page.set_input_files("[name=picture-file]", PHOTO | {"buffer": b"<!doctype html>"})
    save(page)

    assert page.locator(".errs a").get_attribute("href") == "#id_picture-file"
    assert page.input_value("[name=title]") == "Min titel"


def test_an_editor_points_at_a_portrait(open_page, client, live_server, photo):
    person = make_contributor()
    client.force_login(make_editor())
    page = open_page()
    cookie = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    page.goto(change_url(person))

    page.set_input_files("[name=portrait-file]", photo)
    page.get_by_role("slider").press("Shift+ArrowDown")
    page.locator("[name=_continue]").click()
    page.locator(".messagelist .success").wait_for()

    person.refresh_from_db()
    assert (person.portrait.focal_x, person.portrait.focal_y) == (50, 60)
    ours = {"include": [[".picture-field"]]}
    rules = {**RULES, "rules": {}, "preload": False}  # it would add a style of its own
    found = Axe().run(page, context=ours, options=rules).response["violations"]
    assert [violation["id"] for violation in found] == []


@pytest.fixture
def illustrated():
    """A published article with a picture, by somebody with a portrait."""
    person = make_contributor("Åse Ørsted", portrait=make_picture(Shape.SQUARE))
    text = {"alt": "Tre flader", "caption": "Køkkenet klokken 11.40"}
    leg = begin_leg(make_relay(), receiver=person)
    picture = make_picture(credit="Oskar Dyrhave")
    return publish(write(make_leg_article(leg), picture=picture, **text))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_where_pictures_are(open_page, illustrated, handoff, photo, scheme):
    page = open_page(color_scheme=scheme, reduced_motion="reduce")
    open_text(page, handoff)
    page.set_input_files("[name=picture-file]", photo)
    save(page)
    person = illustrated.bylines.get().contributor
    found = {}

    for address in (
        reverse("portal:text", args=[handoff.pk]),
        reverse("portal:preview", args=[handoff.pk]),
        illustrated.get_absolute_url(),
        person.get_absolute_url(),
    ):
        page.goto(address)
        for width in (320, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") == width, address
            found[address, width] = violations_of(page)

    assert {where: words for where, words in found.items() if words} == {}


def test_a_portrait_and_a_picture_move_nothing_as_they_come(open_page, illustrated):
    page = open_page(**PHONE)
    waiting = []
    page.route("**/media/**", lambda route: waiting.append(route))
    page.goto(illustrated.get_absolute_url(), wait_until="domcontentloaded")
    page.locator("figure img").wait_for()
    expect(page.locator(".by .bib")).to_have_css("width", "48px")  # the styles are there
    before = [page.locator(each).bounding_box() for each in (".by .bib", ".prose")]

    for route in waiting:
        route.continue_()
    page.wait_for_load_state("load")

    assert page.evaluate("document.querySelector('figure img').naturalWidth") > 0
    assert [page.locator(each).bounding_box() for each in (".by .bib", ".prose")] == before
    assert page.locator(".by .bib").bounding_box()["width"] == 48
    image = page.locator("figure img").bounding_box()
    assert image["height"] == pytest.approx(image["width"] * 9 / 16, abs=1)
