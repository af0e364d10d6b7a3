"""What may be in a text, which links are safe, and plain writing there and back."""

import re
import time
from html import unescape

import pytest
from django import forms
from django.utils.html import strip_tags
from hypothesis import example, given, settings
from hypothesis import strategies as st

from relays.plaintext import from_html, to_html
from relays.richtext import TAGS, RichTextField, clean_html, is_safe_link, word_count
from tests.clipboards import CLIPBOARDS

# What is allowed -----------------------------------------------------------------------------

EVERYTHING = (
    '<h2>Maden <strong>først</strong></h2><p>Se <a href="https://mad.example/?a=1&amp;b=2">her</a>'
    "<br>og <em>der</em>.</p><h3>Tre ting</h3><ul><li><p>én</p></li></ul>"
    "<ol><li><p>to</p></li></ol><blockquote><p>tre</p></blockquote><hr><p>1 &lt; 2 &amp; 3</p>"
)


def test_what_the_editor_makes_passes_untouched():
    assert clean_html(EVERYTHING) == EVERYTHING
    assert {tag for tag in TAGS if f"<{tag}" in EVERYTHING} == TAGS


@pytest.mark.parametrize(
    ("html", "cleaned"),
    [
        ("", ""),
        ("ord", "ord"),
        ('<p class="x" style="color:red" onclick="x()" id="y">a</p>', "<p>a</p>"),
        ("<p>a<script>alert(1)</script>b</p>", "<p>ab</p>"),
        ("<style>p {}</style><p>a</p>", "<p>a</p>"),
        ("<p>a</p><!-- tanke -->", "<p>a</p>"),
        ('<p>a<img src="x" onerror="x()">b</p>', "<p>ab</p>"),
        ("<iframe src='//x'></iframe><p>a</p>", "<p>a</p>"),
        ("<svg onload=x()></svg><p>a</p>", "<p>a</p>"),
        ("<form><input><button>a</button></form>", "a"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "<p>a</p><p>b</p>"),
        ("<p><span>a</span> <u>b</u></p>", "<p>a b</p>"),
        ("<p>a\x00b</p>", "<p>ab</p>"),
        ("<p>a", "<p>a</p>"),
        ("<p>a & b < c</p>", "<p>a &amp; b &lt; c</p>"),
        ("<h1>a</h1><h4>b</h4><h5>c</h5><h6>d</h6>", "<h2>a</h2><h3>b</h3><h3>c</h3><h3>d</h3>"),
        ("<H1 class='x'>a</H1>", "<h2>a</h2>"),
        ("<p><b>a</b> <i>b</i></p>", "<p><strong>a</strong> <em>b</em></p>"),
        ("<div>a</div><div>b</div>", "<p>a</p><p>b</p>"),
        ("<div><p>a</p></div>", "<p>a</p>"),
        ("<p>a</p><p></p><p> </p><p>&nbsp;</p><p><br></p>", "<p>a</p>"),
        ("<h2> </h2><blockquote><p></p></blockquote><ul><li></li></ul><p>a</p>", "<p>a</p>"),
        ("<p><strong></strong></p><p>a<em></em></p>", "<p>a</p>"),
        ('<p>a <a href="https://x.example"> </a>b</p>', "<p>a  b</p>"),
        ('<a href="/x" target="_blank" rel="noopener" title="y">a</a>', '<a href="/x">a</a>'),
        ('<p><a href="javascript:x()">a <em>b</em></a> c</p>', "<p>a <em>b</em> c</p>"),
        ("<a name='x'>a</a>", "a"),
        ("<ol start='5' type='a'><li>a</li></ol>", "<ol><li>a</li></ol>"),
    ],
)
def test_only_what_the_allow_list_names_is_kept(html, cleaned):
    assert clean_html(html) == cleaned


@pytest.mark.parametrize(
    ("html", "count"), [("", 0), ("<p>et to</p><p>tre</p>", 3), ("<p>et<br>to<hr>tre</p>", 3)]
)
def test_words_are_counted_across_blocks(html, count):
    assert word_count(html) == count


# Links ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "target",
    [
        "https://mad.example",
        "http://mad.example/x?y=1#z",
        "HTTPS://MAD.EXAMPLE/",
        "https://æbler.example/blåbær",
        "https://da.wikipedia.org/wiki/Mad_(film)",
        "mailto:redaktionen@depechen.example",
        "MAILTO:redaktionen@depechen.example",
        "#afsnit",
        "/relays/madstafetten/",
        "/",
    ],
)
def test_a_safe_link_is_kept(target):
    assert is_safe_link(target)
    assert clean_html(f'<a href="{target}">a</a>') == f'<a href="{target}">a</a>'


