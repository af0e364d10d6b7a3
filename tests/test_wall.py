"""The wall: what stands in front of it is the same for everybody, what lies behind it is for those
who may read on, and nothing but the session decides who that is."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles import access, grants, workflow
from articles.models import Access, AccessRequest, Article, Grant, SearchRow
from relays import addresses
from relays.models import Code, Contributor, Letter, User
from tests.factories import (
    begin_leg,
    fresh,
    make_chief_editor,
    make_contributor,
    make_editor,
    make_expired_reader,
    make_leg_article,
    make_members_article,
    make_news,
    make_reader,
    make_relay,
    make_subscriber,
    make_trial_reader,
    publish,
    publish_leg,
)
from tests.forms import fields_of

pytestmark = pytest.mark.django_db

CANARY = "hemmeligheden"


def logged_in(user):
    client = Client()
    client.force_login(user)
    return client


def make_admitted():
    reader = make_reader("Orla Ansat", email="orla@kommune.example")
    today = timezone.localdate()
    grants.admit("kommune.example", first=today, last=today, by=make_editor())
    return reader


def make_runner():
    return begin_leg(make_relay()).contributor.user


READERS = {
    "expired": (make_expired_reader, False),
    "never had any": (make_reader, False),
    "trial": (make_trial_reader, True),
    "subscriber": (make_subscriber, True),
    "organisation": (make_admitted, True),
    "runner": (make_runner, True),
    "editor": (make_editor, True),
    "chief editor": (make_chief_editor, True),
}


# In front of it ------------------------------------------------------------------------------


def test_the_page_of_an_article_is_byte_for_byte_the_same_for_everybody(client):
    address = make_members_article().get_absolute_url()
    nobodys = client.get(address)

    for name, (make, _reads) in READERS.items():
        theirs = logged_in(make()).get(address)

        assert theirs.content == nobodys.content, name
        assert theirs.headers == nobodys.headers, name
        assert not theirs.cookies, name
    assert CANARY not in nobodys.content.decode()
    assert "ruller de tilbage" in nobodys.content.decode()  # the second paragraph is open
    assert "Cookie" not in nobodys.headers.get("Vary", "")
    assert not nobodys.cookies


def test_the_gate_has_the_offer_and_the_way_in(client):
    article = make_members_article()

    html = client.get(article.get_absolute_url()).content.decode()

    assert "Læs gratis i fire uger" in html
    assert f'action="/account/access/trial/{article.slug}/"' in html
    assert f'href="/articles/{article.slug}/full/#rest"' in html
    assert "csrfmiddlewaretoken" not in html
    assert '"isAccessibleForFree":false' in html.replace(" ", "")
    assert '"cssSelector":".rest"' in html.replace(" ", "")
    assert 'class="gate rest stack"' in html


def test_an_open_article_has_no_gate(client):
    html = client.get(publish(make_news()).get_absolute_url()).content.decode()

    assert "gate" not in html
    assert '"isAccessibleForFree": true' in html
    assert "hasPart" not in html


def test_the_handover_stays_open_to_all(client):
    relay = make_relay(alternation="off")
    article = publish_leg(relay, body="<p>En.</p><p>To.</p><p>Hemmeligheden.</p>")
    workflow.change_access(article, Access.MEMBERS, by=make_editor())
    begin_leg(relay, receiver=make_contributor("Nana Næste"))

    html = client.get(article.get_absolute_url()).content.decode()

    assert "Nana Næste" in html
    assert "Hemmeligheden" not in html


def test_no_page_asks_more_for_a_wall(client):
    article = publish_leg(make_relay(finished_legs=1))
    open_one = _asked(client, article.get_absolute_url())
    workflow.change_access(article, Access.MEMBERS, by=make_editor())

    assert _asked(client, article.get_absolute_url()) == open_one <= 6


def test_the_whole_text_costs_so_many_queries():
    article = publish_leg(
        make_relay(finished_legs=1), body="<p>En.</p><p>To.</p><p>Hemmeligheden.</p>"
    )
    workflow.change_access(article, Access.MEMBERS, by=make_editor())
    asked = {
        name: _asked(logged_in(make()), article.get_full_url())
        for name, (make, _reads) in READERS.items()
    }

    assert asked == {
        "expired": 14,
        "never had any": 15,
        "trial": 11,
        "subscriber": 11,
        "organisation": 11,
        "runner": 12,
        "editor": 10,
        "chief editor": 10,
    }


def _asked(client, address):
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    return len(queries)


# Behind it -----------------------------------------------------------------------------------


@pytest.mark.parametrize("who", READERS)
def test_who_reads_on(who):
    make, reads = READERS[who]
    article = make_members_article()

    answer = logged_in(make()).get(article.get_full_url())

    assert answer.status_code == 200
    assert (CANARY in answer.content.decode()) is reads
    assert 'id="rest"' in answer.content.decode()
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "Cookie" in answer.headers["Vary"]
    assert "noindex" in answer.headers["X-Robots-Tag"]


def test_a_writer_reads_their_own_text_and_no_other():
    article, other = make_members_article(), make_members_article()
    client = logged_in(article.bylines.get().contributor.user)

    assert CANARY in client.get(article.get_full_url()).content.decode()
    assert CANARY not in client.get(other.get_full_url()).content.decode()


def test_whoever_is_not_logged_in_is_led_to_the_door_and_from_there_to_the_cut(client):
    article = make_members_article()

    answer = client.get(article.get_full_url())

    assert answer.status_code == 302
    assert answer.headers["Location"] == (
        f"/account/login/?next=/articles/{article.slug}/full/%23rest"
    )
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_an_old_address_of_the_whole_is_as_private_as_the_new_one():
    article = make_members_article()
    addresses.remember(article, "gammel-titel")

    answer = logged_in(make_subscriber()).get("/articles/gammel-titel/full/")

    assert answer.headers["Location"] == article.get_full_url()
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_what_everybody_may_read_stands_at_one_address():
    article = publish(make_news())
    short = make_members_article()
    Article.objects.filter(pk=short.pk).update(live=article.live)  # two paragraphs, no more
    client = logged_in(make_subscriber())

    for each in (article, short):
        assert client.get(each.get_full_url()).headers["Location"] == each.get_absolute_url()


@pytest.mark.parametrize("step", ["withdraw", "remove"])
def test_what_is_withdrawn_is_behind_no_wall_either(step):
    article = make_members_article()
    workflow.take_step(article, step, by=make_chief_editor())

    assert logged_in(make_subscriber()).get(article.get_full_url()).status_code == 404


def test_a_session_dies_with_the_access_and_no_clock_is_needed():
    article, reader = make_members_article(), make_reader()
    trial = grants.begin_trial(reader)
    client = logged_in(reader)

    with time_machine.travel(trial.ends - timedelta(minutes=1), tick=False):
        client.force_login(reader)
        assert CANARY in client.get(article.get_full_url()).content.decode()
    with time_machine.travel(trial.ends, tick=False):
        html = client.get(article.get_full_url()).content.decode()
    assert CANARY not in html
    assert "Din prøveperiode er slut. Bed om adgang – også til hele din arbejdsplads." in html


def test_a_text_that_is_opened_is_found_by_its_last_words_and_one_that_is_closed_is_not(client):
    article, editor = make_members_article(), make_editor()
    assert not _finds(client, CANARY)

    workflow.change_access(article, Access.OPEN, by=editor)
    assert _finds(client, CANARY)
    workflow.change_access(article, Access.MEMBERS, by=editor)

    assert not _finds(client, CANARY)
    assert list(article.moves.values_list("step", "by").order_by("pk"))[-2:] == [
        ("open_up", editor.pk),
        ("members", editor.pk),
    ]


def _finds(client, words):
    return bool(client.get("/search/", {"q": words}).context["rows"])


# The editors' side ---------------------------------------------------------------------------


def test_a_new_leg_begins_as_the_newest_post_of_its_relay():
    relay = make_relay(alternation="off")
    first = publish_leg(relay)
    assert first.access == Access.OPEN
    workflow.change_access(first, Access.MEMBERS, by=make_editor())

    assert make_leg_article(begin_leg(relay)).access == Access.MEMBERS


@pytest.mark.parametrize("page", ["change", "review"])
def test_an_editor_says_on_both_pages_for_whom_a_text_is(page):
    article, editor = make_members_article(), make_editor()
    client = logged_in(editor)
    address = f"/admin/articles/article/{article.pk}/{page}/"
    sent = fields_of(client.get(address), "article_form" if page == "change" else None)

    answer = client.post(address, sent | {"access": "open"})

    assert answer.status_code == 302
    assert fresh(article).access == Access.OPEN
    assert " kurv" in SearchRow.objects.get(article=article).body
    client.post(address, sent | {"access": "everybody"})
    assert fresh(article).access == Access.OPEN


def test_the_review_says_how_much_is_open():
    article = make_members_article()

    html = logged_in(make_editor()).get(f"/admin/articles/article/{article.pk}/review/")

    assert "12 af 16 ord er åbne for alle" in html.content.decode()


# From the gate to the text -------------------------------------------------------------------


def the_code():
    return Code.objects.latest("pk").make()


def ask_for_trial(client, article, email="lea@office.example", **headers):
    address = f"/account/access/trial/{article.slug}/"
    return client.post(address, {"name": "Lea Læser", "email": email}, **headers)


def type_the_code(client):
    return client.post("/account/login/code/confirm/", {"code": the_code()})


def test_from_the_gate_to_the_text_by_a_code_in_the_mail(client):
    article = make_members_article()

    asked = ask_for_trial(client, article)
    assert asked.headers["Location"] == "/account/login/code/confirm/"
    assert not User.objects.filter(email="lea@office.example").exists()
    assert not Grant.objects.exists()
    typed = type_the_code(client)
    begun = client.get(typed.headers["Location"])

    assert begun.headers["Location"] == f"/articles/{article.slug}/full/#rest"
    assert CANARY in client.get(article.get_full_url()).content.decode()
    reader = User.objects.get(email="lea@office.example")
    assert (reader.name, reader.is_confirmed) == ("Lea Læser", True)
    assert Grant.objects.get().user == reader
    assert Grant.objects.get().ends - Grant.objects.get().begins == timedelta(days=28)


def test_whoever_had_their_trial_is_let_in_and_told_so(client):
    article, reader = make_members_article(), make_expired_reader(email="lea@office.example")

    ask_for_trial(client, article)
    client.get(type_the_code(client).headers["Location"])
    html = client.get(article.get_full_url()).content.decode()

    assert CANARY not in html
    assert "Din prøveperiode er slut." in html
    assert Grant.objects.get().user == reader


def test_a_subscriber_who_asks_for_a_trial_reads_and_keeps_theirs(client):
    article, reader = make_members_article(), make_subscriber(email="lea@office.example")

    ask_for_trial(client, article)
    client.get(type_the_code(client).headers["Location"])

    assert CANARY in client.get(article.get_full_url()).content.decode()
    assert not grants.has_used_trial(reader)


def test_the_answer_is_the_same_for_a_known_and_an_unknown_address():
    article = make_members_article()
    make_expired_reader(email="kendt@office.example")

    answers = [
        ask_for_trial(Client(), article, email=f"{who}@office.example")
        for who in ("kendt", "ukendt")
    ]

    assert [answer.headers["Location"] for answer in answers] == [
        "/account/login/code/confirm/"
    ] * 2
    assert len({answer.content for answer in answers}) == 1
    assert Letter.objects.filter(kind="code").count() == 2


def test_a_wish_for_a_trial_is_its_own_readers_alone(client):
    """Two at one computer: what the first one asked for does not begin with the second's log-in."""
    article = make_members_article()
    ask_for_trial(client, article, email="foerst@office.example")
    client.post("/account/login/code/", {"email": "anden@office.example"})
    type_the_code(client)

    client.get(f"/account/access/trial/{article.slug}/begin/")

    assert not Grant.objects.exists()


