"""A relay in the admin: opened by a form, run by the verbs of the baton, saved without undoing
what others did meanwhile."""

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from articles.newsroom.moves import ACTS
from relays import baton, verbs
from relays.models import Handoff, Leg, Relay, Sector
from tests.factories import (
    begin_leg,
    handoff_states,
    leg_states,
    make_chief_editor,
    make_contributor,
    make_editor,
    make_handoff,
    make_leg_article,
    make_relay,
    make_superuser,
    make_theme,
    make_user,
    moves,
    next_sector,
    publish,
    publish_leg,
    reload,
)
from tests.forms import fields_of
from tests.test_admin import PEOPLE, add_url, change_url, log_in

pytestmark = pytest.mark.django_db


def act_url(verb, row):
    relay_id = row.pk if isinstance(row, Relay) else row.relay_id
    return reverse("admin:relays_relay_act", args=[relay_id, verb, row.pk])


def words_of(response):
    """The sentences with which a form was refused."""
    errors = response.context["form"].errors
    return [str(error) for field in errors.values() for error in field]


# Opening a relay -------------------------------------------------------------------------------


def test_a_relay_needs_a_question_and_the_first_runner():
    editor = make_editor()
    client = log_in(editor)
    somebody = make_contributor("Åse Holm")

    typed = fields_of(client.get(add_url(Relay)), "relay_form")
    asked = {"title": "Hvad koster rødgrød?", "first_runner": str(somebody.pk)}
    response = client.post(add_url(Relay), typed | asked, follow=True)

    relay = Relay.objects.get()
    assert response.redirect_chain == [(change_url(relay), 302)]
    assert (relay.title, relay.slug, relay.language) == (
        "Hvad koster rødgrød?",
        "hvad-koster-roedgroed",
        "da",
    )
    assert (relay.opened, list(relay.editors.all())) == (None, [editor])
    handoff = relay.handoffs.get()
    assert (handoff.receiver, handoff.state, handoff.proposed_by) == (somebody, "nominated", editor)
    assert moves(relay) == ["nominate"]


def test_nothing_else_is_asked_for():
    client = log_in(make_editor())

    response = client.post(add_url(Relay), {"alternation": "strict", "language": "da"})
    errors = set(response.context["adminform"].form.errors)

    # The three numbers stand in the form already.
    assert errors == {"title", "first_runner", "answer_days", "write_days", "edit_days"}
    assert not Relay.objects.exists()


def test_the_address_of_a_relay_follows_its_short_name():
    client = log_in(make_editor())
    typed = fields_of(client.get(add_url(Relay)), "relay_form")

    for _each in range(2):
        asked = {"title": "Hvad?", "short_name": "Grødstafetten"}
        runner = {"first_runner": str(make_contributor().pk)}
        client.post(add_url(Relay), typed | asked | runner)

    assert [relay.slug for relay in Relay.objects.order_by("pk")] == [
        "groedstafetten",
        "groedstafetten-2",
    ]


def test_an_address_that_is_taken_opens_no_relay():
    client = log_in(make_editor())
    make_relay(slug="mad")
    typed = fields_of(client.get(add_url(Relay)), "relay_form")

    asked = {"title": "Hvad?", "slug": "mad", "first_runner": str(make_contributor().pk)}
    response = client.post(add_url(Relay), typed | asked)

    assert set(response.context["adminform"].form.errors) == {"slug"}
    assert Handoff.objects.count() == 0


# The buttons -----------------------------------------------------------------------------------

SITUATIONS = {
    "not started": {},
    "nominated": {"nominate": True},
    "offered": {"offered": True},
    "running": {"running": True},
    "running, next one asked": {"running": True, "offered": True},
    "free": {"finished_legs": 1},
}


def make_situation(running=False, finished_legs=0, nominate=False, offered=False):
    relay = make_relay(running=running, finished_legs=finished_legs)
    if nominate or offered:
        make_handoff(relay, offered=offered)
    return reload(relay)


