"""Each reader's page, in each of its states."""

import re
from datetime import UTC, datetime, timedelta
from html import escape, unescape
from itertools import chain

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from articles import workflow
from articles.models import Article, Byline
from articles.models.tag import tags_for
from relays import baton
from relays.models import Clock, Contributor, Leg, Relay, Sector
from relays.templatetags.relay_words import in_words
from tests.factories import (
    begin_leg,
    fresh,
    make_chief_editor,
    make_contributor,
    make_editor,
    make_handoff,
    make_leg_article,
    make_news,
    make_picture,
    make_relay,
    make_theme,
    publish,
    publish_leg,
    put,
    write,
)
from tests.sites import NOON, make_archive, make_many_news, make_site

pytestmark = pytest.mark.django_db

SOFT_HYPHEN = "\u00ad"


@pytest.fixture(autouse=True)
def _english(settings):
    """The pages in the words of the templates; the Danish ones have a test of their own."""
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def read(client):
    """A page's text without its markup, each run of white space as one space."""

    def read(address, *, status=200):
        response = client.get(address)
        assert response.status_code == status
        return words_of(response.content.decode())

    return read


def words_of(html):
    body = html[html.index("<main") : html.index("</main>")]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)).strip()


def links_of(html, pattern):
    return re.findall(rf'href="({pattern})"', html)


def walk(client, address, pattern):
    """What one finds by following the link to older rows until there is none, and how many pages."""
    found, pages = [], 0
    while address:
        html = client.get(address).content.decode()
        html = html[html.index("<main") : html.index("</main>")]
        found += links_of(re.sub(r"<nav.*?</nav>", "", html, flags=re.S), pattern)
        older = re.search(r'href="([^"]+)" rel="next"', html)
        address = address.partition("?")[0] + older[1].replace("&amp;", "&") if older else ""
        pages += 1
    return found, pages


# Front ---------------------------------------------------------------------------------------


def test_an_empty_front_page_says_that_the_first_relay_is_on_its_way(read):
    page = read("/")

    assert "The first relay is on its way" in page
    assert "Latest posts" not in page
    assert "Who has the baton now?" not in page
    assert "Themes" not in page


def test_the_front_page_opens_with_the_newest_post_and_its_first_paragraph(read):
    relay = make_relay(short_name="Madstafetten")
    publish_leg(relay, title="Kolde bakker", body="<p>Først.</p><p>Siden.</p>")

    page = read("/")

    assert "Kolde bakker" in page
    assert "Først. Read on" in page
    assert "Siden." not in page
    assert "Latest posts" not in page


def test_the_front_page_is_led_by_a_leg_and_has_the_news_among_its_cards(client):
    publish_leg(make_relay(), title="Kolde bakker")
    publish(make_news("Ny redaktør"))

    page = client.get("/").context

    assert page["hero"].live.title == "Kolde bakker"
    assert [article.live.title for article in page["others"]] == ["Ny redaktør"]


def test_news_leads_the_front_page_where_there_is_nothing_else(read):
    publish(make_news("Ny redaktør"))

    page = read("/")

    assert "From the editors" in page
    assert "Ny redaktør" in page


def test_the_front_page_has_a_hero_and_six_cards_newest_first(client):
    make_archive(make_relay(), 9)

    page = client.get("/").context

    assert page["hero"].leg.number == 9
    assert [article.leg.number for article in page["others"]] == [8, 7, 6, 5, 4, 3]


def test_beside_the_hero_each_leg_has_its_own_post_whatever_the_order_of_days(client, read):
    make_archive(make_relay(), 5, at=lambda n: NOON - timedelta(days=n))

    page = client.get("/").context

    assert page["hero"].leg.number == 1
    assert [(row.leg.number, row.article.leg_id == row.leg.pk) for row in page["rows"]] == [
        (5, True),
        (4, True),
        (3, True),
    ]
    assert "withdrawn" not in read("/")


def test_the_front_page_says_who_has_the_baton_in_the_relays_that_go_on(read):
    running, ended = make_relay("Hvem løber?"), make_relay("Hvem er i mål?", finished_legs=1)
    begin_leg(running, receiver=make_contributor("Yasmin Torpegaard"))
    baton.close(ended, by=None)

    scoreboard = read("/").partition("Who has the baton now?")[2].partition("Latest posts")[0]

    assert "Hvem løber? " in scoreboard
    assert "Yasmin Torpegaard Public Expected" in scoreboard
    assert "Hvem er i mål?" not in scoreboard


# Relays --------------------------------------------------------------------------------------


def test_an_empty_list_of_relays_says_so(read):
    make_relay("Endnu ikke begyndt?")

    assert read("/relays/") == "Relays No relay has begun yet."


def test_relays_are_listed_running_before_finished(read):
    make_relay("Hvem løber?", running=True)
    ended = make_relay("Hvem er i mål?", finished_legs=2)
    baton.close(ended, by=None, closing_note="Ingen vandt.")

    page = read("/relays/")

    assert re.search("Running Hvem løber?.* Finished Hvem er i mål?.*2 legs.*Ingen vandt", page)


def test_a_running_relay_says_who_writes_and_when_the_post_is_expected(read):
    relay = make_relay("Hvem løber?", finished_legs=1)
    leg = begin_leg(relay, receiver=make_contributor("Yasmin Torpegaard", sector=Sector.PRIVATE))

    page = read(relay.get_absolute_url())

    assert "Has the baton now Yasmin Torpegaard Private Next post expected" in page
    assert "Yasmin Torpegaard has the baton" in page
    assert "The post is expected" in page
    assert f"Leg {leg.number}. Private Writing now" in page
    assert "one leg since" in page


def test_nobody_is_shamed_for_being_late(read):
    relay = make_relay(finished_legs=1, running=True)
    relay.legs.running().update(due=timezone.localdate() - timedelta(days=30))

    for address in ("/", "/relays/", relay.get_absolute_url()):
        page = read(address)

        assert "Writing now" in page
        assert "xpected" not in page


def test_a_relay_just_begun_has_a_first_leg_and_no_post(read):
    relay = make_relay("Hvor skal toget holde?")
    begin_leg(relay, receiver=make_contributor("Yasmin Torpegaard"))

    page = read(relay.get_absolute_url())

    assert "The relay has just begun" in page
    assert "Yasmin Torpegaard is writing the first leg" in page
    assert "First post expected" in page
    assert "Run so far" not in page


