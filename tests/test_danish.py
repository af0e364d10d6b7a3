"""Danish letters: addresses, searching, and the order of names, the same on both databases."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relays import danish
from relays.models import Contributor, Theme
from tests.factories import make_contributor, make_theme

pytestmark = pytest.mark.django_db

LONG = "hvem skal bestemme hvad der er sund mad " * 4
NAMES = [  # in Danish order
    "3F",
    "A.P. Holm",
    "Abel",
    "Aberg",
    "Andre",
    "André",
    "Andrea",
    "Anna",
    "anna",
    "Anne",
    "Anne Marie",
    "Anne-Marie",
    "Annemarie",
    "Bjorn",
    "Bjørn",
    "Björn",
    "Bågø",
    "Baagø",
    "Baaring",
    "d'Angelo",
    "Jens",
    "Jens Ole",
    "Jens-Ole",
    "Jensen",
    "Karen",
    "Kåre",
    "Kaare",
    "Lukasz",
    "Łukasz",
    "Muller",
    "Myller",
    "Müller",
    "Ostergaard",
    "Vagn",
    "Wagner",
    "Zoe",
    "Zoë",
    "Äpple",
    "Ære",
    "Ærø",
    "ærø",
    "Ødegaard",
    "Öster",
    "Østergaard",
    "Aa",
    "Aabenraa",
    "Åberg",
    "Åge",
    "AAGE",
    "Aage",
    "åge",
    "aage",
    "Ågård",
    "Aagaard",
    "Åse",
]


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Så går det løs!", "saa-gaar-det-loes"),
        ("ÆRØ", "aeroe"),
        ("A\u030arhus", "aarhus"),
        ("Straße", "strasse"),
        ("Café Österlund", "cafe-osterlund"),
        ("kommune\u00adsammen\u00adlægning", "kommunesammenlaegning"),
        ("  Hvem – og hvad?  ", "hvem-og-hvad"),
        ("", "x"),
        ("?!", "x"),
        ("日本", "x"),
    ],
)
def test_an_address_spells_danish_letters_out(text, slug):
    assert danish.slug(text) == slug


@given(st.text())
def test_every_text_has_an_address_that_a_path_can_hold(text):
    slug = danish.slug(text)

    assert 1 <= len(slug) <= danish.SLUG_LENGTH
    assert slug == danish.slug(slug)
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_")


def test_an_address_that_is_free_stays_as_it_is():
    make_theme("Velfærdsstat", slug="velfaerdsstat")

    assert danish.unique_slug("Velfærd", Theme.objects) == "velfaerd"


def test_a_taken_address_is_counted_on():
    make_theme("Velfærd", slug="velfaerd")
    make_theme("Velfærd to", slug="velfaerd-2")

    assert danish.unique_slug("Velfærd", Theme.objects) == "velfaerd-3"


def test_a_gap_in_the_count_is_filled():
    make_theme("Velfærd", slug="velfaerd")
    make_theme("Velfærd tre", slug="velfaerd-3")

    assert danish.unique_slug("Velfærd", Theme.objects) == "velfaerd-2"


def test_addresses_of_long_titles_stay_unique_and_short():
    slugs = []
    for number in range(12):
        slugs.append(danish.unique_slug(LONG, Theme.objects))
        make_theme(f"Tema {number}", slug=slugs[-1])

    assert len(set(slugs)) == 12
    assert max(map(len, slugs)) == danish.SLUG_LENGTH
    assert not [slug for slug in slugs if "--" in slug]


@pytest.mark.parametrize("word", ["Ålborg", "aalborg", "ÅLBORG", "A\u030alborg", "lbor", "AAL"])
@pytest.mark.parametrize("name", ["Ålborg", "Aalborg", "ÅLBORG", "A\u030alborg", "Ål\u00adborg"])
def test_a_search_is_blind_to_case_and_spelling(name, word):
    person = make_contributor(organisation=name)
    make_contributor(organisation="Albertslund")

    assert list(Contributor.objects.filter(organisation__folded=word)) == [person]


@pytest.mark.parametrize(
    ("name", "word"), [("ÆRØ", "aeroe"), ("Straße", "STRASSE"), ("Soesø", "søsoe")]
)
def test_a_search_finds_the_other_special_letters(name, word):
    person = make_contributor(organisation=name)

    assert list(Contributor.objects.filter(organisation__folded=word)) == [person]


@pytest.mark.parametrize("sign", ["%", "_", "\\", "'", '"'])
def test_a_search_takes_signs_as_they_are(sign):
    person = make_contributor(organisation=f"halvtreds{sign} mere")
    make_contributor(organisation="halvtreds mere")

    assert list(Contributor.objects.filter(organisation__folded=f"s{sign} ")) == [person]


def test_a_search_for_nothing_finds_everybody():
    person = make_contributor()

    assert list(Contributor.objects.filter(name__folded="")) == [person]


@given(st.text())
def test_folding_twice_changes_nothing(text):
    folded = danish.fold(text)

    assert danish.fold(folded) == folded


def test_the_database_orders_names_as_danes_do():
    for number, name in enumerate(reversed(NAMES)):
        make_contributor(name, slug=f"navn-{number}", user=None)

    assert list(Contributor.objects.values_list("name", flat=True)) == NAMES


def test_python_orders_names_as_the_databases_do():
    assert sorted({*NAMES}, key=danish.sort_key) == NAMES


@pytest.mark.parametrize(
    ("name", "letter"),
    [
        ("anna", "A"),
        ("Aase", "Å"),
        ("AAGE", "Å"),
        ("Åse", "Å"),
        ("A\u030ase", "Å"),
        ("Ægidius", "Æ"),
        ("Öster", "Ø"),
        ("Éva", "E"),
        ("Ümit", "Y"),
        ("Þor", "T"),
        (" Bo", "B"),
        ("\ufb06", ""),  # a ligature
        ("3F", ""),
        ("Жанна", ""),
        ("", ""),
    ],
)
def test_a_name_stands_under_its_danish_letter(name, letter):
    assert danish.initial(name) == letter


def test_names_under_one_letter_stand_together():
    letters = [danish.initial(name) for name in NAMES]

    assert letters == sorted(letters, key=" ABCDEFGHIJKLMNOPQRSTUVWXYZÆØÅ".find)


@given(st.text())
def test_every_name_stands_under_a_letter_or_none(name):
    assert danish.initial(name) in ["", *danish.ALPHABET]