def shown(response):
    """The verbs on the page by row: those that can be pressed, and those that are explained."""
    html = response.content.decode()
    pattern = r'(?:href|action)="/admin/relays/relay/\d+/([a-z_]+)/(\d+)/"'
    pressable = {(verb, int(pk)) for verb, pk in re.findall(pattern, html)}
    explained = re.findall(r'aria-disabled="true">([^<]+)<', html)
    return pressable, sorted(explained)


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("person", PEOPLE)
def test_the_buttons_of_a_relay_are_the_verbs_that_are_open(situation, person):
    user = PEOPLE[person]()
    relay = make_situation(**SITUATIONS[situation])
    rows = [relay, *relay.legs.all(), *relay.handoffs.all()]
    pressable, explained = set(), []
    for row in rows:
        if row is not relay:
            row.relay = relay
        for verb, hindrance in verbs.verbs_open_to(user, row).items():
            if hindrance:
                explained.append(str(verbs.VERBS[verb].label))
            else:
                pressable.add((verb, row.pk))

    response = log_in(user).get(change_url(relay))

    assert shown(response) == (pressable, sorted(explained))


def test_every_verb_has_a_page():
    of_the_clock_and_the_writer = {"lapse", "ask_for_time"}
    assert set(ACTS) == set(verbs.VERBS) - of_the_clock_and_the_writer


def test_what_hinders_a_verb_stands_beside_it():
    relay = make_relay(running=True)

    response = log_in(make_editor()).get(change_url(relay))

    name = relay.baton.leg.contributor
    sentence = f"{name} has the baton. The relay can finish when that leg has."
    assert sentence in response.content.decode()


# Each verb by POST -----------------------------------------------------------------------------


def nominated():
    return make_handoff(make_relay())


def offered():
    return make_handoff(make_relay(), offered=True)


def running_leg():
    return begin_leg(make_relay())


def finished_relay():
    return baton.close(make_relay(finished_legs=1), by=None)


def paused_relay():
    return baton.pause(make_relay(), date(2099, 1, 5), by=None)


A_DAY = "2099-01-05"
VERBS = [
    ("nominate", make_relay, {}, ["nominate"]),
    ("offer", nominated, {}, ["nominate", "offer"]),
    ("accept", offered, {"channel": "phone"}, ["nominate", "offer", "accept", "take"]),
    ("decline", offered, {"channel": "mail"}, ["nominate", "offer", "decline"]),
    ("withdraw", nominated, {}, ["nominate", "withdraw"]),
    ("readdress", offered, {"email": "ny@office.example"}, ["nominate", "offer", "readdress"]),
    ("renew_link", offered, {}, ["nominate", "offer", "renew_link"]),
    ("rest_handoff", offered, {"until": A_DAY}, ["nominate", "offer", "rest"]),
    ("extend", running_leg, {"due": A_DAY}, ["nominate", "offer", "accept", "take", "extend"]),
    ("rest_leg", running_leg, {"until": A_DAY}, ["nominate", "offer", "accept", "take", "rest"]),
    ("abandon", running_leg, {}, ["nominate", "offer", "accept", "take", "abandon"]),
    ("pause", make_relay, {"until": A_DAY}, ["pause"]),
    ("resume", paused_relay, {}, ["pause", "resume"]),
    ("close", make_relay, {}, ["close"]),
    ("reopen", finished_relay, {}, None),
]


def relay_of(row):
    return row if isinstance(row, Relay) else row.relay


@pytest.mark.parametrize(("verb", "make_row", "typed", "recorded"), VERBS)
def test_a_verb_is_used_by_its_page(verb, make_row, typed, recorded):
    editor = make_editor()
    client = log_in(editor)
    row = make_row()
    if verb == "nominate":
        typed = {"receiver": str(make_contributor().pk)}

    opened = client.get(act_url(verb, row))
    assert opened.status_code == 200
    response = client.post(act_url(verb, row), fields_of(opened) | typed)

    assert (response.status_code, response.url) == (302, change_url(relay_of(row)))
    if recorded:
        assert moves(relay_of(row)) == recorded
    last = relay_of(row).moves.exclude(verb="take").first()
    assert (last.verb, last.by) == ("rest" if verb.startswith("rest_") else verb, editor)


@pytest.mark.parametrize(("verb", "make_row", "_typed", "_recorded"), VERBS)
def test_opening_the_page_of_a_verb_changes_nothing(verb, make_row, _typed, _recorded):
    client = log_in(make_editor())
    row = make_row()
    before = moves(relay_of(row))

    client.get(act_url(verb, row))

    assert moves(relay_of(row)) == before