def test_a_free_baton_is_on_its_way(read):
    relay = make_relay("Hvem passer på natten?", finished_legs=2)

    page = read(relay.get_absolute_url())

    assert page.count("The baton is on its way.") == 2  # among the facts, and on the chain
    assert "The editors are finding the next writer." in page
    assert "The baton is on its way." in read("/relays/")


def test_a_relay_of_which_every_leg_was_given_up_is_free(read):
    relay = make_relay("Hvem vil?", running=True)
    baton.abandon(relay.legs.get(), by=None)

    page = read(relay.get_absolute_url())

    assert "The relay has just begun" in page
    assert "The baton is on its way." in page
    assert relay.legs.get().contributor.name not in page


def test_a_finished_relay_says_how_it_ended(read):
    relay = make_relay(finished_legs=2)
    baton.close(relay, by=None, closing_note="Den blev ikke målt.")

    page = read(relay.get_absolute_url())

    assert "The relay has finished after two legs" in page
    assert "Den blev ikke målt." in page
    assert "The baton is on its way." not in page


@pytest.mark.parametrize(("legs", "said"), [(2, "two"), (12, "twelve"), (13, "13")])
def test_a_number_is_spelled_out_up_to_twelve(legs, said):
    assert str(in_words(legs)) == said


def test_a_finished_relay_of_one_leg_counts_to_one(read):
    relay = make_relay(finished_legs=1)
    baton.close(relay, by=None)

    assert "The relay has finished after one leg " in read(relay.get_absolute_url())
    assert "One leg, 20" in read("/relays/")


def test_a_chain_runs_from_the_newest_leg_to_the_first(client):
    relay = make_relay(finished_legs=3, running=True)

    html = client.get(relay.get_absolute_url()).content.decode()

    assert re.findall(r"Leg (\d)\.", html) == ["4", "3", "2", "1"]
    assert '<ol class="chain" reversed start="4">' in html


def test_the_words_of_a_handover_stand_at_the_leg_that_they_began(read):
    relay = make_relay()
    publish_leg(relay, receiver=make_contributor("Oskar Dyrhave"))
    handoff = make_handoff(relay, accepted=True, message="Fordi hun har prøvet det.")

    page = read(relay.get_absolute_url())

    assert "Oskar Dyrhave passed the baton on Fordi hun har prøvet det." in page
    assert handoff.receiver.name in page


def test_a_first_leg_says_why_it_began_with_this_person(read):
    relay = make_relay()
    make_handoff(relay, accepted=True, message="Hun kender køkkenet.")

    assert "Here the relay began Hun kender køkkenet." in read(relay.get_absolute_url())


def test_two_legs_of_one_sector_in_a_row_stand_on_one_lane(client):
    relay = make_relay(alternation="off")
    for sector in (Sector.PUBLIC, Sector.PUBLIC, ""):
        publish_leg(relay, receiver=make_contributor(sector=sector))

    html = client.get(relay.get_absolute_url()).content.decode()

    assert re.findall(r'class="leg" data-sector="(\w*)"', html) == ["", "public", "public"]


def test_a_leg_without_a_sector_has_no_badge(read):
    relay = make_relay(alternation="off")
    publish_leg(relay, receiver=make_contributor("Ulla Union", sector=""), title="Uden for")

    page = read(relay.get_absolute_url())

    assert re.search(r"Leg 1\. \d+ \S+ \d{4} Uden for Ulla Union", page)
    assert "Public" not in page
    assert "Private" not in page


@pytest.mark.parametrize("open_to", ["nobody", "nominated", "offered"])
def test_a_relay_that_nobody_has_said_yes_to_is_no_page_and_in_no_list(client, read, open_to):
    theme = make_theme()
    relay = make_relay("Hvem begynder?", theme=theme)
    if open_to != "nobody":
        make_handoff(relay, offered=open_to == "offered")

    assert client.get(relay.get_absolute_url()).status_code == 404
    assert client.get(f"{relay.get_absolute_url()}1/").status_code == 404
    for address in ("/", "/relays/", "/themes/", theme.get_absolute_url(), "/contributors/"):
        assert "Hvem begynder?" not in read(address)


def test_who_has_not_said_yes_is_named_nowhere(client):
    site = make_site()
    for answer in ("nominate", "decline", "withdraw", "offer"):
        asked = make_contributor(f"Grethe Ikkespurgt {answer}", sector=Sector.PRIVATE)
        handoff = baton.nominate(site.free, asked, by=None, message="Fordi jeg håber.")
        if answer != "nominate":
            handoff = baton.offer(handoff, by=None)
        if answer in ("decline", "withdraw"):
            getattr(baton, answer)(handoff, by=None)
    asked = Contributor.objects.filter(name__startswith="Grethe Ikkespurgt")

    naming = [
        name
        for name, address in site.addresses.items()
        if re.search("Ikkespurgt|Fordi jeg håber", client.get(address).content.decode())
    ]

    assert naming == []
    assert [client.get(person.get_absolute_url()).status_code for person in asked] == [404] * 4


def test_a_long_relay_opens_with_twelve_legs_and_older_ones_follow_each_once(client):
    relay = make_relay()
    make_archive(relay, 30)
    begin_leg(relay)

    found, pages = walk(client, relay.get_absolute_url(), r"/articles/arkiv-[\d-]+/")

    assert found == [f"/articles/arkiv-{relay.pk}-{number}/" for number in range(30, 0, -1)]
    assert pages == 3
    assert "23 +" in words_of(client.get("/relays/").content.decode())


def test_the_years_of_a_relay_hold_every_leg_once(client):
    relay = make_relay()
    make_archive(relay, 30, at=lambda n: datetime(2024, 11, 2, tzinfo=UTC) + timedelta(days=20 * n))
    article = make_leg_article(begin_leg(relay))

    years = client.get(relay.get_absolute_url()).context["years"]
    numbers = []
    for year in years:
        address, rows = f"{relay.get_absolute_url()}?year={year}", []
        while address:
            page = client.get(address).context
            rows += [row.leg.number for row in page["rows"]]
            address = page["older"] and relay.get_absolute_url() + page["older"]
        numbers += rows

    assert years == list(range(timezone.localdate().year, 2023, -1))
    assert article.leg.number == 31  # runs, with a text begun
    assert numbers == list(range(31, 0, -1))


