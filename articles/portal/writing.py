"""The writer's desk: a form that saves by hand and by itself, a preview, and the two steps that
are the writer's."""

from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from articles import access, autosave, desk, notes, permissions, word, workflow
from articles.changes import between
from articles.form_addresses import takes_the_form_of
from articles.forms import WordForm
from articles.models import Article, Byline, Draft
from articles.portal.forms import (
    AnswersForm,
    NominationForm,
    PresentationForm,
    TextForm,
    VersionForm,
)
from articles.portal.page import leg_of, portal_page
from articles.portal.turn import name_next, nominations, present, show_turn
from relays.errors import RuleBroken
from relays.forms import parts_of
from relays.models import Leg, LegState, User
from relays.richtext import editor_csp, word_count

CREDITS = "credits"  # in the session: of pictures that are still to be chosen, by turn
WRITERS_STEPS = ("submit", "take_back", "agree")


@portal_page
def text(request, handoff_id):
    """The text, to read or to write on."""
    handoff, leg = leg_of(request, handoff_id)
    if request.method == "POST":
        return _save(request, handoff, leg, _after_saving)
    article = Article.objects.for_steps().filter(leg=leg).first() or _blank(leg)
    if article.pk is None and not leg.is_running:
        return redirect("portal:turn", handoff_id)
    return _show(request, handoff, leg, article, _form_of(request, handoff, article.draft))


def article_to_write(leg: Leg) -> Article:
    """The text of a leg that has not been given up."""
    if leg.state == LegState.ABANDONED:
        raise RuleBroken(_("The baton is back with the editors, and your text with it."))
    return Article.objects.for_steps().get(pk=desk.article_for(leg).pk)


def _blank(leg):
    """What a text looks like that nobody has saved: a look at the page makes no row."""
    article = Article(leg=leg, relay=leg.relay, language=leg.relay.language)
    article.draft = Draft(article=article)
    return article


def may_write(user: User, leg: Leg, article: Article) -> bool:
    if leg.state == LegState.ABANDONED:
        return False
    return article.pk is None or permissions.may_write(user, article)


@takes_the_form_of("portal:text", "handoff_id")
@portal_page
def create_from_word(request, handoff_id):
    """The text out of a Word file. What was typed comes along with the file and is saved first."""
    handoff, leg = leg_of(request, handoff_id)
    return _save(request, handoff, leg, _take_from_word)


def _save(request, handoff, leg, then):
    """Save what was typed, then go on with the draft as it is now."""
    try:
        article = article_to_write(leg)
    except RuleBroken as broken:
        messages.error(request, str(broken))
        return redirect("portal:turn", handoff.pk)
    form, by = TextForm(request.POST, request.FILES), handoff.receiver.user
    refused = _name_next(request, handoff) | _present(request, handoff)
    show = partial(_show, request, handoff, leg, article, **refused)
    if not form.is_valid():
        return show(form, status=422)
    answers = _save_answers(request, article, by)
    _keep_credit(request, handoff, form)
    content = dict(form.cleaned_data)
    version = content.pop("version")
    try:
        article.draft = desk.save_draft(article, content, by=by, version=version)
    except desk.Conflict as conflict:
        desk.keep_theirs(article)  # whoever saves again has seen it, and may write over it
        form.data = form.data.copy()
        form.data["version"] = conflict.theirs.version
        form.add_error(None, str(conflict))
        return show(form, status=409, theirs=conflict.theirs, answers=answers)
    except RuleBroken as broken:
        form.add_error(None, str(broken))
        return show(form, status=409)
    if answers.errors:
        return show(_form_of(request, handoff, article.draft), status=409, answers=answers)
    return then(request, handoff, article, refused, show)


def _name_next(request, handoff):
    """Nominate whoever was named beside the text. Returns the form where that could not be: half an
    address holds no text up."""
    form = NominationForm(request.POST, prefix="next", use_required_attribute=False)
    is_done = not form.has_changed() or name_next(request, handoff, form)
    return {} if is_done else {"nomination_form": form}


