"""Every word of ours can be translated: with a catalogue that marks all it says, on a site whose
content is Cyrillic, no Latin letter stands unmarked on any page, in any letter, feed or refusal."""

import hashlib
import os
import re
from functools import partial
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings as site_settings
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import models
from django.shortcuts import render
from django.test import Client
from django.urls import resolve
from django.utils import formats
from django.utils.translation import gettext_lazy, ngettext, override, trans_real
from django.views.defaults import permission_denied
from django.views.i18n import JavaScriptCatalog

from articles import workflow
from articles.models import Article, Page, Showing, Status, Tag
from relay_cms import views
from relay_cms.formats.da import formats as danish_formats
from relays import letters, outbox, roles
from relays.models import Contributor, Handoff, Letter, Relay, Theme
from tests.factories import (
    approve_reply,
    make_editor,
    make_relay,
    make_reply,
    make_superuser,
    make_theme,
    put,
    write,
)
from tests.forms import fields_of
from tests.sites import make_archive, make_site
from tests.test_pages_for_everybody import with_the_database_away
from tests.test_permissions import (
    FORMS,
    as_file,
    filled_in,
    make_scene,
    make_users,
    rolled_back,
    routes,
    rows_of_the_table,
)
from tests.test_translations import (
    STATES,
    Turns,
    Words,
    enter_by_link,
    make_every_kind_of_showing,
    make_newsroom,
    presses,
    write_every_kind,
)
from tests.word_files import paragraph, word_file

pytestmark = pytest.mark.django_db

# The content: every Latin letter of every text that somebody has written becomes a Cyrillic one --

LATIN = "abcdefghijklmnopqrstuvwxyzæøå"
CYRILLIC = "абвгдежзийклмнопрстуфхцчшщыэю"
TO_CYRILLIC = str.maketrans(LATIN + LATIN.upper(), CYRILLIC + CYRILLIC.upper())
# Tags, entities, addresses, the days and names of a feed, and a password that nobody can read.
KEPT = re.compile(r"(<[^>]*>|&#?\w+;|https?://\S+|\S+@\S+|tag:\S+|\d{4}-\d\d-\d\dT\S+|\S+\*{9,})")

# What people write. A field that is new to this list shows itself: its words are Latin.
CONTENT = {
    *("name", "title", "short_name", "introduction", "closing_note", "message", "reason"),
    *("override_reason", "note", "job_title", "organisation", "biography", "description"),
    *("standfirst", "body", "interests", "alt", "caption", "credit", "label", "words", "quote"),
    *("answer", "subject", "error", "object_repr"),
}
NOT_WRITTEN_BY_PEOPLE = {"Picture", "Card", "SearchRow"}  # random names, stems


def cyrillic(words):
    parts = KEPT.split(words)
    parts[::2] = [part.translate(TO_CYRILLIC) for part in parts[::2]]
    return "".join(parts)


def make_all_content_cyrillic():
    for model in apps.get_models():
        if model._meta.app_label not in ("relays", "articles", "admin"):
            continue
        names = [
            field.name
            for field in model._meta.concrete_fields
            if isinstance(field, models.CharField | models.TextField)
            and field.name in CONTENT
            and not field.choices
        ]
        if not names or model.__name__ in NOT_WRITTEN_BY_PEOPLE:
            continue
        rows = list(model._default_manager.all())
        for row in rows:
            for name in names:
                setattr(row, name, cyrillic(getattr(row, name)))
        model._default_manager.bulk_update(rows, names)
    for group in Group.objects.exclude(name__in=roles.GROUPS):
        Group.objects.filter(pk=group.pk).update(name=cyrillic(group.name))


# The marks ---------------------------------------------------------------------------------------

OPEN, CLOSE = "⟦", "⟧"


def mark(words):
    return f"{OPEN}{words}{CLOSE}"


@pytest.fixture
def marked(monkeypatch, settings):
    """Whatever a catalogue says, Django's own included, is marked; the site's words are content."""
    import_module(site_settings.ROOT_URLCONF)  # which names the admin, when somebody first asks
    says, says_of_many = trans_real.DjangoTranslation.gettext, trans_real.DjangoTranslation.ngettext
    catalogue_of = JavaScriptCatalog.get_catalog
    monkeypatch.setattr(
        trans_real.DjangoTranslation, "gettext", lambda self, words: mark(says(self, words))
    )
    monkeypatch.setattr(
        trans_real.DjangoTranslation,
        "ngettext",
        lambda self, *words: mark(says_of_many(self, *words)),
    )
    monkeypatch.setattr(
        JavaScriptCatalog,
        "get_catalog",
        lambda self: {
            key: mark(words) if isinstance(words, str) else [mark(each) for each in words]
            for key, words in catalogue_of(self).items()
        },
    )
    for name in ("SITE_NAME", "SITE_TAGLINE", "SITE_DESCRIPTION", "EDITOR_IN_CHIEF"):
        setattr(settings, name, cyrillic(getattr(site_settings, name)))
    settings.WORDMARK = ""
    mark_days(monkeypatch)
    # By hand: the site is a lazy object, and a patch that is undone there forgets the name.
    named = admin.site.site_title, admin.site.site_header
    admin.site.site_title = admin.site.site_header = settings.SITE_NAME
    yield
    admin.site.site_title, admin.site.site_header = named
    formats.reset_format_cache()


