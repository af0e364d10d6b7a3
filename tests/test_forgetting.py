"""Nominees who were never asked are forgotten after a year."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import time_machine
from django.contrib.admin.models import ADDITION, LogEntry
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from articles.models import Byline
from articles.newsroom import pool
from relays import addresses, baton, forgetting
from relays.invariants import breaches
from relays.models import Contributor, Handoff, OldAddress
from relays.models.picture import Shape
from tests.factories import (
    begin_leg,
    handoff_states,
    make_contributor,
    make_editor,
    make_handoff,
    make_news,
    make_picture,
    make_relay,
    moves,
)
from tests.test_races import at_once, succeeded

pytestmark = pytest.mark.django_db

NAMED = datetime(2026, 1, 15, 10, tzinfo=UTC)
A_YEAR_LATER = NAMED + timedelta(days=365, seconds=1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NAMED, tick=False) as clock:
        yield clock


def make_nominee(name="Grethe Holm", **fields):
    return make_contributor(name, user=None, **fields)


def forget():
    return forgetting.forget_nominees(keep=Byline.objects.values("contributor"))


def fields_of(row):
    row.refresh_from_db()
    return {field.name: getattr(row, field.name) for field in row._meta.concrete_fields}


# What is forgotten -----------------------------------------------------------------------------


def test_of_a_nominee_who_was_never_asked_nothing_is_left_after_a_year(clock):
    person = make_nominee(
        phone="00 00 00 17",
        assistant_email="kontor@office.example",
        job_title="Rektor",
        organisation="Skovby Skole",
        biography="Har ledet skoler i tyve år.",
        portrait=make_picture(Shape.SQUARE),
    )
    make_handoff(make_relay(), receiver=person)
    clock.move_to(A_YEAR_LATER)

    assert forget() == [person.pk]

    # A new field of a person must say here what becomes of it.
    assert fields_of(person) == {
        "id": person.pk,
        "user": None,
        "name": "Anonymiseret",
        "slug": "anonymiseret",
        "email": None,
        "phone": "",
        "assistant_email": None,
        "sector": "public",
        "job_title": "",
        "organisation": "",
        "biography": "",
        "portrait": None,
        "forgotten": A_YEAR_LATER,
    }


def test_the_words_about_them_go_too(clock):
    relay = make_relay(alternation="preferred", finished_legs=1)
    person = make_nominee(sector="public")
    handoff = make_handoff(
        relay, receiver=person, message="Hun er rasende.", override_reason="Kun hun ved det."
    )
    Handoff.objects.filter(pk=handoff.pk).update(reason="Er måske flyttet.")
    clock.move_to(A_YEAR_LATER)

    forget()

    fields = fields_of(handoff)
    assert (fields["message"], fields["override_reason"], fields["reason"]) == ("", "", "")


def test_what_was_open_is_withdrawn_by_the_clock(clock):
    person = make_nominee()
    relays = [make_relay(), make_relay()]
    for relay in relays:
        make_handoff(relay, receiver=person)
    clock.move_to(A_YEAR_LATER)

    forget()

    for relay in relays:
        assert handoff_states(relay) == ["withdrawn"]
        assert moves(relay) == ["nominate", "withdraw"]
        assert relay.moves.get(verb="withdraw").by is None
        assert relay.letters.count() == 0
    assert list(breaches()) == []


def test_a_withdrawn_name_is_forgotten_as_well(clock):
    relay, person = make_relay(), make_nominee()
    baton.withdraw(make_handoff(relay, receiver=person), by=None)
    clock.move_to(A_YEAR_LATER)

    assert forget() == [person.pk]
    assert moves(relay) == ["nominate", "withdraw"]


def test_the_admins_own_log_forgets_the_name(clock):
    person = make_nominee()
    make_handoff(make_relay(), receiver=person)
    LogEntry.objects.log_actions(
        make_editor().pk, Contributor.objects.filter(pk=person.pk), ADDITION, single_object=True
    )
    clock.move_to(A_YEAR_LATER)

    forget()

    assert LogEntry.objects.get().object_repr == "Anonymiseret"


def test_two_who_are_forgotten_have_addresses_of_their_own(clock):
    people = [make_nominee("Bo"), make_nominee("Åse")]
    for person in people:
        make_handoff(make_relay(), receiver=person)
    clock.move_to(A_YEAR_LATER)

    forget()

    assert [fields_of(person)["slug"] for person in people] == ["anonymiseret", "anonymiseret-2"]


# Who is kept -----------------------------------------------------------------------------------


def named():
    person = make_nominee()
    make_handoff(make_relay(), receiver=person)
    return person


def never_named():
    return make_nominee()


def asked():
    person = make_nominee()
    baton.offer(make_handoff(make_relay(), receiver=person), by=None)
    return person


def asked_and_named_again():
    person = make_nominee()
    baton.withdraw(make_handoff(make_relay(), offered=True, receiver=person), by=None)
    make_handoff(make_relay(), receiver=person)
    return person


def with_a_user():
    person = make_contributor("Grethe Holm")
    make_handoff(make_relay(), receiver=person)
    return person


def with_a_leg_of_somebody_elses_handoff():
    person = named()
    begin_leg(make_relay()).relay.legs.update(contributor=person)
    return person


def whose_leg_a_newer_file_has_forgotten():
    person = named()
    words = {"sector": person.sector, "began": timezone.now()}
    leg = baton.add_past_leg(make_relay(), contributor=person, **words)
    baton.amend_past_leg(leg, contributor=None, message="", **words)
    return person


def with_a_byline():
    person = named()
    make_news(writer=person)
    return person


@pytest.mark.parametrize(
    "make",
    [
        never_named,
        asked,
        asked_and_named_again,
        with_a_user,
        with_a_leg_of_somebody_elses_handoff,
        whose_leg_a_newer_file_has_forgotten,
        with_a_byline,
    ],
)
def test_some_are_kept_for_ever(make, clock):
    person = make()
    clock.move_to(A_YEAR_LATER + timedelta(days=3650))

    assert forget() == []
    assert fields_of(person)["name"] == "Grethe Holm"


def test_on_the_last_day_of_the_year_they_are_kept(clock):
    person = named()
    clock.move_to(NAMED + timedelta(days=365))

    assert forget() == []
    assert person.handoffs.get().state == "nominated"


def test_who_is_named_again_within_the_year_begins_a_new_one(clock):
    person = named()
    clock.shift(timedelta(days=300))
    make_handoff(make_relay(), receiver=person)

    clock.move_to(A_YEAR_LATER)
    assert forget() == []

    clock.shift(timedelta(days=300))
    assert forget() == [person.pk]


def test_who_is_named_in_the_moment_of_forgetting_is_kept(clock):
    person = named()
    clock.move_to(A_YEAR_LATER)
    found = timezone.now() - forgetting.REMEMBERED
    make_handoff(make_relay(), receiver=person)  # between the looking and the locking

    assert not forgetting._forget(person.pk, found, Byline.objects.values("contributor"))
    assert fields_of(person)["name"] == "Grethe Holm"
    assert [handoff.state for handoff in person.handoffs.all()] == ["nominated", "nominated"]


# Where nobody meets them any more --------------------------------------------------------------


def test_the_forgotten_are_no_candidates_and_stand_in_no_list(clock):
    relay, person = make_relay(), make_nominee()
    make_handoff(relay, receiver=person)
    clock.move_to(A_YEAR_LATER)
    forget()
    client = Client()
    client.force_login(make_editor())

    def page(name, *args, **query):
        return client.get(reverse(f"admin:{name}", args=args), query).content.decode()

    assert pool.candidates(relay) == []
    assert "Anonymiseret" not in page("relays_contributor_changelist")
    found = {"app_label": "relays", "model_name": "handoff", "field_name": "receiver"}
    assert '"results": []' in page("autocomplete", term="anonym", **found)
    chain = page("relays_relay_change", relay.pk)
    assert "Anonymiseret" in chain
    assert reverse("admin:relays_contributor_change", args=[person.pk]) not in chain


def test_a_name_that_no_rule_allowed_is_forgotten_like_any_other(clock):
    relay = make_relay(finished_legs=1)
    receiver = make_contributor(sector="private")
    instead = {"name": "Lone Tranekær", "sector": "public", "email": ""}
    handoff = make_handoff(relay, offered=True, receiver=receiver)
    baton.decline(handoff, by=receiver.user, reason="Ferie.", instead=instead)
    person = Contributor.objects.get(name="Lone Tranekær")
    clock.move_to(A_YEAR_LATER)

    assert forget() == [person.pk]
    assert fields_of(handoff)["reason"] == "Ferie."


# The clock -------------------------------------------------------------------------------------


def test_the_tick_forgets_once(clock):
    person = named()
    clock.move_to(A_YEAR_LATER)

    call_command("tick")
    once = fields_of(person)
    clock.shift(timedelta(days=1))
    call_command("tick")

    assert once["forgotten"] == A_YEAR_LATER
    assert fields_of(person) == once
    assert moves(person.handoffs.get().relay) == ["nominate", "withdraw"]


@pytest.mark.parametrize("people", [1, 5])
def test_a_tick_with_nobody_to_forget_asks_once(people, django_assert_num_queries):
    for _person in range(people):
        named()

    with django_assert_num_queries(1):
        forget()


@pytest.mark.django_db(transaction=True)
def test_several_clocks_forget_each_once(clock):
    people = [named() for _ in range(4)]
    clock.move_to(A_YEAR_LATER)

    outcomes = at_once(*[forget] * 4)

    assert sorted(pk for forgotten in succeeded(outcomes) for pk in forgotten) == [
        person.pk for person in people
    ]
    assert {handoff_moves(person) for person in people} == {("nominate", "withdraw")}


def test_an_old_address_made_of_a_forgotten_name_is_forgotten(clock):
    clock.move_to(NAMED)
    person = named()
    addresses.remember(person, "grethe-holms-gamle")
    clock.move_to(A_YEAR_LATER)

    forget()

    assert not OldAddress.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_somebody_named_by_an_editor_at_the_same_moment_is_kept_or_forgotten_whole(clock):
    for _round in range(8):
        clock.move_to(NAMED)
        person, relay = named(), make_relay()
        clock.move_to(A_YEAR_LATER)

        outcomes = at_once(forget, partial(baton.nominate, relay, person, by=None), forget)

        succeeded(outcomes)
        states = list(person.handoffs.order_by("pk").values_list("state", flat=True))
        assert (fields_of(person)["name"], states) in [
            ("Grethe Holm", ["nominated", "nominated"]),
            ("Anonymiseret", ["withdrawn"]),
        ]


def handoff_moves(person):
    return tuple(person.handoffs.get().moves.order_by("pk").values_list("verb", flat=True))
