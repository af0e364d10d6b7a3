"""What readers have said below an article: approved, in order, a page at a time.

What stands below a members' article speaks of what lies behind the cut. So it stands on the page
of the whole article alone; everybody else is told how many there are.
"""

from typing import NamedTuple

from django.db.models import Q

from articles.models import Article, Replies, Reply, ReplyState
from articles.models.reply import THREADS_ON_A_PAGE
from articles.publication.forms import RepliesForm, query_of
from articles.publication.listing import address_of


class Thread(NamedTuple):
    """A comment and what was answered to it."""

    reply: Reply
    answers: list[Reply]

    @property
    def is_erased(self):
        return self.reply.state == ReplyState.ERASED


class Below(NamedTuple):
    """What the section under an article shows."""

    number: int
    threads: list[Thread]
    more: str  # the query string of the next page, "" on the last
    is_first: bool
    is_complete: bool  # the whole article stands above it


def below(article: Article, query, *, complete: bool) -> Below | None:
    """None where no comments are shown. The article is `for_page()`, and `complete` says whether
    whoever looks has all of it before them."""
    after = address_of(RepliesForm(query))["after"]
    if article.replies == Replies.HIDDEN:
        return None
    count = article.reply_count  # type: ignore[attr-defined]
    threads, more = _page(article, after) if count and complete else ([], False)
    return Below(
        count,
        threads,
        query_of({"after": threads[-1].reply.pk}) if more else "",
        is_first=after is None,
        is_complete=complete,
    )


def newest_threads(article: Article, most: int) -> list[Thread]:
    """The conversations that began last, for those who may answer."""
    return _whole(Reply.objects.threads().filter(article=article).order_by("-pk")[:most])


def _page(article, after) -> tuple[list[Thread], bool]:
    begun = Reply.objects.threads().filter(article=article)
    if after:
        begun = begun.filter(pk__gt=after)
    threads = _whole(begun.oldest_first()[: THREADS_ON_A_PAGE + 1])
    return threads[:THREADS_ON_A_PAGE], len(threads) > THREADS_ON_A_PAGE


def _whole(begun) -> list[Thread]:
    """What began these conversations and what was answered in them, in order: one query."""
    keys = begun.values("pk")
    answered = Q(answers__in=keys, state=ReplyState.APPROVED)
    found: dict[int, Thread] = {}
    for reply in Reply.objects.filter(Q(pk__in=keys) | answered).oldest_first():
        if reply.answers_id is None:
            found[reply.pk] = Thread(reply, [])
        else:
            found[reply.answers_id].answers.append(reply)
    return list(found.values())
