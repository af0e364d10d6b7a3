"""Danish that nobody has written: people, places and texts to fill a database with.

The same seed says the same. Whole paragraphs come from a stock, so that a hundred thousand texts
take no longer to write than to store; names of places make every text a little different.
"""

from random import Random

PARAGRAPHS = 1_000

FIRST_NAMES = (  # noqa: SIM905  (to be read)
    "Aksel Alma Asger Birthe Bodil Carsten Dagny Ebbe Elna Esben Frode Gerda Gunhild Hakon Helle "
    "Ingolf Jelva Johan Karna Kjeld Lise Magna Malthe Nanna Niels Oda Oluf Palle Ragna Rasmus "
    "Signe Sofus Svend Tove Troels Ulla Valdemar Vibe Østen Åsa"
).split()
HALF_NAMES = (  # noqa: SIM905  (to be read)
    "Ager Birke Bøge Drage Ege Elme Fugle Fyrre Gran Halm Hassel Hvede Kløver Klit Lind Lyng Mark "
    "Mose Pile Ravn Rug Røn Sand Skov Sten Svane Torn Tang Ulve Vold Ære Øster"
).split()
FAMILIES = "berg dal fald gren holt kilde lund mark nør skov strand sund toft vang vig".split()  # noqa: SIM905
TOWNS = "bjerg borg by bæk høj holm køb lev lund næs rup sted strup sø ø".split()  # noqa: SIM905

JOBS = {
    "public": ["forstander", "sygeplejerske", "skoleleder", "planchef", "pædagog", "havnefoged"],
    "private": ["direktør", "murermester", "bager", "revisor", "gartner", "ingeniør"],
}
PLACES_OF_WORK = {
    "public": ["{town} Kommune", "{town} Skole", "Plejehjemmet {town}", "{town} Sygehus"],
    "private": ["{town} Byg", "Bagerierne i {town}", "{town} Mejeri", "{town} og Sønner"],
}

THEMES = [
    *("Velfærd", "Politik", "Ledelse", "Bæredygtighed"),
    *("Sundhed", "Skole", "Transport", "Kultur"),
]
TAGS = (  # noqa: SIM905  (to be read)
    "arbejdstid bolig børnehave budget cykelsti data demokrati energi forening forsyning frivillige "
    "genbrug havn hjemmepleje indkøb innovation kantine klima kollektiv trafik landsby lærlinge mad "
    "medarbejdere møder natarbejde nærhed penge pleje regler rengøring samarbejde sprog stier støj "
    "tillid tilsyn udbud uddannelse vand vedligehold vinter ældre"
).split()

WHO = [
    *("kommunen", "skolen", "virksomheden", "plejehjemmet", "bestyrelsen", "forvaltningen"),
    *("køkkenet", "nattevagten", "direktøren", "foreningen", "naboen", "lederen"),
    *("fabrikken", "biblioteket", "byrådet", "værkstedet", "vagten", "udvalget"),
]
DOES = [
    *("flytter", "måler", "venter på", "betaler for", "taler om", "glemmer", "beskytter", "deler"),
    *("undersøger", "udskyder", "forsvarer", "bygger", "forklarer", "savner", "tæller", "gemmer"),
]
WHAT = [
    *("bakkerne", "reglerne", "de gamle vinduer", "en halv time om dagen", "ansvaret"),
    *("de frivillige", "kontrakten", "maden til de ældre", "cyklerne", "den sidste bus"),
    *("varmen i kælderen", "tilliden", "de samme skemaer", "børnenes frokost", "lyset på stien"),
    *("pengene til næste år", "nøglerne", "et møde uden dagsorden", "støjen fra havnen"),
]
WHEN = [
    *("om tirsdagen", "før frokost", "hele vinteren", "uden at spørge", "hver anden uge"),
    *("når ingen ser det", "efter klokken elleve", "i det lange løb", "med god samvittighed"),
    *("fordi nogen skal", "og siger det ikke højt", "selv om det koster", "til den lyse morgen"),
]


class Invention:
    """Somebody who writes without end."""

    def __init__(self, seed: int = 0):
        self.random = Random(seed)  # noqa: S311  (decides nothing but words)
        self.stock = [self._paragraph(self.random.randint(4, 8)) for _n in range(PARAGRAPHS)]

    def person(self, number: int) -> str:
        """Another name for each number, up to 19,200; then they come again."""
        number, first = divmod(number, len(FIRST_NAMES))
        number, half = divmod(number, len(HALF_NAMES))
        return f"{FIRST_NAMES[first]} {HALF_NAMES[half]}{FAMILIES[number % len(FAMILIES)]}"

    def town(self) -> str:
        return self.random.choice(HALF_NAMES) + self.random.choice(TOWNS)

    def job(self, sector: str) -> str:
        return self.random.choice(JOBS[sector])

    def place_of_work(self, sector: str) -> str:
        return self.random.choice(PLACES_OF_WORK[sector]).format(town=self.town())

    def question(self) -> str:
        return f"Hvem {self._any(DOES)} {self._any(WHAT)} i {self.town()}?"

    def title(self) -> str:
        return f"I {self.town()} {self._any(DOES)} {self._any(WHO)} {self._any(WHAT)}"

    def sentence(self) -> str:
        words = f"{self._any(WHO)} {self._any(DOES)} {self._any(WHAT)} {self._any(WHEN)}"
        return f"{words[0].upper()}{words[1:]}."

    def text(self) -> str:
        """Some 250 words, as the sanitiser would leave them."""
        opening = f"{self.sentence()} Sådan er det i {self.town()}, og i {self.town()} med."
        return "".join(f"<p>{words}</p>" for words in (opening, *self.random.sample(self.stock, 4)))

    def tags(self) -> list[str]:
        return self.random.sample(TAGS, self.random.randint(0, 3))

    def _paragraph(self, sentences):
        return " ".join(self.sentence() for _n in range(sentences))

    def _any(self, words):
        return self.random.choice(words)
