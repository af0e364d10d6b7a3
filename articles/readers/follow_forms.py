from django import forms

from articles.models import Follow
from articles.readers.forms import AddressForm
from relays.models import Relay, Theme

EVERYTHING = "all"


class FollowForm(AddressForm):
    website = forms.CharField(required=False)  # nobody sees it, so nobody fills it in

    @property
    def is_trapped(self):
        return bool(self.cleaned_data["website"])


class FollowedForm(forms.Form):
    """What is to be followed: a relay, a theme, or neither for everything."""

    relay = forms.ModelChoiceField(Relay.objects.public(), to_field_name="slug", required=False)
    theme = forms.ModelChoiceField(Theme.objects.all(), to_field_name="slug", required=False)

    def clean(self):
        super().clean()
        if self.cleaned_data.get("relay") and self.cleaned_data.get("theme"):
            raise forms.ValidationError("one of them")


class StopForm(forms.Form):
    """Which of their follows somebody ends. What a mail program sends names none."""

    which = forms.RegexField(rf"{EVERYTHING}|[0-9]{{1,18}}", required=False)

    def __init__(self, *args, follows, **kwargs):
        super().__init__(*args, **kwargs)
        self.follows = {str(follow.pk): follow for follow in follows}

    def clean_which(self):
        """One of theirs, or one that an earlier press has ended: that is no mistake."""
        which = self.cleaned_data["which"]
        if which in ("", EVERYTHING) or which in self.follows:
            return which
        if Follow.objects.filter(pk=which).exists():
            raise forms.ValidationError("somebody else's")
        return which
