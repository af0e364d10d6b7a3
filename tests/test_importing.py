"""Relays come in from files and go out to them (docs/relay-format.md)."""

import json
import sys
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from articles import search, workflow
from articles.models import Article, Byline, Tag
from relays import baton
from relays.models import Contributor, Handoff, Leg, Relay, Theme
from tests.factories import (
    begin_leg,
    fresh,
    make_chief_editor,
    make_contributor,
    make_handoff,
    make_news,
    make_relay,
    make_theme,
    publish,
    publish_leg,
    put,
    reload,
    write,
)

pytestmark = pytest.mark.django_db

ARCHIVE = Path(__file__).with_name("archive.json")
# Real input, where this machine has it beside the checkout.
OPS = Path(__file__).resolve().parents[2] / "shared/data/ops-stafetten.json"
ARCHIVES = [path for path in (ARCHIVE, OPS) if path.exists()]

CLEAN_BODY = "<p>Klokken tre så jeg <strong>ingen</strong>.</p><p>Lygten så mig.</p>"


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def archive():
    """The archive as its newsroom may amend it."""
    return json.loads(ARCHIVE.read_text(encoding="utf-8"))


@pytest.fixture
def load(tmp_path):
    """Import what a file says, given as its content or as bytes; returns what the command told."""

    def load(content, **options):
        path = content
        if not isinstance(content, Path):
            path = tmp_path / "relay.json"
            is_raw = isinstance(content, bytes)
            path.write_bytes(content if is_raw else json.dumps(content).encode())
        told = StringIO()
        call_command("import_relay", path, stdout=told, **options)
        return told.getvalue().splitlines()

    return load


@pytest.fixture
def refusal(load):
    """What an import says no to, after the file's name. It leaves everything as it was."""

    def refusal(content):
        before = rows()
        with pytest.raises(CommandError) as refused:
            load(content)
        assert rows() == before
        return str(refused.value).partition("relay.json: ")[2]

    return refusal


def our_models():
    for app in ("relays", "articles"):
        yield from apps.get_app_config(app).get_models(include_auto_created=True)


def rows():
    return {model: list(model.objects.order_by("pk").values()) for model in our_models()}


def changes(before):
    """The kinds of rows that are not as they were."""
    after = rows()
    return sorted(model.__name__ for model in before if before[model] != after[model])


def empty_the_database():
    for model in our_models():
        model.objects.all()._raw_delete("default")


def export(slug="lysstafetten"):
    told = StringIO()
    call_command("export_relay", slug, stdout=told)
    return json.loads(told.getvalue())


def relay():
    return Relay.objects.with_baton().get(slug="lysstafetten")


def legs():
    return list(relay().legs.order_by("number"))


def article(number):
    return Article.objects.for_page().get(relay__slug="lysstafetten", leg__number=number)


def bylines(number):
    return [
        (byline.contributor.name, byline.job_title, byline.organisation, byline.sector)
        for byline in article(number).bylines.select_related("contributor")
    ]


def public_pages(client, slug):
    """What readers see of a relay: its page, its articles, its people and where it is listed."""
    articles = Article.objects.public().filter(relay__slug=slug).oldest_first()
    people = Contributor.objects.filter(bylines__article__relay__slug=slug).order_by("slug")
    addresses = [
        "/",
        "/relays/",
        "/themes/",
        "/contributors/",
        f"/relays/{slug}/",
        *(article.get_absolute_url() for article in articles),
        *dict.fromkeys(person.get_absolute_url() for person in people),
    ]
    return {address: client.get(address).content.decode() for address in addresses}


# One closed relay ----------------------------------------------------------------------------


def test_an_archive_becomes_one_closed_relay_in_order(load):
    load(ARCHIVE)

    assert [leg.number for leg in legs()] == [1, 2, 3, 4]
    assert {leg.state for leg in legs()} == {"finished"}
    assert relay().baton.place == "finished"
    assert relay().closing_note == "Lyset er slukket klokken et."
    assert (relay().title, relay().name) == ("Hvem slukker lyset?", "Lysstafetten")


def test_posts_keep_their_days_in_danish_time(load):
    load(ARCHIVE)

    assert [article(number).published_at for number in (1, 2, 3, 4)] == [
        datetime(2012, 3, 5, 5, tzinfo=UTC),  # six in the morning, where nobody knows the hour
        datetime(2012, 4, 16, 21, 30, tzinfo=UTC),
        datetime(2012, 11, 2, 5, tzinfo=UTC),
        datetime(2012, 12, 10, 13, tzinfo=UTC),
    ]


