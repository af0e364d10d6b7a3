"""How much of a text a viewer gets. No other place decides that."""

import re
from math import ceil
from typing import NamedTuple

from django.utils.safestring import SafeString, mark_safe

from articles.models import Article, Showing
from relays.richtext import word_count


class VisiblePart(NamedTuple):
    html: SafeString
    complete: bool

    @property
    def first_paragraph(self):
        """The words of the first paragraph, as HTML without the paragraph around them."""
        found = re.search(r"<p>(.*?)</p>", self.html, re.S)
        return mark_safe(found[1]) if found else ""  # noqa: S308

    @property
    def minutes(self):
        """Reading time, at 220 words a minute; 0 where there is no text."""
        return ceil(word_count(self.html) / 220)


def visible_part(article: Article, viewer) -> VisiblePart:
    """The part of the live text that goes out to this viewer. Every article is open."""
    assert article.live is not None, "a viewer is shown published articles"  # noqa: S101
    # Sanitised when it was stored (relays.richtext.clean_html), never touched afterwards.
    return VisiblePart(mark_safe(article.live.body), complete=True)  # noqa: S308


def draft_part(article: Article) -> VisiblePart:
    """The whole draft, for those who work on it."""
    return VisiblePart(mark_safe(article.draft.body), complete=True)  # noqa: S308


def shown_part(showing: Showing) -> VisiblePart:
    """The whole of one revision, for whoever was sent the link to it."""
    return VisiblePart(mark_safe(showing.revision.body), complete=True)  # noqa: S308
