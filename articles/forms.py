"""What both the writer's pages and the newsroom's ask for."""

from django import forms
from django.utils.translation import gettext_lazy as _

from articles.word import read_word
from relays.errors import RuleBroken


class WordFileField(forms.FileField):
    """A Word file in, its text out."""

    widget = forms.FileInput({"accept": ".docx"})

    def clean(self, value, initial=None):
        upload = super().clean(value, initial)
        try:
            return read_word(upload)
        except RuleBroken as broken:
            raise forms.ValidationError(str(broken)) from broken


class WordForm(forms.Form):
    use_required_attribute = False  # the writer's form can be sent without a file

    word = WordFileField(
        label=_("Word file"),
        error_messages={
            "required": _("Choose the Word file first."),
            "empty": _("There is no text in this file."),
        },
        help_text=_("A .docx of at most 10 MB. We take the words, headings, lists and links."),
    )
