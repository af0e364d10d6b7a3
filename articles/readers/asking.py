"""Asking the editors for access, for oneself or a whole workplace."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from articles import grants
from articles.readers.access_forms import AskForm
from relays.errors import RuleBroken
from relays.links import unindexed


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request):
    return unindexed(_ask(request))


def _ask(request):
    if request.method != "POST":
        return _show(request, AskForm())
    form = AskForm(request.POST)
    if not form.is_valid():
        return _show(request, form, status=422)
    try:
        grants.ask(request.user, **form.cleaned_data)
    except RuleBroken as broken:
        form.add_error(None, str(broken))
        return _show(request, form, status=409)
    return redirect("access:ask")


def _show(request, form, *, status=200):
    context = {"form": form, "rights": grants.rights_of(request.user)}
    return render(request, "access/ask.html", context, status=status)