@pytest.mark.parametrize(
    "target",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "java\nscript:alert(1)",
        "\x01javascript:alert(1)",
        "java\x00script:alert(1)",
        "vbscript:x",
        "data:text/html,<b>x</b>",
        "DATA:text/html;base64,eA==",
        "file:///etc/passwd",
        "blob:https://x.example/1",
        "ftp://x.example",
        "tel:+4512345678",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https:\\\\evil.example",
        "https:evil.example",
        "https:///evil",
        "https://",
        "http://[::1",
        "mailto:",
        "mailto:nobody",
        "side.html",
        "../op",
        "?side=2",
        "",
        "https://x.example/a b",
        "/a\x7fb",
    ],
)
def test_an_unsafe_link_loses_its_target_and_keeps_its_words(target):
    escaped = target.replace("&", "&amp;").replace('"', "&quot;")

    assert not is_safe_link(target)
    assert clean_html(f'<p><a href="{escaped}">ordene</a></p>') == "<p>ordene</p>"


@pytest.mark.parametrize(
    "written",
    [
        "&#106;avascript:x()",
        "&#x6A;avascript:x()",
        "javascript&colon;x()",
        "java&Tab;script:x()",
        "java&NewLine;script:x()",
        "&#47;/evil.example",
        "/&#92;evil.example",
        " &#1; javascript:x()",
    ],
)
def test_an_unsafe_link_spelled_in_entities_is_seen(written):
    assert clean_html(f'<p><a href="{written}">ordene</a></p>') == "<p>ordene</p>"


def test_spaces_around_a_link_are_taken_away():
    assert clean_html('<a href=" /x ">a</a>') == '<a href="/x">a</a>'


@pytest.mark.parametrize(
    "html", ["<ul><li>", "<blockquote>", "<p style=''><span style='' >", "<b>"]
)
def test_a_text_that_nests_without_end_is_cleaned_at_once(html):
    begun = time.process_time()

    assert clean_html(html * 3000) == ""
    assert time.process_time() - begun < 2


# Cleaning twice ------------------------------------------------------------------------------

PIECES = [
    *(f"<{tag}>" for tag in sorted(TAGS)),
    *(f"</{tag}>" for tag in sorted(TAGS)),
    "<a href='/x'>",
    '<a href="javascript:x()">',
    '<a href="https://x.example/?a=1&b=2">',
    "<b>",
    "</b>",
    "<h1>",
    "</h1>",
    "<div>",
    "</div>",
    "<script>",
    "</script>",
    "<style>",
    "<svg>",
    "<math>",
    "<textarea>",
    "<table><td>",
    "<tr>",
    "<p class=MsoListParagraph style='mso-list:l0 level2 lfo1'>",
    "<span style='mso-list:Ignore'>1.</span>",
    "<p class=x_MsoListParagraph>·&nbsp; ",
    "<p class=MsoQuote>",
    "<li data-listid=1 data-aria-level=2>",
    "<span style='font-weight:700'>",
    "<b style='font-weight:normal'>",
    "<i class=x>",
    "</span>",
    "<div role=heading aria-level=3>",
    "<div style='display:none'>",
    "<template>",
    "<p/",
    "<!--",
    "-->",
    "&nbsp;",
    "&lt;p>",
    "&amp;lt;",
    "&",
    "<",
    ">",
    '"',
    "'",
    "\x00",
    " ",
    "\n",
    "ord",
    "\u00a0",
]
mutated_html = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=25).map("".join)


@settings(max_examples=300, deadline=None)
@example("<h1><h1>a")
@example("<p><a href='/x'><p>a</a></p>")
@given(mutated_html)
def test_cleaning_twice_changes_nothing(html):
    cleaned = clean_html(html)

    assert clean_html(cleaned) == cleaned


@settings(max_examples=300, deadline=None)
@given(mutated_html)
def test_nothing_but_allowed_tags_comes_through(html):
    tags = re.findall(r"<[^>]*>", clean_html(html))

    assert [tag for tag in tags if not ALLOWED_TAG.fullmatch(tag)] == []


ALLOWED_TAG = re.compile(
    rf"</?(?:{'|'.join(sorted(TAGS - {'a'}))}|a)>|"
    r'<a href="(?:/x|https://x\.example/\?a=1&amp;b=2)">'
)

# What offices write --------------------------------------------------------------------------


@pytest.mark.parametrize("name", CLIPBOARDS)
def test_what_an_office_wrote_is_stored_as_it_is_meant(name):
    assert clean_html(CLIPBOARDS[name].html) == CLIPBOARDS[name].meant


