"""What a search finds, in which order, and that it is always what readers may see."""

import string
import unicodedata
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape
from hypothesis import given, settings
from hypothesis import strategies as st

from articles import search, workflow
from articles.invariants import breaches
from articles.models import Article, SearchRow, Tag
from articles.models.tag import tags_for
from articles.publication.marking import excerpt, marked
from articles.stems import as_typed, stem, words_in
from articles.transfer import import_relay, read_relay
from relays.models import Link
from tests.factories import (
    begin_leg,
    fresh,
    make_chief_editor,
    make_contributor,
    make_news,
    make_relay,
    make_theme,
    publish,
    publish_leg,
    put,
    write,
)
from tests.forms import fields_of
from tests.sites import NOON, make_many_news

pytestmark = pytest.mark.django_db

ARCHIVE = Path(__file__).with_name("archive.json")

# What somebody types, and the posts it finds in this order, by the first word of their titles.
# The archive's are Gadebelysningens (1), Mørket (2), Et (3) and Og (4); NEWS are newer.
NEWS = [
    ("Kommunernes", "direktører", "Børnene i Ålborg får nye skoler."),
    ("Kommunal", "kommunikation", "Aalborgs borgmester skriver til alle mænd i byen."),
    ("Tillid", "til staten", "EU's stafet, pc'erne og 400.000 måltider. Det er noget at være af."),
    ("Være", "eller ikke være", "Staten har tillid. Müller og Søren Å. i Øresund, covid19."),
]
QUERIES = {
    # forms of a word
    "gadebelysning": "Gadebelysningens",
    "GADEBELYSNINGERNES": "Gadebelysningens",
    "økonomien": "Gadebelysningens",
    "kommune": "Kommunernes Gadebelysningens",
    "kommunernes": "Kommunernes Gadebelysningens",
    "kommunen": "Kommunernes Gadebelysningens",
    "direktørens": "Kommunernes Et",
    "direktør": "Kommunernes Et",
    "skole": "Kommunernes",
    "barn": "Kommunernes",
    "manden": "Kommunal",
    "by": "Kommunal",
    "måltidet": "Tillid",
    "stafetten": "Tillid",
    "lygter": "Gadebelysningens",
    "ydelserne": "Mørket",
    "års": "Et",
    # names, organisations, the relay, the theme, tags
    "Åse": "Et Gadebelysningens",
    "ørskov": "Et Gadebelysningens",
    "Rikke Løvenørn": "Og",
    "Kåre": "Et",
    "belysningschef": "Gadebelysningens",
    "ærø kommune": "Gadebelysningens",
    "lampelavet": "Og Et",
    "lysstafetten": "Og Et Mørket Gadebelysningens",
    "bæredygtighed": "Et Gadebelysningens",
    "politik": "Mørket",
    "ældre": "Gadebelysningens",
    # other spellings
    "aalborg": "Kommunal Kommunernes",
    "ålborg": "Kommunal Kommunernes",
    "AALBORGS": "Kommunal Kommunernes",
    "aase oerskov": "Et Gadebelysningens",
    "moerket": "Mørket",
    "Mo\u0308rket": "Mørket",
    "gade\u00adbelysning": "Gadebelysningens",
    "muller": "Være",
    "öresund": "Være",
    "eu": "Tillid",
    "EU's pc": "Tillid",
    # beginnings of the last word, whole words first
    "kommun": "Kommunernes Gadebelysningens Kommunal",
    "direkt": "Kommunernes Et",
    "gade": "Gadebelysningens",
    "åse lamp": "Et",
    "lamp åse": "",
    "covid": "Være",
    "ga": "",
    # several words, phrases
    "tillid staten": "Tillid Være",
    "staten tillid": "Tillid Være",
    '"tillid til staten"': "Tillid",
    "»staten har tillid«": "Være",
    '"staten tillid"': "",
    '"økonomi vi betaler"': "",
    '"kommunal': "Kommunal",
    '"direktør" lampelavet': "Et",
    # words that say nothing
    "hvad er tillid": "Tillid Være",
    "tillid til": "Tillid Være",
    "være": "Være",
    "og": "Og",
    "er også": "Mørket",
    "det": "Og",
    # what is none
    "hestestald": "",
    "": "",
    "   ": "",
    "?!*": "",
    "🦆": "",
    "\x00": "",
    "\ud800": "",
    "NOT": "",
    "tillid OR mørket": "",
    "tillid*": "Tillid Være",
    "title:tillid": "",
    "{title} : tillid": "",
    "^tillid + NEAR(a b)": "",
    "tillid & !x | 'y':*A <-> \\": "",
    "%": "",
    "'; DROP TABLE articles_searchrow; --": "",
}


