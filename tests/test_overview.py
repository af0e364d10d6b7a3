"""The overview: who has the baton, what is late, what waits for me, and the verb that moves it."""

import re
from datetime import date, timedelta
from urllib.parse import parse_qsl

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from articles import workflow
from articles.models import Article
from articles.newsroom import filters, overview, texts
from relays import baton
from relays.models import Clock, Leg, Letter, Relay
from tests.factories import (
    begin_leg,
    make_chief_editor,
    make_contributor,
    make_editor,
    make_handoff,
    make_leg_article,
    make_news,
    make_relay,
    make_superuser,
    make_theme,
    make_user,
    publish,
    put,
    write,
)

pytestmark = pytest.mark.django_db

# Of the board itself; the frame of the admin (session, user, rights) asks besides.
QUERIES = 7


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def mine(editor, **fields):
    relay = make_relay(**fields)
    relay.editors.add(editor)
    return relay


def row_of(relay):
    [row] = overview.rows(Relay.objects.filter(pk=relay.pk))
    return row


def due(leg, days):
    Leg.objects.filter(pk=leg.pk).update(due=timezone.localdate() + timedelta(days=days))
    return leg


def refuse(handoff):
    """The receiver's server has refused the newest letter to them."""
    letter = handoff.letters.filter(contributor=handoff.receiver).latest("pk")
    Letter.objects.filter(pk=letter.pk).update(state="failed")


def page(user, **query):
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client.get(reverse("admin:index"), query)


# A row for each situation ----------------------------------------------------------------------


def not_started():
    return make_relay()


def nominated():
    return make_handoff(make_relay(), receiver=make_contributor("Grethe Holm")).relay


def nominated_without_address():
    nobody = make_contributor("Grethe Holm", email=None)
    return make_handoff(make_relay(), receiver=nobody).relay


def offered():
    return make_handoff(make_relay(), offered=True).relay


def refused():
    handoff = make_handoff(make_relay(), offered=True)
    refuse(handoff)
    return handoff.relay


def writing():
    return due(begin_leg(make_relay()), 10).relay


def soon():
    return due(begin_leg(make_relay()), 2).relay


def late():
    return due(begin_leg(make_relay()), -3).relay


def refused_while_writing():
    relay = writing()
    refuse(relay.legs.get().handoff)
    return relay


def asks_for_time():
    leg = begin_leg(make_relay())
    baton.ask_for_time(leg, date(2099, 1, 5), by=leg.contributor.user)
    return leg.relay


def with_text(status):
    def make():
        leg = due(begin_leg(make_relay()), 10)
        put(make_leg_article(leg, title="Suppe"), status)
        return leg.relay

    return make


def submitted_in_a_pause():
    relay = with_text("submitted")()
    return baton.pause(relay, timezone.localdate() + timedelta(days=30), by=None)


def said_no():
    relay = make_relay(finished_legs=1)
    baton.decline(make_handoff(relay, offered=True), by=None)
    return relay


def said_no_and_another_is_named():
    relay = said_no()
    make_handoff(relay, receiver=make_contributor("Grethe Holm", sector="private"))
    return relay


def free():
    return make_relay(finished_legs=1)


def paused():
    return baton.pause(make_relay(finished_legs=1), date(2099, 1, 5), by=None)


