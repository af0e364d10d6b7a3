"""The account: what somebody has with us, and how they take it away again."""

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from articles import following, grants, replies
from articles.form_addresses import takes_the_form_of
from articles.readers import belongings, erasing
from articles.readers.devices import device
from articles.readers.forms import EraseForm, NameForm
from relays import accounts
from relays.errors import RuleBroken

REPLIES_SHOWN = 100


@require_safe
@login_required
def account(request):
    return _show(request, NameForm(instance=request.user))


def _show(request, form, *, status=200):
    context = {
        "form": form,
        "rights": grants.rights_of(request.user),
        "follows": following.follows_at(request.user.email) if request.user.is_confirmed else [],
        "sessions": _sessions(request),
        "replies": replies.of(request.user)[:REPLIES_SHOWN],
    }
    return render(request, "account/account.html", context, status=status)


def _sessions(request):
    """Where somebody is logged in, here first."""
    here = request.session.session_key
    sessions = [
        {
            "pk": session.pk,
            "is_here": session.session_key == here,
            "device": device(session.user_agent),
            "ip": session.ip,
            "began": session.created_at,
        }
        for session in UserSession.objects.purge_and_list(request.user)
    ]
    return sorted(sessions, key=lambda each: (not each["is_here"], -each["pk"]))


@takes_the_form_of("readers:account")
@login_required
def change_name(request):
    form = NameForm(request.POST, instance=request.user)
    if not form.is_valid():
        request.user.refresh_from_db(fields=["name"])
        return _show(request, form, status=422)
    form.save()
    messages.success(request, _("Saved."))
    return redirect("readers:account")


@takes_the_form_of("readers:account")
@login_required
def end_session(request, pk):
    get_object_or_404(UserSession, pk=pk, user=request.user).end()
    messages.success(request, _("That device is logged out."))
    return redirect("readers:account")


@takes_the_form_of("readers:account")
@login_required
def end_other_sessions(request):
    accounts.end_sessions(request.user, but=request.session.session_key)
    messages.success(request, _("Every other device is logged out."))
    return redirect("readers:account")


@require_safe
@login_required
def data(request):
    """Everything that we hold about whoever asks, as a file."""
    held = belongings.everything_about(request.user)
    response = JsonResponse(held, json_dumps_params={"ensure_ascii": False, "indent": 2})
    response.headers["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def erase(request):
    """A page that says what goes and what stays; the second press is the one that does it."""
    if request.method != "POST":
        return _ask_before_erasing(request, EraseForm())
    form = EraseForm(request.POST)
    if not form.is_valid():
        return _ask_before_erasing(request, form, status=422)
    try:
        erasing.erase(request.user)
    except RuleBroken as broken:
        return _ask_before_erasing(request, form, hindrance=str(broken), status=409)
    logout(request)
    return redirect("readers:erased")


def _ask_before_erasing(request, form, *, hindrance="", status=200):
    context = {
        "form": form,
        "hindrance": hindrance,
        "bylines_stay": erasing.has_published(request.user),
    }
    return render(request, "account/erase.html", context, status=status)


@require_safe
def erased(request):
    return render(request, "account/erased.html")
