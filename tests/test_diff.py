"""What changed from one text to another: as people read it, exactly, safely, and in good time."""

import re
from html.parser import HTMLParser

import pytest
from django.utils import translation
from hypothesis import example, given, settings
from hypothesis import strategies as st

from articles.aligning import LIKELY, TABLE, TABLES
from articles.blocks import blocks, join
from articles.changes import between, marked
from articles.diff import Kind, compare, find
from articles.models import Draft, Revision
from relays.richtext import TAGS, clean_html
from tests.test_richtext import EVERYTHING

NESTED = (
    "<ul><li><p>én</p></li><li><p>to</p><ol><li><p>tre</p></li></ol><p>fire</p></li></ul>"
    "<blockquote><p>fem</p><p>seks</p></blockquote><blockquote><p>syv</p></blockquote>"
    '<p><a href="/x"><strong><em>a</em> b</strong> c</a></p>'
)

SAID = re.compile(r'<span class="(vh|said)" lang="\w*">(.*?) </span>')
PILCROW = '<span aria-hidden="true">¶</span>'


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def seen(old, new):
    """What a person sees: with the words that stand there, without those that are only heard."""
    html = SAID.sub(lambda said: f"[{said[2]}] " if said[1] == "said" else "", html_of(old, new))
    return html.replace(PILCROW, "¶")


def html_of(old, new):
    return marked(compare(old, new))


def heard(old, new):
    """The words that are said beside the text."""
    return [said for _class, said in SAID.findall(html_of(old, new))]


def counted(old, new):
    comparison = compare(old, new)
    return comparison.added, comparison.removed