# Plain writing -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plain", "html"),
    [
        ("", ""),
        ("Et afsnit.", "<p>Et afsnit.</p>"),
        ("Et.\n\nTo.", "<p>Et.</p><p>To.</p>"),
        ("Et.\r\n \r\nTo.\rTre.", "<p>Et.</p><p>To.<br>Tre.</p>"),
        ("## Stor\n\n### Lille", "<h2>Stor</h2><h3>Lille</h3>"),
        ("## Stor\nog videre", "<h2>Stor</h2><p>og videre</p>"),
        ("##", "<p>##</p>"),
        ("# Ikke her", "<p># Ikke her</p>"),
        ("- én\n- to", "<ul><li><p>én</p></li><li><p>to</p></li></ul>"),
        ("1. én\n2) to", "<ol><li><p>én</p></li><li><p>to</p></li></ol>"),
        ("> Sagt\n> af\n>\n> nogen", "<blockquote><p>Sagt<br>af</p><p>nogen</p></blockquote>"),
        ("a\n\n---\n\nb", "<p>a</p><hr><p>b</p>"),
        ("**fed** og *kursiv*", "<p><strong>fed</strong> og <em>kursiv</em></p>"),
        ("***begge***", "<p><strong><em>begge</em></strong></p>"),
        ("*a **b** c*", "<p><em>a </em><strong><em>b</em></strong><em> c</em></p>"),
        ("**hen\nover**", "<p><strong>hen<br>over</strong></p>"),
        ("[her](https://x.example)", '<p><a href="https://x.example">her</a></p>'),
        ("[her](www.x.example/a)", '<p><a href="https://www.x.example/a">her</a></p>'),
        ("[her](navn@x.example)", '<p><a href="mailto:navn@x.example">her</a></p>'),
        ("[her](en note)[1](note)", "<p>[her](en note)[1](note)</p>"),
        ("[**her**](/x)", '<p><a href="/x"><strong>her</strong></a></p>'),
        ("[her] (og der)", "<p>[her] (og der)</p>"),
        ("2 * 3 er 6", "<p>2 * 3 er 6</p>"),
        ("**fed og *", "<p>**fed og *</p>"),
        (r"\*ikke\* \[her\]", "<p>*ikke* [her]</p>"),
        (r"1\. maj", "<p>1. maj</p>"),
        (r"\- nej", "<p>- nej</p>"),
        ("a < b & c > d", "<p>a &lt; b &amp; c &gt; d</p>"),
    ],
)
def test_plain_writing_becomes_html(plain, html):
    assert to_html(plain) == html


@pytest.mark.parametrize(
    ("html", "plain"),
    [
        ("<p>1. maj er fridag</p>", r"1\. maj er fridag"),
        ("<p>- og så</p>", r"\- og så"),
        ("<p>## nej</p>", r"\## nej"),
        ("<p>&gt; nej</p>", r"\> nej"),
        ("<p>---</p>", r"\---"),
        ("<p>2 * 3 [4]</p>", r"2 \* 3 \[4\]"),
        ("<p>C:\\mad</p>", "C:\\\\mad"),
        ('<p><a href="/wiki/Mad_(film)">a</a></p>', "[a](/wiki/Mad_%28film%29)"),
        ("<ol><li><p>a</p><p>b</p></li><li>c</li></ol>", "1. a b\n2. c"),
        ("<ul><li>a<ol><li>b</li></ol></li><li>c</li></ul>", "- a\n\n1. b\n\n- c"),
        ("<h2>a<br>b</h2>", "## a b"),
        ("<p>10\u00a0000 kr.</p>", "10\u00a0000 kr."),
        ("<p><strong>a</strong><strong>b</strong></p>", "**ab**"),
        ("<p><em>a</em><strong>b</strong></p>", "*a***b**"),
    ],
)
def test_html_becomes_plain_writing(html, plain):
    assert from_html(html) == plain
    assert from_html(to_html(plain)) == plain


def test_everything_the_editor_makes_goes_there_and_back():
    assert clean_html(to_html(from_html(EVERYTHING))) == EVERYTHING


