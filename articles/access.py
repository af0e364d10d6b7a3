"""How much of a text a viewer gets. No other place decides that.

Of a members' article everybody gets the beginning: up to the one line across the text, else the
first two paragraphs. A text that has nothing after that is open as a whole.
"""

import re
from math import ceil
from typing import NamedTuple

from django.db.models import Q
from django.utils.safestring import SafeString, mark_safe

from articles import permissions
from articles.models import Access, Article, Grant, Showing
from relays.models import Handoff, HandoffState, Leg, Relay, User
from relays.richtext import plain_text, word_count

PARAGRAPHS_BEFORE_THE_CUT = 2

# As relays.richtext writes them; a link's address may hold any sign but a quotation mark.
_TAG = re.compile(r'<(?P<end>/?)(?P<name>\w+)(?: href="[^"]*")?>')
_PIECES_OF_TEXT = {"p", "ul", "ol", "blockquote"}


class VisiblePart(NamedTuple):
    html: SafeString  # what everybody gets, or all of it
    complete: bool
    rest: SafeString = SafeString()  # what a member gets besides
    words: int = 0  # of the whole text, where that is more

    @property
    def first_paragraph(self):
        """The words of the first paragraph, as HTML without the paragraph around them."""
        found = re.search(r"<p>(.*?)</p>", self.html, re.S)
        return mark_safe(found[1]) if found else ""  # noqa: S308

    @property
    def minutes(self):
        """Reading time of the whole text, at 220 words a minute; 0 where there is no text."""
        return ceil((self.words or word_count(self.html)) / 220)


def visible_part(article: Article, viewer: User | None) -> VisiblePart:
    """The part of the live text that goes out to this viewer; None is everybody."""
    assert article.live is not None, "a viewer is shown published articles"  # noqa: S101
    if article.access == Access.OPEN:
        return _whole(article.live.body)
    opening, rest = cut(article.live.body)
    if not rest:
        return _whole(opening)
    may_read = viewer is not None and may_read_on(viewer, article)
    words = word_count(article.live.body)
    # Sanitised when it was stored (relays.richtext.clean_html), never touched afterwards.
    return VisiblePart(
        mark_safe(opening),  # noqa: S308
        complete=may_read,
        rest=mark_safe(rest) if may_read else SafeString(),  # noqa: S308
        words=words,
    )


def draft_part(article: Article) -> VisiblePart:
    """The whole draft, for those who work on it."""
    return _whole(article.draft.body)


def shown_part(showing: Showing) -> VisiblePart:
    """The whole of one revision, for whoever was sent the link to it."""
    return _whole(showing.revision.body)


def _whole(html):
    return VisiblePart(mark_safe(html), complete=True)  # noqa: S308


# Who may read on -----------------------------------------------------------------------------


def may_read_on(viewer: User, article: Article) -> bool:
    """Editors and the text's own writers by right, others while they have access."""
    if not viewer.is_active:
        return False  # and nobody who is not logged in
    return article.bylines.filter(contributor__user=viewer).exists() or has_access(viewer)


def has_access(user: User) -> bool:
    """Does this person read every members' article now? Computed each time, stored nowhere."""
    return (
        permissions.is_editor(user)
        or Grant.objects.running().reaching(user).exists()
        or runs_in_a_relay(user)
    )


def runs_in_a_relay(user: User) -> bool:
    """Contributors read free while their relay runs: whoever has a leg, or waits for theirs."""
    waits = Handoff.objects.filter(receiver__user=user, state=HandoffState.ACCEPTED)
    relays = Relay.objects.unfinished().filter(
        Q(legs__in=Leg.objects.standing().filter(contributor__user=user)) | Q(handoffs__in=waits)
    )
    return relays.exists()


# The cut -------------------------------------------------------------------------------------


def cut(html: str) -> tuple[str, str]:
    """What is open of a members' text, and what is not."""
    pieces = _pieces(html)
    rules = [piece for piece in pieces if piece.name == "hr"]
    if len(rules) == 1:
        opening, rest = html[: rules[0].start], html[rules[0].end :]
        if plain_text(opening) and plain_text(rest):
            return opening, rest
    opening, rest = _after_the_paragraphs(html, pieces)
    return (opening, rest) if plain_text(rest) else (html, "")


class OpenWords(NamedTuple):
    opening: int
    rest: int

    @property
    def all(self):
        return self.opening + self.rest


def open_words(html: str) -> OpenWords:
    """How much of this text everybody would read, were it for members."""
    return OpenWords(*(word_count(part) for part in cut(html)))


class _Piece(NamedTuple):
    """A paragraph, heading, list, quotation or line that stands in no other."""

    name: str
    start: int
    end: int


def _pieces(html):
    pieces, depth, start = [], 0, 0
    for tag in _TAG.finditer(html):
        name = tag["name"]
        if name == "br":
            continue
        if tag["end"]:
            depth -= 1
        elif depth == 0:
            start = tag.start()
        if not tag["end"] and name != "hr":
            depth += 1
        if depth == 0:
            pieces.append(_Piece(name, start, tag.end()))
    return pieces


def _after_the_paragraphs(html, pieces):
    paragraphs = [piece for piece in pieces if piece.name == "p"]
    if len(paragraphs) < PARAGRAPHS_BEFORE_THE_CUT:
        # A text of lists or quotations: its first piece, or nothing would lie behind.
        paragraphs = [piece for piece in pieces if piece.name in _PIECES_OF_TEXT]
        at = paragraphs[0].end if paragraphs else len(html)
    else:
        at = paragraphs[PARAGRAPHS_BEFORE_THE_CUT - 1].end
    return html[:at], html[at:]
