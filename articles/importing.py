"""A relay from a file, and back: the format is described in docs/relay-format.md.

An import is all or nothing. It finds relays by slug, legs by number, people by slug and themes
by name, so that the same file again changes nothing and an amended file amends.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from articles import workflow
from articles.models import Article, Byline, Draft, Status
from articles.models.tag import tags_for
from relays import baton
from relays.danish import slug, unique_slug
from relays.models import Alternation, Contributor, Leg, Relay, Sector, Theme
from relays.richtext import clean_html

# A post whose hour nobody knows came out in the morning.
MORNING = time(6)
LONG_GAP = timedelta(days=90)


class TransferFailed(Exception):
    """A relay can't be read from a file or written to one. Says where, and why; an import has
    left nothing behind."""

    def __init__(self, place: str, sentence: str):
        super().__init__(f"{place}: {sentence}" if place else sentence)


@dataclass
class Report:
    """What an import did, and what somebody should look at."""

    created: int = 0
    changed: int = 0
    to_check: list[str] = field(default_factory=list)


# Reading the file ----------------------------------------------------------------------------

REQUIRED = object()

RELAY = {
    "title": (str, REQUIRED),
    "slug": (str, REQUIRED),
    "short_name": (str, ""),
    "language": (str, settings.LANGUAGE_CODE),
    "introduction": (str, ""),
    "theme": (str, None),
    "alternation": (str, Alternation.OFF.value),
    "started": (date, REQUIRED),
    "finished": (bool, REQUIRED),
    "closing_note": (str, ""),
}
POST = {
    "number": (int, REQUIRED),
    "published": (datetime, REQUIRED),
    "theme": (str, None),
    "title": (str, REQUIRED),
    "standfirst": (str, ""),
    "body": (str, ""),
    "interests": (str, ""),
    "tags": (list, ()),
    "slug": (str, None),
    "sector": (str, None),
    "handover": (str, ""),
    "contributor": (dict, None),
    "coauthors": (list, ()),
}
CONTRIBUTOR = {
    "name": (str, REQUIRED),
    "slug": (str, None),
    "job_title": (str, None),
    "organisation": (str, None),
    "sector": (str, None),
    "biography": (str, None),
}


def read_relay(text: str) -> dict[str, Any]:
    """The file's relay, checked and with every field filled. Raises TransferFailed."""
    try:
        whole = json.loads(text, object_pairs_hook=_without_doubles)
    except json.JSONDecodeError as error:
        raise TransferFailed(
            _("line %(line)s, column %(column)s") % {"line": error.lineno, "column": error.colno},
            _("this is not JSON (%(why)s).") % {"why": error.msg},
        ) from error
    if not isinstance(whole, dict) or set(whole) != {"relay", "posts"}:
        raise TransferFailed("", _("The file must hold “relay” and “posts”, and nothing else."))
    relay = _read(whole["relay"], RELAY, "relay")
    if not isinstance(whole["posts"], list):
        raise TransferFailed("posts", _("this must be a list."))
    relay["posts"] = [_read_post(post, f"posts[{at}]") for at, post in enumerate(whole["posts"])]
    _check_relay(relay)
    return relay


def _without_doubles(pairs):
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _value in pairs]
        double = next(name for name in names if names.count(name) > 1)
        raise TransferFailed(f"“{double}”", _("this field stands twice in one place."))
    return found


def _read(given, fields, place):
    if not isinstance(given, dict):
        raise TransferFailed(place, _("this must be an object."))
    for name in given:
        if name not in fields:
            raise TransferFailed(f"{place}.{name}", _("this field is unknown."))
    return {
        name: _value(given.get(name), kind, default, f"{place}.{name}")
        for name, (kind, default) in fields.items()
    }


def _value(value, kind, default, place):
    if value is None:
        if default is REQUIRED:
            raise TransferFailed(place, _("this is missing."))
        return default
    if kind in (date, datetime):
        return _moment(value, kind, place)
    # bool is an int in Python, and must not pass for one here.
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise TransferFailed(place, _("this has the wrong type."))
    if kind is str:
        return _text(value, place, required=default is REQUIRED)
    return value


def _text(value, place, *, required):
    if "\x00" in value:
        raise TransferFailed(place, _("this holds a null character."))
    if required and not value.strip():
        raise TransferFailed(place, _("this is empty."))
    return value.strip()


