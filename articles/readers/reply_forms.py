"""The forms of somebody who comments. Without a script, and without losing what was typed."""

from django import forms
from django.core.signing import BadSignature, SignatureExpired, TimestampSigner
from django.utils.translation import gettext_lazy as _

from articles import replies
from articles.readers.forms import AddressForm

SOONEST = 3  # seconds: nobody reads and presses faster
LATEST = 12 * 3600

signer = TimestampSigner(salt="reply")


class WordsForm(forms.Form):
    """What was typed, from whatever page, as it was typed; `website` is for machines alone."""

    words = forms.CharField(
        label=_("Your comment"),
        required=False,
        strip=False,
        widget=forms.Textarea({"rows": 8, "maxlength": replies.LONGEST}),
        help_text=_("Plain text. Blank lines between paragraphs, two links at most."),
    )
    to = forms.IntegerField(
        min_value=1, max_value=2**63 - 1, required=False, widget=forms.HiddenInput
    )
    website = forms.CharField(required=False)

    def clean_words(self):
        words = replies.plain(self.cleaned_data["words"])
        if sentence := replies.what_is_wrong_with(words):
            raise forms.ValidationError(sentence)
        return words

    def clean_website(self):
        if self.cleaned_data["website"]:
            raise forms.ValidationError(_("Leave the field at the foot of the form empty."))
        return ""


class CodeForm(AddressForm, WordsForm):
    """Of somebody who is to log in first."""

    field_order = ["words", "email"]


class SendForm(WordsForm):
    name = forms.CharField(
        label=_("Your name"),
        required=False,
        max_length=replies.LONGEST_NAME,
        widget=forms.TextInput({"autocomplete": "name"}),
        help_text=_("Readers see it above your comment. Your e-mail is shown to nobody."),
    )
    shown = forms.CharField(required=False, widget=forms.HiddenInput)
    field_order = ["words", "name"]

    def clean_name(self):
        name = replies.plain(self.cleaned_data["name"])
        if sentence := replies.what_is_wrong_with_name(name):
            raise forms.ValidationError(sentence)
        return name

    def clean(self):
        super().clean()
        if sentence := self._wrong_time():
            self.add_error(None, sentence)

    def _wrong_time(self):
        """The form says when it was shown, and nobody else can have said it."""
        shown = self.cleaned_data.get("shown", "")
        try:
            signer.unsign(shown, max_age=LATEST)
        except (SignatureExpired, BadSignature):
            self.data = self.data.copy()
            self.data["shown"] = now()
            return _("This page has been open for long. Look at your comment, and send it again.")
        try:
            signer.unsign(shown, max_age=SOONEST)
        except SignatureExpired:
            return ""
        return _("That was very quick. Look at your comment once more, and send it again.")


def now() -> str:
    """This moment, as a form carries it."""
    return signer.sign("form")
