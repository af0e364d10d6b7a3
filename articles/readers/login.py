"""Log-in by a code in a mail. Every address gets one and the same answer, for every address gets
a code: whoever types it has an account from then on, where they had none."""

from urllib.parse import urlencode

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import get_next_redirect_url, perform_login
from allauth.core import ratelimit
from django.contrib import auth, messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from articles.form_addresses import takes_the_form_of
from articles.readers.forms import AddressForm, CodeForm
from relays import accounts, codes
from relays.models import Code
from relays.models.code import TRIES

TYPED = "address"  # in the session, till the log-in shows it again
SESSION_KEY = "code"  # which code this browser has asked for, and where it wants to go with it


@takes_the_form_of("account_login")
def request_code(request):
    if request.user.is_authenticated:
        return redirect(_next_of(request))
    form = AddressForm(request.POST)
    if not form.is_valid():
        context = {"address_form": form, "redirect_field_value": get_next_redirect_url(request)}
        return render(request, "account/login.html", context, status=422)
    return ask_for_code(request, form.cleaned_data["email"], _next_of(request))


def ask_for_code(request, address, next_page):
    """A code is on its way to this address; typed in, it leads to the next page."""
    if not ratelimit.consume(request, action="request_login_code", key=address):
        return ratelimit.respond_429(request)
    code = codes.send(address)
    request.session[SESSION_KEY] = {"pk": code.pk, "next": next_page}
    return redirect("account_confirm_login_code")


def _next_of(request):
    return get_next_redirect_url(request) or reverse("readers:account")


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("code")
def confirm_code(request):
    asked = request.session.get(SESSION_KEY)
    code = Code.objects.open().filter(pk=asked["pk"]).first() if asked else None
    if request.user.is_authenticated or code is None:
        return _begin_again(request, asked)
    if request.method != "POST":
        return _show(request, code, CodeForm())
    if not ratelimit.consume(request, action="confirm_login_code"):
        return ratelimit.respond_429(request)
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _show(request, code, form, status=422)
    if not code.try_with(form.cleaned_data["code"]):
        return _wrong(request, code, form, asked)
    return _let_in(request, code.address, asked["next"])


def _let_in(request, address, next_page):
    """Whoever has a second factor is asked for that as well, before anything opens."""
    del request.session[SESSION_KEY]
    # Of an account closed meanwhile. Django would empty this session for it, and with it both what
    # waits there and the record of a code, by which the newsroom's door knows a mere code.
    for key in (auth.SESSION_KEY, auth.BACKEND_SESSION_KEY, auth.HASH_SESSION_KEY):
        request.session.pop(key, None)
    user = accounts.account_at(address)
    accounts.confirm(user, address)
    record_authentication(request, user, method="code", email=address)
    return perform_login(request, user, redirect_url=next_page, email=address)


def _wrong(request, code, form, asked):
    code.refresh_from_db()
    if code.tries >= TRIES:
        return _begin_again(request, asked)
    form.add_error("code", _("That is not the code."))
    return _show(request, code, form, status=422)


def _begin_again(request, asked):
    if request.user.is_authenticated:
        return redirect(_next_of(request))
    request.session.pop(SESSION_KEY, None)
    if asked is None:
        return redirect("account_login")
    if code := Code.objects.filter(pk=asked["pk"]).first():
        request.session[TYPED] = code.address
    messages.error(request, _("That code does not work any more. Ask for a new one."))
    return redirect(_door_to(asked["next"]))


def typed_before(request) -> AddressForm:
    """The address whose code is spent, so that nobody types it twice."""
    return AddressForm(initial={"email": request.session.pop(TYPED, "")})


def _door_to(next_page):
    return f"{reverse('account_login')}?{urlencode({'next': next_page})}"


def _show(request, code, form, *, status=200):
    context = {
        "form": form,
        "address": code.address,
        "tries_left": TRIES - code.tries,
        "next": request.session[SESSION_KEY]["next"],
        "door": _door_to(request.session[SESSION_KEY]["next"]),
    }
    return render(request, "account/code.html", context, status=status)