def test_a_year_of_a_relay_without_a_leg_says_so(read):
    relay = make_relay()
    make_archive(relay, 13)

    assert "No posts in 2001." in read(f"{relay.get_absolute_url()}?year=2001")


def test_a_short_relay_has_no_years(client):
    relay = make_relay()
    make_archive(relay, 12, at=lambda n: NOON + timedelta(days=90 * n))

    assert client.get(relay.get_absolute_url()).context["years"] == []


def test_finished_relays_page_by_key_each_once(client):
    for n in range(45):
        relay = make_relay(f"I mål {n}", slug=f"maal-{n}", opened=NOON, closed=NOON)
        Leg.objects.create(relay=relay, number=1, state="finished", began=NOON)

    found, pages = walk(client, "/relays/", r"/relays/maal-\d+/")

    assert found == [f"/relays/maal-{n}/" for n in range(44, -1, -1)]
    assert pages == 3


# The address of a leg ------------------------------------------------------------------------


def test_the_address_of_a_leg_leads_to_its_article(client):
    relay = make_relay()
    article = publish_leg(relay, title="Kolde bakker")

    response = client.get(f"{relay.get_absolute_url()}1/")

    assert (response.status_code, response.url) == (302, article.get_absolute_url())


def test_a_leg_that_runs_or_never_was_has_no_article_to_lead_to(client):
    relay = make_relay(finished_legs=1)
    put(make_leg_article(begin_leg(relay)), "scheduled")

    assert client.get(f"{relay.get_absolute_url()}2/").status_code == 404
    assert client.get(f"{relay.get_absolute_url()}3/").status_code == 404
    assert client.get(f"{relay.get_absolute_url()}0/").status_code == 404
    assert client.get(f"{relay.get_absolute_url()}{'9' * 40}/").status_code == 404


def test_the_address_of_a_withdrawn_leg_keeps_answering(client):
    relay = make_relay()
    notice, gone = publish_leg(relay), publish_leg(relay, title="Hemmelig")
    workflow.take_step(notice, "withdraw", by=make_chief_editor())
    workflow.take_step(gone, "remove", by=make_chief_editor())

    assert client.get(f"{relay.get_absolute_url()}1/").url == notice.get_absolute_url()
    assert client.get(f"{relay.get_absolute_url()}2/").status_code == 410


# Article -------------------------------------------------------------------------------------


def test_an_article_has_its_text_and_everything_about_it(read):
    writer = make_contributor("Oskar Dyrhave", job_title="køkkenchef", organisation="Skovby")
    relay = make_relay(short_name="Madstafetten", theme=make_theme("Velfærd"))
    article = publish_leg(
        relay,
        receiver=writer,
        at=datetime(2026, 3, 2, 11, tzinfo=UTC),
        title="Kolde bakker",
        standfirst="De kommer fulde tilbage.",
        interests="Ejer en brønd.",
    )
    article.tags.add(*tags_for(["Ældremad"]))

    page = read(article.get_absolute_url())

    assert page.startswith("Madstafetten Leg 1 of 1 Velfærd Kolde bakker De kommer fulde tilbage.")
    assert "1 Oskar Dyrhave køkkenchef, Skovby Public 2 March 2026 one minute" in page
    assert "Hver dag klokken 11.40 ruller bakkerne ud." in page
    assert "Ejer en brønd. Keywords Ældremad" in page


def test_a_news_article_is_from_the_editors_and_hands_nothing_on(read):
    article = publish(make_news("Ny redaktør", writer=make_contributor("Nina Nyhed", sector="")))

    page = read(article.get_absolute_url())

    assert page.startswith("From the editors Ny redaktør NN Nina Nyhed")
    assert "baton" not in page
    assert "See the whole relay" not in page


def test_an_article_of_an_unknown_writer_says_so_wherever_it_stands(client, read):
    relay = make_relay()
    [article] = make_archive(relay, 1)
    article.bylines.all().delete()
    relay.legs.update(contributor=None, sector="")

    for address in (article.get_absolute_url(), "/", relay.get_absolute_url()):
        assert "Writer not known" in read(address)
    assert "Contributors Nobody has had the baton yet." in read("/contributors/")


def test_an_article_without_a_text_says_that_only_the_introduction_was_kept(read):
    [article] = make_archive(make_relay(), 1)
    type(article.live).objects.filter(pk=article.live_id).update(body="", standfirst="Manchetten.")

    page = read(article.get_absolute_url())

    assert "Manchetten." in page
    assert "Only the introduction of this post has been kept." in page
    assert "minute" not in page
    assert "Read on" not in read("/")


def test_an_article_ends_where_the_baton_lands_with_the_next_post(read):
    relay = make_relay()
    first = publish_leg(relay, receiver=make_contributor("Oskar Dyrhave"))
    handoff = make_handoff(relay, accepted=True, message="Fordi hun har prøvet det.")
    publish(make_leg_article(handoff.leg, title="Svar til køkkenet"))

    page = read(first.get_absolute_url())

    landing = "2 Next leg Private Svar til køkkenet"
    assert f"Oskar Dyrhave passes the baton on Fordi hun har prøvet det. {landing}" in page


def above(client, article):
    """The lines above a leg's text: what a reader needs who has come in the middle."""
    html = client.get(article.get_absolute_url()).text
    found = re.search(r'<section class="before".*?</section>', html, re.S)
    return found and " ".join(re.sub("<[^>]+>", " ", found[0]).split())


def test_above_a_leg_stands_where_it_came_from(client):
    relay = make_relay("Hvad skal der på tallerkenen?")
    writer = make_contributor("Oskar Dyrhave", sector=Sector.PRIVATE)
    first = publish_leg(relay, receiver=writer, title="Svar\u00adet", standfirst="Han regner.")
    handoff = make_handoff(relay, accepted=True, message="Fordi hun har prøvet det.")
    second = publish(make_leg_article(handoff.leg))

    question = "Hvad skal der på tallerkenen?"
    assert above(client, first) == f"{question} Here the relay began"
    before = f"{question} Private Leg 1 Oskar Dyrhave Svar\u00adet"
    assert above(client, second) == f"{before} Fordi hun har prøvet det."
    assert f'<a href="{first.get_absolute_url()}"' in client.get(second.get_absolute_url()).text


