"""A picture in a form: chosen, kept, cut anew around its focal point, or removed."""

from contextlib import suppress

from django import forms
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, Signer
from django.forms.widgets import Script
from django.utils.translation import gettext_lazy as _
from js_asset import Media

from relays import pictures
from relays.models import Picture, Shape

# Whoever sends a picture's name back got it from a form of ours: a name alone, which every
# reader of a published picture knows, opens nothing.
_signer = Signer(salt="relays.picture")


WORDS = ("x", "y", "credit")


def percent(label):
    return forms.IntegerField(label=label, min_value=0, max_value=100, initial=50, required=False)


class UncutForm(forms.Form):
    """What is pasted and too long is said to be: no browser cuts it off without a word."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("maxlength", None)


class PictureParts(UncutForm):
    """What a person sends about one picture."""

    kept = forms.CharField(widget=forms.HiddenInput, required=False)
    file = forms.FileField(
        label=_("Choose a picture"),
        widget=forms.FileInput({"accept": "image/jpeg,image/png,image/webp"}),
        required=False,
        help_text=_("JPEG, PNG or WebP, at most 20 MB."),
    )
    x = percent(_("Focal point, % from the left"))
    y = percent(_("Focal point, % from the top"))
    credit = forms.CharField(
        label=_("Credit"),
        max_length=Picture._meta.get_field("credit").max_length,
        required=False,
        help_text=_("As it is to be read, for example “Photo: Åse Ørsted”."),
    )
    remove = forms.BooleanField(label=_("Remove the picture"), required=False)

    picture: Picture | None = None  # what came of it

    @property
    def shown(self):
        """The picture that the form showed, if it is there still."""
        with suppress(BadSignature):
            return Picture.objects.filter(name=_signer.unsign(self.cleaned_data["kept"])).first()
        return None

    @property
    def words(self):
        """What was typed, to be shown once more."""
        return {name: self.cleaned_data[name] for name in WORDS if name in self.cleaned_data}


def parts_of(name, *, credit):
    """What somebody has typed of a picture that they have still to choose, to be shown again."""
    middle = {f"{name}-x": 50, f"{name}-y": 50}
    parts = PictureParts(middle | {f"{name}-credit": credit}, prefix=name)
    parts.is_valid()
    return parts


class PictureWidget(forms.Widget):
    template_name = "relays/picture_field.html"
    needs_multipart_form = True
    use_fieldset = True

    @property
    def media(self):
        return Media(js=[Script("js/focal-point.js", type="module")])

    def value_from_datadict(self, data, files, name):
        return PictureParts(data, files, prefix=name)

    def value_omitted_from_data(self, data, files, name):
        return f"{name}-kept" not in data

    def id_for_label(self, id_):
        return f"{id_}-file" if id_ else ""

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        was_sent = isinstance(value, PictureParts)
        picture = value.picture if was_sent else value
        said = value.words if was_sent else {}
        parts = PictureParts(prefix=name, initial=_as_shown(picture) if picture else said)
        return context | {"picture": picture, "parts": parts}


class PictureNameInput(forms.HiddenInput):
    """Which picture a form began with, for who compares what it began with (show_hidden_initial)."""

    def format_value(self, value):
        picture = value.picture if isinstance(value, PictureParts) else value
        return picture.name if isinstance(picture, Picture) else picture


class PictureField(forms.Field):
    """One picture of a shape, or none. A refused form shows what was sent with it once more."""

    widget = PictureWidget
    hidden_widget = PictureNameInput

    def __init__(self, shape: Shape, **kwargs):
        super().__init__(required=False, **kwargs)
        self.shape = shape

    def bound_data(self, data, initial):
        return getattr(self, "cleaned", data)

    def prepare_value(self, value):
        if isinstance(value, (PictureParts, Picture)):
            return value
        known = {"name": value} if isinstance(value, str) else {"pk": value}
        return Picture.objects.filter(**known).first() if value else None

    def to_python(self, value):
        return self.prepare_value(value)

    def has_changed(self, initial, data):
        if not data.is_valid() or data.cleaned_data["file"]:
            return True
        initial, said = self.prepare_value(initial), data.cleaned_data
        if initial is None:
            return bool(said["kept"])
        same = (_signer.sign(initial.name), *_details(initial)) == (
            said["kept"],
            *_said(said, initial),
        )
        return said["remove"] or not same

    def clean(self, value):
        """The picture that is meant. Decodes it where it is new, which takes its seconds."""
        self.cleaned = value  # what a refused form shows: with the new picture, if there is one
        return self._meant(value)

    def take_early(self, request, name):
        """Decode what a request brings before its transaction begins: while somebody's picture is
        read no row is locked, and a form that is refused then still has it."""
        with suppress(ValidationError):
            self._meant(PictureParts(request.POST, request.FILES, prefix=name))

    def _meant(self, value):
        value.is_valid()
        said, shown = value.cleaned_data, value.shown
        value.picture = shown
        if said.get("file"):
            value.picture = self._taken(said["file"], said, shown)
        elif said.get("remove"):
            value.picture = None
        elif shown:
            value.picture = self._kept(shown, said)
        elif said["kept"]:
            raise ValidationError(pictures.REFUSALS["gone"], code="gone")
        wrong = [error for errors in value.errors.values() for error in errors]
        if wrong:
            raise ValidationError(wrong)
        return value.picture

    def _taken(self, file, said, shown):
        # A form may be read twice in a request, and the file is decoded once.
        if not hasattr(file, "taken"):
            *focal, credit = _said(said)
            if shown and tuple(focal) == _details(shown)[:2]:
                focal = 50, 50  # nobody pointed: that was the old picture's
            try:
                file.taken = pictures.take(file, shape=self.shape, focal=focal, credit=credit)
            except ValidationError as refused:
                file.taken = refused
        if isinstance(file.taken, ValidationError):
            raise file.taken
        return file.taken

    def _kept(self, shown, said):
        *focal, credit = details = _said(said, shown)
        if details == _details(shown):
            return pictures.kept(shown.name, self.shape)
        return pictures.cut_again(shown, focal=focal, credit=credit)


def _as_shown(picture):
    x, y, credit = _details(picture)
    return {"kept": _signer.sign(picture.name), "x": x, "y": y, "credit": credit}


def _details(picture):
    return picture.focal_x, picture.focal_y, picture.credit


def _said(said, shown=None):
    """Focal point and credit as sent; what was left empty or is no number stays as it was."""
    x, y = (shown.focal_x, shown.focal_y) if shown else (50, 50)
    sent_x, sent_y = said.get("x"), said.get("y")
    return (
        x if sent_x is None else sent_x,
        y if sent_y is None else sent_y,
        said.get("credit", shown.credit if shown else ""),
    )