# As people read it ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        pytest.param(
            "<p>Maden er god, og den er varm. Vi ses.</p>",
            "<p>Maden er rigtig god, og den er kold. Vi ses der.</p>",
            "<p>Maden er <ins>rigtig </ins>god, og den er <del>varm</del><ins>kold</ins>. "
            "Vi ses<ins> der</ins>.</p>",
            id="a word changed",
        ),
        pytest.param(
            "<p>Vi spiser nu. Vi ses.</p>",
            "<p>Vi spiser frokost nu. Vi ses.</p>",
            "<p>Vi spiser <ins>frokost </ins>nu. Vi ses.</p>",
            id="a word added",
        ),
        pytest.param(
            "<p>Det er godt. Vi går hjem.</p>",
            "<p>Det er nyt. Det er godt. Vi går hjem.</p>",
            "<p><ins>Det er nyt. </ins>Det er godt. Vi går hjem.</p>",
            id="a sentence added before one that begins alike",
        ),
        pytest.param(
            "<p>Vi ses. Først maden. Så snakken. Farvel.</p>",
            "<p>Vi ses. Så snakken. Farvel.</p>",
            "<p>Vi ses. <del>Først maden. </del>Så snakken. Farvel.</p>",
            id="a sentence removed",
        ),
        pytest.param(
            "<p>Først kommer maden. Så kommer kaffen og snakken. Til sidst går vi.</p>",
            "<p>Så kommer kaffen og snakken. Først kommer maden. Til sidst går vi.</p>",
            "<p><del>Først kommer maden. </del>Så kommer kaffen og snakken. "
            "<ins>Først kommer maden. </ins>Til sidst går vi.</p>",
            id="a sentence moved",
        ),
        pytest.param(
            "<p>Først kommer maden på bordet. Så kommer kaffen og den lange snak.</p>",
            "<p>Først kommer maden på bordet.</p><p>Så kommer kaffen og den lange snak.</p>",
            '<p>Først kommer maden på bordet.<del> </del><ins class="break">¶</ins></p>'
            "<p>Så kommer kaffen og den lange snak.</p>",
            id="a paragraph parted in two",
        ),
        pytest.param(
            "<p>Først kommer maden. Så kommer kaffen.</p>",
            "<p>Først kommer maden.</p><p>Så kommer kaffen.</p><p>Så kommer kaffen.</p>",
            '<p>Først kommer maden.<del> </del><ins class="break">¶</ins></p>'
            "<p>Så kommer kaffen.</p><p><ins>Så kommer kaffen.</ins></p>",
            id="a paragraph parted in two, and the second part said again",
        ),
        pytest.param(
            "<p>Først kommer maden på bordet.</p><p>Så kommer kaffen og den lange snak.</p>",
            "<p>Først kommer maden på bordet. Så kommer kaffen og den lange snak.</p>",
            '<p>Først kommer maden på bordet.<del class="break">¶</del><ins> </ins>'
            "Så kommer kaffen og den lange snak.</p>",
            id="two paragraphs joined",
        ),
        pytest.param(
            "<p>Et afsnit om mad.</p><p>Et helt andet afsnit.</p>",
            "<p>Et helt andet afsnit.</p><p>Et afsnit om mad.</p>",
            "<p><del>[moved from here:] Et afsnit om mad.</del></p><p>Et helt andet afsnit.</p>"
            "<p><ins>[moved to here:] Et afsnit om mad.</ins></p>",
            id="a paragraph moved",
        ),
        pytest.param(
            "<ul><li><p>én</p></li><li><p>to</p></li></ul>",
            "<ul><li><p>én</p></li><li><p>halvanden</p></li><li><p>to</p></li></ul>",
            "<ul><li><p>én</p></li><li><p><ins>halvanden</ins></p></li><li><p>to</p></li></ul>",
            id="a list entry added",
        ),
        pytest.param(
            "<ol><li>én</li><li>to</li><li>tre</li></ol>",
            "<ol><li>én</li><li>tre</li></ol>",
            "<ol><li>én</li><li><del>to</del></li><li>tre</li></ol>",
            id="a list entry removed",
        ),
        pytest.param(
            '<p>Læs <a href="https://a.example/">rapporten her</a> nu.</p>',
            '<p>Læs <a href="https://b.example/?x=1&amp;y=2">rapporten her</a> nu.</p>',
            '<p>Læs <a href="https://a.example/"><del>[was a link to https://a.example/:] '
            'rapporten her</del></a><a href="https://b.example/?x=1&amp;y=2"><ins>'
            "[now a link to https://b.example/?x=1&amp;y=2:] rapporten her</ins></a> nu.</p>",
            id="a link leads elsewhere",
        ),
        pytest.param(
            "<p>Det er meget vigtigt for os.</p>",
            "<p>Det er <strong>meget vigtigt</strong> for os.</p>",
            "<p>Det er <del>meget vigtigt</del><strong><ins>meget vigtigt</ins></strong> for os.</p>",
            id="words made bold",
        ),
        pytest.param(
            "<p>Det er <strong>meget vigtigt</strong> for os.</p>",
            "<p>Det er <strong>meget, meget vigtigt</strong> for os.</p>",
            "<p>Det er <strong>meget<ins>, meget</ins> vigtigt</strong> for os.</p>",
            id="a word among bold ones",
        ),
        pytest.param(
            "<p>Den første overskrift</p><p>Tekst.</p>",
            "<h2>Den første overskrift</h2><p>Tekst.</p>",
            "<p><del>[was a paragraph:] Den første overskrift</del></p>"
            "<h2><ins>[now a heading:] Den første overskrift</ins></h2><p>Tekst.</p>",
            id="a paragraph made a heading",
        ),
        pytest.param(
            "<p>Før.</p><p>Efter.</p>",
            "<p>Før.</p><hr><p>Efter.</p>",
            "<p>Før.</p><ins>[added:] <hr></ins><p>Efter.</p>",
            id="a rule added",
        ),
        pytest.param(
            "<p>Den gamle linje<br>og den næste.</p>",
            "<p>Den gamle linje og den næste.</p>",
            "<p>Den gamle linje<del><br></del><ins> </ins>og den næste.</p>",
            id="a line break removed",
        ),
        pytest.param(
            "<p>I dag får man et nummer. Hver høring er en væsentlig del af processen her.</p>",
            "<p>I dag får man et nummer. Næste år har alle en lørdag til at mødes i.</p>",
            "<p>I dag får man et nummer. <del>Hver høring er en væsentlig del af processen her</del>"
            "<ins>Næste år har alle en lørdag til at mødes i</ins>.</p>",
            id="a sentence rewritten is no mosaic",
        ),
        pytest.param(
            "<p>Vi spiser klokken tolv.</p>",
            "<p>Der er langt til København herfra.</p>",
            "<p><del>Vi spiser klokken tolv.</del></p>"
            "<p><ins>Der er langt til København herfra.</ins></p>",
            id="another paragraph altogether",
        ),
        pytest.param(
            "<p>1 &lt; 2 &amp; <em>tre</em></p>",
            "<p>1 &lt; 2 &amp; <em>fire</em></p>",
            "<p>1 &lt; 2 &amp; <em><del>tre</del><ins>fire</ins></em></p>",
            id="signs that HTML writes in words",
        ),
    ],
)
def test_a_change_reads_as_it_was_meant(old, new, shown):
    assert clean_html(old) == old
    assert clean_html(new) == new

    assert seen(old, new) == shown


