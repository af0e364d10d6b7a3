"""The door in a real browser: a code, an app, a passkey; both languages, every page looked over."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.core.cache import cache
from playwright.sync_api import expect

from relays import outbox
from tests.browser.test_pages import violations_of
from tests.factories import make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "Madvogn-2026"  # noqa: S105
KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def _door(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.STAFF_NEED_SECOND_FACTOR = True


def make_staff(*, app=False):
    user = make_user("Vibeke", group="Editor", email="vibeke@newsroom.example", password=PASSWORD)
    if app:
        totp.TOTP.activate(user, KEY)
        RecoveryCodes.activate(user)
    return user


def code_of_the_app(key=KEY):
    return totp.format_hotp_value(totp.hotp_value(key, next(totp.yield_hotp_counters_from_time())))


def mailed_code():
    outbox.send_due()
    return re.findall(r"^[A-Z]{4}-[A-Z]{4}$", mail.outbox[-1].body, re.M)[-1]


def log_in_by_code(page, address="laeser@office.example"):
    page.goto("/account/login/")
    page.get_by_label("Din e-mail").first.fill(address)
    page.get_by_role("button", name="Send mig en kode").click()
    page.get_by_label("Koden").fill(mailed_code())
    page.get_by_role("button", name="Log ind").click()
    page.wait_for_url("**/account/")


def enter(page):
    """With address and password, at the door that the newsroom sends to."""
    page.goto("/admin/")
    page.locator("#id_login").fill("vibeke@newsroom.example")
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="Log ind med adgangskoden").click()


def has_passkeys(page):
    """An authenticator such as a phone has, for the pages of this one's context."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_a_reader_logs_in_without_a_script(open_page):
    page = open_page(java_script_enabled=False)

    log_in_by_code(page)

    expect(page.get_by_role("heading", name="Din konto")).to_be_visible()
    page.get_by_role("button", name="Log ud").first.click()
    page.goto("/account/")
    assert "/account/login/" in page.url


def test_one_comes_back_to_the_very_place(page):
    page.goto("/account/login/?next=/themes/%23h-themes")
    page.get_by_label("Din e-mail").first.fill("laeser@office.example")
    page.get_by_role("button", name="Send mig en kode").click()
    page.get_by_label("Koden").fill(mailed_code())
    page.get_by_role("button", name="Log ind").click()

    page.wait_for_url("**/themes/#h-themes")


def test_an_editor_enters_with_password_and_app(page):
    make_staff()
    enter(page)
    page.wait_for_url("**/account/second-factor/")
    page.get_by_role("link", name="Sæt en app op").click()
    page.get_by_label("Adgangskode").fill(PASSWORD)
    page.get_by_role("button", name="Gå videre").click()
    key = page.locator("main code").inner_text()
    page.get_by_label("Koden").fill(code_of_the_app(key))
    page.get_by_role("button", name="Appen er klar").click()
    page.wait_for_url("**/account/second-factor/codes/")
    page.goto("/admin/")
    assert page.url.endswith("/admin/")

    page.context.clear_cookies()
    cache.clear()  # each code of the app works once, and the next is half a minute away
    enter(page)
    page.get_by_label("Koden").fill(code_of_the_app(key))
    page.get_by_role("button", name="Log ind", exact=True).click()
    page.wait_for_url("**/admin/")


def test_an_editor_enters_with_a_passkey_alone(page):
    user = make_staff()
    has_passkeys(page)
    enter(page)
    page.get_by_role("link", name="Tilføj en adgangsnøgle").click()
    page.get_by_label("Adgangskode").fill(PASSWORD)
    page.get_by_role("button", name="Gå videre").click()
    page.get_by_role("button", name="Lav adgangsnøglen").click()
    page.wait_for_url("**/account/second-factor/codes/")
    assert Authenticator.objects.filter(user=user, type="webauthn").exists()

    page.context.clear_cookies()
    page.goto("/admin/relays/relay/")
    page.get_by_role("button", name="Log ind med en adgangsnøgle").click()

    page.wait_for_url("**/admin/relays/relay/")


def test_a_passkey_is_the_second_factor_after_a_password(page):
    make_staff()
    has_passkeys(page)
    enter(page)
    page.get_by_role("link", name="Tilføj en adgangsnøgle").click()
    page.get_by_label("Adgangskode").fill(PASSWORD)
    page.get_by_role("button", name="Gå videre").click()
    page.get_by_role("button", name="Lav adgangsnøglen").click()
    page.wait_for_url("**/account/second-factor/codes/")

    page.context.clear_cookies()
    enter(page)
    page.get_by_role("button", name="Brug en adgangsnøgle").click()

    page.wait_for_url("**/admin/")


def test_without_a_passkey_the_button_says_so(page):
    make_staff()
    page.goto("/account/login/?next=/admin/")
    page.route("**/passkeys/login/", lambda route: route.fulfill(json={}))

    page.get_by_role("button", name="Log ind med en adgangsnøgle").click()

    page.get_by_text("Det lykkedes ikke. Prøv igen, eller brug en anden vej.").wait_for()


@pytest.mark.parametrize("locale", ["da-DK", "en-GB"])
@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (320, "dark")])
def test_every_page_of_the_account_stands_up_to_axe(open_page, locale, width, scheme):
    options = {
        "viewport": {"width": width, "height": 800},
        "color_scheme": scheme,
        "reduced_motion": "reduce",
    }
    page = open_page(locale=locale, **options)
    found = []

    def look(address=None):
        if address:
            page.goto(address)
        found.extend(f"{page.url}: {each}" for each in violations_of(page))
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{page.url} is too wide")

    make_staff(app=True)
    look("/account/login/?next=/admin/")
    look("/account/closed/")
    look("/account/erased/")
    page.goto("/account/login/")
    page.locator("#id_email").fill("laeser@office.example")
    page.locator("form:has(#id_email) button").click()
    look()
    page.locator("#id_code").fill("BBBB-BBBB")
    page.locator("form:has(#id_code) button").click()
    look()
    page.locator("#id_code").fill(mailed_code())
    page.locator("form:has(#id_code) button").click()
    look()
    look("/account/erase/")
    look("/account/logout/")
    look("/admin/")
    page.context.clear_cookies()
    page.goto("/admin/")
    page.locator("#id_login").fill("vibeke@newsroom.example")
    page.locator("#id_password").fill("forkert")
    page.locator("form:has(#id_login) button").click()
    look()
    page.locator("#id_login").fill("vibeke@newsroom.example")
    page.locator("#id_password").fill(PASSWORD)
    page.locator("form:has(#id_login) button").click()
    look()
    page.locator("#id_code").fill(code_of_the_app())
    page.locator("form:has(#id_code) button").click()
    page.wait_for_url("**/admin/")
    look("/account/password/")
    look("/account/second-factor/")
    look("/account/second-factor/reauthenticate/")
    look("/account/second-factor/passkeys/add/")
    page.locator("#id_password").fill(PASSWORD)
    page.locator("form:has(#id_password) button").click()
    look()
    for place in ("app/remove/", "codes/", "codes/new/"):
        look(f"/account/second-factor/{place}")
    page.locator("form:has(button) button").last.click()
    Authenticator.objects.filter(type="totp").delete()
    look("/account/second-factor/app/")

    assert found == []