def _moment(value, kind, place):
    try:
        if kind is date:
            return date.fromisoformat(value)
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise TransferFailed(
            place, _("“%(value)s” is not a date like 2011-08-31.") % {"value": value}
        ) from error
    if found.tzinfo is None:
        hour = found.time() if "T" in value or " " in value else MORNING
        found = timezone.make_aware(datetime.combine(found.date(), hour))
    return found


def _read_post(given, place):
    post = _read(given, POST, place)
    if post["contributor"] is not None:
        post["contributor"] = _read_person(post["contributor"], f"{place}.contributor")
    post["coauthors"] = [
        _read_person(person, f"{place}.coauthors[{at}]")
        for at, person in enumerate(post["coauthors"])
    ]
    _check_sector(post["sector"], f"{place}.sector")
    if not all(isinstance(tag, str) and tag.strip() for tag in post["tags"]):
        raise TransferFailed(f"{place}.tags", _("each tag must be a word."))
    for name, model in (("title", Draft), ("interests", Draft)):
        _check_length(post[name], model, name, f"{place}.{name}")
    if post["slug"]:
        _check_slug(post["slug"], f"{place}.slug")
    return post


def _read_person(given, place):
    person = _read(given, CONTRIBUTOR, place)
    _check_sector(person["sector"], f"{place}.sector")
    for name in ("name", "job_title", "organisation"):
        _check_length(person[name] or "", Contributor, name, f"{place}.{name}")
    if person["slug"]:
        _check_slug(person["slug"], f"{place}.slug")
    return person


def _place(post):
    return _("leg %(number)s") % {"number": post["number"]}


def _writers(post):
    return [*filter(None, [post["contributor"]]), *post["coauthors"]]


def _check_sector(sector, place):
    if sector and sector not in Sector.values:
        raise TransferFailed(
            place,
            _("“%(sector)s” is no sector. Known are: public, private, or nothing.")
            % {"sector": sector},
        )


def _check_length(value, model, name, place):
    limit = model._meta.get_field(name).max_length
    if len(value) > limit:
        raise TransferFailed(
            place, _("this is longer than %(limit)s characters.") % {"limit": limit}
        )


def _check_slug(value, place):
    if value != slug(value):
        raise TransferFailed(
            place,
            _("“%(value)s” is no address. Try “%(slug)s”.") % {"value": value, "slug": slug(value)},
        )


def _check_relay(relay):
    _check_slug(relay["slug"], "relay.slug")
    for name in ("title", "short_name"):
        _check_length(relay[name], Relay, name, f"relay.{name}")
    if relay["language"] not in dict(settings.LANGUAGES):
        raise TransferFailed("relay.language", _("this language is unknown."))
    if relay["alternation"] not in Alternation.values:
        raise TransferFailed("relay.alternation", _("known are: strict, preferred, off."))
    seen: dict[int, int] = {}
    for at, post in enumerate(relay["posts"]):
        number, place = post["number"], f"posts[{at}].number"
        if number in seen:
            raise TransferFailed(
                place,
                _("leg %(number)s stands in posts[%(at)s] already.")
                % {"number": number, "at": seen[number]},
            )
        seen[number] = at
    if sorted(seen) != list(range(1, len(seen) + 1)):
        raise TransferFailed("posts", _("the legs must be numbered 1, 2, 3 … without gaps."))
    relay["posts"].sort(key=lambda post: post["number"])


# Writing it down -----------------------------------------------------------------------------


@transaction.atomic
def import_relay(given: dict[str, Any], *, progress=lambda rows: rows) -> Report:
    """Bring a relay that `read_relay` has read into the database, or bring it up to date.

    `progress` wraps the posts as they are worked through (a progress bar). Raises TransferFailed
    where the relay has moved on here and the file can't be laid over it.
    """
    report = Report()
    relay = _relay(given, report)
    people = _People(given["posts"], report)
    before = None
    for post in progress(given["posts"]):
        person = people[post["contributor"]] if post["contributor"] else None
        sector = post["sector"] or (post["contributor"] or {}).get("sector") or ""
        leg = _leg(relay, post, person, sector, before, report)
        _article(leg, post, people, sector, report)
        before = post
    _end(relay, given, report)
    _list_what_to_check(given["posts"], report)
    return report


def _relay(given, report):
    fields = {
        name: given[name]
        for name in ("title", "short_name", "language", "introduction", "alternation")
    } | {"theme": given["theme"] and _theme(given["theme"], report)}
    relay = Relay.objects.filter(slug=given["slug"]).first()
    if relay is None:
        report.created += 1
        return Relay.objects.create(slug=given["slug"], **fields)
    beyond = relay.legs.standing().filter(number__gt=len(given["posts"])).order_by("number").first()
    if beyond:
        raise TransferFailed(
            "posts",
            _("“%(relay)s” has a leg %(number)s here that the file does not have.")
            % {"relay": relay, "number": beyond.number},
        )
    _amend(relay, fields, report)
    return relay


