import unicodedata

from django import forms
from django.utils.translation import gettext_lazy as _

from articles.models.reader import domain_of
from relays.models import User


class AddressForm(forms.Form):
    email = forms.EmailField(
        label=_("Your e-mail"),
        max_length=User._meta.get_field("email").max_length,
        widget=forms.EmailInput({"autocomplete": "email"}),
        error_messages={
            "invalid": _("Write the full address, for example name@council.example"),
            "required": _("Write your e-mail."),
        },
    )

    def clean_email(self):
        """In one spelling, so that nobody gets round a limit by another, and of a host that a mail
        can be sent to."""
        address = unicodedata.normalize("NFKC", self.cleaned_data["email"]).casefold()
        if not domain_of(address):
            raise forms.ValidationError(self.fields["email"].error_messages["invalid"])
        return address


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("The code"),
        max_length=40,
        widget=forms.TextInput(
            {
                "autocomplete": "one-time-code",
                "autocapitalize": "characters",
                "spellcheck": "false",
            }
        ),
        error_messages={"required": _("Write the code from the mail.")},
    )


class NameForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["name"]


class EraseForm(forms.Form):
    sure = forms.BooleanField(
        label=_("Yes, erase me"),
        error_messages={"required": _("Tick that you are sure.")},
    )