def mark_days(monkeypatch):
    """How Django writes a day and an hour in Danish is ours too, in a module and no catalogue."""
    for name, said in vars(danish_formats).items():
        if name.endswith("_FORMAT"):
            monkeypatch.setattr(danish_formats, name, mark(said))
    formats.reset_format_cache()


class Said(Words):
    """What a page says, in its order; what our scripts will say, too."""

    SPOKEN = Words.SPOKEN | {"aria-description", "aria-roledescription", "aria-valuetext", "label"}

    def handle_starttag(self, tag, attributes):
        super().handle_starttag(tag, attributes)
        if "-" in tag:  # an element of ours: its script says these
            for name, value in attributes:
                if name.startswith("data-"):
                    self.say(value or "")


def unmarked_in(said, *, but=frozenset()):
    """The lines with a Latin letter outside every mark; and that a mark was cut off."""
    lines, depth = [], 0
    for words in said:
        outside = ""
        for letter in words:
            depth += letter == OPEN
            if not depth:
                outside += letter
            depth -= letter == CLOSE
        if words not in but and re.search(f"[{LATIN}]", KEPT.sub("", outside), re.I):
            lines.append(outside.strip())
    return lines + (["a mark that is not closed"] if depth else [])


def test_a_word_that_is_not_marked_would_be_found(marked):
    def found(html):
        return unmarked_in(Said(html).said)

    assert found(f"<p>{gettext_lazy('Relays')} {cyrillic('Madstafetten 7')}</p>") == []
    assert found(f"<p>{ngettext('%s day', '%s days', 2) % 2}, <a title='{mark('x')}'>5</a>") == []
    assert found(mark("By <b>day</b>") + "<p>and <i>night</i>") == ["and", "night"]
    assert found('<img alt="A cake"><input placeholder="Name">') == ["A cake", "Name"]
    assert found('<copy-field data-done="Done"></copy-field>') == ["Done"]
    assert found(f"<p>{mark('cut')[:-1]}") == ["a mark that is not closed"]
    assert str(gettext_lazy("Relays")) == mark(override("da") and "Stafetter")


# The walks ---------------------------------------------------------------------------------------

# What says nothing to anybody: files, numbers, addresses, and what the admin's scripts ask for.
WORDLESS = {
    "media/<path:path>",
    "health/",
    "robots.txt",
    "sitemap.xml",
    "sitemap-<slug:section>.xml",
    "sitemap-posts-<int:year>.xml",
    "admin/jsi18n/",
    "admin/autocomplete/",
    "admin/editor-words.js",
    "baton/<int:handoff_id>/text/draft/",
}


# What only its own person may end.
OWN_ROWS = ("/account/replies/{reply}/erase/", "/account/sessions/{session}/end/")
KEYS = "jkads"  # of the keyboard, in the queue of comments

KEPT_PAGES = os.environ.get("KEEP_PAGES")


class Walk:
    """Opens pages. Remembers what was not marked, and where; and which routes have said something."""

    def __init__(self, *, but=frozenset()):
        self.but = but
        self.found = {}
        self.heard = set()

    def get(self, client, address):
        self.hear(f"GET {address}", address, client.get(address, follow=True))

    def post(self, client, address, form):
        self.hear(f"POST {address}", address, client.post(address, form, follow=True))

    def hear(self, name, address, response):
        kind = response.headers.get("Content-Type", "")
        if kind.startswith(("text/html", "application/atom+xml", "text/calendar")):
            self.note(f"{name} {response.status_code}", said_by(response))
            if KEPT_PAGES and response.content and kind.startswith("text/html"):
                keep(response)
            if response.status_code in (200, 409, 410, 422):
                led_to = response.request["PATH_INFO"]
                self.heard |= {resolve(each.partition("?")[0]).route for each in (address, led_to)}

    def note(self, name, said):
        for words in unmarked_in(said, but=self.but):
            self.found.setdefault(words, name)  # where it stands first


