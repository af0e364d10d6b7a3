"""A relay from a file into the database: all of it, or nothing.

Relays are found by slug, legs by number, people by slug and themes by name, so that the same
file again changes nothing and an amended file amends. What ran or was written here stays: a
file that says otherwise is refused.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from articles import desk, search, workflow
from articles.models import Article, Byline, Draft, Reason, Replies, Status
from articles.models.tag import tag_key, tags_for
from articles.transfer.reading import MORNING, TransferFailed, address_of, writers_of
from relays import baton
from relays.danish import unique_slug
from relays.errors import RuleBroken
from relays.models import Contributor, Relay, Theme
from relays.richtext import clean_html

FACTS = ("name", "job_title", "organisation", "sector", "biography")
LONG_GAP = timedelta(days=90)


@dataclass
class Report:
    """What an import did, and what somebody should look at."""

    created: int = 0
    changed: int = 0
    to_check: list[str] = field(default_factory=list)


@transaction.atomic
def import_relay(given: dict[str, Any], *, progress: Callable[[list], Iterable] = iter) -> Report:
    """Bring a relay that `read_relay` has read into the database, or bring it up to date.

    `progress` wraps the posts as they are worked through (a progress bar). Raises TransferFailed
    where the relay has moved on here and the file can't be laid over it.
    """
    work = _Import(given)
    before = None
    for post in progress(given["posts"]):
        try:
            work.take(post, before)
        except RuleBroken as broken:
            raise TransferFailed(_place(post), str(broken)) from broken
        before = post
    work.end()
    work.report.to_check = list(_what_to_check(given["posts"]))
    return work.report


class _Import:
    """One file on its way in: what is there already, by the keys of the file, and the report."""

    def __init__(self, given):
        self.given = given
        self.report = Report()
        _refuse_the_future(given["posts"])
        # Locked in the order of the house: articles, relay, themes.
        self.articles = self._articles()
        relay = Relay.objects.select_for_update(no_key=True).filter(slug=given["slug"]).first()
        self.themes = self._themes()
        self.is_new = relay is None
        self.relay = self._amended(relay) if relay else self._new_relay()
        self.legs = {leg.number: leg for leg in self.relay.legs.standing()}
        self._refuse_to_lose_legs()
        self.people = self._people()

    def _articles(self):
        theirs = Article.objects.filter(relay__slug=self.given["slug"]).order_by("pk")
        # Locked first and read after: what is joined to a row that was waited for may be stale.
        list(theirs.values_list("pk").select_for_update(no_key=True, of=("self",)))
        articles = theirs.select_related("draft", "live")
        articles = articles.prefetch_related("bylines", "taggings__tag")
        return {article.leg_id: article for article in articles}

    def _themes(self):
        names = {post["theme"] for post in self.given["posts"]} | {self.given["theme"]}
        for name in sorted(filter(None, names)):
            _theme, created = Theme.objects.get_or_create(
                name=name, defaults={"slug": unique_slug(name, Theme.objects)}
            )
            self.report.created += created
        locked = Theme.objects.select_for_update(no_key=True).filter(name__in=names)
        return {theme.name: theme for theme in locked.order_by("pk")}

    # The relay -----------------------------------------------------------------------------

    def _fields(self):
        names = ["title", "short_name", "language", "introduction", "alternation"]
        fields = {name: self.given[name] for name in names}
        return fields | {"theme": self.themes.get(self.given["theme"])}

    def _new_relay(self):
        self.report.created += 1
        return Relay.objects.create(slug=self.given["slug"], **self._fields())

    def _amended(self, relay):
        self._amend(relay, self._fields())
        return relay

    def _refuse_to_lose_legs(self):
        last = len(self.given["posts"])
        if any(number > last for number in self.legs):
            raise TransferFailed(
                "posts", f"“{self.relay}” has a leg {last + 1} here that the file does not have."
            )

    def end(self):
        """The relay's own dates, now that its legs stand."""
        opened, closed = _opened(self.given), _closed(self.given)
        note = self.given["closing_note"]
        self.report.changed += baton.amend_past(
            self.relay, opened=opened, closed=closed, closing_note=note
        )
        self.relay.refresh_from_db()
        if closed and not self.relay.closed:
            baton.close(self.relay, by=None, closing_note=note, at=closed)
            self.report.changed += not self.is_new
        search.index(Article.objects.filter(relay=self.relay))  # its names, writers and tags

    # The people ----------------------------------------------------------------------------

    def _people(self):
        """Each person once, by address, with all that the file says of them, the newest first."""
        said: dict[str, dict[str, str]] = {}
        newest: dict[str, datetime] = {}
        for post in sorted(self.given["posts"], key=lambda post: post["published"]):
            for person in writers_of(post):
                address = address_of(person)
                facts = {name: person[name] for name in FACTS if person[name]}
                said[address] = said.get(address, {}) | facts
                newest[address] = post["published"]
        return {address: self._person(address, said[address], newest[address]) for address in said}

    def _person(self, address, facts, newest):
        person = Contributor.objects.filter(slug=address).first()
        if person is None:
            self.report.created += 1
            return Contributor.objects.create(slug=address, **facts)
        if person.name != facts["name"]:
            raise TransferFailed(
                facts["name"],
                f"“{address}” is the address of {person.name} here. "
                "Give this person a slug of their own.",
            )
        if person.user_id is None and not self._is_known_better(person, newest):
            self._amend(person, facts)
        return person

    def _is_known_better(self, person, newest):
        # Whoever wrote elsewhere since then is presented as they were there.
        elsewhere = person.bylines.exclude(article__relay=self.relay)
        return elsewhere.filter(published_at__gt=newest).exists()

    # Legs and articles ---------------------------------------------------------------------

    def take(self, post, before):
        given = post["contributor"]
        facts = {
            "contributor": given and self.people[address_of(given)],
            "sector": _sector(post),
            "began": min(before["published"], post["published"]) if before else _opened(self.given),
            "message": post["handover"],
        }
        leg = self.legs.get(post["number"])
        if leg is None:
            self.report.created += 1
            self._new_article(baton.add_past_leg(self.relay, **facts), post)
            return
        if leg.is_running:
            raise TransferFailed(_place(post), f"leg {leg.number} is running here.")
        self.report.changed += baton.amend_past_leg(leg, **facts)
        self._amend_article(self.articles[leg.pk], post)

    def _new_article(self, leg, post):
        slug = post["slug"] or unique_slug(post["title"], Article.objects)
        if post["slug"] and Article.objects.filter(slug=slug).exists():
            raise TransferFailed(_place(post), f"another article has the address “{slug}” here.")
        article = Article.objects.create(
            leg=leg,
            relay=self.relay,
            theme=self.themes.get(post["theme"]),
            language=post["language"],
            replies=post["replies"] or Replies.OPEN,
        )
        Draft.objects.create(article=article, **_content(post))
        self._freeze_bylines(article, post, [])
        workflow.publish_import(article, published_at=post["published"], slug=slug)
        if post["tags"]:
            article.tags.set(tags_for(post["tags"]))
        self.report.created += 1

    def _amend_article(self, article, post):
        if article.status != Status.LIVE:
            raise TransferFailed(_place(post), f"“{article}” is being worked on here.")
        changed_before = self.report.changed
        self._freeze_bylines(article, post, article.bylines.all())
        replies = post["replies"] or article.replies  # a file may say nothing of them
        self._amend(article, {"language": post["language"], "replies": replies})
        self._amend_text(article, post)
        theme = self.themes.get(post["theme"])
        if article.theme_id != (theme and theme.pk):
            workflow.change_theme(article, theme)
            self.report.changed += 1
        if {tag_key(word) for word in post["tags"]} != {
            tagging.tag.key for tagging in article.taggings.all()
        }:
            article.tags.set(tags_for(post["tags"]))
            self.report.changed += 1
        if self.report.changed > changed_before and article.live.reason != Reason.IMPORTED:
            raise TransferFailed(
                _place(post), f"“{article}” was published here: a file can't change it."
            )

    def _amend_text(self, article, post):
        content = _content(post)
        if article.draft.content | content != article.draft.content:  # a file holds no picture
            desk.save_draft(article, content, by=None, version=article.draft.version)
            workflow.publish_import(article, published_at=post["published"], slug=article.slug)
            self.report.changed += 1
        elif article.published_at != post["published"]:
            workflow.correct_publication_date(article, post["published"])
            self.report.changed += 1

    def _freeze_bylines(self, article, post, known):
        """Writers as the file has them; who becomes known later gets a byline then."""
        frozen = {byline.contributor_id: byline for byline in known}
        for order, given in enumerate(writers_of(post), start=1):
            person = self.people[address_of(given)]
            fields = {
                "order": order,
                "published_at": post["published"],
                "job_title": given["job_title"] or "",
                "organisation": given["organisation"] or "",
                "sector": _sector(post)
                if order == 1 and given["sector"] is None
                else given["sector"] or "",
            }
            if byline := frozen.pop(person.pk, None):
                self._amend(byline, fields)
            else:
                Byline.objects.create(article=article, contributor=person, **fields)
                self.report.created += 1
        for byline in frozen.values():
            byline.delete()
            self.report.changed += 1

    def _amend(self, row, fields):
        changed = [name for name, value in fields.items() if getattr(row, name) != value]
        for name in changed:
            setattr(row, name, fields[name])
        if changed:
            row.save(update_fields=changed)
            self.report.changed += 1


