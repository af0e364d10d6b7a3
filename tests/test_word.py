"""A text that arrives as a Word file: what is kept, what is lost, and what is refused."""

import io
import socket
import struct
import tempfile
import zipfile
from contextlib import suppress
from pathlib import Path
from threading import Barrier, Thread

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django.utils import translation

from articles import desk, word
from articles.models import Article
from relays.errors import RuleBroken
from tests.factories import (
    BODY,
    begin_leg,
    fresh,
    make_editor,
    make_leg_article,
    make_relay,
    put,
    write,
)
from tests.forms import fields_of
from tests.test_permissions import all_rows
from tests.test_portal import Visit, told_wrong
from tests.word_files import (
    BULLETS,
    MACROS,
    NUMBERS,
    document,
    paragraph,
    part,
    run,
    word_file,
    word_parts,
    zipped,
)


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def read(*blocks, **options):
    return word.read_word(io.BytesIO(word_file(*blocks, **options)))


def refusal_of(file):
    with pytest.raises(RuleBroken) as refused:
        word.read_word(io.BytesIO(file))
    return next(name for name, words in word.REFUSALS.items() if words == str(refused.value))


# What is kept ----------------------------------------------------------------------------------


def test_a_danish_word_file_becomes_a_text():
    found = read(
        paragraph("Maden først", style="Titel"),
        paragraph("To linjer om mad.", style="Undertitel"),
        paragraph("Køkkenet", style="Overskrift1"),
        paragraph(run("Hver ") + run("dag", "b") + run(" og ") + run("nat", "i")),
        paragraph("Små ting", style="Overskrift2"),
        paragraph("Mad er kærlighed.", style="Citat"),
        paragraph("Sagde hun.", style="Citat"),
    )

    assert found == (
        "Maden først",
        "To linjer om mad.",
        (
            "<h2>Køkkenet</h2><p>Hver <strong>dag</strong> og <em>nat</em></p><h3>Små ting</h3>"
            "<blockquote><p>Mad er kærlighed.</p><p>Sagde hun.</p></blockquote>"
        ),
        [],
    )


@pytest.mark.parametrize(
    ("styles", "title", "heading", "quote"),
    [
        (
            {"Title": "Title", "Heading1": "heading 1", "Quote": "Quote"},
            "Title",
            "Heading1",
            "Quote",
        ),
        ({"T": "Titel", "O": "Overskrift 1", "C": "Citat"}, "T", "O", "C"),  # names translated
        ({}, "Titel", "Overskrift1", "Citat"),  # no list of styles: Danish ids
        ({}, "Title", "Heading1", "Quote"),
        ({"Title": "Title", "H": "Heading 1", "Q": "Quotations"}, "Title", "H", "Q"),  # LibreOffice
    ],
)
def test_styles_are_known_by_every_name_they_go_by(styles, title, heading, quote):
    found = read(
        paragraph("a", style=title),
        paragraph("b", style=heading),
        paragraph("c", style=quote),
        styles=styles,
    )

    assert (found.title, found.html) == ("a", "<h2>b</h2><blockquote><p>c</p></blockquote>")


def test_of_two_titles_none_is_the_title():
    found = read(paragraph("En", style="Titel"), paragraph("To", style="Titel"))

    assert (found.title, found.html) == ("", "<h2>En</h2><h2>To</h2>")


def test_a_title_too_long_for_a_headline_stays_in_the_text():
    found = read(paragraph("o" * 201, style="Titel"))

    assert (found.title, found.html) == ("", f"<h2>{'o' * 201}</h2>")


def test_a_title_is_words_alone():
    found = read(
        paragraph(run("Mad &amp; ", "b") + "<w:r><w:br/></w:r>" + run("drikke"), style="Titel"),
        paragraph("a"),
    )

    assert found.title == "Mad & drikke"


def test_lists_stay_lists_and_nest():
    found = read(
        *(
            paragraph(words, numbering=kind, level=level, style="Listeafsnit")
            for words, kind, level in [
                ("a", BULLETS, 0),
                ("b", BULLETS, 1),
                ("c", NUMBERS, 1),
                ("d", BULLETS, 0),
                ("e", NUMBERS, 0),
            ]
        )
    )

    assert found.html == (
        "<ul><li>a<ul><li>b</li></ul><ol><li>c</li></ol></li><li>d</li></ul><ol><li>e</li></ol>"
    )


