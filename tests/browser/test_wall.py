"""From the wall to the text, with mail that really went over a line, and back out again."""

import re
from email import message_from_bytes, policy
from urllib.parse import urlsplit

import pytest
from aiosmtpd.controller import Controller
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import expect

from articles import grants
from articles.models import Grant
from relays import outbox
from tests.browser.test_pages import RULES
from tests.factories import make_expired_reader, make_members_article, make_subscriber
from tests.postbox import free_port

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CODE = re.compile(r"\b[A-Z]{4}-[A-Z]{4}\b")


class Mailbox:
    """A mail server on loopback, and what has come in."""

    def __init__(self):
        self.letters = []

    async def handle_DATA(self, server, session, envelope):
        message = message_from_bytes(envelope.content, policy=policy.default)
        words = message.get_body(["plain"]).get_content()
        self.letters.append((envelope.rcpt_tos, message["Subject"], words))
        return "250 OK"


@pytest.fixture
def mailbox(settings):
    box = Mailbox()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    controller = Controller(box, hostname="127.0.0.1", port=settings.EMAIL_PORT)
    controller.start()
    yield box
    controller.stop()


def the_code(mailbox, address):
    outbox.send_due()
    to, subject, words = mailbox.letters[-1]
    assert to == [address]
    assert "kode" in subject
    return CODE.search(words)[0]


@pytest.mark.parametrize("script", [True, False])
def test_from_the_wall_to_the_text_and_28_days_later_closed(open_page, mailbox, script):
    page, article = open_page(java_script_enabled=script), make_members_article("Bag muren")
    page.goto(article.get_absolute_url())
    assert "hemmeligheden" not in page.content()

    page.get_by_label("Dit navn").fill("Lea Læser")
    page.get_by_label("Din e-mail").fill("lea@office.example")
    page.get_by_role("button", name="Læs gratis i fire uger").click()
    page.wait_for_url("**/account/login/code/confirm/")
    page.get_by_label("Koden").fill(the_code(mailbox, "lea@office.example"))
    page.keyboard.press("Enter")

    page.wait_for_url(f"**{article.get_full_url()}#rest")
    expect(page.get_by_text("Bag kurven ligger hemmeligheden.")).to_be_visible()
    cut = page.locator("#rest").bounding_box()["y"]
    assert 0 <= cut < page.viewport_size["height"]

    # Nothing but the time passes: no tick runs, and no row changes.
    trial = Grant.objects.get()
    Grant.objects.update(begins=trial.begins - grants.TRIAL, ends=trial.ends - grants.TRIAL)
    page.reload()

    expect(page.get_by_text("Din prøveperiode er slut.")).to_be_visible()
    assert "hemmeligheden" not in page.content()
    page.get_by_role("link", name="Bed om adgang").click()
    page.get_by_label("Er det til hele din arbejdsplads? Hvilken?").fill("Skovby Kommune")
    page.get_by_role("button", name="Send til redaktionen").click()
    page.get_by_text("Redaktionen svarer dig i en mail.").wait_for()
    outbox.send_due()
    to, subject, words = mailbox.letters[-1]
    assert (to, subject) == (["redaktionen@depechen.example"], "Lea Læser beder om adgang")
    assert "»Skovby Kommune«" in words


def test_whoever_has_access_logs_in_and_is_at_the_cut(open_page, mailbox):
    page, article = open_page(), make_members_article()
    make_subscriber(email="sine@office.example")
    page.goto(article.get_absolute_url())

    page.get_by_role("link", name="Jeg har allerede adgang – log ind").click()
    page.get_by_label("Din e-mail").first.fill("sine@office.example")
    page.get_by_role("button", name="Send mig en kode").click()
    page.wait_for_url("**/account/login/code/confirm/")
    page.get_by_label("Koden").fill(the_code(mailbox, "sine@office.example"))
    page.keyboard.press("Enter")

    page.wait_for_url(f"**{article.get_full_url()}#rest")
    expect(page.get_by_text("Bag kurven ligger hemmeligheden.")).to_be_visible()
    # From now on the way in on every such page is one press.
    other = make_members_article("Et andet")
    page.goto(other.get_absolute_url())
    page.get_by_role("link", name="Jeg har allerede adgang – log ind").click()
    expect(page.get_by_text("Bag kurven ligger hemmeligheden.")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_at_the_wall(open_page, scheme):
    article, reader = make_members_article(), make_expired_reader()
    page = open_page(color_scheme=scheme, reduced_motion="reduce", bypass_csp=True)
    found = {}

    def look(address, widths=(1440, 320)):
        page.goto(address)
        for width in widths:
            page.set_viewport_size({"width": width, "height": 900})
            violations = Axe().run(page, options=RULES).response["violations"]
            sideways = page.evaluate("document.documentElement.scrollWidth > innerWidth")
            found[address, width] = [
                (each["id"], each["nodes"][0]["html"][:160]) for each in violations
            ] + ([("sideways", "")] if sideways else [])

    look(article.get_absolute_url())
    look(f"/account/access/trial/{article.slug}/", [390])
    log_in(page, reader)
    look(article.get_full_url())
    look("/account/access/ask/", [390])
    grants.ask(reader)
    look(article.get_full_url(), [390])
    look("/account/access/ask/", [390])

    assert {where: words for where, words in found.items() if words} == {}


def log_in(page, user):
    client = Client()
    client.force_login(user)
    session = client.cookies["sessionid"].value
    host = urlsplit(page.url).hostname
    page.context.add_cookies([{"name": "sessionid", "value": session, "domain": host, "path": "/"}])
