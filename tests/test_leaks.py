"""What is not for readers is on no page of theirs: every state of a text, every page."""

import re

import pytest

from articles import workflow
from articles.models import Article
from articles.models.tag import tags_for
from relays import baton
from relays.models import Contributor, Sector, User
from tests.factories import (
    begin_leg,
    fresh,
    make_chief_editor,
    make_contributor,
    make_editor,
    make_handoff,
    make_leg_article,
    make_news,
    make_relay,
    make_theme,
    publish_leg,
    put,
    write,
)
from tests.sites import make_site

pytestmark = pytest.mark.django_db

SECRET = {
    "title": "Hemmeligtitel",
    "standfirst": "Hemmeligmanchet",
    "body": "<p>Hemmeligtekst</p><p>Hemmeligslutning</p>",
    "interests": "Hemmeliginteresse",
}
WORDS = ["titel", "manchet", "tekst", "slutning", "interesse", "emne"]

NOTICE = "withdrawn, with a notice"
UNPUBLISHED = ["draft", "submitted", "sent_back", "approved", "scheduled"]
WITHDRAWN = {NOTICE: "withdraw", "withdrawn, gone": "remove"}
REWRITTEN = [f"live, {status} again" for status in UNPUBLISHED]
STATES = [*UNPUBLISHED, *WITHDRAWN, *REWRITTEN]

# What may be read all the same: the headline over a notice, at the address that always had it.
ALLOWED = {
    (NOTICE, "news"): {"article": {"titel"}},
    (NOTICE, "leg"): {"article": {"titel"}, "its leg's address": {"titel"}},
}


def make_article(state, *, kind):
    """An article with a secret in every part of it, in this state."""
    theme = make_theme()
    relay = make_relay(theme=theme)
    publish_leg(relay, title="Åbent")
    writer = make_contributor("Wilma Ventende", sector=Sector.PRIVATE)
    if kind == "leg":
        article = make_leg_article(begin_leg(relay, receiver=writer), title="Endnu åbent")
    else:
        article = make_news("Endnu åbent", writer=writer, theme=theme)
    if state in REWRITTEN:
        article = put(article, "live")
        article = write(article, **SECRET)
        return put(article, state.removeprefix("live, ").removesuffix(" again"))
    article = write(article, **SECRET)
    article.tags.add(*tags_for(["Hemmeligemne"]))
    if state in WITHDRAWN:
        return workflow.take_step(put(article, "live"), WITHDRAWN[state], by=make_chief_editor())
    Article.objects.filter(pk=article.pk).update(slug="hemmeligtitel")  # an editor chose it
    return put(article, state)


def surfaces(article):
    """Every page where an article of this theme, relay, tag and writer could show."""
    relay = article.relay or make_relay(finished_legs=1, theme=article.theme)
    first = relay.articles.order_by("pk").first()
    return {
        "front": "/",
        "relays": "/relays/",
        "relay": relay.get_absolute_url(),
        "its leg's address": f"{relay.get_absolute_url()}2/",
        "the article before it": first.get_absolute_url(),
        "article": fresh(article).get_absolute_url(),
        "themes": "/themes/",
        "theme": article.theme.get_absolute_url(),
        "theme, this year": f"{article.theme.get_absolute_url()}?year=2026",
        "tag": "/tags/hemmeligemne/",
        "contributors": "/contributors/",
        "contributor": article.bylines.get().contributor.get_absolute_url(),
        "not found": "/articles/hemmeligtitel-2/",
    }


def secrets_on(client, address):
    """The secret words of the whole answer, where it leads to included."""
    response = client.get(address)
    said = response.content.decode() + "".join(response.headers.values())
    asked_for = address.strip("/").rpartition("/")[2]
    said = said.replace(asked_for, "")  # an address that one has typed is no secret
    return {word for word in WORDS if f"hemmelig{word}" in said.casefold()}


@pytest.mark.parametrize("kind", ["leg", "news"])
@pytest.mark.parametrize("state", STATES)
def test_what_is_not_public_is_on_no_page(client, state, kind):
    article = make_article(state, kind=kind)

    found = {name: secrets_on(client, address) for name, address in surfaces(article).items()}

    leaks = {name: words for name, words in found.items() if words}
    assert leaks == ALLOWED.get((state, kind), {})


