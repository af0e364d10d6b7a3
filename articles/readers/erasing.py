"""Erasing oneself: what has to happen first, and what goes beside the user row.

Whoever adds something that belongs to a reader adds to `PARTS` how it goes.
"""

from collections.abc import Callable

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext as _

from articles import following, grants, replies, showings
from articles.models import Article, ArticleMove, Byline, Look, Note
from relays import accounts, forgetting
from relays.errors import RuleBroken
from relays.models import Contributor, User


def _second_factors(user):
    Authenticator.objects.filter(user=user).delete()


def _words_on_articles(user):
    """What they wrote to the editors; what they wrote for readers stays with its byline."""
    Look.objects.filter(user=user).delete()
    ArticleMove.objects.filter(by=user).update(note="")
    ArticleMove.objects.filter(on_behalf_of__user=user).update(note="")
    Note.objects.filter(answered_by=user).update(answer="")


def _follows(user):
    """Follows belong to an address: theirs, where they have proved that they read it."""
    if user.is_confirmed:
        following.forget(user.email)


PARTS: list[Callable[[User], object]] = [
    accounts.end_sessions,
    _second_factors,
    _words_on_articles,
    _follows,
    replies.erase_all_of,
    showings.forget,
    grants.forget,
]


@transaction.atomic
def erase(user: User) -> None:
    """The person is gone. A RuleBroken says what they have to do before."""
    person = Contributor.objects.filter(user=user).first()
    if person:
        _refuse_unpublished_texts(person)
    for part in PARTS:
        part(user)
    forgetting.erase(user, bylines_stay=has_published(user))


def has_published(user: User) -> bool:
    return Byline.objects.filter(contributor__user=user, article__live__isnull=False).exists()


def _refuse_unpublished_texts(person):
    unpublished = Article.objects.filter(bylines__contributor=person, live=None)
    article = unpublished.select_related("draft").order_by("pk").first()
    if article:
        raise RuleBroken(
            _(
                "Your text “%(title)s” is with us and not published. Ask the editors to drop it first."
            )
            % {"title": article.draft.plain_title}
        )
