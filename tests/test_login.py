"""The door: a code by mail for readers and contributors, password and second factor for staff."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from relays import baton, letters, outbox
from relays.models import Code, Contributor, Letter, Link, User
from tests.factories import (
    make_contributor,
    make_editor,
    make_handoff,
    make_reader,
    make_relay,
    make_user,
)
from tests.forms import fields_of

pytestmark = pytest.mark.django_db

PASSWORD = "Madvogn-2026"  # noqa: S105


@pytest.fixture(autouse=True)
def _mails(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def ask(client, address, **form):
    return client.post("/account/login/code/", {"email": address, **form})


def mailed_code(address):
    """The newest code in a mail to this address, as the clock sends it."""
    outbox.send_due()
    bodies = "\n".join(each.body for each in mail.outbox if each.to == [address.lower()])
    return re.findall(r"^[A-Z]{4}-[A-Z]{4}$", bodies, re.M)[-1]


def type_in(client, code):
    return client.post("/account/login/code/confirm/", {"code": code})


def log_in(client, address, **form):
    ask(client, address, **form)
    return type_in(client, mailed_code(address))


def who(client):
    return client.get("/account/").context["user"] if is_in(client) else None


def is_in(client):
    return client.get("/account/").status_code == 200


def bare(response):
    """What somebody is shown, without what is anew each time."""
    return re.sub(rb'(name="csrfmiddlewaretoken" value=")[^"]*', rb"\1", response.content)


def headers_of(response):
    """Names and words; the words of the policy come in any order."""
    return str([(name, sorted(value.split("; "))) for name, value in sorted(response.items())])


# A code by mail --------------------------------------------------------------------------------


def test_whoever_types_the_code_from_their_mail_has_an_account(client):
    response = log_in(client, "Ny@Office.example")

    assert response.status_code == 302
    assert response.url == "/account/"
    assert User.objects.get(email="ny@office.example") == who(client)
    assert not who(client).has_usable_password()


def test_a_second_log_in_opens_the_same_account(client):
    log_in(client, "ny@office.example")

    other = Client()
    log_in(other, "NY@office.example")

    assert who(other) == who(client)


def test_every_address_gets_the_same_answer():
    make_user(email="reader@office.example")
    make_user(email="closed@office.example", is_active=False)
    make_user(email="editor@office.example", group="Editor")
    answers = set()

    for name in ["reader", "closed", "editor", "nobody"]:
        client = Client()
        response = ask(client, f"{name}@office.example")
        page = client.get(response.url)
        answers.add((response.status_code, response.content, headers_of(response)))
        answers.add((page.status_code, bare(page).replace(name.encode(), b""), headers_of(page)))

    assert len(answers) == 2
    assert Letter.objects.filter(kind="code").count() == 4


def test_asking_for_a_code_makes_no_account(client):
    ask(client, "nobody@office.example")

    assert not User.objects.exists()


def test_the_third_wrong_code_is_the_last(client):
    ask(client, "ny@office.example")
    code = mailed_code("ny@office.example")

    answers = [type_in(client, "BBBB-BBBB").status_code for _try in range(3)]
    late = type_in(client, code)

    assert answers == [422, 422, 302]
    assert late.url == "/account/login/"
    assert not is_in(client)


def test_after_the_third_wrong_code_nobody_types_their_address_again(client):
    ask(client, "ny@office.example", next="/articles/madvogn/full/#rest")
    for _try in range(3):
        door = type_in(client, "BBBB-BBBB")

    page = client.get(door.url).content.decode()

    assert 'value="ny@office.example"' in page
    assert 'name="next" value="/articles/madvogn/full/#rest"' in page


def test_a_new_code_is_one_press_away_and_leads_where_the_first_would(client):
    ask(client, "ny@office.example", next="/articles/madvogn/full/#rest")
    page = client.get("/account/login/code/confirm/")

    client.post("/account/login/code/", fields_of(page, "new-code"))
    response = type_in(client, mailed_code("ny@office.example"))

    assert Letter.objects.filter(kind="code").count() == 2
    assert response.url == "/articles/madvogn/full/#rest"


def test_another_address_leads_where_the_first_would(client):
    ask(client, "ny@office.example", next="/articles/madvogn/full/#rest")
    page = client.get("/account/login/code/confirm/").content.decode()

    assert 'href="/account/login/?next=%2Farticles%2Fmadvogn%2Ffull%2F%23rest"' in page


def test_three_tries_are_three_however_many_browsers_type_at_once():
    client = Client()
    ask(client, "ny@office.example")
    mailed_code("ny@office.example")
    code = Code.objects.get()

    # Each of them has read the row before any of them has tried.
    rows = [Code.objects.get() for _browser in range(5)]
    for row in rows:
        row.try_with("BBBB-BBBB")

    code.refresh_from_db()
    assert code.tries == 3


def test_a_code_works_for_fifteen_minutes():
    early, late = Client(), Client()
    now = timezone.now()
    with time_machine.travel(now):
        ask(early, "early@office.example")
        ask(late, "late@office.example")
        codes = [mailed_code("early@office.example"), mailed_code("late@office.example")]

    with time_machine.travel(now + timedelta(minutes=14, seconds=58)):
        type_in(early, codes[0])
        assert is_in(early)
    with time_machine.travel(now + timedelta(minutes=15, seconds=1)):
        type_in(late, codes[1])
        assert not is_in(late)


def test_a_code_works_once(client):
    ask(client, "ny@office.example")
    code = mailed_code("ny@office.example")
    session = client.cookies["sessionid"].value
    type_in(client, code)

    again = Client()
    again.cookies["sessionid"] = session
    type_in(again, code)

    assert is_in(client)
    assert not is_in(again)


def test_a_code_is_of_use_in_the_browser_that_asked_for_it_alone(client):
    ask(client, "mine@office.example")
    other = Client()
    ask(other, "theirs@office.example")
    mine = mailed_code("mine@office.example")

    assert type_in(other, mine).status_code == 422
    assert not is_in(other)
    assert type_in(Client(), mine).url == "/account/login/"


def test_small_letters_and_a_forgotten_dash_are_no_mistakes(client):
    ask(client, "ny@office.example")
    code = mailed_code("ny@office.example")

    type_in(client, f" {code.lower().replace('-', ' ')} ")

    assert is_in(client)


def test_a_code_stands_nowhere_but_in_its_mail(client, caplog):
    with caplog.at_level("DEBUG"):
        ask(client, "ny@office.example")
        code = mailed_code("ny@office.example")
        type_in(client, "BBBB-BBBB")
        type_in(client, code)

    kept = str(list(Letter.objects.values())) + str(list(Code.objects.values())) + caplog.text
    assert code not in kept
    assert code.replace("-", "") not in kept


def test_a_code_waits_for_no_editor_and_for_no_other_letter(client):
    user = make_user(email="ny@office.example")
    for _each in range(25):
        letters.write("test", to=user)
    ask(client, "ny@office.example")

    assert outbox.somebody_waits()
    outbox.send_due()
    assert re.search("[A-Z]{4}-[A-Z]{4}", mail.outbox[0].body)
    assert not outbox.somebody_waits()


def test_a_code_that_would_come_too_late_is_not_sent(client):
    ask(client, "ny@office.example")

    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        outbox.send_due()

    assert mail.outbox == []
    assert Letter.objects.get().state == "cancelled"


def test_half_an_address_is_told_so(client):
    response = ask(client, "ny@office", next="/articles/madvogn/full/#rest")

    assert response.status_code == 422
    assert "navn@kommune.example" in response.content.decode()
    assert response.content.decode().count('value="/articles/madvogn/full/#rest"') >= 1
    assert not Letter.objects.exists()


def test_an_address_that_no_mail_can_go_to_is_told_so(client):
    response = ask(client, f"ny@{'ü' * 60}.example")

    assert response.status_code == 422
    assert not Letter.objects.exists()


# Whose account ---------------------------------------------------------------------------------


def test_a_contributor_gets_into_the_account_that_they_have(client):
    person = make_contributor("Jonas", email="jonas@office.example")

    log_in(client, "jonas@office.example")

    assert who(client) == person.user
    assert who(client).contributor == person


def test_an_address_that_two_share_opens_the_account_of_neither(client):
    one = make_contributor("Jonas", email="office@office.example")
    two = make_contributor("Birgitte", email="office@office.example")

    log_in(client, "office@office.example")

    assert who(client) not in (one.user, two.user)


def test_whoever_reads_the_old_address_of_a_contributor_is_somebody_else(client):
    person = make_contributor("Jonas", email="old@office.example")
    log_in(client, "old@office.example")
    person.email = "new@office.example"
    person.save()

    other, moved = Client(), Client()
    log_in(other, "old@office.example")
    log_in(moved, "new@office.example")

    assert who(other) != person.user
    assert who(moved) == person.user
    assert not is_in(client)


def readdress(handoff, address):
    baton.readdress(handoff, by=None, email=address)


def correct_in_the_admin(handoff, address):
    editor, page = Client(), f"/admin/relays/contributor/{handoff.receiver_id}/change/"
    editor.force_login(make_editor())
    form = fields_of(editor.get(page)) | {"email": address}
    assert editor.post(page, form).status_code == 302


@pytest.mark.parametrize("correct", [readdress, correct_in_the_admin])
def test_an_offer_to_a_wrong_address_hands_nobody_the_account_of_its_reader(client, correct):
    reader = make_reader(email="wrong@office.example")
    person = make_contributor("Jonas", email="wrong@office.example", user=None)
    handoff = make_handoff(make_relay(), offered=True, receiver=person)

    correct(handoff, "right@office.example")
    log_in(client, "right@office.example")
    wrong = Client()
    log_in(wrong, "wrong@office.example")

    assert who(client).contributor == person
    assert who(wrong) == reader
    assert not Contributor.objects.filter(user=reader).exists()


@pytest.mark.parametrize("has_account", [True, False])
def test_who_says_that_they_are_somebody_else_gets_nothing_of_the_one_we_meant(client, has_account):
    if has_account:
        make_reader(email="wrong@office.example")
    fields = {"email": "wrong@office.example", "phone": "12 34 56 78", "user": None}
    person = make_contributor("Jonas", **fields)
    handoff = make_handoff(make_relay(), offered=True, receiver=person)
    client.get(f"/baton/link/{Link.make(handoff)}/")
    client.post(f"/baton/{handoff.pk}/answer/", {"answer": "not_me"})

    log_in(client, "wrong@office.example")

    assert "12 34 56 78" not in client.get("/account/data/").content.decode()
    person.refresh_from_db()
    assert person.email is None  # an editor finds the right one
    assert person.user not in (None, who(client))


@pytest.mark.parametrize("correct", [readdress, correct_in_the_admin])
def test_whoever_has_run_takes_their_account_along(client, correct):
    person = make_contributor("Jonas", email="old@office.example")
    log_in(client, "old@office.example")
    ran = make_handoff(make_relay(), offered=True, receiver=person)
    baton.accept(ran, by=person.user)
    handoff = make_handoff(make_relay(), offered=True, receiver=person)

    correct(handoff, "new@office.example")
    moved = Client()
    log_in(moved, "new@office.example")

    assert who(moved) == person.user
    assert who(moved).contributor == person


def test_a_nominee_who_reads_stays_a_nominee(client):
    nominee = make_contributor("Lone", email="lone@office.example", user=None)

    log_in(client, "lone@office.example")

    nominee.refresh_from_db()
    assert nominee.user is None
    assert who(client).email == "lone@office.example"


def test_an_account_that_is_closed_stays_closed(client):
    make_user(email="gone@office.example", is_active=False)

    response = log_in(client, "gone@office.example")

    assert response.url == "/account/closed/"
    assert client.get(response.url).status_code == 200
    assert not is_in(client)


def test_a_corrected_address_ends_the_sessions_of_the_wrong_one(client):
    log_in(client, "wrong@office.example")
    User.objects.filter(email="wrong@office.example").update(email="right@office.example")

    assert not is_in(client)


def test_a_session_that_is_over_leaves_nothing_behind(client, settings):
    settings.SESSION_COOKIE_AGE = 3600
    asleep = Client()
    log_in(asleep, "ny@office.example")
    with time_machine.travel(timezone.now() + timedelta(minutes=40)):
        log_in(client, "ny@office.example")
        awake = client.session.session_key
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        call_command("tick")

        assert list(UserSession.objects.values_list("session_key", flat=True)) == [awake]
        assert list(Session.objects.values_list("session_key", flat=True)) == [awake]
        assert is_in(client)
        assert not is_in(asleep)


# Where it leads --------------------------------------------------------------------------------


def test_one_comes_back_to_the_cut_of_the_article(client):
    page = client.get("/account/login/", {"next": "/articles/madvogn/full/#rest"})
    assert 'name="next" value="/articles/madvogn/full/#rest"' in page.content.decode()

    response = log_in(client, "ny@office.example", next="/articles/madvogn/full/#rest")

    assert response.url == "/articles/madvogn/full/#rest"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "http:evil.example",
        "javascript:alert(1)",
        "/\tevil.example//",
        "/%09/evil.example",
        "http://testserver@evil.example/",
        "http://testserver/articles/",
        "",
    ],
)
def test_one_is_led_to_no_other_site(client, elsewhere):
    response = log_in(client, "ny@office.example", next=elsewhere)

    assert response.url.startswith("/")
    assert not re.match(r"/[\s/\\]", response.url)
    again = client.get("/account/login/", {"next": elsewhere})
    assert not re.match(r"(/[\s/\\]|[^/])", again.url)