def test_the_relay_opens_on_its_day_and_closes_with_its_last_post(load):
    load(ARCHIVE)

    assert relay().opened == legs()[0].began == datetime(2012, 3, 1, 5, tzinfo=UTC)
    assert relay().closed == article(4).published_at


def test_the_file_may_name_the_day_it_closed(load, archive):
    archive["relay"]["closed"] = "2013-01-07"

    load(archive)

    assert timezone.localdate(relay().closed) == date(2013, 1, 7)


def test_each_leg_begins_when_the_one_before_came_out(load):
    load(ARCHIVE)

    assert [leg.began for leg in legs()[1:]] == [article(n).published_at for n in (1, 2, 3)]


def test_alternation_is_off_unless_the_file_says_otherwise(load):
    load(ARCHIVE)

    assert relay().alternation == "off"


def test_themes_are_made_once_and_counted(load):
    make_theme("Politik")

    load(ARCHIVE)

    counts = dict(Theme.objects.values_list("name", "post_count"))
    assert counts == {"Bæredygtighed": 2, "Politik": 1}
    assert relay().theme.slug == "baeredygtighed"
    assert article(4).theme is None


def test_bylines_are_frozen_as_the_post_has_them(load):
    load(ARCHIVE)

    assert bylines(1) == [("Åse Ørskov", "belysningschef", "Ærø Kommune", "public")]
    assert bylines(2) == []
    assert bylines(3) == [
        ("Kåre Bæk", "", "", "private"),
        ("Åse Ørskov", "direktør", "Lampelavet", "private"),
    ]
    assert Byline.objects.filter(published_at=None).count() == 0


def test_a_person_is_one_contributor_as_their_newest_post_has_them(load):
    load(ARCHIVE)

    person = Contributor.objects.get(slug="aase-oerskov")
    assert (person.job_title, person.organisation, person.user) == ("direktør", "Lampelavet", None)
    assert Contributor.objects.count() == 3


def test_the_baton_goes_from_leg_to_leg(load):
    load(ARCHIVE)

    first, _unknown, third, fourth = legs()
    assert (first.handoff.giver, first.handoff.message) == (
        None,
        "Åse begynder, fordi hun har målt det.",
    )
    assert [leg.handoff and leg.handoff.giver.number for leg in (third, fourth)] == [2, 3]
    assert {handoff.state for handoff in Handoff.objects.all()} == {"taken"}


def test_a_leg_whose_writer_nobody_knows_says_so_to_readers(load, client):
    load(ARCHIVE)

    assert (legs()[1].contributor, legs()[1].handoff, legs()[1].sector) == (None, None, "")
    with translation.override("da"):
        words = translation.gettext("Writer not known")
    assert words in client.get(article(2).get_absolute_url()).content.decode()


def test_a_text_is_sanitised_and_the_title_keeps_its_soft_hyphen(load):
    load(ARCHIVE)

    assert article(1).live.body == CLEAN_BODY
    assert article(1).live.title == "Gade\u00adbelysningens økonomi"
    assert article(1).slug == "gadebelysningens-oekonomi"


def test_a_post_without_text_looks_finished(load, client):
    load(ARCHIVE)

    page = client.get(article(3).get_absolute_url())

    assert page.status_code == 200
    assert "Vi skruede ned og skrev det ikke i avisen." in page.content.decode()


def test_two_spellings_of_a_tag_are_one(load):
    load(ARCHIVE)

    assert sorted(Tag.objects.values_list("name", flat=True)) == ["lys", "Ældre"]
    assert [tag.name for tag in article(2).tags.all()] == ["lys"]


def test_the_relays_invariants_hold(load):
    load(ARCHIVE)

    call_command("check_relays")


def test_what_to_check_by_hand_is_listed(load):
    assert load(ARCHIVE) == [
        "  Leg 2: the writer is not known.",
        "  Leg 2: there is no text, only the standfirst.",
        "  Leg 3: neither job title nor organisation of Kåre Bæk is known.",
        "  Leg 3: there is no text, only the standfirst.",
        "  Leg 3: it came out 199 days after the leg in front of it.",
        "  Leg 4: it has no theme.",
        "  Leg 4: the same sector twice in a row.",
        "Hvem slukker lyset?: 4 legs; 18 rows made, 0 amended, 7 things to check by hand.",
    ]


