from django import forms
from django.utils.translation import gettext_lazy as _

from articles.models import Remark
from relays.forms import UncutForm

REMARKS, NONE = "remarks", "none"


class RemarkForm(UncutForm):
    """What somebody says of a text; which of two buttons they press says whether they object."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=Remark._meta.get_field("name").max_length,
        widget=forms.TextInput({"autocomplete": "name"}),
    )
    words = forms.CharField(
        label=_("Your remarks"),
        max_length=5000,
        widget=forms.Textarea({"rows": 6}),
        required=False,
    )
    answer = forms.ChoiceField(choices=[(REMARKS, REMARKS), (NONE, NONE)], widget=forms.HiddenInput)

    def clean(self):
        super().clean()
        answer, words = self.cleaned_data.get("answer"), self.cleaned_data.get("words")
        if answer == REMARKS and words == "":
            self.add_error("words", _("Write your remarks, or say that you have none."))
        if answer == NONE and words:
            self.add_error("words", _("You have written remarks. Send them, or empty the field."))
