"""One letter a post to everybody who follows it.

Publication writes one row, whoever follows: an `Announcement`. The clock does the rest in batches,
behind every other letter. A batch and the place that it has reached are one transaction, and the
outbox holds one letter of a circular to an address: so a clock that dies loses nobody and tells
nobody twice.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from articles import access
from articles.models import Announcement, Article, Byline, Follow, Follower
from relays import letters
from relays.models import Circular, Letter
from relays.richtext import plain_text

# Readers are told when a publication can be undone no more: no letter speaks of what is not there.
WAITS = timedelta(minutes=15)
LETTERS_IN_A_BATCH = 1000  # as many as go out, about, between two ticks
KEPT = timedelta(days=30)


def announce(article: Article) -> None:
    """Followers are to be told of this article. In the transaction of its first publication."""
    due = timezone.now() + WAITS
    Announcement.objects.update_or_create(
        article=article, defaults={"due": due, "reached": 0, "written": None}
    )


def take_back(article: Article) -> None:
    """Readers do not see it any more: whoever has not been told is not."""
    announcement = Announcement.objects.select_related("circular").filter(article=article).first()
    if announcement is None:
        return
    Announcement.objects.filter(pk=announcement.pk).update(written=timezone.now())
    if announcement.circular:
        letters.call_back(announcement.circular)


def write_due(now=None) -> int:
    """The next batch of letters, of the oldest announcement. Returns for how many followers."""
    now = now or timezone.now()
    _follow_the_text()
    while article := _oldest_due(now):
        if written := _write_batch(article, now):
            return written
    return 0


def _oldest_due(now):
    due = Announcement.objects.filter(written=None, due__lte=now).order_by("due", "pk")
    return Article.objects.filter(announcement__in=due.values("pk")[:1]).first()


@transaction.atomic
def _write_batch(article, now):
    # The article is the lock: a withdrawal comes before this batch or after it, never in between.
    Article.objects.select_for_update(no_key=True).get(pk=article.pk)
    announcement = (
        Announcement.objects.select_for_update(of=("self",))
        .select_related("circular")
        .filter(article=article, written=None, due__lte=now)
        .first()
    )
    if announcement is None:
        return 0
    article = _public(article.pk)
    if article is None:
        announcement.written = now
        announcement.save(update_fields=["written"])
        return 0
    followers = Follower.objects.filter(pk__gt=announcement.reached).told_of(article)
    batch = list(followers.order_by("pk").select_for_update(of=("self",))[:LETTERS_IN_A_BATCH])
    if batch:
        announcement.circular = _words(article, announcement.circular)
        letters.post(announcement.circular, _receivers(batch), opens=Follow.PAGE)
        announcement.reached = batch[-1].pk
    if len(batch) < LETTERS_IN_A_BATCH:
        announcement.written = now
    announcement.save(update_fields=["circular", "reached", "written"])
    return len(batch)


def _receivers(batch):
    # The batch is locked by now: whoever stopped while we waited for that has no such follow.
    follows = Follow.objects.filter(pk__in=[follower.widest for follower in batch])
    still = set(follows.values_list("pk", flat=True))
    return [(each.address, each.widest) for each in batch if each.widest in still]


def _follow_the_text():
    """Whoever has not got their letter yet reads what readers see by now: a corrected word, and
    no more of a text than everybody may have."""
    waiting = Letter.objects.unsent().exclude(circular=None).values("circular")
    for announcement in Announcement.objects.filter(circular__in=waiting):
        _rewrite(announcement.article_id)


@transaction.atomic
def _rewrite(article_id):
    Article.objects.select_for_update(no_key=True).get(pk=article_id)
    announcement = Announcement.objects.select_related("circular").get(article=article_id)
    article = _public(article_id)
    if article and announcement.circular:
        _words(article, announcement.circular)


def _public(article_id):
    articles = Article.objects.public().with_text().prefetch_related(Byline.with_contributor())
    return articles.filter(pk=article_id).first()


def _words(article, circular):
    return letters.write_circular(
        "new_post",
        relay=article.relay,
        circular=circular,
        article=article,
        title=_plain(article.live.plain_title),
        standfirst=_plain(article.live.standfirst),
        opening=_plain(plain_text(access.visible_part(article, None).first_paragraph)),
        writers=[_plain(_presented(byline)) for byline in article.bylines.all()],
    )


def _presented(byline):
    return ", ".join(filter(None, (byline.contributor.name, byline.presentation)))


def _plain(words):
    """On one line, and without a place for anybody's link."""
    return " ".join(words.split()).replace("[[", "[\u200b[")


def sweep() -> None:
    """Letters to many, and whom they went to, are kept for a month."""
    old = Announcement.objects.filter(written__lt=timezone.now() - KEPT)
    for circular in Circular.objects.filter(announcement__in=old):
        circular.letters.all().delete()
        circular.delete()
