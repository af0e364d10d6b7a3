"""What a relay's file may hold (docs/relay-format.md), and where one breaks the format."""

import json
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple

from django.conf import settings
from django.utils import timezone

from articles.models import Draft, Replies, Tag
from articles.models.tag import tag_key
from relays.danish import slug
from relays.models import Alternation, Contributor, Relay, Sector, Theme

MORNING = time(6)  # a post whose hour nobody knows came out in the morning
REQUIRED = object()


class TransferFailed(Exception):
    """A relay can't be read from a file or written to one. Says where, and why; an import has
    left nothing behind."""

    def __init__(self, place: str, sentence: str):
        super().__init__(f"{place}: {sentence}" if place else sentence)


def read_relay(raw: bytes) -> dict[str, Any]:
    """The file's relay, checked, every field filled, its legs in order. Raises TransferFailed."""
    whole = _read(_parsed(raw), FILE, "")
    relay, posts = whole["relay"], whole["posts"]
    _check_numbers(posts)
    _check_people(posts)
    _check_slugs(posts)
    relay["posts"] = sorted(posts, key=lambda post: post["number"])
    _check_dates(relay)
    for post in posts:
        post["language"] = post["language"] or relay["language"]
    return relay


def _parsed(raw):
    try:
        text = raw.decode("utf-8-sig")  # a byte order mark is what some editors write
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise TransferFailed(f"line {line}", "this is not UTF-8.") from error
    try:
        return json.loads(text, object_pairs_hook=_Object)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise TransferFailed(place, f"this is not JSON ({error.msg}).") from error
    except (ValueError, RecursionError) as error:  # digits by the thousand, brackets likewise
        raise TransferFailed("", f"This is not JSON that anybody wrote ({error}).") from error


class _Object(dict):
    """An object of the file, which remembers a name that it held twice."""

    def __init__(self, pairs):
        super().__init__(pairs)
        names = [name for name, _value in pairs]
        self.doubled = next((name for name in names if names.count(name) > 1), None)


# Values: each reader takes what the file says and its place -----------------------------------


def _text(limit: int | None = None):
    def read(value, place):
        if not isinstance(value, str):
            raise TransferFailed(place, "this must be a text in quotes.")
        value = unicodedata.normalize("NFC", value).strip()
        if "\x00" in value:
            raise TransferFailed(place, "this holds a null character.")
        if any("\ud800" <= letter <= "\udfff" for letter in value):
            raise TransferFailed(place, "this holds half a character.")
        if limit and len(value) > limit:
            raise TransferFailed(place, f"this is longer than {limit} characters.")
        return value

    return read


def _text_of(model, name):
    return _text(model._meta.get_field(name).max_length)


def _one_of(known, what):
    def read(value, place):
        if value not in known:
            names = ", ".join(name or "nothing" for name in known)
            raise TransferFailed(place, f"“{value}” is no {what}. Known are: {names}.")
        return value

    return read


def _slug(value, place):
    value = _text()(value, place)
    if value and value != slug(value):
        raise TransferFailed(place, f"“{value}” is no address. Try “{slug(value)}”.")
    return value


def _number(value, place):
    # bool is an int in Python, and must not pass for one here.
    if not isinstance(value, int) or isinstance(value, bool):
        raise TransferFailed(place, "this must be a whole number.")
    return value


def _truth(value, place):
    if not isinstance(value, bool):
        raise TransferFailed(place, "this must be true or false.")
    return value


def _day(value, place):
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise TransferFailed(place, f"“{value}” is not a day like 2011-08-31.") from error


def _moment(value, place):
    """A day, or a day and an hour: Danish, where the file names no other zone."""
    try:
        found = datetime.fromisoformat(value)
        if len(value) <= len("2011-08-31"):
            found = datetime.combine(found, MORNING)
        if found.tzinfo is None:
            found = timezone.make_aware(found)
            if timezone.localtime(found.astimezone(UTC)).replace(fold=0) != found:
                raise TransferFailed(place, "the clocks skipped that hour.")
        timezone.localtime(found)  # what no clock can show overflows here
    except (TypeError, ValueError, OverflowError) as error:
        raise TransferFailed(
            place, f"“{value}” is not a day like 2011-08-31, nor one with 2011-08-31T14:30."
        ) from error
    return found


def _list_of(read):
    def read_list(value, place):
        if not isinstance(value, list):
            raise TransferFailed(place, "this must be a list.")
        return [read(each, f"{place}[{at}]") for at, each in enumerate(value)]

    return read_list


def _tag(value, place):
    word = _text_of(Tag, "name")(value, place)
    if not _text_of(Tag, "key")(tag_key(word), place):
        raise TransferFailed(place, "this is empty.")
    return word


def _object_of(fields):
    return lambda value, place: _read(value, fields, place)


