"""How days, sectors and names are said on a page."""

from django import template
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from relays.baton import VERBS
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


@register.filter
def month(value):
    """april 2026."""
    return formats.date_format(_local(value), pgettext("date format", "F Y"))


@register.filter
def iso(value):
    return formats.date_format(_local(value), "Y-m-d")


@register.filter
def sector_name(sector):
    return Sector(sector).label if sector else ""


# What follows from an act, or from a file, is a move too, but no button.
OTHER_MOVES = {
    "take": _("Leg begins"),
    "finish": _("Leg finished"),
    "import": _("Imported"),
    "amend": _("Amended by a file"),
}


@register.filter
def verb_name(verb):
    return VERBS[verb].label if verb in VERBS else OTHER_MOVES.get(verb, verb)


@register.filter
def still_ahead(value):
    """Is that day today or later? Nobody is shamed for a day that has passed."""
    return bool(value) and value >= timezone.localdate()


def _local(value):
    return timezone.localtime(value) if hasattr(value, "hour") else value