def test_doubts_name_what_is_odd(load, archive):
    first, second, _third, fourth = archive["posts"]
    first["contributor"]["sector"] = None
    second |= {"standfirst": "", "handover": "Til hvem?"}
    fourth["published"] = "2012-10-01"

    told = load(archive)

    assert "  Leg 1: Åse Ørskov has no sector." in told
    assert "  Leg 2: there is neither text nor standfirst." in told
    assert "  Leg 2: the words of the handover have nobody to go to and were left out." in told
    assert "  Leg 4: it came out before the leg in front of it." in told


# The same file again, and an amended one -----------------------------------------------------


@pytest.mark.parametrize("path", ARCHIVES, ids=lambda path: path.stem)
def test_a_second_run_changes_nothing(load, path):
    load(path)
    before = rows()

    told = load(path)

    assert changes(before) == []
    assert "0 rows made, 0 amended" in told[-1]


@pytest.mark.parametrize("path", ARCHIVES, ids=lambda path: path.stem)
def test_a_dry_run_tells_the_same_and_leaves_nothing(load, path):
    before = rows()

    dry = load(path, dry_run=True)

    assert changes(before) == []
    told = load(path)
    assert dry == [*told[:-1], told[-1].removesuffix(".") + " (dry run: nothing was changed)."]


def test_an_amended_title_is_a_new_revision_at_the_old_address(load, archive):
    load(archive)
    address = article(1).get_absolute_url()
    archive["posts"][0]["title"] = "Gadelygternes økonomi"
    before = rows()

    told = load(archive)

    assert changes(before) == ["Article", "ArticleMove", "Draft", "Revision", "SearchRow"]
    assert (article(1).live.title, article(1).live.number) == ("Gadelygternes økonomi", 2)
    assert article(1).get_absolute_url() == address
    assert "0 rows made, 1 amended" in told[-1]


def test_a_text_found_later_is_added(load, archive):
    load(archive)
    archive["posts"][1]["body"] = "<p>En stjerne klagede <em>aldrig</em>.</p>"

    load(archive)

    assert article(2).live.body == "<p>En stjerne klagede <em>aldrig</em>.</p>"
    assert article(2).status == "live"


def test_a_writer_who_becomes_known_gets_leg_handoff_and_byline(load, archive):
    load(archive)
    archive["posts"][1] |= {
        "contributor": {"name": "Bo Mørk", "job_title": "astronom", "sector": "public"},
        "handover": "Bo kan tælle dem.",
    }
    before = rows()

    load(archive)

    leg = legs()[1]
    assert changes(before) == sorted(
        ["BatonMove", "Byline", "Contributor", "Handoff", "Leg", "SearchRow"]
    )
    assert (leg.contributor.name, leg.sector, leg.handoff.message) == (
        "Bo Mørk",
        "public",
        "Bo kan tælle dem.",
    )
    assert leg.handoff.giver == legs()[0]
    assert bylines(2) == [("Bo Mørk", "astronom", "", "public")]
    call_command("check_relays")


def test_a_writer_who_turns_out_to_be_another_is_replaced(load, archive):
    load(archive)
    archive["posts"][3]["contributor"] = {"name": "Bo Mørk", "sector": "public"}

    load(archive)

    assert legs()[3].contributor.name == legs()[3].handoff.receiver.name == "Bo Mørk"
    assert bylines(4) == [("Bo Mørk", "", "", "public")]
    call_command("check_relays")


def test_a_writer_whom_the_file_forgets_is_not_known_again(load, archive):
    load(archive)
    archive["posts"][3]["contributor"] = None

    load(archive)

    assert (legs()[3].contributor, legs()[3].handoff, bylines(4)) == (None, None, [])
    assert Handoff.objects.get(receiver__name="Rikke Løvenørn").state == "withdrawn"
    call_command("check_relays")


def test_a_corrected_day_moves_the_post_and_the_leg_that_followed(load, archive):
    load(archive)
    archive["posts"][1]["published"] = "2012-05-02"
    before = rows()

    load(archive)

    out = datetime(2012, 5, 2, 4, tzinfo=UTC)
    assert changes(before) == ["Article", "ArticleMove", "BatonMove", "Handoff", "Leg"]
    assert article(2).published_at == legs()[2].began == legs()[2].handoff.answered == out


def test_text_and_day_are_amended_together(load, archive):
    load(archive)
    archive["posts"][3] |= {"published": "2012-12-24", "title": "Hvem tænder det så?"}

    load(archive)

    assert (article(4).live.title, article(4).published_at) == (
        "Hvem tænder det så?",
        datetime(2012, 12, 24, 5, tzinfo=UTC),
    )
    assert Byline.objects.get(article=article(4)).published_at == article(4).published_at
    assert relay().closed == article(4).published_at


