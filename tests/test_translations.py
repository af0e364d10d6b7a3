"""The Danish catalogue is whole, and pages and letters speak one language: the relay's, or Danish."""

import json
import re
from datetime import date, timedelta
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import django_prose_editor
import polib
import pytest
import time_machine
from django.conf import settings as site_settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from articles import desk, showings, workflow
from articles.models import Article, ChecklistItem, Note, Showing, Status
from articles.models.tag import tags_for
from articles.newsroom.moves import ACTS
from articles.templatetags import article_words
from relay_cms import views
from relays import baton, letters, verbs
from relays.models import Handoff, HeldKind, Leg, Letter, Link, Relay, Sector
from relays.models.letter import KIND_NAMES
from relays.templatetags import relay_words
from tests.factories import (
    begin_leg,
    make_chief_editor,
    make_contributor,
    make_editor,
    make_handoff,
    make_leg_article,
    make_news,
    make_relay,
    make_superuser,
    make_theme,
    publish,
    put,
    write,
)
from tests.sites import make_archive, make_site

CATALOGUES = Path(site_settings.LOCALE_PATHS[0], "da", "LC_MESSAGES")
DOMAINS = ["django", "djangojs"]
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\{?\s*\w+\s*\}?\}")


def entries(domain):
    return polib.pofile(str(CATALOGUES / f"{domain}.po"))


# The catalogue -------------------------------------------------------------------------------


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_string_has_its_danish(domain):
    catalogue = entries(domain)

    assert len(catalogue) > 0
    assert catalogue.untranslated_entries() == []
    assert catalogue.fuzzy_entries() == []
    assert catalogue.obsolete_entries() == []


@pytest.mark.parametrize("domain", DOMAINS)
def test_the_compiled_catalogue_is_the_written_one(domain):
    def translations(catalogue):
        return {
            (entry.msgctxt, entry.msgid): entry.msgstr_plural or entry.msgstr for entry in catalogue
        }

    compiled = polib.mofile(str(CATALOGUES / f"{domain}.mo"))

    assert translations(compiled) == translations(entries(domain))


@pytest.mark.parametrize("domain", DOMAINS)
def test_translations_name_what_the_source_names(domain):
    def named(words):
        return sorted(PLACEHOLDER.findall(words))

    for entry in entries(domain):
        for number, translation in (entry.msgstr_plural or {0: entry.msgstr}).items():
            source = entry.msgid_plural if number else entry.msgid
            assert named(translation) == named(source), entry.msgid


def test_the_catalogue_has_every_word_of_the_rich_text_editor():
    folder = Path(django_prose_editor.__file__).parent / "static" / "django_prose_editor"
    sources = json.loads((folder / "editor.js.map").read_text())["sourcesContent"]
    asked = {word for source in sources for word in re.findall(r'gettext\(\s*"([^"]+)"', source)}

    assert asked
    assert asked <= {entry.msgid for entry in entries("djangojs")}


def test_every_act_and_every_kind_of_letter_has_a_word_for_people():
    recorded = {"rest" if verb.startswith("rest_") else verb for verb in verbs.VERBS}

    assert recorded <= relay_words.MOVES.keys()
    assert letters.KINDS.keys() == KIND_NAMES.keys()
    assert workflow.STEPS.keys() <= article_words.MOVES.keys()


# The pages -----------------------------------------------------------------------------------


class Words(HTMLParser):
    """What a person sees or hears of a page: its text, and the attributes that are read out."""

    SPOKEN = {"title", "aria-label", "alt", "placeholder"}
    UNSEEN = {"script", "style", "code"}  # code is read out as it is, in no language

    def __init__(self, html):
        super().__init__()
        self.said = []
        self.within = None
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        if tag in self.UNSEEN:
            self.within = tag
        given = dict(attributes)
        names = set(self.SPOKEN)
        if tag == "input" and given.get("type") in ("submit", "button"):
            names.add("value")
        if tag == "meta" and given.get("name") == "description":
            names.add("content")
        for name in names:
            self.say(given.get(name) or "")

    def handle_endtag(self, tag):
        if tag == self.within:
            self.within = None

    def handle_data(self, data):
        if not self.within:
            self.say(data)

    def say(self, words):
        if words.strip():
            self.said.append(" ".join(words.split()))


def said_in(entry, language):
    if language == "en":
        said = [entry.msgid, entry.msgid_plural]
    else:
        said = [entry.msgstr, *entry.msgstr_plural.values()]
    return [phrase for phrase in said if phrase]


