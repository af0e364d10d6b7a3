"""A comment's words on a page: plain text in paragraphs, and never anything else."""

import re

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from relays.richtext import is_safe_link

register = template.Library()

LONGEST_SHOWN = 60

# An address as people type it; what ends the sentence around it is no part of it.
_ADDRESS = re.compile(r"(https?://[^\s<>\"'»«“”]*[^\s<>\"'»«“”.,:;!?)\]])", re.I)


@register.filter
def reply_html(words: str) -> SafeString:
    """Paragraphs as they were typed; addresses as links for which nobody here vouches."""
    paragraphs = re.split(r"\n{2,}", words)
    html = "".join(f"<p>{_lines(paragraph)}</p>" for paragraph in paragraphs)
    return mark_safe(html)  # noqa: S308  (each piece is escaped below)


def _lines(paragraph):
    return "<br>".join(_linked(line) for line in paragraph.split("\n"))


def _linked(line):
    # The pattern has one group: what stands at odd places is what it has found.
    pieces = enumerate(_ADDRESS.split(line))
    return "".join(_link(piece) if place % 2 else escape(piece) for place, piece in pieces)


def _link(address):
    if not is_safe_link(address):
        return escape(address)
    shown = address if len(address) <= LONGEST_SHOWN else f"{address[: LONGEST_SHOWN - 1]}…"
    return f'<a href="{escape(address)}" rel="nofollow ugc noopener">{escape(shown)}</a>'


@register.filter
def one_line(words: str) -> str:
    return " ".join(words.split())