def test_a_look_begins_no_trial_but_the_button_does():
    article, reader = make_members_article(), make_reader()
    client, address = logged_in(reader), f"/account/access/trial/{article.slug}/begin/"

    client.get(address)
    assert not Grant.objects.exists()
    assert f'action="{address}"' in client.get(article.get_full_url()).content.decode()
    answer = client.post(address)

    assert answer.headers["Location"] == f"/articles/{article.slug}/full/#rest"
    assert Grant.objects.get().user == reader
    assert CANARY in client.get(article.get_full_url()).content.decode()


def test_the_button_wants_a_token_of_the_session():
    article, client = make_members_article(), Client(enforce_csrf_checks=True)
    client.force_login(make_reader())

    assert client.post(f"/account/access/trial/{article.slug}/begin/").status_code == 403
    assert not Grant.objects.exists()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 302),
        ({"sec-fetch-site": "same-origin"}, 302),
        ({"origin": "http://testserver"}, 302),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "none"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "http://testserver"}, 403),
    ],
)
def test_the_gates_form_is_taken_from_our_own_pages(headers, status):
    client = Client(enforce_csrf_checks=True)

    answer = ask_for_trial(client, make_members_article(), headers=headers)

    assert answer.status_code == status
    assert Letter.objects.exists() is (status == 302)


