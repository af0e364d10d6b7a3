"""Reads a Word file from standard input and writes what it says, as JSON. A program of its own.

`articles.word` runs it, so that nothing an upload holds is unpacked where pages are served. It
needs no Django, and once its limits hold it can open nothing: no file, no address.
"""

import encodings.cp437  # noqa: F401  (names in a zip; after the limits nothing can be imported)
import io
import json
import re
import resource
import sys
import xml.dom.expatbuilder  # noqa: F401
import zipfile
from collections import Counter, deque
from xml.etree import ElementTree

import mammoth

BYTES_OF_MEMORY = 1024 * 1024 * 1024
BYTES_OF_ANSWER = 4_000_000
MOST_MEMBERS = 2_000
MOST_UNPACKED = 50_000_000
MOST_IN_A_PART = 20_000_000
MOST_TIMES_PACKED = 200  # what Word writes packs to a tenth or a twentieth
NEVER_A_BOMB = 5_000_000  # unpacked, however well it is packed

HEADINGS = {1: "h2", 2: "h3", 3: "h3", 4: "h3", 5: "h3", 6: "h3"}
# Word keeps the names of its own styles in English and translates their ids; a file without a
# list of styles has ids only, and one that came through other programs may have Danish names.
NAMED = {
    "h1.title": ["Title", "Titel"],
    "h1.standfirst": ["Subtitle", "Undertitel"],
    "blockquote > p": ["Quote", "Intense Quote", "Citat", "Stærkt citat", "Quotations"],
}
KNOWN_BY_ID = {
    "h1.title": ["Title", "Titel"],
    "h1.standfirst": ["Subtitle", "Undertitel"],
    "blockquote > p": ["Quote", "IntenseQuote", "Citat", "Strktcitat"],
}
DEEPEST_LIST = 9

# What a text cannot hold, by what Word calls it.
DROPPED = {
    "drawing": "pictures",
    "pict": "pictures",
    "object": "objects",
    "altChunk": "objects",
    "subDoc": "objects",
    "footnoteReference": "notes",
    "endnoteReference": "notes",
    "commentReference": "comments",
    "oMath": "equations",
    "oMathPara": "equations",
    "del": "deletions",
    "bookmarkStart": None,  # nothing that anybody sees
}
OTHER_PROGRAMS = [
    (b"%PDF-", "pdf"),
    (b"{\\rtf", "rtf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_word"),
]
LOCKED = "EncryptedPackage".encode("utf-16-le")  # what a password makes of a .docx


class Refused(Exception):
    """The file is not read; its one argument says why, in a word that `articles.word` knows."""


def main():
    limit_itself()
    try:
        answer = read(sys.stdin.buffer)
    except Refused as refused:
        answer = {"refused": str(refused)}
    except MemoryError:
        answer = {"refused": "too_large"}
    except Exception as error:
        # Whatever a damaged file does to the parsers is a refusal; the parent notes the name.
        answer = {"refused": "unreadable", "error": type(error).__name__}
    words = json.dumps(answer)
    sys.stdout.write(words if len(words) <= BYTES_OF_ANSWER else '{"refused": "too_large"}')