def test_what_is_the_same_has_no_mark():
    text = "<h2>Mad</h2><p>En <strong>god</strong> ret.</p><ul><li><p>grød</p></li></ul><hr>"

    comparison = compare(text, text)

    assert marked(comparison) == text
    assert not comparison.has_changed
    assert (comparison.added, comparison.removed) == (0, 0)


def test_every_mark_is_heard():
    old = "<p>Maden er god. Kaffen er varm.</p><p>Vi går hjem klokken tolv.</p>"
    new = "<p>Maden er <em>god</em>.</p><p>Kaffen er kold.</p><p>Regningen kommer siden.</p>"

    assert heard(old, new) == [
        "was plain:",
        "now italic:",
        "new paragraph",
        "removed:",
        "added:",
        "removed:",
        "added:",
    ]


def test_what_is_heard_is_in_the_language_of_the_reader():
    with translation.override("da"):
        assert '<span class="vh" lang="da">tilføjet: </span>ny' in html_of("", "<p>ny</p>")


def test_a_space_is_seen_but_not_heard():
    assert heard("<p>to  ord</p>", "<p>to ord</p>") == []
    assert seen("<p>to  ord</p>", "<p>to ord</p>") == "<p>to<del>  </del><ins> </ins>ord</p>"


@pytest.mark.parametrize(
    ("old", "new", "count"),
    [
        ("<p>en to tre</p>", "<p>en to fire fem</p>", (2, 1)),
        ("<p>en to</p>", "<p>en <strong>to</strong></p>", (0, 0)),
        ("<p>en to</p>", "<p>en, to!</p>", (0, 0)),
        ("<p>en to</p><p>tre fire</p>", "<p>tre fire</p><p>en to</p>", (0, 0)),
        ("", "<p>en to</p><hr><ul><li>tre</li></ul>", (3, 0)),
        ("<p>22.000 kr. i e-mail&nbsp;nu</p>", "<p>nu</p>", (0, 4)),
    ],
)
def test_words_are_counted(old, new, count):
    assert counted(old, new) == count


def test_a_list_that_ends_elsewhere_has_changed_without_a_word():
    one = "<ul><li><p>én</p></li><li><p>to</p></li></ul>"
    two = "<ul><li><p>én</p></li></ul><ul><li><p>to</p></li></ul>"

    comparison = compare(one, two)

    assert comparison.is_only_regrouped
    assert comparison.has_changed
    assert not compare(one, one).is_only_regrouped


def test_an_entry_parted_from_its_second_paragraph_has_changed():
    one = "<ul><li><p>én</p><p>mere om én</p></li></ul>"
    two = "<ul><li><p>én</p></li><li><p>mere om én</p></li></ul>"

    assert [row.kind for row in compare(one, two).rows] == [Kind.KEPT, Kind.MOVED, Kind.MOVED]


# Where a paragraph is now --------------------------------------------------------------------

TEXT = "<p>Først maden på bordet. Så kaffen i koppen.</p><p>Vi går hjem.</p><h2>Slut</h2>"


@pytest.mark.parametrize(
    ("place", "new", "quoted", "found"),
    [
        pytest.param(1, TEXT, "", 1, id="where it was"),
        pytest.param(1, "<p>Nyt.</p>" + TEXT, "", 2, id="pushed down"),
        pytest.param(1, "<p>Vi går alle hjem.</p>", "", 0, id="changed"),
        pytest.param(1, "<p>Vi går hjem.</p><h2>Slut</h2>" + TEXT[:20], "", 0, id="first now"),
        pytest.param(2, "<p>Slut</p><p>Og slut.</p>", "", 0, id="no heading any more"),
        pytest.param(1, "<h2>Slut</h2>", "", None, id="gone"),
        pytest.param(
            0,
            "<p>Først maden på bordet.</p><p>Så kaffen i koppen.</p>",
            "",
            0,
            id="parted: the first part",
        ),
        pytest.param(
            0,
            "<p>Først maden på bordet.</p><p>Så kaffen i koppen.</p>",
            "kaffen i  koppen",
            1,
            id="parted: the part with the words",
        ),
        pytest.param(
            1,
            "<p>I aften er der film, og bagefter, siger Palle, er det sådan, at vi går hjem. Vi "
            "går hjem. Det bliver der ikke talt mere om, og ingen bliver tilbage.</p>",
            "Vi går hjem.",
            0,
            id="only the words are left",
        ),
        pytest.param(1, "<h2>Ja</h2><h3>Nej</h3>", "Vi går hjem.", None, id="not even the words"),
        pytest.param(1, "", "", None, id="no text"),
        pytest.param(9, TEXT, "", None, id="never was there"),
    ],
)
def test_a_paragraph_is_found_again(place, new, quoted, found):
    assert find(TEXT, place, new, quoted=quoted) == found