@pytest.mark.parametrize(("verb", "make_row", "_typed", "_recorded"), VERBS)
def test_a_verb_wants_a_token_of_the_page(verb, make_row, _typed, _recorded):
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_editor())
    row = make_row()
    before = moves(relay_of(row))

    response = client.post(act_url(verb, row))

    assert response.status_code == 403
    assert moves(relay_of(row)) == before


def test_the_buttons_that_act_at_once_carry_a_token():
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_editor())
    handoff = nominated()
    page = client.get(change_url(handoff.relay)).content.decode()

    form = page[page.index(f'action="{act_url("offer", handoff)}"') :]
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)[1]
    client.post(act_url("offer", handoff), {"csrfmiddlewaretoken": token})

    assert handoff_states(handoff.relay) == ["offered"]


def test_the_page_of_a_verb_carries_a_token():
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_editor())
    handoff = offered()

    client.post(act_url("accept", handoff), fields_of(client.get(act_url("accept", handoff))))

    assert leg_states(handoff.relay) == ["running"]


def test_opening_the_text_of_a_leg_wants_a_post_with_a_token():
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_editor())
    leg = running_leg()
    url = reverse("admin:relays_relay_article", args=[leg.relay_id, leg.pk])

    assert client.get(url).status_code == 405
    assert client.post(url).status_code == 403
    assert not hasattr(Leg.objects.get(pk=leg.pk), "article")


def test_opening_the_text_of_a_leg_leads_to_its_article():
    client = log_in(make_editor())
    leg = running_leg()
    url = reverse("admin:relays_relay_article", args=[leg.relay_id, leg.pk])

    first, second = client.post(url), client.post(url)

    article = Leg.objects.get(pk=leg.pk).article
    assert first.url == second.url == change_url(article)
    assert [str(byline) for byline in article.bylines.all()] == [leg.contributor.name]


def test_a_leg_that_was_given_up_opens_no_text():
    client = log_in(make_editor())
    leg = baton.abandon(running_leg(), by=None)
    url = reverse("admin:relays_relay_article", args=[leg.relay_id, leg.pk])

    response = client.post(url, follow=True)

    assert "This leg is abandoned by now." in response.content.decode()
    assert not hasattr(Leg.objects.get(pk=leg.pk), "article")


@pytest.mark.parametrize(("verb", "make_row", "_typed", "_recorded"), VERBS)
def test_a_verb_is_for_editors(verb, make_row, _typed, _recorded):
    row = make_row()
    before = moves(relay_of(row))
    stranger = make_user()
    contributor = make_contributor().user
    insider = make_user()
    insider.is_staff = True
    insider.save()

    statuses = [
        log_in(user).post(act_url(verb, row)).status_code
        for user in (stranger, contributor, insider)
    ]

    assert statuses == [302, 302, 403]
    assert moves(relay_of(row)) == before


def test_a_verb_of_another_relay_or_of_none_does_not_exist():
    client = log_in(make_editor())
    handoff, other = nominated(), make_relay()

    def at(relay, verb, pk):
        return client.post(reverse("admin:relays_relay_act", args=[relay.pk, verb, pk])).status_code

    assert at(other, "offer", handoff.pk) == 404
    assert at(other, "close", handoff.relay_id) == 404
    assert at(other, "dance", other.pk) == 404
    assert at(other, "offer", 999_999) == 404
    assert handoff_states(handoff.relay) == ["nominated"]


def test_what_is_typed_reaches_the_nomination():
    client = log_in(make_editor())
    relay = make_relay(finished_legs=1)
    receiver = make_contributor(sector=next_sector(relay))

    client.post(
        act_url("nominate", relay),
        {
            "receiver": str(receiver.pk),
            "message": "Hun ved det.",
            "write_by": "2030-05-01",
            "offer_at_publication": "on",
        },
    )

    handoff = relay.handoffs.get(receiver=receiver)
    assert (handoff.message, handoff.write_by) == ("Hun ved det.", date(2030, 5, 1))
    assert handoff.offer_at_publication


def test_a_yes_by_phone_says_for_whom_and_how():
    editor = make_editor()
    handoff = offered()

    log_in(editor).post(act_url("accept", handoff), {"channel": "phone", "note": "Ringede."})

    move = handoff.relay.moves.get(verb="accept")
    assert (move.by, move.on_behalf_of, move.channel, move.note) == (
        editor,
        handoff.receiver,
        "phone",
        "Ringede.",
    )


