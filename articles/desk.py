"""Writing: whose text it is, saving without losing anybody's words, going back."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles import permissions, revisions, workflow
from articles.models import Access, Article, Byline, Draft, Reason, Revision, Status
from relays import baton
from relays.errors import RuleBroken
from relays.models import Leg, LegState, Relay, User
from relays.richtext import clean_html

WORDLESS = {"alt": "", "is_decorative": False, "caption": ""}  # as a picture goes
PASSED_ON = frozenset({Status.APPROVED, Status.SCHEDULED})


class Conflict(RuleBroken):
    """Somebody else has saved since this text was opened. `theirs` is the draft as it is now."""

    def __init__(self, theirs: Draft):
        super().__init__(_("This text has been saved elsewhere since you opened it."))
        self.theirs = theirs


class TextIsPassedOn(RuleBroken):
    """The text is approved or scheduled: changing it takes that back, so ask the person."""

    def __init__(self):
        super().__init__(_("This text is approved. Say that you want to change it all the same."))


@transaction.atomic
def article_for(leg: Leg) -> Article:
    """The article of a leg, with its draft and byline, made when first asked for."""
    # The relay is the lock: a leg abandoned meanwhile gets no article any more.
    Relay.objects.select_for_update(no_key=True).get(pk=leg.relay_id)
    leg = Leg.objects.select_related("relay", "contributor").get(pk=leg.pk)
    article = Article.objects.filter(leg=leg).first()
    if article:
        return article
    if not leg.is_running or not leg.contributor:
        raise RuleBroken(
            _("This leg is %(state)s by now.") % {"state": leg.get_state_display().lower()}
        )
    relay = leg.relay
    article = Article.objects.create(
        leg=leg,
        relay=relay,
        theme_id=relay.theme_id,
        language=relay.language,
        access=_access_of_the_newest(relay),
    )
    Draft.objects.create(article=article)
    Byline.objects.create(article=article, contributor=leg.contributor)
    return article


def _access_of_the_newest(relay):
    """A relay that is for members goes on being for members."""
    standing = relay.articles.filter(leg__number__isnull=False).order_by("-leg__number")
    return standing.values_list("access", flat=True).first() or Access.OPEN


@transaction.atomic
def save_draft(
    article: Article,
    content: dict,
    *,
    by: User | None,
    version: int,
    change_approved: bool = False,
    by_itself: bool = False,
) -> Draft:
    """Save the working copy that was opened as `version`.

    Raises Conflict with the other text where somebody saved in between, and TextIsPassedOn
    where the text is approved and `change_approved` does not say that it is meant. What a page
    saves by itself changes the working copy and nothing else: no approval ends that way.
    """
    article = Article.objects.select_for_update(no_key=True).get(pk=article.pk)
    draft = Draft.objects.get(article=article)
    content = _cleaned(draft, content)
    ask_before_saving(article, content, by=by, version=version, change_approved=change_approved)
    if content == draft.content:
        return draft
    if by_itself and not workflow.stays_where_it_is(article):
        raise RuleBroken(_("The text is approved or published by now. Save it yourself."))
    _write(draft, content, by=by)
    workflow.reopen_text(article, by=by)
    return draft


def ask_before_saving(
    article: Article, content: dict, *, by: User | None, version: int, change_approved: bool
) -> None:
    """Raises what `save_draft` would. The article is locked by whoever calls."""
    draft = Draft.objects.get(article=article)
    if _cleaned(draft, content) == draft.content:
        return  # an answer that got lost is asked for again: it has been saved, and that is that
    if by is not None and not permissions.may_write(by, article):
        raise RuleBroken(_("The text is with the editors. Take it back to go on writing."))
    if version != draft.version:
        raise Conflict(draft)
    if article.status in PASSED_ON and not change_approved:
        raise TextIsPassedOn


@transaction.atomic
def replace_text(
    article: Article,
    text: dict,
    *,
    by: User,
    version: int,
    change_approved: bool = False,
) -> Revision | None:
    """Take a text that was written elsewhere as the draft that was opened as `version`.

    A title or standfirst that is there already stays. Raises what `save_draft` would. What the
    draft said before is kept as a revision, which is returned: None where it was empty.
    """
    article = Article.objects.select_for_update(no_key=True).get(pk=article.pk)
    draft = Draft.objects.get(article=article)
    content = text | {name: draft.content[name] or text[name] for name in ("title", "standfirst")}
    ask_before_saving(article, content, by=by, version=version, change_approved=change_approved)
    kept = revisions.freeze(article, Reason.NAMED, by=by) if draft.body else None
    save_draft(article, content, by=by, version=version, change_approved=change_approved)
    return kept


def _cleaned(draft, content):
    content = draft.content | content
    if draft.picture_id and content["picture"] is None:
        content |= WORDLESS  # those that are typed before a picture comes wait for it
    return content | {"body": clean_html(content["body"])}


@transaction.atomic
def name_revision(article: Article, *, by: User) -> Revision:
    """The text as it is now, as a revision: something to come back to."""
    article = Article.objects.select_for_update(no_key=True).get(pk=article.pk)
    if not permissions.may_write(by, article):
        raise RuleBroken(_("The text is with the editors. Take it back to go on writing."))
    if not any(Draft.objects.get(article=article).content.values()):
        raise RuleBroken(_("There is no text yet."))
    return revisions.freeze(article, Reason.NAMED, by=by)


@transaction.atomic
def keep_theirs(article: Article) -> Revision:
    """The text as it is now, before somebody who has seen both saves another one over it."""
    article = Article.objects.select_for_update(no_key=True).get(pk=article.pk)
    return revisions.freeze(article, Reason.NAMED, by=Draft.objects.get(article=article).saved_by)


@transaction.atomic
def restore(
    article: Article, revision: Revision, *, by: User, change_approved: bool = False
) -> Revision:
    """Go on from an older text. What the draft says now is kept as a revision of its own.

    Raises TextIsPassedOn as `save_draft` does.
    """
    article = Article.objects.select_for_update(no_key=True).get(pk=article.pk)
    if not permissions.may_write(by, article):
        raise RuleBroken(_("The text is with the editors. Take it back to go on writing."))
    revision = article.revisions.get(pk=revision.pk)
    draft = Draft.objects.get(article=article)
    if draft.content == revision.content:
        raise RuleBroken(_("That is the text you have."))
    if article.status in PASSED_ON and not change_approved:
        raise TextIsPassedOn
    revisions.freeze(article, Reason.NAMED, by=by)
    _write(draft, revision.content, by=by)
    workflow.reopen_text(article, by=by)
    return revisions.freeze(article, Reason.RESTORED, by=by)


@transaction.atomic
def stand_in(leg: Leg, *, by: User | None, **words) -> Leg:
    """A colleague takes the leg over, and the byline with it. `words`: see `baton.stand_in`."""
    # The article first: that is the order of the locks.
    article = Article.objects.select_for_update(no_key=True).filter(leg=leg).first()
    before = Leg.objects.get(pk=leg.pk).contributor_id
    leg = baton.stand_in(leg, by=by, **words)
    if article:
        article.bylines.filter(contributor=leg.contributor).delete()  # of a second writer
        article.bylines.filter(contributor=before).update(contributor=leg.contributor)
        workflow.record_move(article, "stand_in", by=by)
    return leg


@transaction.atomic
def make_news(article: Article, *, by: User) -> Article:
    """An article whose leg was given up goes on as a news article."""
    article = _homeless(article)
    article.leg = article.relay = None
    article.save(update_fields=["leg", "relay"])
    workflow.record_move(article, "make_news", by=by)
    return article


@transaction.atomic
def move_to_leg(article: Article, leg: Leg, *, by: User) -> Article:
    """An article whose leg was given up is written on for another, running leg."""
    article = _homeless(article)
    Relay.objects.select_for_update(no_key=True).get(pk=leg.relay_id)
    leg = Leg.objects.select_related("relay").get(pk=leg.pk)
    if not leg.is_running or Article.objects.filter(leg=leg).exists():
        raise RuleBroken(_("That leg has a text of its own, or does not run any more."))
    article.leg, article.relay = leg, leg.relay
    article.save(update_fields=["leg", "relay"])
    Byline.objects.get_or_create(article=article, contributor=leg.contributor)
    if article.status not in permissions.WITH_THE_WRITER:
        baton.hand_in(leg)  # nobody is reminded of a text that the editors have
    workflow.record_move(article, "change_leg", by=by)
    return article


def _homeless(article):
    article = Article.objects.select_for_update(no_key=True).get(pk=article.pk)
    if article.leg is None or article.leg.state != LegState.ABANDONED:
        raise RuleBroken(_("Only an article whose leg was given up can be moved."))
    return article


def _write(draft, content, *, by):
    for field, value in content.items():
        setattr(draft, field, value)
    draft.version, draft.saved_by, draft.saved_at = draft.version + 1, by, timezone.now()
    draft.save()
