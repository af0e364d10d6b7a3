"""A year of forty relays, day by day: exactly the letters that the ladder says, and no other.

The people are seeded. What the ladder should write is worked out here, from a diary of the dates
that people were given, and not from what the program stores.
"""

import random
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from articles import desk
from relays import baton, ladder, outbox
from relays.models import BatonMove, Letter
from tests.factories import (
    fresh,
    make_chief_editor,
    make_editor,
    make_handoff,
    make_relay,
    publish,
    reload,
    write,
)
from tests.test_check_relays import check

pytestmark = pytest.mark.django_db

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
RELAYS, EDITORS = 40, 6
FIRST, LAST = date(2026, 9, 1), date(2027, 8, 31)
PAUSE_BEGINS, PAUSE_ENDS = date(2027, 7, 1), date(2027, 8, 2)
ANSWER_DAYS, WRITE_DAYS = 7, 100
A_DAY = timedelta(days=1)
TICK, NIGHT, NOON = time(10), time(22), time(12)

# The calendar and the ladder, said again in the test's own words -----------------------------

DANISH = holidays.country_holidays("DK", years=range(2026, 2029))
ANSWER = [("answer_soon", -2), ("answer_today", 0)]
WRITER = [("due_soon", -3), ("due_today", 0), ("overdue", 1), ("still_overdue", 5)]
EDITOR = [("editor_overdue", 1), ("editor_still_overdue", 5), ("editor_long_overdue", 10)]
FREE = [("baton_free", 3)]


def works(day):
    quiet = (day.month, day.day) in {(6, 5), (12, 24), (12, 31)}
    summer = day.isocalendar().week in (28, 29, 30)
    return not (day.weekday() > 4 or day in DANISH or quiet or summer)


def works_from(day):
    return day if works(day) else works_from(day + A_DAY)


def steps_from(day, count):
    one = A_DAY if count > 0 else -A_DAY
    while count:
        day += one
        if works(day):
            count -= one.days
    return day


def expected(rungs, key, day, *, began, first, last):
    """What is written about a day that was true at the ticks from `first` to `last`."""
    steps = [(steps_from(day, count), kind) for kind, count in rungs]
    written = set()
    today = first
    while today <= last:
        come = [step for step in steps if began < step[0] <= today]
        if works(today) and come and (kind := max(come)[1]) not in written:
            stale = today > day and kind in ("answer_soon", "answer_today", "due_soon", "due_today")
            if not stale:
                written.add(kind)
                yield (today, kind, *key, day)
        today += A_DAY


# The people ----------------------------------------------------------------------------------