def test_a_no_says_why_and_when_to_ask_again():
    handoff = offered()

    log_in(make_editor()).post(
        act_url("decline", handoff),
        {"channel": "mail", "reason": "Har travlt.", "ask_again_after": "2030-05-01"},
    )

    handoff.refresh_from_db()
    assert (handoff.reason, handoff.ask_again_after) == ("Har travlt.", date(2030, 5, 1))


# Refusals --------------------------------------------------------------------------------------


def test_a_second_answer_is_refused_in_words_and_keeps_what_was_typed():
    client = log_in(make_editor())
    handoff = offered()
    baton.decline(handoff, by=None)

    response = client.post(
        act_url("decline", handoff), {"channel": "mail", "reason": "Har travlt."}
    )

    assert response.status_code == 409
    assert words_of(response) == [f"This offer to {handoff.receiver} is declined by now."]
    assert fields_of(response)["reason"] == "Har travlt."
    assert fields_of(response)["channel"] == "mail"
    assert moves(handoff.relay) == ["nominate", "offer", "decline"]


def test_the_wrong_sector_is_refused_in_words_and_keeps_what_was_typed():
    client = log_in(make_editor())
    relay = make_relay(finished_legs=1)
    receiver = make_contributor("Åse Holm", sector=reload(relay).baton.leg.sector)

    response = client.post(
        act_url("nominate", relay), {"receiver": str(receiver.pk), "message": "Hun ved det."}
    )

    assert response.status_code == 409
    assert words_of(response) == [
        "The next runner must come from the other sector (Private), Åse Holm does not."
    ]
    kept = fields_of(response)
    assert (kept["receiver"], kept["message"]) == (str(receiver.pk), "Hun ved det.")
    assert handoff_states(relay) == ["taken"]


def test_an_offer_without_an_address_is_refused_in_words():
    client = log_in(make_editor())
    handoff = make_handoff(make_relay(), receiver=make_contributor("Åse Holm", email=None))

    response = client.post(act_url("offer", handoff))

    assert (response.status_code, words_of(response)) == (
        409,
        ["Åse Holm has no e-mail address yet."],
    )
    assert handoff_states(handoff.relay) == ["nominated"]


def test_a_relay_that_runs_does_not_close():
    client = log_in(make_editor())
    relay = make_relay(running=True)

    response = client.post(act_url("close", relay), {"closing_note": "Tak for nu."})

    assert response.status_code == 409
    assert fields_of(response)["closing_note"] == "Tak for nu."
    assert reload(relay).closed is None


@pytest.mark.parametrize(
    ("verb", "typed"),
    [
        ("nominate", {"receiver": ""}),
        ("nominate", {"receiver": "999999"}),
        ("nominate", {"receiver": "x"}),
        ("accept", {"channel": "by pigeon"}),
        ("decline", {"channel": "mail", "ask_again_after": "i morgen"}),
    ],
)
def test_what_cannot_be_read_is_asked_for_again(verb, typed):
    client = log_in(make_editor())
    row = make_relay() if verb == "nominate" else offered()
    before = moves(relay_of(row))

    response = client.post(act_url(verb, row), {"note": "Ringede.", "message": "M"} | typed)

    assert response.status_code == 422
    assert moves(relay_of(row)) == before


# Forms that were opened before something happened ------------------------------------------------


def relay_form(client, relay):
    return fields_of(client.get(change_url(relay)), "relay_form")


def save_relay(client, relay, typed):
    return client.post(change_url(relay), typed)


def conflicts(response):
    return {
        name: [str(error) for error in errors]
        for name, errors in response.context["adminform"].form.errors.items()
    }


def test_a_publication_between_loading_and_saving_is_not_undone():
    client = log_in(make_editor())
    relay = make_relay()
    leg = begin_leg(relay)
    waiting = make_handoff(relay, accepted=True)
    typed = relay_form(client, relay)
    publish(make_leg_article(leg))

    response = save_relay(client, relay, typed | {"title": "Nyt spørgsmål"})

    assert response.status_code == 302
    after = reload(relay)
    assert after.title == "Nyt spørgsmål"
    assert leg_states(relay) == ["finished", "running"]
    assert after.runner.contributor == waiting.receiver
    assert after.opened == leg.began


