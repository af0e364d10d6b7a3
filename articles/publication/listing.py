"""Lists that page by key and have years to jump by. No offset, no count of rows."""

from datetime import datetime
from typing import NamedTuple

from django.db.models import Subquery
from django.http import Http404
from django.utils import timezone

from articles.models import Article
from articles.publication.forms import query_of


class Listing(NamedTuple):
    articles: list
    older: str  # the query string of the next page, "" on the last
    years: list[int]  # newest first; none where one year holds everything
    year: int | None
    query: str  # of this page, "" on the first

    @property
    def is_first(self):
        return not self.query


def list_articles(articles, address: dict, *, size=20) -> Listing:
    """One page of these articles, newest first, narrowed down to what its address says."""
    page = narrowed(articles, address)
    if address["before"]:
        page = page.before(*address["before"])
    rows, more = one_page(page.newest_first(), size)
    older = {**address, "before": rows and (rows[-1].published_at, rows[-1].pk)}
    return Listing(
        rows,
        query_of(older) if more else "",
        years_since(*_ends(articles)),
        address["year"],
        query_of(address),
    )


def _ends(articles):
    """When the oldest of these came out, and the newest: two looks into the index, in one query."""
    ends = [
        Subquery(rows.values("published_at")[:1])
        for rows in (articles.oldest_first(), articles.newest_first())
    ]
    return Article.objects.public().values_list(*ends).first() or (None, None)


def narrowed(articles, address: dict):
    """The articles of the theme, relay, sector and year that an address names, as far as it does."""
    if address.get("sector"):
        articles = articles.with_sector()
    wanted = {name: address[name] for name in ("theme", "relay", "sector") if address.get(name)}
    articles = articles.filter(**wanted)
    return between(articles, address["year"]) if address["year"] else articles


def address_of(form) -> dict:
    if not form.is_valid():
        raise Http404
    return form.cleaned_data


def one_page(rows, size) -> tuple[list, bool]:
    """The first rows of a queryset, and whether there are more."""
    found = list(rows[: size + 1])
    return found[:size], len(found) > size


def years_since(first: datetime | None, until: datetime | None = None) -> list[int]:
    """Years from newest to oldest; none where there would be one only."""
    until = until or timezone.now()
    start, end = timezone.localtime(first or until).year, timezone.localtime(until).year
    return list(range(end, start - 1, -1)) if start < end else []


def between(articles, year: int, month: int | None = None):
    """The articles of a year, or of a month, by the newsroom's clock."""
    begins = midnight(year, month or 1)
    ends = midnight(year, month + 1) if month and month < 12 else midnight(year + 1, 1)
    return articles.filter(published_at__gte=begins, published_at__lt=ends)


def midnight(year, month):
    return datetime(year, month, 1, tzinfo=timezone.get_current_timezone())