def test_without_words_at_the_handover_the_post_before_is_told_by_its_standfirst(client):
    relay = make_relay("Hvem regner?")
    publish_leg(relay, title="Svaret", standfirst="Han regner.")
    second = publish_leg(relay, receiver=make_contributor(sector=Sector.PRIVATE))

    assert above(client, second).endswith("Svaret Han regner.")


def test_what_was_withdrawn_is_not_told_above_the_next_leg(client):
    relay = make_relay("Hvem regner?")
    writer = make_contributor("Oskar Dyrhave", sector=Sector.PRIVATE)
    first = publish_leg(relay, receiver=writer, title="Fortrudt", standfirst="Han regner.")
    handoff = make_handoff(relay, accepted=True, message="Spørg hende.")
    second = publish(make_leg_article(handoff.leg))
    workflow.take_step(first, "withdraw", by=make_chief_editor())

    said = "Hvem regner? Private Leg 1 Oskar Dyrhave The post has been withdrawn"
    assert above(client, second) == said


def test_nothing_stands_above_news(client):
    assert above(client, publish(make_news("Ny redaktør"))) is None


def test_the_page_around_a_text_is_light(client):
    """As heavy as it gets: a long chain, two writers, a picture, long words on every side."""
    long = "Arbejdsmiljørepræsentantuddannelsesforvaltning " * 3
    relay = make_relay(long, introduction=long * 9, theme=make_theme(long[:60]), alternation="off")
    make_archive(relay, 12, theme=relay.theme)
    writer = make_contributor(long[:80], job_title=long[:120], organisation=long)
    make_handoff(relay, accepted=True, receiver=writer, message=long * 9)
    content = {"picture": make_picture(credit=long), "alt": long, "caption": long}
    article = make_leg_article(relay.legs.running().get(), title=long, standfirst=long, **content)
    Byline.objects.create(article=article, contributor=make_contributor(long[:81]), order=2)
    article.tags.add(*tags_for(f"Emneord {n}" for n in range(12)))
    article = publish(article)
    begin_leg(relay, receiver=writer)

    response = client.get(article.get_absolute_url())

    assert article.live.body in response.text
    assert len(response.content) - len(article.live.body.encode()) < 25_000


def test_a_relay_is_read_from_the_start_with_each_handover_below_its_giver(client, read):
    relay = make_relay("Hvad så?", alternation="off")
    first = make_handoff(relay, accepted=True, message="Vi bad ham begynde.")
    publish(make_leg_article(first.leg, title="Etteren"))
    for title in ("Toeren", "Treeren"):
        handoff = make_handoff(relay, accepted=True, message=f"Ord til {title}.")
        publish(make_leg_article(handoff.leg, title=title))

    page = read(f"{relay.get_absolute_url()}?start=1")

    words = ["Vi bad ham begynde", "Etteren", "Ord til Toeren", "Toeren", "Ord til Treeren"]
    assert re.findall("|".join(words), page) == words
    assert 'href="?start=1"' in client.get(relay.get_absolute_url()).text


def test_later_legs_walk_through_a_whole_relay_from_the_start(client):
    relay = make_relay("Lang")
    articles = make_archive(relay, 30)

    found, pages = walk(client, f"{relay.get_absolute_url()}?start=1", r"/articles/arkiv-[\d-]+/")

    assert found == [article.get_absolute_url() for article in articles]
    assert pages == 3


def test_an_article_names_who_writes_next(client, read):
    relay = make_relay(finished_legs=1)
    begin_leg(relay, receiver=make_contributor("Yasmin Torpegaard", sector=Sector.PRIVATE))
    address = relay.articles.get().get_absolute_url()

    assert "Yasmin Torpegaard is writing now Private The post is expected" in read(address)
    assert '<footer class="hand" data-next="private">' in client.get(address).content.decode()


@pytest.mark.parametrize("asked", [False, True])
def test_an_article_with_nobody_next_says_that_the_baton_is_on_its_way(client, read, asked):
    relay = make_relay(finished_legs=1)
    if asked:
        make_handoff(relay, offered=True)
    address = relay.articles.get().get_absolute_url()

    assert "The baton is on its way. The editors are finding the next writer." in read(address)
    assert (
        '<footer class="hand straight" data-next="nobody">' in client.get(address).content.decode()
    )


@pytest.mark.parametrize(("days", "is_resting"), [(89, False), (91, True)])
def test_a_relay_without_movement_says_that_it_rests(read, days, is_resting):
    relay = make_relay("Hvor blev den af?", finished_legs=1, theme=make_theme())
    long_ago = timezone.now() - timedelta(days=days)
    relay.legs.update(began=timezone.now() - timedelta(days=400), handed_in=long_ago)
    article = relay.articles.get().get_absolute_url()

    for address in (relay.get_absolute_url(), article, "/", relay.theme.get_absolute_url()):
        page = read(address)
        assert ("The relay is resting." in page) == is_resting, address
        assert ("The baton is on its way." in page) != is_resting, address
    said = "Nobody has the baton right now." in read(article)
    assert said == is_resting


def test_a_paused_relay_with_nobody_running_promises_nobody(read):
    relay = make_relay("Hvem holder fri?", finished_legs=1)
    baton.pause(relay, by=make_editor(), until=timezone.localdate() + timedelta(days=30))

    for address in (relay.get_absolute_url(), relay.articles.get().get_absolute_url()):
        page = read(address)
        assert "Paused until" in page
        assert "Nobody has the baton right now." in page
        assert "on its way" not in page


def test_the_last_article_of_a_finished_relay_says_that_it_is_the_last(client, read):
    relay = make_relay(finished_legs=2)
    baton.close(relay, by=None)
    address = relay.articles.get(leg__number=2).get_absolute_url()

    assert "The relay has finished after two legs See the whole relay" in read(address)
    assert '<footer class="hand straight" data-next="end">' in client.get(address).content.decode()


