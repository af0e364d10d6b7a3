"""The table of steps: where each starts and leads, who may take it, what still hinders it, and what
it does. Buttons, the admin's actions, the portal and the tests read it. Nothing here writes."""

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from articles import permissions
from articles.models import Article, ChecklistItem, Status, Withdrawal
from relays.models import LegState, User

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