def test_a_corrected_beginning_moves_the_relay_and_its_first_leg(load, archive):
    load(archive)
    archive["relay"]["started"] = "2012-02-01"

    load(archive)

    assert relay().opened == legs()[0].began == datetime(2012, 2, 1, 5, tzinfo=UTC)


def test_theme_and_tags_follow_the_file_and_are_counted(load, archive):
    load(archive)
    archive["posts"][0] |= {"theme": "Politik", "tags": ["Ældre", "nat"]}

    load(archive)

    assert article(1).theme.name == "Politik"
    assert sorted(tag.name for tag in article(1).tags.all()) == ["nat", "Ældre"]
    assert dict(Theme.objects.values_list("name", "post_count")) == {
        "Bæredygtighed": 1,
        "Politik": 2,
    }


def test_the_relay_itself_is_amended(load, archive):
    load(archive)
    archive["relay"] |= {"title": "Hvem tænder?", "closing_note": "Det er mørkt.", "theme": None}
    before = rows()

    load(archive)

    assert changes(before) == ["BatonMove", "Relay", "SearchRow"]
    assert (relay().title, relay().closing_note, relay().theme) == (
        "Hvem tænder?",
        "Det er mørkt.",
        None,
    )


def test_a_leg_is_added_to_a_relay_that_has_not_finished(load, archive):
    fourth = archive["posts"].pop()
    archive["relay"] |= {"finished": False, "closing_note": ""}
    load(archive)
    archive["posts"].append(fourth)
    before = rows()

    load(archive)

    assert changes(before) == sorted(
        [
            "Article",
            "ArticleMove",
            "BatonMove",
            "Byline",
            "Contributor",
            "Draft",
            "Handoff",
            "Leg",
            "Revision",
            "SearchRow",
        ]
    )
    assert relay().baton.place == "free"
    assert legs()[3].handoff.giver == legs()[2]


def test_a_relay_that_has_finished_since_is_closed(load, archive):
    archive["relay"] |= {"finished": False, "closing_note": ""}
    load(archive)
    archive["relay"] |= {"finished": True, "closing_note": "Godnat."}

    load(archive)

    assert (relay().closed, relay().closing_note) == (article(4).published_at, "Godnat.")


def test_what_an_editor_closed_here_stays_as_it_was_closed(load, archive):
    archive["relay"] |= {"finished": False, "closing_note": ""}
    load(archive)
    baton.close(relay(), by=make_chief_editor(), closing_note="Vi lukkede selv.")
    closed = relay().closed
    archive["relay"]["finished"] = True

    load(archive)

    assert (relay().closed, relay().closing_note) == (closed, "Vi lukkede selv.")


def test_a_relay_imported_so_far_goes_on_here(load, archive):
    archive["relay"] |= {"finished": False, "closing_note": ""}
    load(archive)

    publish_leg(relay())

    assert [leg.number for leg in legs()] == [1, 2, 3, 4, 5]
    call_command("check_relays")


def test_a_person_who_has_been_asked_here_is_kept_up_to_date_here(load, archive):
    load(archive)
    asked = Contributor.objects.get(slug="kaare-baek")
    asked.user = make_chief_editor()
    asked.save()
    archive["posts"][2]["contributor"]["job_title"] = "pæremand"

    load(archive)

    asked.refresh_from_db()
    assert asked.job_title == ""
    assert bylines(3)[0] == ("Kåre Bæk", "pæremand", "", "private")


def test_an_older_archive_does_not_take_a_persons_new_title_back(load, archive):
    newer = json.loads(json.dumps(archive))
    newer["relay"] |= {"slug": "nyere", "started": "2015-01-01"}
    newer["posts"] = [
        {
            "number": 1,
            "published": "2015-01-01",
            "title": "Nyt job",
            "contributor": {"name": "Åse Ørskov", "job_title": "minister"},
        }
    ]
    load(archive)
    load(newer)

    told = load(archive)

    assert Contributor.objects.get(slug="aase-oerskov").job_title == "minister"
    assert "0 amended" in told[-1]


# What a file can't say -----------------------------------------------------------------------


def without(path, *keys):
    def amend(archive):
        found(archive, path).pop(keys[0])

    return amend


def found(archive, path):
    for key in path:
        archive = archive[key]
    return archive


def with_(path, **fields):
    return lambda archive: found(archive, path).update(fields)


def second_leg_numbered(number):
    return with_(["posts", 1], number=number)


