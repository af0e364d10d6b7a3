"""Rich text: the editor, the one allow-list, the one sanitiser, and plain writing without a script.

`clean_html` is the gate: whatever is stored has passed it, and nothing touches the text
afterwards. The editor is a library behind this module alone.
"""

import base64
import hashlib
import re
from functools import cache
from html import unescape
from urllib.parse import urlsplit

import nh3
from django import forms
from django.forms.widgets import Script
from django.utils.html import strip_tags
from django_prose_editor.widgets import ProseEditorWidget, importmap, prose_editor_media
from js_asset import Media

from relays import office, plaintext

TAGS = {"p", "h2", "h3", "strong", "em", "a", "ul", "ol", "li", "blockquote", "br", "hr"}

# What the editor offers is what TAGS allow: one list in two dialects.
EXTENSIONS = {
    "Bold": True,
    "Italic": True,
    "Heading": {"levels": [2, 3]},
    "BulletList": True,
    "OrderedList": {"enableListAttributes": False},
    "ListItem": True,
    "Blockquote": True,
    "HardBreak": True,
    "HorizontalRule": True,
    "Link": {"enableTarget": False, "protocols": ["https", "http", "mailto"]},
    "NoSpellCheck": False,
    "History": True,
    "Menu": True,
}

# Tiptap adds a style element of its own; without it every typed space is stored as U+00A0.
EDITOR_STYLE_HASH = "'sha256-PlumsSlvJ7vvWzjqibGAYKq92O3y/4JTxWWsWJvyUYA='"

_TAG = re.compile(r'(<(?:[^>"]|"[^"]*")*>)')
_SPACE = re.compile(r"(?:\s|<br>|&nbsp;)*")
# What an element may hold and still say nothing.
_NOTHING = dict.fromkeys(("p", "h2", "h3", "li", "blockquote"), _SPACE) | {
    "a": re.compile(rf"{_SPACE.pattern}|</?(?:strong|em)>"),  # a link on nothing, even in bold
    "ul": re.compile(r"\s*"),
    "ol": re.compile(r"\s*"),
    "strong": re.compile(""),
    "em": re.compile(""),
}
_RENAMED = [
    (re.compile(rf"<(/?){old}(?=[\s>])", re.I), rf"<\1{new}")
    for old, new in (
        ("b", "strong"),
        ("i", "em"),
        ("h1", "h2"),
        ("h4", "h3"),
        ("h5", "h3"),
        ("h6", "h3"),
        ("div", "p"),
        ("td", "p"),
        ("th", "p"),
        ("caption", "p"),
    )
]


def is_safe_link(target: str) -> bool:
    """http and https with a host, mailto, #fragment, or a path with a single slash in front."""
    if re.search(r"[\x00-\x20\x7f\\]", target):
        return False
    try:
        parts = urlsplit(target)
    except ValueError:
        return False
    if parts.scheme in ("http", "https"):
        return bool(parts.hostname)
    if parts.scheme == "mailto":
        return "@" in parts.path
    return not parts.scheme and (
        target.startswith("#") or (target.startswith("/") and not target.startswith("//"))
    )


def _keep_attribute(tag, attribute, value):
    return value.strip() if is_safe_link(value.strip()) else None


_cleaner = nh3.Cleaner(
    tags=TAGS,
    clean_content_tags={"script", "style", "title", "head", "noscript", "template"},
    attributes={"a": {"href"}},
    attribute_filter=_keep_attribute,
    url_schemes={"http", "https", "mailto"},
    link_rel=None,
    strip_comments=True,
)


def clean_html(html: str) -> str:
    """The text with nothing in it but what the allow-list names. Cleaning twice changes nothing."""
    html = office.meant(html)
    for pattern, new in _RENAMED:
        html = pattern.sub(new, html)
    cleaned = _cleaner.clean(html.replace("\x00", ""))
    while True:
        shorter = _without_empty_tags(cleaned).strip()
        if shorter == cleaned:
            return cleaned
        cleaned = _cleaner.clean(shorter)


def _without_empty_tags(html):
    """Links that lost their target, and what the editor leaves empty, say nothing."""
    kept: list[str] = []
    opened: list[int] = []
    for token in _TAG.split(html):
        if token.startswith("</"):
            place, tag = opened.pop(), token[2:-1]
            is_empty = all(_NOTHING[tag].fullmatch(kept[n]) for n in range(place + 1, len(kept)))
            if tag == "a" and (is_empty or kept[place] == "<a>"):
                kept[place] = ""
            elif is_empty:
                del kept[place:]
            else:
                kept.append(token)
        elif token:
            if token.startswith("<") and token not in ("<br>", "<hr>"):
                opened.append(len(kept))
            kept.append(token)
    return "".join(kept)


def plain_text(html: str) -> str:
    """The words alone, on one line."""
    apart = re.sub(r"</(p|h2|h3|li|blockquote)>|<br>|<hr>", " ", html)
    return " ".join(unescape(strip_tags(apart)).split())


def word_count(html: str) -> int:
    return len(plain_text(html).split())


# The field -----------------------------------------------------------------------------------


class RichTextWidget(ProseEditorWidget):
    """A textarea for plain writing, which a script turns into the editor.

    Without a script the person sees and writes plain text (`relays.plaintext`); a hidden field
    says which of the two was sent, and the HTML as it was comes back untouched if they changed
    nothing.
    """

    template_name = "relays/rich_text.html"

    def __init__(self, attrs=None):
        super().__init__(attrs, config={"extensions": EXTENSIONS}, preset="configurable")

    @property
    def media(self):
        ours = Media(
            js=[
                Script("js/rich-text.js", type="module"),
                Script("js/office-paste.js", type="module"),
            ],
            css={"all": ["css/rich-text.css"]},
        )
        return ours + prose_editor_media(preset=self.preset)

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        html = value or ""
        context["widget"] |= {"value": plaintext.from_html(html), "html": html}
        return context

    def value_from_datadict(self, data, files, name):
        text = data.get(name)
        if text is None or data.get(f"{name}_format") != "plain":
            return text
        before = data.get(f"{name}_before", "")
        if _same_lines(text, plaintext.from_html(before)):
            return before
        return plaintext.to_html(text)


class RichTextField(forms.CharField):
    """Rich text in, sanitised rich text out."""

    widget = RichTextWidget

    def clean(self, value):
        return clean_html(super().clean(value))

    def has_changed(self, initial, data):
        return clean_html(initial or "") != clean_html(data or "")


def _same_lines(one, other):
    return one.split() == other.split()


@cache
def editor_csp() -> dict[str, list[str]]:
    """What pages with the editor add to the content policy: its import map and its style."""
    _tag, _end, source = str(importmap).removesuffix("</script>").partition(">")
    digest = hashlib.sha256(source.encode()).digest()
    return {
        "script-src": [f"'sha256-{base64.b64encode(digest).decode()}'"],
        "style-src": [EDITOR_STYLE_HASH],
    }
