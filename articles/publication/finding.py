"""The search page: a page of what was found, and the ways to narrow it down."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from articles import search
from articles.models import Article, Byline
from articles.publication.forms import SearchForm, query_of
from articles.publication.listing import address_of, narrowed
from articles.publication.marking import excerpt, marked
from relays.models import Relay, Sector, Theme

HITS_ON_A_PAGE = 20
LONGEST_FACET = 12
FACETS = {
    "theme": _("Theme"),
    "relay": _("Relay"),
    "sector": _("Sector"),
    "year": pgettext_lazy("date", "Year"),
}


class Row(NamedTuple):
    """A hit as the page shows it, with what was looked for marked."""

    article: Article
    title: SafeString
    words: SafeString
    writers: list[tuple[Byline, SafeString, SafeString]]  # each with name and presentation


class Choice(NamedTuple):
    """One way to narrow the search down, or one that is chosen and the way back."""

    label: str
    posts: int
    address: str


class Facet(NamedTuple):
    label: Promise
    choices: list[Choice]


@require_safe
def find(request):
    address = address_of(SearchForm(request.GET))
    if not address["q"]:
        return render(request, "articles/search.html", {"themes": Theme.objects.all()})
    query = search.parse(address["q"])
    hits = search.find(query, narrowed(Article.objects.public().with_sector(), address))
    start = address.pop("after") or 0
    end = start + HITS_ON_A_PAGE
    return render(
        request,
        "articles/search.html",
        {
            "words": address["q"],
            "count": len(hits),
            "is_cut_short": len(hits) == search.HITS,
            "rows": _rows(hits[start:end], query),
            "chosen": list(_chosen(address, len(hits))),
            "facets": list(_facets(address, hits)),
            "everything": _to({"q": address["q"]}),
            "more": _to(address, after=end) if end < len(hits) else "",
            "best": _to(address) if start else "",
        },
    )


def _rows(hits, query):
    articles = Article.objects.public().with_text().prefetch_related(Byline.with_contributor())
    found = articles.in_bulk([hit.pk for hit in hits])
    return [
        Row(
            article,
            marked(article.live.title, query),
            marked(excerpt(article, query), query),
            [
                (byline, marked(byline.contributor.name, query), marked(byline.presentation, query))
                for byline in article.bylines.all()
            ],
        )
        for article in (found.get(hit.pk) for hit in hits)
        if article  # withdrawn in this very moment
    ]


def _chosen(address, count) -> Iterator[Choice]:
    """What the search is narrowed down to, each with the way out of it."""
    for name in FACETS:
        if value := address[name]:
            yield Choice(_label(value), count, _to(address, **{name: None}))


def _facets(address, hits) -> Iterator[Facet]:
    """What the search can be narrowed down to: where a choice would leave something out."""
    for name, label in FACETS.items():
        if address[name]:
            continue
        counted = Counter(_values(name, hits))
        common = counted.most_common(LONGEST_FACET)
        if name == "year":
            common = sorted(counted.items(), reverse=True)
        if any(posts < len(hits) for _value, posts in common):
            yield Facet(
                label,
                [
                    Choice(_label(value), posts, _to(address, **{name: value}))
                    for value, posts in common
                ],
            )


def _values(name, hits) -> list:
    if name == "year":
        return [timezone.localtime(hit.published_at).year for hit in hits]
    said = [value for hit in hits if (value := getattr(hit, name))]
    if name == "sector":
        return [Sector(value) for value in said]
    keys = set(said)
    rows: dict = Theme.objects.in_bulk(keys) if name == "theme" else Relay.objects.in_bulk(keys)
    return [rows[key] for key in said]


def _label(value):
    return str(value.label if isinstance(value, Sector) else value)


def _to(address, **changed) -> str:
    """The address of this search with another choice."""
    return query_of({**address, **changed})