@pytest.mark.parametrize("kind", ["leg", "news"])
@pytest.mark.parametrize("state", STATES)
def test_what_is_not_public_is_not_counted_listed_or_answered(client, state, kind):
    article = make_article(state, kind=kind)
    is_public = state in REWRITTEN
    pages = surfaces(article)
    public = Article.objects.public().count()

    assert fresh(article).is_public == is_public
    article.theme.refresh_from_db()
    assert article.theme.post_count == Article.objects.public().filter(theme=article.theme).count()
    listing = client.get(pages["theme"]).context["listing"]
    assert len(listing.articles) == article.theme.post_count == public
    assert client.get(pages["tag"]).status_code == 404
    expected = {NOTICE: 200, "withdrawn, gone": 410}
    if state in UNPUBLISHED:
        assert client.get("/articles/hemmeligtitel/").status_code == 404
    else:
        assert client.get(pages["article"]).status_code == expected.get(state, 200)


@pytest.mark.parametrize("status", UNPUBLISHED)
def test_who_writes_news_that_is_not_out_is_known_to_nobody(client, status):
    writer = make_contributor("Wilma Ventende", sector="")
    put(make_news("På vej", writer=writer), status)

    assert client.get(writer.get_absolute_url()).status_code == 404
    assert "Wilma" not in client.get("/contributors/").content.decode()


@pytest.mark.parametrize("step", WITHDRAWN.values())
def test_who_wrote_nothing_but_withdrawn_news_is_listed_no_more(client, step):
    writer = make_contributor("Wilma Ventende", sector="")
    article = put(make_news("Trukket", writer=writer), "live")
    workflow.take_step(article, step, by=make_chief_editor())

    assert client.get(writer.get_absolute_url()).status_code == 404
    assert "Wilma" not in client.get("/contributors/").content.decode()


# People --------------------------------------------------------------------------------------


def everything_that_readers_get(client, site):
    """All pages and their headers, years and older rows too."""
    addresses = set(site.addresses.values())
    addresses |= {person.get_absolute_url() for person in Contributor.objects.all()}
    addresses |= {article.get_absolute_url() for article in Article.objects.filter(live__gt=0)}
    addresses |= {f"{site.theme.get_absolute_url()}?year=2026", "/relays/?before="}
    answers = [client.get(address) for address in sorted(addresses)]
    return "".join(
        answer.content.decode() + repr(sorted(answer.headers.items())) for answer in answers
    )


def test_addresses_and_phones_of_people_are_on_no_page(client):
    site = make_site()
    for person in Contributor.objects.all():
        person.phone = f"+45 99 88 {person.pk:04}"
        person.assistant_email = f"assistent{person.pk}@office.example"
        person.save()
    make_editor()

    everything = everything_that_readers_get(client, site)

    assert set(re.findall(r"[\w.+-]+@[\w.-]+", everything)) == {"redaktionen@depechen.example"}
    assert "99 88" not in everything
    assert not [user.email for user in User.objects.exclude(email=None) if user.email in everything]


@pytest.mark.parametrize(
    "answer", ["nominated", "offered", "declined", "withdrawn", "lapsed", "accepted and waiting"]
)
def test_words_and_names_wait_for_the_baton(client, answer):
    site = make_site()
    relay = site.begun if answer == "accepted and waiting" else site.free
    asked = make_contributor("Hemmelig Person", sector=Sector.PRIVATE, biography="Hemmelig bio")
    handoff = make_handoff(
        relay,
        receiver=asked,
        message="Hemmelig begrundelse",
        override_reason="Hemmelig undtagelse",
        offered=answer not in ("nominated", "accepted and waiting"),
        accepted=answer == "accepted and waiting",
    )
    if answer == "declined":
        baton.decline(handoff, by=None, reason="Hemmelig årsag")
    elif answer == "withdrawn":
        baton.withdraw(handoff, by=None, note="Hemmelig note")
    elif answer == "lapsed":
        type(handoff).objects.filter(pk=handoff.pk).update(state="lapsed")

    assert "emmelig" not in everything_that_readers_get(client, site)


def test_notes_and_names_of_the_desk_are_on_no_page(client):
    site = make_site()
    chief = make_chief_editor("Hemmelig Chef")
    article = put(make_news("Ud"), "submitted")
    workflow.take_step(article, "send_back", by=chief, note="Hemmelig note")
    leg = site.running.legs.running().get()
    baton.abandon(leg, by=chief, note="Hemmelig grund")

    assert "emmelig" not in everything_that_readers_get(client, site)
    assert leg.contributor.name not in everything_that_readers_get(client, site)