def test_the_ninth_level_of_a_list_is_still_a_list():
    found = read(*(paragraph(str(level), numbering=BULLETS, level=level) for level in range(9)))

    assert found.html.count("<li>") == 9
    assert "<p>" not in found.html


def test_a_link_keeps_its_target_if_it_is_a_safe_one():
    links = [
        ("good", "hyperlink", "https://mad.example/?a=1&amp;b=2", True),
        ("bad", "hyperlink", "javascript:alert(1)", True),
    ]

    found = read(
        paragraph(
            f'<w:hyperlink r:id="good">{run("god")}</w:hyperlink>'
            f'<w:hyperlink r:id="bad">{run("ond")}</w:hyperlink>'
            '<w:bookmarkStart w:name="her"/>'
            f'<w:hyperlink w:anchor="her">{run("indre")}</w:hyperlink>'
        ),
        links=links,
    )

    assert found.html == '<p><a href="https://mad.example/?a=1&amp;b=2">god</a>ondindre</p>'


def test_what_looks_like_html_is_words():
    assert read(paragraph(run("&lt;script&gt;1 &lt; 2"))).html == "<p>&lt;script&gt;1 &lt; 2</p>"


def test_a_part_may_have_another_name():
    """Word on the web calls the document document2.xml."""
    parts = word_parts(paragraph("a"))
    parts["word/document2.xml"] = parts.pop("word/document.xml")
    parts["_rels/.rels"] = parts["_rels/.rels"].replace("document.xml", "document2.xml")

    assert word.read_word(io.BytesIO(zipped(parts))).html == "<p>a</p>"


def test_three_thousand_paragraphs_are_read():
    found = read(*(paragraph(f"Afsnit {number}") for number in range(3000)))

    assert found.html.count("<p>") == 3000


# What is lost ----------------------------------------------------------------------------------

PICTURE = (
    "<w:r><w:drawing><wp:inline><a:graphic><a:graphicData><pic:pic><pic:blipFill>"
    '<a:blip r:embed="picture"/></pic:blipFill></pic:pic></a:graphicData></a:graphic></wp:inline>'
    "</w:drawing></w:r>"
)
TABLE = f"<w:tbl><w:tr><w:tc>{paragraph('c1')}</w:tc><w:tc>{paragraph('c2')}</w:tc></w:tr></w:tbl>"


def box(*paragraphs):
    """A text box as Word writes it: once for newer programs, once for older ones."""
    inside = f"<w:txbxContent>{''.join(paragraphs)}</w:txbxContent>"
    return (
        '<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:anchor><a:graphic>'
        f"<a:graphicData><wps:wsp><wps:txbx>{inside}</wps:txbx></wps:wsp></a:graphicData>"
        "</a:graphic></wp:anchor></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><v:shape><v:textbox>{inside}</v:textbox></v:shape></w:pict>"
        "</mc:Fallback></mc:AlternateContent></w:r>"
    )


@pytest.mark.parametrize(
    ("inside", "lost"),
    [
        (run("a") + PICTURE, "1 picture"),
        (run("a") + PICTURE + PICTURE, "2 pictures"),
        (
            run("a") + '<w:r><w:pict><v:shape><v:imagedata r:id="x"/></v:shape></w:pict></w:r>',
            "1 picture",
        ),
        (
            run("a") + "<w:r><w:object><v:shape/></w:object></w:r>",
            "1 part from another file or program",
        ),
        (run("a") + '<w:r><w:footnoteReference w:id="1"/></w:r>', "1 footnote or endnote"),
        (
            run("a") + '<w:r><w:footnoteReference w:id="1"/><w:endnoteReference w:id="1"/></w:r>',
            "2 footnotes and endnotes",
        ),
        (run("a") + '<w:r><w:commentReference w:id="1"/></w:r>', "1 comment"),
        (run("a") + "<w:del><w:r><w:delText>væk</w:delText></w:r></w:del>", "1 tracked deletion"),
        (run("a") + "<m:oMath><m:r><m:t>x</m:t></m:r></m:oMath>", "1 equation"),
        (run("a") + run("skjult", "vanish"), "1 hidden passage"),
        (run("a", "strike"), "the line through words in 1 paragraph (the words are kept)"),
    ],
)
def test_what_a_text_cannot_hold_is_left_out_and_said(inside, lost):
    found = read(paragraph(inside))

    assert (found.html, found.lost) == ("<p>a</p>", [lost])


