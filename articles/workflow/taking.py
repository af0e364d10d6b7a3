"""Taking a step of the table, and the few other acts that change what readers may see."""

import logging
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles import letters, notes, permissions, revisions, search
from articles.models import Access, Article, ArticleMove, Reason, Status
from articles.workflow.effects import EFFECTS, make_live, show_readers
from articles.workflow.table import (
    AFTER_A_CHANGE,
    APPROVED,
    LIVE,
    NAMES_THE_TEXT,
    PASSES_ON,
    SCHEDULED,
    SENDS_NOTES,
    STEPS,
    SUBMITTED,
)
from relays.errors import RuleBroken
from relays.models import Channel, Theme, User

log = logging.getLogger("articles.workflow")


@transaction.atomic
def take_step(
    article: Article,
    name: str,
    *,
    by: User | None,
    version: int | None = None,
    note: str = "",
    publish_at: datetime | None = None,
    due: date | None = None,
    correction: str = "",
    channel: str = "",
) -> Article:
    """Take one step of the table, all of it or nothing.

    `version` is the draft's version on the screen of whoever approves, schedules or publishes
    a submitted text: a newer one is never passed on unseen. `by` None is the clock, which
    publishes what is scheduled and due. `due` is the new date of a text that goes back,
    `correction` what readers are told of a correction. `channel` says how an editor who submits
    for a writer got the text. Raises RuleBroken with the sentence to show.
    """
    step = STEPS[name]
    article = _lock(article)
    if article.status not in step.sources or not step.fits(article):
        raise RuleBroken(
            _("“%(article)s” is %(status)s by now.")
            % {"article": article, "status": _standing(article)}
        )
    if not (_clock_may(article, name) if by is None else step.allowed(by, article)):
        raise RuleBroken(
            _("You may not do that to “%(article)s” (%(step)s).")
            % {"article": article, "step": str(step.label).lower()}
        )
    if sentence := step.hindrance(article):
        raise RuleBroken(sentence)
    if name in PASSES_ON and article.status == SUBMITTED:
        _ask_for_second_eyes(article, by, note)
    if name in NAMES_THE_TEXT and article.status not in (APPROVED, SCHEDULED):
        revisions.ask_for_the_text_seen(article.draft, version)

    status_before = article.status
    before = _standing_before(article)
    if step.target:
        article.status = step.target
    words = {"publish_at": publish_at, "due": due, "correction": correction}
    revision = EFFECTS[name](article, by=by, **words)
    _record(article, name, status_before, revision=revision, by=by, note=note, channel=channel)
    told = notes.tell(article) if name in SENDS_NOTES else []
    letters.tell(name, article, by=by, note=note, told=told, correction=correction, **before)
    return article


def publish_due(now: datetime | None = None) -> tuple[list[Article], list[tuple[Article, str]]]:
    """Publish what is scheduled and due, oldest first: the clock's part.

    Returns what went out, and what could not with the sentence why. Doing it twice, or by two
    clocks at once, publishes once.
    """
    due = Article.objects.filter(status=SCHEDULED, publish_at__lte=now or timezone.now())
    out, held = [], []
    for article in due.order_by("publish_at", "pk"):
        try:
            out.append(take_step(article, "publish", by=None))
        except RuleBroken as broken:
            held.append((article, str(broken)))
        except Exception as error:  # ours, and loud; but the others behind it still go out
            log.exception("Article %s could not be published.", article.pk)
            held.append((article, repr(error)))
    return out, held


@transaction.atomic
def reopen_text(article: Article, *, by: User | None) -> Article:
    """The newest text has changed: what was approved is approved no more, a live text is not
    the newest one any more. For `articles.desk`, which has asked the person before."""
    article = _lock(article)
    status_before = article.status
    before = _standing_before(article)
    article.status = AFTER_A_CHANGE.get(Status(article.status), article.status)
    if article.status != status_before:
        article.approved = article.publish_at = None
        article.save(update_fields=["status", "approved", "publish_at"])
        _record(article, "edit", status_before, revision=None, by=by, note="", channel="")
        letters.tell("edit", article, by=by, **before)
    return article


@transaction.atomic
def publish_import(article: Article, *, published_at: datetime, slug: str) -> Article:
    """Make the draft of an imported article live, as of the day it was published elsewhere."""
    article = _lock(article)
    status_before, article.status = article.status, LIVE
    article.published_at = published_at
    article.slug = article.slug or slug
    revision = revisions.freeze(article, Reason.IMPORTED, by=None)
    make_live(article, revision)
    show_readers(article)
    _record(article, "import", status_before, revision=revision, by=None, note="", channel="")
    return article


@transaction.atomic
def correct_publication_date(article: Article, published_at: datetime) -> None:
    """The day an article came out elsewhere. For imports."""
    article = _lock(article)
    article.published_at = published_at
    article.save(update_fields=["published_at"])
    article.bylines.update(published_at=published_at)
    record_move(article, "amend", by=None)


@transaction.atomic
def change_theme(article: Article, theme: Theme | None) -> Article:
    """Move an article to another theme, counters and all."""
    article = _lock(article)
    before, article.theme = article.theme_id, theme
    article.save(update_fields=["theme"])
    show_readers(article, before)
    return article


@transaction.atomic
def change_access(article: Article, access: str, *, by: User | None) -> Article:
    """Open a text to everybody, or keep its rest for members. What a search knows follows."""
    article = _lock(article)
    if article.access != access:
        article.access = access
        article.save(update_fields=["access"])
        record_move(article, "open_up" if access == Access.OPEN else "members", by=by)
        search.index(Article.objects.filter(pk=article.pk))
    return article


def record_move(article: Article, step: str, *, by: User | None, note: str = "") -> None:
    """Write down an act that is no step of the table and changes no status."""
    _record(article, step, article.status, revision=None, by=by, note=note, channel="")


def _standing_before(article) -> dict:
    return {"planned": article.publish_at, "was_out": article.live_id is not None}


def _lock(article):
    # Two steps: on PostgreSQL the rows joined to one that was waited for are as old as the wait.
    Article.objects.select_for_update(no_key=True).get(pk=article.pk)
    return Article.objects.select_related(
        "leg", "approved", "live", "draft", "vouched", "asked"
    ).get(pk=article.pk)


def _clock_may(article, name):
    return (
        name == "publish" and article.status == SCHEDULED and article.publish_at <= timezone.now()
    )


def _ask_for_second_eyes(article, by, note):
    if permissions.is_writer(by, article) and not note.strip():
        raise RuleBroken(_("It is your own text. Write in the note why nobody else approves it."))


def _standing(article):
    if article.withdrawal:
        return article.get_withdrawal_display().lower()
    return article.get_status_display().lower()


def _record(article, step, status_before, *, revision, by, note, channel):
    for_the_writer = (
        step in ("submit", "agree") and by is not None and not permissions.is_writer(by, article)
    )
    writer = article.bylines.order_by("order", "pk").first() if for_the_writer else None
    ArticleMove.objects.create(
        article=article,
        step=step,
        from_status=status_before,
        to_status=article.status,
        revision=revision,
        by=by,
        on_behalf_of=writer and writer.contributor,
        channel=(channel or Channel.MAIL) if writer else "",
        note=note,
    )