FIRST, RELAY = ["posts", 0], ["relay"]
WRITER = [*FIRST, "contributor"]

BROKEN = [
    (with_([], people=[]), "people: this field is unknown."),
    (with_([], posts={}), "posts: this must be a list."),
    (with_([], posts=[]), "posts: this is empty."),
    (with_([], posts=["et indlæg"]), "posts[0]: this must be an object."),
    (without([], "relay"), "relay: this is missing."),
    (with_(RELAY, editor="Mads"), "relay.editor: this field is unknown."),
    (with_(RELAY, finished="yes"), "relay.finished: this must be true or false."),
    (with_(RELAY, slug="Lys stafetten"), "relay.slug: “Lys stafetten” is no address. Try “lys-stafetten”."),
    (with_(RELAY, language="tlh"), "relay.language: “tlh” is no language of this site. Known are: da, en."),
    (with_(RELAY, alternation="yes"), "relay.alternation: “yes” is no rule of alternation. Known are: strict, preferred, off."),
    (with_(RELAY, started="i marts"), "relay.started: “i marts” is not a day like 2011-08-31."),
    (with_(RELAY, started="2012-03-06"), "relay.started: a post came out before that day."),
    (with_(RELAY, closed="2012-12-09"), "relay.closed: a post came out after that day."),
    (with_(RELAY, closed="2013-01-01", finished=False), "relay.closed: the relay has not finished."),
    (with_(RELAY, theme="t" * 61), "relay.theme: this is longer than 60 characters."),
    (with_(FIRST, pictures=[]), "posts[0].pictures: this field is unknown."),
    (without(FIRST, "published"), "posts[0].published: this is missing."),
    (with_(FIRST, published=None), "posts[0].published: this is missing."),
    (with_(FIRST, published="5. marts"), "posts[0].published: “5. marts” is not a day like 2011-08-31, nor one with 2011-08-31T14:30."),
    (with_(FIRST, published=20120305), "posts[0].published: “20120305” is not a day like 2011-08-31, nor one with 2011-08-31T14:30."),
    (with_(FIRST, published="0001-01-01T00:00+12:00"), "posts[0].published: “0001-01-01T00:00+12:00” is not a day like 2011-08-31, nor one with 2011-08-31T14:30."),
    (with_(FIRST, published="2012-03-25T02:30"), "posts[0].published: the clocks skipped that hour."),
    (with_(FIRST, title=5), "posts[0].title: this must be a text in quotes."),
    (with_(FIRST, title="  "), "posts[0].title: this is empty."),
    (with_(FIRST, title="t" * 201), "posts[0].title: this is longer than 200 characters."),
    (with_(FIRST, body="a\0b"), "posts[0].body: this holds a null character."),
    (with_(FIRST, body="\ud83d"), "posts[0].body: this holds half a character."),
    (with_(FIRST, tags="lys"), "posts[0].tags: this must be a list."),
    (with_(FIRST, tags=["lys", 7]), "posts[0].tags[1]: this must be a text in quotes."),
    (with_(FIRST, tags=[" "]), "posts[0].tags[0]: this is empty."),
    (with_(FIRST, tags=["t" * 101]), "posts[0].tags[0]: this is longer than 100 characters."),
    (with_(FIRST, tags=["ß" * 100]), "posts[0].tags[0]: this is longer than 120 characters."),
    (with_(FIRST, slug="Lys!"), "posts[0].slug: “Lys!” is no address. Try “lys”."),
    (with_(FIRST, sector="church"), "posts[0].sector: “church” is no sector. Known are: public, private, nothing."),
    (with_(FIRST, contributor="Åse"), "posts[0].contributor: this must be an object."),
    (without(WRITER, "name"), "posts[0].contributor.name: this is missing."),
    (with_(WRITER, email="aase@lys.example"), "posts[0].contributor.email: this field is unknown."),
    (with_(WRITER, sector=["public"]), "posts[0].contributor.sector: “['public']” is no sector. Known are: public, private, nothing."),
    (with_(FIRST, coauthors=[{"name": "Bo"}, None]), "posts[0].coauthors[1]: this must be an object."),
    (with_(FIRST, coauthors=[{"name": "Åse Ørskov"}]), "posts[0].coauthors: somebody has written this twice."),
    (with_(FIRST, number="1"), "posts[0].number: this must be a whole number."),
    (with_(FIRST, number=True), "posts[0].number: this must be a whole number."),
    (second_leg_numbered(1), "posts[1].number: leg 1 stands in posts[0] already."),
    (second_leg_numbered(5), "posts: the legs must be numbered 1, 2, 3 … without gaps."),
    (second_leg_numbered(0), "posts: the legs must be numbered 1, 2, 3 … without gaps."),
    (with_(["posts", 3, "contributor"], name="Aase Oerskov"), "posts[3]: Aase Oerskov and Åse Ørskov would share the address “aase-oerskov”. Give one of them a slug of their own."),
    (lambda archive: [with_(["posts", n], slug="lys")(archive) for n in (0, 2)], "posts[2].slug: posts[0] has the address “lys” already."),
    (with_(["posts", 3], published="2999-01-01"), "leg 4: it has not come out yet: that day is to come."),
]  # fmt: skip


