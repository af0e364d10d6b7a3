"""Whole sites, for the tests that visit every page: one with each kind of thing, one with many."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from articles import search, workflow
from articles.models import Article, Byline, Draft, Reason, Revision, Status
from articles.models.tag import tags_for
from relays import baton, danish
from relays.models import Contributor, Leg, LegState, Relay, Sector, Theme
from tests.factories import (
    BODY,
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
    publish,
    publish_leg,
    reload,
)

NOON = datetime(2026, 3, 2, 11, tzinfo=UTC)


class Site(NamedTuple):
    running: Relay
    free: Relay
    begun: Relay
    finished: Relay
    article: Article  # of a leg, with the next one running
    last: Article  # of a leg with nobody next
    news: Article
    unknown: Article  # nobody knows who wrote it
    notice: Article  # withdrawn, the notice stays
    gone: Article
    theme: Theme
    bare_theme: Theme
    tag: str  # its address
    writer: Contributor

    @property
    def addresses(self):
        """Every kind of reader's page, by a name to call it by."""
        return {
            "front": "/",
            "relays": "/relays/",
            "a running relay": self.running.get_absolute_url(),
            "a free relay": self.free.get_absolute_url(),
            "a relay just begun": self.begun.get_absolute_url(),
            "a finished relay": self.finished.get_absolute_url(),
            "a leg": f"{self.running.get_absolute_url()}1/",
            "a whole relay": f"{self.running.get_absolute_url()}all/",
            "archive": f"/archive/{timezone.localdate().year}/",
            "an article": self.article.get_absolute_url(),
            "the newest article of a free relay": self.last.get_absolute_url(),
            "a news article": self.news.get_absolute_url(),
            "an article by nobody knows whom": self.unknown.get_absolute_url(),
            "a withdrawn article": self.notice.get_absolute_url(),
            "a removed article": self.gone.get_absolute_url(),
            "themes": "/themes/",
            "a theme": self.theme.get_absolute_url(),
            "a bare theme": self.bare_theme.get_absolute_url(),
            "a tag": self.tag,
            "contributors": "/contributors/",
            "contributors from a letter": "/contributors/?letter=%C3%98",
            "a contributor": self.writer.get_absolute_url(),
            "search": "/search/",
            "a search": "/search/?q=natten+eller+svaret",
            "a search narrowed down": "/search/?q=svaret&theme=velfaerd&sector=private",
            "a search for nothing": "/search/?q=hestestald",
            "a page that does not exist": "/nowhere/",
        }


def make_site():
    """A little of everything that readers can meet."""
    theme = make_theme("Velfærd", description="Om det, vi er fælles om.")
    running = make_relay(
        "Hvad skal der på tallerkenen?",
        short_name="Madstafetten",
        introduction="Hver dag laver køkkener mad til 400.000 mennesker.",
        theme=theme,
        alternation="off",
    )
    running.editors.add(make_editor())
    writer = make_contributor(
        "Oskar Dyrhave",
        job_title="køkkenchef",
        organisation="Skovby Kommune",
        biography="Har lavet mad til mange i tyve år.",
    )
    publish_leg(running, receiver=writer, standfirst="Bakkerne kommer fulde tilbage.")
    _pass_on(running, "Fordi hun har prøvet det.", sector=Sector.PRIVATE)
    _pass_on(running, "Fordi han svarer igen.", sector=Sector.PRIVATE)
    _pass_on(running, "Fordi hun ser det udefra.", sector="")
    article = fresh(running.articles.get(leg__number=4))
    article.tags.add(*tags_for(["Ældremad"]))
    begin_leg(running, receiver=make_contributor("Åse Ørsted", sector=Sector.PRIVATE))

    free = make_relay("Hvem passer på natten?", finished_legs=2)
    begun = make_relay("Hvor skal toget holde?", running=True)
    finished = make_relay("Kan tillid måles?", finished_legs=2, theme=theme)
    baton.close(finished, by=None, closing_note="Den blev ikke målt.")
    publish_leg(free, title="Grund­vands­beskyttelses­zonen", interests="Skribenten ejer en brønd.")
    notice, gone, unknown = (publish(make_news(f"Nyt om {what}")) for what in "abc")
    unknown.bylines.all().delete()
    chief = make_chief_editor()
    workflow.take_step(notice, "withdraw", by=chief)
    workflow.take_step(gone, "remove", by=chief)
    return Site(
        reload(running),
        reload(free),
        reload(begun),
        reload(finished),
        article,
        fresh(free.articles.get(leg__number=3)),
        publish(make_news("En ny stafet begynder")),
        fresh(unknown),
        fresh(notice),
        fresh(gone),
        theme,
        make_theme("Ledelse"),
        article.tags.get().get_absolute_url(),
        writer,
    )


