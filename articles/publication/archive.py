"""Everything that was published, by year and month; and a relay as one document to print."""

from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from django.db.models import Max, Min, Subquery
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from articles import access
from articles.models import Article, Byline
from articles.publication import linked_data
from articles.publication.forms import ArchiveForm, query_of
from articles.publication.listing import address_of, between, midnight, one_page
from articles.publication.moved import keeps_answering
from articles.publication.page import show
from relays.models import Leg, Relay

POSTS_ON_A_PAGE = 40


@require_safe
def newest_year(request):
    """The address of the whole archive leads to its newest year."""
    return redirect("articles:archive", years_of_archive()[0])


@require_safe
def year(request, year):
    years = years_of_archive()
    if year not in years:
        raise Http404
    address = address_of(ArchiveForm(request.GET))
    month, before = address["month"], address["before"]
    of_year = between(Article.objects.public(), year)
    articles = between(of_year, year, month) if month else of_year
    if before:
        articles = articles.before(*before)
    page, more = one_page(articles.newest_first().for_cards(), POSTS_ON_A_PAGE)
    older = {"month": month, "before": page and (page[-1].published_at, page[-1].pk)}
    months = months_with_posts(year)
    return show(
        request,
        "articles/archive.html",
        {
            "year": year,
            "years": years,
            "months": months,
            "month": month,
            "groups": [
                (key, list(group))
                for key, group in groupby(page, lambda article: _month(article.published_at))
            ],
            "older": query_of(older) if more else "",
            "is_first": not any(address.values()),
        },
        query=query_of(address),
        about=[linked_data.trail((_("Archive"), reverse("articles:archive", args=[year])))],
    )


def years_of_archive() -> range:
    """From the newest year with a post to the oldest; this one while there is none."""
    ends = Article.objects.public().aggregate(first=Min("published_at"), last=Max("published_at"))
    now = timezone.now()
    first, last = (timezone.localtime(moment or now).year for moment in ends.values())
    return range(last, first - 1, -1)


def months_with_posts(year: int) -> list[datetime]:
    """Newest first."""
    posts, months = Article.objects.public(), range(12, 0, -1)
    return _with_posts({midnight(year, month): between(posts, year, month) for month in months})


def years_with_posts() -> list[int]:
    """Newest first."""
    posts = Article.objects.public()
    return _with_posts({year: between(posts, year) for year in years_of_archive()})


def _with_posts(spans):
    """A look into the index for each, so that a long year costs what a short one does."""
    newest = [Subquery(posts.newest_first().values("pk")[:1]) for posts in spans.values()]
    rows = Article.objects.public().values_list(*newest)[:1]
    return [span for row in rows for span, found in zip(spans, row, strict=True) if found]


def _month(moment):
    return timezone.localdate(moment).replace(day=1)


class WholeLeg(NamedTuple):
    leg: Leg
    article: Article
    part: access.VisiblePart


@require_safe
@keeps_answering(Relay)
def whole_relay(request, slug):
    """Every public leg of a relay in the order they ran, for the printer."""
    relay = get_object_or_404(
        Relay.objects.public().select_related("theme").with_strip(), slug=slug
    )
    legs = relay.legs.standing().select_related("contributor", "handoff__giver__contributor")
    articles = Article.objects.public().filter(relay=relay).with_text()
    with_facts = articles.prefetch_related(Byline.with_contributor(), "corrections")
    by_leg = {article.leg_id: article for article in with_facts}
    rows = [
        WholeLeg(leg, by_leg[leg.pk], access.visible_part(by_leg[leg.pk], None))
        for leg in legs.order_by("number")
        if leg.pk in by_leg
    ]
    return show(request, "articles/whole_relay.html", {"relay": relay, "rows": rows})