def keep(response):
    """For `make valid`."""
    name = re.sub(r"[^\w-]+", "_", response.request["PATH_INFO"]).strip("_") or "front"
    page = hashlib.sha256(response.content).hexdigest()[:8]
    Path(KEPT_PAGES, f"{name}-{page}.html").write_bytes(response.content)


def said_by(response):
    words = response.content.decode()
    if response.headers["Content-Type"].startswith("text/calendar"):
        return re.findall(r"^(?:SUMMARY|DESCRIPTION|LOCATION)[^:]*:(.+)", words, re.M)
    return Said(words).said


def routes_of(*rooms):
    """Every route in these rooms of the site that has words for somebody."""
    return {route for route in routes() if route.startswith(rooms)} - WORDLESS


PERSONAL = ("baton/", "show/")  # rooms that a link opens; the table knows them locked


def test_every_word_of_the_table_of_addresses_is_marked(marked, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    users = make_users()
    scene = make_scene(users)
    make_all_content_cyrillic()
    walk = Walk(but=slugs() | {*LATIN.upper(), *KEYS, "md5", "Ny", "office.example"})

    def client_of(role):
        client = Client()
        if users[role]:
            client.force_login(users[role])
        return client

    for row, get, _post in rows_of_the_table():
        address = row.format(**scene)
        if resolve(address.partition("?")[0]).route in WORDLESS:
            continue
        # A role that is answered as the next one is sees the same page, with more on it.
        for role in [role for role in get if role == "superuser" or get[role] == "403"]:
            walk.get(client_of(role), address)
        if get["anonymous"] != get["superuser"]:
            walk.get(client_of("anonymous"), address)
        for form in forms_for(row, address, scene, client_of("superuser")):
            with rolled_back():
                walk.post(client_of("superuser"), address, form)

    for address in OWN_ROWS:
        with rolled_back():
            walk.post(client_of("contributor"), address.format(**scene), {})

    assert walk.found == {}
    assert {*routes_of("")} - {*routes_of(*PERSONAL)} - walk.heard == set()


def forms_for(row, address, scene, client):
    """What is sent to an address: what acts, and the same with nothing filled in."""
    said = {
        name: cyrillic(value) if is_content(value) else value
        for name, value in FORMS.get(row, {}).items()
    }
    shown = fields_of(client.get(address)) if "/change/" in row else {}
    filled = {name: filled_in(value, scene) for name, value in said.items()}
    yield {"post": "yes"} | shown | {name: as_file(value) for name, value in filled.items()}
    if said:
        yield shown | dict.fromkeys(said, "")


def is_content(value):
    return isinstance(value, str) and bool(re.match(r"(?:<p>)?[A-ZÆØÅ]", value))


def slugs():
    """Addresses are words of nobody's language."""
    return {
        row.slug for model in (Theme, Relay, Contributor, Tag, Page) for row in model.objects.all()
    }


def test_every_word_of_a_link_and_of_what_is_behind_it_is_marked(client, marked):
    turns = Turns("da")
    said = cyrillic(turns.words)
    at_rest = [getattr(turns, state)() for state in STATES]
    with_text = [changed_by_the_editors(turns), *(turns.at(status) for status in Status)]
    pressed = [(getattr(turns, state)(), *press) for state, *press in presses(said)]
    pressed += [(turns.begun(), *press) for press in more_presses(said)]
    shown = turns.written()
    addresses = [
        *make_every_kind_of_showing(shown, shown.leg.contributor.user, words=said),
        *make_every_kind_of_showing(shown, shown.relay.editors.get(), words=said),
    ]
    for article in Article.objects.public():
        approve_reply(make_reply(article))
    make_all_content_cyrillic()
    enter = partial(enter_by_link, client)
    walk = Walk()

    for handoff in (*at_rest, *with_text):
        walk.get(client, enter(handoff))
    for handoff in with_text:
        walk_of_a_text(client, walk, enter(handoff))
    for handoff, address, form in pressed:
        turn = enter(handoff)
        client.get(f"{turn}text/")
        form = {name: cyrillic(v) if is_content(v) else as_file(v) for name, v in form.items()}
        walk.post(client, f"{turn}{address}", form)
    walk_of_what_is_shown(client, walk, enter(shown.leg.handoff), addresses, said)
    for address in ("baton/not-me", "baton/stood-down", "baton/link/gone", "show/gone"):
        walk.get(client, f"/{address}/")
    for email in ("", "nobody", "nobody@office.example"):
        walk.post(client, "/baton/new-link/", {"email": email})

    assert walk.found == {}
    assert routes_of(*PERSONAL) - walk.heard == set()


def more_presses(said):
    """With the baton in hand: a colleague instead, and files that are none, broken and good."""
    yield "colleague/", {}
    yield "colleague/", {"colleague-name": said, "colleague-email": "kai@ro.example"}
    for file in (b"", b"PK", word_file(paragraph(said))):
        yield "text/word/", {"version": "0", "word": file}


def changed_by_the_editors(turns):
    """A text whose writer is asked about the editors' words."""
    article = put(turns.written(), "submitted")
    article = write(article, title="Ro", by=make_editor())
    version = article.draft.version
    workflow.take_step(article, "ask_writer", by=make_editor(), version=version, note="Ro")
    return article.leg.handoff


def walk_of_a_text(client, walk, turn):
    for page in (
        "text/",
        "text/preview/",
        "text/revisions/",
        "text/changes/",
        "dates.ics",
        "replies/",
    ):
        walk.get(client, f"{turn}{page}")
    walk.post(client, f"{turn}replies/", {})
    revision = f"{turn}text/revisions/1/"
    walk.get(client, revision)
    for address, form in (
        (revision, {}),
        *((f"{turn}text/steps/", {"step": step}) for step in ("submit", "take_back", "agree")),
    ):
        with rolled_back():
            walk.post(client, address, form)


def walk_of_what_is_shown(client, walk, turn, addresses, said):
    addresses = [address.removeprefix(site_settings.SITE_URL) for address in addresses]
    for address in (*addresses, f"{addresses[0]}thanks/", turn, f"{turn}showings/"):
        walk.get(client, address)
    for form in ({}, {"answer": "remarks"}, {"answer": "remarks", "name": said, "words": said}):
        walk.post(client, f"{addresses[0]}remarks/", form)
    for name in ("", said):
        walk.post(client, f"{turn}showings/", {"show-name": name})
    for showing in Showing.objects.open():
        walk.post(client, f"{turn}showings/{showing.pk}/revoke/", {})


def test_every_word_that_readers_meet_is_marked(client, marked):
    site = make_site()
    relay = make_relay(alternation="off")
    make_archive(relay, 13, theme=make_theme("Kultur"))
    Page.objects.create(title="Om", slug="om", body="<p>Om os</p>")
    looked_for = {"natten eller svaret", "svaret", "hestestald"}
    make_all_content_cyrillic()
    walk = Walk(but=looked_for | {*LATIN.upper()})

    many = relay.get_absolute_url()
    older = re.search(r'href="(\?[^"]+)" rel="next"', client.get(many).content.decode())[1]
    for address in (
        *site.addresses.values(),
        many,
        f"{many}{older}",
        f"{many}?year=1999",
        f"{many}?order=first",
        f"/embed{many}",
        "/contributors/?letter=%C3%85",
        "/pages/om/",
        "/feed.xml",
    ):
        walk.get(client, address)

    assert walk.found == {}


@pytest.mark.long
def test_every_word_of_the_newsroom_is_marked(client, marked):
    addresses = list(make_newsroom())
    make_all_content_cyrillic()
    walk = Walk(but=slugs() | {"md5"})
    client.force_login(make_superuser(cyrillic("Rod")))

    for address in addresses:
        walk.get(client, address)

    assert walk.found == {}


def test_every_word_of_an_empty_or_a_broken_site_is_marked(client, marked, rf):
    walk = Walk()

    for address in ("/", "/relays/", "/themes/", "/contributors/", "/search/", "/nowhere/"):
        walk.get(client, address)
    request = rf.get("/")
    for page in (
        views.server_error(request),
        with_the_database_away(client, "/"),
        render(request, "429.html"),
        views.bad_request(request, None),
        permission_denied(request, None),
        views.csrf_failure(request),
    ):
        walk.note(page.status_code, Said(page.content.decode()).said)

    assert walk.found == {}


def test_every_word_of_every_letter_is_marked(marked, settings, mailoutbox):
    turns = Turns("da")
    said = cyrillic(turns.words)
    handoffs = [turns.late(), turns.first(), turns.not_now()]
    make_all_content_cyrillic()
    Letter.objects.all().delete()
    walk = Walk()

    write_every_kind(*[Handoff.objects.get(pk=handoff.pk) for handoff in handoffs], said)
    written = list(Letter.objects.all())
    Letter.objects.update(about_day=None, state="queued")
    outbox.send_due()

    assert {letter.kind for letter in written} == letters.KINDS.keys()
    for letter in written:
        body = letter.body.replace(letters.LINK, "").replace(letters.CODE, "")
        walk.note(letter.kind, [letter.subject, *body.splitlines()])
    for message in mailoutbox:
        [(html, _kind)] = message.alternatives
        walk.note(message.subject, Said(html).said)
    assert walk.found == {}
