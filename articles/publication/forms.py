"""What the addresses of listings may say. Anything else does not exist."""

from datetime import UTC, datetime
from urllib.parse import urlencode

from django import forms

from articles.search import HITS
from relays.danish import ALPHABET
from relays.models import Relay, Sector, Theme

LONGEST_QUERY = 200


class KeyField(forms.RegexField):
    """Where a page begins: `<moment>_<id>` of the last row before it."""

    def __init__(self):
        super().__init__(r"^[0-9T:.+Z-]{10,40}_[0-9]{1,18}$", required=False)

    def clean(self, value):
        value = super().clean(value)
        if not value:
            return None
        text, _underscore, pk = value.rpartition("_")
        try:
            moment = datetime.fromisoformat(text)
            if moment.tzinfo is None:
                raise forms.ValidationError("no time zone")
            return moment.astimezone(UTC), int(pk)
        except (ValueError, OverflowError) as error:  # the latter at both ends of the calendar
            raise forms.ValidationError("not a moment") from error


class YearField(forms.IntegerField):
    def __init__(self):
        super().__init__(min_value=1900, max_value=2999, required=False)


def key_of(moment: datetime, pk: int) -> str:
    """The value of a `KeyField`. UTC with a Z: a plus sign would be a space in an address."""
    return f"{moment.isoformat().replace('+00:00', 'Z')}_{pk}"


def query_of(address: dict) -> str:
    """The query string that says just this: "" for a list's first page."""
    said = {name: _as_word(value) for name, value in address.items() if value}
    return f"?{urlencode(said, safe=':')}" if said else ""


def _as_word(value):
    return key_of(*value) if isinstance(value, tuple) else getattr(value, "slug", value)


class ListingForm(forms.Form):
    year = YearField()
    before = KeyField()


class SectorField(forms.TypedChoiceField):
    def __init__(self):
        choices = [(sector, sector) for sector in Sector]
        super().__init__(choices=choices, coerce=Sector, required=False)


class ThemeForm(ListingForm):
    """A theme's posts, narrowed down to a sector, to one of its relays, to a year."""

    sector = SectorField()
    field_order = ("sector", "relay", "year", "before")

    def __init__(self, theme, *args):
        super().__init__(*args)
        self.fields["relay"] = forms.ModelChoiceField(
            theme.relays.public(), to_field_name="slug", required=False
        )
        self.order_fields(self.field_order)


class ArchiveForm(forms.Form):
    month = forms.IntegerField(min_value=1, max_value=12, required=False)
    before = KeyField()


class RelaysForm(forms.Form):
    before = KeyField()


class LegField(forms.IntegerField):
    def __init__(self):
        super().__init__(min_value=1, max_value=32_767, required=False)


class ChainForm(forms.Form):
    year = YearField()
    before = LegField()
    start = LegField()  # from here on in the order they ran


class WordsField(forms.CharField):
    """What somebody looks for. Whatever else it is, it is words, and no longer than needed."""

    def to_python(self, value):
        words = (super().to_python(value) or "").encode("utf-8", "ignore").decode()
        return words.replace("\x00", " ")[:LONGEST_QUERY].strip()


class SearchForm(forms.Form):
    q = WordsField(required=False)
    theme = forms.ModelChoiceField(Theme.objects.all(), to_field_name="slug", required=False)
    relay = forms.ModelChoiceField(Relay.objects.public(), to_field_name="slug", required=False)
    sector = SectorField()
    year = YearField()
    after = forms.IntegerField(min_value=1, max_value=HITS, required=False)


class RepliesForm(forms.Form):
    after = forms.IntegerField(min_value=1, max_value=2**63 - 1, required=False)


class NamesForm(forms.Form):
    letter = forms.ChoiceField(choices=[(letter, letter) for letter in ALPHABET], required=False)
    after = forms.SlugField(required=False)