def patterns(language, other):
    """Each phrase that the other language says otherwise, to be found as whole words."""
    catalogue = entries("django")
    others = {phrase.casefold() for entry in catalogue for phrase in said_in(entry, other)}
    for entry in catalogue:
        for phrase in said_in(entry, language):
            letters = re.sub(r"\W", "", PLACEHOLDER.sub("", phrase))
            if entry.msgctxt is None and phrase.casefold() not in others and len(letters) > 3:
                parts = [re.escape(part) for part in PLACEHOLDER.split(phrase)]
                # "private" is Danish too, and so is "pause"; "Private" beside a lane is not.
                case = 0 if phrase in ("Private", "Pause") else re.I
                longest = max(PLACEHOLDER.split(phrase), key=len).casefold()
                yield (
                    phrase.casefold(),
                    longest,
                    re.compile(rf"(?<!\w){'.+?'.join(parts)}(?!\w)", case),
                )


ENGLISH = list(patterns("en", "da"))
DANISH = list(patterns("da", "en"))

# Words that no sentence of the other language has: a string that nobody marked for translation.
ENGLISH_WORDS = re.compile(r"\b(?:the|this|of|with|you|your|not|are|has|been)\b", re.I)
DANISH_WORDS = re.compile(r"\b(?:og|ikke|du|dig|din|dit|er|det|har|til|vi|på|senest|kl)\b", re.I)


def found(phrases, unmarked, words):
    folded = words.casefold()
    known = {
        phrase for phrase, part, pattern in phrases if part in folded and pattern.search(words)
    }
    return known or set(unmarked.findall(words))


def english_among(words):
    return found(ENGLISH, ENGLISH_WORDS, words)


def danish_among(words):
    return found(DANISH, DANISH_WORDS, words)


def words_of(response, *, but=frozenset()):
    said = Words(response.content.decode()).said
    words = "\n".join(words for words in said if words not in but)
    return re.sub(r"https?://\S+", "", words)


def english_in(response, *, but=frozenset()):
    return english_among(words_of(response, but=but))


def test_an_english_phrase_would_be_found():
    page = HttpResponse(
        "<title>Relays</title><style>Relays</style><p>Etape 3. <b>Has the\nbaton now</b></p>"
        '<nav aria-label="Main menu">Bodil is writing now</nav><p>Gotrelays</p>'
    )

    assert english_in(page) == {
        "relays",
        "has the baton now",
        "has the baton",
        "the baton",
        "main menu",
        "%(name)s is writing now",
        "writing now",
        "writing",
    }
    assert english_in(HttpResponse("<p>Not marked</p>")) == {"Not"}


def test_a_danish_phrase_would_be_found():
    assert danish_among("The baton. Jeg tager stafetten") == {"jeg tager stafetten", "stafetten"}
    assert danish_among("Nobody: ikke oversat") == {"ikke"}


@pytest.mark.django_db
def test_readers_see_danish_alone(client):
    addresses = make_site().addresses
    relay = make_relay("Hvem fejer for hvem?", alternation="off")
    make_archive(relay, 13, theme=make_theme("Kultur"))
    many = relay.get_absolute_url()
    addresses |= {
        "a long relay": many,
        "older legs": many
        + re.search(r'href="(\?[^"]+)" rel="next"', client.get(many).content.decode())[1],
        "a year without posts": f"{many}?year=1999",
        "a letter without names": "/contributors/?letter=%C3%85",
    }

    for name, address in addresses.items():
        page = client.get(address, follow=True, headers={"accept-language": "en"})
        assert '<html lang="da">' in page.content.decode(), name
        assert english_in(page) == set(), name


@pytest.mark.django_db
def test_an_empty_site_and_a_broken_one_speak_danish(client, rf):
    pages = [client.get(address) for address in ("/", "/relays/", "/themes/", "/contributors/")]

    with override("da"):
        pages.append(views.server_error(rf.get("/")))
    assert [english_in(page) for page in pages] == [set()] * 5


