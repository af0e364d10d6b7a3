"""What a page is about, for machines: JSON-LD in the words of schema.org."""

import json
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from articles.access import VisiblePart
from articles.models import Article, Byline
from relays.models import Contributor, Relay

Data = dict[str, Any]

# What is for members, by the place that it has on the page.
THE_REST: Data = {
    "@type": "WebPageElement",
    "isAccessibleForFree": False,
    "cssSelector": ".rest",
}

# As in Django's own json_script: nothing of the text can end the element or begin another.
ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


def as_block(*things: Data) -> SafeString:
    """A data block: no script, so the content policy has nothing to allow."""
    graph = {"@context": "https://schema.org", "@graph": [_without_gaps(each) for each in things]}
    words = json.dumps(graph, ensure_ascii=False).translate(ESCAPES)
    return mark_safe(f'<script type="application/ld+json">{words}</script>')  # noqa: S308


def of_site() -> Data:
    return {
        "@type": "WebSite",
        "name": settings.SITE_NAME,
        "description": settings.SITE_DESCRIPTION,
        "inLanguage": settings.LANGUAGE_CODE,
        "url": _address(reverse("articles:front")),
        "publisher": _publisher(),
    }


def of_article(article: Article, part: VisiblePart) -> Data:
    """A public article, loaded with its text, theme, relay and bylines."""
    assert article.live is not None  # noqa: S101
    assert article.published_at is not None  # noqa: S101
    card = getattr(article.live, "card", None)  # the clock draws it in a moment
    return {
        "@type": "Article" if article.leg else "NewsArticle",
        "headline": article.live.plain_title,
        "description": article.live.standfirst,
        "url": _address(article.get_absolute_url()),
        "inLanguage": article.language,
        "datePublished": article.published_at.isoformat(),
        "dateModified": article.changed_at.isoformat(),
        "isAccessibleForFree": part.complete,
        "hasPart": None if part.complete else THE_REST,
        "image": card and _address(card.get_absolute_url()),
        "articleSection": article.theme and article.theme.name,
        "author": [_of_byline(byline) for byline in article.bylines.all()],
        "publisher": _publisher(),
        "isPartOf": article.relay and of_relay(article.relay),
        "position": article.leg and article.leg.number,
    }


def of_relay(relay: Relay) -> Data:
    return {
        "@type": "CreativeWorkSeries",
        "name": relay.name,
        "description": relay.introduction or relay.title,
        "url": _address(relay.get_absolute_url()),
        "inLanguage": relay.language,
    }


def of_contributor(person: Contributor) -> Data:
    return {
        "@type": "Person",
        "name": person.name,
        "url": _address(person.get_absolute_url()),
        "description": person.biography,
        **_work(person),
    }


def trail(*steps: tuple[str, str]) -> Data:
    """The way to a page from the front page: (name, address) of each step, the page last."""
    whole = [(settings.SITE_NAME, reverse("articles:front")), *steps]
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": number, "name": name, "item": _address(address)}
            for number, (name, address) in enumerate(whole, start=1)
        ],
    }


def trail_to_relay(relay: Relay, *further: tuple[str, str]) -> Data:
    relays = (_("Relays"), reverse("articles:relays"))
    return trail(relays, (relay.name, relay.get_absolute_url()), *further)


def trail_to_article(article: Article) -> Data:
    assert article.live is not None  # noqa: S101
    here = (article.live.plain_title, article.get_absolute_url())
    if article.relay:
        return trail_to_relay(article.relay, here)
    if article.theme:
        themes = (_("Themes"), reverse("articles:themes"))
        return trail(themes, (article.theme.name, article.theme.get_absolute_url()), here)
    return trail(here)


def _of_byline(byline: Byline) -> Data:
    person = byline.contributor
    return {
        "@type": "Person",
        "name": person.name,
        "url": _address(person.get_absolute_url()),
        **_work(byline),  # as it was when they wrote
    }


def _work(who) -> Data:
    works_for = {"@type": "Organization", "name": who.organisation}
    return {"jobTitle": who.job_title, "worksFor": works_for if who.organisation else None}


def _publisher() -> Data:
    return {
        "@type": "Organization",
        "name": settings.SITE_NAME,
        "url": _address(reverse("articles:front")),
    }


def _address(path):
    return settings.SITE_URL + path


def _without_gaps(thing):
    """What is not known is not said."""
    if isinstance(thing, dict):
        return {
            key: _without_gaps(value) for key, value in thing.items() if value not in ("", None, [])
        }
    return [_without_gaps(each) for each in thing] if isinstance(thing, list) else thing
