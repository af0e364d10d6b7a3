"""The differences between two texts as a person reads them: field by field, in one column.

What was added stands in `ins`, what was removed in `del`, and each says so in words too, for
whoever does not see lines and colours.
"""

from collections.abc import Iterator
from functools import cached_property, reduce
from html import escape, unescape
from itertools import groupby, pairwise
from typing import NamedTuple

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from articles.blocks import Around, Block, Words, assemble, inline, shared
from articles.diff import BREAK, Comparison, Kind, Row, Segment, compare
from articles.models import Text
from relays.models import Picture

RICH = {"body"}  # the fields that hold HTML; the others are plain text
READ = {"title", "standfirst", "body"}  # shown whole; the others only where they have changed


class Field(NamedTuple):
    """One field of a text, with words in it before or after."""

    label: str
    comparison: Comparison

    @property
    def html(self):
        return marked(self.comparison)


class Changes(NamedTuple):
    """All that is different between two texts: what `articles/_changes.html` shows."""

    fields: list[Field]

    @property
    def added(self):
        return sum(field.comparison.added for field in self.fields)

    @property
    def removed(self):
        return sum(field.comparison.removed for field in self.fields)

    @property
    def exist(self):
        return any(field.comparison.has_changed for field in self.fields)

    @property
    def are_only_in_grouping(self):
        changed = [field.comparison for field in self.fields if field.comparison.has_changed]
        return bool(changed) and all(comparison.is_only_regrouped for comparison in changed)


def between(old: Text, new: Text) -> Changes:
    """What is different between two texts, drafts or revisions."""
    comparisons = {
        name: compare(_as_html(name, old.content[name]), _as_html(name, value))
        for name, value in new.content.items()
    }
    return Changes(
        [
            Field(label=_label(new, name), comparison=comparison)
            for name, comparison in comparisons.items()
            if comparison.has_changed or (name in READ and not comparison.is_empty)
        ]
    )


def _label(text, name):
    return str(getattr(text._meta.get_field(name), "verbose_name", name))


def _as_html(name, value):
    if name in RICH:
        return value
    if isinstance(value, Picture):
        value = value.in_words
    elif value is True:
        value = _("yes")
    lines = str(value or "").splitlines()
    return "".join(f"<p>{escape(line, quote=False)}</p>" for line in lines if line.strip())


def marked(comparison: Comparison) -> SafeString:
    """The new text with what was added marked in it, and what was removed at its old place."""
    return mark_safe(assemble(_Marking(comparison).parts()))  # noqa: S308  (sanitised when stored)


Part = tuple[tuple[Around, ...], str, str]


class _Marking:
    def __init__(self, comparison: Comparison):
        self.rows, self.moved = comparison.rows, comparison.moved
        self.old, self.new = comparison.old, comparison.new

    @cached_property
    def containers(self) -> dict[Around, Around]:
        """A list that stands in both texts is one list here: what it is in the new one."""
        return {
            was: now
            for row in self.rows
            for i, j in zip(row.old, row.new, strict=False)
            for was, now in zip(self.old[i].around, self.new[j].around, strict=False)
            if was.kind == now.kind
        }

    @cached_property
    def came_from(self):
        return {new: old for old, new in self.moved.items()}

    def parts(self) -> Iterator[Part]:
        came = 0  # so many of the new blocks
        for row in self.rows:
            came += len(row.new)
            if row.kind == Kind.CHANGED:
                for j, words in zip(row.new, _lines(row.segments), strict=True):
                    yield self.new[j].around, self.new[j].tag, inline(words)
            elif row.old and row.new:
                for j in row.new:
                    yield self.new[j].around, self.new[j].tag, self.new[j].html
            elif row.new:
                block = self.new[row.new[0]]
                yield block.around, block.tag, self._whole(row, block)
            else:
                block = self.old[row.old[0]]
                around, tag = self._where_it_stood(block, came)
                yield around, tag, self._whole(row, block)

    def _where_it_stood(self, block, came):
        """What is around a removed block, without parting the list entry that goes on after it."""
        around = tuple(
            self.containers.get(each, each._replace(number=-each.number)) for each in block.around
        )
        before, after = self.new[max(came - 1, 0) : came], self.new[came : came + 1]
        held = shared(before[0].around, after[0].around) if before and after else ()
        while held and held[-1].kind != "li":
            held = held[:-1]
        return (around, block.tag) if around[: len(held)] == held else (held, block.tag or "p")

    def _whole(self, row: Row, block: Block):
        kind = Kind.ADDED if row.new else Kind.REMOVED
        if row.kind == Kind.MOVED:
            said = self._of_a_move(row)
        else:
            said = _of_a_change(kind, is_seen=block.tag == "hr")  # a rule can't be struck through
        return inline(_within(kind, said, list(block.runs)))

    def _of_a_move(self, row):
        if row.old:
            was, now = self.old[row.old[0]], self.new[self.moved[row.old[0]]]
        else:
            was, now = self.old[self.came_from[row.new[0]]], self.new[row.new[0]]
        names = _shape_name(was), _shape_name(now)
        if names[0] == names[1]:
            words = _("moved from here:") if row.old else _("moved to here:")
            return _said(words, is_seen=True)
        gone, come = _of_forms(*names, is_seen=True)
        return gone if row.old else come