@pytest.mark.django_db
@time_machine.travel("2026-11-13 10:00+01:00", tick=False)
def test_days_are_danish(client):
    relay = make_relay("Hvad skal der på tallerkenen?", finished_legs=1)
    leg = begin_leg(relay)
    Leg.objects.filter(pk=leg.pk).update(due=date(2026, 11, 27))

    page = client.get(relay.get_absolute_url()).content.decode()

    assert ">13. nov. 2026</time>" in page
    assert "Indlægget ventes først i december." in page
    assert ">Først i december</time>" in page
    assert "1 etape siden november 2026" in page


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 12, 1), "først i december"),
        (date(2026, 12, 10), "først i december"),
        (date(2026, 12, 11), "midt i december"),
        (date(2026, 12, 20), "midt i december"),
        (date(2026, 12, 31), "sidst i december"),
        (date(2027, 1, 21), "sidst i januar 2027"),
    ],
)
@time_machine.travel("2026-11-13 10:00+01:00", tick=False)
def test_a_day_that_is_not_promised_is_a_part_of_its_month(day, said):
    with override("da"):
        assert relay_words.around(day) == said


@pytest.mark.parametrize(
    ("month", "said"), [(3, "4. marts 2026"), (5, "4. maj 2026"), (9, "4. sept. 2026")]
)
def test_months_are_shortened_as_danes_do(month, said):
    with override("da"):
        assert relay_words.day(date(2026, month, 4)) == said


# The newsroom --------------------------------------------------------------------------------

MODELS = [
    "relays/relay",
    "articles/article",
    "relays/contributor",
    "relays/theme",
    "articles/tag",
    "articles/checklistitem",
    "relays/user",
    "relays/letter",
    "relays/heldkind",
]


def make_newsroom():
    """Relays with the baton at every place, articles at every step; the addresses of their pages."""
    make_relay()
    running = make_relay(finished_legs=1)
    leg = begin_leg(running)
    make_handoff(running, accepted=True)
    make_handoff(running, offer_at_publication=True)
    Leg.objects.filter(pk=leg.pk).update(due=date(2026, 1, 5))
    make_handoff(make_relay(), offered=True)
    declined = make_handoff(make_relay(finished_legs=1), offered=True)
    baton.decline(declined, by=make_chief_editor(), ask_again_after=date(2027, 1, 6))
    stuck = make_relay()
    make_handoff(stuck, receiver=make_contributor(email=None))
    given_up = make_leg_article()
    baton.abandon(given_up.leg, by=None)
    baton.close(make_relay(finished_legs=1), by=None)

    for status in Status:
        put(make_leg_article(), status)
    write(publish(make_news("Udgivet og rettet siden")), title="Rettet")
    for step in ("withdraw", "remove"):
        workflow.take_step(publish(make_news()), step, by=make_chief_editor())
    desk.article_for(begin_leg(make_relay()))  # without a word in it
    tagged = make_news("Om mad")
    tagged.tags.add(*tags_for(["Ældremad"]))

    make_every_row_of_the_overview()
    HeldKind.objects.create(kind="invitation")
    items = [ChecklistItem.objects.create(label=each, is_hard=True) for each in ("Ro", "Fro")]
    shown = put(make_leg_article(), "submitted")
    make_every_kind_of_showing(shown, make_editor(), items[0])

    admin = "/admin/"
    yield from (admin, f"{admin}?all=1", f"{admin}relays/", f"{admin}articles/")
    yield f"{admin}password_change/"
    for model in MODELS:
        yield f"{admin}{model}/"
        if model != "relays/letter":  # nobody adds one by hand
            yield f"{admin}{model}/add/"
    for relay in Relay.objects.all():
        yield f"{admin}relays/relay/{relay.pk}/change/"
    yield f"{admin}relays/letter/{Letter.objects.latest('pk').pk}/change/"
    yield f"{admin}relays/heldkind/{HeldKind.objects.get().pk}/change/"
    for article in Article.objects.all():
        yield f"{admin}articles/article/{article.pk}/change/"
        yield f"{admin}articles/article/{article.pk}/compare/"
        for revision in article.revisions.all():
            yield f"{admin}articles/article/{article.pk}/revisions/{revision.number}/"
    yield f"{admin}relays/contributor/{make_contributor().pk}/change/"
    yield f"{admin}relays/theme/{make_theme().pk}/change/"
    yield f"{admin}articles/checklistitem/{items[0].pk}/change/"
    yield f"{admin}articles/checklistitem/{items[0].pk}/delete/"  # which its tick prevents
    yield f"{admin}articles/article/{shown.pk}/showings/"
    yield f"{admin}articles/tag/{tagged.tags.get().pk}/change/"
    yield f"{admin}relays/user/{make_chief_editor().pk}/change/"
    for verb, act in ACTS.items():
        row = {Relay: running, Leg: leg, Handoff: declined}[act.model]
        relay = row.pk if act.model is Relay else row.relay_id
        yield f"{admin}relays/relay/{relay}/{verb}/{row.pk}/"


