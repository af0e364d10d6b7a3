"""Share cards: a published title as a picture in the house's own hand.

The clock draws them, so that no publication waits. What readers may not see any more is on no
card: the workflow forgets it in its own transaction, and the file goes when that has happened.
"""

import io
import logging
import os
import re
import unicodedata
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw, ImageFont

from articles.models import Article, Card
from articles.models.article import SOFT_HYPHEN
from relays.models import Sector

log = logging.getLogger("articles.cards")

CARDS_IN_A_TICK = 20

PAPER, INK, INK_2 = "#f1f5ec", "#14201c", "#3b4a43"
LANES = {Sector.PUBLIC: "#1746c4", Sector.PRIVATE: "#c23a08", "": "#66756c"}

FINER = 2  # drawn larger and made smaller, so that edges are smooth
LEFT, RIGHT, LANE = 190, 1110, 104
TITLE_TOP, TITLE_BOTTOM = 262, 590
TITLE_SIZES = range(88, 38, -4)
LEADING = 1.16

FONTS = Path(__file__).with_name("fonts")
SERIF, NARROW = "NotoSerif-Regular.ttf", "RobotoCondensed-Bold.ttf"
# What the two files hold (fonts/README.md); a letter beyond that would be drawn as a box.
UNDRAWN = re.compile(
    "[^ -~\xa0-\u024f\u1e00-\u1eff\u2010-\u2015\u2018-\u201e\u2020-\u2026"
    "\u2030\u2032\u2033\u2039\u203a\u20ac\u2116\u2122\u2212]"
)


def draw_due(limit: int = CARDS_IN_A_TICK) -> list[Card]:
    """Draw what has no card yet, newest first; and remove what is to be shown no more. The
    clock's part: doing it twice, or by two clocks at once, makes one card each."""
    waiting = Article.objects.public().filter(live__card=None).newest_first().with_headline()
    drawn = []
    try:
        _remove_forgotten()
        drawn += [make(article) for article in waiting[:limit]]
    except OSError:  # a disk that is full or read-only stops no clock
        log.exception("Share cards can't be written.")
    return [card for card in drawn if card]


def make(article: Article) -> Card | None:
    """Draw the card of a public article; None where its title changed meanwhile, or it went."""
    card = Card(revision=article.live)
    _write(card, draw(article))
    if _keep(card, article):
        return card
    card.path.unlink()
    return None


def forget(articles) -> None:
    """The cards of these articles (a queryset) are shown no more. In the caller's transaction."""
    if Card.objects.filter(revision__article__in=articles).update(revision=None):
        transaction.on_commit(_remove_forgotten, robust=True)


@transaction.atomic
def _keep(card, article):
    now = Article.objects.select_for_update(no_key=True).get(pk=article.pk)
    if not now.is_public or now.live_id != article.live_id:
        return False
    if Card.objects.filter(revision=now.live_id).exists():
        return False  # another clock was faster
    card.save(force_insert=True)
    return True


def _remove_forgotten():
    for card in Card.objects.filter(revision=None):
        card.path.unlink(missing_ok=True)
        card.delete()


def remove_strays() -> int:
    """Remove files that no card owns, left behind where a process ended half-way."""
    if not Card.root().is_dir():
        return 0
    files = set(Card.root().iterdir())
    strays = files - {Card(name=name).path for name in Card.objects.values_list("name", flat=True)}
    for file in strays:
        file.unlink(missing_ok=True)
    return len(strays)


def _write(card, png):
    """Whole or not at all: a temporary name, synced, then its own."""
    card.root().mkdir(parents=True, exist_ok=True)
    half = card.path.with_suffix(".half")
    try:
        with half.open("wb") as file:
            file.write(png)
            file.flush()
            os.fsync(file.fileno())
        half.rename(card.path)
    except OSError:
        half.unlink(missing_ok=True)
        raise


# Drawing -------------------------------------------------------------------------------------


def draw(article: Article) -> bytes:
    """The card as a PNG. The article comes with its live revision, leg and relay."""
    assert article.live is not None, "only what is published has a card"  # noqa: S101
    size = Card.WIDTH * FINER, Card.HEIGHT * FINER
    card = Image.new("RGB", size, PAPER)
    pen = ImageDraw.Draw(card)
    _masthead(pen)
    _lane(pen, article.leg.sector if article.leg else "", has_baton=bool(article.leg))
    with translation.override(article.language):
        _place(pen, article)
    _title(pen, article.live.title)
    # Few colours: a tenth of the bytes.
    small = card.resize((Card.WIDTH, Card.HEIGHT), Image.Resampling.LANCZOS).quantize(96)
    png = io.BytesIO()
    small.save(png, "PNG", optimize=True)
    return png.getvalue()