# situation | state | verb | waits for the editor | urgency
SITUATIONS = [
    (not_started, "Not started", "Find the next writer", True, overview.CALM),
    (nominated, "Not started", "Ask Grethe now", True, overview.CALM),
    (nominated_without_address, "Not started", "Find the address", True, overview.CALM),
    (offered, "Asked", "Record the answer", False, overview.CALM),
    (refused, "Address refused", "Correct the address", True, overview.LATE),
    (writing, "Writing", "See the chain", False, overview.CALM),
    (soon, "Writing", "See the chain", False, overview.SOON),
    (late, "Overdue", "Move the date", True, overview.LATE),
    (refused_while_writing, "Address refused", "Correct the address", True, overview.LATE),
    (asks_for_time, "Writing", "Move the date", True, overview.ARRIVED),
    (with_text("draft"), "Writing", "See the chain", False, overview.CALM),
    (with_text("submitted"), "For review", "Review", True, overview.ARRIVED),
    (with_text("sent_back"), "Sent back", "See the chain", False, overview.CALM),
    (with_text("approved"), "Approved", "Publish", True, overview.ARRIVED),
    (with_text("scheduled"), "Scheduled", "See the text", False, overview.CALM),
    (submitted_in_a_pause, "For review", "Review", True, overview.ARRIVED),
    (said_no, "Free – {} said no", "Find the next writer", True, overview.LATE),
    (said_no_and_another_is_named, "Free – {} said no", "Ask Grethe now", True, overview.LATE),
    (free, "Free", "Find the next writer", True, overview.LATE),
    (paused, "Paused", "Resume", False, overview.CALM),
]


@pytest.mark.parametrize(("make", "state", "verb", "waits", "urgency"), SITUATIONS)
def test_a_row_says_where_it_stands_and_what_moves_it(make, state, verb, waits, urgency):
    relay = make()
    answered = relay.handoffs.filter(state="declined").first()

    row = row_of(relay)

    assert (str(row.state), str(row.verb.label), row.waits, row.urgency) == (
        state.format(answered.receiver if answered else ""),
        verb,
        waits,
        urgency,
    )
    assert bool(row.sentence) == waits


@pytest.mark.parametrize("make", [line[0] for line in SITUATIONS])
def test_the_verb_of_a_row_leads_where_it_says(make):
    row = row_of(make())
    client = Client()
    client.force_login(make_editor())

    response = client.post(row.verb.url) if row.verb.post else client.get(row.verb.url)

    assert response.status_code == (302 if row.verb.post else 200)


def test_a_verb_that_needs_no_words_is_one_press():
    editor, relay = make_editor(), nominated()
    relay.editors.add(editor)

    html = page(editor).content.decode()

    handoff = relay.handoffs.get()
    assert html.count(f'action="/admin/relays/relay/{relay.pk}/offer/{handoff.pk}/"') == 2


def test_a_corrected_address_is_refused_no_more():
    relay = refused()

    baton.readdress(relay.handoffs.get(), by=None, email="rigtig@office.example")

    assert str(row_of(relay).state) == "Asked"


def test_a_refused_letter_to_an_editor_is_no_fault_of_the_one_who_is_asked():
    editor = make_editor()
    relay = mine(editor, finished_legs=1)
    baton.decline(make_handoff(relay, offered=True), by=None)
    make_handoff(relay, offered=True)
    Letter.objects.filter(user=editor).update(state="failed")

    assert str(row_of(relay).state) == "Asked"


def test_a_note_keeps_a_late_row_from_waiting():
    relay = late()

    baton.rest(relay.legs.get(), date(2099, 1, 5), by=None, note="Siger fredag.")

    assert row_of(relay).waits is False
    assert row_of(relay).is_late


def test_a_no_of_an_earlier_turn_is_forgotten_when_somebody_runs():
    relay = said_no()
    begin_leg(relay)

    assert str(row_of(relay).state) == "Writing"


def test_days_are_said_in_words():
    def said(days):
        return row_of(due(begin_leg(make_relay()), days).relay).due_in_words

    assert [said(days) for days in (-2, -1, 0, 1, 2)] == [
        "2 days over",
        "one day over",
        "today",
        "tomorrow",
        "in 2 days",
    ]


# The order, and whose --------------------------------------------------------------------------


def test_late_comes_first_then_what_arrived_then_what_is_soon():
    relays = [make() for make in (writing, soon, with_text("submitted"), late)]

    rows = overview.rows(Relay.objects.all())

    assert [row.relay.pk for row in rows] == [relay.pk for relay in reversed(relays)]


