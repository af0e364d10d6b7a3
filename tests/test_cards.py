"""Share cards: every published text has one, and what is not public is on none that is served."""

import errno
import io
import os
import re

import pytest
from django.core.management import call_command
from PIL import Image

from articles import cards, workflow
from articles.models import Article, Card, Revision
from relays.errors import RuleBroken
from relays.models import Relay
from tests.factories import (
    fresh,
    make_chief_editor,
    make_leg_article,
    make_news,
    make_relay,
    publish,
    publish_leg,
    put,
    write,
)
from tests.forms import fields_of
from tests.sites import make_archive, make_many_news

pytestmark = pytest.mark.django_db

PUBLIC, PRIVATE, INK, PAPER = (23, 70, 196), (194, 58, 8), (20, 32, 28), (241, 245, 236)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def files():
    return sorted(path.name for path in Card.root().iterdir()) if Card.root().exists() else []


def names():
    return sorted(f"{name}.png" for name in Card.objects.values_list("name", flat=True))


def card_of(article):
    return Card.objects.get(revision=fresh(article).live)


def meta_of(client, article):
    html = client.get(article.get_absolute_url()).content.decode()
    return dict(
        re.findall('<meta (?:property|name)="((?:og|twitter):[^"]*)" content="([^"]*)"', html)
    )


def near(colour, other):
    return all(abs(one - two) < 12 for one, two in zip(colour, other, strict=True))


def lane_of(article):
    """The colours from left to right through the lane at the foot of a card, each run once."""
    picture = Image.open(io.BytesIO(cards.draw(article))).convert("RGB")
    assert picture.size == (1200, 630)
    named = {PUBLIC: "public", PRIVATE: "private", PAPER: "paper"}
    row = [picture.getpixel((x, 620)) for x in range(60, 150)]
    said = [next((name for colour, name in named.items() if near(dot, colour)), "") for dot in row]
    runs = [name for name, before in zip(said, ["", *said], strict=False) if name != before]
    return [name for name in runs if name]


# Drawn by the clock --------------------------------------------------------------------------


def test_the_clock_draws_what_is_public_and_has_no_card_yet(client):
    article = publish_leg(make_relay(), title="Kolde bakker")
    assert "og:image" not in meta_of(client, article)

    assert len(cards.draw_due()) == 1
    assert cards.draw_due() == []

    card = card_of(article)
    meta = meta_of(client, article)
    assert files() == names() == [f"{card.name}.png"]
    assert meta["og:image"] == f"http://testserver/media/cards/{card.name}.png"
    assert (meta["og:image:width"], meta["og:image:height"]) == ("1200", "630")
    assert meta["og:image:alt"] == "Kolde bakker"
    assert meta["twitter:card"] == "summary_large_image"
    html = client.get(article.get_absolute_url()).content.decode()
    assert f'"image": "{meta["og:image"]}"' in html


def test_a_card_is_served_as_a_picture_for_ever(client):
    article = publish(make_news())
    cards.draw_due()

    response = client.get(card_of(article).get_absolute_url())

    assert response.headers["Content-Type"] == "image/png"
    assert "immutable" in response.headers["Cache-Control"]
    picture = Image.open(io.BytesIO(response.getvalue()))
    assert (picture.format, picture.size) == ("PNG", (1200, 630))


def test_the_clock_draws_a_few_at_a_time_newest_first():
    make_many_news(5)

    drawn = cards.draw_due(limit=2)

    assert [card.revision.article.slug for card in drawn] == ["nyt-4", "nyt-3"]


def test_a_tick_draws(client):
    article = publish(make_news())

    call_command("tick")

    assert card_of(article)


@pytest.mark.parametrize("status", ["draft", "submitted", "approved", "scheduled"])
def test_what_is_not_out_has_no_card(status):
    put(make_news("Hemmelig"), status)

    assert cards.draw_due() == []
    assert files() == []


def test_a_disk_that_is_full_stops_no_clock(caplog):
    publish(make_news())
    Card.root().write_text("in the way")

    assert cards.draw_due() == []

    assert "can't be written" in caplog.text


