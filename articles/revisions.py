"""Numbered copies of a text. The article is locked by whoever calls."""

from django.utils.translation import gettext_lazy as _

from articles.models import Article, Draft, Reason, Revision
from relays.errors import RuleBroken
from relays.models import User


class NewerText(RuleBroken):
    """What somebody says of a text is about the one on their screen, and that has been changed."""

    def __init__(self):
        super().__init__(_("There is a newer text than the one on your screen. Read it first."))


def ask_for_the_text_seen(draft: Draft, version: int | None) -> None:
    if version != draft.version:
        raise NewerText


def freeze(article: Article, reason: Reason, *, by: User | None) -> Revision:
    """The newest text as a revision: the newest one, where nothing has changed since."""
    draft = Draft.objects.get(article=article)
    newest = article.revisions.order_by("-number").first()
    if newest and newest.content == draft.content:
        return newest
    return Revision.objects.create(
        article=article,
        number=newest.number + 1 if newest else 1,
        reason=reason,
        by=by,
        **draft.content,
    )
