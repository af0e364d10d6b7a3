"""HTML as Word, Outlook, Google Docs and LibreOffice write it, as the HTML that they mean.

Their lists are paragraphs with a bullet in front, their bold is a style, their comments stand
among the words. `static/js/office-paste.js` says the same to the editor, function by function:
there the clipboard is read before anything reaches us; here it comes from an archive.
"""

import re
from html import escape
from html.parser import HTMLParser
from itertools import groupby

import nh3

MARKS = ("em", "strong")
INLINE = {"span", "font", "b", "strong", "i", "em", "a", "br"}
CELLS = {"td", "th", "caption"}
HEADINGS = {f"h{level}" for level in range(1, 7)}
BLOCKS = HEADINGS | {"p", "div", "li", "ul", "ol", "blockquote", "hr", "item"} | CELLS

_BY_AN_OFFICE = re.compile(r"<[^>]*\s(?:style|class|role|aria-level)\s*=", re.I)
_GLYPH = re.compile(r"\s*(?:[·•▪§◦‣○o–-]|\(?[0-9a-zæøå]{1,5}[.)])[\s\xa0]{2,}", re.I)
_ORDERED = re.compile(r"\s*\(?(?:\d|[a-zæøå]{1,5}[.)])", re.I)
_POINTS_A_LEVEL = 36
_DEEPEST_LIST = 9

_parser = nh3.Cleaner(
    tags=(BLOCKS - {"item"}) | INLINE,
    clean_content_tags={"script", "style", "title", "head", "noscript", "template", "xml", "del"},
    attributes={
        "*": {"style", "class", "role", "aria-level", "data-aria-level", "data-listid"},
        "a": {"href"},
    },
    link_rel=None,
    strip_comments=True,
)


def meant(html: str) -> str:
    """The same words with plain tags. HTML that no office has touched comes back as it was."""
    if not _BY_AN_OFFICE.search(html):
        return html
    tree = _Tree()
    tree.feed(_parser.clean(html.replace("\x00", "")))
    tree.close()
    try:
        return "".join(map(_written, _children_of(tree.root, frozenset())))
    except RecursionError:
        return html  # no office nests so deep


class _Node:
    def __init__(self, tag, attrs=(), children=()):
        self.tag, self.attrs, self.children = tag, dict(attrs), list(children)
        self.classes = re.sub(r"\bx_", "", self.attrs.get("class") or "").split()
        self.style = {}
        for declaration in (self.attrs.get("style") or "").split(";"):
            name, _colon, value = declaration.partition(":")
            self.style[name.strip().lower()] = value.strip().lower()

    def has_class(self, start):
        return any(name.startswith(start) for name in self.classes)

    @property
    def text(self):
        return "".join(child if isinstance(child, str) else child.text for child in self.children)


class _Tree(HTMLParser):
    """What the sanitiser wrote: every tag is closed."""

    def __init__(self):
        super().__init__()
        self.root = _Node("root")
        self.open = [self.root]

    def handle_starttag(self, tag, attrs):
        node = _Node(tag, attrs)
        self.open[-1].children.append(node)
        if tag not in ("br", "hr"):
            self.open.append(node)

    def handle_endtag(self, tag):
        self.open.pop()

    def handle_data(self, data):
        self.open[-1].children.append(data)


def _written(node):
    if isinstance(node, str):
        return escape(node, quote=False)
    if node.tag in ("br", "hr"):
        return f"<{node.tag}>"
    target = f' href="{escape(node.attrs["href"])}"' if node.tag == "a" else ""
    return f"<{node.tag}{target}>{''.join(map(_written, node.children))}</{node.tag}>"


# What each part means --------------------------------------------------------------------------


def _children_of(node, marks):
    return _with_lists(_parts_of(node, marks))


def _parts_of(node, marks):
    """What a node holds; entries of a list may go on in the node beside it."""
    found = []
    for child in node.children:
        if isinstance(child, str):
            found.append(_marked(re.sub(r"[ \t\r\n\f]+", " ", child), marks))
        elif not _is_left_out(child):
            found += _part(child, marks)
    return _tidy(found)