@pytest.mark.parametrize(
    ("sectors", "lane", "way", "following"),
    [
        ((Sector.PUBLIC, Sector.PRIVATE), "public", "hand", "private"),
        ((Sector.PRIVATE, Sector.PRIVATE), "private", "hand straight", "private"),
        ((Sector.PUBLIC, ""), "public", "hand", "none"),
        (("", Sector.PUBLIC), "", "hand", "public"),
        (("", ""), "", "hand straight", "none"),
    ],
)
def test_the_crossing_takes_its_colours_from_both_sides(client, sectors, lane, way, following):
    relay = make_relay(alternation="off")
    first, _second = (publish_leg(relay, receiver=make_contributor(sector=s)) for s in sectors)

    html = client.get(first.get_absolute_url()).content.decode()

    assert f'<article class="post" data-sector="{lane}"' in html
    assert f'<footer class="{way}" data-next="{following}">' in html


def test_a_withdrawn_next_leg_is_said_to_be_withdrawn(read):
    relay = make_relay(finished_legs=1)
    second = publish_leg(relay, title="Fortrudt", receiver=make_contributor(sector="private"))
    workflow.take_step(second, "withdraw", by=make_chief_editor())

    for address in (relay.articles.get(leg__number=1).get_absolute_url(), relay.get_absolute_url()):
        page = read(address)

        assert "The post has been withdrawn" in page
        assert "Fortrudt" not in page


def test_the_box_beside_an_article_has_the_three_newest_others(client):
    relay = make_relay()
    articles = make_archive(relay, 6)

    box = client.get(articles[4].get_absolute_url()).context["box"]

    assert [row.leg.number for row in box] == [6, 4, 3]


def test_an_old_article_of_a_long_relay_has_its_next_and_the_newest_eight(client):
    articles = make_archive(make_relay(), 30)

    page = client.get(articles[1].get_absolute_url()).context

    assert page["next"].leg.number == 3
    assert [leg.number for leg in page["relay"].strip] == list(range(23, 31))
    assert page["relay"].leg_count == 30


def test_bylines_stay_as_they_were_at_publication(read):
    writer = make_contributor("Oskar Dyrhave", job_title="køkkenchef", organisation="Skovby")
    relay = make_relay()
    article = publish_leg(relay, receiver=writer)

    Contributor.objects.filter(pk=writer.pk).update(
        job_title="direktør", organisation="Storkøb A/S", sector=Sector.PRIVATE
    )

    for address in (article.get_absolute_url(), relay.get_absolute_url(), "/"):
        page = read(address)
        assert "Oskar Dyrhave køkkenchef, Skovby" in page
        assert "Storkøb" not in page
        assert "Private" not in page
    assert "Private" in read(writer.get_absolute_url())  # who he is now
    assert "direktør, Storkøb A/S" in read("/contributors/")


def test_a_newer_draft_changes_nothing_for_readers(client):
    article = publish_leg(make_relay(), title="Kolde bakker")
    addresses = ["/", article.relay.get_absolute_url(), article.get_absolute_url()]
    before = [client.get(address).content for address in addresses]

    write(article, title="Varme bakker", body="<p>Ny tekst.</p>", standfirst="Nyt.")

    assert [client.get(address).content for address in addresses] == before


def test_a_withdrawn_article_keeps_its_address_and_not_a_word_of_its_text(client, read):
    article = publish_leg(
        make_relay(),
        standfirst="Manchetten.",
        interests="Ejer en brønd.",
        title="Kolde bakker",
        body="<p>Brødteksten.</p>",
    )
    article.tags.add(*tags_for(["Ældremad"]))
    workflow.take_step(article, "withdraw", by=make_chief_editor())

    html = client.get(article.get_absolute_url()).content.decode()
    page = read(article.get_absolute_url())

    assert "The post has been withdrawn" in page
    assert "Kolde bakker" in page
    assert not re.search("Manchetten|brønd|Brødteksten|Ældremad", html)
    assert '<meta name="robots" content="noindex">' in html
    assert "Its leg stays in the relay." in page


def test_withdrawn_news_speaks_of_no_leg(read):
    news = publish(make_news("Ny redaktør"))
    workflow.take_step(news, "withdraw", by=make_chief_editor())

    assert read(news.get_absolute_url()).endswith("The editors have withdrawn this post.")


def test_a_removed_article_is_gone_without_a_word(client, read):
    article = publish_leg(make_relay(), title="Kolde bakker", body="<p>Brødteksten.</p>")
    workflow.take_step(article, "remove", by=make_chief_editor())

    page = read(article.get_absolute_url(), status=410)

    assert "The post has been removed" in page
    assert not re.search("Kolde|Brødteksten", client.get(article.get_absolute_url()).text)


def test_a_restored_article_is_a_page_again(read):
    article = publish_leg(make_relay(), title="Kolde bakker")
    for step in ("withdraw", "restore"):
        workflow.take_step(article, step, by=make_chief_editor())

    assert "Hver dag klokken 11.40" in read(article.get_absolute_url())


@pytest.mark.parametrize("status", ["draft", "submitted", "sent_back", "approved", "scheduled"])
def test_an_article_that_is_not_published_does_not_exist(client, status):
    article = put(make_leg_article(), status)
    Article.objects.filter(pk=article.pk).update(slug="paa-vej")

    assert client.get("/articles/paa-vej/").status_code == 404


# Headlines and languages ---------------------------------------------------------------------


def test_soft_hyphens_are_in_the_headline_and_not_in_the_title_of_the_window(client):
    title = f"Grund{SOFT_HYPHEN}vands{SOFT_HYPHEN}beskyttelse"
    article = publish_leg(make_relay(), title=title)

    html = client.get(article.get_absolute_url()).content.decode()

    assert "<title>Grundvandsbeskyttelse – Depechen</title>" in html
    assert f"<h1>{title}</h1>" in html
    assert SOFT_HYPHEN not in html[: html.index("<body>")]
    assert article.get_absolute_url() == "/articles/grundvandsbeskyttelse/"
    assert 'aria-label="Read on: Grundvandsbeskyttelse"' in client.get("/").content.decode()


def test_each_text_has_its_own_language(client, settings):
    settings.LANGUAGE_CODE = "da"
    relay = make_relay(
        "What is on the plate?", language="en", short_name="The Plate", theme=make_theme()
    )
    article = publish_leg(relay, title="Cold trays", standfirst="They come back full.")
    writer = article.bylines.get().contributor
    publish_leg(make_relay("Hvem passer på natten?"), title="Kolde nætter")

    def elements(address, lang):
        html = client.get(address).content.decode()
        assert '<html lang="da">' in html
        return re.findall(rf'<(\w+)[^>]* lang="{lang}"', html)

    assert elements(article.get_absolute_url(), "en") == ["article", "p", "div"]
    assert elements(relay.get_absolute_url(), "en") == ["header", "h3", "p"]
    assert elements(relay.theme.get_absolute_url(), "en") == ["h3", "li"]
    assert elements(writer.get_absolute_url(), "en") == ["h3", "p"]
    assert elements("/", "en") == ["h3", "article"]
    assert elements("/relays/", "en") == ["h3"]
    baton.close(relay, by=None)
    assert elements("/relays/", "en") == ["li"]


