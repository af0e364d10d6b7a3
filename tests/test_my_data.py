"""Somebody takes along what we know of them, and is erased where they wish it."""

import json
from datetime import timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from articles import grants, showings
from articles.models import ArticleMove, Follow, Follower
from articles.readers import belongings, erasing
from relays import baton, letters, outbox
from relays.errors import RuleBroken
from relays.models import Code, Contributor, Erasure, Letter, Link, User
from tests.factories import (
    begin_leg,
    fresh,
    make_contributor,
    make_editor,
    make_follower,
    make_handoff,
    make_leg_article,
    make_reader,
    make_relay,
    make_user,
    publish,
    publish_leg,
)
from tests.test_login import is_in, log_in

pytestmark = pytest.mark.django_db

ADDRESS = "jonas@office.example"


@pytest.fixture(autouse=True)
def _mails(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def make_writer(**fields):
    known = {
        "email": ADDRESS,
        "phone": "12 34 56 78",
        "assistant_email": "assistent@office.example",
        "organisation": "Lysholm Kommune",
        "job_title": "køkkenchef",
        "biography": "Har lavet mad i tredive år.",
    }
    return make_contributor("Jonas Kjeldgaard", slug="jonas", **known | fields)


def everything_kept():
    """Every row of every table, as words."""
    rows = []
    for model in apps.get_models(include_auto_created=True):
        rows += [str(row) for row in model._base_manager.values()]
    rows += [str(session.get_decoded()) for session in Session.objects.all()]
    return "\n".join(rows)


# Taking it along -------------------------------------------------------------------------------


def test_the_file_holds_what_we_know(client):
    person = make_writer()
    publish_leg(make_relay("Maden?"), receiver=person, title="Bakken kommer tom tilbage")
    asked = make_handoff(make_relay(), offered=True, receiver=person)
    baton.decline(asked, by=person.user, reason="Jeg har ferie.")
    log_in(client, ADDRESS)

    response = client.get("/account/data/")
    held = json.loads(response.content)

    assert response.headers["Content-Disposition"] == 'attachment; filename="my-data.json"'
    assert response.headers["Cache-Control"] == "private, no-store"
    assert held["account"]["email"] == ADDRESS
    assert held["contributor"]["phone"] == "12 34 56 78"
    assert [leg["relay__title"] for leg in held["legs"]] == ["Maden?"]
    assert [text["draft"]["title"] for text in held["texts"]] == ["Bakken kommer tom tilbage"]
    assert held["texts"][0]["revisions"]
    assert [move["verb"] for move in held["moves"]["baton"]] == ["decline"]
    assert "Jeg har ferie." in [handoff["reason"] for handoff in held["handoffs"]["received"]]
    assert {letter["address"] for letter in held["letters"]} == {ADDRESS}
    assert len(held["sessions"]) == 1


def test_the_file_holds_the_words_of_letters_to_many(client):
    make_follower(address="laeser@office.example")
    circular = letters.write_circular("test", site_name="Depechen")
    letters.post(circular, [("laeser@office.example", 1)], opens=Follow.PAGE)
    log_in(client, "laeser@office.example")

    words = [letter["words"] for letter in client.get("/account/data/").json()["letters"]]

    assert circular.body in words
    assert all(words)


def test_the_file_holds_nobody_elses(client):
    person = make_writer()
    other = make_contributor("Birgitte", email="birgitte@office.example", phone="87 65 43 21")
    publish_leg(make_relay("Natten?"), receiver=other, title="Lyset")
    publish_leg(make_relay("Maden?"), receiver=person, title="Bakken")
    log_in(client, ADDRESS)

    said = client.get("/account/data/").content.decode()

    assert "Bakken" in said
    for foreign in ("birgitte@office.example", "87 65 43 21", "Lyset", "Natten?"):
        assert foreign not in said


def test_why_somebody_said_no_is_not_told_to_who_named_them(client):
    giver, relay = make_writer(), make_relay()
    leg = begin_leg(relay, receiver=giver)
    named = make_contributor("Birgitte", sector="private")
    handoff = baton.nominate(relay, named, by=giver.user, message="Fordi Birgitte ved alt")
    publish(make_leg_article(leg))
    baton.decline(baton.offer(handoff, by=None), by=named.user, reason="Jeg er syg.")
    log_in(client, ADDRESS)

    held = client.get("/account/data/").json()

    assert [each["message"] for each in held["handoffs"]["given"]] == ["Fordi Birgitte ved alt"]
    assert [each["state"] for each in held["handoffs"]["given"]] == ["declined"]
    assert "Jeg er syg" not in str(held)


def test_the_file_holds_no_secret(client):
    user = make_editor()
    user.set_password("Madvogn-2026")
    user.save()
    handoff = make_handoff(make_relay(), offered=True, receiver=make_writer())
    Link.make(handoff)

    for each in (user, handoff.receiver.user):
        said = str(belongings.everything_about(each))
        assert "pbkdf2" not in said
        assert "md5$" not in said
        assert "hash" not in said


def test_a_reader_without_any_of_it_gets_a_file_too(client):
    log_in(client, "laeser@office.example")

    held = client.get("/account/data/").json()

    assert held["account"]["email"] == "laeser@office.example"
    assert held["contributor"] is None
    assert held["texts"] == []


# Being erased ----------------------------------------------------------------------------------


def press(client, **form):
    return client.post("/account/erase/", {"sure": "on"} | form)


def test_a_reader_is_gone_without_a_trace(client):
    make_user()
    log_in(client, "laeser@office.example")
    client.post("/account/name/", {"name": "Karla Kiming"})
    reader = User.objects.get(email="laeser@office.example")
    grants.begin_trial(reader)
    grants.end(reader.grants.get(), by=make_editor())
    grants.ask(reader, workplace="Kimingegnens Kommune", words="Vi er mange.")
    Follow.objects.create(follower=Follower.objects.create(address="laeser@office.example"))
    assert client.get("/account/data/").json()["follows"]
    phone = Client()
    log_in(phone, "laeser@office.example")

    response = press(client)

    assert response.url == "/account/erased/"
    assert client.get(response.url).status_code == 200
    assert not is_in(client)
    assert not is_in(phone)
    assert not UserSession.objects.exists()
    kept = everything_kept()
    assert "laeser@office.example" not in kept
    assert "Karla Kiming" not in kept
    assert "Kimingegnens" not in kept
    assert [erasure.bylines_stay for erasure in Erasure.objects.all()] == [False]


def test_the_first_press_only_asks(client):
    log_in(client, "laeser@office.example")

    assert client.get("/account/erase/").status_code == 200
    assert client.post("/account/erase/", {}).status_code == 422

    assert User.objects.filter(email="laeser@office.example").exists()
    assert not Erasure.objects.exists()


def test_what_is_published_stays_with_its_byline(client):
    person = make_writer()
    article = publish_leg(make_relay(), receiver=person, title="Bakken")
    log_in(client, ADDRESS)

    press(client)

    page = Client().get(article.get_absolute_url()).content.decode()
    assert "Jonas Kjeldgaard" in page
    assert "Lysholm Kommune" in page  # as it was at publication
    kept = everything_kept()
    for gone in (ADDRESS, "12 34 56 78", "assistent@office.example", "tredive år"):
        assert gone not in kept
    assert [erasure.bylines_stay for erasure in Erasure.objects.all()] == [True]
    call_command("check_relays")


def test_whoever_never_published_has_no_name_left(client):
    person = make_writer()
    handoff = make_handoff(
        make_relay(), offered=True, receiver=person, message="Fordi Jonas ved alt"
    )
    baton.decline(handoff, by=person.user, reason="Jeg er syg.")
    outbox.send_due()
    log_in(client, ADDRESS)

    press(client)

    person.refresh_from_db()
    assert person.forgotten
    kept = everything_kept()
    for gone in ("Jonas", "jonas", ADDRESS, "12 34 56 78", "Jeg er syg"):
        assert gone not in kept, gone
    call_command("check_relays")


def test_a_nomination_of_theirs_is_withdrawn(client):
    person = make_writer()
    handoff = make_handoff(make_relay(), receiver=person)
    log_in(client, ADDRESS)

    press(client)

    handoff.refresh_from_db()
    assert handoff.state == "withdrawn"


@pytest.mark.parametrize(
    ("stage", "says"),
    [
        ("running", "Du har stafetten i »Madstafetten«."),
        ("asked", "Du er blevet spurgt om at tage stafetten i »Madstafetten«."),
        ("unpublished", "Din tekst »Ufærdig« ligger hos os"),
    ],
)
def test_what_must_happen_first_is_said_kindly_and_nothing_goes(client, stage, says):
    person = make_writer()
    relay = make_relay(short_name="Madstafetten")
    if stage == "running":
        begin_leg(relay, receiver=person)
    elif stage == "asked":
        make_handoff(relay, offered=True, receiver=person)
    else:
        article = make_leg_article(begin_leg(relay, receiver=person), title="Ufærdig")
        baton.abandon(article.leg, by=None)
    log_in(client, ADDRESS)

    response = press(client)

    assert response.status_code == 409
    assert says in response.content.decode()
    assert is_in(client)
    assert Contributor.objects.get(pk=person.pk).phone == "12 34 56 78"
    assert not Erasure.objects.exists()


def test_staff_do_not_erase_themselves():
    editor = make_editor()

    with pytest.raises(RuleBroken):
        erasing.erase(editor)

    editor.refresh_from_db()
    assert editor.is_staff
    assert editor.name


def test_the_words_to_the_editors_go(client):
    person = make_writer()
    article = publish_leg(make_relay(), receiver=person, title="Bakken")
    ArticleMove.objects.create(
        article=article,
        step="submit",
        from_status="draft",
        to_status="submitted",
        by=person.user,
        note="Min chef har set den.",
    )
    log_in(client, ADDRESS)

    press(client)

    assert "Min chef" not in everything_kept()
    assert ArticleMove.objects.filter(by=person.user).exists()  # that it happened stays


def test_to_whom_they_have_shown_their_text_goes_and_the_link_with_it(client):
    person = make_writer()
    text = make_leg_article(begin_leg(make_relay(), receiver=person))
    _showing, address = showings.show(text, name="Min chef Bodil", by=person.user)
    publish(fresh(text))
    log_in(client, ADDRESS)
    assert client.get(address).status_code == 200
    held = client.get("/account/data/").json()
    assert [each["name"] for each in held["showings"]] == ["Min chef Bodil"]

    press(client)

    assert "Bodil" not in everything_kept()
    assert Client().get(address).status_code == 410


def test_the_log_of_the_admin_forgets_the_name(client):
    person = make_writer()
    for row in (person, person.user):
        LogEntry.objects.log_actions(make_editor().pk, [row], 2, single_object=True)
    log_in(client, ADDRESS)

    press(client)

    assert "Jonas" not in "".join(LogEntry.objects.values_list("object_repr", flat=True))


def test_an_erased_writer_who_is_asked_again_begins_anew(client):
    person = make_writer()
    publish_leg(make_relay(), receiver=person, title="Bakken")
    log_in(client, ADDRESS)
    press(client)

    person.refresh_from_db()
    person.email = ADDRESS
    person.save()
    make_handoff(make_relay(), offered=True, receiver=person)
    again = Client()
    log_in(again, ADDRESS)

    assert again.get("/account/").context["user"].contributor == person


def test_codes_and_their_letters_are_swept_after_a_day(client):
    log_in(client, "laeser@office.example")
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        call_command("tick")

    assert not Code.objects.exists()
    assert not Letter.objects.filter(kind="code").exists()


def test_a_longer_address_is_somebody_elses():
    erased = make_reader(email="anna@office.example")
    for address in ("hanna@office.example", "h.anna@office.example", "anna@office.example.org"):
        grants.ask(make_reader(email=address))
    grants.ask(erased)

    erasing.erase(erased)

    assert Letter.objects.count() == 3
    assert User.objects.filter(email="hanna@office.example").exists()


def test_an_address_in_words_of_others_is_found_however_it_is_written():
    erased, tells = make_reader(email="anna@office.example"), make_reader()
    grants.ask(tells, words="Spørg Anna: Anna@Office.example, eller mig.")

    erasing.erase(erased)

    assert not Letter.objects.exists()
