import re

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles import desk, replies
from articles.models import Draft, Showing
from relays.forms import PictureField, UncutForm
from relays.models import Contributor, Shape
from relays.models.people import sector_choices
from relays.richtext import RichTextField

YES, NOT_NOW, NO, INSTEAD, NOT_ME = "yes", "not_now", "no", "instead", "not_me"

REASONS = [
    ("", _("No reason given")),
    ("time", _("I do not have the time")),
    ("subject", _("It is not my subject")),
    ("role", _("My job does not allow it")),
    ("other", _("Something else")),
]


def of_the_draft(name):
    """A field of a text as its model knows it."""
    return Draft._meta.get_field(name).formfield()


def day_input():
    return forms.DateInput({"type": "date"}, format="%Y-%m-%d")


class PersonForm(forms.Form):
    """Somebody who is named for the baton: the e-mail if it is known."""

    name = forms.CharField(label=_("Name"), max_length=120)
    job_title = forms.CharField(label=_("Job title"), max_length=120, required=False)
    organisation = forms.CharField(label=_("Organisation"), max_length=160, required=False)
    sector = forms.ChoiceField(
        label=_("Sector"),
        choices=lambda: [("", _("Neither, or not sure")), *sector_choices()],
        required=False,
    )
    email = forms.EmailField(
        label=_("E-mail"), required=False, help_text=_("If you know it. It is never shown.")
    )


class NominationForm(PersonForm):
    message = forms.CharField(
        label=_("I pass it to … because …"),
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Your words stand under your post when the baton changes hands."),
    )


class AnswerForm(forms.Form):
    """One answer to an offer. What belongs to another answer is not looked at."""

    answer = forms.ChoiceField(
        choices=[(value, value) for value in (YES, NOT_NOW, NO, INSTEAD, NOT_ME)]
    )
    ask_again_after = forms.DateField(
        label=_("Ask me again after"), widget=day_input(), required=False
    )
    reason = forms.ChoiceField(label=_("Why?"), choices=REASONS, required=False)
    words = forms.CharField(
        label=_("In your own words"), widget=forms.Textarea({"rows": 3}), required=False
    )

    def clean_ask_again_after(self):
        day = self.cleaned_data["ask_again_after"]
        if day and day <= timezone.localdate():
            raise forms.ValidationError(_("Choose a day that is still to come."))
        return day

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("answer") == NOT_NOW and not (
            cleaned.get("ask_again_after") or "ask_again_after" in self.errors
        ):
            self.add_error("ask_again_after", _("Say after which day we may ask you again."))
        return cleaned

    @property
    def reason_in_words(self):
        chosen = dict(REASONS).get(self.cleaned_data.get("reason"), "")
        parts = [str(chosen) if self.cleaned_data.get("reason") else "", self.cleaned_data["words"]]
        return ": ".join(part for part in parts if part)