def _present(request, handoff):
    """Correct what the writer has corrected of themselves beside the text: neither holds it up."""
    form = PresentationForm(
        request.POST,
        request.FILES,
        instance=handoff.receiver,
        prefix="you",
        use_required_attribute=False,
    )
    is_done = not form.has_changed() or present(request, handoff, form)
    return {} if is_done else {"presentation_form": form}


def _after_saving(request, handoff, article, refused, show):
    response = _go_on(request, handoff, article, handoff.receiver.user)
    if not refused:
        return response
    if "_submit" in request.POST:
        return show_turn(request, handoff, status=422, **refused)
    return show(_form_of(request, handoff, article.draft), status=422, answers=_answers(article))


def _go_on(request, handoff, article, by):
    if "_name" in request.POST:
        return _name(request, handoff, article, by)
    if "_submit" in request.POST:
        return _take("submit", request, handoff, article, by)
    if "_show" in request.POST:
        return redirect("portal:showings", handoff.pk)
    if "_preview" in request.POST:
        return redirect("portal:preview", handoff.pk)
    messages.success(request, _("Saved."))
    return redirect("portal:text", handoff.pk)


def _take_from_word(request, handoff, article, refused, show):
    typed, by = article.draft, handoff.receiver.user
    word_form = WordForm(request.POST, request.FILES)
    if not word_form.is_valid():
        answers = _answers(article)  # they are saved
        return show(
            _form_of(request, handoff, typed), word_form=word_form, status=422, answers=answers
        )
    found = word_form.cleaned_data["word"]
    try:
        kept = desk.replace_text(article, found.content, by=by, version=typed.version)
    except RuleBroken as broken:
        messages.error(request, str(broken))
    else:
        article.draft = Draft.objects.get(article=article)
        messages.success(request, word.tidings(found, draft=article.draft, kept=kept))
    if refused:
        return show(
            _form_of(request, handoff, article.draft), status=422, answers=_answers(article)
        )
    return redirect("portal:text", handoff.pk)


def _form_of(request, handoff, draft):
    initial = draft.content | {"version": draft.version}
    credit = request.session.get(CREDITS, {}).get(str(handoff.pk), "")
    if credit and not draft.picture:
        initial["picture"] = parts_of("picture", credit=credit)
    return TextForm(initial=initial)


def _keep_credit(request, handoff, form):
    """A credit that was typed before its picture was chosen waits in this browser's session: no
    row has a place for it."""
    parts = form.fields["picture"].cleaned
    is_settled = parts.picture or parts.cleaned_data["remove"]
    credit = "" if is_settled else parts.cleaned_data["credit"]
    credits = request.session.get(CREDITS, {})
    if credit != credits.get(str(handoff.pk), ""):
        request.session[CREDITS] = credits | {str(handoff.pk): credit}


def _answers(article, posted=None):
    """A field for each note that the writer has been shown, filled with what they have sent."""
    told = article.notes.told().select_related("by", "revision").in_order() if article.pk else []
    return AnswersForm(posted, notes=told)


def _save_answers(request, article, by):
    """Save what is new of the answers. What could not be is an error of the form."""
    answers = _answers(article, request.POST)
    if answers.is_valid():
        for name, note, words, before in answers.given:
            try:
                notes.answer(note, words, by=by, before=before)
            except notes.AnsweredElsewhere as conflict:
                answers.add_error(name, str(conflict))
                words = conflict.theirs
            answers.is_stored(name, words)
    return answers


def _name(request, handoff, article, by):
    try:
        revision = desk.name_revision(article, by=by)
    except RuleBroken as broken:
        messages.error(request, str(broken))
    else:
        messages.success(
            request,
            _("The text is kept as revision %(number)s. You can always come back to it.")
            % {"number": revision.number},
        )
    return redirect("portal:text", handoff.pk)