def test_a_card_that_cannot_be_removed_stops_no_clock(caplog):
    article = publish(make_news())
    cards.draw_due()
    path = card_of(article).path
    path.unlink()
    path.mkdir()
    cards.forget(Article.objects.filter(pk=article.pk))

    assert cards.draw_due() == []

    assert "can't be written" in caplog.text


def test_of_a_card_that_did_not_fit_on_the_disk_nothing_stays(monkeypatch):
    publish(make_news())
    monkeypatch.setattr(os, "fsync", no_room)

    assert cards.draw_due() == []

    assert files() == []


def no_room(_descriptor):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


# Gone with what it shows ---------------------------------------------------------------------


@pytest.mark.parametrize("step", ["withdraw", "remove", "undo"])
def test_a_text_that_is_taken_back_takes_its_card_along(
    client, step, django_capture_on_commit_callbacks
):
    article = publish(make_news("Hemmelig"))
    cards.draw_due()
    address = card_of(article).get_absolute_url()

    with django_capture_on_commit_callbacks(execute=True):
        workflow.take_step(article, step, by=make_chief_editor())

    assert client.get(address).status_code == 404
    assert files() == names() == []
    assert cards.draw_due() == []


def test_a_card_that_could_not_be_removed_at_once_goes_with_the_next_tick():
    article = publish(make_news("Hemmelig"))
    cards.draw_due()
    workflow.take_step(article, "remove", by=make_chief_editor())  # and then the lights went out
    assert len(files()) == 1

    cards.draw_due()

    assert files() == names() == []


def test_a_step_that_is_refused_leaves_the_card(django_capture_on_commit_callbacks):
    article = publish(make_news())
    cards.draw_due()

    with pytest.raises(RuleBroken), django_capture_on_commit_callbacks(execute=True):
        workflow.take_step(article, "restore", by=make_chief_editor())

    assert files() == names() == [f"{card_of(article).name}.png"]


def test_a_title_that_is_corrected_is_drawn_anew_at_another_address(
    client, django_capture_on_commit_callbacks
):
    article = publish(make_news("Kolde baker"))
    cards.draw_due()
    before = card_of(article).get_absolute_url()
    article = write(article, title="Kolde bakker")

    with django_capture_on_commit_callbacks(execute=True):
        workflow.take_step(
            article, "correct", by=make_chief_editor(), version=article.draft.version
        )
    assert client.get(before).status_code == 404
    cards.draw_due()

    assert card_of(article).get_absolute_url() != before
    assert files() == names()


def test_a_text_that_is_shown_again_is_drawn_again(django_capture_on_commit_callbacks):
    article, chief = publish(make_news()), make_chief_editor()
    cards.draw_due()
    with django_capture_on_commit_callbacks(execute=True):
        workflow.take_step(article, "withdraw", by=chief)
        workflow.take_step(article, "restore", by=chief)

    assert len(cards.draw_due()) == 1
    assert files() == names()


def test_a_newer_draft_changes_no_card():
    article = publish(make_news("Kolde bakker"))
    cards.draw_due()
    write(article, title="Hemmelig")

    assert cards.draw_due() == []
    assert card_of(article).revision.title == "Kolde bakker"


@pytest.mark.parametrize("step", ["withdraw", "correct"])
def test_what_changed_while_it_was_drawn_is_kept_by_nobody(step):
    drawn = Article.objects.public().with_headline().get(pk=publish(make_news()).pk)
    article = write(drawn, title="Anden")
    workflow.take_step(article, step, by=make_chief_editor(), version=article.draft.version)

    assert cards.make(drawn) is None

    assert files() == names() == []


def test_of_two_clocks_one_keeps_its_card():
    publish(make_news())
    article = Article.objects.public().with_headline().get()

    assert [bool(cards.make(article)), bool(cards.make(article))] == [True, False]

    assert files() == names()
    assert len(files()) == 1


