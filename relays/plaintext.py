"""Rich text as a person without a script writes it, there and back.

Blank lines part paragraphs; `## ` and `### ` make headings, `- ` and `1. ` lists, `> ` a
quotation, `---` a rule; `**bold**`, `*italic*`, `[words](address)`, where a full stop, a colon, an @
or a sign in front tells an address from words. A backslash takes such a
sign as it is. Lists have one level here, and their entries one paragraph.
"""

import re
from html import escape
from html.parser import HTMLParser
from itertools import groupby
from typing import NamedTuple

_INLINE = re.compile(
    r"\\(?P<literal>[\\*\[\]#>.)•·-])"
    r"|(?P<stars>\*+)"
    r"|(?P<link>\[)(?=(?:[^\[\]\\]|\\.)+\]\((?P<target>(?=[#/]|[^()\x00-\x20]*[.:@])[^()\x00-\x20]+)\))"
    r"|(?P<link_ends>\]\([^()\x00-\x20]+\))",
    re.S,
)
_ITEM = re.compile(r"(?:[-•·]|\d{1,3}[.)])\s+")
# What would make a line more than words, up to the sign that a backslash must stand before.
_MARK = re.compile(r"(?=#{2,3}\s|>|[-•·]\s|-{3,}$)|\d{1,3}(?=[.)]\s)")


class _Words(NamedTuple):
    text: str
    strong: bool
    em: bool
    link: int  # which link of the block; 0: none
    href: str


# Written to HTML -----------------------------------------------------------------------------


def to_html(text: str) -> str:
    """Plain writing as HTML, not yet sanitised."""
    blocks = re.split(r"\n[ \t]*\n+", text.replace("\r\n", "\n").replace("\r", "\n").strip())
    return "".join(_block(block.strip()) for block in blocks if block.strip())


def _block(block):
    lines = [line.strip() for line in block.split("\n")]
    if re.fullmatch(r"-{3,}", block):
        return "<hr>"
    if heading := re.match(r"(##|###)\s+(?=\S)", block):
        first, *rest = lines
        html = f"<h{len(heading[1])}>{_inline(first[heading.end() :])}</h{len(heading[1])}>"
        return html + (_block("\n".join(rest)) if rest else "")
    if all(line.startswith(">") for line in lines):
        inside = "\n".join(line[1:].strip() for line in lines)
        paragraphs = [part for part in re.split(r"\n\n+", inside.strip("\n")) if part]
        return (
            "<blockquote>"
            + "".join(f"<p>{_inline(part)}</p>" for part in paragraphs)
            + "</blockquote>"
        )
    if all(_ITEM.match(line) for line in lines):
        tag = "ol" if lines[0][0].isdigit() else "ul"
        items = "".join(
            f"<li><p>{_inline(_ITEM.sub('', line, count=1))}</p></li>" for line in lines
        )
        return f"<{tag}>{items}</{tag}>"
    paragraph = "\n".join(lines)
    return f"<p>{_inline(paragraph)}</p>"


def _inline(text):
    html = ""
    for (_link, href), linked in groupby(_words(text), lambda words: (words.link, words.href)):
        inside = ""
        for strong, group in groupby(linked, lambda words: words.strong):
            part = ""
            for em, words in groupby(group, lambda words: words.em):
                plain = escape("".join(word.text for word in words), quote=False)
                plain = plain.replace("\n", "<br>")
                part += f"<em>{plain}</em>" if em else plain
            inside += f"<strong>{part}</strong>" if strong else part
        html += f'<a href="{escape(href)}">{inside}</a>' if href else inside
    return html


def _words(text):
    """The words of a block with what the signs around them say."""
    tokens = list(_INLINE.finditer(text))
    strong_ends, em_ends = _last_pair(tokens, (2, 3)), _last_pair(tokens, (1, 3))
    strong = em = False
    link, href, end = 0, "", 0
    for token in tokens:
        here = strong, em, link if href else 0, href
        yield _Words(text[end : token.start()], *here)
        end = token.end()
        stars = len(token["stars"] or "")
        if token["literal"]:
            yield _Words(token["literal"], *here)
        elif stars:
            turns_strong = stars in (2, 3) and token.start() <= strong_ends
            turns_em = stars in (1, 3) and token.start() <= em_ends
            strong, em = strong ^ turns_strong, em ^ turns_em
            yield _Words("*" * (stars - 2 * turns_strong - turns_em), *here)
        elif token["link"]:
            link += 1
            href = _address(token["target"])
        elif href:
            href = ""
        else:
            yield _Words(token[0], *here)
    yield _Words(text[end:], strong, em, 0, "")