def _theme(name, report):
    theme, created = Theme.objects.get_or_create(
        name=name, defaults={"slug": unique_slug(name, Theme.objects)}
    )
    report.created += created
    return theme


class _People:
    """The contributors of a file: each made or amended once, from the last the file says."""

    def __init__(self, posts, report):
        self.by_slug: dict[str, Contributor] = {}
        said = {_key(given): given for post in posts for given in _writers(post)}
        for key, given in said.items():
            self.by_slug[key] = self._learn(key, given, report)

    def __getitem__(self, given) -> Contributor:
        return self.by_slug[_key(given)]

    def _learn(self, key, given, report):
        fields = {
            name: given[name]
            for name in ("job_title", "organisation", "sector", "biography")
            if given[name] is not None
        }
        person = Contributor.objects.filter(slug=key).first()
        if person is None:
            report.created += 1
            return Contributor.objects.create(name=given["name"], slug=key, **fields)
        if person.name != given["name"]:
            raise TransferFailed(
                given["name"],
                _("“%(slug)s” is the address of %(name)s. Give this person a slug of their own.")
                % {"slug": key, "name": person.name},
            )
        if person.user_id is None:
            # Whoever has been asked here is kept up to date here, not by an archive.
            _amend(person, fields, report)
        return person


def _key(given):
    return given["slug"] or slug(given["name"])


def _leg(relay, post, person, sector, before, report):
    leg = relay.legs.filter(number=post["number"]).select_related("relay").first()
    if leg is None:
        began = min(before["published"], post["published"]) if before else post["published"]
        report.created += 1
        return baton.add_past_leg(
            relay, contributor=person, sector=sector, began=began, message=post["handover"]
        )
    if leg.is_running:
        raise TransferFailed(
            _place(post), _("leg %(number)s is running here.") % {"number": leg.number}
        )
    report.changed += baton.amend_past_leg(
        leg, contributor=person, sector=sector, message=post["handover"]
    )
    return leg


def _article(leg, post, people, sector, report):
    article = Article.objects.filter(leg=leg).select_related("draft", "live").first()
    is_new = article is None
    if is_new:
        article = Article.objects.create(leg=leg, relay=leg.relay, language=leg.relay.language)
        Draft.objects.create(article=article)
        report.created += 1
    elif article.status != Status.LIVE:
        raise TransferFailed(
            _place(post), _("“%(article)s” is being worked on here.") % {"article": article}
        )
    _bylines(article, post, people, sector, report)
    if _new_text(article.draft, post) or is_new:
        wanted = post["slug"] or unique_slug(post["title"], Article.objects)
        workflow.publish_import(article, published_at=post["published"], slug=wanted)
        report.changed += not is_new
    elif article.published_at != post["published"]:
        workflow.correct_publication_date(article, post["published"])
        report.changed += 1
    _theme_and_tags(article, post, report, is_new=is_new)


def _new_text(draft, post):
    content = {name: post[name] for name in ("title", "standfirst", "interests")}
    content["body"] = clean_html(post["body"])
    if content == draft.content:
        return False
    for name, value in content.items():
        setattr(draft, name, value)
    draft.version += 1
    draft.save()
    return True


def _bylines(article, post, people, sector, report):
    """Frozen as the file has them; a writer who becomes known later gets a byline then."""
    kept = []
    for order, given in enumerate(_writers(post), start=1):
        frozen = {
            "order": order,
            "published_at": post["published"],
            "job_title": given["job_title"] or "",
            "organisation": given["organisation"] or "",
            "sector": (given["sector"] or "") if order > 1 else sector,
        }
        byline, created = Byline.objects.get_or_create(
            article=article, contributor=people[given], defaults=frozen
        )
        report.created += created
        if not created:
            _amend(byline, frozen, report)
        kept.append(byline.pk)
    article.bylines.exclude(pk__in=kept).delete()


def _theme_and_tags(article, post, report, *, is_new):
    theme = _theme(post["theme"], report) if post["theme"] else None
    if article.theme != theme:
        workflow.change_theme(article, theme)
        report.changed += not is_new
    tags = tags_for(post["tags"])
    if {tag.pk for tag in tags} != set(article.tags.values_list("pk", flat=True)):
        article.tags.set(tags)
        report.changed += not is_new