def test_the_longest_overdue_is_the_first():
    one, three = due(begin_leg(make_relay()), -1).relay, late()

    assert [row.relay for row in overview.rows(Relay.objects.all())] == [three, one]


def test_finished_relays_are_not_on_it():
    baton.close(make_relay(finished_legs=1), by=None)

    assert list(overview.everybodys()) == []


def relays_on(response):
    return {row.relay.pk for row in response.context["overview"]["board"].rows}


def waiting_on(response):
    return {row.relay.pk for row in response.context["overview"]["waiting"]}


def test_an_editor_sees_their_own_or_all():
    editor = make_editor()
    own, other = mine(editor), make_relay()

    assert relays_on(page(editor)) == {own.pk}
    assert relays_on(page(editor, all="1")) == {own.pk, other.pk}
    assert waiting_on(page(editor, all="1")) == {own.pk}


def test_a_deputy_sees_the_rows_of_who_is_away():
    editor, deputy = make_editor(), make_editor("Daniel Depvang")
    relay = mine(editor)
    editor.deputy, editor.away_until = deputy, timezone.localdate() + timedelta(days=1)
    editor.save()

    assert waiting_on(page(deputy)) == {relay.pk}
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        assert list(overview.relays_of(deputy)) == []


def test_a_relay_that_is_mine_twice_is_one_row():
    editor, away = make_editor(), make_editor("Vera Væk")
    relay = mine(editor)
    relay.editors.add(away)
    away.deputy, away.away_until = editor, timezone.localdate() + timedelta(days=1)
    away.save()

    assert [row.relay for row in overview.rows(overview.relays_of(editor))] == [relay]


def test_telephone_numbers_are_links():
    editor = make_editor()
    leg = begin_leg(mine(editor), receiver=make_contributor(phone="00 12 34 56"))
    due(leg, -3)

    html = page(editor).content.decode()

    assert html.count('<a href="tel:00123456">00 12 34 56</a>') == 2  # what waits, and the board


def test_somebody_of_the_staff_who_is_no_editor_sees_no_board():
    nobody = make_user("Ny Medarbejder")
    nobody.is_staff = True
    nobody.save()

    assert "overview" not in page(nobody).context


def test_an_empty_board_says_so():
    html = page(make_editor()).content.decode()

    assert "Nothing. Every baton is in somebody's hand." in html
    assert "No relay here." in html


# Texts in no relay's row -----------------------------------------------------------------------


def news():
    return put(make_news("Ny redaktør"), "submitted")


def newer():
    return put(write(publish(make_leg_article()), title="Ny redaktør"), "approved")


def undone():
    article = publish(make_leg_article(title="Ny redaktør"))
    return workflow.take_step(article, "undo", by=make_chief_editor())


def without_a_leg():
    article = put(make_leg_article(title="Ny redaktør"), "submitted")
    baton.abandon(article.leg, by=make_superuser())
    return article


def held():
    article = put(make_leg_article(title="Ny redaktør"), "scheduled")
    yesterday = timezone.now() - timedelta(days=1)
    Article.objects.filter(pk=article.pk).update(publish_at=yesterday)
    return article


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (news, "“Ny redaktør” has come in"),
        (newer, "“Ny redaktør” is approved"),
        (undone, "“Ny redaktør” is approved"),
        (without_a_leg, "“Ny redaktør” has come in"),
        (held, "“Ny redaktør” should be out by now"),
    ],
)
def test_a_text_in_no_relays_row_waits_all_the_same(make, sentence):
    article, editor = make(), make_editor()
    if article.relay:
        article.relay.editors.add(editor)

    shown = page(editor)

    assert [text.sentence for text in texts.waiting(editor)] == [sentence]
    assert reverse("admin:articles_article_review", args=[article.pk]) in shown.content.decode()


def test_a_text_in_its_relays_row_waits_once():
    editor = make_editor()
    for status in ("submitted", "approved", "scheduled"):
        with_text(status)().editors.add(editor)

    assert texts.waiting(editor) == []