@pytest.mark.parametrize(("amend", "sentence"), BROKEN, ids=[sentence for _, sentence in BROKEN])
def test_a_broken_file_is_refused_with_the_place(refusal, archive, amend, sentence):
    amend(archive)

    assert refusal(archive) == sentence


RAW = [
    (b"", "line 1, column 1: this is not JSON (Expecting value)."),
    (b'{"relay": {},\n "posts": [}', "line 2, column 12: this is not JSON (Expecting value)."),
    (b"[]", "the file: this must be an object."),
    (b'{"relay":\n "\xe6"}', "line 2: this is not UTF-8."),
    (b'{"relay": {}, "relay": {}}', "relay: this field stands here twice."),
    (b'{"relay": {"slug": "a", "slug": "b"}}', "relay.slug: this field stands here twice."),
    (b"[" * 100_000, "This is not JSON that anybody wrote"),
    (b"1" * 5000, "This is not JSON that anybody wrote"),
]


@pytest.mark.parametrize(("raw", "sentence"), RAW, ids=[sentence for _, sentence in RAW])
def test_what_is_no_relay_is_refused_with_the_place(refusal, raw, sentence):
    assert refusal(raw).startswith(sentence)


def test_a_directory_is_no_file(tmp_path):
    with pytest.raises(CommandError, match=rf"^{tmp_path}: Is a directory\.$"):
        call_command("import_relay", tmp_path)


def test_a_file_that_is_missing_is_named(tmp_path):
    with pytest.raises(CommandError, match=r"nothing\.json: No such file or directory\.$"):
        call_command("import_relay", tmp_path / "nothing.json")


def test_a_byte_order_mark_is_no_trouble(load):
    load(b"\xef\xbb\xbf" + ARCHIVE.read_bytes())

    assert len(legs()) == 4


def test_letters_in_two_pieces_are_the_same_letters(load, archive):
    load(archive)
    archive["posts"][2]["coauthors"][0]["name"] = "A\u030ase Ørskov"

    told = load(archive)

    assert "0 rows made, 0 amended" in told[-1]


def test_a_name_at_somebody_elses_address_is_refused(refusal, archive):
    make_contributor("Kare Baek", slug="kaare-baek")

    assert refusal(archive) == (
        "Kåre Bæk: “kaare-baek” is the address of Kare Baek here. "
        "Give this person a slug of their own."
    )


def test_a_namesake_with_a_slug_is_somebody_else(load, archive):
    make_contributor("Kåre Bæk", slug="kaare-baek", job_title="skuespiller")
    archive["posts"][2]["contributor"]["slug"] = "kaare-baek-elektriker"

    load(archive)

    assert legs()[2].contributor.slug == "kaare-baek-elektriker"


def test_an_address_that_is_taken_here_is_refused(refusal, archive):
    Article.objects.filter(pk=publish(make_news("Lys")).pk).update(slug="lys")
    archive["posts"][2]["slug"] = "lys"

    assert refusal(archive) == "leg 3: another article has the address “lys” here."


# What has moved on here ----------------------------------------------------------------------


def test_a_leg_that_the_file_does_not_have_is_not_lost(load, refusal, archive):
    load(archive)
    archive["posts"].pop()
    archive["relay"]["short_name"] = "Mørkestafetten"

    assert (
        refusal(archive) == "posts: “Mørkestafetten” has a leg 4 here that the file does not have."
    )


def test_posts_that_run_ahead_here_stay(load, refusal, archive):
    archive["relay"] |= {"finished": False, "closing_note": ""}
    load(archive)
    begin_leg(relay())

    assert "has a leg 5 here that the file does not have." in refusal(archive)