def _end(relay, given, report):
    relay.refresh_from_db()
    if relay.opened and timezone.localdate(relay.opened) != given["started"]:
        opened = datetime.combine(given["started"], MORNING)
        baton.correct_opening(relay, timezone.make_aware(opened))
        report.changed += 1
        relay.refresh_from_db()
    if given["finished"] and not relay.closed:
        last = given["posts"][-1]["published"] if given["posts"] else timezone.now()
        baton.close(relay, by=None, closing_note=given["closing_note"], at=last)
        report.changed += 1
    elif relay.closed:
        _amend(relay, {"closing_note": given["closing_note"]}, report)


def _amend(row, fields, report):
    changed = [name for name, value in fields.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, fields[name])
    if changed:
        row.save(update_fields=changed)
        report.changed += 1


# What a person should look at ----------------------------------------------------------------


def _list_what_to_check(posts, report):
    before = None
    for post in posts:
        where = _("Leg %(number)s") % {"number": post["number"]}
        report.to_check += [f"{where}: {what}" for what in _doubts(post, before)]
        before = post


def _doubts(post, before) -> Iterable[str]:
    person = post["contributor"]
    if person is None:
        yield _("the writer is not known.")
        if post["handover"]:
            yield _("the words of the handover have nobody to go to and were left out.")
    else:
        if not person["sector"]:
            yield _("%(name)s has no sector.") % {"name": person["name"]}
        if not (person["job_title"] or person["organisation"]):
            yield _("neither job title nor organisation of %(name)s is known.") % {
                "name": person["name"]
            }
    if not post["body"]:
        yield (
            _("there is no text, only the standfirst.")
            if post["standfirst"]
            else _("there is neither text nor standfirst.")
        )
    if post["theme"] is None:
        yield _("it has no theme.")
    if before:
        gap = post["published"] - before["published"]
        if gap < timedelta(0):
            yield _("it came out before the leg in front of it.")
        elif gap > LONG_GAP:
            yield _("it came out %(days)s days after the leg in front of it.") % {"days": gap.days}
        one, other = before["contributor"], person
        if one and other and one["sector"] and one["sector"] == other["sector"]:
            yield _("the same sector twice in a row.")


# And back ------------------------------------------------------------------------------------


def export_relay(relay: Relay) -> dict[str, Any]:
    """What readers see of a relay, in the format that `read_relay` reads.

    The leg that runs and the desk's drafts are not in it. Raises TransferFailed where a post
    has been withdrawn, as its number would leave a gap, and where no leg has begun.
    """
    if not relay.opened:
        raise TransferFailed(str(relay), _("no leg has begun, so there is nothing to export."))
    legs = relay.legs.finished().select_related("contributor", "handoff").order_by("number")
    articles = {
        article.leg_id: article
        for article in Article.objects.public()
        .filter(relay=relay)
        .with_text()
        .select_related("theme")
        .prefetch_related(Byline.with_contributor(), "tags")
    }
    return {
        "relay": {
            "title": relay.title,
            "slug": relay.slug,
            "short_name": relay.short_name,
            "language": relay.language,
            "introduction": relay.introduction,
            "theme": relay.theme.name if relay.theme else None,
            "alternation": relay.alternation,
            "started": timezone.localdate(relay.opened).isoformat(),
            "finished": relay.closed is not None,
            "closing_note": relay.closing_note,
        },
        "posts": [_exported_post(leg, articles.get(leg.pk)) for leg in legs],
    }


def _exported_post(leg: Leg, article: Article | None) -> dict[str, Any]:
    if article is None:
        raise TransferFailed(
            str(leg), _("its post has been withdrawn, so the relay can't be exported.")
        )
    live = article.live
    first, others = None, []
    if article.bylines.all():
        first, *others = [_exported_person(byline) for byline in article.bylines.all()]
    return {
        "number": leg.number,
        "published": timezone.localtime(article.published_at).isoformat(),
        "theme": article.theme.name if article.theme else None,
        "title": live.title,
        "standfirst": live.standfirst,
        "body": live.body,
        "interests": live.interests,
        "tags": sorted(tag.name for tag in article.tags.all()),
        "slug": article.slug,
        "sector": leg.sector,
        "handover": leg.handoff.message if leg.handoff else "",
        "contributor": first,
        "coauthors": others,
    }


def _exported_person(byline: Byline) -> dict[str, Any]:
    person = byline.contributor
    return {
        "name": person.name,
        "slug": person.slug,
        "job_title": byline.job_title,
        "organisation": byline.organisation,
        "sector": byline.sector,
        "biography": person.biography,
    }