@pytest.fixture
def archive():
    import_relay(read_relay(ARCHIVE.read_bytes()))
    for first, rest, text in NEWS:
        publish(write(make_news(), title=f"{first} {rest}", body=f"<p>{text}</p>"))


def found_by(words):
    hits = search.find(search.parse(words), Article.objects.public().with_sector())
    titles = {article.pk: article.live.plain_title for article in Article.objects.public()}
    return " ".join(titles[hit.pk].split(" ")[0] for hit in hits)


def test_a_search_finds_this_in_this_order_on_both_databases(archive):
    assert {words: found_by(words) for words in QUERIES} == QUERIES


# In step with what is public -------------------------------------------------------------------


def found(words):
    """The keys of the articles that a search finds, as a set."""
    query = search.parse(words)
    return {hit.pk for hit in search.find(query, Article.objects.public().with_sector())}


def publish_words(words, **fields):
    return publish(write(make_news(**fields), title="Nyt", body=f"<p>{words}</p>"))


@pytest.mark.parametrize("status", ["draft", "submitted", "sent_back", "approved", "scheduled"])
def test_what_is_not_out_has_no_row(status):
    put(write(make_news(), title="Hemmeligt"), status)

    assert found("hemmeligt") == set()
    assert not SearchRow.objects.exists()


def test_a_post_is_found_from_its_publication_on():
    article = put(write(make_news(), title="Bakkerne"), "submitted")

    with transaction.atomic():
        workflow.take_step(
            article, "publish", by=make_chief_editor(), version=article.draft.version, note="–"
        )
        assert found("bakke") == {article.pk}
        transaction.set_rollback(True)

    assert found("bakke") == set()


@pytest.mark.parametrize("step", ["withdraw", "remove", "undo"])
def test_a_post_that_readers_do_not_see_any_more_is_not_found(step):
    article = publish_words("Bakkerne ruller ud.")

    workflow.take_step(article, step, by=make_chief_editor())

    assert found("bakke") == set()
    assert not SearchRow.objects.exists()


def test_a_post_that_is_shown_again_is_found_again():
    chief, article = make_chief_editor(), publish_words("Bakkerne ruller ud.")

    workflow.take_step(article, "withdraw", by=chief)
    workflow.take_step(article, "restore", by=chief)

    assert found("bakke") == {article.pk}


def test_a_newer_draft_is_not_found_until_it_is_out():
    chief, article = make_chief_editor(), publish_words("Bakkerne ruller ud.")

    article = write(article, title="Tallerkner", body="<p>Hemmeligt.</p>")
    assert (found("bakke"), found("hemmeligt")) == ({article.pk}, set())

    workflow.take_step(article, "correct", by=chief, version=article.draft.version)
    assert (found("bakke"), found("hemmeligt")) == (set(), {article.pk})


def test_a_withdrawn_post_that_is_published_anew_stays_hidden():
    chief, article = make_chief_editor(), publish_words("Bakkerne ruller ud.")
    workflow.take_step(article, "withdraw", by=chief)

    put(write(fresh(article), title="Bakker igen"), "live", by=chief)

    assert found("bakke") == set()


def test_the_index_forgets_the_words_that_a_row_had():
    article = publish_words("Bakkerne ruller ud.")

    SearchRow.objects.filter(article=article).update(body="tallerken")
    assert (found("bakkerne"), found("tallerken")) == (set(), {article.pk})

    SearchRow.objects.all().delete()
    assert found("tallerken") == set()


def test_another_theme_is_found_at_once():
    article = publish_words("Bakkerne ruller ud.", theme=make_theme("Velfærd"))

    workflow.change_theme(article, make_theme("Ledelse"))

    assert (found("velfærd"), found("ledelse")) == (set(), {article.pk})


# Names that change -----------------------------------------------------------------------------


@pytest.fixture
def editor():
    client = Client()
    client.force_login(make_chief_editor())
    return client


def change(client, row, **typed):
    """Change a row in the newsroom, touching nothing else."""
    names = row._meta.app_label, row._meta.model_name
    address = reverse("admin:{}_{}_change".format(*names), args=[row.pk])
    form = fields_of(client.get(address), f"{row._meta.model_name}_form") | typed
    assert client.post(address, form).status_code == 302


def test_a_new_name_of_a_writer_a_theme_and_a_relay_is_found_at_once(editor):
    theme, writer = make_theme("Velfærd"), make_contributor("Åse Ørskov")
    news = publish(write(make_news(theme=theme, writer=writer), title="Nyt"))
    leg = publish_leg(make_relay("Hvem dækker bordet?"), receiver=writer)

    change(editor, theme, name="Omsorg")
    change(editor, writer, name="Åse Lundemark")
    change(editor, leg.relay, short_name="Bordstafetten")

    assert (found("velfærd"), found("omsorg")) == (set(), {news.pk})
    assert (found("ørskov"), found("lundemark")) == (set(), {news.pk, leg.pk})
    assert found("bordstafetten") == {leg.pk}
    assert list(breaches()) == []