LINKS = ["/x", "https://x.example/?a=1&amp;b=(2)", "#*a*", "mailto:a@x.example"]
words = st.text(
    st.sampled_from("abcæøå  123.-*#>[]()\\&<•·)\n\u00a0"), min_size=1, max_size=12
).map(lambda text: text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
inline = st.recursive(
    words | st.just("<br>"),
    lambda inside: st.builds(
        "".join,
        st.lists(
            inside
            | st.builds("<strong>{}</strong>".format, inside)
            | st.builds("<em>{}</em>".format, inside)
            | st.builds('<a href="{}">{}</a>'.format, st.sampled_from(LINKS), inside),
            min_size=1,
            max_size=3,
        ),
    ),
    max_leaves=8,
)
paragraph = st.builds("<p>{}</p>".format, inline)
item = st.recursive(
    st.builds("<li>{}</li>".format, st.lists(paragraph, min_size=1, max_size=2).map("".join)),
    lambda inside: st.builds(
        "<li>{}<{tag}>{}</{tag}></li>".format, paragraph, inside, tag=st.sampled_from(["ul", "ol"])
    ),
    max_leaves=2,
)
items = st.lists(item, min_size=1, max_size=3).map("".join)
block = st.one_of(
    paragraph,
    st.builds("<h2>{}</h2>".format, inline),
    st.builds("<h3>{}</h3>".format, inline),
    st.builds("<ul>{}</ul>".format, items),
    st.builds("<ol>{}</ol>".format, items),
    st.builds("<blockquote>{}</blockquote>".format, st.lists(paragraph, max_size=2).map("".join)),
    st.just("<hr>"),
)
clean_texts = st.lists(block, max_size=4).map("".join).map(clean_html)


def letters(html):
    spaced = re.sub(r"</?(?:p|h2|h3|li|ul|ol|blockquote)>|<br>|<hr>", " ", html)
    return re.findall(r"[a-zæøå]+", unescape(strip_tags(spaced)))


@settings(max_examples=400, deadline=None)
@given(clean_texts)
def test_plain_writing_is_the_same_after_there_and_back(html):
    plain = from_html(html)

    assert from_html(clean_html(to_html(plain))) == plain


@settings(max_examples=400, deadline=None)
@given(clean_texts)
def test_no_word_is_lost_on_the_way(html):
    assert letters(clean_html(to_html(from_html(html)))) == letters(html)


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("abc *_#>[]/\\-1.\n&<"), max_size=40))
def test_whatever_a_person_types_is_kept(plain):
    html = clean_html(to_html(plain))

    assert clean_html(html) == html
    assert "".join(letters(html)) == re.sub("[^abc]", "", plain)


# The field -----------------------------------------------------------------------------------


class LetterForm(forms.Form):
    body = RichTextField(required=False)


def cleaned(body, **fields):
    data = {"body": body, **{f"body_{name}": value for name, value in fields.items()}}
    form = LetterForm(data)
    assert form.is_valid()
    return form.cleaned_data["body"]


def test_the_editors_html_passes_the_sanitiser():
    assert cleaned("<p>a<script>x</script></p>", format="html") == "<p>a</p>"


def test_html_without_a_format_is_html():
    assert cleaned("<p>a</p>") == "<p>a</p>"


def test_plain_writing_is_converted():
    assert cleaned("Et.\n\n- to", format="plain", before="") == (
        "<p>Et.</p><ul><li><p>to</p></li></ul>"
    )


def test_tags_in_plain_writing_are_words():
    assert cleaned("<b>a</b>", format="plain", before="") == "<p>&lt;b&gt;a&lt;/b&gt;</p>"


NESTED = "<ul><li><p>a</p><ol><li><p>b</p></li></ol></li></ul><p><em><strong>c</strong></em></p>"


def test_plain_writing_that_nobody_touched_gives_the_html_back():
    plain = from_html(NESTED).replace("\n", "\r\n")  # as browsers send it

    assert cleaned(plain, format="plain", before=NESTED) == NESTED


def test_the_html_that_comes_back_passes_the_sanitiser_too():
    assert cleaned("a", format="plain", before="<p onclick='x()'>a</p>") == "<p>a</p>"


def test_changed_plain_writing_is_what_counts():
    assert cleaned("b", format="plain", before="<p>a</p>") == "<p>b</p>"


def test_without_a_script_the_field_shows_plain_writing():
    html = str(LetterForm(initial={"body": "<h2>a</h2><p>b &amp; c</p>"})["body"])

    assert re.search(r"<textarea[^>]*>\s*## a\n\nb &amp; c</textarea>", html)
    assert 'name="body_format" value="plain"' in html
    assert (
        'name="body_before" value="&lt;h2&gt;a&lt;/h2&gt;&lt;p&gt;b &amp;amp; c&lt;/p&gt;"' in html
    )


def test_an_untouched_field_has_not_changed():
    form = LetterForm(
        {"body": "a", "body_format": "plain", "body_before": "<p>a</p>"},
        initial={"body": "<p>a</p>"},
    )

    assert not form.has_changed()


def test_a_field_whose_words_have_changed_has_changed():
    form = LetterForm(
        {"body": "b", "body_format": "plain", "body_before": "<p>a</p>"},
        initial={"body": "<p>a</p>"},
    )

    assert form.has_changed()
