"""Danish working days. A date always ends at midnight in Copenhagen."""

from datetime import date, timedelta
from functools import cache

import holidays
from django.conf import settings
from django.utils import timezone

# Days on which Danish offices are empty though the law calls them working days.
QUIET_DATES = {(6, 5), (12, 24), (12, 31)}


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


def in_days(days: int, *, after: date | None = None) -> date:
    """So many calendar days from a day (today), moved on to a working day."""
    return working_day_from((after or timezone.localdate()) + timedelta(days=days))