class Runner:
    """One relay and its people. They act at noon; what they plan is in `next`: a day, an act."""

    def __init__(self, relay, rng, year):
        self.relay, self.rng, self.year = relay, rng, year
        self.watched = []  # (rungs, key, day, began, first tick at which it was true)
        self.handoff = self.leg = self.article = None
        self.plan(FIRST + self.rng.randrange(30) * A_DAY, self.offer)

    def plan(self, day, act):
        self.next = (works_from(day), act)

    def noon(self, today):
        while self.next[0] <= today:
            _day, act = self.next
            act(today)
        if today == PAUSE_BEGINS and self.relay.pk % 3 == 0:
            self.pause(today)

    def watch(self, rungs, key, day, began, *, first):
        self.watched.append((rungs, key, day, began, first))

    def settle(self, last):
        """Whatever was true is true no longer; its last tick was on that day."""
        for rungs, key, day, began, first in self.watched:
            for today, *what in expected(rungs, key, day, began=began, first=first, last=last):
                # A date that comes back is no new date.
                self.year.should.setdefault(tuple(what), today)
        self.watched = []

    def offer(self, today):
        self.settle(today)
        self.handoff = make_handoff(self.relay, offered=True)
        self.asked, self.answer_by = today, works_from(today + ANSWER_DAYS * A_DAY)
        self.watch(ANSWER, (self.handoff.pk,), self.answer_by, today, first=today + A_DAY)
        self.silent = self.rng.random() < 0.2
        if self.silent:
            self.next = (works_from(self.answer_by + A_DAY), self.lapse)
        else:
            act = self.accept if self.rng.random() < 0.8 else self.decline
            day = today + self.rng.randrange(1, ANSWER_DAYS) * A_DAY
            self.next = (day, act)

    def lapse(self, today):
        self.settle(today - A_DAY)  # this morning's tick has let it lapse already
        self.year.lapses[self.handoff.pk] = today
        self.free(today)
        if self.rng.random() < 0.4:
            self.next = (today + 2 * A_DAY, self.accept)  # a late yes

    def decline(self, today):
        self.settle(today)
        baton.decline(self.handoff, by=self.handoff.receiver.user, reason="Ikke nu")
        self.free(today)

    def free(self, today):
        if reload(self.relay).opened:
            self.watch(FREE, ("free", self.relay.pk), today, today, first=today + A_DAY)
        self.plan(today + self.rng.randrange(1, 9) * A_DAY, self.offer)

    def accept(self, today):
        self.settle(today)
        baton.accept(self.handoff, by=self.handoff.receiver.user)
        self.leg = reload(self.relay).runner
        self.began, self.due = today, works_from(today + WRITE_DAYS * A_DAY)
        self.watch_due(first=today + A_DAY)
        act = self.rng.choices(
            [self.hand_in, self.extend, self.hand_back, self.ask_for_time], [6, 2, 1, 2]
        )[0]
        late = self.rng.choice([-12, -5, -1, 0, 1, 3, 8, 17])
        self.plan(max(today + A_DAY, self.due + late * A_DAY), act)

    def watch_due(self, *, first):
        for rungs in (WRITER, EDITOR):
            self.watch(rungs, (self.leg.handoff_id,), self.due, self.began, first=first)

    def extend(self, today, by=None):
        self.settle(today)
        self.due = works_from(today + self.rng.randrange(4, 8) * A_DAY)
        baton.extend(self.leg, self.due, by=by or self.year.chief)
        self.watch_due(first=today + A_DAY)
        self.plan(self.due + self.rng.choice([-2, 0, 2]) * A_DAY, self.hand_in)
        self.next = max(
            self.next, (works_from(today + A_DAY), self.hand_in), key=lambda one: one[0]
        )

    def ask_for_time(self, today):
        by = self.leg.contributor.user
        baton.ask_for_time(self.leg, today + 20 * A_DAY, by=by, note="Vi flytter")
        self.plan(today + A_DAY, self.extend)

    def hand_back(self, today):
        self.settle(today)
        baton.abandon(self.leg, by=self.leg.contributor.user)
        self.free(today)

    def hand_in(self, today):
        self.settle(today)
        self.article = write(fresh(desk.article_for(self.leg)))
        baton.hand_in(self.leg)
        self.plan(today + 3 * A_DAY, self.publish)

    def publish(self, today):
        self.settle(today)
        publish(self.article, by=self.year.chief)
        self.free(today)

    def pause(self, today):
        """Over July, where somebody is asked or writes; the plans wait until it is over."""
        act = self.next[1]
        is_asked = act in (self.decline, self.lapse) or (act == self.accept and not self.leg_runs)
        if not (is_asked or self.leg_runs) or self.handoff.pk in self.year.lapses:
            return
        baton.pause(reload(self.relay), PAUSE_ENDS, by=self.year.chief)
        by = PAUSE_ENDS - today
        watched = self.watched
        self.settle(today)
        for rungs, key, day, began, _first in watched:
            self.watch(rungs, key, works_from(day + by), began, first=PAUSE_ENDS)
        if is_asked:
            self.answer_by = works_from(self.answer_by + by)
            self.next = (
                (works_from(self.answer_by + A_DAY), act)
                if self.silent
                else (self.next[0] + by, act)
            )
        else:
            self.due = works_from(self.due + by)
            self.plan(self.next[0] + by, act)

    @property
    def leg_runs(self):
        return reload(self.relay).runner is not None


class Year:
    def __init__(self):
        self.should = {}  # kind and what about: the day
        self.lapses = {}
        self.chief = make_chief_editor()


@pytest.mark.long
def test_a_year_of_forty_relays():
    rng = random.Random(2027)  # noqa: S311
    with at(FIRST, time(7)):
        year = Year()
        editors = [make_editor(f"Redaktør {number}") for number in range(EDITORS)]
        runners = []
        for number in range(RELAYS):
            relay = make_relay(answer_days=ANSWER_DAYS, write_days=WRITE_DAYS, edit_days=3)
            relay.editors.add(editors[number % EDITORS])
            runners.append(Runner(relay, rng, year))

    day = FIRST
    while day <= LAST:
        with at(day, TICK):
            tick(day)
        with at(day, NOON):
            for runner in runners:
                runner.noon(day)
            outbox.send_due()
        if day.day % 7 == 0:
            with at(day, NIGHT):
                tick(day)
        day += A_DAY
    for runner in runners:
        runner.settle(LAST)

    kinds = (*ladder.KINDS, "baton_free")
    reminders = Letter.objects.filter(kind__in=kinds)
    assert written(reminders) == year.should
    assert reminders.count() == len(year.should)  # none twice
    assert {kind for kind, *_about in year.should} == set(kinds)
    lapsed = BatonMove.objects.filter(verb="lapse")
    assert {move.handoff_id: timezone.localdate(move.at) for move in lapsed} == year.lapses
    assert {timezone.localtime(letter.sent).time() for letter in reminders} == {TICK}
    assert set(Letter.objects.values_list("state", flat=True)) <= {"sent", "queued", "cancelled"}
    with at(LAST, time(23)):
        assert check() == ("", 0)


def tick(day):
    """Twice is once. The whole clock on the first days of a month, else what this is about."""
    if day.day < 4:
        call_command("tick")
        call_command("tick")
    elif works(day) or day.day % 5 == 0:
        baton.lapse_due()
        ladder.climb()
        if day.weekday() == 0:
            baton.lapse_due()
            ladder.climb()
        outbox.send_due()


def written(reminders):
    """Kind and what about (a handoff and its date, or a relay and since when it is free): day."""
    return {
        (
            letter.kind,
            *((letter.handoff_id,) if letter.handoff_id else ("free", letter.relay_id)),
            letter.about_day,
        ): timezone.localdate(letter.written)
        for letter in reminders
    }


def at(day, moment):
    return time_machine.travel(datetime.combine(day, moment, COPENHAGEN), tick=False)