def test_words_are_quoted_as_they_are_read():
    [block] = blocks("<p>1 &lt; 2 &amp;\n <em>tre</em>&nbsp;er<br>fire</p>")

    assert block.text == "1 < 2 & tre er fire"


# Exactly -------------------------------------------------------------------------------------

MARK = '<ins class="break">.*?</ins>', '<del class="break">.*?</del>'
BETWEEN = "(?:</?(?:p|h2|h3|ul|ol|li|blockquote)>)*"


def accepted(html):
    """The text of whoever takes what was added and leaves what was removed."""
    for mark in MARK:
        html = re.sub(mark, "", html)
    html = SAID.sub("", html)
    return re.sub("</?ins>", "", re.sub("<del>.*?</del>", "", html, flags=re.S))


def rejected(html):
    """The other way round; where paragraphs were joined there is an end of one again."""
    html = re.sub(MARK[0] + BETWEEN, "", html)
    html = re.sub(MARK[1], "<p>", html)
    html = SAID.sub("", html)
    return re.sub("</?del>", "", re.sub("<ins>.*?</ins>", "", html, flags=re.S))


def contents(html):
    return [block.html for block in blocks(html)]


def keys(html):
    return [block.key for block in blocks(html)]


word = st.sampled_from(
    ["en", "to", "en to", "Det er", "god.", "Mad", "x,", "&amp;", "&lt;ins&gt;", "a&nbsp;b", "<br>"]
)
phrase = st.one_of(
    word,
    word.map("<strong>{}</strong>".format),
    word.map("<em>{}</em> ".format),
    word.map('<a href="/x?a=1&amp;b=&quot;">{}</a>'.format),
    word.map('<a href="/y"><strong>{}</strong></a>'.format),
    word.map("<strong>en <em>{}</em></strong>".format),
)
words = st.lists(phrase, min_size=1, max_size=7).map(" ".join)
leaf = st.builds("<{0}>{1}</{0}>".format, st.sampled_from(["p", "p", "p", "h2", "h3"]), words)
plain = st.one_of(leaf, words, st.just("<hr>"))
entry = st.builds("<li>{}{}</li>".format, plain, st.one_of(st.just(""), leaf))
listed = st.builds(
    "<{0}>{1}</{0}>".format,
    st.sampled_from(["ul", "ol"]),
    st.lists(entry, min_size=1, max_size=3).map("".join),
)
nested = st.builds("<ul><li><p>{}</p>{}</li>{}</ul>".format, words, listed, entry)
quoted = st.lists(leaf, min_size=1, max_size=2).map(
    lambda leaves: f"<blockquote>{''.join(leaves)}</blockquote>"
)
piece = st.one_of(leaf, leaf, leaf, plain, listed, nested, quoted)


