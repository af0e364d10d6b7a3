"""The writer shows the text to a colleague: a link for each, told once, and what they answer."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from articles import permissions
from articles import showings as verbs
from articles.form_addresses import takes_the_form_of
from articles.models import Article, Showing
from articles.portal.forms import ShowForm
from articles.portal.page import portal_page
from relays.errors import RuleBroken
from relays.links import turn_of
from relays.models import Leg


def beside(handoff, article):
    """What `_showings.html` shows of a turn."""
    return {
        "show_form": ShowForm(prefix="show"),
        "showings": _showings(article).with_remarks() if article else [],
        "may_show": bool(article) and permissions.may_show(handoff.receiver.user, article),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page
def showings(request, handoff_id):
    """To whom the text is shown. A POST makes a link, and its answer tells it, this once."""
    handoff = turn_of(request, handoff_id)
    article = _article(handoff)
    if request.method != "POST":
        return _show(request, handoff, article)
    form = ShowForm(request.POST, prefix="show")
    if not form.is_valid():
        return _show(request, handoff, article, status=422, show_form=form)
    try:
        made, address = verbs.show(article, by=handoff.receiver.user, **form.cleaned_data)
    except RuleBroken as broken:
        form.add_error(None, str(broken))
        return _show(request, handoff, article, status=409, show_form=form)
    return _show(request, handoff, article, status=201, made=made, address=address)


@takes_the_form_of("portal:showings", "handoff_id")
@portal_page
def revoke(request, handoff_id, showing_id):
    handoff = turn_of(request, handoff_id)
    showing = get_object_or_404(_showings(_article(handoff)), pk=showing_id)
    try:
        verbs.revoke(showing, by=handoff.receiver.user)
    except RuleBroken as broken:
        messages.error(request, str(broken))
    else:
        messages.success(request, _("The link is closed."))
    return redirect("portal:showings", handoff_id)


def _showings(article):
    return Showing.objects.of(article).wanting_answers()


def _article(handoff):
    leg = Leg.objects.filter(handoff=handoff).first()
    article = Article.objects.for_desk().filter(leg=leg).first() if leg else None
    if article is None:
        raise Http404
    return article


def _show(request, handoff, article, *, status=200, **words):
    context = {
        "handoff": handoff,
        "relay": handoff.relay,
        "leg": article.leg,
        "editor": handoff.relay.editors.filter(is_active=True).order_by("pk").first(),
        **beside(handoff, article),
        **words,
    }
    return render(request, "portal/showings.html", context, status=status)