def _marked(text, marks):
    for mark in MARKS:
        if mark in marks:
            text = _Node(mark, children=[text])
    return text


def _is_left_out(node):
    return (
        node.style.get("display") == "none"
        or node.style.get("mso-hide") == "all"
        or "mso-element" in node.style
        or "mso-footnote-id" in node.style
        or "mso-endnote-id" in node.style
        or node.style.get("mso-list") == "ignore"
        or node.has_class("MsoCommentReference")
        or node.has_class("EOP")
        or node.has_class("Apple-interchange-newline")
    )


def _part(node, marks):
    if node.tag == "br" or node.tag == "hr":
        return [_Node(node.tag)]
    if node.tag in ("ul", "ol"):
        return _list(node, marks)
    if _is_block(node):
        return _block(node, marks)
    if (
        "mso-spacerun" in node.style
        or "mso-tab-count" in node.style
        or node.has_class("Apple-conv")
    ):
        return [_marked(" ", marks)]
    inside = _parts_of(node, _marks_of(node, marks))
    href = node.attrs.get("href") or "#"
    if node.tag != "a" or href.startswith("#") or any(map(_is_block, inside)):
        return inside
    return [_Node("a", {"href": href}, inside)]


def _marks_of(node, marks):
    weight, slant = node.style.get("font-weight", ""), node.style.get("font-style", "")
    if re.match(r"bold|[6-9]00", weight) or (node.tag in ("b", "strong") and not weight):
        marks |= {"strong"}
    elif weight:
        marks -= {"strong"}
    if slant.startswith(("italic", "oblique")) or (node.tag in ("i", "em") and not slant):
        marks |= {"em"}
    elif slant:
        marks -= {"em"}
    return marks


def _block(node, marks):
    heading = _heading(node)
    if heading:
        # Headings are bold as they are.
        words = _parts_of(node, marks)
        plain = [
            part
            for each in words
            for part in (each.children if _kind(each) == "strong" else [each])
        ]
        return [_Node(heading, children=_tidy(plain))]
    if node.tag == "p" and (glyph := _glyph(node)) is not None:
        return [_item(node, marks, glyph)]
    if node.tag in ("li", "blockquote"):
        return [_Node(node.tag, children=_paragraphs(_children_of(node, marks)))]
    inside = _parts_of(node, marks)
    if any(map(_is_block, inside)):
        return inside
    paragraph = _Node("p", {"class": " ".join(node.classes)}, inside)
    return [_Node("blockquote", children=[paragraph])] if _is_quote(node) else [paragraph]


def _heading(node):
    if node.tag in HEADINGS:
        return node.tag
    if node.attrs.get("role") == "heading":
        return f"h{min(_number(node.attrs.get('aria-level'), 2), 6)}"
    return "h2" if node.has_class("MsoTitle") else None


def _is_quote(node):
    return node.has_class("MsoQuote") or node.has_class("MsoIntenseQuote")


def _tidy(nodes):
    """Neighbours with the same mark are one, and spaces around blocks are none."""
    tidy: list[str | _Node] = []
    for kind, group in groupby(nodes, _kind):
        if kind in MARKS:
            inside = [child for node in group for child in node.children]
            tidy.append(_Node(kind, children=_tidy(inside)))
        elif kind == "words":
            tidy.append("".join(group))
        else:
            tidy += group
    if not any(map(_is_block, tidy)):
        return tidy
    return [node for node in tidy if _is_block(node) or _says_something(node)]


def _kind(node):
    return "words" if isinstance(node, str) else node.tag


def _is_block(node):
    return _kind(node) in BLOCKS


def _says_something(node):
    return bool((node if isinstance(node, str) else node.text).strip(" "))


# Lists -----------------------------------------------------------------------------------------


