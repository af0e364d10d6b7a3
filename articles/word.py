"""A text that arrives as a Word file: its words, and a list of what a text here cannot hold.

The file is a stranger's. It is read by `articles.word_child` in a process of its own, with little
memory and time and without an open file; what comes back is sanitised like everything else.
"""

import json
import logging
import re
import subprocess
import sys
import tempfile
from html import unescape
from pathlib import Path
from typing import IO, NamedTuple

from django.utils.html import strip_tags
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from articles.models import Draft, Revision, Text
from relays.errors import RuleBroken
from relays.richtext import clean_html

logger = logging.getLogger(__name__)

MOST_BYTES = 10_000_000
SECONDS = 10
CHILD = Path(__file__).with_name("word_child.py")

REFUSALS = {
    "not_word": _("This is not a Word file. Choose one whose name ends in .docx."),
    "old_word": _(
        "This is an old Word file (.doc). Open it in Word, save it as a Word document (.docx), "
        "and choose that one."
    ),
    "pdf": _(
        "This is a PDF, and we can't read the words of one. Choose the Word file (.docx) that it "
        "was made from."
    ),
    "rtf": _("This is an RTF file. Open it in Word and save it as a Word document (.docx)."),
    "odt": _("This is an OpenDocument file. Save it as a Word document (.docx) and choose that."),
    "pages": _("This is a Pages file. In Pages, export it to Word (.docx) and choose that."),
    "macros": _(
        "This file can hold macros, and we don't open such files. Save it as an ordinary Word "
        "document (.docx)."
    ),
    "encrypted": _("This file is locked with a password. Save it without one and try again."),
    "doctype": _("This file holds something that Word never writes, so we have not opened it."),
    "too_large": _(
        "This file is too large. Save it without pictures, or copy the text and paste it instead."
    ),
    "unreadable": _(
        "This file is damaged. Open it in Word and save it anew, or copy the text and paste it."
    ),
    "empty": _("There is no text in this file."),
}

LOST = {
    "pictures": ngettext_lazy("%(count)d picture", "%(count)d pictures", "count"),
    "tables": ngettext_lazy(
        "%(count)d table (its words are kept as paragraphs)",
        "%(count)d tables (their words are kept as paragraphs)",
        "count",
    ),
    "boxes": ngettext_lazy(
        "%(count)d text box (its words stand after the paragraph it belonged to)",
        "%(count)d text boxes (their words stand after the paragraphs they belonged to)",
        "count",
    ),
    "notes": ngettext_lazy(
        "%(count)d footnote or endnote", "%(count)d footnotes and endnotes", "count"
    ),
    "comments": ngettext_lazy("%(count)d comment", "%(count)d comments", "count"),
    "deletions": ngettext_lazy(
        "%(count)d tracked deletion", "%(count)d tracked deletions", "count"
    ),
    "struck": ngettext_lazy(
        "the line through words in %(count)d paragraph (the words are kept)",
        "the line through words in %(count)d paragraphs (the words are kept)",
        "count",
    ),
    "hidden": ngettext_lazy("%(count)d hidden passage", "%(count)d hidden passages", "count"),
    "equations": ngettext_lazy("%(count)d equation", "%(count)d equations", "count"),
    "objects": ngettext_lazy(
        "%(count)d part from another file or program",
        "%(count)d parts from other files or programs",
        "count",
    ),
    "headers": ngettext_lazy(
        "%(count)d page header or footer", "%(count)d page headers and footers", "count"
    ),
}


class WordText(NamedTuple):
    """What a Word file says. Title and standfirst are empty where it names none, or several."""

    title: str
    standfirst: str
    html: str
    lost: list[str]

    @property
    def content(self) -> dict[str, str]:
        return {"title": self.title, "standfirst": self.standfirst, "body": self.html}


def read_word(upload: IO[bytes]) -> WordText:
    """The text of an uploaded Word file. RuleBroken says why it is none, and what to do."""
    answer = _ask_the_child(upload)
    if refusal := answer.get("refused"):
        raise RuleBroken(REFUSALS[refusal])
    title, html = _take(answer["html"], "title", Text._meta.get_field("title").max_length)
    standfirst, html = _take(html, "standfirst", 1000)
    body = clean_html(html)
    if not body and not title:
        raise RuleBroken(REFUSALS["empty"])
    lost = [
        str(words % {"count": answer["lost"][kind]})
        for kind, words in LOST.items()
        if answer["lost"].get(kind)
    ]
    return WordText(title, standfirst, body, lost)


def tidings(text: WordText, *, draft: Draft, kept: Revision | None) -> str:
    """What to tell the person whose draft has become this text: first what happened to theirs."""
    said = [gettext("The text is the one from the Word file now.")]
    if kept:
        number = {"number": kept.number}
        said.append(gettext("What stood here before is kept as revision %(number)s.") % number)
    if text.title and text.title != draft.title:
        title = {"title": text.title}
        said.append(gettext("The file is called “%(title)s”; the title here stays.") % title)
    if text.lost:
        lost = {"lost": "; ".join(text.lost)}
        said.append(gettext("Not taken over: %(lost)s.") % lost)
    return " ".join(said)


def _ask_the_child(upload):
    # Unnamed files, not pipes: the kernel holds the child to the length of its answer, and
    # nothing is left on disk whatever happens.
    with tempfile.TemporaryFile() as question, tempfile.TemporaryFile() as answer:
        upload.seek(0)
        question.write(upload.read(MOST_BYTES + 1))
        if question.tell() > MOST_BYTES:
            return {"refused": "too_large"}
        question.seek(0)
        try:
            child = subprocess.run(  # noqa: S603  (our own program, and no word of a stranger's)
                [sys.executable, "-I", CHILD, str(SECONDS)],
                stdin=question,
                stdout=answer,
                stderr=subprocess.DEVNULL,
                env={},
                cwd="/",
                timeout=SECONDS,
            )
        except subprocess.TimeoutExpired:
            logger.warning("A Word file was not read within %s seconds.", SECONDS)
            return {"refused": "too_large"}
        if child.returncode:
            logger.warning("Reading a Word file ended with %s.", child.returncode)
            return {"refused": "too_large" if child.returncode < 0 else "unreadable"}
        answer.seek(0)
        found = json.load(answer)
    if error := found.get("error"):
        logger.warning("A Word file could not be read: %s.", error)
    return found


def _take(html, name, longest):
    """What stands in the one paragraph that the file calls so, and the text without it."""
    found = re.findall(rf'<h1 class="{name}">(.*?)</h1>', html, re.S)
    words = " ".join(unescape(strip_tags(found[0].replace("<br />", " "))).split()) if found else ""
    if len(found) == 1 and len(words) <= longest:
        return words, html.replace(f'<h1 class="{name}">{found[0]}</h1>', "", 1)
    other = "h2" if name == "title" else "p"
    return "", re.sub(
        rf'<h1 class="{name}">(.*?)</h1>', rf"<{other}>\1</{other}>", html, flags=re.S
    )