def test_pages_speak_the_language_of_the_site_whatever_the_browser_says(client, settings):
    pages = [client.get("/", headers={"accept-language": said}) for said in ("da", "en", "de")]

    assert len({page.content for page in pages}) == 1
    assert {page.headers["Content-Language"] for page in pages} == {settings.LANGUAGE_CODE}


# Themes and tags -----------------------------------------------------------------------------


def test_an_empty_list_of_themes_says_so(read):
    assert read("/themes/") == "Themes There are no themes yet."


def test_themes_are_listed_in_danish_order_with_their_counts(read):
    make_relay(theme=make_theme("Ældre"), finished_legs=2)
    make_theme("Ånd")
    make_relay(theme=make_theme("Uddannelse"), finished_legs=1)

    assert read("/themes/") == "Themes Uddannelse one post Ældre 2 posts Ånd no posts yet"


def test_a_theme_without_posts_says_so(read):
    theme = make_theme("Ledelse")

    words = read(theme.get_absolute_url())
    assert words.startswith("Theme Ledelse No posts on Ledelse yet See all themes Follow Ledelse")


def test_a_theme_has_its_running_relays_and_its_posts(read):
    theme = make_theme("Velfærd")
    make_relay("Hvem løber?", theme=theme, finished_legs=1, running=True)
    ended = make_relay("Hvem er i mål?", theme=theme)
    publish_leg(ended, title="Det sidste ord")
    baton.close(ended, by=None)

    page = read(theme.get_absolute_url())

    assert "One relay running Hvem løber?" in page
    assert page.index("Hvem løber?") < page.index("Finished Hvem er i mål? One leg")
    assert "2 posts on Velfærd" in page
    assert "Det sidste ord" in page


def test_a_theme_whose_relays_have_all_finished_shows_them(read):
    theme = make_theme("Velfærd")
    ended = make_relay("Hvem er i mål?", theme=theme, finished_legs=1)
    baton.close(ended, by=None)

    assert "No relay on Velfærd right now Hvem er i mål?" in read(theme.get_absolute_url())


@pytest.fixture
def theme_of_two_relays():
    """Velfærd: the plate (public, private), the night (private), and a secret relay."""
    theme = make_theme("Velfærd")
    plate = make_relay("Tallerkenen", slug="plate", theme=theme, alternation="off")
    night = make_relay("Natten", slug="night", theme=theme, alternation="off")
    for relay, title, sector, year in (
        (plate, "Bakker", Sector.PUBLIC, 2024),
        (plate, "Kroner", Sector.PRIVATE, 2025),
        (night, "Vagter", Sector.PRIVATE, 2025),
    ):
        receiver = make_contributor(sector=sector)
        at = datetime(year, 6, 1, tzinfo=UTC)
        publish_leg(relay, title=title, receiver=receiver, at=at)
    make_relay("Hemmelig", slug="secret", theme=theme)
    make_relay("Andetsteds", slug="elsewhere", finished_legs=1)
    return theme


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", ["Vagter", "Kroner", "Bakker"]),
        ("sector=private", ["Vagter", "Kroner"]),
        ("relay=plate", ["Kroner", "Bakker"]),
        ("year=2025", ["Vagter", "Kroner"]),
        ("sector=private&relay=plate", ["Kroner"]),
        ("sector=private&relay=plate&year=2025", ["Kroner"]),
        ("sector=public&relay=night", []),
    ],
)
def test_a_theme_is_narrowed_down_by_sector_relay_and_year(
    client, theme_of_two_relays, query, titles
):
    page = client.get(f"{theme_of_two_relays.get_absolute_url()}?{query}")

    assert [article.live.title for article in page.context["listing"].articles] == titles
    assert ("noindex" in page.text) == ("sector" in query or "relay" in query)
    canonical = f"{theme_of_two_relays.get_absolute_url()}{query and '?'}{query}"
    assert f'rel="canonical" href="http://testserver{escape(canonical)}"' in page.text


@pytest.mark.parametrize(
    "query", ["sector=both", "sector=", "relay=secret", "relay=elsewhere", "relay=%00", "year=x"]
)
def test_a_theme_is_narrowed_down_to_what_it_offers_alone(client, theme_of_two_relays, query):
    status = client.get(f"{theme_of_two_relays.get_absolute_url()}?{query}").status_code

    assert status == (200 if query == "sector=" else 404)


def test_every_way_to_narrow_a_theme_down_leads_somewhere_and_keeps_the_others(
    client, theme_of_two_relays
):
    address = theme_of_two_relays.get_absolute_url()
    seen, waiting = set(), ["?"]
    while waiting:
        query = waiting.pop()
        if query not in seen:
            seen.add(query)
            page = client.get(address + query)
            assert page.status_code == 200, query
            waiting += [unescape(href) for href in re.findall(r'<a href="(\?.*?)"', page.text)]

    assert "?sector=private&relay=night&year=2024" in seen
    # all, or one of two sectors × all, or one of two relays × all, or one of the years
    years = len(client.get(address).context["listing"].years)
    assert len(seen) == 3 * 3 * (years + 1)


def test_older_posts_keep_what_the_theme_was_narrowed_down_to(client):
    theme = make_theme()
    make_archive(make_relay(slug="long", theme=theme), 45, at=one_a_month, theme=theme)
    address = f"{theme.get_absolute_url()}?sector=public&relay=long"

    found, pages = walk(client, address, r"/articles/arkiv-[\d-]+/")

    of_sector = Article.objects.newest_first().filter(leg__sector=Sector.PUBLIC)
    assert found == [article.get_absolute_url() for article in of_sector]
    assert pages == 2


