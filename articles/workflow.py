"""The road of an article from draft to reader: a table of steps, and one way to take them.

Nothing else writes `Article.status`, `approved`, `live`, `published_at`, `publish_at` or
`withdrawal`. The article row is locked first, its relay second, themes by id; search rows last.
"""

import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from articles import announcements, cards, letters, notes, permissions, revisions, search
from articles.models import (
    Access,
    Article,
    ArticleMove,
    ChecklistItem,
    Reason,
    Revision,
    Status,
    Withdrawal,
)
from relays import baton
from relays.danish import unique_slug
from relays.errors import RuleBroken
from relays.models import Channel, LegState, Theme, User

log = logging.getLogger("articles.workflow")

DRAFT, SUBMITTED, SENT_BACK = Status.DRAFT, Status.SUBMITTED, Status.SENT_BACK
APPROVED, SCHEDULED, LIVE = Status.APPROVED, Status.SCHEDULED, Status.LIVE
ANY_STATUS = frozenset(Status)


class Step(NamedTuple):
    """One row of the table: where it starts, where it leads (None: stays), who may.

    `fits` says whether the step makes sense at all for this article, `hindrance` what still
    stands in the way of one that does, `consequence` what happens. Who is told of it:
    `articles.letters.who_hears`.
    """

    label: Promise
    sources: frozenset[Status]
    target: Status | None
    allowed: Callable[[User, Article], bool]
    fits: Callable[[Article], bool] = lambda article: True
    hindrance: Callable[[Article], str] = lambda article: ""
    consequence: Callable[[Article], Promise | str] = lambda article: ""


# What stands in the way ----------------------------------------------------------------------


def _incomplete(article):
    draft = article.draft
    if not draft.title.strip():
        return _("The text needs a title.")
    if not draft.body.strip():
        return _("There is no text yet.")
    if draft.picture_id and not (draft.alt.strip() or draft.is_decorative):
        return _("Say what the picture shows, or that it is only decoration.")
    if not article.bylines.exists():
        return _("Say who has written it.")
    return _homeless(article)


def _homeless(article):
    if article.leg and article.leg.state == LegState.ABANDONED:
        return _("Its leg was given up. Make it a news article, or give it another leg.")
    return ""


def _changed_since_asked(article):
    if article.draft.content != article.asked.content:
        return _("The text has changed since. Send it in as it is now.")
    return ""


def staff_changed_words(article: Article) -> bool:
    """Does the newest text differ from what its writer has sent, or said yes to?

    Not while it is sent back: then the writer's own words are the newest.
    """
    return (
        article.vouched is not None
        and article.status != Status.SENT_BACK
        and article.draft.content != article.vouched.content
    )


def _is_asked(article):
    return article.asked_id is not None


def _has_just_come_out(article):
    """For the first time, and a moment ago: a wrong publication can still be taken back."""
    return article.is_public and article.published_at > timezone.now() - UNDO_WITHIN


def _not_ready(article):
    return _incomplete(article) or _unticked(article)


def _unticked(article):
    """What the house wants done before a text is approved; what is approved stays so."""
    if article.status != SUBMITTED:
        return ""
    labels = ChecklistItem.objects.hard().unticked_on(article).values_list("label", flat=True)
    items = ", ".join(labels)
    return items and _("Not ticked yet: %(items)s.") % {"items": items}


def _is_public(article):
    return article.is_public


def _was_public(article):
    return article.live_id is not None


def _is_withdrawn(article):
    return article.withdrawal != Withdrawal.NONE


def _is_not_gone(article):
    return article.live_id is not None and article.withdrawal != Withdrawal.GONE


# What happens --------------------------------------------------------------------------------


def _always(words):
    return lambda article: words


def _what_publication_does(article):
    if _is_withdrawn(article):
        return _("Readers do not see it before the post is shown to them again.")
    if article.leg and article.leg.is_running:
        return _("Readers see it at once, and the baton moves on.")
    return _("Readers see it at once.")