@st.composite
def two_texts(draw):
    """Texts that share some of their pieces, in any order, some of them changed a little."""
    pool = draw(st.lists(piece, min_size=1, max_size=5))
    side = st.lists(st.one_of(st.sampled_from(pool), piece), max_size=6)
    old, new = draw(side), draw(side)
    if draw(st.booleans()):  # two paragraphs made one, or one made two
        new = [re.sub("</p><p>", " ", each) for each in new]
    if draw(st.booleans()):
        new = [each.replace("god. ", "god.</p><p>") for each in new]
    if draw(st.booleans()):  # words put in, taken out
        said, instead = draw(words), draw(st.one_of(words, st.just("")))
        new = [each.replace(said[: len(said) // 2], instead, 1) for each in new]
        new = [each.replace("Det er ", f"Det er {instead} ", 1) for each in new]
    return clean_html("".join(old)), clean_html("".join(new))


@given(two_texts())
@example(("<p>a b c d</p><p>e f g h</p>", "<p>a b c d e f g h</p>"))
@example(("<p>a b c d e f g h</p>", "<p>a b c d</p><p>e f g h</p>"))
@example(("<ul><li><p>a</p></li><li><p>b</p></li></ul>", "<ul><li><p>a</p><p>c</p></li></ul>"))
@example(
    (
        "<ul><li><p>a</p><ol><li><p>a</p></li></ol></li><li>a</li></ul>a",
        "<ul><li><p>a</p><ul><li><p>a</p></li></ul></li><li><p>a</p></li></ul>",
    )
)
@example(("", "en<p><strong><br></strong></p>en"))
@settings(max_examples=250, deadline=None)
def test_taking_what_was_added_gives_the_new_text_and_leaving_it_the_old(texts):
    old, new = texts

    html = html_of(old, new)

    assert keys(accepted(html)) == keys(new)
    assert contents(rejected(html)) == contents(old)


@given(two_texts())
@settings(max_examples=100, deadline=None)
def test_every_block_of_both_texts_stands_in_one_row_in_order(texts):
    comparison = compare(*texts)

    places = [[place for row in comparison.rows for place in side(row)] for side in (_old, _new)]
    assert places == [list(range(len(comparison.old))), list(range(len(comparison.new)))]


def _old(row):
    return row.old


def _new(row):
    return row.new


@given(two_texts())
@settings(max_examples=100, deadline=None)
def test_the_counts_balance(texts):
    comparison = compare(*texts)

    totals = [
        sum(block.words.total() for block in side) for side in (comparison.old, comparison.new)
    ]
    assert totals[1] - totals[0] == comparison.added - comparison.removed
    assert comparison.has_changed == (join(comparison.old) != join(comparison.new))


@given(two_texts())
@settings(max_examples=100, deadline=None)
def test_blocks_hold_the_whole_text(texts):
    for text in texts:
        once = join(blocks(text))

        assert join(blocks(once)) == once
        assert keys(once) == keys(text)
        assert re.sub(r"<[^>]*>|\s", "", once) == re.sub(r"<[^>]*>|\s", "", text)


@pytest.mark.parametrize("text", [EVERYTHING, NESTED, "uden afsnit"])
def test_what_the_editor_makes_is_written_as_it_was_read(text):
    assert join(blocks(text)) == text


# Safely --------------------------------------------------------------------------------------


class _Balance(HTMLParser):
    """Reads HTML and notes the tags that are not closed in order, and those that are not ours."""

    OURS = TAGS | {"ins", "del", "span"}

    def __init__(self, html):
        super().__init__()
        self.open, self.troubles = [], []
        self.feed(html)
        self.close()
        self.troubles += self.open

    def handle_starttag(self, tag, attrs):
        if tag not in self.OURS or {name for name, _ in attrs} - {
            "href",
            "class",
            "lang",
            "aria-hidden",
        }:
            self.troubles.append((tag, attrs))
        if tag not in ("br", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.troubles.append(f"/{tag}")


@given(two_texts())
@example(("", clean_html('<p><strong><a href="/y"><strong><br></strong></a>n</strong></p>')))
@settings(max_examples=100, deadline=None)
def test_the_page_is_well_formed(texts):
    html = html_of(*texts)

    assert _Balance(html).troubles == []
    assert keys(clean_html(accepted(html))) == keys(texts[1])


HOSTILE = [
    "<script>alert(1)</script>",
    "<p>a</p><img src=x onerror=alert(1)>",
    '<p onclick="x()">a</p>',
    "</p></ul></li></blockquote><p>a",
    "<ins>a</ins><del>b</del><span class=vh>c</span>",
    "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>",
    "<p></ ></p>",
    "<strong><p>a</p><ul><li>b</strong></li></ul>",
    '<a href="/x"><table><tr><td><a href="/y">b</a></table>c</a>',
    "<ul>a<li>b</ul>c</li>",
    "\x00<\x01p>\u2028</p>\ud7ff",
    "<p>" + "<em>" * 300 + "a" + "</em>" * 300,
    "<blockquote>" * 200 + "<p>a</p>" + "</blockquote>" * 200,
]


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("cleaned", [True, False], ids=["cleaned", "as sent"])
def test_nothing_hostile_goes_through(hostile, cleaned):
    text = clean_html(hostile) if cleaned else hostile

    for html in (html_of("<p>a</p>", text), html_of(text, "<p>a</p>"), html_of(text, text)):
        assert _Balance(html).troubles == []


@given(
    st.text(st.sampled_from('<>/&;"=pliuahref strong') | st.characters(), max_size=40), st.text()
)
@settings(max_examples=100, deadline=None)
def test_any_two_strings_can_be_compared(old, new):
    assert _Balance(html_of(old, clean_html(new))).troubles == []


# In good time --------------------------------------------------------------------------------


def paragraphs(count, *, length=20, change=None):
    """Paragraphs of different words; `change` gives each one word of its own."""
    texts = [
        [f"ord{(n * 7 + k * (n % 13 + 1)) % 997}" for k in range(length)] for n in range(count)
    ]
    for n, text in enumerate(texts):
        if change:
            text[n % length] = f"{change}{n}"
    return "".join(f"<p>{' '.join(text)}.</p>" for text in texts)


def backwards(html):
    return "".join(f"{each}</p>" for each in reversed(html.split("</p>")[:-1]))


MANY = 3000
TEXTS = {
    "a word in each paragraph": (paragraphs(MANY), paragraphs(MANY, change="x")),
    "all of it rewritten": (paragraphs(MANY), paragraphs(MANY).replace("ord", "nyt")),
    "upside down": (paragraphs(MANY), backwards(paragraphs(MANY))),
    "upside down and changed": (paragraphs(MANY), backwards(paragraphs(MANY, change="x"))),
    "the same paragraph again and again": ("<p>a b</p>" * MANY, "<p>a c</p>" * (MANY - 9)),
    "two in turn": ("<p>a b</p><p>c</p>" * MANY, "<p>c</p><p>a b</p>" * MANY),
    "one endless paragraph": ("<p>" + "a b c " * MANY, "<p>" + "b a d c " * MANY),
    "nothing that occurs once": (paragraphs(1, length=9 * MANY), paragraphs(1, length=8 * MANY)),
}


@pytest.mark.parametrize("name", TEXTS)
def test_the_comparisons_grow_with_the_text_and_no_faster(name):
    old, new = (clean_html(text) for text in TEXTS[name])

    comparison = compare(old, new)

    sides = (comparison.old, comparison.new)
    count = sum(len(side) for side in sides)
    atoms = sum(len(block.atoms) for side in sides for block in side)
    # The handful that look alike and the two at its place; then its two neighbours, once each.
    assert comparison.work.pairs <= (LIKELY + 2 + 2) * count
    # A table of n against m cells is at most as long as its root allows: √TABLE for each item.
    assert comparison.work.cells <= min(TABLE**0.5 * (atoms + count), TABLES + TABLE)


def test_one_word_in_each_paragraph_costs_a_look_at_each():
    comparison = compare(*TEXTS["a word in each paragraph"])

    assert [row.kind for row in comparison.rows] == [Kind.CHANGED] * MANY
    assert (comparison.added, comparison.removed) == (MANY, MANY)


# Field by field ------------------------------------------------------------------------------


def test_every_field_of_a_text_is_compared():
    old = Revision(title="Mad for os", standfirst="Kort sagt.", body="<p>En ret.</p>", interests="")
    new = Draft(
        title="Mad for alle", standfirst="Kort sagt.", body="<p>To ret.</p>", interests="Kok."
    )

    changes = between(old, new)

    assert [(field.label, SAID.sub("", field.html)) for field in changes.fields] == [
        ("title", "<p>Mad for <del>os</del><ins>alle</ins></p>"),
        ("standfirst", "<p>Kort sagt.</p>"),
        ("text", "<p><del>En</del><ins>To</ins> ret.</p>"),
        ("interests", "<p><ins>Kok.</ins></p>"),
    ]
    assert (changes.added, changes.removed) == (3, 2)


def test_an_empty_field_is_not_shown():
    text = Draft(title="Mad", standfirst="", body="", interests="")

    assert [field.label for field in between(text, text).fields] == ["title"]
    assert not between(text, text).exist


def test_plain_fields_are_no_html():
    old, new = (
        Draft(title="1 < 2 & mere"),
        Draft(title='1 < <strong>2</strong> & <a href="/x">mere'),
    )

    [title] = between(old, new).fields

    assert accepted(title.html) == (
        '<p>1 &lt; &lt;strong&gt;2&lt;/strong&gt; &amp; &lt;a href="/x"&gt;mere</p>'
    )


def test_lines_of_a_plain_field_are_paragraphs():
    old, new = Draft(standfirst="Én.\nTo."), Draft(standfirst="Én.\n\nTre.\nTo.")

    [standfirst] = between(old, new).fields

    assert SAID.sub("", standfirst.html) == "<p>Én.</p><p><ins>Tre.</ins></p><p>To.</p>"