# Words inside a block ------------------------------------------------------------------------


def _lines(segments):
    """The words of each block of a pair, marked."""
    lines: list[list[Words]] = [[]]
    for segment, said in zip(segments, _of_each(segments), strict=True):
        for is_break, group in groupby(segment.words, lambda words: words == BREAK):
            if not is_break:
                lines[-1] += _within(segment.kind, said, _runs(group))
                continue
            for _break in group:
                lines[-1] += _mark_of_a_break(segment.kind)
                if segment.kind != Kind.REMOVED:
                    lines.append([])
    return lines


def _runs(words):
    """Words with the same marks in one piece."""
    return [
        Words("".join(piece.html for piece in run), marks)
        for marks, run in groupby(words, lambda piece: piece.marks)
    ]


def _within(kind, said, words):
    """Words inside `ins` or `del`, which stands inside the marks that all of them have."""
    if kind == Kind.KEPT:
        return words
    if all(piece.is_space for piece in words):
        said = ""  # a space more or less is to be seen, not to be heard
    tag = f"<{'ins' if kind == Kind.ADDED else 'del'}>{said}"
    outer = reduce(shared, (piece.marks for piece in words))
    return [piece._replace(marks=(*outer, tag, *piece.marks[len(outer) :])) for piece in words]


def _mark_of_a_break(kind):
    if kind == Kind.KEPT:
        return []
    tag, words = (
        ("ins", _("new paragraph")) if kind == Kind.ADDED else ("del", _("paragraphs joined"))
    )
    return [Words(f'<{tag} class="break">{_said(words)}<span aria-hidden="true">¶</span></{tag}>')]


# What is said beside what is seen ------------------------------------------------------------


def _said(words, *, is_seen=False):
    return format_html(
        '<span class="{}" lang="{}">{} </span>',
        "said" if is_seen else "vh",
        get_language() or "",
        words,
    )


def _of_a_change(kind, *, is_seen=False):
    words = {Kind.ADDED: _("added:"), Kind.REMOVED: _("removed:")}.get(kind)
    return _said(words, is_seen=is_seen) if words else ""


def _of_each(segments: tuple[Segment, ...]):
    """What is said of each segment; of the same words in another form, which form."""
    said = [_of_a_change(segment.kind) for segment in segments]
    for place, (gone, come) in enumerate(pairwise(segments)):
        if (gone.kind, come.kind) == (Kind.REMOVED, Kind.ADDED) and _plain(gone) == _plain(come):
            was, now = _forms(gone), _forms(come)
            # Bold and italic show themselves; where a link leads does not.
            has_link = any(mark.startswith("<a") for mark in _marks(gone) ^ _marks(come))
            said[place : place + 2] = _of_forms(was, now, is_seen=has_link)
    return said


def _of_forms(was, now, *, is_seen):
    return [
        _said(_("was %(form)s:") % {"form": was}, is_seen=is_seen),
        _said(_("now %(form)s:") % {"form": now}, is_seen=is_seen),
    ]


def _plain(segment):
    return "".join(words.html for words in segment.words)


def _marks(segment):
    return {mark for words in segment.words for mark in words.marks}


def _forms(segment):
    return ", ".join(sorted(_form(mark) for mark in _marks(segment))) or _("plain")


def _form(mark):
    if mark == "<strong>":
        return _("bold")
    if mark == "<em>":
        return _("italic")
    address = mark.removeprefix('<a href="').removesuffix('">')
    return _("a link to %(address)s") % {"address": unescape(address)}


def _shape_name(block):
    holders = {each.kind for each in block.around}
    if block.tag in ("h2", "h3"):
        return _("a heading") if block.tag == "h2" else _("a subheading")
    if holders & {"ul", "ol"}:
        return _("a numbered entry") if "ol" in holders else _("a list entry")
    return _("a quotation") if "blockquote" in holders else _("a paragraph")