def test_a_leg_that_runs_here_is_not_written_over(load, refusal, archive):
    fourth = archive["posts"].pop()
    archive["relay"] |= {"finished": False, "closing_note": ""}
    load(archive)
    begin_leg(relay())
    archive["posts"].append(fourth)

    assert refusal(archive) == "leg 4: leg 4 is running here."


def test_a_past_leg_cannot_push_in_front_of_somebody_who_is_asked(load, refusal, archive):
    fourth = archive["posts"].pop()
    archive["relay"] |= {"finished": False, "closing_note": ""}
    load(archive)
    make_handoff(relay(), offered=True)
    archive["posts"].append(fourth)

    assert refusal(archive) == ("leg 4: Lysstafetten is running here: its past can't be added to.")


def test_an_article_that_is_being_worked_on_here_is_left_alone(load, refusal, archive):
    load(archive)
    write(fresh(article(1)), title="Bedre titel")

    assert refusal(archive) == "leg 1: “Bedre titel” is being worked on here."


def test_a_text_that_was_published_again_here_is_not_written_over(load, refusal, archive):
    load(archive)
    put(write(fresh(article(1)), title="Bedre titel"), "live")

    assert refusal(archive) == "leg 1: “Bedre titel” was published here: a file can't change it."


def test_a_leg_that_ran_here_is_not_changed_by_a_file(load, refusal):
    relay = make_relay("Kører her", slug="her")
    publish_leg(relay)
    given = export("her")
    given["posts"][0]["contributor"] = {"name": "En Anden"}

    assert refusal(given) == "leg 1: Leg 1 of Kører her ran here: a file can't change it."


# And back ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ARCHIVES, ids=lambda path: path.stem)
def test_an_export_makes_the_same_relay_in_an_empty_database(load, client, path):
    load(path)
    slug = Relay.objects.get().slug
    exported, pages = export(slug), public_pages(client, slug)
    empty_the_database()

    load(exported)

    assert export(slug) == exported
    assert public_pages(client, slug) == pages


@pytest.mark.parametrize("path", ARCHIVES, ids=lambda path: path.stem)
def test_an_export_changes_nothing_where_it_came_from(load, path):
    load(path)
    before = rows()

    told = load(export(Relay.objects.get().slug))

    assert changes(before) == []
    assert "0 rows made, 0 amended" in told[-1]


@pytest.fixture
def home_grown():
    """A relay that ran here and was closed by its editor, and whose people have moved on."""
    relay = make_relay("Hvem kører hjem?", slug="hjem", theme=make_theme())
    publish_leg(relay, title="Første")
    article = publish_leg(relay, title="Anden")
    given_up = begin_leg(relay)
    baton.abandon(given_up, by=make_chief_editor())
    workflow.change_theme(article, make_theme())
    # Between beginning and publication the second writer changed to the other side.
    Byline.objects.filter(article=article).update(job_title="chauffør", sector="public")
    now = {"job_title": "chauffør", "sector": "public", "biography": "Har kørt længe."}
    Contributor.objects.filter(pk=article.leg.contributor_id).update(**now)
    Byline.objects.create(
        article=article,
        contributor=make_contributor("Medforfatter", slug="med", sector=""),
        order=2,
        published_at=article.published_at,
    )
    baton.close(reload(relay), by=make_chief_editor(), closing_note="Hjemme.")
    search.index(relay.articles.all())
    return relay


def test_a_relay_that_ran_here_comes_back_the_same(home_grown, load, client):
    exported, pages = export("hjem"), public_pages(client, "hjem")
    empty_the_database()

    load(exported)

    assert export("hjem") == exported
    assert public_pages(client, "hjem") == pages


def test_the_export_of_a_relay_that_ran_here_changes_nothing_here(home_grown, load):
    before = rows()

    told = load(export("hjem"))

    assert changes(before) == []
    assert "0 rows made, 0 amended" in told[-1]


def test_an_export_holds_finished_legs_only():
    relay = make_relay(slug="midt-i", finished_legs=1, running=True)

    exported = export(relay.slug)

    assert [post["number"] for post in exported["posts"]] == [1]
    assert (exported["relay"]["finished"], exported["relay"]["closed"]) == (False, None)


def test_nothing_is_exported_before_a_leg_has_finished():
    make_relay("Lige begyndt", slug="lige", running=True)

    with pytest.raises(CommandError, match="no leg has finished, so there is nothing to export"):
        export("lige")


def test_a_relay_with_a_withdrawn_post_is_not_exported():
    relay = make_relay(slug="faerre", finished_legs=1)
    workflow.take_step(Article.objects.get(), "withdraw", by=make_chief_editor())

    with pytest.raises(CommandError, match="its post has been withdrawn"):
        export(relay.slug)


