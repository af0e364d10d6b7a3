"""Four weeks free: an address and a name, a code by mail, and the reader is back at the cut.

The form is sent once, before there is anybody to log in. What was asked for waits in the session
of that browser until the code has proved the address.
"""

from contextlib import suppress

from django.contrib.auth.views import redirect_to_login
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from articles import grants
from articles.models import Article
from articles.readers import login
from articles.readers.access_forms import TrialForm
from articles.readers.origin import from_our_pages
from articles.readers.reading import address_of_the_rest
from relays.errors import RuleBroken
from relays.links import unindexed

WANTED = "trial"  # in the session: who asked for one, before they were logged in


@require_http_methods(["GET", "HEAD", "POST"])
@from_our_pages
def trial(request, slug):
    return unindexed(_trial(request, slug))


def _trial(request, slug):
    article = get_object_or_404(Article.objects.public().with_headline(), slug=slug)
    if request.user.is_authenticated:
        return redirect(address_of_the_rest(article))  # which has the button that fits
    form = TrialForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        status = 200 if request.method != "POST" else 422
        context = {"article": article, "form": form, "title": _("Read free for four weeks")}
        return render(request, "access/trial.html", context, status=status)
    wanted = form.cleaned_data
    request.session[WANTED] = {"email": wanted["email"], "name": wanted["name"]}
    return login.ask_for_code(request, wanted["email"], reverse("access:begin", args=[slug]))


@require_http_methods(["GET", "HEAD", "POST"])
def begin(request, slug):
    """Where the code leads; and the button of somebody who was logged in before."""
    return unindexed(_begin(request, slug))


def _begin(request, slug):
    article = get_object_or_404(Article.objects.public().with_headline(), slug=slug)
    rest = address_of_the_rest(article)
    if not request.user.is_authenticated:
        return redirect_to_login(rest)
    wanted = request.session.pop(WANTED, {})
    asked_for_it = wanted.get("email") == request.user.email
    if request.method == "POST" or asked_for_it:
        _begin_trial(request.user, name=wanted.get("name", "") if asked_for_it else "")
    return redirect(rest)


def _begin_trial(user, *, name):
    if name and not user.name:
        user.name = name
        user.save(update_fields=["name"])
    with suppress(RuleBroken):  # the page that they come to says what is open to them
        grants.begin_trial(user)