@pytest.mark.parametrize("email", ["", "lea", "lea@", "a@b@c.example", "x" * 260 + "@a.example"])
def test_an_address_that_is_none_is_told_in_words(client, email):
    answer = ask_for_trial(client, make_members_article(), email=email)

    assert answer.status_code == 422
    assert 'class="error" id="id_email_error"' in answer.content.decode()
    assert not Letter.objects.exists()


def test_there_is_no_trial_of_an_article_that_is_not_out(client):
    article = make_news("Ikke ude", slug="ikke-ude", access=Access.MEMBERS)

    assert ask_for_trial(client, article).status_code == 404
    assert client.get("/articles/ikke-ude/full/").status_code == 404


# Afterwards ----------------------------------------------------------------------------------


def test_a_reader_asks_for_access_and_is_told_that_it_has_arrived():
    reader = make_expired_reader()
    client = logged_in(reader)
    assert client.get("/account/access/ask/").status_code == 200

    answer = client.post("/account/access/ask/", {"workplace": "Skovby Kommune", "words": ""})
    page = client.get(answer.headers["Location"]).content.decode()

    assert AccessRequest.objects.get().workplace == "Skovby Kommune"
    assert "Redaktionen svarer dig i en mail." in page
    assert "<form class=" not in page
    article = make_members_article()
    gate = client.get(article.get_full_url()).content.decode()
    assert "Redaktionen svarer dig i en mail." in gate


