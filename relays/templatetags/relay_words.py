"""How days, sectors and names are said on a page."""

from django import template
from django.conf import settings
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from relays import letters
from relays.models import Sector

register = template.Library()


@register.filter
def day(value):
    """A day of a known year: 13. nov. 2026."""
    return formats.date_format(_local(value), pgettext("date format", "j N Y"))


@register.filter
def full_day(value):
    """13. november 2026."""
    return formats.date_format(_local(value), pgettext("date format", "j F Y"))


@register.filter
def coming_day(value):
    """A day that is near: fredag den 4. december."""
    return formats.date_format(_local(value), pgettext("date format", "l j F"))


@register.filter
def short_day(value):
    """4. december."""
    return formats.date_format(_local(value), pgettext("date format", "j F"))


PARTS_OF_A_MONTH = [
    _("early in %(month)s"),
    _("in the middle of %(month)s"),
    _("late in %(month)s"),
]


@register.filter
def around(value):
    """Of a day that nobody has promised to readers: først i december."""
    part = PARTS_OF_A_MONTH[min((value.day - 1) // 10, 2)]
    is_this_year = value.year == timezone.localdate().year
    return part % {"month": month_name(value) if is_this_year else month(value)}


@register.filter
def month(value):
    """april 2026."""
    return formats.date_format(_local(value), pgettext("date format", "F Y"))


@register.filter
def month_name(value):
    """april."""
    return formats.date_format(_local(value), "F")


@register.filter
def time_of_day(value):
    """6.00."""
    return formats.time_format(timezone.localtime(value), pgettext("time format", "H:i"))


@register.filter
def iso(value):
    return formats.date_format(_local(value), "Y-m-d")


@register.filter
def moment(value):
    """A point in time, for machines."""
    return value.isoformat(timespec="seconds")


@register.filter(is_safe=False)
def quoted(words):
    """Somebody's own words, inside a letter."""
    return letters.quoted(words)


@register.filter(is_safe=False)
def harmless(words):
    """What somebody has typed, in a line of a letter."""
    return letters.harmless(words)


@register.filter
def sector_name(sector):
    return Sector(sector).label if sector else ""


TURNS = {
    Sector.PUBLIC: _("The public sector's turn"),
    Sector.PRIVATE: _("The private sector's turn"),
}


@register.filter
def turn(sector):
    """Det offentliges tur; or with the newsroom's own name of a sector."""
    if settings.SECTOR_PUBLIC or settings.SECTOR_PRIVATE:
        return _("The turn of: %(sector)s") % {"sector": Sector(sector).label}
    return TURNS[sector]


# What a newspaper spells out, from two on.
NUMBERS = [
    _("two"),
    _("three"),
    _("four"),
    _("five"),
    _("six"),
    _("seven"),
    _("eight"),
    _("nine"),
    _("ten"),
    _("eleven"),
    _("twelve"),
]


@register.filter
def in_words(number):
    """Ni; from thirteen on 13."""
    return dict(enumerate(NUMBERS, start=2)).get(number, number)


# What happened, as a history says it; the buttons have words of their own (relays.verbs.VERBS).
MOVES = {
    "nominate": _("Nominated"),
    "offer": _("Asked"),
    "approve": _("To be asked at publication"),
    "unapprove": _("Not to be asked by itself"),
    "move_up": _("Moved up"),
    "replace": _("Replaced"),
    "keep": _("Kept for later"),
    "accept": _("Said yes"),
    "decline": _("Said no"),
    "withdraw": _("Withdrawn"),
    "readdress": _("Asked at another address"),
    "renew_link": _("New link sent"),
    "lapse": _("Not answered in time"),
    "extend": _("Date moved"),
    "ask_for_time": _("Asked for more time"),
    "rest": _("Reminders rest"),
    "pause": _("Relay paused"),
    "resume": _("Relay goes on"),
    "stand_in": _("Stands in"),
    "abandon": _("Abandoned"),
    "close": _("Relay finished"),
    "reopen": _("Relay reopened"),
    "take": _("Leg begins"),
    "finish": _("Leg finished"),
    "import": _("Imported"),
    "amend": _("Amended by a file"),
}


@register.filter
def baton_move_name(verb):
    return MOVES.get(verb, verb)


@register.filter
def still_ahead(value):
    """Is that day today or later? Nobody is shamed for a day that has passed."""
    return bool(value) and value >= timezone.localdate()


def _local(value):
    return timezone.localtime(value) if hasattr(value, "hour") else value
