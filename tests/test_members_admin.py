"""Members and trials in the newsroom: looked at, given one by one or from a list, moved, ended."""

import codecs
from datetime import date, timedelta

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles import grants
from articles.models import AccessRequest, Grant
from articles.newsroom import member_lists
from relays.errors import RuleBroken
from relays.models import User
from tests.factories import (
    make_editor,
    make_expired_reader,
    make_reader,
    make_subscriber,
    make_trial_reader,
)

pytestmark = pytest.mark.django_db

FIRST, LAST = date(2026, 12, 1), date(2027, 11, 30)
DAYS = {"first": FIRST.isoformat(), "last": LAST.isoformat()}


@pytest.fixture
def client():
    client = Client()
    client.force_login(make_editor())
    return client


def read(words, encoding="utf-8"):
    raw = words if isinstance(words, bytes) else words.encode(encoding)
    return member_lists.read(raw, first=FIRST, last=LAST)


def said(rows):
    return [(row.line, row.email, row.is_given, row.is_bad) for row in rows]


# The list ------------------------------------------------------------------------------------


def test_the_list_says_who_reads_until_when(client):
    make_subscriber("Sine Abonnent"), make_expired_reader("Eva Udløbet")

    html = client.get("/admin/articles/grant/").content.decode()

    assert "Sine Abonnent" in html
    assert "Eva Udløbet" in html
    over = client.get("/admin/articles/grant/?standing=over").context["cl"].result_list
    running = client.get("/admin/articles/grant/?standing=running").context["cl"].result_list
    found = client.get("/admin/articles/grant/?q=udløbet").context["cl"].result_list
    assert [str(grant.receiver) for grant in over] == ["Eva Udløbet"]
    assert [str(grant.receiver) for grant in running] == ["Sine Abonnent"]
    assert [str(grant.receiver) for grant in found] == ["Eva Udløbet"]


@pytest.mark.parametrize("standing", ["running", "ending", "to_come", "over", "nonsense"])
def test_every_filter_answers(client, standing):
    assert client.get(f"/admin/articles/grant/?standing={standing}").status_code in (200, 302)


def test_the_head_of_the_list_has_the_numbers(client):
    make_trial_reader()
    grants.ask(make_expired_reader())

    shown = client.get("/admin/articles/grant/").context["figures"]

    assert shown == {"trials": 1, "ended": 1, "became_members": 0, "requests": 1}


@pytest.mark.parametrize("count", [1, 8])
def test_the_lists_ask_as_often_for_one_as_for_eight(client, count):
    for _each in range(count):
        make_subscriber()
        grants.ask(make_expired_reader())

    asked = {
        address: _asked(client, address)
        for address in ("/admin/articles/grant/", "/admin/articles/accessrequest/")
    }

    assert asked == QUERIES


QUERIES = {"/admin/articles/grant/": 13, "/admin/articles/accessrequest/": 7}