def _pass_on(relay, message, *, sector):
    receiver = make_contributor(sector=sector, organisation="Nordfjordbryggernes Andelsselskab")
    handoff = make_handoff(relay, accepted=True, receiver=receiver, message=message)
    publish(make_leg_article(handoff.leg, standfirst="Svaret er ikke flere penge."))


def make_archive(relay, count, *, at=None, co_writer=None, tag=None, theme=None):
    """So many published legs at once, without a walk for each. `at(n)` is when the nth came out."""
    at = at or (lambda n: NOON + timedelta(days=n))
    first = relay.legs.standing().count() + 1
    sectors = [Sector.PUBLIC, Sector.PRIVATE]
    numbers = range(first, first + count)
    names = [f"Arkivskribent {relay.pk}-{number}" for number in numbers]
    people = Contributor.objects.bulk_create(
        Contributor(name=name, slug=danish.slug(name), sector=sectors[n % 2])
        for n, name in enumerate(names)
    )
    legs = Leg.objects.bulk_create(
        Leg(
            relay=relay,
            number=number,
            contributor=person,
            sector=person.sector,
            state=LegState.FINISHED,
            began=at(n),
        )
        for n, (number, person) in enumerate(zip(numbers, people, strict=True))
    )
    articles = _publish_at_once(
        [
            Article(
                leg=leg,
                relay=relay,
                theme=theme,
                published_at=at(n),
                slug=f"arkiv-{relay.pk}-{leg.number}",
            )
            for n, leg in enumerate(legs)
        ],
        [[person, *([co_writer] if co_writer else [])] for person in people],
    )
    if tag:
        for article in articles:
            article.taggings.create(tag=tag)
        search.index(Article.objects.filter(relay=relay))
    relay.opened = relay.opened or at(0)
    relay.save(update_fields=["opened"])
    return articles


def make_many_news(count, *, at=None, theme=None):
    """So many published news articles at once."""
    at = at or (lambda n: NOON + timedelta(days=n))
    name = f"Nyhedsskribent {Article.objects.count()}"
    writer = Contributor.objects.create(name=name, slug=danish.slug(name), sector="")
    taken = Article.objects.count()
    articles = [
        Article(published_at=at(n), slug=f"nyt-{taken + n}", theme=theme) for n in range(count)
    ]
    return _publish_at_once(articles, [[writer]] * count)


def _publish_at_once(articles, writers):
    articles = Article.objects.bulk_create(articles)
    texts = [{"title": f"Om {article.slug}", "body": BODY} for article in articles]
    pairs = list(zip(articles, texts, strict=True))
    Draft.objects.bulk_create(Draft(article=article, **text) for article, text in pairs)
    revisions = Revision.objects.bulk_create(
        Revision(article=article, number=1, reason=Reason.IMPORTED, **text)
        for article, text in pairs
    )
    Byline.objects.bulk_create(
        Byline(article=article, contributor=person, order=order, published_at=article.published_at)
        for article, people in zip(articles, writers, strict=True)
        for order, person in enumerate(people, start=1)
    )
    for article, revision in zip(articles, revisions, strict=True):
        article.live, article.status = revision, Status.LIVE
    published = Article.objects.filter(pk__in=[article.pk for article in articles])
    only_revision = Revision.objects.filter(article=OuterRef("pk")).values("pk")
    published.update(live=Subquery(only_revision), status=Status.LIVE)
    search.index(published)
    return articles