def test_a_relay_that_is_renamed_gets_new_cards(client):
    relay = make_relay(finished_legs=2)
    publish(make_news())
    cards.draw_due()
    client.force_login(make_chief_editor())
    address = f"/admin/relays/relay/{relay.pk}/change/"

    client.post(address, fields_of(client.get(address), "relay_form") | {"short_name": "Ny"})

    assert Relay.objects.get().name == "Ny"
    assert Card.objects.exclude(revision=None).count() == 1
    assert len(cards.draw_due()) == 2


def test_all_cards_are_drawn_anew_and_strays_removed(django_capture_on_commit_callbacks):
    make_archive(make_relay(), 3)
    cards.draw_due()
    before = files()
    (Card.root() / "stray.png").write_bytes(b"")

    said = io.StringIO()

    with django_capture_on_commit_callbacks(execute=True):
        call_command("draw_cards", stdout=said)

    assert said.getvalue() == "Drew 3 cards, removed 1 files that belonged to none.\n"
    assert files() == names()
    assert not {*before, "stray.png"} & {*files()}


# What is on it -------------------------------------------------------------------------------


def article_on(sector, **content):
    article = make_leg_article(**content)
    article.leg.sector = sector
    article.live = Revision(**article.draft.content)
    return article


def test_a_card_wears_the_lane_of_its_writer():
    assert lane_of(article_on("public")) == ["paper", "public", "paper"]
    assert lane_of(article_on("private")) == ["paper", "private", "paper", "private", "paper"]
    assert lane_of(article_on("")) == ["paper", "paper"]


def test_news_has_no_baton():
    def baton_on(article):
        picture = Image.open(io.BytesIO(cards.draw(article))).convert("RGB")
        return near(picture.getpixel((cards.LANE, 400)), INK)

    news = publish(make_news())

    assert baton_on(article_on("public"))
    assert not baton_on(news)


def lines(title, size=60):
    font = cards._font(cards.SERIF, size)
    width = (cards.RIGHT - cards.LEFT) * cards.FINER
    found = cards._lines(title, font, width)
    assert all(font.getlength(line) <= width * 1.05 for line in found)
    return found


def test_a_long_word_breaks_where_its_editor_allowed_it():
    word = "Grundvandsbeskyttelseszone\u00admedarbejder\u00adudvalgsformandskandidater"

    assert lines(word, size=88) == [
        "Grundvandsbeskytte-",  # too long for any line: anywhere
        "lseszonemedarbejder-",
        "udvalgsformandska-",
        "ndidater",
    ]


def test_a_title_is_as_large_as_its_words_stay_whole():
    word = "Speciallægepraksisplanlægnings\u00adstabiliseringsperiode"

    assert cards._typeset("Tillid")[0] == cards.TITLE_SIZES[0]
    assert cards._typeset(word)[1] == [
        "Speciallægepraksisplanlægnings-",
        "stabiliseringsperiode",
    ]
    assert cards._typeset("o" * 45)[0] == cards.TITLE_SIZES[0]  # too long at every size


def test_a_word_that_fits_is_not_broken():
    assert lines("Et mål\u00adtid") == ["Et måltid"]


@pytest.mark.parametrize(
    "title",
    [
        "ÆØÅ æøå »é« – … ð ł ő",
        "o" * 200,
        "ord " * 50,
        "\u00ad" * 50,
        "😀😀",
        "Ελληνικά русский 日本",
        "e\u0301\u0000\u202e",
    ],
)
def test_any_title_can_be_drawn(title):
    article = article_on("public", title="Kort")
    article.live.title = title

    assert Image.open(io.BytesIO(cards.draw(article))).size == (1200, 630)


def test_every_letter_that_is_drawn_has_a_shape():
    """A letter that a font lacks is drawn as its box, and says nothing."""
    letters = [chr(code) for code in range(0x20, 0x2213) if not cards.UNDRAWN.match(chr(code))]
    for name in (cards.SERIF, cards.NARROW):
        font = cards._font(name, 20)
        box = bytes(font.getmask("\uffff"))
        missing = [
            letter for letter in letters if letter.isalpha() and bytes(font.getmask(letter)) == box
        ]
        assert missing == [], name