class PresentationForm(forms.ModelForm):
    """This is how we present you."""

    portrait = PictureField(Shape.SQUARE, label=_("Portrait"))

    class Meta:
        model = Contributor
        fields = ["name", "job_title", "organisation", "phone", "portrait"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.show_hidden_initial = True  # an old page changes nothing that nobody typed there


class DateForm(forms.Form):
    due = forms.DateField(label=_("I can send it by"), widget=day_input())
    words = forms.CharField(
        label=_("What has come in between?"), widget=forms.Textarea({"rows": 2}), required=False
    )


class StandInForm(forms.Form):
    """A colleague of the same organisation who takes the turn over."""

    name = forms.CharField(label=_("Name of the colleague"), max_length=120)
    job_title = forms.CharField(label=_("Job title"), max_length=120, required=False)
    email = forms.EmailField(label=_("E-mail"), help_text=_("The personal link goes there."))


class HandBackForm(forms.Form):
    note = forms.CharField(
        label=_("Would you like to say why?"), widget=forms.Textarea({"rows": 3}), required=False
    )


class ShowForm(forms.Form):
    """Somebody to whom the writer shows the text."""

    name = forms.CharField(
        label=_("Who is to read it?"),
        max_length=Showing._meta.get_field("name").max_length,
        help_text=_("A name, or “the press office”. They read it at the top of the page."),
    )


class NewLinkForm(forms.Form):
    email = forms.EmailField(
        label=_("Your e-mail"),
        error_messages={"invalid": _("Write the full address, for example name@council.example")},
    )


class VersionForm(forms.Form):
    """Which text was on the screen."""

    version = forms.IntegerField()


class AnswersForm(forms.Form):
    """An answer to each of the editors' notes, in the form of the text itself."""

    def __init__(self, *args, notes, **kwargs):
        super().__init__(*args, **kwargs)
        self.notes = {f"answer_{note.pk}": note for note in notes}
        for name, note in self.notes.items():
            self.fields[name] = forms.CharField(
                label=_("Your comment"),
                initial=note.answer,
                required=False,
                widget=forms.Textarea({"rows": 2, "class": "short"}),
                show_hidden_initial=True,  # what a page that stood open for long began with
            )

    @property
    def names(self):
        return " ".join(self.notes)

    @property
    def rows(self):
        """(note, field) of each."""
        return [(note, self[name]) for name, note in self.notes.items()]

    @property
    def given(self):
        """(name, note, words, what the page had before) of each answer that was sent and is new."""
        return [
            (name, self.notes[name], self.cleaned_data[name], self.data.get(self.before(name), ""))
            for name in self.changed_data
            if name in self.data
        ]

    def before(self, name):
        return self[name].html_initial_name

    def is_stored(self, name, words):
        """Whoever sends this form again has seen these."""
        self.data = self.data.copy()
        self.data[self.before(name)] = words


class TextForm(UncutForm):
    """The text of a turn, saved by hand."""

    title = forms.CharField(
        label=_("Title"),
        max_length=200,
        required=False,
        help_text=_("Say your point. Eight words are often enough."),
    )
    standfirst = forms.CharField(
        label=_("Standfirst"),
        widget=forms.Textarea({"rows": 2, "class": "short"}),
        required=False,
        help_text=_("Two lines that make a stranger read on."),
    )
    body = RichTextField(
        label=_("Text"),
        required=False,
        help_text=_("400–700 words. A blank line makes a new paragraph, ## a heading."),
    )
    interests = forms.CharField(
        label=_("Interests"),
        max_length=Draft._meta.get_field("interests").max_length,
        required=False,
        help_text=_("What readers should know about your own interests in the matter."),
    )
    picture = PictureField(Shape.WIDE, label=_("Picture"))
    alt = of_the_draft("alt")
    is_decorative = of_the_draft("is_decorative")
    caption = of_the_draft("caption")
    version = forms.IntegerField(widget=forms.HiddenInput)

    def clean(self):
        # Said here as well: pressed twice, the second finds no picture any more, and the words.
        removes = "picture-remove" in self.data and not self.cleaned_data.get("picture")
        return self.cleaned_data | (desk.WORDLESS if removes else {})


class TypedForm(TextForm):
    """The words that came with a form of a turn, to be shown and saved nowhere."""

    BESIDE = re.compile(
        r"answer_\d+|picture-credit|name|words|note"
        r"|(next|you|instead|colleague|show)-(name|job_title|organisation|phone|email|message)"
    )
    picture = None  # type: ignore[assignment]  # so a form leaves a field out

    @property
    def says_something(self):
        words = ("title", "standfirst", "body", "interests", "alt", "caption")
        return bool(self.beside or any(self[name].value() for name in words))

    @property
    def beside(self):
        """What was typed into other fields: answers, the next runner, a comment."""
        return [
            words
            for name, words in self.data.items()
            if self.BESIDE.fullmatch(name) and words not in ("", self.data.get(f"initial-{name}"))
        ]


class ReplyForm(forms.Form):
    """What a writer answers a reader."""

    answers = forms.IntegerField(min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
    words = forms.CharField(
        label=_("Your comment"),
        strip=False,
        widget=forms.Textarea({"rows": 5, "maxlength": replies.LONGEST}),
        help_text=_("The editors read it before readers do."),
        error_messages={"required": _("Write your comment.")},
    )

    def clean_words(self):
        words = replies.plain(self.cleaned_data["words"])
        if sentence := replies.what_is_wrong_with(words):
            raise forms.ValidationError(sentence)
        return words
