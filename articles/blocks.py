"""A text as blocks: its paragraphs, headings, list entries and rules, in order.

Reads what `relays.richtext.clean_html` has written, in one pass, and writes it again: the
blocks of a text hold all of it, but for the order in which tags are nested where any would do.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from typing import NamedTuple

# What holds blocks; deeper than this nobody reads, and the path of every block stays short.
CONTAINERS = {"ul", "ol", "li", "blockquote"}
DEEPEST = 12

_TAG = re.compile(
    r'<(?P<end>/?)(?P<name>p|h2|h3|ul|ol|li|blockquote|hr|br|strong|em|a)(?: href="[^"]*")?>'
)
_LETTERS = r"[\w\u00ad\u0300-\u036f]+"
_ATOM = re.compile(rf"(?:\s|&nbsp;)+|&#?\w+;|<br>|<hr>|{_LETTERS}(?:[-.,:/@'’]{_LETTERS})*|[^\w\s]")
_SPACE = re.compile(r"(?:\s|&nbsp;)+")
_NAME = re.compile(r"<(\w+)")


class Words(NamedTuple):
    """A piece of a block: HTML without tags, and the tags that are open around it, outermost
    first. `<br>` and `<hr>` are pieces of their own."""

    html: str
    marks: tuple[str, ...] = ()

    @property
    def is_space(self):
        return bool(_SPACE.fullmatch(self.html))

    @property
    def is_word(self):
        return self.html[0].isalnum() or self.html[0] == "_"


class Around(NamedTuple):
    """One container, and which of its text."""

    kind: str
    number: int


@dataclass(frozen=True)
class Block:
    """What stands between two line breaks of the text's structure.

    `tag` is empty for words that no paragraph holds. `shape` says what kind of block it is,
    its containers included: blocks of one shape can stand in for each other.
    """

    tag: str
    around: tuple[Around, ...]
    shape: tuple[str, ...]
    runs: tuple[Words, ...]

    @cached_property
    def html(self) -> str:
        """The block without the tags around it."""
        return inline(self.runs)

    @cached_property
    def text(self) -> str:
        """The words alone, for whoever quotes them."""
        return " ".join(
            unescape("".join(run.html for run in self.runs).replace("<br>", " ")).split()
        )

    @cached_property
    def atoms(self) -> tuple[Words, ...]:
        """Words, spaces and signs, each by itself."""
        return tuple(
            Words(found[0], run.marks) for run in self.runs for found in _ATOM.finditer(run.html)
        )

    @cached_property
    def words(self) -> Counter:
        """How often which word is in it, large or small."""
        return Counter(atom.html.casefold() for atom in self.atoms if atom.is_word)

    @property
    def key(self):
        return self.shape, self.html


def blocks(html: str) -> list[Block]:
    reader = _Reader()
    end = 0
    for tag in _TAG.finditer(html):
        reader.say(html[end : tag.start()])
        if tag["end"]:
            reader.end(tag["name"])
        else:
            reader.begin(tag["name"], tag[0])
        end = tag.end()
    reader.say(html[end:])
    reader.end_block()
    return reader.blocks


def join(blocks: Iterable[Block]) -> str:
    """The text that has these blocks."""
    return assemble((block.around, block.tag, block.html) for block in blocks)


def assemble(parts: Iterable[tuple[tuple[Around, ...], str, str]]) -> str:
    """HTML of blocks given as what is around them, tag and content: whatever has one container
    in common stands in it together."""
    html: list[str] = []
    open_now: tuple[Around, ...] = ()
    for around, tag, content in parts:
        goes_on = len(shared(open_now, around))
        html += [f"</{each.kind}>" for each in reversed(open_now[goes_on:])]
        html += [f"<{each.kind}>" for each in around[goes_on:]]
        html.append(f"<{tag}>{content}</{tag}>" if tag not in ("", "hr") else content)
        open_now = around
    html += [f"</{each.kind}>" for each in reversed(open_now)]
    return "".join(html)


def inline(words: Iterable[Words]) -> str:
    """The HTML of words with their marks: each tag that is opened is closed, in order."""
    html: list[str] = []
    open_now: tuple[str, ...] = ()
    for piece in words:
        if piece.marks != open_now:
            goes_on = len(shared(open_now, piece.marks))
            html += [_end_of(mark) for mark in reversed(open_now[goes_on:])]
            html += piece.marks[goes_on:]
            open_now = piece.marks
        html.append(piece.html)
    html += [_end_of(mark) for mark in reversed(open_now)]
    return "".join(html)


def shared(one: tuple, other: tuple) -> tuple:
    """What both begin with."""
    for place, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return one[:place]
    return min(one, other, key=len)


def _end_of(mark):
    name = _NAME.match(mark)
    assert name  # noqa: S101  (a mark is a tag)
    return f"</{name[1]}>"


class _Reader:
    def __init__(self):
        self.blocks: list[Block] = []
        self.around: list[Around] = []
        self.begun = 0  # containers
        self.told: set[int] = set()  # list entries that have a block
        self.tag = ""
        self.runs: list[Words] = []
        self.marks: dict[str, list] = {}  # by name: the opening tag, and how often it is open

    def say(self, html):
        if html:
            # There is none left in a sanitised text; whatever else this is, it is no tag.
            html = html.replace("<", "&lt;").replace(">", "&gt;")
            self.runs.append(Words(html, tuple(mark for mark, _depth in self.marks.values())))

    def begin(self, name, tag):
        if name in ("strong", "em", "a"):
            self.marks.setdefault(name, [tag, 0])[1] += 1
        elif name == "br":
            self.runs.append(Words("<br>", tuple(mark for mark, _depth in self.marks.values())))
        elif name == "hr":
            self.end_block()
            self.tag, self.runs = "hr", [Words("<hr>")]
            self.end_block()
        elif name in CONTAINERS:
            self.end_block()
            self.begun += 1
            self.around.append(Around(name, self.begun))
        else:
            self.end_block()
            self.tag = name

    def end(self, name):
        if name in self.marks:
            self.marks[name][1] -= 1
            if not self.marks[name][1]:
                del self.marks[name]
        elif name in CONTAINERS:
            self.end_block()
            if self.around and self.around[-1].kind == name:
                self.around.pop()
        elif name in ("p", "h2", "h3"):
            self.end_block()

    def end_block(self):
        tag, runs = self.tag, self.runs
        self.tag, self.runs = "", []
        if all(run.is_space or run.html == "<br>" for run in runs):
            return
        around = tuple(self.around[:DEEPEST])
        if (
            not tag
            and self.blocks
            and (self.blocks[-1].tag, self.blocks[-1].around) == ("", around)
        ):
            tag = "p"  # written side by side, the two would be one
        shape = tuple("li, continued" if each.number in self.told else each.kind for each in around)
        self.told.update(each.number for each in around if each.kind == "li")
        self.blocks.append(Block(tag, around, (*shape, tag), tuple(runs)))