def test_a_theme_begun_and_without_a_post_shows_the_relay(read):
    theme = make_theme("Velfærd")
    make_relay("Hvem løber?", theme=theme, running=True)

    page = read(theme.get_absolute_url())

    assert "One relay running Hvem løber?" in page
    assert "No posts on Velfærd yet" in page


def test_a_tag_lists_its_posts(read):
    article = publish_leg(make_relay(), title="Kolde bakker")
    article.tags.add(*tags_for(["Ældremad"]))

    page = read("/tags/aeldremad/")

    assert page.startswith("Keyword Ældremad Posts Public")
    assert "Kolde bakker" in page


def test_a_tag_of_texts_that_are_not_published_does_not_exist(client):
    make_leg_article().tags.add(*tags_for(["Hemmeligt"]))

    assert client.get("/tags/hemmeligt/").status_code == 404


# Contributors --------------------------------------------------------------------------------


def test_an_empty_list_of_contributors_says_so(read):
    make_contributor("Grethe Ikkespurgt")

    assert read("/contributors/") == "Contributors Nobody has had the baton yet."


def test_contributors_stand_by_the_danish_alphabet(client):
    names = ["Åse", "Ærø", "Ole", "Aage", "Østen", "Zita", "Anna"]
    writers = [make_contributor(name) for name in names]
    for writer in writers:
        publish(make_news(writer=writer))

    groups = client.get("/contributors/").context["groups"]

    assert [(letter, [person.name for person in people]) for letter, people in groups] == [
        ("A", ["Anna"]),
        ("O", ["Ole"]),
        ("Z", ["Zita"]),
        ("Æ", ["Ærø"]),
        ("Ø", ["Østen"]),
        ("Å", ["Aage", "Åse"]),
    ]


@pytest.mark.parametrize(
    ("letter", "first"), [("A", "Anna"), ("B", "Ole"), ("Z", "Ærø"), ("Å", "Aage")]
)
def test_a_letter_opens_the_list_where_its_names_begin(client, letter, first):
    for name in ("Åse", "Ærø", "Ole", "Aage", "Anna"):
        publish(make_news(writer=make_contributor(name)))

    groups = client.get("/contributors/", {"letter": letter}).context["groups"]

    assert groups[0][1][0].name == first


def test_after_the_last_name_a_letter_says_that_nobody_is_left(read):
    publish(make_news(writer=make_contributor("Anna")))

    assert "Nobody here from this letter on. From the start" in read("/contributors/?letter=B")


def test_more_than_sixty_people_page_by_name_each_once_also_those_of_one_name(client):
    make_archive(make_relay(), 130)
    Contributor.objects.filter(pk__in=Contributor.objects.values("pk")[20:110]).update(
        name="Anne Hansen"
    )

    found, pages = walk(client, "/contributors/", r"/contributors/arkivskribent-[\d-]+/")

    assert len(found) == len(set(found)) == 130
    assert pages == 3


def test_a_contributor_has_their_posts_and_says_where_they_run(read):
    writer = make_contributor(
        "Oskar Dyrhave", job_title="køkkenchef", organisation="Skovby", biography="Tyve år."
    )
    publish_leg(make_relay(short_name="Madstafetten"), receiver=writer, title="Kolde bakker")
    begin_leg(make_relay(short_name="Natstafetten"), receiver=writer)

    page = read(writer.get_absolute_url())

    assert page.startswith("Contributor Public Oskar Dyrhave Tyve år.")
    assert "Works as køkkenchef, Skovby" in page
    assert "Has the baton now Natstafetten Legs 1" in page
    assert "Leg 1. Public Madstafetten" in page
    assert "Kolde bakker" in page


def test_a_contributor_who_writes_the_first_time_has_no_posts_yet(read):
    writer = begin_leg(make_relay(short_name="Natstafetten")).contributor

    page = read(writer.get_absolute_url())

    assert "Has the baton now Natstafetten" in page
    assert "Posts" not in page


def test_who_gave_the_baton_back_is_not_listed_any_more(client, read):
    relay = make_relay(finished_legs=1, running=True)
    leg = relay.legs.running().get()
    baton.abandon(leg, by=None)

    assert client.get(leg.contributor.get_absolute_url()).status_code == 404
    assert leg.contributor.name not in read("/contributors/")
    assert leg.contributor.name not in read(relay.get_absolute_url())


def test_a_contributor_without_a_sector_has_no_badge(read):
    writer = make_contributor("Ulla Union", sector="")
    publish(make_news(writer=writer))

    assert read(writer.get_absolute_url()).startswith("Contributor Ulla Union")


# Paging --------------------------------------------------------------------------------------


def one_moment(n):
    return NOON