def test_the_words_of_a_table_are_kept_as_paragraphs():
    found = read(paragraph("før"), TABLE, paragraph("efter"))

    assert found.html == "<p>før</p><p>c1</p><p>c2</p><p>efter</p>"
    assert found.lost == ["1 table (its words are kept as paragraphs)"]


def test_the_words_of_a_text_box_stand_after_its_paragraph():
    inner = paragraph(run("i boksen") + box(paragraph("i boksen i boksen")))

    found = read(paragraph(run("før") + box(inner)), paragraph("efter"))

    assert found.html == "<p>før</p><p>i boksen</p><p>i boksen i boksen</p><p>efter</p>"
    assert found.lost == ["2 text boxes (their words stand after the paragraphs they belonged to)"]


def test_tracked_insertions_are_kept_and_moved_words_stand_where_they_went():
    found = read(
        paragraph(
            f"<w:moveFrom>{run('b')}</w:moveFrom><w:ins>{run('a')}</w:ins>"
            f"<w:moveTo>{run('b')}</w:moveTo>"
        )
    )

    assert (found.html, found.lost) == ("<p>ab</p>", [])


def test_page_headers_with_words_are_counted_and_empty_ones_are_not():
    more = {
        "word/header1.xml": part("hdr", paragraph("Fortroligt")),
        "word/header2.xml": part("hdr", paragraph("")),
        "word/footer1.xml": part("ftr", paragraph("Side 1")),
    }

    found = read(paragraph("a"), more=more)

    assert (found.html, found.lost) == ("<p>a</p>", ["2 page headers and footers"])


def test_an_emoji_said_twice_is_kept_once():
    emoji = (
        '<w:r><mc:AlternateContent><mc:Choice Requires="w16se"/>'
        "<mc:Fallback><w:t>\N{SOFT ICE CREAM}</w:t></mc:Fallback></mc:AlternateContent></w:r>"
    )

    assert read(paragraph(emoji)).html == "<p>\N{SOFT ICE CREAM}</p>"


def test_what_is_lost_is_said_in_one_order():
    found = read(paragraph(run("skjult", "vanish") + PICTURE + run("a")), TABLE)

    assert [words.split()[1] for words in found.lost] == ["picture", "table", "hidden"]


# What is refused -------------------------------------------------------------------------------

OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)