def make_every_kind_of_showing(article, user, item=None, words="Ro."):
    """Open, answered, closed, and to read only where an editor makes them. Returns the addresses."""
    open_one, answered, closed = (
        showings.show(article, name=name, by=user, item=item) for name in ("Ida", "Per", "Liv")
    )
    showings.remark(answered[0], name="Kai Ro", words=words)
    showings.remark(answered[0], name="Kai Ro")
    showings.revoke(closed[0], by=user)
    addresses = [open_one[1], answered[1]]
    if user.is_staff:
        addresses.append(showings.show(article, name="Ro", by=user, purpose="preview")[1])
    return addresses


def make_every_row_of_the_overview():
    """Beside what the newsroom has: dates today, tomorrow, yesterday and later, and what waits."""
    today = timezone.localdate()
    for days in (-3, -1, 0, 1, 9):
        leg = begin_leg(make_relay())
        Leg.objects.filter(pk=leg.pk).update(due=today + timedelta(days=days))
        handoff = make_handoff(make_relay(), offered=True)
        Handoff.objects.filter(pk=handoff.pk).update(answer_by=today + timedelta(days=days))
    Letter.objects.filter(handoff=handoff).update(state="failed", error="550")
    baton.ask_for_time(leg, today + timedelta(days=30), by=None)
    baton.rest(begin_leg(make_relay()), today + timedelta(days=3), by=None)
    baton.pause(make_relay(running=True), today + timedelta(days=30), by=None)
    late = make_handoff(make_relay(finished_legs=1), offered=True)
    lapse(late)
    make_handoff(late.relay, receiver=make_contributor("Ask Mig", sector=""))


def lapse(handoff):
    Handoff.objects.filter(pk=handoff.pk).update(answer_by=timezone.localdate() - timedelta(days=1))
    return baton.lapse(handoff)


@pytest.mark.django_db
@pytest.mark.parametrize("make_person", [make_chief_editor, make_superuser])
def test_a_danish_newsroom_sees_danish_alone(client, make_person):
    addresses = list(make_newsroom())
    client.force_login(make_person())

    for address in addresses:
        page = client.get(address, headers={"accept-language": "da"})
        assert page.status_code == 200, address
        assert '<html lang="da"' in page.content.decode(), address
        assert english_in(page) == set(), address


@pytest.mark.django_db
def test_the_door_of_the_newsroom_is_danish(client):
    page = client.get("/admin/login/", headers={"accept-language": "da"}, follow=True)

    assert page.redirect_chain == [("/account/login/?next=/admin/", 302)]
    assert "Log ind" in Words(page.content.decode()).said
    assert english_in(page) == set()


@pytest.mark.django_db
def test_every_refusal_of_the_newsroom_is_danish(client):
    relay = make_relay(running=True)
    handoff = make_handoff(make_relay())
    article = put(make_leg_article(), "submitted")
    client.force_login(make_chief_editor())

    def press(address, **words):
        return client.post(f"/admin/{address}", words, headers={"accept-language": "da"})

    refusals = [
        press(f"relays/relay/{relay.pk}/nominate/{relay.pk}/"),
        press(f"relays/relay/{relay.pk}/close/{relay.pk}/", closing_note="Slut"),
        press(f"relays/relay/{handoff.relay_id}/decline/{handoff.pk}/", channel="phone"),
        press("relays/relay/add/"),
        press(f"articles/article/{article.pk}/change/", _step_approve="1"),
    ]

    assert [page.status_code for page in refusals[:3]] == [422, 409, 409]
    assert [english_in(page) for page in refusals] == [set()] * 5