def test_a_closing_between_loading_and_saving_is_not_undone():
    client = log_in(make_editor())
    relay = make_relay(finished_legs=1)
    typed = relay_form(client, relay)
    baton.close(relay, by=None, closing_note="Tak for nu.")

    save_relay(client, relay, typed | {"title": "Nyt spørgsmål"})

    after = reload(relay)
    assert (after.title, after.closing_note) == ("Nyt spørgsmål", "Tak for nu.")
    assert after.closed


def test_an_untouched_field_never_overwrites_what_somebody_else_wrote():
    client = log_in(make_editor())
    relay = make_relay(introduction="Før")
    typed = relay_form(client, relay)
    Relay.objects.filter(pk=relay.pk).update(introduction="Efter", write_days=30)

    response = save_relay(client, relay, typed | {"title": "Nyt spørgsmål"})

    after = reload(relay)
    assert response.status_code == 302
    assert (after.title, after.introduction, after.write_days) == ("Nyt spørgsmål", "Efter", 30)


def test_untouched_editors_are_not_taken_off_again():
    mine, other = make_editor("Mads"), make_editor("Anna")
    client = log_in(mine)
    relay = make_relay()
    relay.editors.set([mine])
    typed = relay_form(client, relay)
    relay.editors.add(other)

    save_relay(client, relay, typed | {"title": "Nyt spørgsmål"})

    assert set(relay.editors.all()) == {mine, other}


def test_a_text_with_line_breaks_of_another_kind_is_no_conflict():
    client = log_in(make_editor())
    relay = make_relay(introduction="Et afsnit.\n\nEt andet.  ")
    typed = relay_form(client, relay)

    response = save_relay(client, relay, typed | {"introduction": "Nyt."})

    assert response.status_code == 302
    assert reload(relay).introduction == "Nyt."


@pytest.mark.parametrize(
    ("field", "theirs", "mine", "said"),
    [
        ("title", "Deres", "Mit", "Deres"),
        ("introduction", "Deres\nord", "Mine\r\nord", "Deres\nord"),
        ("write_days", 30, "40", "30"),
        ("alternation", "off", "preferred", "off"),
    ],
)
def test_one_field_touched_by_two_shows_both_values(field, theirs, mine, said):
    client = log_in(make_editor())
    relay = make_relay(introduction="Før")
    typed = relay_form(client, relay)
    Relay.objects.filter(pk=relay.pk).update(**{field: theirs})

    response = save_relay(client, relay, typed | {field: mine})

    assert response.status_code == 409
    assert conflicts(response) == {
        field: [f"Changed by somebody else since you opened this: {said}"]
    }
    assert fields_of(response, "relay_form")[field] == mine
    assert getattr(reload(relay), field) == theirs


def test_a_second_save_wins_knowingly():
    client = log_in(make_editor())
    relay = make_relay()
    typed = relay_form(client, relay)
    Relay.objects.filter(pk=relay.pk).update(title="Deres")
    refused = save_relay(client, relay, typed | {"title": "Mit", "introduction": "Også mit"})

    response = save_relay(client, relay, fields_of(refused, "relay_form"))

    after = reload(relay)
    assert response.status_code == 302
    assert (after.title, after.introduction) == ("Mit", "Også mit")


def test_a_second_save_does_not_win_over_a_third_person():
    client = log_in(make_editor())
    relay = make_relay()
    typed = relay_form(client, relay)
    Relay.objects.filter(pk=relay.pk).update(title="Deres")
    refused = save_relay(client, relay, typed | {"title": "Mit"})
    Relay.objects.filter(pk=relay.pk).update(title="En tredjes")

    response = save_relay(client, relay, fields_of(refused, "relay_form"))

    assert response.status_code == 409
    assert reload(relay).title == "En tredjes"


def test_two_who_wrote_the_same_have_no_conflict_to_solve():
    client = log_in(make_editor())
    relay = make_relay()
    typed = relay_form(client, relay)
    Relay.objects.filter(pk=relay.pk).update(title="Det samme")

    save_relay(client, relay, typed | {"title": "Det samme"})

    assert reload(relay).title == "Det samme"


