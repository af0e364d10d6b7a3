"""Danish letters: slugs, folding for search, and the order of names.

Neither database does it alone. SQLite knows ASCII only, so it is taught here; PostgreSQL has
ICU. Both then give the same answers: æ, ø, å come last in that order, aa sorts as å, and a
search for "aalborg" or "ÆRØ" finds "Ålborg" and "Ærø".
"""

import re
import unicodedata
from functools import lru_cache

from django.db.models import CharField, F, Func, Lookup, TextField
from django.utils.text import slugify

SPELLED_OUT = str.maketrans(
    {"æ": "ae", "ø": "oe", "å": "aa", "Æ": "Ae", "Ø": "Oe", "Å": "Aa", "ß": "ss", "\u00ad": None}
)
SLUG_LENGTH = 80
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZÆØÅ"
SIGNS = " _-,;:!?./'\"()&"  # in ICU's order
SORTED_AS = {
    "ä": "æ", "ö": "ø", "ő": "ø", "ü": "y", "ű": "y",
    "đ": "d", "ð": "d", "ł": "l", "þ": "th", "œ": "oe", "ß": "ss",
}  # fmt: skip


def slug(text: str) -> str:
    """An address in ASCII: "Så går det løs!" becomes "saa-gaar-det-loes". Never empty."""
    spelled = unicodedata.normalize("NFC", text).translate(SPELLED_OUT)
    return slugify(spelled)[:SLUG_LENGTH].strip("-") or "x"


def unique_slug(text: str, taken) -> str:
    """`slug(text)`, or with -2, -3 … behind it where a row of the queryset `taken` has it."""
    wanted = slug(text)
    stem = wanted[: SLUG_LENGTH - 6]  # what a long address keeps with a number behind it
    used = set(taken.filter(slug__startswith=stem).values_list("slug", flat=True))
    number, free = 1, wanted
    while free in used:
        number += 1
        free = f"{wanted[: SLUG_LENGTH - len(str(number)) - 1].rstrip('-')}-{number}"
    return free


def fold(text: str) -> str:
    """Text as a search sees it: lower case, æ ø å spelled out, soft hyphens gone."""
    return unicodedata.normalize("NFC", text).lower().translate(SPELLED_OUT)


@lru_cache(maxsize=20_000)  # SQLite asks again and again while it sorts
def sort_key(name: str):
    """The Danish order of a name, as ICU's "da" has it for names: letters first, then accents,
    then case, a capital before its small letter. Aa is å, ä is æ, ö is ø, ü is y."""
    places, accents, cases = [], [], []
    for letter in re.findall("aa|Aa|AA|.", unicodedata.normalize("NFC", name), re.S):
        plain = _plain(letter)
        places += [_place(part) for part in plain]
        accents.append("" if letter.lower() in (plain, "aa") else letter.lower())
        cases.append((letter[0].islower(), len(letter), letter[-1].islower()))
    return places, accents, cases


def initial(name: str) -> str:
    """The letter of the Danish alphabet under which a name stands: "Aase" under Å."""
    letters = re.findall("^(?:aa|Aa|AA|.)", unicodedata.normalize("NFC", name).strip(), re.S)
    first = _plain(letters[0])[0].upper() if letters else ""
    return first if first in {*ALPHABET} else ""


def _plain(letter):
    small = "å" if letter.lower() == "aa" else letter.lower()
    if small.upper() in {*ALPHABET}:
        return small
    return SORTED_AS.get(small) or unicodedata.normalize("NFD", small)[0]


def _place(letter):
    """Where one letter stands: signs, digits, the alphabet, then other alphabets."""
    if (place := ALPHABET.find(letter.upper())) >= 0:
        return 2, place
    if letter.isalpha():
        return 3, ord(letter)
    place = SIGNS.find(letter)
    return int(letter.isdigit()), place if place >= 0 else len(SIGNS) + ord(letter)


def teach_sqlite(connection, **kwargs):
    """Give each new SQLite connection the Danish order and the folding; PostgreSQL has both."""
    if connection.vendor == "sqlite":
        connection.connection.create_collation(
            "danish", lambda a, b: (sort_key(a) > sort_key(b)) - (sort_key(a) < sort_key(b))
        )
        connection.connection.create_function(
            "danish_fold", 1, lambda text: None if text is None else fold(text), deterministic=True
        )


class Danish(Func):
    """An expression in Danish order: `order_by(Danish("name"))`, `filter(...)` by letter."""

    arity = 1

    def as_sqlite(self, compiler, connection, **extra):
        return self.as_sql(
            compiler, connection, template="(%(expressions)s) COLLATE danish", **extra
        )

    def as_postgresql(self, compiler, connection, **extra):
        return self.as_sql(
            compiler, connection, template='(%(expressions)s) COLLATE "da-x-icu"', **extra
        )


def danish(field: str) -> Danish:
    return Danish(F(field), output_field=CharField())


@CharField.register_lookup
@TextField.register_lookup
class Folded(Lookup):
    """`name__folded="aeroe"`: contains, blind to case and to how æ, ø, å are spelled."""

    lookup_name = "folded"

    def get_prep_lookup(self):
        escaped = re.sub(r"([\\%_])", r"\\\1", fold(str(self.rhs)))
        return f"%{escaped}%"

    def as_sqlite(self, compiler, connection):
        lhs, params = self.process_lhs(compiler, connection)
        rhs, rhs_params = self.process_rhs(compiler, connection)
        return f"danish_fold({lhs}) LIKE {rhs} ESCAPE '\\'", [*params, *rhs_params]

    def as_postgresql(self, compiler, connection):
        lhs, params = self.process_lhs(compiler, connection)
        rhs, rhs_params = self.process_rhs(compiler, connection)
        folded = f'lower(normalize(({lhs})::text, NFC) COLLATE "da-x-icu")'
        for letter, spelled in (("æ", "ae"), ("ø", "oe"), ("å", "aa"), ("ß", "ss"), ("\u00ad", "")):
            folded = f"replace({folded}, '{letter}', '{spelled}')"
        return f"{folded} LIKE {rhs} ESCAPE '\\'", [*params, *rhs_params]
