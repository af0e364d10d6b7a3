"""Where a members' text is cut, and how much of it everybody gets."""

import pytest

from articles import access
from articles.access import cut
from articles.models import Access
from tests.factories import make_news, publish

P1, P2, P3 = "<p>En.</p>", "<p>To.</p>", "<p>Tre.</p>"
LIST = "<ul><li><p>Punkt.</p></li><li><p>Punkt to.</p></li></ul>"
QUOTE = "<blockquote><p>Ord.</p><p>Flere.</p></blockquote>"


@pytest.mark.parametrize(
    ("opening", "rest"),
    [
        # After the second paragraph, whatever stands between.
        (P1 + P2, P3),
        (P1 + "<h2>Så</h2>" + P2, "<h2>Og</h2>" + P3),
        (P1 + LIST + P2, P3),
        (P1 + QUOTE + P2, P3),
        ('<p>Se <a href="/a<p>b</p><p>">her</a><br>nu.</p>' + P2, P3),
        (P1 + "<hr>" + P2, "<hr>" + P3),
        (P1 + P2, LIST),
        # A text of few paragraphs: after its first piece.
        (P1, LIST + QUOTE),
        ("<h2>Om</h2>" + LIST, QUOTE),
        (QUOTE, P1),
        # Too short to be cut.
        (P1, ""),
        (P1 + P2, ""),
        (LIST, ""),
        ("<h2>Om</h2>" + P1, ""),
        ("Ord uden afsnit", ""),
        ("", ""),
    ],
)
def test_a_text_is_cut_after_its_second_paragraph(opening, rest):
    assert cut(opening + rest) == (opening, rest)


@pytest.mark.parametrize(
    ("opening", "rest"),
    [(P1, P2 + P3), (P1 + P2 + P3, P1), (P1 + LIST, P2), (QUOTE, P1), (P1, LIST)],
)
def test_the_one_line_across_a_text_is_where_it_is_cut(opening, rest):
    assert cut(f"{opening}<hr>{rest}") == (opening, rest)


def test_a_line_that_leaves_nothing_on_one_side_is_no_cut():
    assert cut("<hr>" + P1 + P2 + P3) == ("<hr>" + P1 + P2, P3)
    assert cut(P1 + P2 + P3 + "<hr>") == (P1 + P2, P3 + "<hr>")
    assert cut(P1 + P2 + "<hr>") == (P1 + P2 + "<hr>", "")


def test_a_line_within_a_quotation_is_no_cut():
    quote = "<blockquote><p>Ord.</p><hr><p>Flere.</p></blockquote>"

    assert cut(P1 + quote + P2 + P3) == (P1 + quote + P2, P3)


@pytest.mark.django_db
def test_everybody_gets_the_beginning_and_is_told_how_long_the_whole_is():
    article = publish(make_news(access=Access.MEMBERS))
    article.live.body = P1 + P2 + "<p>" + "ord " * 430 + "</p>"

    part = access.visible_part(article, None)

    assert (part.html, part.rest, part.complete, part.minutes) == (P1 + P2, "", False, 2)


@pytest.mark.django_db
def test_an_open_text_goes_out_as_it_is_and_so_does_one_too_short_to_cut():
    article = publish(make_news())
    article.live.body = P1 + P2 + "<hr>" + P3
    assert access.visible_part(article, None) == (article.live.body, True, "", 0)

    article.access, article.live.body = Access.MEMBERS, P1
    assert access.visible_part(article, None) == (P1, True, "", 0)


def test_an_editor_is_told_how_many_words_are_open():
    assert access.open_words(P1 + P2 + P3) == (2, 1)
    assert access.open_words(P1 + P2).rest == 0