def test_editors_chosen_by_two_show_both_choices():
    mine, theirs = make_editor("Mads"), make_editor("Anna")
    client = log_in(mine)
    relay = make_relay()
    typed = relay_form(client, relay)
    relay.editors.add(theirs)

    response = save_relay(client, relay, typed | {"editors": str(mine.pk)})
    assert response.status_code == 409
    assert conflicts(response) == {
        "editors": ["Changed by somebody else since you opened this: Anna"]
    }
    assert set(relay.editors.all()) == {theirs}

    save_relay(client, relay, fields_of(response, "relay_form"))
    assert set(relay.editors.all()) == {mine}


def test_a_theme_chosen_by_two_shows_both_choices():
    client = log_in(make_editor())
    relay, mine, theirs = make_relay(), make_theme("Ledelse"), make_theme("Velfærd")
    typed = relay_form(client, relay)
    Relay.objects.filter(pk=relay.pk).update(theme=theirs)

    response = save_relay(client, relay, typed | {"theme": str(mine.pk)})
    assert response.status_code == 409
    assert conflicts(response) == {
        "theme": ["Changed by somebody else since you opened this: Velfærd"]
    }

    save_relay(client, relay, fields_of(response, "relay_form"))
    assert reload(relay).theme == mine


def test_a_contributor_is_not_overwritten_by_an_old_tab():
    client = log_in(make_editor())
    somebody = make_contributor("Åse Holm", job_title="rektor", sector=Sector.PUBLIC)
    typed = fields_of(client.get(change_url(somebody)), "contributor_form")
    type(somebody).objects.filter(pk=somebody.pk).update(job_title="direktør", sector="private")

    client.post(change_url(somebody), typed | {"phone": "12345678"})

    somebody.refresh_from_db()
    assert (somebody.job_title, somebody.sector, somebody.phone) == (
        "direktør",
        "private",
        "12345678",
    )


def test_somebody_who_was_shut_out_stays_out_when_an_old_tab_is_saved():
    client = log_in(make_superuser())
    mads = make_editor("Mads")
    typed = fields_of(client.get(change_url(mads)), "user_form")
    mads.is_active = False
    mads.save()
    mads.groups.clear()

    client.post(change_url(mads), typed | {"name": "Mads Lindelund"})

    mads.refresh_from_db()
    assert (mads.name, mads.is_active) == ("Mads Lindelund", False)
    assert not mads.groups.exists()


def test_the_page_of_a_user_shows_no_password():
    mads = make_editor()

    response = log_in(make_chief_editor()).get(change_url(mads))

    assert mads.password not in response.content.decode()


def test_a_theme_keeps_its_count_when_an_old_tab_is_saved():
    client = log_in(make_chief_editor())
    theme = make_theme()
    typed = fields_of(client.get(change_url(theme)), "theme_form")
    publish_leg(make_relay(theme=theme))

    client.post(change_url(theme), typed | {"description": "Nyt"})

    theme.refresh_from_db()
    assert (theme.description, theme.post_count) == ("Nyt", 1)


def test_an_empty_save_changes_nothing():
    client = log_in(make_editor())
    relay = make_relay(finished_legs=1, introduction="Et afsnit.\n\n Et andet. ")
    before = Relay.objects.filter(pk=relay.pk).values().get()

    save_relay(client, relay, relay_form(client, relay))

    assert Relay.objects.filter(pk=relay.pk).values().get() == before


@pytest.mark.django_db(transaction=True)
def test_a_post_to_a_history_or_password_page_outside_a_transaction_is_no_error_page():
    client = log_in(make_superuser())
    relay, mads = make_relay(), make_editor()

    history = client.post(reverse("admin:relays_relay_history", args=[relay.pk]))
    password = client.post(reverse("admin:auth_user_password_change", args=[mads.pk]), {})

    assert [history.status_code, password.status_code] == [200, 200]


# What stands where -------------------------------------------------------------------------------


def test_a_table_in_which_nothing_can_be_done_has_no_column_for_it():
    client = log_in(make_editor())

    finished = client.get(change_url(make_relay(finished_legs=2))).content.decode()
    running = client.get(change_url(make_relay(running=True))).content.decode()

    assert finished.count("What you can do") == 1  # the handoffs': a new link
    assert running.count("What you can do") == 2  # the legs' too


def test_the_way_to_the_readers_page_stands_once():
    page = log_in(make_editor()).get(change_url(make_relay(running=True))).content.decode()

    assert page.count("viewsitelink") == 1
