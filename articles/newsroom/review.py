"""The review: the text to read, notes at its paragraphs, the talk, what comes next, the steps.

One form for the whole page, so that no press on one button loses what was typed beside another.
"""

from datetime import time
from itertools import count
from operator import itemgetter
from typing import Any, NamedTuple

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from articles import access, diff, letters, notes, permissions, revisions, workflow
from articles.blocks import Block, blocks, join
from articles.models import Access, Article, ArticleMove, Note, Status
from articles.newsroom import comparing, showings
from articles.newsroom.forms import MomentField
from articles.newsroom.moves import day_field, words_field
from articles.templatetags.article_words import move_name
from relays import baton, workdays
from relays.errors import RuleBroken
from relays.models import Handoff, HandoffState
from relays.richtext import clean_html

DAYS_TO_GO_ON = 5  # working days that a text which is sent back has, at least
MORNING = time(6)


class Said(NamedTuple):
    """One thing said in the talk: with a step, or in a note. `mark` is the note's number beside
    its paragraph, where it quotes one."""

    move: ArticleMove | None = None
    note: Note | None = None
    mark: int | None = None


class Paragraph(NamedTuple):
    """One block of the text, with what was written to it and the field for more."""

    html: str
    notes: list[Said]
    field: forms.BoundField


class SeenForm(forms.Form):
    """The text that was on the screen: where the notes were typed, should it have changed since."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)


class ReviewForm(SeenForm):
    message = words_field(_("Message"))
    due = day_field(_("New date for the text"))
    when = MomentField(label=_("Publication at"))
    access = forms.ChoiceField(
        label=_("Access"), choices=Access, required=False, show_hidden_initial=True
    )
    correction = words_field(
        _("Correction"),
        help_text=_("What readers are told, with today's date. Empty: a typo, nobody is told."),
    )

    def __init__(self, *args, article: Article, text: list[Block], nominees: list[Handoff], **kw):
        super().__init__(*args, **kw)
        self.text, self.nominees = text, nominees
        for place in range(len(text)):
            self.fields[f"note_{place}"] = words_field(
                _("Note to paragraph %(number)s") % {"number": place + 1}
            )
        for handoff in nominees:
            self.fields[f"ask_{handoff.pk}"] = forms.BooleanField(
                label=_("Ask %(name)s when the post is published") % {"name": handoff.receiver},
                initial=handoff.offer_at_publication,
                required=False,
                show_hidden_initial=True,  # what another editor ticks meanwhile stays ticked
            )
        if article.live_id is None:
            del self.fields["correction"]

    @property
    def typed_notes(self):
        """(paragraph, words) of each note that was typed."""
        for place in range(len(self.text)):
            words = self[f"note_{place}"].value()
            if words and words.strip():
                yield place, words

    @property
    def changed_ticks(self):
        for handoff in self.nominees:
            name = f"ask_{handoff.pk}"
            ticked = self.cleaned_data[name]
            if name in self.changed_data and ticked != handoff.offer_at_publication:
                yield handoff

    @property
    def ticks(self):
        return [self[f"ask_{handoff.pk}"] for handoff in self.nominees]


class ReviewPages:
    """The review's addresses, for the admin of articles."""

    admin_site: Any
    opts: Any

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("<int:article_id>/review/", view(self.review), name="articles_article_review"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def review(self, request, article_id):
        if not permissions.is_editor(request.user):
            raise PermissionDenied
        article = get_object_or_404(Article.objects.for_steps(), pk=article_id)
        seen = _body_seen(request, article)
        form = ReviewForm(
            request.POST if request.method == "POST" else None,
            article=article,
            text=blocks(seen),
            nominees=_nominees(article),
            initial=_proposals(article),
        )
        status = 200
        if request.method == "POST" and form.is_valid():
            try:
                with transaction.atomic():
                    said = _do(
                        article, form, by=request.user, step=_step(request), drop=_drop(request)
                    )
                    if showings.TickForm(request.POST).press(article, by=request.user):
                        said = _("Noted.")
            except RuleBroken as broken:
                form.add_error(None, str(broken))
                status = 409
            else:
                messages.success(request, said)
                return redirect("admin:articles_article_review", article_id)
        elif request.method == "POST":
            status = 422
        else:
            comparing.remember_look(article, request.user)
        if status != 200 and form["version"].value() != str(article.draft.version):
            form = _carried_over(form, article, seen)
        context = {
            **self.admin_site.each_context(request),
            **_surroundings(article, form, request.user),
            "title": _("Review"),
            "subtitle": str(article),
            "opts": self.opts,
        }
        return render(request, "admin/articles/article/review.html", context, status=status)


def _body_seen(request, article):
    """What stood on the screen of whoever sends the form; else what is shown now."""
    sent = SeenForm(request.POST)
    if sent.is_valid() and sent.cleaned_data["version"] != article.draft.version:
        return clean_html(sent.cleaned_data["seen"]) or article.draft.body
    return article.draft.body


def _carried_over(form, article, seen):
    """The refused form on the text that is newer: each note at its paragraph there, or, where
    that is gone, in the message. Whoever presses again has both before them."""
    comparison = diff.compare(seen, article.draft.body)
    typed = form.data.copy()
    for place in range(len(comparison.old)):
        typed[f"note_{place}"] = ""
    typed["version"], typed["seen"] = article.draft.version, article.draft.body
    for place, words in form.typed_notes:
        quote = comparison.old[place].text
        found = comparison.find(place, quoted=quote)
        name = "message" if found is None else f"note_{found}"
        if found is None:
            quote = Truncator(quote).chars(80)
            words = _("“%(quote)s”: %(words)s") % {"quote": quote, "words": words}
        typed[name] = "\n\n".join(filter(None, (typed.get(name, ""), words)))
    carried = ReviewForm(typed, article=article, text=comparison.new, nominees=form.nominees)
    sentences = [*form.non_field_errors(), str(revisions.NewerText())]
    for sentence in dict.fromkeys(sentences):
        carried.add_error(None, sentence)
    return carried


def _step(request):
    name = request.POST.get("step", "")
    return name if name in workflow.STEPS else None


def _drop(request):
    """The note that is taken back with this press, if any."""
    wanted = request.POST.get("drop", "")
    return int(wanted) if wanted.isdecimal() and len(wanted) < 10 else None


@transaction.atomic
def _do(article, form, *, by, step, drop):
    """Everything that one press says, or nothing of it. Returns the sentence that says it."""
    cleaned = form.cleaned_data
    # The article first: the ticks lock its relay, and that is the order of the locks.
    Article.objects.select_for_update(no_key=True).get(pk=article.pk)
    for place, words in form.typed_notes:
        notes.write(article, words, by=by, version=cleaned["version"], block=place)
    for note in article.notes.filter(pk=drop):
        notes.drop(note, by=by)
    for handoff in form.changed_ticks:
        tick = baton.unapprove if handoff.offer_at_publication else baton.approve
        tick(handoff, by=by)
    if "access" in form.changed_data and cleaned["access"]:
        workflow.change_access(article, cleaned["access"], by=by)
    if step is None:
        if cleaned["message"].strip():
            notes.write(article, cleaned["message"], by=by, version=cleaned["version"])
        return _("Saved. The writer gets your notes when you send the text back.")
    workflow.take_step(
        article,
        step,
        by=by,
        version=cleaned["version"],
        note=cleaned["message"],
        publish_at=cleaned["when"],
        due=cleaned["due"],
        correction=cleaned.get("correction", ""),
    )
    return _("“%(article)s”: %(done)s.") % {
        "article": article,
        "done": str(move_name(step)).lower(),
    }


def _nominees(article):
    """Who is on the list for the time after this leg, while it runs."""
    if not article.leg or not article.leg.is_running:
        return []
    nominated = Handoff.objects.nominated().filter(giver=article.leg)
    return list(nominated.select_related("receiver", "relay").order_by("rank", "pk"))


def _proposals(article):
    today = timezone.localdate()
    morning = timezone.make_aware(timezone.datetime.combine(workdays.shift(today, 1), MORNING))
    due = workdays.shift(today, DAYS_TO_GO_ON)
    if article.leg and article.leg.due:
        due = max(due, article.leg.due)
    return {
        "version": article.draft.version,
        "seen": article.draft.body,
        "when": article.publish_at or morning,
        "access": article.access,
        "due": due,
    }


def _surroundings(article, form, user):
    steps = workflow.steps_open_to(user, article)
    moves = list(article.moves.select_related("by").order_by("pk"))
    talk = _talk(moves, article.notes.select_related("revision", "by", "answered_by").in_order())
    beside, on_top = _placed([said for said in talk if said.note], article)
    return {
        **showings.beside(article),
        "article": article,
        "form": form,
        "open_words": access.open_words(article.draft.body),
        "paragraphs": [
            Paragraph(
                mark_safe(join([block])),  # noqa: S308  (sanitised when stored)
                beside.get(place, []),
                form[f"note_{place}"],
            )
            for place, block in enumerate(form.text)
        ],
        "on_top": on_top,
        "talk": talk,
        "road": [move for move in moves if move.from_status != move.to_status],
        "handoff": article.leg and _asked_next(article.leg),
        "steps": [
            {
                "name": name,
                "label": workflow.STEPS[name].label,
                "consequence": workflow.STEPS[name].consequence(article),
                "told": letters.who_hears(name, article, by=user),
                "hindrance": hindrance,
                "is_default": name == _default(steps),
            }
            for name, hindrance in steps.items()
            if name not in ("take_back", "agree")  # the writer's own
        ],
        "still_to_come": [
            label
            for status, label in ((Status.APPROVED, _("Approved")), (Status.LIVE, _("Published")))
            if not _is_past(article, status)
        ],
        "writer_changed": workflow.staff_changed_words(article),
    }


def _talk(moves, notes) -> list[Said]:
    """What was said, in the order it was: of one press first the message, then its notes."""
    spoken = [
        (move.at, Said(move=move)) for move in moves if move.note and move.step in workflow.STEPS
    ]
    spoken += [(note.told or note.at, Said(note=note)) for note in notes]
    marks = count(1)
    return [
        said._replace(mark=next(marks)) if said.note and said.note.quote else said
        for _moment, said in sorted(spoken, key=itemgetter(0))
    ]


def _placed(talk, article):
    """Notes by the paragraph they are about now; what is found nowhere stands on top."""
    beside: dict[int, list[Said]] = {}
    on_top, comparisons = [], {}
    for said in talk:
        note, place = said.note, None
        if note.block is not None:
            comparison = comparisons.get(note.revision_id)
            if comparison is None:
                comparison = diff.compare(note.revision.body, article.draft.body)
                comparisons[note.revision_id] = comparison
            place = comparison.find(note.block, quoted=note.quote)
        (on_top if place is None else beside.setdefault(place, [])).append(said)
    return beside, on_top


def _asked_next(leg):
    asked = [HandoffState.OFFERED, HandoffState.ACCEPTED, HandoffState.TAKEN]
    return leg.given.filter(state__in=asked).select_related("receiver").order_by("-pk").first()


def _default(steps):
    """The button that an editor most likely wants: the writer's yes where words were changed."""
    wanted = ("ask_writer", "approve", "publish", "correct", "submit")
    return next((name for name in wanted if steps.get(name) == ""), None)


def _is_past(article, status):
    order = list(Status)
    return order.index(Status(article.status)) >= order.index(status)
