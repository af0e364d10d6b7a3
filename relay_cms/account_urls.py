"""The door: log-in and log-out for all, passwords and second factors for staff. The names are
those that django-allauth asks for."""

from functools import wraps
from urllib.parse import urlsplit

from allauth.account import views
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.base import views as second_factor
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.utils import is_mfa_enabled
from allauth.mfa.webauthn import views as passkeys
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.urls import include, path
from django.views.generic import RedirectView

from articles.readers import login
from relays import accounts


def staff_only(view):
    """Readers have no password and no second factor to lose: a code in a mail is their way in."""

    @wraps(view)
    @login_required
    def page(request, *args, **kwargs):
        if not request.user.is_staff:
            raise Http404
        return view(request, *args, **kwargs)

    return page


class _OurSite:
    """`site` is ours on every page (relay_cms.site), and not the name of this host."""

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        context.pop("site", None)
        return context


class Login(_OurSite, views.LoginView):
    def get_context_data(self, **kwargs):
        before = login.typed_before(self.request)
        return super().get_context_data(**kwargs) | {"address_form": before}


class SecondFactor(_OurSite, second_factor.AuthenticateView):
    pass


class Closed(_OurSite, views.AccountInactiveView):
    pass


class _ProvesItself:
    """Whoever has just set up a second factor has shown it, and is not asked for it again. The
    first one ends the sessions from before it: they could look up the recovery codes."""

    def form_valid(self, form):
        user, session = self.request.user, self.request.session
        is_first = not is_mfa_enabled(user)
        response = super().form_valid(form)
        record_authentication(self.request, user, method="mfa", type=self.type)
        if is_first:
            accounts.end_sessions(user, but=session.session_key)
        return response


class ActivateTOTP(_ProvesItself, totp.ActivateTOTPView):
    type = "totp"


class AddPasskey(_ProvesItself, passkeys.AddWebAuthnView):
    type = "webauthn"

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"by_name": _by_name(self.request)}


def _by_name(request):
    """This page under a name, where somebody tries the site out under a number: browsers make no
    passkeys for numbers."""
    if request.get_host() != urlsplit(settings.SITE_URL).netloc:
        return ""
    named = settings.SITE_URL.replace("//127.0.0.1", "//localhost", 1)
    return named + request.path if named != settings.SITE_URL else ""


second_factor_urls = [
    path("", staff_only(second_factor.index), name="mfa_index"),
    path("authenticate/", SecondFactor.as_view(), name="mfa_authenticate"),
    path("reauthenticate/", staff_only(second_factor.reauthenticate), name="mfa_reauthenticate"),
    path("app/", staff_only(ActivateTOTP.as_view()), name="mfa_activate_totp"),
    path("app/remove/", staff_only(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("codes/", staff_only(recovery.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "codes/new/",
        staff_only(recovery.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "codes/download/",
        staff_only(recovery.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    path("passkeys/", RedirectView.as_view(pattern_name="mfa_index"), name="mfa_list_webauthn"),
    path("passkeys/add/", staff_only(AddPasskey.as_view()), name="mfa_add_webauthn"),
    path("passkeys/login/", passkeys.login_webauthn, name="mfa_login_webauthn"),
    path(
        "passkeys/reauthenticate/",
        staff_only(passkeys.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    path(
        "passkeys/<int:pk>/remove/",
        staff_only(passkeys.remove_webauthn),
        name="mfa_remove_webauthn",
    ),
]

urlpatterns = [
    path("login/", Login.as_view(), name="account_login"),
    path("login/code/", login.request_code, name="account_request_login_code"),
    path("login/code/confirm/", login.confirm_code, name="account_confirm_login_code"),
    path("logout/", views.logout, name="account_logout"),
    path("closed/", Closed.as_view(), name="account_inactive"),
    path("reauthenticate/", staff_only(views.reauthenticate), name="account_reauthenticate"),
    path("password/", staff_only(views.password_change), name="account_change_password"),
    path("password/new/", staff_only(views.password_set), name="account_set_password"),
    path("second-factor/", include(second_factor_urls)),
]
