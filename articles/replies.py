"""Readers' comments: sent, read by an editor, and only then seen by all.

Nothing else writes `Reply`. Whoever sends locks their own row first and that of their network
second, so that what both have sent is counted right however many press at once; whoever decides
locks the article, what the comment answers, and the comment.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from articles import access, letters, permissions, workflow
from articles.models import (
    Article,
    Network,
    Replies,
    Reply,
    ReplyMove,
    ReplyState,
    Voice,
)
from articles.models.reply import HOLDS_ANSWERS
from articles.network import network_of
from relays.errors import RuleBroken
from relays.models import Handoff, HandoffState, User
from relays.permissions import is_editor

WAITING, APPROVED = ReplyState.WAITING, ReplyState.APPROVED
DECLINED, SPAM, ERASED = ReplyState.DECLINED, ReplyState.SPAM, ReplyState.ERASED

LONGEST = 3_000
LONGEST_NAME = 80
MOST_LINKS = 2
MOST_ANSWERS = 50  # to one comment
NETWORK_KEPT = timedelta(days=30)

# So many in such a time. An office is one network, a person is one anywhere.
FROM_A_PERSON = ((5, timedelta(minutes=10)), (20, timedelta(days=1)))
FROM_A_NETWORK = ((5, timedelta(minutes=1)), (200, timedelta(days=1)))

NOTHING_TO_ANSWER = _("The comment that you answer is not there any more.")

# What an editor does with a comment: where it stands before, where afterwards. To decline what is
# approved is to take it down.
VERBS: dict[str, tuple[frozenset[ReplyState], ReplyState]] = {
    "approve": (frozenset({WAITING, DECLINED, SPAM}), APPROVED),
    "decline": (frozenset({WAITING, APPROVED}), DECLINED),
    "spam": (frozenset({WAITING, APPROVED, DECLINED}), SPAM),
}

# Also where letters stand in front: the page makes a link of `http://` wherever it is.
LINK = re.compile(r"https?://|\bwww\.", re.I)
# What turns the line round, or hides in it.
_UNSEEN = re.compile(r"[\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
_PILES = re.compile(
    r"([\u0300-\u036f\u1ab0-\u1aff\u20d0-\u20ff]{3})[\u0300-\u036f\u1ab0-\u1aff\u20d0-\u20ff]+"
)


class Faster(RuleBroken):
    """Somebody else has decided it between the look at the queue and the press."""


# Words -----------------------------------------------------------------------------------------


def plain(words: str) -> str:
    """What was typed, as plain paragraphs: no sign that nobody sees, no long row of blank lines."""
    words = unicodedata.normalize("NFC", words).replace("\r\n", "\n").replace("\r", "\n")
    words = words.encode("utf-8", "ignore").decode()
    kept = "".join(sign for sign in words if sign == "\n" or unicodedata.category(sign) != "Cc")
    lines = (line.rstrip() for line in _UNSEEN.sub("", kept).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", _PILES.sub(r"\1", "\n".join(lines))).strip()


def what_is_wrong_with(words: str) -> Promise | str:
    """With words that are plain; "" where nothing is."""
    if not any(sign.isalnum() for sign in words):
        return _("Write your comment.")
    if len(words) > LONGEST:
        return _("A comment has at most %(limit)s characters. Yours has %(length)s.") % {
            "limit": LONGEST,
            "length": len(words),
        }
    if len(LINK.findall(words)) > MOST_LINKS:
        return _("A comment may have two links at most.")
    return ""


def what_is_wrong_with_name(name: str) -> Promise | str:
    if not any(sign.isalpha() for sign in name):
        return _("Write the name that readers are to see.")
    if len(name) > LONGEST_NAME:
        return _("A name has at most %(limit)s characters.") % {"limit": LONGEST_NAME}
    if "@" in name or LINK.search(name):
        return _("Write a name, and no address. Everybody sees it.")
    return ""


# Sending ---------------------------------------------------------------------------------------


@transaction.atomic
def send(
    article: Article,
    *,
    by: User,
    name: str,
    words: str,
    answers: Reply | None = None,
    network: str = "",
) -> Reply:
    """Put a comment into the editors' queue. The same words sent twice are one comment.

    `network` is the address that it comes from. The article is read, not locked: one that closes
    in this very moment still takes it.
    """
    by = User.objects.select_for_update(no_key=True).get(pk=by.pk)
    found = Article.objects.public().with_text().filter(pk=article.pk).first()
    if found is None:
        raise RuleBroken(_("This post is not there any more."))
    article, name, words = found, plain(name).replace("\n", " "), plain(words)
    answers = _thread_of(article, answers)
    if sentence := _why_not(by, article) or what_is_wrong_with(words):
        raise RuleBroken(sentence)
    if sentence := what_is_wrong_with_name(name):
        raise RuleBroken(sentence)
    same = Reply.objects.filter(article=article, answers=answers, user=by, words=words)
    if reply := same.exclude(state=SPAM).first():
        return reply
    now = timezone.now()
    _ask_for_a_pause(Reply.objects.filter(user=by), FROM_A_PERSON, now)
    reply = Reply.objects.create(
        article=article,
        answers=answers,
        user=by,
        voice=voice_of(by, article),
        name=name,
        words=words,
        sent=now,
        network=_locked(network, now),
    )
    _record(reply, "send", by=by)
    return reply


def _why_not(user, article):
    if not user.is_active:
        return _("Log in first.")
    if not article.takes_replies:
        return _("This post is closed for new comments.")
    if not access.visible_part(article, user).complete:
        return _("Comments are written by those who can read the whole post.")
    return ""


def voice_of(user: User, article: Article) -> str:
    """The part in which somebody speaks here: nobody with a part passes for a mere reader."""
    if article.bylines.filter(contributor__user=user).exists():
        return Voice.WRITER
    if is_editor(user):
        return Voice.EDITOR
    said_yes = [HandoffState.ACCEPTED, HandoffState.TAKEN]
    runs = Handoff.objects.filter(relay=article.relay_id, receiver__user=user, state__in=said_yes)
    return Voice.RUNNER if article.relay_id and runs.exists() else Voice.READER


def _thread_of(article, answers):
    """One level: an answer to an answer stands beside it."""
    if answers is None:
        return None
    first = answers.answers_id or answers.pk
    thread = Reply.objects.approved().filter(pk=first, article=article, answers=None).first()
    if thread is None:
        raise RuleBroken(NOTHING_TO_ANSWER)
    if thread.replied.count() >= MOST_ANSWERS:
        raise RuleBroken(_("This comment has very many answers. Begin a new one instead."))
    return thread


def _locked(address, now):
    """The network's row, ours alone until the end, with room for one comment more."""
    if not address:
        return None
    network, _created = Network.objects.update_or_create(
        address=network_of(address), defaults={"seen": now}
    )
    _ask_for_a_pause(network.replies, FROM_A_NETWORK, now)
    return network


