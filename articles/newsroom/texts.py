"""Texts that wait at the desk and are no running leg's: for them no relay has a row.

News, what is out and has a newer text, what was undone, and what has lost its leg; and whatever
should be out by now, whichever leg it is.
"""

from datetime import timedelta
from typing import NamedTuple

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.models import Article, Status
from relays.models import LegState, User

# So long the clock may take. What is not out then is held: its review says by what.
CLOCK_TAKES = timedelta(minutes=15)

SAID = {
    Status.SUBMITTED: _("“%(title)s” has come in"),
    Status.APPROVED: _("“%(title)s” is approved"),
    Status.SCHEDULED: _("“%(title)s” should be out by now"),
}


class Waiting(NamedTuple):
    sentence: str
    where: str
    url: str


def waiting(user: User) -> list[Waiting]:
    """The texts of this editor's relays, and all news: whoever wrote it, another one approves it."""
    of_no_row = Q(leg=None) | ~Q(leg__state=LegState.RUNNING)
    at_the_desk = Q(status__in=[Status.SUBMITTED, Status.APPROVED]) & of_no_row
    held = Q(status=Status.SCHEDULED, publish_at__lt=timezone.now() - CLOCK_TAKES)
    away = {"deputy": user, "away_until__gt": timezone.localdate()}
    mine = Q(relay=None) | Q(responsible_editor=user) | Q(relay__editors=user)
    mine |= Q(**{f"relay__editors__{name}": value for name, value in away.items()})
    found = Article.objects.filter(at_the_desk | held).filter(mine).distinct()
    return [
        Waiting(
            SAID[Status(article.status)] % {"title": article},
            article.relay.name if article.relay else str(_("News")),
            reverse("admin:articles_article_review", args=[article.pk]),
        )
        for article in found.select_related("draft", "relay").order_by("pk")
    ]