def _read(given, fields, place):
    if not isinstance(given, _Object):
        raise TransferFailed(place or "the file", "this must be an object.")
    inside = f"{place}." if place else ""
    if given.doubled is not None:
        raise TransferFailed(f"{inside}{given.doubled}", "this field stands here twice.")
    for name in given:
        if name not in fields:
            raise TransferFailed(f"{inside}{name}", "this field is unknown.")
    return {name: _value(given.get(name), fields[name], f"{inside}{name}") for name in fields}


def _value(value, field, place):
    if value is not None:
        value = field.read(value, place)
    if field.default is not REQUIRED:
        return field.default if value is None else value
    if value is None:
        raise TransferFailed(place, "this is missing.")
    if value in ("", []):
        raise TransferFailed(place, "this is empty.")
    return value


# The format ------------------------------------------------------------------------------------


class Field(NamedTuple):
    read: Callable[[Any, str], Any]
    default: Any = None


_sector = _one_of([*Sector.values, ""], "sector")
_language = _one_of(list(dict(settings.LANGUAGES)), "language of this site")

CONTRIBUTOR = {
    "name": Field(_text_of(Contributor, "name"), REQUIRED),
    "slug": Field(_slug),
    "job_title": Field(_text_of(Contributor, "job_title")),
    "organisation": Field(_text_of(Contributor, "organisation")),
    "sector": Field(_sector),
    "biography": Field(_text()),
}
POST = {
    "number": Field(_number, REQUIRED),
    "published": Field(_moment, REQUIRED),
    "theme": Field(_text_of(Theme, "name")),
    "title": Field(_text_of(Draft, "title"), REQUIRED),
    "standfirst": Field(_text(), ""),
    "body": Field(_text(), ""),
    "interests": Field(_text_of(Draft, "interests"), ""),
    "tags": Field(_list_of(_tag), ()),
    "slug": Field(_slug),
    "language": Field(_language),
    "replies": Field(_one_of(Replies.values, "state of the comments")),
    "sector": Field(_sector),
    "handover": Field(_text(), ""),
    "contributor": Field(_object_of(CONTRIBUTOR)),
    "coauthors": Field(_list_of(_object_of(CONTRIBUTOR)), ()),
}
RELAY = {
    "title": Field(_text_of(Relay, "title"), REQUIRED),
    "slug": Field(_slug, REQUIRED),
    "short_name": Field(_text_of(Relay, "short_name"), ""),
    "language": Field(_language, settings.LANGUAGE_CODE),
    "introduction": Field(_text(), ""),
    "theme": Field(_text_of(Theme, "name")),
    "alternation": Field(_one_of(Alternation.values, "rule of alternation"), "off"),
    "started": Field(_day, REQUIRED),
    "finished": Field(_truth, REQUIRED),
    "closed": Field(_day),
    "closing_note": Field(_text(), ""),
}
FILE = {
    "relay": Field(_object_of(RELAY), REQUIRED),
    "posts": Field(_list_of(_object_of(POST)), REQUIRED),
}


# What must fit together -----------------------------------------------------------------------


def writers_of(post):
    return [*filter(None, [post["contributor"]]), *post["coauthors"]]


def address_of(person):
    return person["slug"] or slug(person["name"])


def _check_numbers(posts):
    seen: dict[int, int] = {}
    for at, post in enumerate(posts):
        number = post["number"]
        if number in seen:
            raise TransferFailed(
                f"posts[{at}].number", f"leg {number} stands in posts[{seen[number]}] already."
            )
        seen[number] = at
    if sorted(seen) != list(range(1, len(seen) + 1)):
        raise TransferFailed("posts", "the legs must be numbered 1, 2, 3 … without gaps.")


def _check_people(posts):
    """One address is one person in the whole file, and stands once in a post."""
    names: dict[str, str] = {}
    for at, post in enumerate(posts):
        addresses = [address_of(person) for person in writers_of(post)]
        if len(set(addresses)) < len(addresses):
            raise TransferFailed(f"posts[{at}].coauthors", "somebody has written this twice.")
        for address, person in zip(addresses, writers_of(post), strict=True):
            name = names.setdefault(address, person["name"])
            if name != person["name"]:
                raise TransferFailed(
                    f"posts[{at}]",
                    f"{person['name']} and {name} would share the address “{address}”. "
                    "Give one of them a slug of their own.",
                )


def _check_slugs(posts):
    seen: dict[str, int] = {}
    for at, post in enumerate(posts):
        if post["slug"] and seen.setdefault(post["slug"], at) != at:
            raise TransferFailed(
                f"posts[{at}].slug",
                f"posts[{seen[post['slug']]}] has the address “{post['slug']}” already.",
            )


def _check_dates(relay):
    days = [timezone.localdate(post["published"]) for post in relay["posts"]]
    if relay["started"] > min(days):
        raise TransferFailed("relay.started", "a post came out before that day.")
    if relay["closed"] and not relay["finished"]:
        raise TransferFailed("relay.closed", "the relay has not finished.")
    if relay["closed"] and relay["closed"] < max(days):
        raise TransferFailed("relay.closed", "a post came out after that day.")
