"""Commenting: from the form on the article's page, through the log-in where it is needed, to the
receipt. What was typed travels with the forms; while somebody fetches a code from their mail it
waits in the session of their browser. No row has it before its sender is known.
"""

from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import NON_FIELD_ERRORS
from django.db.models import Q
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from articles import access, network
from articles import replies as verbs
from articles.form_addresses import takes_the_form_of
from articles.models import Article, Reply, ReplyState
from articles.publication.moved import keeps_answering
from articles.readers import login
from articles.readers.origin import from_our_pages
from articles.readers.reply_forms import CodeForm, SendForm, WordsForm, now
from relays.errors import RuleBroken
from relays.links import unindexed
from relays.models import User

KEPT = "reply"  # in the session: what waits for its sender, and below which article


def own_page(view):
    """A page for one person, below an article that readers see."""

    @keeps_answering(Article)
    @wraps(view)
    def page(request, slug, **keys):
        article = get_object_or_404(Article.objects.public().with_text(), slug=slug)
        return unindexed(view(request, article, **keys))

    return page


@require_http_methods(["GET", "HEAD", "POST"])
@from_our_pages
@own_page
def write(request, article):
    """A POST brings what was typed below the article, and stores nothing."""
    if request.method == "POST":
        errors = WordsForm(request.POST).errors
        status = 422 if errors else 200
        return _show(request, article, _typed(request.POST), errors=errors, status=status)
    return _show(request, article, _typed(request.GET) | _kept(request, article))


def _typed(given):
    """The words as they came, sound or not, and the comment that they answer."""
    form = WordsForm(given)
    form.is_valid()
    typed = {"words": given.get("words", ""), "to": form.cleaned_data.get("to")}
    return typed | {name: given[name] for name in ("name", "email") if name in given}


def _kept(request, article):
    kept = request.session.get(KEPT, {})
    return kept["typed"] if kept.get("article") == article.pk else {}


def _show(request, article, typed, *, errors=None, status=200):
    """The form with what was typed: to send it, or to log in with it first."""
    form: WordsForm
    if request.user.is_authenticated:
        form = SendForm(initial={"name": request.user.name, **typed, "shown": now()})
    else:
        form = CodeForm(initial=typed)
    for field, sentences in (errors or {}).items():
        form.errors[field if field in form.fields else NON_FIELD_ERRORS] = sentences
    return _page(request, article, form, to=typed["to"], status=status)


def _page(request, article, form, *, to, status):
    user = request.user if request.user.is_authenticated else None
    reads_all = access.visible_part(article, user).complete
    answered = Reply.objects.shown().filter(article=article, pk=to) if to and reads_all else None
    context = {
        "article": article,
        "form": form,
        "to": answered and answered.first(),
        "may_write": reads_all or user is None,  # who that is, the log-in tells
    }
    return render(request, "replies/write.html", context, status=status)


@takes_the_form_of("articles:replies", "slug")
@from_our_pages
@own_page
def request_code(request, article):
    """The words wait in the session of this browser, while a code goes to the address."""
    is_in = request.user.is_authenticated  # by another tab, since the page was made
    form = WordsForm(request.POST) if is_in else CodeForm(request.POST)
    if not form.is_valid():
        return _show(request, article, _typed(request.POST), errors=form.errors, status=422)
    typed = {name: form.cleaned_data[name] for name in ("words", "to")}
    request.session[KEPT] = {"article": article.pk, "typed": typed}
    return login.request_code(request)


@takes_the_form_of("articles:replies", "slug")
@from_our_pages
@own_page
def create(request, article):
    if not request.user.is_authenticated or not _has_our_token(request):
        sentence = _("Your log-in has changed since this page was made. Your text is still here.")
        errors = {NON_FIELD_ERRORS: [sentence]}
        return _show(request, article, _typed(request.POST), errors=errors, status=403)
    form = SendForm(request.POST)
    if not form.is_valid():
        to = form.cleaned_data.get("to")
        return _page(request, article, form, to=to, status=422)
    try:
        reply = _send(request, article, form.cleaned_data)
    except RuleBroken as broken:
        form.add_error(None, str(broken))
        return _page(request, article, form, to=form.cleaned_data["to"], status=409)
    request.session.pop(KEPT, None)
    return redirect("articles:reply", article.slug, reply.pk)


class _Token(CsrfViewMiddleware):
    """Django's own check, but it answers instead of showing a page without what was typed."""

    def _reject(self, request, reason):
        return reason


def _has_our_token(request):
    # Not of `create`, which is exempt: this is the check that it asks for itself.
    return _Token(lambda request: None).process_view(request, None, (), {}) is None


def _send(request, article, cleaned):
    to = cleaned["to"]
    answers = Reply.objects.filter(pk=to).first() if to else None
    if to and answers is None:
        raise RuleBroken(verbs.NOTHING_TO_ANSWER)
    reply = verbs.send(
        article,
        by=request.user,
        name=cleaned["name"],
        words=cleaned["words"],
        answers=answers,
        network=network.address_of(request),
    )
    # Who has no name here yet has one now, for the next time.
    User.objects.filter(pk=request.user.pk, name="").update(name=reply.name)
    return reply


@require_safe
@own_page
def reply(request, article, pk):
    """The receipt: somebody's own comment, and how it stands."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.path)
    theirs = get_object_or_404(verbs.of(request.user), pk=pk, article=article)
    return render(request, "replies/receipt.html", {"article": article, "reply": theirs})


@takes_the_form_of("readers:account")
@login_required
def erase(request, pk):
    # Of what is erased nobody knows any more whose it was: a second press of theirs, most likely.
    theirs_or_nobodys = Reply.objects.filter(Q(user=request.user) | Q(state=ReplyState.ERASED))
    verbs.erase(get_object_or_404(theirs_or_nobodys, pk=pk), by=request.user)
    messages.success(request, _("Your comment is erased."))
    return redirect("readers:account")
