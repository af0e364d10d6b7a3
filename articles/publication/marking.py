"""What was looked for, marked in a text. Everything is escaped but the marks."""

import unicodedata

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from articles import access
from articles.models import Article
from articles.search import Query
from articles.stems import WORD
from relays.richtext import plain_text

BEFORE, LENGTH = 90, 260  # characters of an excerpt: in front of the first hit, and in all


def marked(text: str, query: Query) -> SafeString:
    """The text as HTML, with every word that the query knows in a `<mark>`."""
    text = unicodedata.normalize("NFC", text)
    html, end = "", 0
    for found in WORD.finditer(text):
        if query.knows(found["word"]):
            html += f"{escape(text[end : found.start()])}<mark>{escape(found['word'])}</mark>"
            end = found.end("word")
    return mark_safe(html + escape(text[end:]))  # noqa: S308


def excerpt(article: Article, query: Query) -> str:
    """The standfirst, or the words around the first hit where that is in the text alone."""
    assert article.live is not None, "what is found is published"  # noqa: S101
    standfirst = article.live.standfirst
    if _first_hit(standfirst, query) is not None:
        return standfirst
    text = unicodedata.normalize("NFC", plain_text(access.visible_part(article, None).html))
    at = _first_hit(text, query)
    if at is None:
        return standfirst or _around(text, 0)
    return _around(text, at)


def _first_hit(text, query):
    words = WORD.finditer(unicodedata.normalize("NFC", text))
    return next((found.start() for found in words if query.knows(found["word"])), None)


def _around(text, at):
    start = text.find(" ", at - BEFORE, at) + 1 if at > BEFORE else 0
    end = text.rfind(" ", at, start + LENGTH) if len(text) > start + LENGTH else len(text)
    if end <= at:
        end = start + LENGTH
    return ("… " if start else "") + text[start:end] + (" …" if end < len(text) else "")