def test_an_unknown_relay_is_named():
    with pytest.raises(CommandError, match="There is no relay “findes-ikke”"):
        export("findes-ikke")


# Long files ----------------------------------------------------------------------------------

QUERIES_A_POST = 41
QUERIES_A_POST_AGAIN = 9


def long_archive(count):
    start = date(2012, 1, 2)
    posts = [
        {
            "number": number,
            "published": str(start + timedelta(days=number)),
            "theme": "Velfærd",
            "title": f"Indlæg {number}",
            "body": "<p>Tekst.</p>",
            "tags": ["lys"],
            "contributor": {"name": f"Skribent {number}", "sector": "public"},
        }
        for number in range(1, count + 1)
    ]
    relay = {"title": "Lang", "slug": "lang", "started": str(start), "finished": True}
    return {"relay": relay, "posts": posts}


def queries(load, count):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        load(long_archive(count))
    return len(captured)


def test_each_post_costs_the_same_few_queries(load):
    few = queries(load, 4)
    again = queries(load, 4)
    empty_the_database()
    many = queries(load, 14)
    many_again = queries(load, 14)

    assert (many - few) / 10 == QUERIES_A_POST
    assert (many_again - again) / 10 == QUERIES_A_POST_AGAIN


def test_a_long_file_shows_its_progress_at_a_terminal(load, capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)

    load(long_archive(100))

    assert "100/100" in capsys.readouterr().err
    assert Leg.objects.count() == 100


def test_a_long_file_fills_no_log_with_its_progress(load, capsys):
    load(long_archive(100))

    assert capsys.readouterr().err == ""


def test_a_short_file_shows_no_bar(load, capsys):
    load(ARCHIVE)

    assert capsys.readouterr().err == ""


# The real archive, where this machine has it -------------------------------------------------

if OPS.exists():

    @pytest.fixture
    def ops(load):
        told = load(OPS)
        return Relay.objects.with_baton().get(slug="ops-stafetten"), told

    def test_the_real_archive_is_one_closed_relay_of_25_legs(ops):
        relay, told = ops
        legs = relay.legs.order_by("number")

        assert [leg.number for leg in legs] == list(range(1, 26))
        assert relay.baton.place == "finished"
        assert relay.alternation == "off"
        assert timezone.localdate(relay.opened) == date(2011, 8, 31)
        assert timezone.localdate(relay.closed) == date(2015, 9, 23)
        assert told[-1].startswith("OPS-stafetten: 25 legs; ")
        call_command("check_relays")

    def test_the_real_posts_keep_their_days_and_titles(ops):
        given = json.loads(OPS.read_text(encoding="utf-8"))["posts"]
        articles = Article.objects.public().with_text().order_by("leg__number")

        assert [
            (str(timezone.localdate(article.published_at)), article.live.title)
            for article in articles
        ] == [(post["published"], post["title"]) for post in given]
        assert articles[0].live.title == "Mod nye samarbejdsformer"

    def test_the_real_posts_have_their_four_themes(ops):
        counts = dict(Theme.objects.values_list("name", "post_count"))

        assert sorted(counts) == ["Bæredygtighed", "Ledelse", "Politik", "Velfærd"]
        assert sum(counts.values()) == 25

    def test_the_real_writers_are_frozen_where_they_are_known(ops):
        relay, _told = ops
        known = relay.legs.exclude(contributor=None)

        assert [leg.number for leg in known] == [1, 2, 4, 5, 6, 7, *range(19, 26)]
        assert Byline.objects.exclude(published_at=None).count() == 13
        last = Byline.objects.select_related("contributor").get(article__leg__number=25)
        assert (last.contributor.name, last.job_title, last.organisation, last.sector) == (
            "Dorte Kofod",
            "regionschef",
            "Attendo",
            "private",
        )

    def test_what_the_real_archive_lacks_is_listed(ops):
        _relay, told = ops

        assert len([line for line in told if line.endswith("the writer is not known.")]) == 12
        assert len([line for line in told if line.endswith("only the standfirst.")]) == 25
        assert "  Leg 9: it came out 226 days after the leg in front of it." in told
        assert "  Leg 22: the same sector twice in a row." in told

    def test_every_page_of_the_real_archive_answers(ops, client):
        relay, _told = ops

        for article in relay.articles.all():
            assert client.get(article.get_absolute_url()).status_code == 200
        assert client.get(relay.get_absolute_url()).status_code == 200