def test_a_text_waits_for_the_editors_of_its_relay_and_whoever_stands_in():
    article, editor, deputy = undone(), make_editor(), make_editor("Dina Dagvagt")
    article.relay.editors.add(editor)
    stranger = make_editor("Mads Morgenvagt")
    editor.deputy, editor.away_until = deputy, timezone.localdate() + timedelta(days=1)
    editor.save()

    assert [len(texts.waiting(each)) for each in (editor, deputy, stranger)] == [1, 1, 0]


# The filters -----------------------------------------------------------------------------------


def board_of(user, **query):
    return page(user, **query).context["overview"]["board"]


def numbers(board):
    """What each filter offers, and how many rows each choice would leave."""
    return [{str(choice.label): choice.number for choice in each.choices} for each in board.filters]


def in_theme(relay, theme):
    Relay.objects.filter(pk=relay.pk).update(theme=theme)
    return relay


def test_the_board_is_filtered_by_state():
    root = make_superuser()
    made = {
        "late": late(),
        "review": with_text("submitted")(),
        "writing": writing(),
        "asked": offered(),
        "free": free(),
        "paused": paused(),
    }

    found = {state: relays_on(page(root, all="1", state=state)) for state in made}

    assert found == {state: {relay.pk} for state, relay in made.items()}
    assert numbers(board_of(root, all="1"))[0] == {
        "All": 6,
        "Overdue": 1,
        "For review": 1,
        "Writing": 1,
        "Asked": 1,
        "Free": 1,
        "Paused": 1,
    }


def test_the_board_is_filtered_by_the_sector_that_has_the_baton():
    root = make_superuser()
    made = {
        "public": [writing(), offered()],
        "private": [make_relay(finished_legs=1, running=True)],
        "-": [free(), begin_leg(make_relay(), receiver=make_contributor(sector="")).relay],
    }

    found = {sector: relays_on(page(root, all="1", sector=sector)) for sector in made}

    assert found == {sector: {relay.pk for relay in relays} for sector, relays in made.items()}
    assert numbers(board_of(root, all="1"))[1] == {
        "All": 5,
        "Public": 2,
        "Private": 1,
        "Nobody, or no sector": 2,
    }


def test_the_board_is_filtered_by_theme_in_danish_order():
    root = make_superuser()
    other, food = make_theme("Ældre"), make_theme("Mad")
    made = {"mad": make_relay(theme=food), "aeldre": make_relay(theme=other), "-": make_relay()}

    found = {theme: relays_on(page(root, all="1", theme=theme)) for theme in made}

    assert found == {theme: {relay.pk} for theme, relay in made.items()}
    assert list(numbers(board_of(root, all="1"))[2]) == ["All", "Mad", "Ældre", "No theme"]


def test_filters_narrow_each_other_and_what_is_mine():
    editor, food = make_editor(), make_theme("Mad")
    wanted = in_theme(writing(), food)
    wanted.editors.add(editor)
    others = in_theme(writing(), food)  # another editor's
    for relay in (late(), in_theme(late(), food), in_theme(free(), food), writing()):
        relay.editors.add(editor)
    query = {"state": "writing", "sector": "public", "theme": "mad"}

    assert relays_on(page(editor, **query)) == {wanted.pk}
    assert relays_on(page(editor, all="1", **query)) == {wanted.pk, others.pk}


def test_a_number_says_how_many_rows_its_choice_would_leave():
    root, food = make_superuser(), make_theme("Mad")
    for relay in (writing(), late(), late()):
        in_theme(relay, food)
    writing()

    board = board_of(root, all="1", theme="mad")

    assert numbers(board) == [
        {"All": 3, "Overdue": 2, "Writing": 1},
        {"All": 3, "Public": 3},
        {"All": 4, "Mad": 3, "No theme": 1},
    ]
    for each in board.filters:
        for choice in each.choices:
            query = dict(parse_qsl(choice.address.removeprefix("?")))
            assert len(relays_on(page(root, **query))) == choice.number