def limit_itself():
    seconds = int(sys.argv[1])
    for kind, most in (
        (resource.RLIMIT_AS, BYTES_OF_MEMORY),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, BYTES_OF_ANSWER),
        (resource.RLIMIT_NOFILE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def read(file):
    """What the file says: HTML that nobody has sanitised, and how many of what were left out."""
    _ask_which_program(file)
    with zipfile.ZipFile(file) as archive:
        _ask_the_directory(archive.infolist())
        parts = _parts(archive)
    lost: Counter[str] = Counter()
    lighter = io.BytesIO()
    with zipfile.ZipFile(lighter, "w") as archive:
        for name, root in parts.items():
            kind = _name(root)
            if kind == "document":
                _take_out(root, lost)
            elif kind in ("hdr", "ftr"):
                lost["headers"] += any(_name(each) == "t" and each.text for each in root.iter())
            if kind in ("document", "styles", "numbering", "Relationships", "Types"):
                archive.writestr(name, ElementTree.tostring(root, "utf-8"))
    parts.clear()
    html = mammoth.convert_to_html(
        lighter,
        style_map=STYLES,
        include_default_style_map=False,
        convert_image=lambda image: [],
    ).value
    # The places inside the file that a link can lead to are gone.
    html = re.sub(r'<a href="#[^"]*"[^>]*>(.*?)</a>', r"\1", html, flags=re.S)
    return {"html": html, "lost": lost}


def _style_map():
    for level, tag in HEADINGS.items():
        yield f"p[style-name='heading {level}'] => {tag}:fresh"
        yield f"p[style-name='Overskrift {level}'] => {tag}:fresh"
        yield f"p.Heading{level} => {tag}:fresh"
        yield f"p.Overskrift{level} => {tag}:fresh"
    for path, names in NAMED.items():
        yield from (f"p[style-name='{name}'] => {path}:fresh" for name in names)
    for path, ids in KNOWN_BY_ID.items():
        yield from (f"p.{style_id} => {path}:fresh" for style_id in ids)
    for tag, kind in (("ul", "unordered"), ("ol", "ordered")):
        for level in range(1, DEEPEST_LIST + 1):
            # Nobody reads a sixth level: it stays on the fifth.
            above = "ul|ol > li > " * (min(level, 5) - 1)
            yield f"p:{kind}-list({level}) => {above}{tag} > li:fresh"
    yield "r[style-name='Strong'] => strong"
    yield "r[style-name='Emphasis'] => em"


STYLES = "\n".join(_style_map())


# Before anything is unpacked ------------------------------------------------------------------


def _ask_which_program(file):
    start = file.read(8)
    for signature, program in OTHER_PROGRAMS:
        if start.startswith(signature):
            file.seek(0)
            raise Refused("encrypted" if LOCKED in file.read() else program)
    if not start.startswith(b"PK\x03\x04"):
        raise Refused("not_word")
    file.seek(0)


def _ask_the_directory(members):
    if len(members) > MOST_MEMBERS:
        raise Refused("too_large")
    unpacked, packed = 0, 1
    for member in members:
        if member.flag_bits & 1:
            raise Refused("encrypted")
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Refused("unreadable")
        unpacked += member.file_size
        packed += member.compress_size
    if unpacked > min(MOST_UNPACKED, max(packed * MOST_TIMES_PACKED, NEVER_A_BOMB)):
        raise Refused("too_large")
    names = {member.filename for member in members}
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Refused("macros")
    if "content.xml" in names and "mimetype" in names:
        raise Refused("odt")
    if any(name.startswith("Index/") or name == "Index.zip" for name in names):
        raise Refused("pages")
    if "[Content_Types].xml" not in names:
        raise Refused("not_word")


def _is_xml(member):
    return member.filename.lower().endswith((".xml", ".rels"))


# Unpacking ------------------------------------------------------------------------------------


class _Tree(ElementTree.TreeBuilder):
    def doctype(self, name, public_id, system):
        raise Refused("doctype")


def _parts(archive):
    """The XML of the file, as trees by their names. Pictures and the like stay packed."""
    parts, left = {}, MOST_UNPACKED
    for member in archive.infolist():
        if not _is_xml(member):
            continue
        with archive.open(member) as packed:
            # The directory may lie: no more is unpacked than this, whatever it says.
            part = packed.read(min(left, MOST_IN_A_PART) + 1)
        left -= len(part)
        if left < 0 or len(part) > MOST_IN_A_PART:
            raise Refused("too_large")
        root = ElementTree.fromstring(part, ElementTree.XMLParser(target=_Tree()))  # noqa: S314
        if b"macroEnabled" in part and _name(root) == "Types":
            raise Refused("macros")
        parts[member.filename] = root
    if not any(_name(root) == "document" for root in parts.values()):
        raise Refused("not_word")
    return parts


def _name(element):
    return element.tag.rpartition("}")[2]


# What a text cannot hold ----------------------------------------------------------------------


def _take_out(element, lost):
    """Take out what DROPPED names, and count it. Returns the blocks of text boxes found inside:
    their words come after the paragraph that the box hangs on."""
    waiting, kept, boxed = deque(element), [], []
    while waiting:
        child = waiting.popleft()
        name = _name(child)
        if name == "AlternateContent":
            waiting.extendleft(reversed(_alternative(child)))
        elif name == "r" and _is_on(child, "vanish"):
            lost["hidden"] += 1
        elif name in DROPPED and _name(element) not in ("rPr", "trPr"):
            boxes = list(_boxes(child)) if name in ("drawing", "pict") else []
            boxed += [block for box in boxes for block in box]
            kind = "boxes" if boxes else DROPPED[name]
            if kind and (name != "del" or any(_name(each) == "delText" for each in child.iter())):
                lost[kind] += len(boxes) or 1
        else:
            kept.append(child)
            lost["tables"] += name == "tbl"
            lost["struck"] += name == "p" and any(
                _is_on(each, "strike") or _is_on(each, "dstrike")
                for each in child.iter()
                if _name(each) == "r"
            )
            found = _take_out(child, lost)
            if name == "p":
                waiting.extendleft(reversed(found))
            else:
                boxed += found
    element[:] = kept
    return boxed


def _alternative(element):
    """Of one thing said twice: the newer words where they are a drawing, else the older."""
    choices = {_name(child): list(child) for child in element}
    newer, older = choices.get("Choice", []), choices.get("Fallback", [])
    is_drawn = any(
        _name(each) in ("drawing", "txbxContent") for one in newer for each in one.iter()
    )
    return newer if is_drawn or not older else older


def _boxes(element):
    for child in element:
        if _name(child) == "txbxContent":
            yield child
        else:
            yield from _boxes(child)


def _is_on(run, switch):
    for properties in run:
        for each in properties if _name(properties) == "rPr" else ():
            if _name(each) == switch:
                said = next((value for key, value in each.items() if key.endswith("}val")), "1")
                return said not in ("0", "false", "off")
    return False


if __name__ == "__main__":
    main()
