"""Who may do what to an article. Questions only: no raise, no write."""

from articles.models import Article, Showing, Status
from relays.models import User
from relays.permissions import is_editor

# The writer's page is read-only while the text is with the editors.
WITH_THE_WRITER = frozenset({Status.DRAFT, Status.SENT_BACK})


def is_writer(user: User, article: Article) -> bool:
    """The byline's people; of news the first author. Never whoever typed."""
    if not user.is_active:
        return False
    bylines = article.bylines.filter(contributor__user=user)
    if article.leg_id is None:
        first = article.bylines.order_by("order", "pk").values("pk")[:1]
        bylines = bylines.filter(pk__in=first)
    return bylines.exists()


def is_chief_editor(user: User, article: Article | None = None) -> bool:
    return is_editor(user) and user.has_perm("articles.lead_newsroom")


def may_submit(user: User, article: Article) -> bool:
    return is_writer(user, article) or is_editor(user)


def may_agree(user: User, article: Article) -> bool:
    """The last word is the writer's; an editor records a yes that came by phone or mail."""
    return is_writer(user, article) or is_editor(user)


def may_approve(user: User, article: Article) -> bool:
    """Four eyes: an editor who is not the writer. A chief editor alone gives a reason."""
    return is_chief_editor(user) or (is_editor(user) and not is_writer(user, article))


def may_write(user: User, article: Article) -> bool:
    if is_editor(user):
        return True
    return article.status in WITH_THE_WRITER and is_writer(user, article)


def may_show(user: User, article: Article) -> bool:
    """Make a link for somebody outside: editors, and the writer while the leg runs."""
    leg_runs = article.leg is None or article.leg.is_running
    return is_editor(user) or (leg_runs and is_writer(user, article))


def may_revoke(user: User, showing: Showing) -> bool:
    return is_editor(user) or (user.is_active and showing.made_by_id == user.pk)
