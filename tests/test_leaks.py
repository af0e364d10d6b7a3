"""What is not for readers is on no page of theirs: every state of a text, every page."""

import re

import pytest
from django.utils import timezone

from articles import cards, showings, workflow
from articles.models import Article, Card
from articles.models.tag import tags_for
from relays import addresses, baton
from relays.models import Contributor, Handoff, Picture, Sector, Shape, User
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
    "alt": "Hemmeligalt",
    "caption": "Hemmeligbilledtekst",
}
WORDS = ["titel", "manchet", "tekst", "slutning", "interesse", "emne", "alt", "billed"]

NOTICE = "withdrawn, with a notice"
UNPUBLISHED = ["draft", "submitted", "sent_back", "approved", "scheduled"]
WITHDRAWN = {NOTICE: "withdraw", "withdrawn, gone": "remove"}
REWRITTEN = [f"live, {status} again" for status in UNPUBLISHED]
STATES = [*UNPUBLISHED, *WITHDRAWN, *REWRITTEN]

# What may be read all the same: the headline over a notice, at the address that always had it.
ALLOWED = {
    (NOTICE, "news"): {"article": {"titel"}, "its old address": {"titel"}},
    (NOTICE, "leg"): {
        "article": {"titel"},
        "its old address": {"titel"},
        "its leg's address": {"titel"},
    },
}


ANSWERS = dict.fromkeys(REWRITTEN, 200) | {NOTICE: 200, "withdrawn, gone": 410}


def make_article(state, *, kind):
    """An article with a secret in every part of it, in this state; and if it was out once, with
    another after it in its relay."""
    theme = make_theme()
    relay = make_relay(theme=theme)
    publish_leg(relay, title="Åbent")
    writer = make_contributor("Wilma Ventende", sector=Sector.PRIVATE)
    if kind == "leg":
        article = make_leg_article(begin_leg(relay, receiver=writer), title="Endnu åbent")
    else:
        article = make_news("Endnu åbent", writer=writer, theme=theme)
    addresses.remember(article, "gammel-adresse")
    if state in REWRITTEN:
        article = put(article, "live")
        publish_leg(relay, title="Åbent igen")
        article = write(article, picture=picture_without_files(), **SECRET)
        return put(article, state.removeprefix("live, ").removesuffix(" again"))
    article = write(article, picture=picture_without_files(), **SECRET)
    article.tags.add(*tags_for(["Hemmeligemne"]))
    if state in WITHDRAWN:
        article = put(article, "live")
        cards.make(Article.objects.public().with_headline().get(pk=article.pk))
        publish_leg(relay, title="Åbent igen")
        return workflow.take_step(article, WITHDRAWN[state], by=make_chief_editor())
    Article.objects.filter(pk=article.pk).update(slug="hemmeligtitel")  # an editor chose it
    return put(article, state)


def picture_without_files():
    return Picture.objects.create(shape=Shape.WIDE, widths=[480], width=480, height=270)


def surfaces(article):
    """Every page where an article of this theme, relay, tag and writer could show."""
    relay = article.relay or make_relay(finished_legs=1, theme=article.theme)
    first, last = relay.articles.order_by("pk")[0], relay.articles.order_by("-pk")[0]
    today, theme = timezone.localdate(), article.theme.get_absolute_url()
    return {
        "front": "/",
        "feed": "/feed.xml",
        "sitemap": f"/sitemap-posts-{today.year}.xml",
        "sitemap of tags": "/sitemap-tags.xml",
        "sitemap of sitemaps": "/sitemap.xml",
        "sitemap of relays": "/sitemap-relays.xml",
        "sitemap of contributors": "/sitemap-contributors.xml",
        "relays": "/relays/",
        "relay": relay.get_absolute_url(),
        "relay's feed": f"{relay.get_absolute_url()}feed.xml",
        "the whole relay": f"{relay.get_absolute_url()}all/",
        "archive": f"/archive/{today.year}/",
        "archive, this month": f"/archive/{today.year}/?month={today.month}",
        "the box": f"/embed{relay.get_absolute_url()}",
        "its leg's address": f"{relay.get_absolute_url()}2/",
        "the article before it": first.get_absolute_url(),
        "the article after it": last.get_absolute_url() if last != article else "/",
        "article": fresh(article).get_absolute_url(),
        "the whole of it": fresh(article).get_full_url(),
        "its comments": f"{fresh(article).get_absolute_url()}replies/",
        "its old address": "/articles/gammel-adresse/",
        "themes": "/themes/",
        "theme": article.theme.get_absolute_url(),
        "theme's feed": f"{article.theme.get_absolute_url()}feed.xml",
        "theme, this year": f"{theme}?year={today.year}",
        "theme, narrowed down": f"{theme}?sector=private&relay={relay.slug}",
        "tag": "/tags/hemmeligemne/",
        "contributors": "/contributors/",
        "contributor": article.bylines.get().contributor.get_absolute_url(),
        "contributor's feed": f"{article.bylines.get().contributor.get_absolute_url()}feed.xml",
        "search": "/search/?q=hemmel",
        "search for who wrote it": "/search/?q=wilma+vent",
        "search, narrowed down": f"/search/?q=hemmel&theme={article.theme.slug}&year={today.year}",
        "not found": "/articles/hemmeligtitel-2/",
    }