def _asked(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    return len(queries)


# One by one ----------------------------------------------------------------------------------


def test_an_editor_gives_a_subscription(client):
    answer = client.post(
        "/admin/articles/grant/subscription/",
        DAYS | {"email": "Ny@Office.example", "name": "Ny Læser", "note": "Betalte med bank"},
    )

    assert answer.status_code == 302
    grant = Grant.objects.get()
    assert (grant.user.email, grant.user.name, grants.last_day(grant)) == (
        "ny@office.example",
        "Ny Læser",
        LAST,
    )
    move = grant.moves.get()
    assert (move.verb, move.by.name, move.note) == ("give", "Vibeke Sandholt", "Betalte med bank")


@pytest.mark.parametrize(
    ("form", "status", "sentence"),
    [
        ({"email": "lea"}, 422, ""),
        ({"email": "a@b.example", "last": "2026-11-01"}, 409, "slutte, før den begynder"),
        ({"email": "a@b.example", "first": "i dag"}, 422, ""),
    ],
)
def test_a_subscription_that_makes_no_sense_is_refused_in_words(client, form, status, sentence):
    answer = client.post("/admin/articles/grant/subscription/", DAYS | form)

    assert answer.status_code == status
    assert sentence in answer.content.decode()
    assert not Grant.objects.exists()


def test_a_public_mail_domain_is_refused_in_words(client):
    answer = client.post("/admin/articles/grant/organisation/", DAYS | {"domain": "gmail.com"})

    assert answer.status_code == 409
    assert "Alle kan få en adresse hos gmail.com." in answer.content.decode()


def test_an_end_is_moved_and_brought_about_from_the_page_of_an_access(client):
    grant = make_subscriber().grants.get()
    address = f"/admin/articles/grant/{grant.pk}"
    later = timezone.localdate() + timedelta(days=500)

    client.post(f"{address}/extend/", {"last": later.isoformat(), "note": "Fornyet"})
    grant.refresh_from_db()
    assert grants.last_day(grant) == later
    client.post(f"{address}/end/", {"note": "Ville ikke mere"})
    grant.refresh_from_db()

    assert grant.is_over
    html = client.get(f"{address}/change/").content.decode()
    for words in ("Fornyet", "Ville ikke mere", "Slutdagen flyttet", "Afsluttet", "Givet"):
        assert words in html


def test_what_has_not_begun_is_taken_back_and_the_log_knows(client):
    with time_machine.travel("2026-11-22T12:00Z", tick=False):
        client.force_login(make_editor())
        grant = grants.subscribe("a@office.example", "A", first=FIRST, last=LAST, by=make_editor())
        client.post(f"/admin/articles/grant/{grant.pk}/end/")

    assert not Grant.objects.exists()
    assert LogEntry.objects.get().object_repr == f"Abonnement {grant.pk}"  # and no name


def test_a_request_leads_to_what_answers_it(client):
    asked = grants.ask(make_expired_reader(email="eva@office.example"), workplace="Skovby")

    html = client.get(f"/admin/articles/accessrequest/{asked.pk}/change/").content.decode()

    assert "subscription/?email=eva%40office.example&amp;name=Eva%20Udl%C3%B8bet" in html
    assert "organisation/?domain=office.example&amp;name=Skovby" in html
    form = client.get("/admin/articles/grant/subscription/?email=eva%40office.example")
    assert 'value="eva@office.example"' in form.content.decode()
    client.post(f"/admin/articles/accessrequest/{asked.pk}/close/")
    assert AccessRequest.objects.get().answered_by.name == "Vibeke Sandholt"


def test_the_overview_says_that_somebody_asks(client):
    before = client.get("/admin/").content.decode()
    assert "beder om adgang" not in before
    assert "Ingenting. " in before
    grants.ask(make_expired_reader())

    html = client.get("/admin/").content.decode()

    assert "En læser beder om adgang" in html
    assert "Ingenting. " not in html
    assert 'href="/admin/articles/accessrequest/?answered=no"' in html


# A list as a spreadsheet saves it -------------------------------------------------------------

GOOD = "E-mail;Navn;Fra;Til\naase@office.example;Åse Ørsted;01-01-2027;31.12.2027\n"


@pytest.mark.parametrize(
    "raw",
    [
        GOOD.encode(),
        GOOD.encode("utf-8-sig"),
        GOOD.encode("cp1252"),  # Excel in Denmark: "CSV (semikolonsepareret)"
        codecs.BOM_UTF16_LE + GOOD.encode("utf-16-le"),
        GOOD.replace("\n", "\r\n").encode("cp1252"),
        GOOD.replace(";", ",").encode(),
        GOOD.replace(";", "\t").encode("utf-16"),
        GOOD.replace("E-mail", " e-MAIL ").encode(),
        b"Til;Andet;Email;Fra;Navn\n2027-12-31;x;"
        + "aase@office.example;1/1 2027;Åse Ørsted".encode(),
        'E-mail;Navn;Fra;Til\n"aase@office.example";"Åse Ørsted";1.1.2027;31.12.2027'.encode(),
    ],
)
def test_a_list_is_read_however_it_was_saved(raw):
    [row] = read(raw)

    assert (row.line, row.email, row.name) == (2, "aase@office.example", "Åse Ørsted")
    assert (row.first, row.last, row.is_given) == (date(2027, 1, 1), date(2027, 12, 31), True)


def test_rows_without_days_get_those_of_the_form_and_empty_rows_are_none():
    [row] = read("email\na@office.example\n\n;;\n")

    assert (row.first, row.last) == (FIRST, LAST)


def test_every_row_is_judged_in_words_with_its_line():
    make_reader(email="kendt@office.example")
    grants.subscribe("har@office.example", "", first=FIRST, last=LAST, by=make_editor())

    rows = read(
        "E-mail;Navn;Fra;Til\n"
        "ny@office.example;;;\n"
        "kendt@office.example;;;\n"
        "har@office.example;;;\n"
        "ingen adresse;;;\n"
        ";Uden Adresse;;\n"
        "NY@office.example;;;\n"
        "b@office.example;;31.02.2027;\n"
        "c@office.example;;2027-05-01;2027-04-01\n"
        "d@office.example;;;2127-04-01\n"
    )

    assert said(rows) == [
        (2, "ny@office.example", True, False),
        (3, "kendt@office.example", True, False),
        (4, "har@office.example", False, False),
        (5, "ingen adresse", False, True),
        (6, "", False, True),
        (7, "ny@office.example", False, True),
        (8, "b@office.example", False, True),
        (9, "c@office.example", False, True),
        (10, "d@office.example", False, True),
    ]
    assert len({str(row.fate) for row in rows}) == 8
    assert str(rows[5].fate) == "Linje 2 har allerede denne adresse."


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n\n",
        b"navn;mail nummer\nx;y",
        b"email\n",
        b"PK\x03\x04\x00\x00\x00 a spreadsheet itself",
        b"email\n" + b"a@office.example\n" * (member_lists.MOST_ROWS + 1),
        b"x" * (member_lists.MOST_BYTES + 1),
        b'email\n"' + b"x" * 200_000,
    ],
)
def test_a_file_that_is_no_list_is_refused_in_a_sentence(raw):
    with pytest.raises(RuleBroken) as refused:
        read(raw)

    assert len(str(refused.value)) < 120


