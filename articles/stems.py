"""The words of a text as a search knows them: in one spelling, without endings, in plain letters.

"Kommunernes" and "kommune" become one word, and so do "Ålborg" and "Aalborg". Only a–z and 0–9
are left, so that neither database has an opinion of its own about what a letter is.
"""

import re
import unicodedata
from functools import lru_cache

import snowballstemmer

from relays.danish import fold

# A soft hyphen may stand inside; the ending of "EU's" and "tv'et" is no word.
WORD = re.compile(
    r"(?P<word>[^\W_](?:\u00ad*[^\W_])*)(?:['’](?:s|e[nrt]s?|erne?s?)(?!\w))?", re.UNICODE
)
LONGEST = 60

DANISH_SPELLING = str.maketrans({"ä": "æ", "ö": "ø"})
FROM_ASCII = (("aa", "å"), ("ae", "æ"), ("oe", "ø"))

# What no ending takes to its singular: another vowel, or a word too short for the stemmer.
SINGULARS = {
    "børn": "barn", "mænd": "mand", "hænd": "hånd", "næt": "nat", "bøg": "bog", "øjn": "øje",
    "mødr": "mor", "fædr": "far", "brødr": "bror", "søstr": "søst", "døtr": "dat",
    "bys": "by", "byen": "by", "byer": "by", "byern": "by", "øen": "ø", "øer": "ø", "øern": "ø",
    "års": "år", "året": "år", "åren": "år", "centr": "cent",
}  # fmt: skip


def words_in(text: str) -> list[str]:
    """The words as they stand there."""
    return [found["word"] for found in WORD.finditer(unicodedata.normalize("NFC", text))]


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """What all forms of a word share: the same for "stafet", "stafetten" and "STAFETTERNES"."""
    stemmer = snowballstemmer.stemmer("danish")  # it holds state: one each, for the threads' sake
    shorter, stemmed = one_spelling(word), ""
    while shorter != stemmed:  # once is not enough: "stafetten", "stafet", "staf"
        stemmed, shorter = shorter, stemmer.stemWord(shorter)
    return _plain(SINGULARS.get(stemmed, stemmed))


def as_typed(word: str) -> str:
    """A word with its endings: what a stem may begin with while it is typed."""
    return _plain(one_spelling(word))


def one_spelling(word: str) -> str:
    """Small letters without accents, and æ, ø, å however they were typed."""
    folded = unicodedata.normalize("NFKD", fold(word.lower().translate(DANISH_SPELLING))).lower()
    spelled = "".join(letter for letter in folded if not unicodedata.combining(letter))
    for ascii_letters, letter in FROM_ASCII:
        spelled = spelled.replace(ascii_letters, letter)
    return spelled


def _plain(spelled):
    plain = re.sub(r"[^a-z0-9]", lambda found: f"x{ord(found[0]):x}", fold(spelled))
    # A word that begins with a digit may be a number to PostgreSQL, and then it is taken apart.
    return (f"n{plain}" if plain[:1].isdigit() else plain)[:LONGEST]


def stems_in(text: str) -> list[str]:
    return [stem(word) for word in words_in(text)]


# What says nothing by itself: left out of a search that has other words.
STOP_WORDS = frozenset(
    as_typed(word)
    for word in words_in(
        """
        ad af alt at blev blive bliver da de dem den denne der deres det dette dig din dine disse
        dit dog du efter eller en end er et for fra få ham han hans har havde have hende hendes her
        hos hun hvad hvem hvilke hvilken hvilket hvis hvor hvordan hvorfor i ikke ind jeg jer jeres
        jo kan kunne man med men mig min mine mit må ned nogle noget nogen nu når og også om op os
        over på samt se selv sig sin sine sit skal skulle som så thi til ud under var ved vi vil
        ville vor vores være været
        """
    )
)
