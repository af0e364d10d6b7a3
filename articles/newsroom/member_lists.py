"""A list of subscribers as a spreadsheet saves it: read, judged row by row, and only then given.

Excel in Denmark writes semicolons and Windows' own letters, others write commas and UTF-8; what
the first line is divided by decides.
"""

import csv
import io
import re
from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from articles import grants
from articles.models import Grant, GrantKind
from relays.errors import RuleBroken
from relays.models import User

MOST_BYTES = 1_000_000
MOST_ROWS = 2_000

NAMES = {
    "email": ("e-mail", "email", "e-mailadresse", "mail", "adresse", "address"),
    "name": ("navn", "name"),
    "first": ("fra", "første dag", "from", "first day", "begins"),
    "last": ("til", "sidste dag", "to", "last day", "ends"),
}
_DAY = re.compile(r"(\d{1,2})[-./ ]+(\d{1,2})[-./ ]+(\d{4})")


class Row(NamedTuple):
    """One line of the list, and what becomes of it."""

    line: int
    email: str
    name: str
    first: date | None
    last: date | None
    fate: str | Promise
    is_bad: bool = False
    is_given: bool = False  # by pressing the button


def read(raw: bytes, *, first: date, last: date) -> list[Row]:
    """Every row with its fate; the dates are for rows that name none. Raises RuleBroken."""
    if len(raw) > MOST_BYTES:
        raise RuleBroken(_("The file is larger than a megabyte. Divide it."))
    rows = list(_judged(_rows(_words(raw)), first, last))
    if not rows:
        raise RuleBroken(_("There is no row below the first line."))
    return _with_fates(rows)


def _words(raw):
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _rows(words) -> Iterator[tuple[int, dict[str, str]]]:
    if "\x00" in words:
        raise RuleBroken(_("This is no CSV file. Choose “CSV” where you save the sheet."))
    head = words.partition("\n")[0]
    sign = max(";,\t", key=head.count)
    reader = csv.reader(io.StringIO(words, newline=""), delimiter=sign)
    try:
        columns = [_column(title) for title in next(reader, [])]
        if "email" not in columns:
            raise RuleBroken(
                _("The first line must name the columns: e-mail, name, first day, last day.")
            )
        for number, cells in enumerate(reader, start=1):
            if number > MOST_ROWS:
                raise RuleBroken(
                    _("There are more than %(most)s rows. Divide the file.") % {"most": MOST_ROWS}
                )
            if any(cell.strip() for cell in cells):
                said = dict(zip(columns, (cell.strip() for cell in cells), strict=False))
                yield reader.line_num, said
    except csv.Error as error:
        raise RuleBroken(_("Line %(line)s can't be read.") % {"line": reader.line_num}) from error


def _column(title):
    said = " ".join(title.casefold().split())
    return next((name for name, titles in NAMES.items() if said in titles), "")


def _judged(rows, first, last):
    seen: dict[str, int] = {}
    for line, said in rows:
        email = said.get("email", "").casefold()
        name = said.get("name", "")[: User._meta.get_field("name").max_length]
        row = Row(line, email, name, None, None, "")
        try:
            _ask_for_an_address(email, seen.get(email))
            days = _day(said.get("first"), first), _day(said.get("last"), last)
            grants.ask_for_days(*days)
        except RuleBroken as broken:
            yield row._replace(fate=str(broken), is_bad=True)
        else:
            seen[email] = line
            yield row._replace(first=days[0], last=days[1])


def _ask_for_an_address(email, seen):
    try:
        validate_email(email)
    except ValidationError as error:
        raise RuleBroken(_("This is no e-mail address.")) from error
    if len(email) > 254:
        raise RuleBroken(_("This is no e-mail address."))
    if seen:
        raise RuleBroken(_("Line %(line)s has this address already.") % {"line": seen})


def _day(words, otherwise):
    """2026-12-31 or, as one writes it here, 31.12.2026."""
    if not words:
        return otherwise
    found = _DAY.fullmatch(words)
    try:
        if found:
            return date(int(found[3]), int(found[2]), int(found[1]))
        return date.fromisoformat(words)
    except ValueError as error:
        raise RuleBroken(
            _("“%(words)s” is no day. Write 31.12.2026.") % {"words": words[:40]}
        ) from error


def _with_fates(rows):
    """What each good row would do: two queries, however many rows."""
    emails = [row.email for row in rows if not row.is_bad]
    known = set(User.objects.filter(email__in=emails).values_list("email", flat=True))
    subscriptions = Grant.objects.filter(kind=GrantKind.SUBSCRIPTION, user__email__in=emails)
    there = set(subscriptions.values_list("user__email", "begins", "ends"))
    return [row if row.is_bad else _with_fate(row, known, there) for row in rows]


def _with_fate(row, known, there):
    span = grants.begin_of(row.first), grants.end_of(row.last)
    if (row.email, *span) in there:
        return row._replace(fate=_("Has this subscription already; nothing happens."))
    if row.email in known:
        return row._replace(fate=_("A reader we know gets a subscription."), is_given=True)
    return row._replace(fate=_("A new reader gets a subscription."), is_given=True)


# From the look to the deed -------------------------------------------------------------------


def packed(rows: list[Row]) -> list[list[Any]]:
    """The rows that are given, for the form that says so."""
    return [
        [row.email, row.name, row.first.isoformat(), row.last.isoformat()]
        for row in rows
        if row.is_given and row.first and row.last
    ]


def give(rows: list[list[Any]], *, by: User) -> int:
    """What `packed` has packed is given, all of it or nothing. Returns how many."""
    for email, name, first, last in rows:
        days = {"first": date.fromisoformat(first), "last": date.fromisoformat(last)}
        grants.subscribe(email, name, **days, by=by, note=str(_("From a list")))
    return len(rows)