def one_a_month(n):
    return datetime(2021 + n // 12, n % 12 + 1, 15, tzinfo=UTC)


def make_listing(kind, count, at):
    """So many articles in a list of this kind. Returns its address."""
    theme, writer, [tag] = make_theme(), make_contributor(), tags_for(["Mad"])
    make_archive(make_relay(), count, at=at, theme=theme, tag=tag, co_writer=writer)
    if kind == "theme":
        return theme.get_absolute_url()
    return (tag if kind == "tag" else writer).get_absolute_url()


@pytest.mark.parametrize("at", [one_moment, one_a_month])
@pytest.mark.parametrize("kind", ["theme", "tag", "contributor"])
def test_older_links_walk_through_every_post_once(client, kind, at):
    address = make_listing(kind, 45, at)

    found, pages = walk(client, address, r"/articles/arkiv-[\d-]+/")

    newest_first = Article.objects.newest_first()
    assert found == [article.get_absolute_url() for article in newest_first]
    assert pages == 3


@pytest.mark.parametrize("kind", ["theme", "tag", "contributor"])
def test_years_walk_through_every_post_once(client, kind):
    address = make_listing(kind, 45, one_a_month)

    years = client.get(address).context["listing"].years
    found = [
        walk(client, f"{address}?year={year}", r"/articles/arkiv-[\d-]+/")[0] for year in years
    ]

    assert [len(year) for year in found] == [9, 12, 12, 12]  # and none after the newest post
    newest_first = Article.objects.newest_first()
    assert [*chain(*found)] == [article.get_absolute_url() for article in newest_first]


def test_a_year_ends_at_midnight_in_copenhagen(client):
    theme = make_theme()
    moments = [datetime(2024, 12, 31, hour, 30, tzinfo=UTC) for hour in (22, 23)]
    make_archive(make_relay(), 2, at=moments.__getitem__, theme=theme)

    def numbers(year):
        listing = client.get(f"{theme.get_absolute_url()}?year={year}").context["listing"]
        return [article.leg.number for article in listing.articles]

    assert numbers(2024) == [1]
    assert numbers(2025) == [2]


def test_a_year_without_posts_says_so(read):
    address = make_listing("theme", 3, one_a_month)

    assert "No posts in 2001." in read(f"{address}?year=2001")


def test_a_list_that_fits_on_one_page_in_one_year_has_no_way_on(client):
    theme = make_theme()
    publish_leg(make_relay(theme=theme))

    assert '<nav aria-label="Older posts"' not in client.get(theme.get_absolute_url()).text


# What does not exist -------------------------------------------------------------------------

MALFORMED = [
    "before=",  # empty is no address of ours, and harmless
    "before=x",
    "before=1",
    "before=2026-03-02",
    "before=2026-03-02_1",
    "before=2026-03-02T11:00:00Z",
    "before=2026-03-02T11:00:00Z_x",
    "before=2026-13-40T11:00:00Z_1",
    "before=2026-03-02T11:00:00Z_9999999999999999999999",
    "before=0001-01-01T00:00:00%2B14:00_1",
    "before=9999-12-31T23:59:59-14:00_1",
    "before=2026-03-02T11:00:00Z_1%00",
    "before=%00",
    "year=0",
    "year=-2026",
    "year=x",
    "year=99999999999999999999",
    "year=2026.5",
    "year=1899",
    "year=3000",
]
HARMLESS = {"before=", "year=2999", "year=", "utm_source=letter", "before=&year=2026"}


@pytest.mark.parametrize("query", [each for each in MALFORMED if each not in HARMLESS])
@pytest.mark.parametrize("kind", ["theme", "tag", "contributor"])
def test_a_malformed_address_of_a_list_does_not_exist(client, kind, query):
    address = make_listing(kind, 1, one_moment)

    assert client.get(f"{address}?{query}").status_code == 404


@pytest.mark.parametrize("query", sorted(HARMLESS))
def test_an_empty_or_unknown_word_in_an_address_is_harmless(client, query):
    assert client.get(f"{make_listing('theme', 1, one_moment)}?{query}").status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/relays/?before=x",
        "/relays/?before=0001-01-01T00:00:00%2B14:00_1",
        "/relays/en/?before=0",
        "/relays/en/?before=-1",
        "/relays/en/?before=99999999999",
        "/relays/en/?before=x",
        "/relays/en/?year=x",
        "/relays/en/?year=99999",
        "/contributors/?letter=AB",
        "/contributors/?letter=%C3%A6",
        "/contributors/?letter=1",
        "/contributors/?after=nobody-of-that-name",
        "/contributors/?after=%2F..%2F",
        "/contributors/?after=%00",
        "/relays/nowhere/",
        "/relays/en/-1/",
        "/relays/en/x/",
        "/articles/nowhere/",
        "/themes/nowhere/",
        "/tags/nowhere/",
        "/contributors/nowhere/",
        "/nowhere/",
    ],
)
def test_what_does_not_exist_is_a_page_that_says_so(read, address):
    make_relay("En", slug="en", finished_legs=1)

    assert read(address, status=404).startswith("Error 404 The baton was dropped here")


def test_an_address_without_its_last_slash_leads_on(client):
    assert client.get("/relays").url == "/relays/"


def test_a_post_that_is_shown_again_is_gone_in_no_browser(client):
    article = publish_leg(make_relay())
    workflow.take_step(article, "remove", by=make_chief_editor())

    addresses = [article.get_absolute_url(), f"{article.relay.get_absolute_url()}1/"]

    answers = [client.get(address) for address in addresses]
    assert {(each.status_code, each.headers["Cache-Control"]) for each in answers} == {
        (410, "no-cache")
    }


def test_pages_are_for_reading_only(client):
    addresses = [address for address in make_site().addresses.values() if address != "/nowhere/"]

    answers = {
        (method, getattr(client, method)(address).status_code)
        for address in addresses
        for method in ("head", "post", "put", "patch", "delete")
    }

    refused = {("post", 405), ("put", 405), ("patch", 405), ("delete", 405)}
    assert answers == refused | {("head", 200), ("head", 302), ("head", 410)}


def test_with_the_database_away_readers_get_a_kind_page(client):
    def away(execute, *_args):
        raise OperationalError("the database is away")

    client.raise_request_exception = False
    with connection.execute_wrapper(away):
        response = client.get("/")

    assert response.status_code == 503
    assert response.headers["Retry-After"] == "60"
    page = words_of(response.content.decode())
    assert page.startswith("Error 503 We are away for a moment We cannot reach the posts right now")
    assert "database" not in page


def test_health_says_that_the_database_is_away(client):
    def away(execute, *_args):
        raise OperationalError("the database is away")

    with connection.execute_wrapper(away):
        response = client.get("/health/")

    assert (response.status_code, response.json()) == (503, {"database": False})


def test_a_clock_that_ran_tomorrow_is_not_right(client):
    Clock.objects.create(pk=1, ran=timezone.now() + timedelta(days=1))

    assert client.get("/health/").json()["clock"] is False


def test_a_mistake_of_ours_is_said_to_be_ours(client, monkeypatch):
    monkeypatch.setattr("articles.publication.views._relays_of_the_front", None)
    client.raise_request_exception = False

    response = client.get("/")

    assert response.status_code == 500
    page = words_of(response.content.decode())
    assert page.startswith("Error 500 We cannot show this page right now The fault is ours")
    assert "Retry-After" not in response.headers


def test_relays_on_a_page_are_those_that_readers_may_see(client):
    site = make_site()
    make_relay("Endnu ikke begyndt?")

    listed = set(links_of(client.get("/relays/").content.decode(), "/relays/[^/]+/"))

    assert listed == {relay.get_absolute_url() for relay in Relay.objects.public()}
    assert site.begun.get_absolute_url() in listed


def test_fresh_news_and_legs_share_one_order(client):
    make_many_news(2)
    make_archive(make_relay(), 2, at=lambda n: NOON + timedelta(hours=12 + 24 * n))

    others = client.get("/").context["others"]

    assert [fresh(article).leg_id is None for article in others] == [True, False, True]