def _ask_for_a_pause(sent, limits: Sequence[tuple[int, timedelta]], now):
    for most, time in limits:
        if sent.filter(sent__gt=now - time).count() >= most:
            raise RuleBroken(
                _(
                    "That is many comments in a short time. Your text is here still: try again later."
                )
            )


# Deciding --------------------------------------------------------------------------------------


@transaction.atomic
def decide(reply: Reply, verb: str, *, by: User, seen: str, reason: str = "") -> Reply:
    """What an editor does with a comment. `seen` is how it stood on their screen.

    Of two editors at once the first is heard. The sender is told, but not of spam; what was to be
    told of an earlier decision and is not out yet stays unsent.
    """
    sources, target = VERBS[verb]
    reply = _reread(reply)
    if not permissions.is_editor(by):
        raise RuleBroken(_("Only an editor can do that."))
    reason = plain(reason)
    if (reply.state, reply.decided_by, reply.reason) == (target, by, reason) and seen != target:
        return reply  # their own second press
    if reply.state != seen or reply.state not in sources:
        raise Faster(_already(reply))
    if verb == "decline" and not reason:
        raise RuleBroken(_("Say why, in a kind sentence."))
    if sentence := _why_not_yet(reply, verb):
        raise RuleBroken(sentence)
    was_shown = reply.state == APPROVED
    reply.state, reply.decided, reply.decided_by = target, timezone.now(), by
    reply.reason = reason if verb == "decline" else ""
    reply.letter = letters.reply_decided(reply, was_shown=was_shown)
    reply.save(update_fields=["state", "decided", "decided_by", "reason", "letter"])
    _record(reply, verb, by=by)
    if target == APPROVED:
        letters.replies_to_answer(reply)
    elif was_shown:
        letters.no_longer_shown(reply.replied.all())
        _nothing_to_answer(reply.article)
    return reply


def _why_not_yet(reply, verb):
    """The sender is told what is true: that readers see it, or of which post it is not shown."""
    article, thread = reply.article, reply.answers
    if article.live is None and verb != "spam":
        return _("The post is not out any more. Its comments wait until it is.")
    if verb != "approve":
        return ""
    if not article.shows_replies:
        return _("Readers see no comments on this post, so they would not see this one.")
    if thread and thread.state not in HOLDS_ANSWERS:
        return _("The comment that it answers is not shown. Approve that one first.")
    return ""


