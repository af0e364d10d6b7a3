"""Danish working days, and dates that are moved on to one."""

from datetime import date

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from relays import workdays

EASTER_2027 = [  # from Maundy Thursday to Easter Monday
    date(2027, 3, 25),
    date(2027, 3, 26),
    date(2027, 3, 27),
    date(2027, 3, 28),
    date(2027, 3, 29),
]


def test_five_days_of_an_ordinary_week_are_working_days():
    week = [date(2027, 2, day) for day in range(1, 8)]

    assert [workdays.is_working_day(day) for day in week] == [True] * 5 + [False] * 2


@pytest.mark.parametrize("day", EASTER_2027)
def test_nobody_works_at_easter(day):
    assert not workdays.is_working_day(day)


def test_the_days_around_easter_are_working_days():
    assert workdays.is_working_day(date(2027, 3, 24))
    assert workdays.is_working_day(date(2027, 3, 30))


@pytest.mark.parametrize(
    "day",
    [
        date(2027, 1, 1),
        date(2027, 5, 6),  # Ascension
        date(2027, 5, 17),  # Whit Monday
        date(2028, 6, 5),  # Constitution Day, a Monday
        date(2026, 12, 24),
        date(2026, 12, 25),
        date(2026, 12, 31),
    ],
)
def test_holidays_and_quiet_days_are_no_working_days(day):
    assert not workdays.is_working_day(day)


def test_the_great_prayer_day_is_a_working_day_since_2024():
    assert not workdays.is_working_day(date(2023, 5, 5))
    assert workdays.is_working_day(date(2027, 4, 23))


def test_nobody_works_in_the_three_summer_weeks():
    before, first = date(2027, 7, 9), date(2027, 7, 12)
    last, after = date(2027, 7, 30), date(2027, 8, 2)

    assert workdays.is_working_day(before)
    assert not workdays.is_working_day(first)
    assert not workdays.is_working_day(last)
    assert workdays.is_working_day(after)


def test_the_summer_weeks_are_a_setting(settings):
    settings.SUMMER_WEEKS = frozenset({29})

    assert workdays.is_working_day(date(2027, 7, 12))
    assert not workdays.is_working_day(date(2027, 7, 19))


@pytest.mark.parametrize(
    ("day", "moved"),
    [
        (date(2027, 3, 24), date(2027, 3, 24)),
        (date(2027, 3, 25), date(2027, 3, 30)),
        (date(2027, 2, 6), date(2027, 2, 8)),
        (date(2026, 12, 24), date(2026, 12, 28)),
        (date(2026, 12, 31), date(2027, 1, 4)),
        (date(2027, 7, 10), date(2027, 8, 2)),
    ],
)
def test_a_date_moves_on_to_the_next_working_day(day, moved):
    assert workdays.working_day_from(day) == moved


def test_days_are_calendar_days_from_a_day():
    assert workdays.in_days(5, after=date(2027, 2, 1)) == date(2027, 2, 8)
    assert workdays.in_days(7, after=date(2027, 2, 1)) == date(2027, 2, 8)
    assert workdays.in_days(8, after=date(2027, 2, 1)) == date(2027, 2, 9)


@time_machine.travel("2027-01-31T23:30:00Z", tick=False)
def test_today_is_the_day_in_copenhagen():
    assert workdays.in_days(0) == date(2027, 2, 1)


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_a_moved_date_is_the_first_working_day_there_is(day):
    moved = workdays.working_day_from(day)

    assert workdays.is_working_day(moved)
    assert 0 <= (moved - day).days < 40
    assert not [
        passed
        for passed in range(day.toordinal(), moved.toordinal())
        if workdays.is_working_day(date.fromordinal(passed))
    ]
