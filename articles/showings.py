"""Showing a text to somebody before it is out: a link to one revision, and what they say of it.

Nothing else writes `Showing` or `Remark`. The article is locked first. Whoever has the link reads
that revision and no other; a newer text takes a new link.
"""

import secrets

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles import checklist, letters, permissions, revisions, workflow
from articles.models import (
    Article,
    ChecklistItem,
    Draft,
    Purpose,
    Reason,
    Remark,
    Showing,
    Withdrawal,
)
from articles.models.showing import LASTS
from relays.errors import RuleBroken
from relays.models import User
from relays.models.link import token_hash

MOST_OPEN = 20  # links to one article
MOST_REMARKS = 20  # through one link: whoever has it need not be who got it


class LinkIsClosed(RuleBroken):
    """Revoked or run out between the look at the page and the answer."""

    def __init__(self):
        super().__init__(_("This link is closed by now."))


@transaction.atomic
def show(
    article: Article,
    *,
    name: str,
    by: User,
    purpose: str = Purpose.COLLEAGUE,
    item: ChecklistItem | None = None,
) -> tuple[Showing, str]:
    """A link to the text as it stands now, for whoever `name` says; its address is told once, here.

    `item` is ticked when they answer without remarks; editors say so, and nobody else.
    """
    article = _lock(article)
    if not permissions.may_show(by, article):
        raise RuleBroken(_("You can't show this text to anybody any more."))
    if item:
        _ask_to_tie(purpose, by)
    if article.withdrawal == Withdrawal.GONE:
        raise RuleBroken(_("The text is taken down for good, so it can't be shown."))
    draft = Draft.objects.get(article=article)
    if not (draft.title.strip() or draft.body.strip()):
        raise RuleBroken(_("There is no text yet."))
    if Showing.objects.of(article).open().count() >= MOST_OPEN:
        raise RuleBroken(_("There are very many links to this text already. Close one first."))
    token, now = secrets.token_urlsafe(32), timezone.now()
    showing = Showing.objects.create(
        revision=revisions.freeze(article, Reason.NAMED, by=by),
        token_hash=token_hash(token),
        purpose=purpose,
        name=name,
        item=item,
        made_by=by,
        made=now,
        until=now + LASTS[Purpose(purpose)],
    )
    workflow.record_move(article, "show", by=by, note=name)
    return showing, settings.SITE_URL + reverse("shown:text", args=[token])


@transaction.atomic
def revoke(showing: Showing, *, by: User) -> Showing:
    """The link shows nothing any more. What was said of the text stays."""
    showing = _reread(showing)
    if not permissions.may_revoke(by, showing):
        raise RuleBroken(_("You can't close this link."))
    if showing.revoked is None:
        showing.revoked = timezone.now()
        showing.save(update_fields=["revoked"])
        workflow.record_move(showing.article, "revoke", by=by, note=showing.name)
    return showing


@transaction.atomic
def tie(showing: Showing, item: ChecklistItem | None, *, by: User) -> Showing:
    """An answer without remarks ticks this item: the one to come, or the one that has come."""
    showing = _reread(showing)
    _ask_to_tie(showing.purpose, by)
    showing.item = item
    showing.save(update_fields=["item"])
    newest = showing.remarks.last()
    if newest:
        newest.showing = showing
        checklist.heed(newest)
    return showing


@transaction.atomic
def remark(showing: Showing, *, name: str, words: str = "") -> Remark:
    """What somebody who has the link says of the text; no words are a yes without remarks.

    They may answer again: the newest answer counts, and the others are kept. Sent twice is once.
    """
    showing = _reread(showing)
    if not showing.is_open:
        raise LinkIsClosed
    newest = showing.remarks.last()
    if newest and (newest.name, newest.words) == (name, words):
        return newest
    if showing.remarks.count() >= MOST_REMARKS:
        raise RuleBroken(_("There are very many remarks already. Please write to the editors."))
    remark = Remark.objects.create(showing=showing, name=name, words=words)
    checklist.heed(remark)
    letters.remarked(remark)
    return remark


def forget(user: User) -> None:
    """Of somebody who leaves: to whom they have shown their texts. What was said of these stays."""
    theirs = Showing.objects.filter(made_by=user)
    theirs.open().update(revoked=timezone.now())
    theirs.update(name=_("Anonymised"))


def _ask_to_tie(purpose, by):
    if not permissions.is_editor(by):
        raise RuleBroken(_("The checklist is the editors’."))
    if purpose != Purpose.COLLEAGUE:
        raise RuleBroken(_("A link for reading only ticks nothing."))


def _lock(article):
    return Article.objects.select_for_update(no_key=True).get(pk=article.pk)


def _reread(showing):
    _lock(showing.article)
    return Showing.objects.select_related("item", "made_by", "revision__article__leg").get(
        pk=showing.pk
    )
