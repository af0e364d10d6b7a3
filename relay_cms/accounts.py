"""How django-allauth works in this house: an account is its `User.email`, mails are letters of the
outbox, and one is sent on to pages of our own site only."""

from ipaddress import ip_address

from allauth.account import forms
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base import forms as second_factor
from allauth.mfa.totp.forms import ActivateTOTPForm as AnyActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm as AnyAddPasskeyForm
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("The e-mail or the password is not right."),
        "too_many_login_attempts": _(
            "There have been too many attempts. Wait five minutes, and try again."
        ),
        "incorrect_password": _("The password is not right."),
        "enter_current_password": _("This is not your present password."),
        "incorrect_code": _("That is not the code."),
        "rate_limited": _("There have been too many attempts. Try again later."),
    }

    def is_safe_url(self, url):
        """A path of this site, with what comes after it; nothing that a browser could take for
        another site."""
        return bool(url) and url.startswith("/") and url_has_allowed_host_and_scheme(url, None)

    def get_client_ip(self, request):
        """An IPv4 address as that, also where the server has it as IPv6: or all of them would be
        one network to our limits."""
        address = ip_address(super().get_client_ip(request))
        return str(getattr(address, "ipv4_mapped", None) or address)

    def _get_login_attempts_cache_key(self, request, **credentials):
        """Of an account alone, as `AddressField` spells it: django-allauth's begins with the Host
        of the request, where anybody can write another port for each five tries."""
        return credentials["email"].casefold()

    def is_open_for_signup(self, request):
        return False  # whoever types the code from their mail has an account

    def send_mail(self, template_prefix, email, context):
        raise NotImplementedError("mails are letters of the outbox (relays.letters)")

    def reauthenticate(self, user, password):
        return self.authenticate(self.request, email=user.email, password=password) == user

    def add_message(self, request, level, message_template=None, *args, **kwargs):
        """That somebody is in, or out, they see without being told."""
        if message_template not in SAID_BY_THE_PAGE:
            super().add_message(request, level, message_template, *args, **kwargs)


SAID_BY_THE_PAGE = ("account/messages/logged_in.txt", "account/messages/logged_out.txt")


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("That is not the code."),
    }

    def generate_authenticator_name(self, user, type):
        return str(_("Passkey"))


class _OurForm:
    """Labels of ours, no words inside the fields, and errors tied to them."""

    labels: dict = {}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)


class PasswordForm(_OurForm, forms.LoginForm):
    labels = {"login": _("Your e-mail"), "password": _("Password")}


class ChangePasswordForm(_OurForm, forms.ChangePasswordForm):
    labels = {
        "oldpassword": _("Your present password"),
        "password1": _("Your new password"),
        "password2": _("The new password once more"),
    }


class SetPasswordForm(_OurForm, forms.SetPasswordForm):
    labels = ChangePasswordForm.labels


class ReauthenticateForm(_OurForm, forms.ReauthenticateForm):
    labels = {"password": _("Password")}


class SecondFactorForm(_OurForm, second_factor.AuthenticateForm):
    labels = {"code": _("The code")}


class SecondFactorAgainForm(_OurForm, second_factor.ReauthenticateForm):
    labels = SecondFactorForm.labels


class AddPasskeyForm(_OurForm, AnyAddPasskeyForm):
    labels = {"name": _("Name")}


class ActivateTOTPForm(_OurForm, AnyActivateTOTPForm):
    labels = SecondFactorForm.labels
