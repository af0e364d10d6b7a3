"""What readers see of a relay, in the format of the file that `read_relay` reads."""

from typing import Any

from django.db.models import Prefetch
from django.utils import timezone

from articles.models import Article, Byline, TaggedArticle
from articles.transfer.reading import TransferFailed
from relays.models import Leg, Relay


def export_relay(relay: Relay) -> dict[str, Any]:
    """The relay as a file: without the leg that runs and the desk's drafts.

    Raises TransferFailed where a post has been withdrawn, as its number would leave a gap, and
    where no leg has finished.
    """
    legs = relay.legs.finished().select_related("contributor", "handoff").order_by("number")
    if not legs:
        raise TransferFailed(str(relay), "no leg has finished, so there is nothing to export.")
    articles = {
        article.leg_id: article
        for article in Article.objects.public()
        .filter(relay=relay)
        .with_text()
        .select_related("theme")
        .prefetch_related(
            Byline.with_contributor(),
            Prefetch("taggings", TaggedArticle.objects.select_related("tag").order_by("pk")),
        )
    }
    return {
        "relay": _relay(relay),
        "posts": [_post(leg, articles.get(leg.pk)) for leg in legs],
    }


def _relay(relay: Relay) -> dict[str, Any]:
    return {
        "title": relay.title,
        "slug": relay.slug,
        "short_name": relay.short_name,
        "language": relay.language,
        "introduction": relay.introduction,
        "theme": relay.theme.name if relay.theme else None,
        "alternation": relay.alternation,
        "started": _day(relay.opened),
        "finished": relay.closed is not None,
        "closed": _day(relay.closed),
        "closing_note": relay.closing_note,
    }


def _post(leg: Leg, article: Article | None) -> dict[str, Any]:
    if article is None:
        raise TransferFailed(
            str(leg), "its post has been withdrawn, so the relay can't be exported."
        )
    assert article.live is not None, "readers see it"  # noqa: S101
    live = article.live
    writers: dict[int | None, dict] = {
        byline.contributor_id: _person(byline) for byline in article.bylines.all()
    }
    return {
        "number": leg.number,
        "published": timezone.localtime(article.published_at).isoformat(),
        "theme": article.theme.name if article.theme else None,
        "title": live.title,
        "standfirst": live.standfirst,
        "body": live.body,
        "interests": live.interests,
        "tags": [tagging.tag.name for tagging in article.taggings.all()],
        "slug": article.slug,
        "language": article.language,
        "replies": article.replies,
        "sector": leg.sector,
        "handover": leg.handoff.message if leg.handoff else "",
        "contributor": writers.pop(leg.contributor_id, None),
        "coauthors": list(writers.values()),
    }


def _person(byline: Byline) -> dict[str, Any]:
    person = byline.contributor
    return {
        "name": person.name,
        "slug": person.slug,
        "job_title": byline.job_title,
        "organisation": byline.organisation,
        "sector": byline.sector,
        "biography": person.biography,
    }


def _day(moment):
    return moment and timezone.localdate(moment).isoformat()
