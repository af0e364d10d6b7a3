"""Flat texts, and the foot of every page that leads to them."""

import time

from django.db import DatabaseError
from django.shortcuts import get_object_or_404
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from articles.models import Page
from articles.publication import linked_data
from articles.publication.moved import keeps_answering
from articles.publication.page import show

SECONDS_KEPT = 60

_kept: tuple[float, list[Page]] | None = None


@require_safe
@keeps_answering(Page)
def page(request, slug):
    page = get_object_or_404(Page, slug=slug)
    body = mark_safe(page.body)  # noqa: S308  (sanitised when it was stored)
    about = [linked_data.trail((page.title, page.get_absolute_url()))]
    return show(request, "articles/page.html", {"page": page, "body": body}, about=about)


def footer_pages() -> list[Page]:
    """What the foot of every page leads to, as it was a minute ago at most.

    Read once a minute, so that no page asks the database for its own frame; while the database
    is away, what is known stays.
    """
    global _kept
    now = time.monotonic()
    if _kept is None or now - _kept[0] > SECONDS_KEPT:
        try:
            _kept = now, list(Page.objects.in_footer().defer("body"))
        except DatabaseError:
            return _kept[1] if _kept else []
    return _kept[1]
