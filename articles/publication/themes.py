"""The themes, and a theme with its relays and its posts, which plain links narrow down."""

from collections.abc import Iterator
from typing import NamedTuple

from django.db.models import F
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from articles.models import Article
from articles.publication import linked_data
from articles.publication.forms import ThemeForm, query_of
from articles.publication.listing import address_of, list_articles
from articles.publication.moved import keeps_answering
from articles.publication.page import show
from relays.models import Sector, Theme

RELAYS_OF_A_THEME = 20
FACETS = {
    "sector": gettext_lazy("Sector"),
    "relay": gettext_lazy("Relay"),
    "year": pgettext_lazy("date", "Year"),
}


class Choice(NamedTuple):
    label: str
    address: str
    is_chosen: bool


class Facet(NamedTuple):
    label: Promise
    choices: list[Choice]


@require_safe
def themes(request):
    return show(request, "articles/themes.html", {"themes": Theme.objects.all()})


@require_safe
@keeps_answering(Theme)
def theme(request, slug):
    theme = get_object_or_404(Theme, slug=slug)
    address = address_of(ThemeForm(theme, request.GET))
    listing = list_articles(Article.objects.public().filter(theme=theme).for_cards(), address)
    running_first = F("closed").desc(nulls_first=True), "-opened", "-pk"
    relays = theme.relays.public().order_by(*running_first)[:RELAYS_OF_A_THEME]
    if listing.is_first:
        relays = relays.with_strip()
    values = {"sector": list(Sector), "relay": list(relays), "year": listing.years}
    way = (_("Themes"), reverse("articles:themes")), (theme.name, theme.get_absolute_url())
    return show(
        request,
        "articles/theme.html",
        {
            "theme": theme,
            "running": [relay for relay in relays if not relay.closed],
            "finished": [relay for relay in relays if relay.closed],
            "listing": listing,
            "facets": list(_facets(address, values)) if theme.post_count > 1 else [],
            "is_narrowed": bool(address["sector"] or address["relay"]),
            "newest": address["before"] and (query_of({**address, "before": None}) or "?"),
        },
        query=listing.query,
        about=[linked_data.trail(*way)],
    )


def _facets(address, values) -> Iterator[Facet]:
    """Ways to narrow the list down, and out again. A choice leads to the first page of its list."""
    for name, label in FACETS.items():
        if len(values[name]) < 2:
            continue
        chosen, rest = address[name], {**address, "before": None}
        every = Choice(_("All"), query_of({**rest, name: None}) or "?", not chosen)
        yield Facet(
            label,
            [
                every,
                *(
                    Choice(_label(value), query_of({**rest, name: value}), value == chosen)
                    for value in values[name]
                ),
            ],
        )


def _label(value):
    return str(value.label if isinstance(value, Sector) else value)
