"""Danish working days. A date always ends at midnight in Copenhagen."""

from datetime import date, datetime, time, timedelta
from functools import cache

import holidays
from django.conf import settings
from django.utils import timezone

# Days on which Danish offices are empty though the law calls them working days.
QUIET_DATES = {(6, 5), (12, 24), (12, 31)}

OFFICE_OPENS, OFFICE_CLOSES = time(8), time(17)
MORNING = time(7, 30)  # when editors are told what waits for them


@cache
def _public_holidays(year: int):
    return frozenset(holidays.country_holidays("DK", years=year))


def is_working_day(day: date) -> bool:
    summer = day.isocalendar().week in settings.SUMMER_WEEKS
    quiet = (day.month, day.day) in QUIET_DATES
    return not (day.weekday() >= 5 or summer or quiet or day in _public_holidays(day.year))


def working_day_from(day: date) -> date:
    """The day itself, or the first working day after it."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def shift(day: date, working_days: int) -> date:
    """The n-th working day after a day, or before it where n is negative; 0 is the day itself."""
    step = timedelta(days=1 if working_days > 0 else -1)
    for _each in range(abs(working_days)):
        day += step
        while not is_working_day(day):
            day += step
    return day


def in_office_hours(moment: datetime, *, opens: time = OFFICE_OPENS) -> bool:
    """Outside these nobody is reminded of anything."""
    local = timezone.localtime(moment)
    return is_working_day(local.date()) and opens <= local.time() < OFFICE_CLOSES


def in_days(days: int, *, after: date | None = None) -> date:
    """So many calendar days from a day (today), moved on to a working day."""
    return working_day_from((after or timezone.localdate()) + timedelta(days=days))