def secrets_in(answer, address, article):
    """The secret words of the whole answer, where it leads to included, and its pictures."""
    said = answer.content.decode() + "".join(answer.headers.values())
    asked_for = address.strip("/").rpartition("/")[2]
    said = said.replace(asked_for, "")  # an address that one has typed is no secret
    found = {word for word in WORDS if f"hemmelig{word}" in said.casefold()}
    picture = article.draft.picture
    return found | {name for name in (picture.name, picture.whole, "/media/cards/") if name in said}


@pytest.mark.parametrize("kind", ["leg", "news"])
@pytest.mark.parametrize("state", STATES)
def test_what_is_not_public_is_shown_counted_and_answered_nowhere(client, state, kind):
    article = fresh(make_article(state, kind=kind))
    pages = surfaces(article)

    answers = {name: client.get(address) for name, address in pages.items()}

    found = {name: secrets_in(answers[name], pages[name], article) for name in pages}
    leaks = {name: words for name, words in found.items() if words}
    assert leaks == ALLOWED.get((state, kind), {})
    assert answers["tag"].status_code == 404
    assert answers["article"].status_code == ANSWERS.get(state, 404)
    assert answers["search"].context["count"] == 0
    assert not Card.objects.filter(revision__article=article).exists()
    article.theme.refresh_from_db()
    public = Article.objects.public().filter(theme=article.theme)
    assert (article in public) == (state in REWRITTEN)
    listed = answers["theme"].context["listing"].articles
    assert len(listed) == article.theme.post_count == public.count()


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


@pytest.mark.parametrize("kind", ["leg", "news"])
@pytest.mark.parametrize("state", [*UNPUBLISHED, *REWRITTEN])
def test_what_somebody_was_shown_is_for_them_alone(client, state, kind):
    article = make_article(state, kind=kind)
    showing, address = showings.show(article, name="Hemmelig jurist", by=make_editor())
    showings.remark(showing, name="Hemmelig person", words="Hemmelig bemærkning")

    for name, page in surfaces(article).items():
        said = client.get(page).content.decode().replace("hemmeligtitel-2", "")
        assert "Hemmelig" not in said, name
        assert "/show/" not in said, name
    assert "Hemmeligtekst" in client.get(address).content.decode()
    assert "Hemmelig person" not in client.get(address).content.decode()


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


def test_words_and_names_wait_for_the_baton(client):
    site = make_site()
    hidden = {"sector": Sector.PRIVATE, "biography": "Hemmelig bio"}
    words = {"message": "Hemmelig begrundelse", "override_reason": "Hemmelig undtagelse"}
    for end in ("nominated", "declined", "withdrawn", "lapsed", "offered", "accepted"):
        asked = make_contributor(f"Hemmelig {end}", **hidden)
        relay = site.begun if end == "accepted" else site.free  # she waits for the leg that runs
        handoff = make_handoff(
            relay,
            receiver=asked,
            offered=end not in ("nominated", "accepted"),
            accepted=end == "accepted",
            **words,
        )
        if end == "declined":
            baton.decline(handoff, by=None, reason="Hemmelig årsag")
        elif end == "withdrawn":
            baton.withdraw(handoff, by=None, note="Hemmelig note")
        elif end == "lapsed":
            Handoff.objects.filter(pk=handoff.pk).update(state=end)

    assert sorted(Handoff.objects.filter(**words).values_list("state", flat=True)) == [
        "accepted",
        "declined",
        "lapsed",
        "nominated",
        "offered",
        "withdrawn",
    ]
    assert "emmelig" not in everything_that_readers_get(client, site)


def test_notes_and_names_of_the_desk_are_on_no_page(client):
    site = make_site()
    chief = make_chief_editor("Hemmelig Chef")
    article = put(make_news("Ud"), "submitted")
    workflow.take_step(article, "send_back", by=chief, note="Hemmelig note")
    leg = site.running.legs.running().get()
    baton.abandon(leg, by=chief, note="Hemmelig grund")

    everything = everything_that_readers_get(client, site)

    assert "emmelig" not in everything
    assert leg.contributor.name not in everything