@pytest.mark.parametrize(
    ("file", "refusal"),
    [
        (b"", "not_word"),
        (b"Kaere redaktion", "not_word"),
        (b"\x89PNG\r\n\x1a\n", "not_word"),
        (b"PK\x03\x04 og ikke mere", "unreadable"),
        (b"%PDF-1.7 ...", "pdf"),
        (rb"{\rtf1\ansi a}", "rtf"),
        (OLD_WORD, "old_word"),
        (OLD_WORD + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (zipped({"a.txt": "a"}), "not_word"),
        (zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": ""}), "odt"),
        (zipped({"Index/Document.iwa": "a"}), "pages"),
        (zipped({"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<workbook/>"}), "not_word"),
        (word_file(paragraph("a"), content_type=MACROS), "macros"),
        (word_file(paragraph("a"), more={"word/vbaProject.bin": "Sub AutoOpen()"}), "macros"),
        (word_file(), "empty"),
        (word_file(paragraph(PICTURE)), "empty"),
        (word_file(paragraph("a"))[:-200], "unreadable"),
        (word_file(more={"word/document.xml": "<w:document"}), "unreadable"),
        (word_file(more={"word/document.xml": part("document", "")}), "unreadable"),
        (word_file("<w:p>" * 5000 + "</w:p>" * 5000), "unreadable"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(file, refusal):
    assert refusal_of(file) == refusal


LAUGHS = (
    "<!DOCTYPE d [<!ENTITY a 'ha'>"
    + "".join(f"<!ENTITY {b} '{f'&{a};' * 10}'>" for a, b in zip("abcdef", "bcdefg", strict=True))
    + "]>"
)
ENTITIES = "".join(f"<!ENTITY e{number} 'x'>" for number in range(10**6))


@pytest.mark.parametrize(
    "prolog",
    [
        "<!DOCTYPE d>",
        LAUGHS,
        "<!DOCTYPE d SYSTEM 'http://127.0.0.1:9/evil.dtd'>",
        "<!DOCTYPE d [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>",
    ],
    ids=["bare", "laughs", "remote", "local"],
)
@pytest.mark.parametrize("name", ["word/document.xml", "word/styles.xml", "docProps/core.xml"])
def test_a_document_type_is_refused_wherever_it_stands(prolog, name):
    hostile = document(paragraph(run("&g;" if "ha" in prolog else "a")), prolog=prolog)

    assert refusal_of(word_file(paragraph("a"), more={name: hostile})) == "doctype"


def test_a_document_type_in_another_encoding_is_seen():
    hostile = document(paragraph("a"), prolog="<!DOCTYPE d>").replace("UTF-8", "UTF-16")
    file = word_file(more={"word/document.xml": hostile.encode("utf-16")})

    assert refusal_of(file) == "doctype"


def test_a_million_entities_are_refused_before_they_are_read():
    hostile = document(paragraph("a"), prolog=f"<!DOCTYPE d [{ENTITIES}]>")

    assert len(hostile) > 20_000_000
    assert refusal_of(word_file(more={"word/document.xml": hostile})) == "too_large"


def test_a_million_spelled_out_letters_are_a_long_text_or_a_bomb():
    spelled = "".join(f"&#{65 + number % 26};" for number in range(500_000))

    assert (
        read(paragraph(run(spelled))).html
        == f"<p>{('ABCDEFGHIJKLMNOPQRSTUVWXYZ' * 19231)[:500_000]}</p>"
    )
    assert refusal_of(word_file(paragraph(run("&#65;" * 10**6)))) == "too_large"


@pytest.mark.parametrize(
    "parts",
    [
        {"word/document.xml": " " * 20_000_001},
        {f"word/media/{number}.png": bytes(10_000_000) for number in range(6)},
        {f"word/{number}.xml": "" for number in range(2_000)},
        {"word/media/image1.png": bytes(6_000_000)},  # ratio
    ],
)
def test_a_bomb_is_refused_before_it_is_unpacked(parts):
    assert refusal_of(word_file(paragraph("a"), more=parts)) == "too_large"


def test_a_file_of_many_bytes_is_refused_before_anything_looks_at_it(monkeypatch):
    monkeypatch.setattr(word, "CHILD", "/nowhere")

    assert refusal_of(bytes(word.MOST_BYTES + 1)) == "too_large"


def lying_about(file, name, size):
    """The file with a directory that gives one of its members another unpacked size."""
    file = bytearray(file)
    place = file.rindex(name.encode()) - 46
    assert file[place : place + 4] == b"PK\x01\x02"
    struct.pack_into("<L", file, place + 24, size)
    return bytes(file)


@pytest.mark.parametrize("size", [10, 19_000_000, 0xFFFFFFF0])
def test_a_directory_that_lies_gains_nothing(size):
    file = word_file(*(paragraph(f"Afsnit {number}") for number in range(3000)))

    assert refusal_of(lying_about(file, "word/document.xml", size)) in ("unreadable", "too_large")


def test_a_bomb_behind_a_small_number_is_not_unpacked():
    """More than the memory of the child: had it been unpacked, it would be too large."""
    file = io.BytesIO(word_file(paragraph("a")))
    with (
        zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("word/bomb.xml", "w") as bomb,
    ):
        for _megabyte in range(1100):
            bomb.write(bytes(1_000_000))

    assert refusal_of(lying_about(file.getvalue(), "word/bomb.xml", 1000)) == "unreadable"


def test_a_locked_member_is_named_for_what_it_is():
    file = bytearray(word_file(paragraph("a")))
    place = file.rindex(b"word/document.xml") - 46
    file[place + 8] |= 1

    assert refusal_of(bytes(file)) == "encrypted"


@pytest.mark.parametrize(
    "name",
    [
        "../../../../evil.xml",
        "/evil.xml",
        "C:\\evil.xml",
        "æ" * 20_000 + ".xml",
        "a\nb.xml",
    ],
)
def test_the_name_of_a_member_is_nothing_but_a_name(name):
    found = read(paragraph("a"), more={name: "<evil/>"})

    assert found.html == "<p>a</p>"
    assert not Path("/evil.xml").exists()


def test_of_two_documents_one_is_read():
    file = io.BytesIO(word_file(paragraph("en")))
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(file, "a") as archive:
        archive.writestr("word/document.xml", document(paragraph("to")))

    assert word.read_word(file).html in ("<p>en</p>", "<p>to</p>")


def test_nothing_that_lies_outside_of_the_file_is_fetched():
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.5)
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        links = [
            ("picture", "image", f"{address}/a.png", True),
            ("template", "attachedTemplate", f"{address}/a.dotm", True),
            ("chunk", "aFChunk", f"{address}/a.html", True),
            ("file", "image", "file:///etc/passwd", True),
        ]
        linked = PICTURE.replace('r:embed="picture"', 'r:link="file"')
        found = read(
            paragraph(run("a") + PICTURE + linked), '<w:altChunk r:id="chunk"/>', links=links
        )

        assert found.html == "<p>a</p>"
        assert found.lost == ["2 pictures", "1 part from another file or program"]
        with pytest.raises(TimeoutError):
            server.accept()


def test_a_map_of_styles_in_the_file_is_not_obeyed():
    more = {"mammoth/style-map": "p => h1.title:fresh"}

    assert read(paragraph("a"), more=more).html == "<p>a</p>"


# The child -------------------------------------------------------------------------------------


def child_that(tmp_path, program):
    path = tmp_path / "child.py"
    path.write_text(program)
    return path


def test_a_reading_without_end_is_ended(monkeypatch):
    monkeypatch.setattr(word, "SECONDS", 1)
    slow = word_file(
        *(paragraph("".join(run(f"o{n}", "b") for n in range(40))) for _p in range(3000))
    )

    assert refusal_of(slow) == "too_large"


@pytest.mark.parametrize(
    ("program", "refusal"),
    [
        ("import time; time.sleep(60)", "too_large"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "too_large"),
        ("raise SystemExit(1)", "unreadable"),
    ],
)
def test_a_child_that_dies_is_a_refusal(monkeypatch, tmp_path, program, refusal):
    monkeypatch.setattr(word, "SECONDS", 1)
    monkeypatch.setattr(word, "CHILD", child_that(tmp_path, program))

    assert refusal_of(word_file(paragraph("a"))) == refusal


@pytest.mark.parametrize(
    ("deed", "error"),
    [
        ("open('/etc/passwd')", "OSError"),
        ("__import__('socket').socket()", "OSError"),
        ("bytearray(2 * 1024 ** 3)", "MemoryError"),
        ("sys.stdout.buffer.write(bytes(5_000_000)), sys.stdout.flush()", "OSError"),
    ],
)
def test_the_child_can_do_nothing_but_read(monkeypatch, tmp_path, deed, error):
    program = f"""
import sys, socket
sys.path.insert(0, {str(word.CHILD.parent)!r})
import word_child
word_child.limit_itself()
try:
    {deed}
except {error}:
    sys.stdout.buffer.seek(0)
    sys.stdout.buffer.truncate()
    print('{{"html": "<p>held</p>", "lost": {{}}}}')
"""
    monkeypatch.setattr(word, "CHILD", child_that(tmp_path, program))

    assert read(paragraph("a")).html == "<p>held</p>"


def test_the_child_knows_nothing_of_the_site(monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET_KEY", "only-for-the-suite")
    program = """
import json, os
print(json.dumps({"html": " ".join(sorted(os.environ)), "lost": {}}))
"""
    monkeypatch.setattr(word, "CHILD", child_that(tmp_path, program))

    assert "SECRET_KEY" not in read(paragraph("a")).html


@pytest.mark.parametrize("file", [word_file(paragraph("a")), b"%PDF-", word_file("<w:p>" * 900)])
def test_nothing_is_left_on_the_disk(monkeypatch, tmp_path, file):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    with suppress(RuleBroken):
        word.read_word(io.BytesIO(file))

    assert list(tmp_path.iterdir()) == []


# The desk --------------------------------------------------------------------------------------

CONTENT = {"title": "Fra filen", "standfirst": "Også fra filen.", "body": "<p>Fra filen.</p>"}


@pytest.mark.django_db
def test_what_the_draft_said_is_kept_as_a_revision():
    article = make_leg_article(title="Min", interests="Ingen.")
    editor = make_editor()

    kept = desk.replace_text(article, CONTENT, by=editor, version=article.draft.version)

    assert (kept.number, kept.reason, kept.by, kept.body) == (1, "named", editor, BODY)
    draft = fresh(article).draft
    assert draft.content == article.draft.content | {
        "standfirst": "Også fra filen.",
        "body": "<p>Fra filen.</p>",
    }
    assert (draft.title, draft.interests) == ("Min", "Ingen.")
    assert (draft.version, draft.saved_by) == (article.draft.version + 1, editor)


@pytest.mark.django_db
def test_an_empty_draft_is_not_worth_a_revision():
    article = desk.article_for(begin_leg(make_relay()))

    kept = desk.replace_text(article, CONTENT, by=make_editor(), version=1)

    assert kept is None
    assert fresh(article).draft.title == "Fra filen"
    assert not article.revisions.exists()


@pytest.mark.django_db
def test_an_older_draft_is_not_replaced():
    article = make_leg_article()
    write(article, body="<p>Nyere.</p>")
    editor, before = make_editor(), all_rows()

    with pytest.raises(desk.Conflict):
        desk.replace_text(article, CONTENT, by=editor, version=article.draft.version)

    assert all_rows() == before


@pytest.mark.django_db
def test_an_approved_text_is_replaced_only_by_who_means_it():
    article = put(make_leg_article(), "approved")
    editor, version = make_editor(), article.draft.version

    with pytest.raises(desk.TextIsPassedOn):
        desk.replace_text(article, CONTENT, by=editor, version=version)
    desk.replace_text(article, CONTENT, by=editor, version=version, change_approved=True)

    assert fresh(article).status == "submitted"
    assert article.revisions.count() == 1  # the approved one says what there was


@pytest.mark.django_db
def test_a_writer_does_not_replace_what_the_editors_read():
    article = put(make_leg_article(), "submitted")
    writer = article.leg.contributor.user

    with pytest.raises(RuleBroken, match="with the editors"):
        desk.replace_text(article, CONTENT, by=writer, version=article.draft.version)


@pytest.mark.django_db(transaction=True)
def test_of_two_files_at_once_one_becomes_the_text():
    article, editor, start = make_leg_article(), make_editor(), Barrier(2)
    answers = []

    def send(words):
        start.wait()
        try:
            desk.replace_text(
                article,
                CONTENT | {"body": f"<p>{words}</p>"},
                by=editor,
                version=article.draft.version,
            )
            answers.append("taken")
        except desk.Conflict:
            answers.append("conflict")
        finally:
            connection.close()

    threads = [Thread(target=send, args=[words]) for words in ("en", "to")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == ["conflict", "taken"]
    assert [revision.body for revision in article.revisions.all()] == [BODY]


# The writer's page -----------------------------------------------------------------------------


def upload(*blocks, name="tekst.docx", **options):
    return SimpleUploadedFile(name, word_file(*blocks, **options))


def send_file(visit, file, **typed):
    form = fields_of(visit.get("text"))
    form.pop("word", None)
    return visit.post("create-from-word", **form | {"body_format": "html", "word": file} | typed)


def told(response):
    [message] = response.context["messages"]
    return str(message)


@pytest.mark.django_db
def test_a_writer_takes_the_text_from_a_file():
    handoff = begin_leg(make_relay(language="en")).handoff
    visit = Visit(handoff)

    response = send_file(visit, upload(paragraph("Titlen", style="Titel"), paragraph("Fra filen.")))

    assert response.url == reverse("portal:text", args=[handoff.pk])
    draft = Article.objects.get(leg=handoff.leg).draft
    assert (draft.title, draft.body, draft.saved_by) == (
        "Titlen",
        "<p>Fra filen.</p>",
        handoff.receiver.user,
    )
    assert told(visit.get("text")) == "The text is the one from the Word file now."


@pytest.mark.django_db
def test_what_was_typed_comes_along_and_is_kept():
    handoff = begin_leg(make_relay(language="en")).handoff
    visit = Visit(handoff)

    send_file(
        visit,
        upload(paragraph("Filens", style="Titel"), paragraph(run("Fra filen.") + PICTURE), TABLE),
        title="Min",
        body="<p>Tastet.</p>",
    )

    article = Article.objects.get(leg=handoff.leg)
    assert (article.draft.title, article.revisions.get().body) == ("Min", "<p>Tastet.</p>")
    assert told(visit.get("text")) == (
        "The text is the one from the Word file now. "
        "What stood here before is kept as revision 1. "
        "The file is called “Filens”; the title here stays. "
        "Not taken over: 1 picture; 1 table (its words are kept as paragraphs)."
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("file", "error"),
    [
        ("", "Choose the Word file first."),
        (SimpleUploadedFile("tom.docx", b""), "There is no text in this file."),
        (SimpleUploadedFile("a.docx", b"%PDF-"), "This is a PDF,"),
    ],
)
def test_a_file_that_is_none_loses_nothing_that_was_typed(file, error):
    handoff = begin_leg(make_relay(language="en")).handoff
    visit = Visit(handoff)

    response = send_file(visit, file, body="<p>Tastet.</p>")

    assert response.status_code == 422
    html = response.content.decode()
    assert error in html
    assert told_wrong(html) == ["We could not take the text from the file"]
    assert '<details class="from-word" open>' in html
    assert Article.objects.get(leg=handoff.leg).draft.body == "<p>Tastet.</p>"
    assert fields_of(response)["version"] == "2"


@pytest.mark.django_db
def test_a_file_does_not_win_over_what_was_saved_elsewhere():
    handoff = begin_leg(make_relay(language="en")).handoff
    visit = Visit(handoff)
    form = fields_of(visit.get("text"))
    article = write(fresh(desk.article_for(handoff.leg)), body="<p>Redaktørens.</p>")

    response = visit.post(
        "create-from-word",
        **form | {"body": "<p>Min.</p>", "body_format": "html", "word": upload(paragraph("a"))},
    )

    assert response.status_code == 409
    assert "<p>Redaktørens.</p>" in response.content.decode()
    assert fresh(article).draft.body == "<p>Redaktørens.</p>"


# The newsroom ----------------------------------------------------------------------------------


def word_page(article):
    return reverse("admin:articles_article_word", args=[article.pk])


@pytest.mark.django_db
def test_an_editor_takes_the_text_that_came_by_mail(client):
    article, editor = make_leg_article(), make_editor()
    client.force_login(editor)
    page = client.get(word_page(article), headers={"Accept-Language": "en"})
    form = fields_of(page, "word_form") | {"word": upload(paragraph(run("Fra filen.") + PICTURE))}

    response = client.post(word_page(article), form, headers={"Accept-Language": "en"}, follow=True)

    draft = fresh(article).draft
    assert (draft.body, draft.saved_by) == ("<p>Fra filen.</p>", editor)
    assert told(response) == (
        "The text is the one from the Word file now. "
        "What stood here before is kept as revision 1. "
        "Not taken over: 1 picture."
    )
    assert word_page(article) in response.content.decode()


@pytest.mark.django_db
def test_an_editor_who_comes_second_is_asked_and_then_nothing_is_lost(client):
    article = make_leg_article()
    client.force_login(make_editor())
    form = fields_of(client.get(word_page(article)), "word_form")
    write(article, body="<p>Nyere.</p>")

    response = client.post(word_page(article), form | {"word": upload(paragraph("a"))})
    assert response.status_code == 409
    assert fresh(article).draft.body == "<p>Nyere.</p>"

    again = fields_of(response, "word_form") | {"word": upload(paragraph("a"))}
    assert client.post(word_page(article), again).status_code == 302
    assert fresh(article).draft.body == "<p>a</p>"
    assert article.revisions.get().body == "<p>Nyere.</p>"


@pytest.mark.django_db
def test_an_approved_text_is_replaced_only_with_the_box_ticked(client):
    article = put(make_leg_article(), "approved")
    client.force_login(make_editor())
    form = fields_of(client.get(word_page(article)), "word_form")

    response = client.post(word_page(article), form | {"word": upload(paragraph("a"))})
    assert (response.status_code, fresh(article).status) == (409, "approved")

    form |= {"change_approved": "on", "word": upload(paragraph("a"))}
    assert client.post(word_page(article), form).status_code == 302
    assert fresh(article).status == "submitted"
