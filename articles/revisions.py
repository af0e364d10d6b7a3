"""Numbered copies of a text. The article is locked by whoever calls."""

from articles.models import Article, Draft, Reason, Revision
from relays.models import User


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
