"""What each step does to the article, and to what depends on it."""

from collections.abc import Callable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles import announcements, cards, letters, revisions, search
from articles.models import Article, Reason, Revision, Withdrawal
from relays import baton
from relays.danish import unique_slug
from relays.errors import RuleBroken
from relays.models import Theme

FURTHEST_AHEAD = timedelta(days=2 * 365 + 1)  # for a publication: beyond it the year is a slip


def _submit(article, *, by, **words):
    article.vouched, article.asked = revisions.freeze(article, Reason.SUBMITTED, by=by), None
    article.save(update_fields=["status", "vouched", "asked"])
    if article.leg:
        baton.hand_in(article.leg)
    return article.vouched


def _take_back(article, **words):
    article.save(update_fields=["status"])
    if article.leg:
        baton.take_text_back(article.leg)


def _send_back(article, *, by, due, **words):
    article.approved = None
    article.save(update_fields=["status", "approved"])
    if article.leg:
        baton.take_text_back(article.leg, due=due, by=by)
    return revisions.freeze(article, Reason.SENT_BACK, by=by)


def _ask_writer(article, *, by, due, **words):
    article.asked = revisions.freeze(article, Reason.ASKED, by=by)
    article.save(update_fields=["status", "asked"])
    if article.leg:
        baton.take_text_back(article.leg, due=due, by=by)
    return article.asked


def _agree(article, **words):
    article.vouched, article.asked = article.asked, None
    article.save(update_fields=["status", "vouched", "asked"])
    if article.leg:
        baton.hand_in(article.leg)
    return article.vouched


def _approve(article, *, by, **words):
    article.approved = article.approved or revisions.freeze(article, Reason.APPROVED, by=by)
    article.save(update_fields=["status", "approved"])
    return article.approved


def _schedule(article, *, by, publish_at, **words):
    if publish_at is None:
        raise RuleBroken(_("Say when it is to be published."))
    if publish_at <= timezone.now():
        raise RuleBroken(_("That time has passed. Publish now, or choose a later time."))
    if publish_at > timezone.now() + FURTHEST_AHEAD:
        raise RuleBroken(_("That is more than two years ahead. Check the year."))
    article.publish_at = publish_at
    article.approved = article.approved or revisions.freeze(article, Reason.APPROVED, by=by)
    article.save(update_fields=["status", "publish_at", "approved"])
    return article.approved


def _unschedule(article, **words):
    article.publish_at = None
    article.save(update_fields=["status", "publish_at"])


def _publish(article, *, by, **words):
    revision = article.approved or revisions.freeze(article, Reason.PUBLISHED, by=by)
    is_first = article.published_at is None
    article.published_at = article.published_at or timezone.now()
    _give_address(article, revision.title)
    make_live(article, revision)
    if is_first:
        announcements.announce(article)
    if article.leg and article.leg.is_running:
        baton.finish(article.leg, by=by)
    show_readers(article)
    return revision


def _correct(article, *, by, correction, **words):
    revision = revisions.freeze(article, Reason.CORRECTED, by=by)
    make_live(article, revision)
    if correction.strip():
        article.corrections.create(revision=revision, words=correction.strip())
    show_readers(article)
    return revision


def _undo(article, **words):
    article.approved, article.live, article.published_at = article.live, None, None
    article.save(update_fields=["status", "approved", "live", "published_at"])
    article.bylines.update(published_at=None)
    _take_back_what_was_told(article)
    _forget_card(article)
    show_readers(article)
    return article.approved


def _discard(article, *, by, **words):
    kept = revisions.freeze(article, Reason.NAMED, by=by)
    article.approved = article.publish_at = article.asked = None
    article.save(update_fields=["status", "approved", "publish_at", "asked"])
    draft = article.draft
    for field, value in article.live.content.items():
        setattr(draft, field, value)
    draft.version, draft.saved_by, draft.saved_at = draft.version + 1, by, timezone.now()
    draft.save()
    return kept


def _withdraw(article, **words):
    _set_withdrawal(article, Withdrawal.NOTICE)


def _remove(article, **words):
    _set_withdrawal(article, Withdrawal.GONE)


def _restore(article, **words):
    _set_withdrawal(article, Withdrawal.NONE)


EFFECTS: dict[str, Callable[..., Revision | None]] = {
    "submit": _submit,
    "take_back": _take_back,
    "send_back": _send_back,
    "ask_writer": _ask_writer,
    "agree": _agree,
    "approve": _approve,
    "schedule": _schedule,
    "unschedule": _unschedule,
    "publish": _publish,
    "correct": _correct,
    "undo": _undo,
    "discard": _discard,
    "withdraw": _withdraw,
    "remove": _remove,
    "restore": _restore,
}


def _give_address(article, title):
    while not article.slug:
        slug = unique_slug(title, Article.objects)
        try:
            with transaction.atomic():
                Article.objects.filter(pk=article.pk).update(slug=slug)
        except IntegrityError:
            continue  # another article took it in this moment: it is seen as taken now
        article.slug = slug


def make_live(article, revision):
    article.live, article.approved, article.publish_at = revision, None, None
    article.save(update_fields=["status", "live", "approved", "publish_at", "published_at", "slug"])
    _freeze_bylines(article)
    _forget_card(article)


def _freeze_bylines(article):
    """Readers see people as they were at publication; later moves of theirs change nothing."""
    for byline in article.bylines.filter(published_at=None).select_related("contributor"):
        person = byline.contributor
        byline.published_at = article.published_at
        byline.job_title, byline.organisation = person.job_title, person.organisation
        byline.sector = person.sector
        byline.save()


def _set_withdrawal(article, withdrawal):
    article.withdrawal = withdrawal
    article.save(update_fields=["withdrawal"])
    if withdrawal != Withdrawal.NONE:
        _take_back_what_was_told(article)
    _forget_card(article)
    show_readers(article)


def _take_back_what_was_told(article):
    """Letters that lead to it and are not out yet."""
    announcements.take_back(article)
    letters.post_is_gone(article)


def show_readers(article, *other_themes):
    """What readers count and find follows what they may see, in the same transaction."""
    _count_again({article.theme_id, *other_themes})
    search.index(Article.objects.filter(pk=article.pk))


def _forget_card(article):
    """The clock draws another one of what readers see now."""
    cards.forget(Article.objects.filter(pk=article.pk))


def _count_again(theme_ids):
    # Counted, not incremented: a number that can't drift. The locks make two counts queue.
    for theme in (
        Theme.objects.select_for_update(no_key=True).filter(pk__in=theme_ids).order_by("pk")
    ):
        theme.post_count = Article.objects.public().filter(theme=theme).count()
        theme.save(update_fields=["post_count"])
