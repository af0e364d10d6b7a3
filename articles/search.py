"""The index of what is public, and what a search finds in it.

Both databases find the same rows: the words are stemmed here (`articles.stems`), the database
only looks them up, and the order is made here too. Search rows are written last of all in a
transaction, after articles, relays and themes are locked: one order, no deadlock.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from django.db.models import BooleanField, F, Func, Value

from articles import access
from articles.models import Article, SearchRow
from articles.models.article import ArticleQuerySet
from articles.stems import STOP_WORDS, as_typed, stem, stems_in, words_in
from relays.richtext import plain_text

ROWS_AT_A_TIME = 200
WORDS_OF_A_TEXT = 6_000  # further on PostgreSQL loses where a word stands, and phrases with it

HITS = 1_000  # the newest, of which the best come first
TERMS = 12
SHORTEST_PREFIX = 3  # letters: what begins with fewer is half of everything

IN_TITLE, IN_LEAD = 4, 2

QUOTED = re.compile('["“”„»«]([^"“”„»«]+)["“”„»«]|([^"“”„»«]+)')


# The index -----------------------------------------------------------------------------------


def row_of(article: Article) -> SearchRow:
    """The row of a public article of `for_search()`: of it what everybody may see."""
    assert article.live is not None, "readers find published articles"  # noqa: S101
    bylines = article.bylines.all()
    lead = [
        article.live.standfirst,
        *(byline.contributor.name for byline in bylines),
        *(byline.presentation for byline in bylines),
        *((article.relay.title, article.relay.short_name) if article.relay else ()),
        article.theme.name if article.theme else "",
        *sorted(tagging.tag.name for tagging in article.taggings.all()),
    ]
    return SearchRow(
        article=article,
        title=_indexed(article.live.title),
        lead=_indexed(" ".join(lead)),
        body=_indexed(plain_text(access.visible_part(article, None).html)),
    )


def _indexed(text):
    return " ".join(stems_in(text)[:WORDS_OF_A_TEXT])


def index(articles: ArticleQuerySet) -> None:
    """Bring the rows of these articles in step with what readers may see of them."""
    for some in in_parts(articles):
        public = some.public().for_search()
        SearchRow.objects.filter(article__in=some).exclude(article__in=some.public()).delete()
        SearchRow.objects.bulk_create(
            [row_of(article) for article in public],
            update_conflicts=True,
            unique_fields=["article"],
            update_fields=SearchRow.WORDS,
        )


def in_parts(articles: ArticleQuerySet) -> Iterator[ArticleQuerySet]:
    """The same articles, so many at a time as fit into memory with their texts."""
    keys = list(articles.order_by("pk").values_list("pk", flat=True).distinct())
    for start in range(0, len(keys), ROWS_AT_A_TIME):
        yield Article.objects.filter(pk__in=keys[start : start + ROWS_AT_A_TIME]).order_by("pk")


# The query -----------------------------------------------------------------------------------


class Term(NamedTuple):
    """A word, or the words of a phrase."""

    stems: tuple[str, ...]
    prefix: str = ""  # what the last word of all may be the beginning of


class Query(NamedTuple):
    """What somebody looks for: every term of it."""

    terms: tuple[Term, ...] = ()
    in_titles: bool = False  # words that say nothing by themselves are looked for there alone

    @property
    def exactly(self):
        return self._replace(terms=tuple(Term(term.stems) for term in self.terms))

    def knows(self, word: str) -> bool:
        """Is this word of a text one that was looked for?"""
        stemmed, says_something = stem(word), self.in_titles or as_typed(word) not in STOP_WORDS
        return any(
            (says_something and stemmed in term.stems)
            or (term.prefix and stemmed.startswith(term.prefix))
            for term in self.terms
        )


def parse(text: str) -> Query:
    """Words and “phrases”. Never an operator: whatever was typed, words are all it can be."""
    phrases, words, last = [], [], ""
    for phrase, loose in QUOTED.findall(unicodedata.normalize("NFC", text)):
        found = words_in(phrase or loose)
        if phrase:
            phrases.append(tuple(stem(word) for word in found[:TERMS]))
        words += [] if phrase else found
        last = "" if phrase else (found or [last])[-1]
    telling = [word for word in words if as_typed(word) not in STOP_WORDS]
    in_titles = not (any(phrases) or telling)
    if in_titles:
        telling = words
    stems = [*filter(None, phrases), *((stem(word),) for word in telling)]
    open_ended = (stem(last),) if last in telling and len(last) >= SHORTEST_PREFIX else None
    return Query(
        tuple(
            Term(each, as_typed(last) if each == open_ended else "")
            for each in dict.fromkeys(stems[:TERMS])
        ),
        in_titles,
    )


# What it finds ---------------------------------------------------------------------------------


class Hit(NamedTuple):
    pk: int  # the article's, as the others are
    theme: int | None
    relay: int | None
    sector: str
    published_at: datetime


def find(query: Query, articles: ArticleQuerySet) -> list[Hit]:
    """The newest hits among these articles (of `with_sector()`), the best first: whole words
    before beginnings, titles before standfirsts and names, those before texts, then by day."""
    if not query.terms:
        return []
    has_prefix = query != query.exactly
    rows = (
        articles.filter(Matches(query))
        .annotate(is_exact=FoundMatches(query.exactly) if has_prefix else Value(True))
        .newest_first()
        .values_list("is_exact", "search_row__title", "search_row__lead", *Hit._fields)[:HITS]
    )
    ranked = sorted(rows, key=lambda row: (row[0], _weight(query, row[1], row[2])), reverse=True)
    return [Hit(*facts) for _is_exact, _title, _lead, *facts in ranked]


def _weight(query, title, lead):
    title, lead = f" {title} ", f" {lead} "
    return sum(
        IN_TITLE if _stands_in(term, title) else IN_LEAD if _stands_in(term, lead) else 0
        for term in query.terms
    )


def _stands_in(term, words):
    phrase = f" {' '.join(term.stems)} " in words
    return phrase or (bool(term.prefix) and f" {term.prefix}" in words)


class Matches(Func):
    """True of an article whose search row has every term of the query.

    Stems are a–z and 0–9 alone (`articles.stems`), so nothing in them could be an operator.
    """

    output_field = BooleanField()

    def __init__(self, query: Query):
        super().__init__(F("pk"))
        self.query = query

    def as_sqlite(self, compiler, connection, **extra):
        key, params = compiler.compile(self.source_expressions[0])
        found = "SELECT rowid FROM articles_searchindex WHERE articles_searchindex MATCH %s"
        return f"{key} IN ({found})", [*params, _for_fts5(self.query)]

    def as_postgresql(self, compiler, connection, **extra):
        key, params = compiler.compile(self.source_expressions[0])
        found = "SELECT FROM articles_searchrow WHERE article_id = {} AND vector @@ %s::tsquery"
        return f"EXISTS ({found.format(key)})", [*params, _for_tsquery(self.query)]


class FoundMatches(Matches):
    """The same, asked of the rows that were found: outside WHERE, PostgreSQL would look up every
    match there is for an EXISTS."""

    def as_postgresql(self, compiler, connection, **extra):
        key, params = compiler.compile(self.source_expressions[0])
        found = "SELECT vector @@ %s::tsquery FROM articles_searchrow WHERE article_id = {}"
        return f"({found.format(key)})", [_for_tsquery(self.query), *params]


def _for_fts5(query):
    terms = [
        f'("{" ".join(term.stems)}"' + (f' OR "{term.prefix}"*)' if term.prefix else ")")
        for term in query.terms
    ]
    return f"{{title}} : ({' AND '.join(terms)})" if query.in_titles else " AND ".join(terms)


def _for_tsquery(query):
    return " & ".join(_tsquery_term(term, query.in_titles) for term in query.terms)


def _tsquery_term(term, in_titles):
    # A is the title, B the lead, C the body. A phrase stands in one of them, a word anywhere;
    # without a weight the index answers alone.
    texts = [":A"] if in_titles else [":A", ":B", ":C"] if len(term.stems) > 1 else [""]
    ways = [" <-> ".join(f"'{stem}'{text}" for stem in term.stems) for text in texts]
    if term.prefix:
        ways.append(f"'{term.prefix}':*{'A' if in_titles else ''}")
    return f"({' | '.join(ways)})"