def test_the_letter_before_the_end_of_a_trial_leads_to_a_form_that_works():
    """Three days before, whoever wants to read on still has access."""
    client = logged_in(make_trial_reader())

    page = client.get("/account/access/ask/").content.decode()
    client.post("/account/access/ask/", {"workplace": "Skovby Kommune"})

    assert "Din prøveperiode slutter den " in page
    assert '<form class="form"' in page
    assert AccessRequest.objects.get().workplace == "Skovby Kommune"
    assert "Du bad om adgang den " in client.get("/account/").content.decode()


def test_whoever_reads_on_anyhow_is_shown_no_form():
    page = logged_in(make_subscriber()).get("/account/access/ask/").content.decode()

    assert "Du har allerede adgang" in page
    assert '<form class="form"' not in page


def test_a_request_too_many_is_refused_in_words():
    reader = make_expired_reader()
    for _time in range(grants.REQUESTS):
        grants.close_request(grants.ask(reader), by=make_editor())

    answer = logged_in(reader).post("/account/access/ask/", {})

    assert answer.status_code == 409
    assert "Skriv til redaktionen" in answer.content.decode()


def test_words_without_end_are_not_taken():
    answer = logged_in(make_expired_reader()).post("/account/access/ask/", {"words": "x" * 2001})

    assert answer.status_code == 422
    assert not AccessRequest.objects.exists()


def test_the_account_says_what_one_can_read():
    said = {
        name: logged_in(make()).get("/account/").content.decode()
        for name, (make, _reads) in READERS.items()
    }

    assert "Det, der er åbent for alle." in said["expired"]
    assert "i din prøveperiode til" in said["trial"]
    assert "Alt, til og med" in said["subscriber"]
    assert "gennem kommune.example" in said["organisation"]
    assert "så længe den stafet løber" in said["runner"]
    assert "fordi du arbejder her" in said["editor"]


def test_has_access_and_the_page_agree():
    article = make_members_article()

    for name, (make, reads) in READERS.items():
        reader = make()
        part = access.visible_part(article, reader)
        assert (part.complete, CANARY in part.rest) == (reads, reads), name
    assert Contributor.objects.exists()
