from datetime import UTC

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from taggit.forms import TagField, TagWidget
from taggit.utils import edit_string_for_tags, parse_tags

from articles import desk
from articles.models import Article, Draft, Text
from articles.models.article import SOFT_HYPHEN
from articles.models.tag import tag_key, tags_for
from relays.admin import NewsroomForm
from relays.errors import RuleBroken
from relays.forms import PictureField
from relays.models import Shape
from relays.richtext import RichTextField
from relays.templatetags.relay_words import full_day

SOFT_HYPHEN_SHOWN = "|"
LONGEST_TAG = 100


class TitleField(forms.CharField):
    """A headline in which a bar marks where a long word may break."""

    def __init__(self, **kwargs):
        widget = forms.TextInput({"class": "vTextField"})
        super().__init__(max_length=200, required=False, widget=widget, **kwargs)

    def prepare_value(self, value):
        return value.replace(SOFT_HYPHEN, SOFT_HYPHEN_SHOWN) if value else value

    def to_python(self, value):
        return super().to_python(value).replace(SOFT_HYPHEN_SHOWN, SOFT_HYPHEN)

    def has_changed(self, initial, data):
        return self.to_python(initial) != self.to_python(data)


class SpelledMoment(forms.DateTimeInput):
    """The browser's own field, and beside it the day in words (static/js/spelled-date.js)."""

    input_type = "datetime-local"
    template_name = "admin/_spelled_moment.html"


class MomentField(forms.DateTimeField):
    """A time of the newsroom's own clock. Of an hour that comes twice the first is meant."""

    def __init__(self, **kwargs):
        widget = SpelledMoment(format="%Y-%m-%dT%H:%M")
        super().__init__(required=False, widget=widget, **kwargs)

    def to_python(self, value):
        try:
            return super().to_python(value)
        except forms.ValidationError:
            with timezone.override(UTC):
                wall = super().to_python(value)  # which refuses what is no time at all
        first = wall.replace(tzinfo=timezone.get_current_timezone())
        if timezone.localtime(first.astimezone(UTC)).hour != wall.hour:
            raise forms.ValidationError(_("There is no such hour on that day: the clock skips it."))
        return first


def change_approved_field():
    return forms.BooleanField(
        label=_("Change the approved text"),
        required=False,
        help_text=_(
            "The text is approved. A change takes the approval back, and the time with it. "
            "A writer who was told the day hears that it does not hold."
        ),
    )


class HiddenTags(TagWidget):
    input_type = "hidden"


class KeyedTagField(TagField):
    """Words between commas; two spellings of one word are one tag."""

    hidden_widget = HiddenTags

    def prepare_value(self, value):
        return value if isinstance(value, str) else edit_string_for_tags(value or [])

    def clean(self, value):
        words = super().clean(value)
        if any(len(word) > LONGEST_TAG for word in words):
            raise forms.ValidationError(
                _("A tag has at most %(limit)s characters.") % {"limit": LONGEST_TAG}
            )
        return tags_for(words)

    def has_changed(self, initial, data):
        return self._keys(initial) != self._keys(data)

    def _keys(self, value):
        words = parse_tags(value) if isinstance(value, str) else [tag.name for tag in value or []]
        return {tag_key(word) for word in words}


class DraftForm(forms.Form):
    """The text of an article."""

    title = TitleField(
        label=_("Title"),
        help_text=_("A bar (|) marks where a long word may break."),
    )
    standfirst = forms.CharField(
        label=_("Standfirst"), widget=forms.Textarea({"rows": 3}), required=False
    )
    body = RichTextField(label=_("Text"), required=False)
    interests = forms.CharField(
        label=_("Interests"),
        max_length=300,
        required=False,
        widget=forms.TextInput({"class": "vTextField"}),
        help_text=Draft._meta.get_field("interests").help_text,
    )
    version = forms.IntegerField(label="", widget=forms.HiddenInput, required=False)


class ArticleForm(DraftForm, NewsroomForm):
    """An article's draft and what belongs to it. Saving goes through the desk."""

    picture = PictureField(Shape.WIDE, label=_("Picture"))
    alt = Draft._meta.get_field("alt").formfield(widget=forms.TextInput({"class": "vTextField"}))
    is_decorative = Draft._meta.get_field("is_decorative").formfield()
    caption = Draft._meta.get_field("caption").formfield(
        widget=forms.TextInput({"class": "vTextField"})
    )
    tags = KeyedTagField(
        label=_("Tags"),
        required=False,
        help_text=_("Words between commas. A tag that is there already is found again."),
    )
    change_approved = change_approved_field()
    note = forms.CharField(
        label=_("Note"),
        widget=forms.Textarea({"rows": 3}),
        required=False,
        help_text=_("Goes into the history with the step you take."),
    )
    when = MomentField(label=_("Publication at"), help_text=_("For “Schedule”."))

    class Meta:
        model = Article
        fields = [*("slug", "theme", "tags", "access", "replies", "language", "responsible_editor")]

    # Of the step that is taken, or of the text as a whole: no field to compare.
    UNCOMPARED = ("version", "change_approved", "note", "when")

    by = None  # the user; set by the admin
    theirs = None  # the other draft, where two have saved
    refusal = None  # why the step that came with this form was refused

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.draft = getattr(self.instance, "draft", None)
        if self.draft:
            self.initial |= self.draft.content | {"version": self.draft.version}
        self.initial.setdefault("when", self.instance.publish_at)
        for name in Text.CONTENT:
            if isinstance(self.fields[name], forms.CharField):  # so that the right words are known
                self.fields[name].widget.attrs["lang"] = self.instance.language
        for name in self.UNCOMPARED:
            if name in self.fields:
                self.fields[name].show_hidden_initial = False
        if "replies" in self.fields and (sentence := _when_replies_close(self.instance)):
            self.fields["replies"].help_text = sentence

    @property
    def new_content(self):
        """What the person wrote: the fields of the text that they changed."""
        return {name: self.cleaned_data[name] for name in Text.CONTENT if name in self.changed_data}

    def clean(self):
        cleaned = super().clean()
        if self.refusal:
            self.add_error(None, self.refusal)
        if not self.is_new and self.draft and not self.errors and self.new_content:
            try:
                desk.ask_before_saving(
                    self.instance,
                    self.new_content,
                    by=self.by,
                    version=cleaned.get("version"),
                    change_approved=cleaned.get("change_approved", False),
                )
            except desk.Conflict as conflict:
                self._show_both(conflict)
            except desk.TextIsPassedOn as passed_on:
                self.add_error("change_approved", str(passed_on))
            except RuleBroken as broken:
                self.add_error(None, str(broken))
        return cleaned

    def _ask_for_a_conflict(self, name):
        if name not in Text.CONTENT:  # for the text, `version` tells
            super()._ask_for_a_conflict(name)

    def _show_both(self, conflict):
        self.conflict, self.theirs = True, conflict.theirs
        self.add_error(None, str(conflict))
        # Whoever saves again has seen both texts.
        self.data = self.data.copy()
        self.data["version"] = conflict.theirs.version
        for name, value in conflict.theirs.content.items():
            self.data[self[name].html_initial_name] = self.fields[name].prepare_value(value)


def _when_replies_close(article):
    """The day, once there is one: readers are told the same."""
    until = article.published_at and article.replies_until
    if not until:
        return ""
    if until > timezone.now():
        return _("They close by themselves on %(day)s.") % {"day": full_day(until)}
    return _("They closed by themselves on %(day)s.") % {"day": full_day(until)}
