"""Following by mail: the page that asks, and the two that a letter's link opens.

None of them reads a cookie or sets one. A look changes nothing, however often a mail scanner
looks; the link is what lets somebody press.
"""

from allauth.core import ratelimit
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from articles import following
from articles.models import Follow, FollowRequest
from articles.readers.follow_forms import EVERYTHING, FollowedForm, FollowForm, StopForm
from articles.readers.origin import from_our_pages
from relays import signed
from relays.links import unindexed


@from_our_pages
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request):
    """The form of its own page, and of the boxes on the pages of relays and themes."""
    followed = FollowedForm(request.POST if request.method == "POST" else request.GET)
    if not followed.is_valid():
        raise Http404
    if request.method == "POST":
        return _ask(request, followed.cleaned_data)
    return _show_form(request, FollowForm(), followed.cleaned_data)


def _ask(request, followed):
    form = FollowForm(request.POST)
    if not form.is_valid():
        return _show_form(request, form, followed, status=422)
    if not ratelimit.consume(request, action="follow"):
        return unindexed(ratelimit.respond_429(request))
    if not form.is_trapped:
        following.ask(form.cleaned_data["email"], **followed)
    return unindexed(redirect("follow:sent"))


def _show_form(request, form, followed, *, status=200):
    context = {"form": form, **followed}
    return unindexed(render(request, "follow/ask.html", context, status=status))


@require_safe
def sent(request):
    """The same for everybody, whatever we know of the address and whatever we have sent."""
    return unindexed(render(request, "follow/sent.html"))


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request, token):
    pk = signed.row_of(following.CONFIRM_PAGE, token)
    asked = FollowRequest.objects.select_related("relay", "theme").filter(pk=pk).first()
    if asked is None:
        return _closed(request, is_old=True)
    if request.method == "POST":
        following.confirm(asked)
        return unindexed(redirect(following.CONFIRM_PAGE, token))
    context = {"asked": asked, "token": token}
    return unindexed(render(request, "follow/confirm.html", context))


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request, token):
    """What a reader follows, with a button to end each; and where mail programs post to."""
    pk = signed.row_of(Follow.PAGE, token)
    if pk is None:
        return _closed(request, is_old=False)
    follow = Follow.objects.select_related("follower").filter(pk=pk).first()
    follows = following.follows_at(follow.follower.address) if follow else []
    if follow and request.method == "POST":
        return _stop(request, follow, follows)
    return _show_follows(request, follows)


def _stop(request, follow, follows):
    form = StopForm(request.POST, follows=follows)
    if not form.is_valid():
        raise Http404
    match form.cleaned_data["which"]:
        case "":
            following.stop_what_brings(follow)
        case which if which == EVERYTHING:
            following.stop_all(follow.follower)
        case which if which in form.follows:
            following.stop(form.follows[which])
    # Not a redirect: mail programs follow none.
    return _show_follows(request, following.follows_at(follow.follower.address), stopped=True)


def _show_follows(request, follows, *, stopped=False):
    context = {"follows": follows, "stopped": stopped, "everything": EVERYTHING}
    return unindexed(render(request, "follow/follows.html", context))


def _closed(request, *, is_old):
    """A link to say yes dies after a week; one to stop never does, but a mail program may cut it."""
    return unindexed(render(request, "follow/closed.html", {"is_old": is_old}, status=410))