def _address(typed):
    """As one says it: `www.example.dk`, or `navn@example.dk`."""
    if re.match(r"[a-z][a-z0-9+.-]*:|[#/]", typed, re.I):
        return typed
    return f"mailto:{typed}" if "@" in typed else f"https://{typed}"


def _last_pair(tokens, lengths):
    """Where the last sign stands that still has a partner: a star alone is a star."""
    places = [token.start() for token in tokens if len(token["stars"] or "") in lengths]
    paired = len(places) // 2 * 2
    return places[paired - 1] if paired else -1


# HTML to writing -----------------------------------------------------------------------------


def from_html(html: str) -> str:
    """Sanitised HTML as plain writing."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.blocks, self.words = [], []
        self.lists, self.quoted, self.heading = [], 0, ""
        self.strong = self.em = self.links = 0
        self.hrefs = []

    def handle_starttag(self, tag, attrs):
        if tag in ("ul", "ol"):
            self._end_block()
            self.lists.append(tag)
        elif tag == "blockquote":
            self._end_block()
            self.quoted += 1
        elif tag in ("h2", "h3"):
            self._end_block()
            self.heading = "## " if tag == "h2" else "### "
        elif tag == "li" or (tag == "p" and not self.lists):
            self._end_block()
        elif tag == "br":
            self._say("\n")
        elif tag == "hr":
            self._end_block()
            self.blocks.append(("rule", "---"))
        elif tag == "strong":
            self.strong += 1
        elif tag == "em":
            self.em += 1
        elif tag == "a":
            self.links += 1
            self.hrefs.append(dict(attrs).get("href") or "")

    def handle_endtag(self, tag):
        if tag == "strong":
            self.strong = max(0, self.strong - 1)
        elif tag == "em":
            self.em = max(0, self.em - 1)
        elif tag == "a":
            self.hrefs = self.hrefs[:-1]
        elif tag == "p" and self.lists:
            self._say(" ")
        elif tag in ("p", "li", "h2", "h3", "blockquote", "ul", "ol"):
            self._end_block()
            self.heading = ""
            if tag == "blockquote":
                self.quoted = max(0, self.quoted - 1)
            elif tag in ("ul", "ol"):
                self.lists = self.lists[:-1]

    def handle_data(self, data):
        self._say(re.sub(r"[ \t\r\n\f]+", " ", data))

    def _say(self, text):
        href = self.hrefs[-1] if self.hrefs else ""
        self.words.append(
            _Words(text, bool(self.strong), bool(self.em), self.links if href else 0, href)
        )

    def _end_block(self):
        words, self.words = self.words, []
        if not any(part.text.strip() for part in words):
            return
        lines = [line.strip() for line in _written(words).split("\n") if line.strip()]
        if self.lists:
            self.blocks.append((self.lists[-1], " ".join(lines)))
        elif self.quoted:
            self.blocks.append(("quote", "\n".join(f"> {line}" for line in lines)))
        elif self.heading:
            self.blocks.append(("heading", self.heading + " ".join(lines)))
        else:
            self.blocks.append(("text", "\n".join(_without_mark(line) for line in lines)))

    def text(self):
        self._end_block()
        written = []
        for kind, blocks in groupby(self.blocks, lambda block: block[0]):
            texts = [text for _kind, text in blocks]
            if kind == "ul":
                written.append("\n".join(f"- {text}" for text in texts))
            elif kind == "ol":
                written.append("\n".join(f"{place}. {text}" for place, text in enumerate(texts, 1)))
            elif kind == "quote":
                written.append("\n>\n".join(texts))
            else:
                written.extend(texts)
        return "\n\n".join(written)


def _written(words):
    """The words of a block with signs around them: one run of stars where anything changes."""
    text, before = "", _Words("", False, False, 0, "")
    links = {part.link for part in words if part.text.strip()}  # the rest would show nothing
    for now in [*(part for part in words if part.text), before]:
        if now.link not in links:
            now = now._replace(link=0, href="")
        if before.link and before.link != now.link:
            text += f"]({before.href.replace('(', '%28').replace(')', '%29')})"
        text += "*" * (2 * (before.strong != now.strong) + (before.em != now.em))
        if now.link and before.link != now.link:
            text += "["
        text += re.sub(r"([\\*\[\]])", r"\\\1", now.text)
        before = now
    return re.sub(" +", " ", text)


def _without_mark(line):
    mark = _MARK.match(line)
    return f"{line[: mark.end()]}\\{line[mark.end() :]}" if mark else line
