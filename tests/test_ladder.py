"""The ladder, walked day by day: which reminder on which day, to whom, and when it is silent."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.utils import timezone

from articles.newsroom import pool
from relays import baton, ladder, letters, outbox
from relays.models import HeldKind, Letter
from tests.factories import (
    begin_leg,
    handoff_states,
    make_contributor,
    make_editor,
    make_handoff,
    make_leg_article,
    make_relay,
    publish,
    put,
    reload,
)

pytestmark = pytest.mark.django_db

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
LADDER = (*ladder.KINDS, "baton_free")
A_DAY = timedelta(days=1)

# February 2027 begins on a Monday and has no holiday; Easter is from 25 to 29 March.


def at(month, day, hour=10, minute=0):
    moment = datetime(2027, month, day, hour, minute, tzinfo=COPENHAGEN)
    return time_machine.travel(moment, tick=False)


def tick_daily(first, last, *times):
    """A clock that runs at these times (ten o'clock) of every day from `first` to `last`."""
    day = date(2027, *first)
    while day <= date(2027, *last):
        for moment in times or [time(10)]:
            with time_machine.travel(datetime.combine(day, moment, COPENHAGEN), tick=False):
                call_command("tick")
        day += A_DAY


def reminders(*kinds):
    """Day, kind and state of every reminder, in the order in which they were written."""
    rows = Letter.objects.filter(kind__in=kinds or LADDER).order_by("pk")
    return [f"{timezone.localdate(row.written):%d/%m} {row.kind}" for row in rows]


def receivers(kind):
    return list(
        Letter.objects.filter(kind=kind).order_by("address").values_list("address", flat=True)
    )


@pytest.fixture
def editor():
    return make_editor()


@pytest.fixture
def relay(editor):
    relay = make_relay(answer_days=9, write_days=14)
    relay.editors.add(editor)
    return relay


@pytest.fixture
def offer(relay):
    """Made on 1 February, to be answered by Wednesday 10 February."""
    with at(2, 1):
        return make_handoff(relay, offered=True)


@pytest.fixture
def leg(relay):
    """Begun on 1 February, due on Monday 15 February."""
    with at(2, 1):
        return begin_leg(relay)


# Day by day ----------------------------------------------------------------------------------


def test_an_offer_is_brought_to_mind_twice_and_then_lapses(offer):
    tick_daily((2, 1), (3, 1))

    assert reminders() == ["08/02 answer_soon", "10/02 answer_today"]
    assert reminders("lapsed", "editor_lapsed") == ["11/02 lapsed", "11/02 editor_lapsed"]
    assert receivers("answer_soon") == receivers("answer_today") == [offer.receiver.email]


def test_a_text_is_brought_to_mind_until_the_editor_has_to_call(leg, editor):
    tick_daily((2, 1), (4, 1))

    assert reminders() == [
        "10/02 due_soon",
        "15/02 due_today",
        "16/02 overdue",
        "16/02 editor_overdue",
        "22/02 still_overdue",
        "22/02 editor_still_overdue",
        "01/03 editor_long_overdue",
    ]
    for kind in ladder.DUE_KINDS:
        to_editors = kind.startswith("editor")
        assert receivers(kind) == [editor.email if to_editors else leg.contributor.email], kind


def test_holidays_count_neither_before_nor_after_a_date(leg):
    with at(3, 1):
        baton.extend(leg, date(2027, 3, 30), by=None)  # the Tuesday after Easter

    tick_daily((3, 2), (4, 15))

    assert reminders() == [
        "22/03 due_soon",
        "30/03 due_today",
        "31/03 overdue",
        "31/03 editor_overdue",
        "06/04 still_overdue",
        "06/04 editor_still_overdue",
        "13/04 editor_long_overdue",
    ]


@pytest.mark.parametrize("rung", [*ladder.ANSWER, *ladder.DUE, *ladder.DUE_EDITORS, *ladder.FREE])
def test_every_rung_is_a_kind_of_letter(rung):
    assert rung.kind in letters.KINDS
    assert rung.to == (ladder.EDITORS if rung.kind.startswith(("editor", "baton")) else "asked")


def test_a_site_may_set_other_days(leg, settings):
    settings.LADDER_DAYS = {"due_soon": -5, "overdue": 2}

    tick_daily((2, 1), (2, 18))

    assert reminders() == [
        "08/02 due_soon",
        "15/02 due_today",
        "16/02 editor_overdue",
        "17/02 overdue",
    ]


# The days of a rung before the beginning -----------------------------------------------------


def test_nobody_is_reminded_on_the_day_of_the_offer(relay):
    relay.answer_days = 2
    relay.save()
    with at(2, 1):
        make_handoff(relay, offered=True)

    tick_daily((2, 1), (2, 3), time(11), time(15))

    assert reminders() == ["03/02 answer_today"]


def test_nobody_is_reminded_on_the_day_the_leg_began(relay):
    relay.write_days = 3
    relay.save()
    with at(2, 1):
        begin_leg(relay)

    tick_daily((2, 1), (2, 4), time(11), time(15))

    assert reminders() == ["04/02 due_today"]


# Quiet hours ---------------------------------------------------------------------------------


def test_nobody_is_reminded_outside_office_hours(leg):
    night_and_day = [time(hour) for hour in (0, 6, 7, 8, 12, 16, 17, 20, 23)]

    tick_daily((2, 9), (2, 16), *night_and_day)

    rows = Letter.objects.filter(kind__in=LADDER).order_by("pk")
    assert reminders()[:2] == ["10/02 due_soon", "15/02 due_today"]
    assert {timezone.localtime(row.written).hour for row in rows} == {8}
    assert {timezone.localtime(row.sent).hour for row in rows} == {8}


@pytest.mark.parametrize(
    ("hour", "minute", "times"), [(7, 59, 0), (8, 0, 1), (16, 59, 1), (17, 0, 0)]
)
def test_the_office_opens_at_eight_and_closes_at_five(leg, hour, minute, times):
    with at(2, 15, hour, minute):
        assert len(ladder.climb()) == times


def test_what_could_not_go_out_by_day_waits_for_the_morning(leg):
    with at(2, 16, 16, 59):
        ladder.climb()

    with at(2, 16, 17, 5):
        outbox.send_due()
        assert Letter.objects.get(kind="overdue").state == "queued"
    with at(2, 17, 8):
        outbox.send_due()
    assert Letter.objects.get(kind="overdue").state == "sent"


def test_today_is_not_said_tomorrow(leg):
    with at(2, 15, 16, 59):
        ladder.climb()

    tick_daily((2, 16), (2, 16), time(8))

    assert Letter.objects.get(kind="due_today").state == "cancelled"
    assert Letter.objects.get(kind="overdue").state == "sent"


# After an outage -----------------------------------------------------------------------------


def test_after_six_hours_the_clock_does_once_what_was_due(leg):
    tick_daily((2, 15), (2, 15), time(6))
    tick_daily((2, 15), (2, 15), time(14), time(14, 1))

    assert reminders() == ["15/02 due_today"]


def test_after_six_weeks_only_the_newest_rung_is_sent(leg):
    tick_daily((2, 1), (2, 1))
    tick_daily((3, 15), (3, 19))

    assert reminders() == ["15/03 still_overdue", "15/03 editor_long_overdue"]


def test_after_six_weeks_an_offer_lapses_without_a_reminder(offer):
    tick_daily((2, 1), (2, 1))
    tick_daily((3, 15), (3, 15), time(8, 30), time(9))

    assert reminders() == []
    assert reminders("lapsed") == ["15/03 lapsed"]


def test_after_weeks_without_a_mail_server_only_the_newest_rung_is_sent(leg, settings):
    outbox.send_due()
    mail.outbox.clear()
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody listens there
    tick_daily((2, 2), (3, 5))

    settings.EMAIL_BACKEND = working
    tick_daily((3, 8), (3, 8))

    sent = Letter.objects.filter(kind__in=LADDER, state="sent").order_by("pk")
    assert [row.kind for row in sent] == ["still_overdue", "editor_long_overdue"]
    mornings = Letter.objects.filter(kind="morning", state="sent")
    assert [row.about_day for row in mornings] == [date(2027, 3, 8)]


# Silent once it is untrue --------------------------------------------------------------------


@pytest.mark.parametrize(
    "event",
    [
        lambda offer, by: baton.accept(offer, by=by),
        lambda offer, by: baton.decline(offer, by=by),
        lambda offer, by: baton.withdraw(offer, by=by),
        lambda offer, by: baton.close(reload(offer.relay), by=by),
        lambda offer, by: baton.pause(reload(offer.relay), date(2027, 6, 1), by=by),
    ],
    ids=["yes", "no", "withdrawn", "closed", "paused"],
)
def test_no_offer_is_brought_to_mind_after(event, offer, editor):
    with at(2, 9, 11):
        event(offer, editor)

    tick_daily((2, 9), (2, 26), time(12))

    assert [line for line in reminders() if "answer" in line] == []
    assert reminders("lapsed") == []


@pytest.mark.parametrize(
    "event",
    [
        lambda leg, by: put(make_leg_article(leg), "submitted"),
        lambda leg, by: publish(make_leg_article(leg)),
        lambda leg, by: baton.abandon(leg, by=by),
        lambda leg, by: baton.pause(reload(leg.relay), date(2027, 6, 1), by=by),
    ],
    ids=["submitted", "published", "handed back", "paused"],
)
def test_no_text_is_brought_to_mind_after(event, leg, editor):
    with at(2, 9, 11):
        event(leg, editor)

    tick_daily((2, 9), (3, 19), time(12))

    assert [line for line in reminders() if "due" in line] == []


def test_a_text_that_came_back_is_brought_to_mind_again(leg):
    with at(2, 9):
        baton.hand_in(leg)
    tick_daily((2, 9), (2, 11))
    with at(2, 12):
        baton.take_text_back(leg)

    tick_daily((2, 12), (2, 16), time(12))

    assert reminders() == [
        "12/02 due_soon",
        "15/02 due_today",
        "16/02 overdue",
        "16/02 editor_overdue",
    ]


def test_a_note_lets_the_reminders_rest_until_its_day(leg, editor):
    with at(2, 9):
        baton.rest(leg, date(2027, 2, 16), by=editor)

    tick_daily((2, 9), (2, 17))

    assert reminders() == ["16/02 overdue", "16/02 editor_overdue"]


def test_a_note_lets_an_offer_rest(offer, editor):
    with at(2, 2):
        baton.rest(offer, date(2027, 2, 10), by=editor)

    tick_daily((2, 3), (2, 10))

    assert reminders() == ["10/02 answer_today"]


def test_nobody_is_reminded_of_an_invitation_that_waits_for_the_editor(relay):
    HeldKind.objects.create(kind="invitation")
    with at(2, 1):
        offer = make_handoff(relay, offered=True)
    tick_daily((2, 1), (2, 9))
    assert reminders() == []

    with at(2, 9, 12):
        letters.release(Letter.objects.get(handoff=offer))
    tick_daily((2, 10), (2, 10), time(9), time(9, 5))

    assert reminders() == ["10/02 answer_today"]


# A new date ----------------------------------------------------------------------------------


def test_a_new_date_has_reminders_of_its_own(leg, editor):
    tick_daily((2, 1), (2, 16))
    with at(2, 16, 12):
        baton.extend(leg, date(2027, 2, 24), by=editor)

    tick_daily((2, 17), (2, 26))

    assert reminders()[4:] == [
        "19/02 due_soon",
        "24/02 due_today",
        "25/02 overdue",
        "25/02 editor_overdue",
    ]


def test_a_corrected_address_has_reminders_of_its_own(offer, editor):
    tick_daily((2, 1), (2, 8))
    with at(2, 8, 12):
        baton.readdress(offer, by=editor, email="ny@office.example")  # until Wednesday 17 February

    tick_daily((2, 9), (2, 17))

    assert reminders() == ["08/02 answer_soon", "15/02 answer_soon", "17/02 answer_today"]
    assert receivers("answer_today") == ["ny@office.example"]


def test_a_pause_moves_the_reminders_with_the_date(leg, editor):
    with at(2, 8):
        baton.pause(reload(leg.relay), date(2027, 2, 22), by=editor)  # due on 1 March then

    tick_daily((2, 8), (3, 2), time(12))

    assert reminders() == [
        "24/02 due_soon",
        "01/03 due_today",
        "02/03 overdue",
        "02/03 editor_overdue",
    ]


def test_a_pause_that_ends_early_takes_nothing_away(leg, editor):
    with at(2, 10, 8):
        ladder.climb()  # due_soon is written, and the mail server is away
    with at(2, 10, 9):
        baton.pause(reload(leg.relay), date(2027, 2, 24), by=editor)
    with at(2, 10, 10):
        baton.resume(reload(leg.relay), by=editor)

    tick_daily((2, 10), (2, 10), time(12))

    assert Letter.objects.filter(kind="due_soon", state="sent").count() == 1


# Twice ---------------------------------------------------------------------------------------


def test_twice_writes_nothing_twice(leg):
    with at(2, 16):
        assert len(ladder.climb()) == 2
        assert ladder.climb() == []
        call_command("tick")
        call_command("tick")

    assert len(reminders()) == 2


# Editors -------------------------------------------------------------------------------------


def test_every_editor_hears_and_the_deputy_for_whoever_is_away(leg, editor):
    away, deputy, gone = (make_editor(name) for name in ("Anna", "Dorte", "Gerda"))
    away.deputy, away.away_until = deputy, date(2027, 2, 17)
    gone.is_active = False
    for person in (away, gone):
        person.save()
        leg.relay.editors.add(person)

    tick_daily((2, 16), (2, 16))

    assert receivers("editor_overdue") == sorted([editor.email, deputy.email])


# The baton is free ---------------------------------------------------------------------------


@pytest.fixture
def free(relay):
    """Nobody has the baton since Thursday 4 February."""
    with at(2, 1):
        leg = begin_leg(relay)
    with at(2, 4):
        publish(make_leg_article(leg))
    return relay


def test_a_free_baton_is_told_to_the_editors_once_after_three_working_days(free, editor):
    tick_daily((2, 4), (3, 1), time(8), time(12))

    assert reminders() == ["09/02 baton_free"]
    assert receivers("baton_free") == [editor.email]


def test_names_on_the_list_do_not_hold_a_free_baton(free, editor):
    with at(2, 5):
        nominee = make_handoff(free)
    tick_daily((2, 5), (2, 9))
    with at(2, 9, 12):
        baton.withdraw(nominee, by=editor)

    tick_daily((2, 10), (2, 26))

    assert reminders() == ["09/02 baton_free"]


def test_sorting_the_list_does_not_hold_a_free_baton_either(free, editor):
    with at(2, 8):
        first, second = make_handoff(free), make_handoff(free)
        baton.move_up(second, by=editor)
        baton.replace(second, make_contributor(sector="private"), by=editor)
        baton.keep(first, by=editor)

    tick_daily((2, 9), (2, 26))

    assert reminders() == ["09/02 baton_free"]
    with at(2, 26):
        assert pool.pace(reload(free)).rests_since == date(2027, 2, 4)


def test_nobody_is_told_of_a_baton_that_is_offered(free):
    with at(2, 8):
        make_handoff(free, offered=True)

    tick_daily((2, 8), (2, 12))

    assert reminders("baton_free") == []


def test_three_more_days_after_a_no(free):
    with at(2, 8):
        baton.decline(make_handoff(free, offered=True), by=None)

    tick_daily((2, 8), (2, 20))

    assert reminders("baton_free") == ["11/02 baton_free"]


def test_a_relay_that_has_not_begun_is_nobodys_free_baton(relay):
    tick_daily((2, 1), (2, 12))

    assert reminders() == []


# Lapsing -------------------------------------------------------------------------------------


def offered_until(relay, month, day):
    with at(month, 1):
        handoff = make_handoff(relay, offered=True)
    type(handoff).objects.filter(pk=handoff.pk).update(answer_by=date(2027, month, day))
    return handoff


@pytest.mark.parametrize(
    ("last_day", "lapses"),
    [((2, 10), (2, 11)), ((2, 12), (2, 15)), ((3, 24), (3, 30))],
    ids=["a weekday", "before a weekend", "before Easter"],
)
def test_an_offer_lapses_at_nine_on_the_next_working_day(relay, last_day, lapses):
    offered_until(relay, *last_day)
    before = [time(0), time(8, 59), time(9), time(23, 59)]
    eve = date(2027, *lapses) - A_DAY
    tick_daily(last_day, (eve.month, eve.day), *before)
    with at(*lapses, 8, 59):
        call_command("tick")
    assert handoff_states(relay) == ["offered"]

    with at(*lapses, 9):
        call_command("tick")
        call_command("tick")

    assert handoff_states(relay) == ["lapsed"]
    assert (
        reminders("lapsed", "editor_lapsed").count(f"{lapses[1]}/0{lapses[0]} editor_lapsed") == 1
    )


def test_nothing_lapses_while_the_relay_rests(offer, editor):
    with at(2, 9):
        baton.pause(reload(offer.relay), date(2027, 2, 23), by=editor)  # until 24 February then

    tick_daily((2, 9), (2, 24))
    assert handoff_states(offer.relay) == ["offered"]

    tick_daily((2, 25), (2, 25))
    assert handoff_states(offer.relay) == ["lapsed"]


# In the morning ------------------------------------------------------------------------------


def mornings():
    rows = Letter.objects.filter(kind="morning").order_by("pk")
    return [f"{timezone.localtime(row.sent):%d/%m %H:%M}" for row in rows if row.sent]


def test_the_morning_letter_goes_out_at_half_past_seven_on_working_days(free, editor):
    tick_daily((2, 5), (2, 9), time(0), time(7, 29), time(7, 30), time(7, 31), time(12), time(20))

    assert mornings() == ["05/02 07:30", "08/02 07:30", "09/02 07:30"]
    assert receivers("morning") == [editor.email] * 3


def test_nobody_gets_a_morning_letter_about_nothing(leg):
    tick_daily((2, 2), (2, 3), time(7, 30))

    assert mornings() == []


def test_a_clock_that_wakes_in_the_evening_says_no_good_morning(free):
    tick_daily((2, 5), (2, 5), time(17), time(22))

    assert mornings() == []


def test_a_clock_that_wakes_at_noon_still_does(free):
    tick_daily((2, 5), (2, 5), time(12), time(13))

    assert mornings() == ["05/02 12:00"]


def test_the_deputy_gets_the_morning_letter(free, editor):
    editor.deputy, editor.away_until = make_editor("Dorte Deputat"), date(2027, 2, 8)
    editor.save()

    tick_daily((2, 5), (2, 8), time(7, 30))

    rows = Letter.objects.filter(kind="morning").order_by("pk")
    assert [row.address for row in rows] == [editor.deputy.email, editor.email]


def test_the_morning_letter_says_what_waits_in_the_language_of_the_site(free, editor):
    tick_daily((2, 5), (2, 5), time(7, 30))

    letter = Letter.objects.get(kind="morning")
    assert letter.subject == "Én ting venter på dig"
    assert free.name in letter.body
    assert "http://testserver/admin/" in letter.body
