"""What readers say, for those who may answer by right: the writer to their own post, and whoever
runs next to the post that they take over from."""

from typing import NamedTuple

from django.contrib import messages
from django.db.models import Q
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from articles import network
from articles import replies as verbs
from articles.models import Article, Replies, Reply
from articles.portal.forms import ReplyForm
from articles.portal.page import portal_page
from articles.publication.replies import Thread, newest_threads
from relays.errors import RuleBroken
from relays.links import turn_of
from relays.models import HandoffState

THREADS_SHOWN = 50


class Conversation(NamedTuple):
    """An article that somebody may answer below, and how many comments stand there."""

    article: Article
    is_own: bool

    @property
    def number(self):
        return self.article.reply_count  # type: ignore[attr-defined]


def conversations(handoff) -> list[Conversation]:
    """The post of this turn and the one before it, where readers have commented on them."""
    if handoff.state not in (HandoffState.ACCEPTED, HandoffState.TAKEN):
        return []
    legs = Q(leg__handoff=handoff) | Q(leg=handoff.giver_id, leg__isnull=False)
    found = Article.objects.public().exclude(replies=Replies.HIDDEN).filter(legs).for_page()
    return [
        Conversation(article, is_own=article.leg_id != handoff.giver_id)
        for article in found.order_by("-pk")
        if article.reply_count
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page
def replies(request, handoff_id):
    """What readers have said, and a POST that answers one of them."""
    handoff = turn_of(request, handoff_id)
    found = conversations(handoff)
    if not found:
        raise Http404
    if request.method != "POST":
        return _show(request, handoff, found)
    form = ReplyForm(request.POST)
    answers = _answered(form, found)
    if not form.is_valid():
        return _show(request, handoff, found, form, status=422)
    try:
        verbs.send(
            answers.article,
            by=handoff.receiver.user,
            name=handoff.receiver.name,
            words=form.cleaned_data["words"],
            answers=answers,
            network=network.address_of(request),
        )
    except RuleBroken as broken:
        form.add_error(None, str(broken))
        return _show(request, handoff, found, form, status=409)
    messages.success(
        request, _("Thank you. Your comment is shown as soon as an editor has read it.")
    )
    return redirect("portal:replies", handoff_id)


def _answered(form, found) -> Reply:
    """The comment that the form answers, below one of these articles and no other."""
    form.is_valid()
    articles = {conversation.article.pk: conversation.article for conversation in found}
    shown = Reply.objects.shown().filter(article__in=articles)
    reply = shown.filter(pk=form.cleaned_data.get("answers")).first()
    if reply is None:
        raise Http404
    reply.article = articles[reply.article_id]
    return reply


class Below(NamedTuple):
    article: Article
    is_own: bool
    threads: list[tuple[Thread, ReplyForm | None]]  # with the form that answers it


def _show(request, handoff, found, sent=None, *, status=200):
    answered = sent and sent.cleaned_data.get("answers")

    def form_for(thread):
        first = thread.reply.pk
        among = [first, *(answer.pk for answer in thread.answers)]
        if sent and answered in among:
            return sent
        return ReplyForm(initial={"answers": first}, auto_id=f"answer_{first}_%s")

    below = [
        Below(
            article,
            is_own,
            [
                (
                    thread,
                    form_for(thread) if article.takes_replies and not thread.is_erased else None,
                )
                for thread in newest_threads(article, THREADS_SHOWN)
            ],
        )
        for article, is_own in found
    ]
    theirs = verbs.of(handoff.receiver.user).waiting()
    context = {
        "handoff": handoff,
        "relay": handoff.relay,
        "editor": handoff.relay.editors.filter(is_active=True).order_by("pk").first(),
        "below": below,
        "waiting": theirs.filter(article__in=[article for article, _is_own in found]),
    }
    return render(request, "portal/replies.html", context, status=status)