@pytest.mark.django_db
def test_what_is_said_beside_an_article_is_danish(client):
    article = put(make_leg_article(title="Ro"), "submitted")
    item = ChecklistItem.objects.create(label="Ro", is_hard=True)
    client.force_login(make_chief_editor())
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "da"
    beside = f"/admin/articles/article/{article.pk}/"
    made = client.post(f"{beside}showings/", {"show-name": "Ida", "show-purpose": "colleague"})
    showing = Showing.objects.get()

    pages = [
        client.post(f"{beside}{address}", words, follow=True)
        for address, words in (
            ("showings/", {"show-name": ""}),
            ("showings/", {"show-name": "Ida", "show-purpose": "preview", "show-item": item.pk}),
            (f"showings/{showing.pk}/item/", {"item": item.pk}),
            (f"showings/{showing.pk}/item/", {"item": "0"}),
            (f"showings/{showing.pk}/revoke/", {}),
            ("checklist/", {"tick": item.pk}),
            ("checklist/", {"untick": item.pk}),
            ("checklist/", {"tick": "0"}),
        )
    ]

    assert [english_in(page) for page in [made, *pages]] == [set()] * 9


@pytest.mark.django_db
def test_an_english_newsroom_sees_english(client):
    relay = make_relay(finished_legs=1, running=True)
    article = put(make_leg_article(), "submitted")
    client.force_login(make_chief_editor())
    english = {
        "/admin/": {"Depechen newsroom", "Contributors", "Articles"},
        f"/admin/relays/relay/{relay.pk}/change/": {"The baton", "Legs", "Handoffs", "Running"},
        f"/admin/relays/relay/{relay.pk}/nominate/{relay.pk}/": {"Nominate", "Who comes next?"},
        f"/admin/articles/article/{article.pk}/change/": {"Approve", "Send back", "Revisions"},
    }

    for address, words in english.items():
        page = client.get(address, headers={"accept-language": "en"}).content.decode()
        assert '<html lang="en' in page
        assert words <= set(Words(page).said)


@pytest.mark.django_db
def test_the_dates_of_an_english_newsroom_are_english_and_have_their_months_in_words(client):
    article = put(make_leg_article(), "submitted")
    client.force_login(make_chief_editor())
    today = f"{timezone.localdate():%-d %b}"

    for page in ("change", "review"):
        address = f"/admin/articles/article/{article.pk}/{page}/"
        html = client.get(address, headers={"accept-language": "en"}).content.decode()
        assert set(re.findall('<spelled-date lang="(.*?)"', html)) <= {"en"}
        assert not re.search(r"\d/\d+/20\d\d", html)
        assert page == "review" or today in html


# The contributor's pages and the letters ----------------------------------------------------

NAMES = ("Ida Ulv", "Per Bo", "Liv Dam", "Bo Lind")  # of no language


class Turns:
    """A relay in one language, with nothing of another in it, and turns in every state."""

    def __init__(self, language):
        self.language = language
        self.words = {"da": "Fordi.", "en": "Because."}[language]

    def relay(self, *, finished_legs=1):
        relay = make_relay({"da": "Hvem bager?", "en": "Who bakes?"}[self.language])
        Relay.objects.filter(pk=relay.pk).update(language=self.language)
        relay.refresh_from_db()
        relay.editors.add(make_editor("Eva Lund"))
        if finished_legs:
            publish(self.written(relay))
        return relay

    def handoff(self, relay=None, **how):
        relay = relay or self.relay()
        sector = Sector.PUBLIC if relay.legs.count() % 2 == 0 else Sector.PRIVATE
        person = make_contributor(NAMES[relay.legs.count()], sector=sector)
        return make_handoff(relay, receiver=person, message=self.words, **how)

    def written(self, relay=None):
        leg = self.handoff(relay, accepted=True).leg
        return make_leg_article(leg, title=self.words, body=f"<p>{self.words}</p>")

    def offered(self):
        return self.handoff(offered=True)

    def first(self):
        return self.handoff(self.relay(finished_legs=0), offered=True)

    def declined(self):
        return baton.decline(self.offered(), by=None, reason=self.words)

    def first_declined(self):
        return baton.decline(self.first(), by=None)

    def not_now(self):
        return baton.decline(self.offered(), by=None, ask_again_after=date(2027, 1, 6))

    def lapsed(self):
        return lapse(self.offered())

    def waiting(self):
        relay = self.relay(finished_legs=0)
        self.written(relay)
        return self.handoff(relay, accepted=True)

    def begun(self):
        return self.handoff(accepted=True)

    def named(self):
        handoff = self.begun()
        person = make_contributor("Kai Ro", sector="", organisation="Ro")
        baton.nominate(handoff.relay, person, by=None, message=self.words)
        return handoff

    def late(self):
        handoff = self.begun()
        Leg.objects.filter(handoff=handoff).update(due=timezone.localdate() - timedelta(days=2))
        return handoff

    def wants_time(self):
        handoff = self.begun()
        baton.ask_for_time(handoff.leg, timezone.localdate() + timedelta(days=40), by=None)
        return handoff

    def given_back(self):
        handoff = self.begun()
        baton.abandon(handoff.leg, by=None)
        return handoff

    def at(self, status):
        return put(self.written(), status).leg.handoff