def _masthead(pen):
    """The site's name over both lanes, as on every page."""
    _write_words(pen, (LEFT, 40), settings.SITE_NAME, NARROW, 46, INK)
    _box(pen, (0, 118, Card.WIDTH, 128), LANES[Sector.PUBLIC])
    for top in (138, 146):
        _box(pen, (0, top, Card.WIDTH, top + 4), LANES[Sector.PRIVATE])


def _lane(pen, sector, *, has_baton):
    """The line that the writer runs on: solid, double, or thin without a sector."""
    for left, right in {
        Sector.PUBLIC: [(-14, 14)],
        Sector.PRIVATE: [(-14, -5), (5, 14)],
    }.get(sector, [(-5, 5)]):
        _box(pen, (LANE + left, 150, LANE + right, Card.HEIGHT), LANES[sector])
    if has_baton:
        at = (LANE - 21, 330, LANE + 21, 462)
        edge = (at[0] - 7, at[1] - 7, at[2] + 7, at[3] + 7)
        for box, colour in ((edge, PAPER), (at, INK)):
            pen.rounded_rectangle([FINER * each for each in box], 40 * FINER, colour)


def _place(pen, article):
    """Where it stands: the relay and its leg, and the sector by name."""
    leg = article.leg
    if leg:
        words = f"{_('Leg %(number)s') % {'number': leg.number}}   {article.relay.name}"
    else:
        words = _("From the editors")
    sector = str(Sector(leg.sector).label) if leg and leg.sector else ""
    font = _font(NARROW, 36)
    room = RIGHT - LEFT - (font.getlength(sector) / FINER + 40 if sector else 0)
    words = _shortened(_drawable(words), font, room * FINER)
    _write_words(pen, (LEFT, 196), words, NARROW, 36, INK_2)
    if sector:
        left = RIGHT - font.getlength(_drawable(sector)) / FINER
        _write_words(pen, (left, 196), sector, NARROW, 36, INK)


def _title(pen, title):
    size, lines = _typeset(_drawable(title))
    for number, line in enumerate(lines):
        _write_words(pen, (LEFT, TITLE_TOP + number * size * LEADING), line, SERIF, size, INK)


def _typeset(title):
    """As large as there is room, and as its words stay whole; the end of a longer one is cut off."""
    width = (RIGHT - LEFT) * FINER
    unavoidable = _broken_words(title, _font(SERIF, TITLE_SIZES[-1]), width)
    for size in TITLE_SIZES:
        font = _font(SERIF, size)
        lines = _lines(title, font, width)
        most = int((TITLE_BOTTOM - TITLE_TOP) / (size * LEADING))
        if len(lines) <= most and _broken_words(title, font, width) == unavoidable:
            return size, lines
    return size, [*lines[: most - 1], _shortened(" ".join(lines[most - 1 :]), font, width)]


def _broken_words(title, font, width):
    """The words that break where nobody allowed it."""
    return [
        word
        for word in title.split()
        if len(_pieces(word, font, width)) > word.count(SOFT_HYPHEN) + 1
    ]


def _lines(title, font, width):
    """The title in lines; a word that is too long breaks where its editor allowed it, else
    anywhere."""
    lines = [""]
    for word in title.split():
        for piece, glue in _pieces(word, font, width):
            longer = lines[-1] + glue + piece if lines[-1] else piece
            if font.getlength(longer) <= width:
                lines[-1] = longer
            else:
                if not glue:
                    lines[-1] += "-"
                lines.append(piece)
    return [line for line in lines if line]


def _pieces(word, font, width):
    """A word whole, or in parts: (part, what stands before it on the same line)."""
    whole = word.replace(SOFT_HYPHEN, "")
    if font.getlength(whole) <= width:
        return [(whole, " ")]
    hyphen = font.getlength("-")
    parts = []
    for part in word.split(SOFT_HYPHEN):
        while font.getlength(part) + hyphen > width:
            fits = next(
                n for n in range(len(part), 0, -1) if font.getlength(part[:n]) + hyphen <= width
            )
            parts.append(part[:fits])
            part = part[fits:]
        parts.append(part)
    return [(part, "" if number else " ") for number, part in enumerate(parts)]


def _shortened(words, font, width):
    if font.getlength(words) <= width:
        return words
    while words and font.getlength(f"{words}…") > width:
        words = words[:-1]
    return f"{words.rstrip()}…"


def _drawable(words):
    return UNDRAWN.sub("", unicodedata.normalize("NFC", words).replace("\n", " "))


def _write_words(pen, at, words, name, size, colour):
    place = (round(at[0] * FINER), round(at[1] * FINER))
    pen.text(place, _drawable(words).replace(SOFT_HYPHEN, ""), colour, _font(name, size))


def _box(pen, box, colour):
    left, top, right, bottom = (each * FINER for each in box)
    pen.rectangle((left, top, right - 1, bottom - 1), colour)


@cache
def _font(name, size):
    return ImageFont.truetype(FONTS / name, size * FINER, layout_engine=ImageFont.Layout.BASIC)
