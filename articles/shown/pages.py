"""The pages of somebody who was shown a text before it is out: to read, and to answer.

The link is all they have. It stays in the address bar, for no session is made of it; a look
changes nothing and needs no cookie, however often a mail scanner looks.
"""

from functools import wraps

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.http import require_safe

from articles import access, showings
from articles.form_addresses import takes_the_form_of
from articles.models import Showing
from articles.shown.forms import RemarkForm
from relays.errors import RuleBroken
from relays.links import unindexed


def shown_page(view):
    """A page behind an open link. Revoked, run out or never made: one and the same answer."""

    @wraps(view)
    def page(request, token):
        showing = Showing.objects.by_token(token).open().for_page().first()
        if showing is None:
            return _closed(request)
        with translation.override(showing.article.language):
            return unindexed(view(request, showing, token))

    return page


def _closed(request):
    return unindexed(render(request, "shown/closed.html", status=410))


def not_taken(request, token) -> HttpResponse:
    """What answers a form that came without the token of its page: what was typed, to be copied."""
    typed = [request.POST.get(name, "") for name in ("name", "words")]
    context = {"frame": "shown/base.html", "beside": [words for words in typed if words]}
    showing = Showing.objects.by_token(token).open().for_page().first()
    language = showing.article.language if showing else translation.get_language()
    with translation.override(language):
        return unindexed(render(request, "portal/not_taken.html", context, status=403))


@require_safe
@shown_page
def text(request, showing, token):
    return _show(request, showing, token, RemarkForm())


def _show(request, showing, token, form, *, status=200):
    article, by = showing.article, showing.made_by_id
    bylines = list(article.bylines.all())
    context = {
        "showing": showing,
        "article": article,
        "text": showing.revision,
        "part": access.shown_part(showing),
        "bylines": bylines,
        "by_writer": by in [byline.contributor.user_id for byline in bylines],
        "is_live": article.is_public and article.live_id == showing.revision_id,
        "token": token,
        "form": form,
    }
    return render(request, "shown/text.html", context, status=status)


@takes_the_form_of("shown:text", "token")
@shown_page
def create_remark(request, showing, token):
    if not showing.wants_answer:
        return _closed(request)
    form = RemarkForm(request.POST)
    if not form.is_valid():
        return _show(request, showing, token, form, status=422)
    try:
        showings.remark(showing, name=form.cleaned_data["name"], words=form.cleaned_data["words"])
    except showings.LinkIsClosed:
        return _closed(request)
    except RuleBroken as broken:
        form.add_error(None, str(broken))
        return _show(request, showing, token, form, status=409)
    return redirect("shown:thanks", token)


@require_safe
@shown_page
def thanks(request, showing, token):
    if not showing.wants_answer:
        return _closed(request)
    return render(request, "shown/thanks.html", {"showing": showing, "token": token})
