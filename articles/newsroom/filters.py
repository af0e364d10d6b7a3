"""Narrowing the board: by state, by the sector that has the baton, by theme, each with the others.

Reads rows that are loaded already. A number beside a choice says how many rows it would leave.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from articles.newsroom.overview import Kind, Row
from relays.danish import sort_key
from relays.models import Theme
from relays.models.people import sector_choices

NONE = "-"  # in the address: rows without a sector, or without a theme


class Choice(NamedTuple):
    label: str | Promise
    number: int
    address: str
    is_chosen: bool


class Filter(NamedTuple):
    title: str | Promise
    choices: list[Choice]


class Board(NamedTuple):
    rows: list[Row]
    number: int  # of rows before they were narrowed
    filters: list[Filter]
    is_everybodys: bool
    mine: str
    everybodys: str
    unfiltered: str

    @property
    def is_narrowed(self):
        return any(not each.choices[0].is_chosen for each in self.filters)


class _Way(NamedTuple):
    """One way to narrow: the value of a row, and what every value is called, in order."""

    title: Promise
    value: Callable[[Row], str]
    labels: Callable[[list[Row], str], dict]


def _states(rows, wanted):
    return dict(Kind.choices)


def _sectors(rows, wanted):
    return {**dict(sector_choices()), NONE: _("Nobody, or no sector")}


def _themes(rows, wanted):
    themes = {row.relay.theme for row in rows if row.relay.theme}
    if wanted not in ("", NONE, *(theme.slug for theme in themes)):
        themes.update(Theme.objects.filter(slug=wanted))  # no relay here has it any more
    named = sorted(themes, key=lambda theme: sort_key(theme.name))
    return {**{theme.slug: theme.name for theme in named}, NONE: _("No theme")}


WAYS = {
    "state": _Way(_("By state"), lambda row: row.kind, _states),
    "sector": _Way(_("By the sector that has the baton"), lambda row: row.sector or NONE, _sectors),
    "theme": _Way(
        _("By theme"), lambda row: row.relay.theme.slug if row.relay.theme else NONE, _themes
    ),
}


def board(rows: list[Row], asked: Mapping[str, str]) -> Board:
    """The rows that an address asks for. A value that nobody knows narrows nothing."""
    labels = {name: way.labels(rows, asked.get(name, "")) for name, way in WAYS.items()}
    chosen = {name: asked[name] for name in WAYS if asked.get(name) in labels[name]}
    whose = {"all": "1"} if "all" in asked else {}

    def left(*, but=""):
        """The rows that every choice leaves, but perhaps one."""
        held = {name: value for name, value in chosen.items() if name != but}
        return [row for row in rows if all(WAYS[name].value(row) == held[name] for name in held)]

    def choices(name):
        values = [WAYS[name].value(row) for row in left(but=name)]
        others = {**whose, **chosen, name: ""}
        yield Choice(_("All"), len(values), _address(others), is_chosen=name not in chosen)
        for value, label in labels[name].items():
            number, is_chosen = values.count(value), chosen.get(name) == value
            if number or is_chosen:
                yield Choice(label, number, _address({**others, name: value}), is_chosen)

    return Board(
        rows=left(),
        number=len(rows),
        filters=[Filter(way.title, list(choices(name))) for name, way in WAYS.items()],
        is_everybodys=bool(whose),
        mine=_address(chosen),
        everybodys=_address({"all": "1", **chosen}),
        unfiltered=_address(whose),
    )


def _address(values):
    return "?" + urlencode({name: value for name, value in values.items() if value})
