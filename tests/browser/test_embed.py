"""The blog box on somebody else's real page, at another host and port than ours."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.browser.test_pages import violations_of
from tests.factories import begin_leg, make_contributor, make_relay, make_theme, publish_leg
from tests.sites import make_site

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDTHS = [180, 320, 720]


@pytest.fixture
def foreign_site():
    """`put(html)` puts a page on another host; returns its address."""
    pages = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            html = pages.get(self.path, "").encode()
            self.send_response(200 if html else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(html)))
            self.end_headers()
            self.wfile.write(html)

        def log_message(self, *words):
            pass

    server = ThreadingHTTPServer(("127.0.0.2", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()

    def put(html):
        path = f"/{len(pages)}.html"
        pages[path] = f'<!DOCTYPE html><html lang="da"><title>Byen</title><h1>Byen</h1>{html}'
        return f"http://127.0.0.2:{server.server_port}{path}"

    yield put
    server.shutdown()
    thread.join()
    server.server_close()


def make_box(live_server):
    relay = make_relay(
        "Hvad skal der på tallerkenen, når det offentlige laver maden?",
        short_name="Madstafetten",
        theme=make_theme(),
    )
    for title in ("Børn spiser selv", "Et måltid kan ikke konkurrence\u00adudsættes som asfalt"):
        publish_leg(relay, title=title)
    begin_leg(relay, receiver=make_contributor("Yasmin Torpegaard"))
    return relay, f"{live_server.url}/embed/relays/{relay.slug}/"


def test_the_code_on_a_relays_page_shows_the_box_on_a_foreign_page(
    page, foreign_site, live_server, settings
):
    settings.SITE_URL = live_server.url
    relay, _box = make_box(live_server)
    page.goto(relay.get_absolute_url())
    page.get_by_text("Vis stafetten på jeres hjemmeside").click()
    code = page.locator("details code").inner_text()

    page.goto(foreign_site(code))
    box = page.frame_locator("iframe")

    assert box.locator("h1").inner_text() == "Madstafetten"
    assert box.locator("main > ol li").count() == 2
    assert "Yasmin Torpegaard" in box.locator("main").inner_text()
    assert page.context.cookies() == []


def test_a_link_of_the_box_leads_the_whole_window_there(page, foreign_site, live_server):
    _relay, box = make_box(live_server)
    page.goto(foreign_site(f'<iframe src="{box}"></iframe>'))

    page.frame_locator("iframe").get_by_role("link", name="Børn spiser selv").click()
    page.wait_for_url(f"{live_server.url}/articles/**")

    assert page.locator("h1").inner_text() == "Børn spiser selv"
    page.go_back()
    assert page.locator("h1").inner_text() == "Byen"


def test_no_other_page_of_ours_can_be_framed(open_page, foreign_site, live_server):
    addresses = make_site().addresses | {"the log-in": "/admin/login/"}
    page = open_page()
    shown = {}

    for name, address in addresses.items():
        page.goto(foreign_site(f'<iframe src="{live_server.url}{address}"></iframe>'))
        page.wait_for_load_state("networkidle")
        shown[name] = page.frames[1].url

    assert shown == dict.fromkeys(addresses, "chrome-error://chromewebdata/")
    assert len(open_page.troubles) >= len(addresses)  # the browser says why
    assert all("frame-ancestors" in words for words in open_page.troubles)
    open_page.troubles.clear()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_box_fits_and_axe_finds_nothing(open_page, live_server, theme):
    _relay, box = make_box(live_server)
    page = open_page(color_scheme="dark" if theme == "light" else "light")
    page.goto(f"{box}?theme={theme}")
    paper = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")

    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 600})

        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        assert violations_of(page) == [], width
    assert paper == {"light": "rgb(255, 255, 255)", "dark": "rgb(24, 32, 27)"}[theme]


def test_a_word_longer_than_the_box_breaks_inside_it(page, live_server):
    word = "Ejendomsvurderingsklagenævnssekretariatsbetjening"
    relay = make_relay(f"{word}?", short_name=word)
    publish_leg(relay, title=word, receiver=make_contributor(word))
    page.goto(f"{live_server.url}/embed/relays/{relay.slug}/")

    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 600})
        cut = page.evaluate(
            """() => [...document.querySelectorAll("main *")]
                .filter(each => each.getBoundingClientRect().right > innerWidth)
                .map(each => each.outerHTML.slice(0, 80))"""
        )

        assert cut == [], width


def test_a_wide_box_has_its_posts_beside_the_question(page, live_server):
    _relay, box = make_box(live_server)

    def left_of_posts(width):
        page.set_viewport_size({"width": width, "height": 600})
        return page.locator("main > ol").bounding_box()["x"]

    page.goto(box)

    assert left_of_posts(400) < 30
    assert left_of_posts(720) > 300


def test_the_code_stays_inside_its_box_on_the_smallest_phone(open_page, live_server):
    relay, _box = make_box(live_server)
    page = open_page(viewport={"width": 320, "height": 700})
    page.goto(relay.get_absolute_url())

    page.get_by_text("Vis stafetten på jeres hjemmeside").click()

    code, note = page.locator("details code"), page.locator("details .note")
    assert code.bounding_box()["width"] <= note.bounding_box()["width"] <= 320
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
