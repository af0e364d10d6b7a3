"""The door of the newsroom: it stands in /account/, and asks for more than a reader's does.

A code from a mail is not enough: whoever reads an editor's mail is not therefore the editor.
Where the site demands a second factor, this very session has to have shown one.
"""

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache


def is_open_to(request) -> bool:
    """Has this session of somebody on the staff shown enough?"""
    records = get_authentication_records(request, request.user)
    methods = {record["method"] for record in records}
    if "mfa" in methods:
        return True
    if settings.STAFF_NEED_SECOND_FACTOR:
        return False
    return methods != {"code"} or not request.user.has_usable_password()


@never_cache
def door(request):
    """Where the admin sends whoever it does not let in: to what they still have to show."""
    wanted = get_next_redirect_url(request) or reverse("admin:index")
    user = request.user
    if not user.is_authenticated:
        return redirect_to_login(wanted)
    if not user.is_staff:
        return render(request, "account/not_staff.html", status=403)
    if is_open_to(request):
        return redirect(wanted)
    if not settings.STAFF_NEED_SECOND_FACTOR:
        return redirect_to_login(wanted, reverse("account_reauthenticate"))
    if is_mfa_enabled(user):
        return redirect_to_login(wanted, _second_factor_page(user))
    messages.warning(request, _("The newsroom opens as soon as you have a second factor."))
    return redirect("mfa_index")


def _second_factor_page(user):
    """A passkey where there is one, else the app or a recovery code."""
    methods = get_adapter().get_reauthentication_methods(user)
    return next(way["url"] for way in reversed(methods) if way["id"].startswith("mfa"))