STEPS = {
    "submit": Step(
        _("Submit"),
        frozenset({DRAFT, SENT_BACK}),
        SUBMITTED,
        permissions.may_submit,
        hindrance=_incomplete,
        consequence=_always(_("The text is with the editors, and nobody is reminded of it.")),
    ),
    "take_back": Step(_("Take back"), frozenset({SUBMITTED}), DRAFT, permissions.is_writer),
    "send_back": Step(
        _("Send back"),
        frozenset({SUBMITTED, APPROVED}),
        SENT_BACK,
        permissions.is_editor,
        consequence=_always(_("The writer gets your notes, and the text to go on with.")),
    ),
    "ask_writer": Step(
        _("Ask the writer"),
        frozenset({SUBMITTED}),
        SENT_BACK,
        permissions.is_editor,
        fits=staff_changed_words,
        hindrance=_incomplete,
        consequence=_always(
            _("The writer sees what you have changed, and says yes or goes on writing.")
        ),
    ),
    "agree": Step(
        _("Say yes to the changes"),
        frozenset({SENT_BACK}),
        SUBMITTED,
        permissions.may_agree,
        fits=_is_asked,
        hindrance=_changed_since_asked,
        consequence=_always(_("The editors can publish the text as it is now.")),
    ),
    "approve": Step(
        _("Approve"),
        frozenset({SUBMITTED}),
        APPROVED,
        permissions.may_approve,
        hindrance=_not_ready,
    ),
    "schedule": Step(
        _("Schedule"),
        frozenset({SUBMITTED, APPROVED}),
        SCHEDULED,
        permissions.may_approve,
        hindrance=_not_ready,
        consequence=_always(_("The clock publishes at that day and hour.")),
    ),
    "unschedule": Step(
        _("Unschedule"),
        frozenset({SCHEDULED}),
        APPROVED,
        permissions.is_editor,
        consequence=_always(_("The text stays approved, and has no time any more.")),
    ),
    "publish": Step(
        _("Publish"),
        frozenset({SUBMITTED, APPROVED, SCHEDULED}),
        LIVE,
        permissions.may_approve,
        hindrance=_not_ready,
        consequence=_what_publication_does,
    ),
    "correct": Step(
        _("Correct what readers see"),
        frozenset({DRAFT, SUBMITTED}),
        LIVE,
        permissions.is_editor,
        fits=_is_public,
        hindrance=_incomplete,
        consequence=_always(_("Readers see the new text at once.")),
    ),
    "undo": Step(
        _("Undo the publication"),
        frozenset({LIVE}),
        APPROVED,
        permissions.may_approve,
        fits=_has_just_come_out,
        consequence=_always(
            _("Readers do not see the post any more. The baton stays where it is.")
        ),
    ),
    "discard": Step(
        _("Discard the changes"),
        ANY_STATUS - {LIVE},
        LIVE,
        permissions.is_editor,
        fits=_was_public,
        consequence=_always(
            _("The text is the published one again. What it said is kept as a revision.")
        ),
    ),
    "withdraw": Step(
        _("Withdraw with a notice"),
        ANY_STATUS,
        None,
        permissions.is_chief_editor,
        fits=_is_public,
        consequence=_always(
            _("Readers find a notice in place of the text, and the post in no list.")
        ),
    ),
    "remove": Step(
        _("Withdraw, gone"),
        ANY_STATUS,
        None,
        permissions.is_chief_editor,
        fits=_is_not_gone,
        consequence=_always(
            _("The address says that the post is gone, and search engines drop it.")
        ),
    ),
    "restore": Step(
        _("Show to readers again"),
        ANY_STATUS,
        None,
        permissions.is_chief_editor,
        fits=_is_withdrawn,
        consequence=_always(_("Readers see the published text again, at its old address.")),
    ),
}

# Where a text stands after somebody has changed it; elsewhere it stays where it is.
AFTER_A_CHANGE = {APPROVED: SUBMITTED, SCHEDULED: SUBMITTED, LIVE: DRAFT}

# Steps that pass the text on the screen on to readers: they say which version that was.
PASSES_ON = frozenset({"approve", "schedule", "publish"})
NAMES_THE_TEXT = PASSES_ON | {"agree", "correct"}
SENDS_NOTES = frozenset({"send_back", "ask_writer"})
UNDO_WITHIN = timedelta(minutes=15)


def steps_open_to(user: User, article: Article) -> dict[str, str]:
    """The steps this person may take now, each with what still hinders it ("": nothing)."""
    return {
        name: str(step.hindrance(article))
        for name, step in STEPS.items()
        if article.status in step.sources and step.fits(article) and step.allowed(user, article)
    }


def stays_where_it_is(article: Article) -> bool:
    """A change to the newest text moves nothing on this road: the text is still being written."""
    return article.status not in AFTER_A_CHANGE


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
    if step.target:
        article.status = step.target
    words = {"publish_at": publish_at, "due": due, "correction": correction}
    revision = EFFECTS[name](article, by=by, **words)
    _record(article, name, status_before, revision=revision, by=by, note=note, channel=channel)
    told = notes.tell(article) if name in SENDS_NOTES else []
    letters.tell(name, article, by=by, note=note, told=told, correction=correction)
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
    article.status = AFTER_A_CHANGE.get(Status(article.status), article.status)
    if article.status != status_before:
        article.approved = article.publish_at = None
        article.save(update_fields=["status", "approved", "publish_at"])
        _record(article, "edit", status_before, revision=None, by=by, note="", channel="")
    return article


@transaction.atomic
def publish_import(article: Article, *, published_at: datetime, slug: str) -> Article:
    """Make the draft of an imported article live, as of the day it was published elsewhere."""
    article = _lock(article)
    status_before, article.status = article.status, LIVE
    article.published_at = published_at
    article.slug = article.slug or slug
    revision = revisions.freeze(article, Reason.IMPORTED, by=None)
    _make_live(article, revision)
    _show_readers(article)
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
    _show_readers(article, before)
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


# What the steps do ---------------------------------------------------------------------------


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
    _make_live(article, revision)
    if is_first:
        announcements.announce(article)
    if article.leg and article.leg.is_running:
        baton.finish(article.leg, by=by)
    _show_readers(article)
    return revision


def _correct(article, *, by, correction, **words):
    revision = revisions.freeze(article, Reason.CORRECTED, by=by)
    _make_live(article, revision)
    if correction.strip():
        article.corrections.create(revision=revision, words=correction.strip())
    _show_readers(article)
    return revision


def _undo(article, **words):
    article.approved, article.live, article.published_at = article.live, None, None
    article.save(update_fields=["status", "approved", "live", "published_at"])
    article.bylines.update(published_at=None)
    _take_back_what_was_told(article)
    _forget_card(article)
    _show_readers(article)
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


def _make_live(article, revision):
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
    _show_readers(article)


def _take_back_what_was_told(article):
    """Letters that lead to it and are not out yet."""
    announcements.take_back(article)
    letters.post_is_gone(article)


def _show_readers(article, *other_themes):
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


# How they ask --------------------------------------------------------------------------------


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