def test_a_choice_keeps_the_others_and_whose_relays_are_shown():
    root = make_superuser()
    in_theme(writing(), make_theme("Mad"))

    html = page(root, all="1", state="writing", theme="mad").content.decode()

    assert re.findall(r'href="(\?[^"]*)"', html) == [
        "?state=writing&amp;theme=mad",  # mine
        "?all=1&amp;state=writing&amp;theme=mad",  # all
        "?all=1",  # everything
        *("?all=1&amp;theme=mad", "?all=1&amp;state=writing&amp;theme=mad"),
        *(
            "?all=1&amp;state=writing&amp;theme=mad",
            "?all=1&amp;state=writing&amp;theme=mad&amp;sector=public",
        ),
        *("?all=1&amp;state=writing", "?all=1&amp;state=writing&amp;theme=mad"),
    ]


def test_what_is_chosen_is_said_to_everybody():
    writing()
    late()

    html = page(make_superuser(), all="1", state="late").content.decode()

    assert re.findall(r'aria-current="true">([^<]*)<', html) == [
        "Overdue (1)",
        "All (1)",
        "All (1)",
    ]
    assert '<p class="relay-tabs" role="status">1 of 2 relays.' in html


@pytest.mark.parametrize("name", ["state", "sector", "theme"])
def test_a_value_nobody_knows_filters_nothing(name):
    make_relay()

    response = page(make_superuser(), all="1", **{name: "nonsense"})

    assert len(relays_on(response)) == 1
    assert 'role="status"' not in response.content.decode()


def test_a_theme_without_relays_is_an_empty_board_and_not_a_full_one():
    make_theme("Mad")
    make_relay()

    board = board_of(make_superuser(), all="1", theme="mad")

    assert board.rows == []
    assert numbers(board)[2] == {"All": 1, "Mad": 0, "No theme": 1}


def test_the_board_says_whose_turn_it_is_when_nobody_has_the_baton():
    free()

    html = page(make_superuser(), all="1").content.decode()

    assert 'Nobody yet <span class="quiet">The private sector&#x27;s turn</span>' in html


# What it costs ---------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 10])
def test_the_board_asks_as_often_for_four_relays_as_for_forty(count):
    for _each in range(count):
        late()
        offered()
        said_no()
        with_text("submitted")()

    with CaptureQueriesContext(connection) as asked:
        rows = overview.rows(overview.everybodys())
        filters.board(rows, {"state": "late", "sector": "public", "theme": "-"})
        assert all(row.relay.strip is not None for row in rows)

    assert (len(rows), len(asked)) == (4 * count, QUERIES)


def test_the_whole_page_asks_as_often_for_two_relays_as_for_eight():
    editor = make_editor()

    def cost(count):
        for _each in range(count):
            late().editors.add(editor)
            nominated().editors.add(editor)
        client = Client()
        client.force_login(editor)
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("admin:index"))
        return len(asked)

    cost(1)  # content types are looked up once, whoever comes first

    assert cost(1) == cost(3)


# The clock -------------------------------------------------------------------------------------


@pytest.mark.parametrize("minutes", [14, -14])
def test_the_overview_says_when_the_clock_last_ran(minutes):
    Clock.objects.create(pk=1, ran=timezone.now() - timedelta(minutes=minutes))

    html = page(make_editor()).content.decode()

    assert "The clock last ran" in html
    assert "The clock stands still" not in html


@pytest.mark.parametrize("minutes", [16, -16])
def test_the_overview_says_that_the_clock_stands_still(minutes):
    Clock.objects.create(pk=1, ran=timezone.now() - timedelta(minutes=minutes))

    html = page(make_editor()).content.decode()

    assert "The clock stands still" in html


def test_a_clock_that_never_ran_stands_still():
    html = page(make_editor()).content.decode()

    assert "The clock stands still" in html
    assert "The clock last ran" not in html
