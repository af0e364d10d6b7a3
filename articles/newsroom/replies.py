"""The queue of readers' comments: the oldest first, one decision after the other, by mouse or keys."""

from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Min, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from articles import replies
from articles.models import Article, Reply, ReplyState
from articles.newsroom.rights import EditorsLook
from relays.errors import RuleBroken
from relays.models import User
from relays.permissions import is_editor

ROWS_ON_A_PAGE = 30
LARGEST_KEY = 2**63 - 1

# Whole sentences, as the sender reads them.
REASONS = {
    "person": _("We are not showing your comment because it is about a person, not the issue."),
    "topic": _(
        "We are not showing your comment because it is about something else than this post."
    ),
    "facts": _(
        "We are not showing your comment because it says something about others that we can't check."
    ),
}
SAID = {
    "approve": _("Approved. Readers see it now, and the sender is told."),
    "decline": _("Declined. The sender is told why."),
    "spam": _("Spam. Nobody is told."),
}


class QueueForm(forms.Form):
    """Which comments: those that wait, unless the address says otherwise."""

    state = forms.ChoiceField(choices=ReplyState, required=False)
    article = forms.ModelChoiceField(
        Article.objects.select_related("draft"), required=False, widget=forms.HiddenInput
    )
    after = forms.IntegerField(min_value=1, max_value=LARGEST_KEY, required=False)

    @property
    def said(self):
        """What the address says beside its path, without the page."""
        state, article = self.cleaned_data["state"], self.cleaned_data["article"]
        return {"state": state or None, "article": article and article.pk}


class DecisionForm(forms.Form):
    verb = forms.ChoiceField(choices=[(verb, verb) for verb in replies.VERBS])
    seen = forms.ChoiceField(choices=ReplyState)
    reason = forms.ChoiceField(choices=list(REASONS.items()), required=False)
    words = forms.CharField(max_length=2_000, required=False)

    def reason_in(self, language):
        """The sentence that was chosen, in the language of the letter, and what was added to it."""
        with translation.override(language):
            chosen = str(REASONS.get(self.cleaned_data["reason"], ""))
        return "\n\n".join(part for part in (chosen, self.cleaned_data["words"].strip()) if part)


@admin.register(Reply)
class ReplyAdmin(EditorsLook, admin.ModelAdmin):
    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("", require_safe(view(self.queue)), name="articles_reply_changelist"),
            path(
                "<int:pk>/decision/", require_POST(view(self.decide)), name="articles_reply_decide"
            ),
        ]

    def has_change_permission(self, request, obj=None):
        return is_editor(request.user)

    def queue(self, request):
        form = self._asked(request)
        rows, more = self._page(form)
        said = form.said
        context = {
            **self.admin_site.each_context(request),
            "title": _("Comments"),
            "opts": self.opts,
            "rows": rows,
            "article": form.cleaned_data["article"],
            "state": form.cleaned_data["state"] or ReplyState.WAITING,
            "tabs": self._tabs(said),
            "here": _query(said),
            "more": _query(said | {"after": rows[-1].pk}) if more else "",
            "is_first": not form.cleaned_data["after"],
            "reasons": REASONS.items(),
        }
        return render(request, "admin/articles/reply/queue.html", context)

    def _asked(self, request):
        if not is_editor(request.user):
            raise PermissionDenied
        form = QueueForm(request.GET)
        if not form.is_valid():
            raise Http404
        return form

    def _page(self, form):
        cleaned = form.cleaned_data
        rows = _rows(cleaned["state"], cleaned["article"])
        if after := cleaned["after"]:
            rows = (
                rows.filter(pk__gt=after)
                if _is_queue(cleaned["state"])
                else rows.filter(pk__lt=after)
            )
        found = list(rows.select_related(*READ)[: ROWS_ON_A_PAGE + 1])
        return found[:ROWS_ON_A_PAGE], len(found) > ROWS_ON_A_PAGE

    def _tabs(self, said):
        """Each state, how many there are of it, and its address."""
        counted = Reply.objects.order_by().values_list("state").annotate(Count("pk"))
        if said["article"]:
            counted = counted.filter(article=said["article"])
        numbers = dict(counted)
        return [
            (state, label, numbers.get(state, 0), _query(said | {"state": state}))
            for state, label in TABS
        ]

    def decide(self, request, pk):
        listing = self._asked(request)
        reply = get_object_or_404(Reply.objects.select_related("article__relay"), pk=pk)
        form = DecisionForm(request.POST)
        if not form.is_valid():
            raise Http404  # no page of ours sends that
        relay, cleaned = reply.article.relay, form.cleaned_data
        try:
            replies.decide(
                reply,
                cleaned["verb"],
                by=request.user,
                seen=cleaned["seen"],
                reason=form.reason_in(relay.language if relay else settings.LANGUAGE_CODE),
            )
        except replies.Faster as faster:
            messages.warning(request, str(faster))
            beside = _next_to(reply, listing)
        except RuleBroken as broken:
            messages.error(request, str(broken))
            beside = reply
        else:
            messages.success(request, SAID[cleaned["verb"]])
            beside = _next_to(reply, listing)
        place = f"#{beside.anchor}" if beside else ""
        address = reverse("admin:articles_reply_changelist")
        return redirect(f"{address}{_query(listing.said)}{place}")


TABS = [
    (ReplyState.WAITING, pgettext_lazy("comments", "Waiting")),
    (ReplyState.APPROVED, pgettext_lazy("comments", "Approved")),
    (ReplyState.DECLINED, pgettext_lazy("comments", "Declined")),
    (ReplyState.SPAM, pgettext_lazy("comments", "Spam")),
]
READ = (
    *("article__live", "article__draft", "article__relay"),
    *("user", "decided_by", "answers"),
)
TEXTS = [
    f"article__{kind}__{text}" for kind in ("live", "draft") for text in ("body", "standfirst")
]


def _rows(state, article):
    rows = Reply.objects.filter(state=state or ReplyState.WAITING)
    if article:
        rows = rows.filter(article=article)
    rows = rows.defer(*TEXTS)
    return rows.oldest_first() if _is_queue(state) else rows.order_by("-pk")


def _is_queue(state):
    return state in ("", ReplyState.WAITING)


def _next_to(reply, listing):
    """What is read after this one: what stands below it, else what is first."""
    rows = _rows(listing.cleaned_data["state"], listing.cleaned_data["article"])
    below = (
        rows.filter(pk__gt=reply.pk)
        if _is_queue(listing.cleaned_data["state"])
        else rows.filter(pk__lt=reply.pk)
    )
    return below.first() or rows.first()


def _query(said):
    kept = {name: value for name, value in said.items() if value}
    return f"?{urlencode(kept)}" if kept else ""


def waiting() -> dict:
    """How many wait, and since when: for the overview."""
    return Reply.objects.waiting().aggregate(count=Count("pk"), since=Min("sent"))


def waiting_for(user: User) -> int:
    """How many wait on what this editor is in charge of: they are promised an answer."""
    theirs = Q(article__relay__editors=user) | Q(article__responsible_editor=user)
    return Reply.objects.waiting().filter(theirs).distinct().count()