def _glyph(node):
    """What stands in front of a paragraph that is an entry of a list; None: it is no entry."""
    if re.search(r"\blevel\d", node.style.get("mso-list", "")):
        return next((each.text for each in _all(node) if _is_ignored(each)), "·")
    if node.has_class("MsoList") and "mso-list" not in node.style:
        return found[0] if (found := _GLYPH.match(node.text)) else None
    return None


def _all(node):
    for child in node.children:
        if isinstance(child, _Node):
            yield child
            yield from _all(child)


def _is_ignored(node):
    return node.style.get("mso-list") == "ignore"


def _item(node, marks, glyph):
    said = node.style.get("mso-list", "")
    if not said:
        _cut(node, len(glyph))
    indent = _number(node.style.get("margin-left"), _POINTS_A_LEVEL)
    return _Node(
        "item",
        {
            "level": _number(said.partition("level")[2], max(1, round(indent / _POINTS_A_LEVEL))),
            "tag": "ol" if _ORDERED.match(glyph) else "ul",
            "list": re.sub(r"level\d+", "", said),
        },
        _paragraphs(_children_of(node, marks)),
    )


def _cut(node, length):
    """Take so many characters from the front of a node."""
    for place, child in enumerate(node.children):
        text = child if isinstance(child, str) else child.text
        if isinstance(child, str):
            node.children[place] = child[length:]
        else:
            _cut(child, length)
        length -= len(text)
        if length <= 0:
            return


def _list(node, marks):
    """A list as it is; of Word on the web each entry is a list of its own, with its level."""
    items = []
    for child in node.children:
        if isinstance(child, str) or _is_left_out(child):
            continue
        if child.tag == "li" and "data-listid" in child.attrs:
            items.append(
                _Node(
                    "item",
                    {
                        "level": _number(child.attrs.get("data-aria-level"), 1),
                        "tag": node.tag,
                        "list": child.attrs["data-listid"],
                    },
                    _paragraphs(_children_of(child, marks)),
                )
            )
            continue
        for found in _part(child, marks):
            if _kind(found) in ("ul", "ol") and items and items[-1].tag == "li":
                items[-1].children.append(found)  # Google hangs it beside its entry
            elif _kind(found) == "li":
                items.append(found)
            else:
                items.append(_Node("li", children=_paragraphs([found])))
    if items and all(item.tag == "item" for item in items):
        return items
    return [_Node(node.tag, children=items)]


def _paragraphs(nodes):
    """What stands in an entry or a quotation, words without a block of their own in paragraphs."""
    blocks: list[_Node] = []
    for is_block, group in groupby(nodes, _is_block):
        parts = list(group)
        if is_block:
            blocks += parts
        elif any(map(_says_something, parts)):
            blocks.append(_Node("p", children=parts))
    return blocks


def _with_lists(nodes):
    """Neighbouring entries become the list that they are; what hangs under one joins it."""
    found: list[str | _Node] = []
    lists: list[_Node] = []
    for node in nodes:
        if _kind(node) != "item":
            if lists and _kind(node) == "p" and node.has_class("MsoListParagraph"):
                lists[-1].children[-1].children.append(node)
            else:
                lists = []
                found.append(node)
            continue
        level = min(node.attrs["level"], _DEEPEST_LIST)
        while lists and lists[-1].attrs["level"] > level:
            lists.pop()
        if lists and lists[-1].attrs["level"] == level and not _goes_on(lists[-1], node):
            lists.pop()
        if not lists or lists[-1].attrs["level"] < level:
            new = _Node(node.attrs["tag"], node.attrs | {"level": level})
            (lists[-1].children[-1].children if lists else found).append(new)
            lists.append(new)
        lists[-1].children.append(_Node("li", children=node.children))
    return found


def _goes_on(list_, item):
    return all(list_.attrs[name] == item.attrs[name] for name in ("tag", "list"))


def _number(said, otherwise):
    """The whole number, at least one, that a value begins with."""
    found = re.match(r"\d{1,4}", said or "")
    return max(1, int(found[0])) if found else otherwise
