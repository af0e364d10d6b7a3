"""Rich text as a person without a script writes it, there and back.

Blank lines part paragraphs; `## ` and `### ` make headings, `- ` and `1. ` lists, `> ` a
quotation, `---` a rule; `**bold**`, `*italic*`, `[words](address)`.
"""

import re
from html import escape
from html.parser import HTMLParser

_INLINE = re.compile(
    r"\\(?P<literal>[\\*\[\]#>-])"
    r"|\*\*(?P<strong>(?:[^*\\]|\\.)+)\*\*"
    r"|\*(?P<em>(?:[^*\\]|\\.)+)\*"
    r"|\[(?P<words>(?:[^\[\]\\]|\\.)+)\]\((?P<href>[^()\s]+)\)"
)
_ITEM = re.compile(r"(?:[-•·]|\d{1,3}[.)])\s+")


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
        paragraphs = [part for part in re.split(r"\n\n+", inside) if part]
        return (
            "<blockquote>"
            + "".join(f"<p>{_lines(part)}</p>" for part in paragraphs)
            + "</blockquote>"
        )
    if all(_ITEM.match(line) for line in lines):
        tag = "ol" if lines[0][0].isdigit() else "ul"
        items = "".join(
            f"<li><p>{_inline(_ITEM.sub('', line, count=1))}</p></li>" for line in lines
        )
        return f"<{tag}>{items}</{tag}>"
    return f"<p>{_lines(block)}</p>"


def _lines(text):
    return "<br>".join(_inline(line.strip()) for line in text.split("\n"))


def _inline(text):
    html, end = "", 0
    for match in _INLINE.finditer(text):
        html += escape(text[end : match.start()], quote=False)
        end = match.end()
        if match["literal"]:
            html += escape(match["literal"], quote=False)
        elif match["strong"]:
            html += f"<strong>{_inline(match['strong'])}</strong>"
        elif match["em"]:
            html += f"<em>{_inline(match['em'])}</em>"
        else:
            html += f'<a href="{escape(match["href"])}">{_inline(match["words"])}</a>'
    return html + escape(text[end:], quote=False)


def from_html(html: str) -> str:
    """Sanitised HTML as plain writing."""
    writer = _Writer()
    writer.feed(html)
    writer.close()
    return writer.text()


class _Writer(HTMLParser):
    def __init__(self):
        super().__init__()
        self.blocks, self.line = [], ""
        self.lists, self.quoted, self.hrefs = [], 0, []

    def handle_starttag(self, tag, attrs):
        if tag in ("ul", "ol"):
            self._end_block()
            self.lists.append([tag, 0])
        elif tag == "li" and self.lists:
            self._end_block()
            self.lists[-1][1] += 1
        elif tag == "blockquote":
            self._end_block()
            self.quoted += 1
        elif tag in ("h2", "h3"):
            self._end_block()
            self.line = "## " if tag == "h2" else "### "
        elif tag == "p" and not self.lists:
            self._end_block()
        elif tag == "br":
            self.line += "\n"
        elif tag == "hr":
            self._end_block()
            self.blocks.append(("rule", "---"))
        elif tag in ("strong", "em"):
            self.line += "**" if tag == "strong" else "*"
        elif tag == "a":
            self.hrefs.append(dict(attrs).get("href", ""))
            self.line += "["

    def handle_endtag(self, tag):
        if tag in ("strong", "em"):
            self.line += "**" if tag == "strong" else "*"
        elif tag == "a" and self.hrefs:
            self.line += f"]({self.hrefs.pop()})"
        elif tag in ("p", "li", "h2", "h3", "blockquote", "ul", "ol"):
            self._end_block()
            if tag == "blockquote":
                self.quoted = max(0, self.quoted - 1)
            elif tag in ("ul", "ol") and self.lists:
                self.lists.pop()

    def handle_data(self, data):
        self.line += re.sub(r"([\\*\[\]])", r"\\\1", re.sub(r"\s+", " ", data))

    def _end_block(self):
        line, self.line = self.line.strip(), ""
        if not line or line in ("##", "###"):
            return
        if self.lists:
            tag, number = self.lists[-1]
            mark = "- " if tag == "ul" else f"{number}. "
            self.blocks.append((f"{tag}{len(self.lists)}", mark + line.replace("\n", " ")))
        elif self.quoted:
            self.blocks.append(("quote", "\n".join(f"> {part}" for part in line.split("\n"))))
        else:
            self.blocks.append(("text", line))

    def text(self):
        self._end_block()
        text, before = "", ""
        for kind, block in self.blocks:
            if not text:
                text = block
            elif kind == before == "quote":
                text += f"\n>\n{block}"
            elif kind == before and kind[:2] in ("ul", "ol"):
                text += f"\n{block}"
            else:
                text += f"\n\n{block}"
            before = kind
        return text
