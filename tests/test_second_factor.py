"""Staff come in by a password and a second factor; a site with https opens its newsroom to nobody
without."""

import re

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from relays.models import Link, Relay, User
from tests.factories import make_contributor, make_handoff, make_relay, make_user
from tests.test_login import ask, is_in, log_in, mailed_code, type_in

pytestmark = pytest.mark.django_db

PASSWORD = "Madvogn-2026"  # noqa: S105
KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
DOOR = "/admin/login/?next=/admin/"


@pytest.fixture(autouse=True)
def _one_moment():
    """What the app shows is good for half a minute, and no test may fall across its end."""
    with time_machine.travel(timezone.now(), tick=False):
        yield


@pytest.fixture(autouse=True)
def _mails(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def demanded(settings):
    settings.STAFF_NEED_SECOND_FACTOR = True


def make_staff(*, app=False, **fields):
    fields = {"email": "vibeke@newsroom.example", "password": PASSWORD} | fields
    user = make_user("Vibeke", group="Editor", **fields)
    if app:
        totp.TOTP.activate(user, KEY)
        RecoveryCodes.activate(user)
    return user


def code_of_the_app(key=KEY):
    return totp.format_hotp_value(totp.hotp_value(key, next(totp.yield_hotp_counters_from_time())))


def enter(client, password=PASSWORD, **form):
    login = {"login": "vibeke@newsroom.example", "password": password}
    return client.post("/account/login/", login | {"next": "/admin/"} | form)


def newsroom(client):
    """Where the way to the newsroom ends, for this browser."""
    response = client.get("/admin/", follow=True)
    return response.redirect_chain[-1][0] if response.redirect_chain else "/admin/"


# One door --------------------------------------------------------------------------------------


def test_the_admin_has_no_door_of_its_own(client):
    make_staff()

    response = client.get("/admin/relays/relay/?o=1", follow=True)
    assert response.redirect_chain[-1][0] == "/account/login/?next=/admin/relays/relay/%3Fo%3D1"
    response = enter(client, next="/admin/relays/relay/?o=1")

    assert response.url == "/admin/relays/relay/?o=1"
    assert client.get(response.url).status_code == 200


def test_a_reader_at_the_newsrooms_door_is_told_so_kindly(client):
    log_in(client, "laeser@office.example")

    response = client.get("/admin/", follow=True)

    assert response.status_code == 403
    assert "Redaktionens rum" in response.content.decode()
    assert "laeser@office.example" in response.content.decode()


def test_the_old_door_sends_no_one_elsewhere(client):
    response = client.get("/admin/login/?next=https://evil.example/")

    assert response.url == "/account/login/?next=/admin/"


@pytest.mark.parametrize("make", ["createsuperuser", "demo", "admin"])
def test_whoever_is_made_staff_gets_in_by_their_password(client, make):
    if make == "demo":
        call_command("demo")
        email, password = "vibeke@depechen.example", "stafetten"
    else:
        email, password = "vibeke@newsroom.example", PASSWORD
        user = User.objects.create_superuser(email, PASSWORD, name="Vibeke")
    if make == "admin":
        client.force_login(user)
        email = "ny@newsroom.example"
        client.post(
            "/admin/relays/user/add/",
            {
                "email": email,
                "name": "Ny",
                "usable_password": "true",
                "password1": PASSWORD,
                "password2": PASSWORD,
            },
        )
        User.objects.filter(email=email).update(is_staff=True)
        client.logout()

    response = client.post(
        "/account/login/", {"login": email, "password": password, "next": "/admin/"}
    )

    assert response.url == "/admin/"
    assert client.get("/admin/").status_code == 200
    assert not EmailAddress.objects.exists()  # an account is its User.email alone


def test_a_wrong_password_says_the_same_of_every_address(client):
    make_staff()

    known = enter(client, "forkert")
    unknown = enter(client, "forkert", login="nobody@office.example")

    assert known.status_code == unknown.status_code == 200
    said = "E-mailen eller adgangskoden passer ikke."
    assert known.content.decode().count(said) == unknown.content.decode().count(said) == 1


def test_a_reader_has_no_password_and_no_second_factor(client):
    log_in(client, "laeser@office.example")

    for page in ("password/", "password/new/", "second-factor/", "second-factor/app/"):
        assert client.get(f"/account/{page}").status_code == 404


# A code from a mail ----------------------------------------------------------------------------


def test_an_editors_mail_alone_does_not_open_the_newsroom(client):
    make_staff()
    log_in(client, "vibeke@newsroom.example")

    assert is_in(client)
    assert newsroom(client) == "/account/reauthenticate/?next=/admin/"
    assert Client.get(client, "/admin/relays/relay/").status_code == 302
    client.post("/account/reauthenticate/", {"password": PASSWORD, "next": "/admin/"})
    assert newsroom(client) == "/admin/"


def test_nor_does_it_in_the_browser_of_an_account_that_was_closed(client):
    make_staff()
    log_in(client, "lukket@office.example")
    User.objects.filter(email="lukket@office.example").update(is_active=False)

    log_in(client, "vibeke@newsroom.example")

    assert is_in(client)
    assert newsroom(client) == "/account/reauthenticate/?next=/admin/"


def test_an_editors_mail_alone_changes_no_password(client):
    make_staff()
    log_in(client, "vibeke@newsroom.example")

    client.post("/account/password/new/", {"password1": "Ny-vej-2026", "password2": "Ny-vej-2026"})

    assert User.objects.get(email="vibeke@newsroom.example").check_password(PASSWORD)


def test_an_editors_mail_alone_sets_up_no_second_factor(client, demanded):
    make_staff()
    log_in(client, "vibeke@newsroom.example")

    response = client.get("/account/second-factor/app/")

    assert response.url.startswith("/account/reauthenticate/")


def test_a_code_from_a_mail_does_not_go_past_the_second_factor(client):
    make_staff(app=True)

    response = log_in(client, "vibeke@newsroom.example", next="/admin/")

    assert response.url == "/account/second-factor/authenticate/"
    assert not is_in(client)
    response = client.post(response.url, {"code": code_of_the_app()})
    assert response.url == "/admin/"
    assert newsroom(client) == "/admin/"


# Where it is demanded ----------------------------------------------------------------------------


def test_without_a_second_factor_no_page_of_the_newsroom_opens(client, demanded):
    make_staff()
    enter(client)

    for page in ("/admin/", "/admin/relays/relay/", "/admin/plan/", "/admin/password_change/"):
        response = client.get(page)
        assert response.status_code == 302, page
        assert response.url.startswith("/admin/login/"), page
    assert client.post("/admin/relays/theme/add/", {"name": "Ny"}).status_code == 302
    assert newsroom(client) == "/account/second-factor/"
    assert not Relay.objects.exists()


def test_setting_up_an_app_opens_the_newsroom_at_once(client, demanded):
    make_staff()

    response = set_up_an_app(client)

    assert response.url == "/account/second-factor/codes/"
    codes = client.get(response.url)
    assert len(re.findall(r"<code>\w+</code>", codes.content.decode())) == 10
    assert newsroom(client) == "/admin/"


def test_the_first_second_factor_ends_what_a_code_from_a_mail_has_opened(client, demanded):
    make_staff()
    thief = Client()
    log_in(thief, "vibeke@newsroom.example")

    set_up_an_app(client)

    assert not is_in(thief)
    assert thief.get("/account/second-factor/codes/").status_code == 302
    assert newsroom(client) == "/admin/"


def set_up_an_app(client):
    enter(client)
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    key = client.get("/account/second-factor/app/").context["form"].secret
    return client.post("/account/second-factor/app/", {"code": code_of_the_app(key)})


def test_a_session_from_before_the_second_factor_has_to_show_it(client, demanded):
    user = make_staff()
    enter(client)
    totp.TOTP.activate(user, KEY)
    RecoveryCodes.activate(user)

    assert newsroom(client) == "/account/second-factor/reauthenticate/?next=/admin/"
    client.post(
        "/account/second-factor/reauthenticate/", {"code": code_of_the_app(), "next": "/admin/"}
    )
    assert newsroom(client) == "/admin/"


def test_whoever_has_an_app_comes_in_with_password_and_code(client, demanded):
    make_staff(app=True)

    response = enter(client)
    assert response.url == "/account/second-factor/authenticate/"
    assert newsroom(client) == response.url  # nothing is open yet
    wrong = client.post("/account/second-factor/authenticate/", {"code": "000000"})
    assert "Det er ikke koden." in wrong.content.decode()
    right = client.post("/account/second-factor/authenticate/", {"code": code_of_the_app()})

    assert right.url == "/admin/"
    assert newsroom(client) == "/admin/"


def test_a_code_of_the_app_works_once(client, demanded):
    make_staff(app=True)
    code = code_of_the_app()
    enter(client)
    client.post("/account/second-factor/authenticate/", {"code": code})

    other = Client()
    enter(other)
    response = other.post("/account/second-factor/authenticate/", {"code": code})

    assert response.status_code == 200
    assert not is_in(other)


def test_a_recovery_code_works_once(client, demanded):
    user = make_staff(app=True)
    code = RecoveryCodes(Authenticator.objects.get(user=user, type="recovery_codes"))
    code = code.get_unused_codes()[0]

    for browser, answer in ((client, 302), (Client(), 200)):
        enter(browser)
        response = browser.post("/account/second-factor/authenticate/", {"code": code})
        assert response.status_code == answer


def test_the_last_second_factor_can_be_removed_and_shuts_the_newsroom(client, demanded):
    user = make_staff(app=True)
    enter(client)
    client.post("/account/second-factor/authenticate/", {"code": code_of_the_app()})
    client.post("/account/reauthenticate/", {"password": PASSWORD})

    client.post("/account/second-factor/app/remove/")

    assert not Authenticator.objects.filter(user=user).exists()
    other = Client()
    enter(other)
    assert newsroom(other) == "/account/second-factor/"


def test_who_tries_it_out_under_a_number_is_led_to_where_passkeys_work(client, settings):
    settings.SITE_URL = "http://127.0.0.1:8000"
    settings.ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
    make_staff()
    enter(client)
    client.post("/account/reauthenticate/", {"password": PASSWORD})

    def page(host):
        return client.get("/account/second-factor/passkeys/add/", headers={"host": host})

    by_name = "http://localhost:8000/account/second-factor/passkeys/add/"
    assert f'href="{by_name}"' in page("127.0.0.1:8000").content.decode()
    assert "//localhost" not in page("localhost:8000").content.decode()


# Passwords and sessions ------------------------------------------------------------------------


def test_a_new_password_ends_every_other_session(client):
    make_staff()
    enter(client)
    other = Client()
    enter(other)

    response = client.post(
        "/account/password/",
        {"oldpassword": PASSWORD, "password1": "Nattevagt-77", "password2": "Nattevagt-77"},
    )

    assert response.status_code == 302
    assert is_in(client)
    assert not is_in(other)


def test_whoever_has_no_password_chooses_one(client):
    make_staff(password=None)
    log_in(client, "vibeke@newsroom.example")

    form = {"password1": "Nattevagt-77", "password2": "Nattevagt-77"}
    client.post("/account/password/new/", form)

    other = Client()
    assert enter(other, "Nattevagt-77").url == "/admin/"


def test_one_leaves_by_a_post_alone(client):
    log_in(client, "laeser@office.example")

    assert client.get("/account/logout/").status_code == 200
    assert is_in(client)
    assert client.post("/account/logout/").url == "/"
    assert not is_in(client)


def test_each_session_is_shown_to_its_owner_and_ended_by_them_alone(client):
    log_in(client, "laeser@office.example")
    phone = Client(headers={"user-agent": "Mozilla/5.0 (iPhone) CriOS/120 Safari/604.1"})
    log_in(phone, "laeser@office.example")
    stranger = Client()
    log_in(stranger, "fremmed@office.example")

    page = client.get("/account/").content.decode()
    assert "Chrome, iPhone" in page
    [address] = re.findall(r"/account/sessions/\d+/end/", page)

    assert stranger.post(address).status_code == 404
    assert is_in(phone)
    client.post(address)
    assert not is_in(phone)
    assert is_in(client)


def test_when_a_session_began_is_said_as_the_language_says_it(client):
    with time_machine.travel("2026-11-28 12:16:00Z", tick=False):
        log_in(client, "laeser@office.example")

        for language, words in {
            "da": "siden 28. november 2026 kl. 13.16",
            "en": "since 28 November 2026 at 13:16",
        }.items():
            page = client.get("/account/", headers={"accept-language": language})
            assert words in page.content.decode()


def test_a_session_that_has_opened_a_personal_link_is_shown_and_ended_as_well(client):
    handoff = make_handoff(
        make_relay(), offered=True, receiver=make_contributor(email="jonas@office.example")
    )
    log_in(client, "jonas@office.example")
    client.get(f"/baton/link/{Link.make(handoff)}/")
    phone = Client()
    log_in(phone, "jonas@office.example")

    assert is_in(client)
    assert len(phone.get("/account/").context["sessions"]) == 2
    phone.post("/account/sessions/others/end/")
    assert not is_in(client)


def test_a_session_that_has_changed_a_password_is_shown_as_well(client):
    other = make_staff(email="anden@newsroom.example")
    make_user("Carl", group="Chief editor", email="carl@newsroom.example", password=PASSWORD)
    enter(client, login="carl@newsroom.example")

    for page in ("/admin/password_change/", f"/admin/relays/user/{other.pk}/password/"):
        form = {"old_password": PASSWORD, "usable_password": "true"}
        news = dict.fromkeys(PASSWORD_FIELDS, "Nattevagt-77")
        assert client.post(page, form | news).status_code == 302, page

        sessions = client.get("/account/").context["sessions"]
        assert [session["is_here"] for session in sessions] == [True], page


PASSWORD_FIELDS = ("password1", "password2", "new_password1", "new_password2")


def test_all_the_others_are_ended_at_once(client):
    others = [Client(), Client()]
    for browser in (client, *others):
        log_in(browser, "laeser@office.example")

    client.post("/account/sessions/others/end/")

    assert [is_in(browser) for browser in (client, *others)] == [True, False, False]


def test_the_session_of_a_log_in_is_a_new_one(client):
    ask(client, "laeser@office.example")
    planted = client.cookies["sessionid"].value

    type_in(client, mailed_code("laeser@office.example"))

    assert client.cookies["sessionid"].value != planted


# A lost one ------------------------------------------------------------------------------------


def test_a_chief_editor_takes_away_what_somebody_has_lost(client, demanded):
    user = make_staff(app=True)
    chief = make_user(
        "Carl", group="Chief editor", email="carl@newsroom.example", password=PASSWORD
    )
    totp.TOTP.activate(chief, KEY)
    enter(client, login="carl@newsroom.example")
    client.post("/account/second-factor/authenticate/", {"code": code_of_the_app()})
    phone = Client()
    enter(phone)
    phone.post("/account/second-factor/authenticate/", {"code": code_of_the_app()})
    assert newsroom(phone) == "/admin/"

    action = {"action": "take_second_factor", "_selected_action": [user.pk]}
    client.post("/admin/relays/user/", action)

    assert not Authenticator.objects.filter(user=user).exists()
    assert LogEntry.objects.filter(object_id=user.pk, user=chief).exists()
    assert not is_in(phone)  # it may be what was lost
    lost = Client()
    enter(lost)
    assert newsroom(lost) == "/account/second-factor/"


def test_a_chief_editor_takes_nothing_from_an_administrator(client):
    chief = make_user("Carl", group="Chief editor")
    root = User.objects.create_superuser("root@newsroom.example", PASSWORD, name="Rod")
    totp.TOTP.activate(root, KEY)
    client.force_login(chief)

    action = {"action": "take_second_factor", "_selected_action": [root.pk]}
    client.post("/admin/relays/user/", action)

    assert Authenticator.objects.filter(user=root).exists()
