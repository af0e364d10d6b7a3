from django import forms
from django.utils.translation import gettext_lazy as _

from articles.models import AccessRequest
from articles.readers.forms import AddressForm
from relays.models import User

LONGEST_WORDS = 2_000


class TrialForm(AddressForm):
    name = forms.CharField(
        label=_("Your name"),
        max_length=User._meta.get_field("name").max_length,
        widget=forms.TextInput({"autocomplete": "name"}),
        error_messages={"required": _("Write your name.")},
    )
    field_order = ["name", "email"]


class AskForm(forms.Form):
    workplace = forms.CharField(
        label=_("Is it for your whole workplace? Which one?"),
        max_length=AccessRequest._meta.get_field("workplace").max_length,
        required=False,
        help_text=_("Empty: for you alone."),
        widget=forms.TextInput({"autocomplete": "organization"}),
    )
    words = forms.CharField(
        label=_("Is there anything we should know?"),
        max_length=LONGEST_WORDS,
        required=False,
        widget=forms.Textarea({"rows": 4}),
    )
