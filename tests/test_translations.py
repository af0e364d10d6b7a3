"""The Danish catalogue is whole, and the pages show nothing else than Danish."""

import json
import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import django_prose_editor
import polib
import pytest
import time_machine
from django.conf import settings as site_settings
from django.contrib.auth.models import Group, Permission
from django.http import HttpResponse
from django.utils.translation import override

from articles import desk, workflow
from articles.models import Article, Status
from articles.models.tag import tags_for
from articles.newsroom.moves import ACTS
from articles.templatetags import article_words
from relay_cms import views
from relays import baton
from relays.models import Handoff, Leg, Relay
from relays.templatetags import relay_words
from tests.factories import (
    begin_leg,
    make_chief_editor,
    make_contributor,
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


def test_every_act_has_a_word_for_the_button_and_one_for_the_history():
    assert baton.VERBS.keys() <= relay_words.MOVES.keys()
    assert workflow.STEPS.keys() <= article_words.MOVES.keys()


# The pages -----------------------------------------------------------------------------------


class Words(HTMLParser):
    """What a person sees or hears of a page: its text, and the attributes that are read out."""

    SPOKEN = {"title", "aria-label", "alt", "placeholder"}
    UNSEEN = {"script", "style"}

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


def patterns():
    """Each English phrase that Danish says otherwise, to be found as whole words."""
    for entry in entries("django"):
        danish = [entry.msgstr, *entry.msgstr_plural.values()]
        for phrase in filter(None, [entry.msgid, entry.msgid_plural]):
            letters = re.sub(r"\W", "", PLACEHOLDER.sub("", phrase))
            if entry.msgctxt is None and phrase not in danish and len(letters) > 3:
                parts = [re.escape(part) for part in PLACEHOLDER.split(phrase)]
                # "private" is Danish too; "Private" beside a lane is not.
                case = 0 if phrase == "Private" else re.I
                longest = max(PLACEHOLDER.split(phrase), key=len).casefold()
                yield (
                    phrase.casefold(),
                    longest,
                    re.compile(rf"(?<!\w){'.+?'.join(parts)}(?!\w)", case),
                )


ENGLISH = list(patterns())

# Words that no Danish sentence has: a string that nobody marked for translation.
UNMARKED = re.compile(r"\b(?:the|this|of|with|you|your|not|are|has|been)\b", re.I)


def english_in(response, *, but=frozenset()):
    said = Words(response.content.decode()).said
    page = "\n".join(words for words in said if words not in but)
    folded = page.casefold()
    known = {phrase for phrase, part, pattern in ENGLISH if part in folded and pattern.search(page)}
    return known or set(UNMARKED.findall(page))


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
    }
    assert english_in(HttpResponse("<p>Not marked</p>")) == {"Not"}


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
    assert "Indlægget ventes fredag den 4. december." in page
    assert ">4. december</time>" in page
    assert "1 etape siden november 2026" in page


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
    "relays/user",
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

    admin = "/admin/"
    yield from (admin, f"{admin}relays/", f"{admin}articles/", f"{admin}password_change/")
    for model in MODELS:
        yield f"{admin}{model}/"
        yield f"{admin}{model}/add/"
    for relay in Relay.objects.all():
        yield f"{admin}relays/relay/{relay.pk}/change/"
    for article in Article.objects.all():
        yield f"{admin}articles/article/{article.pk}/change/"
        for revision in article.revisions.all():
            yield f"{admin}articles/article/{article.pk}/revisions/{revision.number}/"
    yield f"{admin}relays/contributor/{make_contributor().pk}/change/"
    yield f"{admin}relays/theme/{make_theme().pk}/change/"
    yield f"{admin}articles/tag/{tagged.tags.get().pk}/change/"
    yield f"{admin}relays/user/{make_chief_editor().pk}/change/"
    for verb, act in ACTS.items():
        row = {Relay: running, Leg: leg, Handoff: declined}[act.model]
        relay = row.pk if act.model is Relay else row.relay_id
        yield f"{admin}relays/relay/{relay}/{verb}/{row.pk}/"


def names_in_the_database():
    """Groups and permissions have English names, which are data."""
    with override("da"):
        return {group.name for group in Group.objects.all()} | {
            str(permission) for permission in Permission.objects.select_related("content_type")
        }


@pytest.mark.django_db
@pytest.mark.parametrize("make_person", [make_chief_editor, make_superuser])
def test_a_danish_newsroom_sees_danish_alone(client, make_person):
    addresses = list(make_newsroom())
    client.force_login(make_person())
    names = names_in_the_database()

    for address in addresses:
        page = client.get(address, headers={"accept-language": "da"})
        assert page.status_code == 200, address
        assert '<html lang="da"' in page.content.decode(), address
        assert english_in(page, but=names) == set(), address


@pytest.mark.django_db
def test_the_door_of_the_newsroom_has_the_name_of_the_site(client):
    page = client.get("/admin/login/", headers={"accept-language": "da"})

    assert "Depechens redaktion" in Words(page.content.decode()).said
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