def test_a_tag_is_found_given_renamed_and_gone(editor):
    article = publish_words("Bakkerne ruller ud.")

    change(editor, article, tags="ældremad")
    assert found("ældremad") == {article.pk}

    change(editor, Tag.objects.get(), name="Plejemad")
    assert (found("ældremad"), found("plejemad")) == (set(), {article.pk})

    address = reverse("admin:articles_tag_delete", args=[Tag.objects.get().pk])
    editor.post(address, {"post": "yes"})
    assert found("plejemad") == set()
    assert list(breaches()) == []


def test_several_tags_at_once_are_gone_from_the_search(editor):
    article = publish_words("Bakkerne ruller ud.")
    article.tags.add(*tags_for(["ældremad", "lys"]))
    search.index(Article.objects.all())

    chosen = {"_selected_action": [tag.pk for tag in Tag.objects.all()], "post": "yes"}
    address = reverse("admin:articles_tag_changelist")
    editor.post(address, {"action": "delete_selected", **chosen})

    assert (found("lys"), found("ældremad")) == (set(), set())
    assert list(breaches()) == []


def test_a_writer_who_corrects_her_name_is_found_by_it(client):
    writer = make_contributor("Åse Ørskov")
    article = publish_leg(make_relay(), receiver=writer)
    handoff = begin_leg(make_relay(), receiver=writer).handoff
    client.get(reverse("relays:link", args=[Link.make(handoff)]))

    client.post(
        reverse("portal:presentation", args=[handoff.pk]), {"you-name": "Åse Ørskov Lundemark"}
    )

    assert found("lundemark") == {article.pk}


def test_an_amended_import_is_found_by_what_it_says_now():
    given = read_relay(ARCHIVE.read_bytes())
    import_relay(given)

    given["short_name"] = "Lampestafetten"
    given["posts"][1]["tags"] = ["stjerner"]
    import_relay(given)

    assert len(found("lampestafetten")) == 4
    assert found("stjerne") == set(
        Article.objects.filter(leg__number=2).values_list("pk", flat=True)
    )
    assert list(breaches()) == []


# Building it anew ------------------------------------------------------------------------------


def rebuild():
    told = StringIO()
    call_command("rebuild_search", stdout=told)
    return told.getvalue()


def test_the_index_is_built_anew_from_what_is_public(archive):
    before = list(SearchRow.objects.order_by("pk").values())
    SearchRow.objects.filter(pk=before[0]["article_id"]).delete()
    SearchRow.objects.filter(pk=before[1]["article_id"]).update(title="forkert")
    SearchRow.objects.create(article=make_news(), title="hemmeligt")

    assert rebuild() == "8 posts can be found.\n"

    assert list(SearchRow.objects.order_by("pk").values()) == before
    assert (found("forkert"), found("hemmeligt")) == (set(), set())
    assert list(breaches()) == []


def test_nothing_published_is_nothing_to_build():
    assert rebuild() == "0 posts can be found.\n"
    assert found("noget") == set()


# The order -------------------------------------------------------------------------------------


def test_the_newest_thousand_are_ranked(monkeypatch):
    monkeypatch.setattr(search, "HITS", 3)
    articles = make_many_news(5, at=lambda n: NOON + timedelta(days=n))
    oldest, *_others, newest = articles
    SearchRow.objects.filter(article=oldest).update(title=stem("bakke"))
    SearchRow.objects.filter(article=articles[2]).update(title=stem("bakke"))
    query = search.parse("bakke")

    hits = search.find(query, Article.objects.public().with_sector())

    assert [hit.pk for hit in hits] == [articles[2].pk, newest.pk, articles[3].pk]


def test_a_hit_names_the_sector_that_its_lane_shows():
    leg = publish_leg(make_relay(), receiver=make_contributor(sector="private"))
    neither = publish_leg(make_relay(), receiver=make_contributor(sector=""))
    news = publish(make_news(writer=make_contributor(sector="public")))

    sectors = {article.pk: article.sector for article in Article.objects.with_sector()}

    assert sectors == {leg.pk: "private", neither.pk: "", news.pk: "public"}
    assert sectors == {each.pk: each.lane for each in (leg, neither, news)}


def test_a_search_is_one_query(archive):
    query = search.parse('kommune "halv styrke" ældre')

    with CaptureQueriesContext(connection) as queries:
        search.find(query, Article.objects.public().with_sector())

    assert len(queries) == 1


# Whatever is typed -----------------------------------------------------------------------------