def _show(
    request,
    handoff,
    leg,
    article,
    form,
    *,
    word_form=None,
    nomination_form=None,
    presentation_form=None,
    status=200,
    theirs=None,
    answers=None,
):
    answers = answers or _answers(article, request.POST or None)
    context = {
        "handoff": handoff,
        "relay": handoff.relay,
        "leg": leg,
        "article": article,
        "form": form,
        "word_form": word_form or WordForm(),
        "theirs": theirs,
        "answers": answers,
        "by_hand": bool(theirs or answers.errors),  # until they have seen both
        "words": word_count(article.draft.body),
        "draft_key": f"turn-{handoff.pk}",
        "saved": autosave.when_saved(article.draft) if article.pk else "",
        "may_write": may_write(handoff.receiver.user, leg, article),
        "steps": workflow.steps_open_to(handoff.receiver.user, article) if article.pk else {},
        "editor": handoff.relay.editors.filter(is_active=True).order_by("pk").first(),
        "previous": _previous_post(leg),
    }
    if context["may_write"]:
        context |= {
            **nominations(leg),
            "nomination_form": nomination_form
            or NominationForm(prefix="next", use_required_attribute=False),
            "presentation_form": presentation_form
            or PresentationForm(
                instance=handoff.receiver, prefix="you", use_required_attribute=False
            ),
        }
    response = render(request, "portal/text.html", context, status=status)
    response._csp_update = editor_csp()
    return response


def _previous_post(leg):
    """What the writer answers: the post of the leg before."""
    posts = Article.objects.public().filter(relay=leg.relay, leg__number__lt=leg.number or 0)
    return posts.with_headline().order_by("-leg__number").first()


@takes_the_form_of("portal:text", "handoff_id")
@portal_page
def keep_draft(request, handoff_id):
    """Where the page saves by itself while somebody writes (static/js/keep-draft.js)."""
    handoff, leg = leg_of(request, handoff_id)
    try:
        article = article_to_write(leg)
    except RuleBroken as broken:
        return autosave.refusal(broken)
    by = handoff.receiver.user

    def save_answers():
        met = _save_answers(request, article, by).errors
        if met:
            raise RuleBroken(" ".join(error for errors in met.values() for error in errors))

    return autosave.save(article, TextForm(request.POST), by=by, then=save_answers)


@require_safe
@portal_page
def preview(request, handoff_id):
    """The draft as readers will see it, for its writer alone: wide, or as on a phone."""
    handoff, leg = leg_of(request, handoff_id)
    articles = Article.objects.for_desk().prefetch_related(Byline.with_portrait())
    article = articles.filter(leg=leg).first()
    if article is None:
        raise Http404
    return render(
        request,
        "portal/preview.html",
        {
            "handoff": handoff,
            "relay": handoff.relay,
            "article": article,
            "part": access.draft_part(article),
            "is_phone": "phone" in request.GET,
            "editor": handoff.relay.editors.filter(is_active=True).order_by("pk").first(),
        },
    )


@require_safe
@portal_page
def changes(request, handoff_id):
    """What the editors have changed, for the writer to say yes to or to edit on."""
    handoff, leg = leg_of(request, handoff_id)
    article = Article.objects.for_steps().filter(leg=leg).first()
    if article is None or article.asked is None or article.vouched is None:
        raise Http404
    return render(
        request,
        "portal/changes.html",
        {
            "handoff": handoff,
            "relay": handoff.relay,
            "leg": leg,
            "article": article,
            "changes": between(article.vouched, article.asked),
            "steps": workflow.steps_open_to(handoff.receiver.user, article),
            "editor": handoff.relay.editors.filter(is_active=True).order_by("pk").first(),
        },
    )


@takes_the_form_of("portal:text", "handoff_id")
@portal_page
def create_step(request, handoff_id):
    handoff, leg = leg_of(request, handoff_id)
    step = request.POST.get("step")
    article = Article.objects.filter(leg=leg).first()
    if step not in WRITERS_STEPS or article is None:
        raise Http404
    return _take(step, request, handoff, article, handoff.receiver.user, version=_version(request))


def _version(request):
    """Of the text on the screen, where the step names one."""
    form = VersionForm(request.POST)
    return form.cleaned_data["version"] if form.is_valid() else None


def _take(step, request, handoff, article, by, version=None):
    try:
        workflow.take_step(article, step, by=by, version=version)
    except RuleBroken as broken:
        messages.error(request, str(broken))
        return redirect("portal:text", handoff.pk)
    return redirect("portal:turn", handoff.pk)
