"""Word files made by hand, part by part: good ones, odd ones and hostile ones."""

import io
import zipfile

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
NAMESPACES = (
    f'xmlns:w="{W}" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)
RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
MACROS = "application/vnd.ms-word.document.macroEnabled.main+xml"

# The ids as Danish Word translates them, and the names, which it keeps.
STYLES = {
    "Titel": "Title",
    "Undertitel": "Subtitle",
    "Overskrift1": "heading 1",
    "Overskrift2": "heading 2",
    "Citat": "Quote",
    "Listeafsnit": "List Paragraph",
}
NUMBERING = "".join(
    f'<w:abstractNum w:abstractNumId="{kind}">'
    + "".join(
        f'<w:lvl w:ilvl="{level}"><w:numFmt w:val="{format_}"/></w:lvl>' for level in range(9)
    )
    + "</w:abstractNum>"
    for kind, format_ in enumerate(["bullet", "decimal"])
) + "".join(
    f'<w:num w:numId="{kind + 1}"><w:abstractNumId w:val="{kind}"/></w:num>' for kind in (0, 1)
)
BULLETS, NUMBERS = 1, 2


def run(words, *switches):
    """Words with `<w:b/>` and the like around them."""
    properties = "".join(f"<w:{switch}/>" for switch in switches)
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{words}</w:t></w:r>'


def paragraph(inside, *, style="", numbering=None, level=0):
    if "<" not in inside:
        inside = run(inside)
    properties = f'<w:pStyle w:val="{style}"/>' if style else ""
    if numbering:
        properties += f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{numbering}"/></w:numPr>'
    return f"<w:p><w:pPr>{properties}</w:pPr>{inside}</w:p>"


def part(tag, inside, *, prolog=""):
    return f'<?xml version="1.0" encoding="UTF-8"?>{prolog}<w:{tag} {NAMESPACES}>{inside}</w:{tag}>'


def document(*blocks, prolog=""):
    return part("document", f"<w:body>{''.join(blocks)}<w:sectPr/></w:body>", prolog=prolog)


def relationships(*rows):
    """Each row: id, type, target, and whether it lies outside of the file."""
    inside = "".join(
        f'<Relationship Id="{name}" Type="{OFFICE}/{kind}" Target="{target}"'
        + (' TargetMode="External"/>' if is_outside else "/>")
        for name, kind, target, is_outside in rows
    )
    return f'<Relationships xmlns="{RELATIONSHIPS}">{inside}</Relationships>'


def word_parts(*blocks, styles=STYLES, links=(), content_type=MAIN):
    named = "".join(
        f'<w:style w:type="paragraph" w:styleId="{style_id}"><w:name w:val="{name}"/></w:style>'
        for style_id, name in styles.items()
    )
    return {
        "[Content_Types].xml": (
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            f'<Override PartName="/word/document.xml" ContentType="{content_type}"/></Types>'
        ),
        "_rels/.rels": relationships(("rId1", "officeDocument", "word/document.xml", False)),
        "word/document.xml": document(*blocks),
        "word/_rels/document.xml.rels": relationships(*links),
        "word/styles.xml": part("styles", named),
        "word/numbering.xml": part("numbering", NUMBERING),
    }


def zipped(parts, *, packed=zipfile.ZIP_DEFLATED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packed) as archive:
        for name, words in parts.items():
            archive.writestr(name, words)
    return file.getvalue()


def word_file(*blocks, more=None, **options):
    """The bytes of a Word file with these blocks; `more` are parts beside or instead of its own."""
    return zipped(word_parts(*blocks, **options) | (more or {}))