def _already(reply):
    if reply.state == WAITING:
        return _("This comment waits again by now. Look at it once more.")
    who = reply.decided_by or reply.name
    return _("%(name)s was faster: this comment is “%(state)s” by now.") % {
        "name": who,
        "state": reply.get_state_display().lower(),
    }


def _nothing_to_answer(article):
    if not Reply.objects.shown().filter(article=article).exists():
        letters.nothing_to_answer(article)


@transaction.atomic
def set_replies(article: Article, replies: str, *, by: User | None) -> Article:
    """Open an article for comments, close it, or show none."""
    article = Article.objects.select_for_update(no_key=True).get(pk=article.pk)
    if article.replies != replies:
        article.replies = replies
        article.save(update_fields=["replies"])
        if replies == Replies.HIDDEN:
            letters.no_longer_shown(Reply.objects.filter(article=article))
        if replies != Replies.OPEN:
            letters.nothing_to_answer(article)
        workflow.record_move(article, STEPS[Replies(replies)], by=by)
    return article


STEPS = {
    Replies.OPEN: "replies_open",
    Replies.CLOSED: "replies_close",
    Replies.HIDDEN: "replies_hide",
}


# Taking back -----------------------------------------------------------------------------------


@transaction.atomic
def erase(reply: Reply, *, by: User | None) -> None:
    """The sender takes it back, words, name and all. A row stays, for the answers to stand under."""
    reply = _reread(reply)
    if reply.state == ERASED:
        return
    if by is not None and reply.user_id != by.pk:
        raise RuleBroken(_("Only its sender can do that."))
    was_shown = reply.state == APPROVED
    letters.take_back(reply.letter)
    reply.state, reply.decided, reply.decided_by = ERASED, timezone.now(), None
    reply.name = reply.words = reply.reason = reply.voice = ""
    reply.user = reply.network = reply.letter = None
    reply.save()
    reply.moves.filter(verb="send").update(by=None)
    _record(reply, "erase", by=None)
    if was_shown:
        _nothing_to_answer(reply.article)


@transaction.atomic
def erase_all_of(user: User) -> int:
    """Of somebody who leaves for good. Returns how many."""
    # In the order in which everybody else locks the articles.
    theirs = list(Reply.objects.filter(user=user).order_by("article", "pk"))
    for reply in theirs:
        erase(reply, by=None)
    return len(theirs)


def told_of(user: User) -> list[dict]:
    """What somebody has written here, for the file of all that we have of them."""
    theirs = Reply.objects.filter(user=user).select_related("article__live", "network")
    return [
        {
            "article": reply.article.live and reply.article.live.plain_title,
            "sent": reply.sent.isoformat(),
            "name": reply.name,
            "words": reply.words,
            "state": reply.state,
            "reason": reply.reason,
            "network": reply.network and reply.network.address,
        }
        for reply in theirs.order_by("pk")
    ]


def forget_networks(now: datetime | None = None) -> int:
    """Where a comment came from is nobody's business after thirty days. The clock's part."""
    old = (now or timezone.now()) - NETWORK_KEPT
    forgotten = Reply.objects.filter(sent__lt=old).exclude(network=None).update(network=None)
    Network.objects.filter(seen__lt=old).delete()
    return forgotten


def of(user: User) -> QuerySet[Reply]:
    """What somebody has sent, the newest first, for their own eyes."""
    theirs = Reply.objects.filter(user=user).select_related("article__live", "answers")
    return theirs.defer("article__live__body").order_by("-pk")


def _reread(reply):
    # First the lock, then the look: while a query waits for a lock, the rows that it joins stay
    # as they were when it began, and the letter of a decision just made would be missing. The
    # article, what it answers, then itself: a letter says where it stands, so none of them moves.
    Article.objects.select_for_update(no_key=True).get(pk=reply.article_id)
    rows = Reply.objects.filter(pk__in=[reply.answers_id or reply.pk, reply.pk])
    list(rows.select_for_update(no_key=True).order_by("pk"))
    return Reply.objects.select_related(
        *("article__live", "article__relay", "article__leg__handoff"),
        *("answers", "user", "letter", "decided_by"),
    ).get(pk=reply.pk)


def _record(reply, verb, *, by):
    ReplyMove.objects.create(reply=reply, verb=verb, by=by)