@settings(max_examples=200)
@given(words=st.text(max_size=60))
def test_any_text_is_a_query_of_plain_words(words):
    query = search.parse(words)
    plain = set(string.ascii_lowercase + string.digits)

    assert len(query.terms) <= search.TERMS
    assert all(set(stem) <= plain and stem for term in query.terms for stem in term.stems)
    assert all(set(term.prefix) <= plain for term in query.terms)


@settings(max_examples=60, deadline=None)
@given(words=st.text(alphabet=st.sampled_from(string.printable + "æøåÆØÅ«»“”\x00🦆ǿ")))
def test_any_text_can_be_looked_for(words):
    query = search.parse(words)

    assert search.find(query, Article.objects.public().with_sector()) == []


@given(words=st.text(max_size=80))
def test_a_text_is_found_by_each_of_its_own_words(words):
    for word in words_in(words):
        assert stem(word)
        assert search.parse(f'"{word}"').knows(word) or search.parse(word).knows(word)


@given(text=st.text(), words=st.text())
def test_marks_are_all_that_is_added_to_a_text(text, words):
    html = marked(text, search.parse(words))

    bare = html.replace("<mark>", "").replace("</mark>", "")
    assert bare == escape(unicodedata.normalize("NFC", text))


# Marks and excerpts ----------------------------------------------------------------------------

MARKED = {
    ("kommune", "Kommunernes og kommunal"): "<mark>Kommunernes</mark> og kommunal",
    ("kommun", "Kommunernes og kommunal"): "<mark>Kommunernes</mark> og <mark>kommunal</mark>",
    ("aalborg", "I Ålborg."): "I <mark>Ålborg</mark>.",
    ("eu", "EU's regler"): "<mark>EU</mark>'s regler",
    ("grundvand", "Grund\u00advandet"): "<mark>Grund\u00advandet</mark>",
    ("b", "<b>b</b>"): "&lt;<mark>b</mark>&gt;<mark>b</mark>&lt;/<mark>b</mark>&gt;",
    ("tillid til", "tillid til dig"): "<mark>tillid</mark> til dig",
    ('"tillid til"', "tillid til dig"): "<mark>tillid</mark> til dig",
    ("være", "Være eller"): "<mark>Være</mark> eller",
    ("", "<script>"): "&lt;script&gt;",
}


def test_words_are_marked_and_the_rest_is_escaped():
    found = {(words, text): marked(text, search.parse(words)) for words, text in MARKED}

    assert {key: str(html).replace("&#x27;", "'") for key, html in found.items()} == MARKED


def excerpt_of(words, *, standfirst="", body=""):
    article = publish(write(make_news(), title="Nyt", standfirst=standfirst, body=body))
    return excerpt(article, search.parse(words))


def test_a_hit_in_the_standfirst_shows_the_standfirst():
    body = "<p>Bakkerne ruller ud.</p>"

    assert excerpt_of("bakke", standfirst="Om bakker.", body=body) == "Om bakker."


def test_a_hit_in_the_text_alone_shows_the_words_around_it():
    before, after = "ord " * 100, " efter" * 100
    body = f"<p>{before}</p><p>Bakkerne &amp; fadene{after}</p>"

    shown = excerpt_of("bakke", standfirst="Om mad.", body=body)

    assert shown.startswith("… ord ord")
    assert "ord Bakkerne & fadene efter" in shown
    assert shown.endswith("efter …")
    assert len(shown) < 300


def test_a_hit_elsewhere_shows_the_standfirst_or_how_the_text_begins():
    assert excerpt_of("nyt", standfirst="Om mad.", body="<p>Bakkerne.</p>") == "Om mad."
    assert excerpt_of("nyt", body="<p>Bakkerne.</p><p>Fadene.</p>") == "Bakkerne. Fadene."


def test_a_word_longer_than_an_excerpt_is_cut():
    assert len(excerpt_of("a" * 400, body=f"<p>{'a' * 400}</p>")) < 300


def test_every_form_of_a_word_that_is_looked_for_has_one_stem():
    forms = ["stafet stafetten stafetternes", "barn børn børnene", "by byen byer byerne byens"]
    forms += ["Ålborg aalborg AALBORGS", "nat natten nætter nætterne", "år året årene års"]

    assert [len({stem(word) for word in line.split()}) for line in forms] == [1] * len(forms)


def test_words_are_plain_letters_whatever_they_were():
    words = ["Ærø", "crème", "Straße", "2026", "1e5x", "Москва", "ﬁne", "½", "a\u00adb"]

    assert [as_typed(word) for word in words] == [
        *("aeroe", "creme", "strasse", "n2026", "n1e5x"),
        *("x43cx43ex441x43ax432x430", "fine", "n1x20442", "ab"),
    ]