STATES = [
    *("offered", "first", "declined", "first_declined", "not_now", "lapsed", "waiting"),
    *("begun", "named", "late", "wants_time", "given_back"),
]


def in_one_language(language, words):
    return (english_among if language == "da" else danish_among)(words) == set()


@pytest.fixture(params=["da", "en"])
def turns(request, client):
    """The browser asks for the other language: the relay's wins."""
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en" if request.param == "da" else "da"
    return Turns(request.param)


def enter_by_link(client, handoff):
    Letter.objects.filter(handoff=handoff).update(state="sent", sent=timezone.now())
    client.get(reverse("relays:link", args=[Link.make(handoff)]))
    return reverse("portal:turn", args=[handoff.pk])


@pytest.fixture
def enter(client):
    return partial(enter_by_link, client)


def assert_speaks(language, page, *names):
    html = page.content.decode()
    other = english_among if language == "da" else danish_among
    assert f'<html lang="{language}">' in html, names
    assert other(words_of(page, but=WORDMARK)) == set(), names


WORDMARK = {"Depechen"}


@pytest.mark.django_db
def test_each_turn_speaks_the_language_of_its_relay(client, turns, enter):
    for state in STATES:
        page = client.get(enter(getattr(turns, state)()))
        assert page.status_code == 200, state
        assert_speaks(turns.language, page, state)


@pytest.mark.django_db
def test_each_text_speaks_the_language_of_its_relay(client, turns, enter):
    for status in Status:
        address = enter(turns.at(status))
        for page in ("", "text/", "text/preview/"):
            assert_speaks(turns.language, client.get(f"{address}{page}"), status, page)


def presses(words):
    """What a contributor may press, wrongly too: a state, the address beside the turn, a form."""
    day = (timezone.localdate() + timedelta(days=3)).isoformat()
    far = (timezone.localdate() + timedelta(days=60)).isoformat()
    name = {"next-name": "Kai Ro", "next-email": "kai@ro.example", "next-message": words}
    return [
        ("offered", "answer/", {"answer": "not_now"}),
        ("offered", "answer/", {"answer": "not_now", "ask_again_after": "2020-01-01"}),
        ("offered", "answer/", {"answer": "not_now", "ask_again_after": "x"}),
        ("offered", "answer/", {"answer": "instead", "instead-email": "x"}),
        ("offered", "answer/", {"answer": "no", "reason": "time"}),
        ("offered", "answer/", {"answer": "yes"}),
        ("declined", "answer/", {"answer": "no"}),
        ("begun", "presentation/", {"you-name": ""}),
        ("begun", "presentation/", {"you-name": "Ida Ulv"}),
        ("begun", "date/", {"due": ""}),
        ("begun", "date/", {"due": "2020-01-01"}),
        ("begun", "date/", {"due": day}),
        ("begun", "date/", {"due": far}),
        ("begun", "nominations/", {}),
        ("begun", "nominations/", name),
        ("begun", "return/", {"note": words}),
        ("begun", "text/", {"version": "0"}),
        ("begun", "text/", {"version": "0", "title": "x" * 300}),
        ("begun", "text/", {"version": "7", "title": "Ro", "body": "<p>Ro</p>"}),
        ("begun", "text/", {"version": "0", "_submit": "1"}),
    ]


@pytest.mark.django_db
def test_each_answer_and_refusal_speaks_the_language_of_its_relay(client, turns, enter):
    for state, address, words in presses(turns.words):
        turn = enter(getattr(turns, state)())
        client.get(f"{turn}text/")
        page = client.post(f"{turn}{address}", words, follow=True)
        assert_speaks(turns.language, page, state, address, words)


@pytest.mark.django_db
def test_the_dates_for_the_calendar_are_in_the_language_of_the_relay(client, turns, enter):
    dates = client.get(f"{enter(turns.begun())}dates.ics").content.decode()

    summaries = "\n".join(re.findall("SUMMARY:(.+)", dates))
    assert summaries
    assert in_one_language(turns.language, summaries)