def upload(client, words=GOOD):
    file = SimpleUploadedFile("medlemmer.csv", words.encode("cp1252"))
    return client.post("/admin/articles/grant/list/", DAYS | {"file": file})


def test_a_look_at_a_list_gives_nothing_and_the_button_gives_what_was_seen(client):
    looked = upload(client, GOOD + "ingen adresse;;;\n")

    html = looked.content.decode()
    assert "En ny læser får et abonnement." in html
    assert "Linje 3" in html
    assert not Grant.objects.exists()
    assert not User.objects.filter(email="aase@office.example").exists()
    rows = looked.context["signed"]
    answer = client.post("/admin/articles/grant/list/give/", {"rows": rows}, follow=True)

    assert "Ét abonnement er givet." in answer.content.decode()
    grant = Grant.objects.get()
    assert (grant.user.name, grants.last_day(grant)) == ("Åse Ørsted", date(2027, 12, 31))
    client.post("/admin/articles/grant/list/give/", {"rows": rows})  # pressed twice
    assert Grant.objects.get() == grant


def test_only_what_was_seen_is_given_and_only_by_who_saw_it(client):
    rows = upload(client).context["signed"]
    other = Client()
    other.force_login(make_editor("Anden Redaktør"))

    other.post("/admin/articles/grant/list/give/", {"rows": rows})
    client.post("/admin/articles/grant/list/give/", {"rows": rows[:-2] + "xx"})
    with time_machine.travel(timezone.now() + timedelta(hours=13)):
        client.post("/admin/articles/grant/list/give/", {"rows": rows})

    assert not Grant.objects.exists()


def test_a_long_list_is_judged_with_two_queries():
    words = "email\n" + "".join(f"a{number}@office.example\n" for number in range(500))

    with CaptureQueriesContext(connection) as queries:
        rows = read(words)

    assert (len(rows), len(queries)) == (500, 2)


def test_what_a_list_costs_does_not_grow_with_those_who_ask():
    editor, counts = make_editor(), []
    for name in ("a", "b"):
        rows = member_lists.packed(read(f"email\n{name}@office.example\n"))
        with CaptureQueriesContext(connection) as queries:
            member_lists.give(rows, by=editor)
        counts.append(len(queries))
        for number in range(5):
            grants.ask(make_reader(email=f"{name}{number}@else.example"))

    assert counts[0] == counts[1]