def _content(post):
    plain = {name: post[name] for name in ("title", "standfirst", "interests")}
    return plain | {"body": clean_html(post["body"])}


def _sector(post):
    """The leg's: what the post says, else its writer's."""
    if post["sector"] is None:
        return (post["contributor"] or {}).get("sector") or ""
    return post["sector"]


def _opened(given):
    return min(_morning(given["started"]), *(post["published"] for post in given["posts"]))


def _closed(given):
    """The day the file names, at the earliest with the last post; None while it goes on."""
    if not given["finished"]:
        return None
    last = max(post["published"] for post in given["posts"])
    return max(_morning(given["closed"]), last) if given["closed"] else last


def _morning(day):
    return timezone.make_aware(datetime.combine(day, MORNING))


def _refuse_the_future(posts):
    for post in posts:
        if post["published"] > timezone.now():
            raise TransferFailed(_place(post), "it has not come out yet: that day is to come.")


def _place(post):
    return f"leg {post['number']}"


# What a person should look at ------------------------------------------------------------------


def _what_to_check(posts):
    for before, post in zip([None, *posts], posts, strict=False):
        yield from (f"Leg {post['number']}: {doubt}" for doubt in _doubts(post, before))


def _doubts(post, before) -> Iterable[str]:
    yield from _doubts_of_writer(post)
    if not post["body"]:
        lacking = "there is no text, only the standfirst."
        yield lacking if post["standfirst"] else "there is neither text nor standfirst."
    if not post["theme"]:
        yield "it has no theme."
    if before:
        yield from _doubts_of_order(post, before)


def _doubts_of_writer(post):
    person = post["contributor"]
    if person is None:
        yield "the writer is not known."
        if post["handover"]:
            yield "the words of the handover have nobody to go to and were left out."
        return
    if not _sector(post):
        yield f"{person['name']} has no sector."
    if not (person["job_title"] or person["organisation"]):
        yield f"neither job title nor organisation of {person['name']} is known."


def _doubts_of_order(post, before):
    gap = post["published"] - before["published"]
    if gap < timedelta(0):
        yield "it came out before the leg in front of it."
    elif gap > LONG_GAP:
        yield f"it came out {gap.days} days after the leg in front of it."
    if _sector(post) and _sector(post) == _sector(before):
        yield "the same sector twice in a row."