@pytest.mark.django_db
def test_a_shown_text_and_its_list_speak_the_language_of_the_relay(client, turns, enter):
    article = turns.written()
    writer, editor = article.leg.contributor.user, article.relay.editors.get()
    turn = enter(article.leg.handoff)
    addresses = make_every_kind_of_showing(article, writer, words=turns.words)
    addresses += make_every_kind_of_showing(article, editor, words=turns.words)
    remarks = f"{addresses[0]}remarks/"
    none_but_words = {"name": "Kai Ro", "words": turns.words, "answer": "none"}

    pages = [
        *[client.get(address) for address in addresses],
        client.get(turn),
        client.get(f"{turn}showings/"),
        client.post(f"{turn}showings/", {"show-name": ""}),
        client.post(f"{turn}showings/", {"show-name": "Ida"}),
        client.post(remarks, {"answer": "remarks"}),
        client.post(remarks, none_but_words),
        client.post(remarks, none_but_words | {"answer": "remarks"}, follow=True),
    ]
    mine = Showing.objects.open().filter(made_by=writer).first()
    pages.append(client.post(f"{turn}showings/{mine.pk}/revoke/", follow=True))
    publish(article)
    pages.append(client.post(f"{turn}showings/", {"show-name": "Ida"}))

    for number, page in enumerate(pages):
        assert_speaks(turns.language, page, number)


@pytest.mark.django_db
def test_pages_that_belong_to_nobody_are_danish(client):
    new_link = reverse("portal:create-link")
    pages = [
        client.get(reverse("relays:link", args=["gone"])),
        client.get(reverse("portal:not-me")),
        client.get(reverse("shown:text", args=["gone"])),
        client.post(new_link, {"email": "nobody"}),
        client.post(new_link, {"email": ""}),
        client.post(new_link, {"email": "nobody@office.example"}),
    ]

    assert [page.status_code for page in pages] == [410, 200, 410, 422, 422, 200]
    assert [english_in(page) for page in pages] == [set()] * 6


def write_every_kind(late, first, given, said):
    """Each kind of letter: about a leg that is late, to somebody who begins, and after a no."""
    Handoff.objects.filter(pk=given.pk).update(reason=said)
    editor = late.relay.editors.get()
    leg = Leg.objects.get(handoff=late)
    leg.contributor.phone = "33 12 34 56"
    leg.wanted_due = leg.due
    Letter.objects.all().delete()

    article = desk.article_for(leg)
    article.slug, article.publish_at = "maden-foerst", timezone.now()
    words = {
        "article": article,
        "before": editor,
        "by": editor,
        "desk": "/",
        "correction": said,
        "due": leg.due,
        "note": said,
        "planned": timezone.now(),
        "notes": [Note(quote=said, words=said)],
        "rows": [],
        "things": 2,
        "comments": 2,
        "overview": "/",
        "showing": leg.contributor,
        "title": said,
        "name": "Kai Ro",
        "writers": [said],
        "reply": SimpleNamespace(name="Kai Ro", reason=said),
        "page": "http://testserver/",
        "ends": leg.due,
        "last": leg.due,
        "asked": SimpleNamespace(workplace=said, words=said),
        "reader": SimpleNamespace(name="Kai Ro", email="kai@ro.example"),
    }
    for kind in letters.KINDS:
        is_for_editors = kind.startswith("editor") or kind in ("baton_free", "morning", "test")
        for handoff in (late, first, given):
            waits = kind.endswith("yes") and handoff is given
            letters.write(
                kind,
                to=editor if is_for_editors else handoff.receiver,
                relay=handoff.relay,
                handoff=handoff,
                leg=None if waits else leg,
                remark=SimpleNamespace(name="Kai Ro", words="" if handoff is given else said),
                **words,
            )


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["da", "en"])
def test_each_kind_of_letter_speaks_the_language_of_its_relay(language, settings):
    settings.LANGUAGE_CODE = language  # the morning's letter is about many relays
    turns = Turns(language)
    write_every_kind(turns.late(), turns.first(), turns.not_now(), turns.words)

    written = Letter.objects.order_by("pk")
    assert {letter.kind for letter in written} >= letters.KINDS.keys()
    for letter in written:
        words = letter.body.replace(letters.LINK, "").replace(letters.CODE, "")
        words = re.sub(r"https?://\S+", "", words)
        assert in_one_language(language, f"{letter.subject}\n{words}"), (letter.subject, words)
