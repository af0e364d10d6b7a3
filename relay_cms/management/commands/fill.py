"""A database with as many articles as somebody wants to see it with.

They are written many at a time and past the verbs, as what an archive leaves behind: every row
and move of an import is there, and `check_relays` has nothing to say.
"""

from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.db.models import F, OuterRef, Subquery
from django.utils import timezone
from tqdm import tqdm

from articles import search
from articles.models import (
    Article,
    ArticleMove,
    Byline,
    Draft,
    Reason,
    Revision,
    Status,
    TaggedArticle,
)
from articles.models.tag import tags_for
from relay_cms.invented import TAGS, THEMES, Invention
from relay_cms.management.commands import demo
from relays import danish
from relays.models import (
    BatonMove,
    Contributor,
    Handoff,
    HandoffState,
    Leg,
    LegState,
    Relay,
    Sector,
    Theme,
    User,
)

MOST = 1_000_000
SEASON = 500  # articles of relays that run side by side, written in one transaction
NEWS = 5  # every fifth article is the newsroom's own
ARTICLES_OF_A_PERSON = 20
LONGEST_PAST = timedelta(days=15 * 365)
BETWEEN_ARTICLES = timedelta(days=1)  # or less, where the past would be too short
TO_WRITE = timedelta(days=14)


class Command(BaseCommand):
    help = "Fill an empty database, or the demo newsroom's, with so many invented articles."

    def add_arguments(self, parser):
        parser.add_argument("articles", type=int, help="how many")

    def handle(self, *, articles, **options):
        if not 1 <= articles <= MOST:
            raise CommandError(f"Between 1 and {MOST:,} articles.")
        refuse_a_newsrooms_own()
        self.words = Invention()
        self.step = min(BETWEEN_ARTICLES, LONGEST_PAST / articles)
        self.start = timezone.now() - self.step * (articles + 1)
        self.themes = self._themes()
        self.tags = tags_for(TAGS)
        self.people = self._people(max(4, articles // ARTICLES_OF_A_PERSON))
        with tqdm(total=articles, unit=" articles", disable=None) as bar:
            for first in range(0, articles, SEASON):
                season = range(first, min(first + SEASON, articles))
                self._season(season, is_over=season.stop < articles)
                bar.update(len(season))
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # the planner has never seen so many rows
        self.stdout.write(f"{Article.objects.count()} articles, {Relay.objects.count()} relays.")

    def _themes(self):
        for name in THEMES:
            slug = danish.unique_slug(name, Theme.objects)
            Theme.objects.get_or_create(name=name, defaults={"slug": slug})
        return list(Theme.objects.filter(name__in=THEMES).order_by("pk"))

    def _people(self, count):
        """Half of them of each sector."""
        people = []
        for number in range(count):
            sector, name = list(Sector)[number % 2], self.words.person(number)
            people.append(
                Contributor(
                    name=name,
                    slug=address(name, number),
                    sector=sector,
                    job_title=self.words.job(sector),
                    organisation=self.words.place_of_work(sector),
                    biography=self.words.sentence(),
                )
            )
        people = Contributor.objects.bulk_create(people, batch_size=1_000)
        return people[::2], people[1::2]

    @transaction.atomic
    def _season(self, numbers, *, is_over):
        """Relays that run side by side, with news in between."""
        legs = self._legs([number for number in numbers if number % NEWS])
        self._publish(numbers, legs)
        relays = Relay.objects.filter(pk__in={leg.relay_id for leg in legs.values()})
        if is_over:
            self._close(relays, at=self._day(numbers.stop))
        else:
            self._run(list(relays)[::2], began=self._day(numbers.stop))

    def _day(self, number):
        """When the article of this number came out."""
        return self.start + self.step * number

    def _person(self, turn):
        return self.words.random.choice(self.people[turn % 2])

    # Relays and legs ------------------------------------------------------------------------

    def _legs(self, numbers):
        """A leg for each of these articles, by its number: dealt out to relays in turn."""
        relays = self._relays(numbers[: 8 + numbers[0] // SEASON % 24]) if numbers else []
        began = [*(relay.opened for relay in relays), *map(self._day, numbers)]
        turns = [divmod(at, len(relays)) for at in range(len(numbers))]
        people = [self._person(turn) for turn, _relay in turns]
        handoffs = Handoff.objects.bulk_create(
            self._handoff(relays[relay], people[at], began[at])
            for at, (_turn, relay) in enumerate(turns)
        )
        legs = Leg.objects.bulk_create(
            Leg(
                relay=relays[relay],
                number=turn + 1,
                contributor=people[at],
                sector=people[at].sector,
                handoff=handoffs[at],
                began=began[at],
                state=LegState.FINISHED,
            )
            for at, (turn, relay) in enumerate(turns)
        )
        for handoff, giver in zip(handoffs[len(relays) :], legs, strict=False):
            handoff.giver = giver
        Handoff.objects.bulk_update(handoffs, ["giver"])
        BatonMove.objects.bulk_create(
            BatonMove(relay=leg.relay, leg=leg, handoff=leg.handoff, verb="import") for leg in legs
        )
        return dict(zip(numbers, legs, strict=True))

    def _handoff(self, relay, person, began, **fields):
        return Handoff(
            relay=relay,
            receiver=person,
            message=self.words.sentence(),
            state=HandoffState.TAKEN,
            answered=began,
            **fields,
        )

    def _relays(self, numbers):
        """One that begins with each of these articles."""
        questions = [self.words.question() for _number in numbers]
        return Relay.objects.bulk_create(
            Relay(
                title=question,
                slug=address(question, number),
                introduction=f"{self.words.sentence()} {self.words.sentence()}",
                theme=self._theme(),
                opened=self._day(number) - TO_WRITE,
            )
            for number, question in zip(numbers, questions, strict=True)
        )

    def _theme(self):
        return self.words.random.choice(self.themes)

    def _close(self, relays, *, at):
        BatonMove.objects.bulk_create(BatonMove(relay=relay, verb="close") for relay in relays)
        relays.update(closed=at, closing_note=self.words.sentence())

    def _run(self, relays, *, began):
        """Somebody has the baton of these, with time left to write."""
        for relay in relays:
            last = relay.legs.order_by("-number")[0]
            person = self._person(last.number)
            handoff = self._handoff(relay, person, began, giver=last, offered=began)
            handoff.save()
            leg = Leg.objects.create(
                relay=relay,
                number=last.number + 1,
                contributor=person,
                sector=person.sector,
                handoff=handoff,
                began=began,
                due=timezone.localdate() + TO_WRITE,
            )
            BatonMove.objects.create(relay=relay, leg=leg, handoff=handoff, verb="take")

    # Articles -------------------------------------------------------------------------------

    def _publish(self, numbers, legs):
        texts = [self._text() for _number in numbers]
        articles = Article.objects.bulk_create(
            self._article(number, text, legs.get(number))
            for number, text in zip(numbers, texts, strict=True)
        )
        rows = Article.objects.filter(pk__in=[article.pk for article in articles])
        self._write(articles, texts)
        live = Revision.objects.filter(article=OuterRef("pk")).values("pk")
        rows.update(live=Subquery(live), status=Status.LIVE)
        Byline.objects.bulk_create(self._byline(article) for article in articles)
        TaggedArticle.objects.bulk_create(
            TaggedArticle(content_object=article, tag=tag)
            for article in articles
            for tag in self.words.random.sample(self.tags, self.words.random.randint(0, 3))
        )
        for theme in self.themes:
            posts = sum(article.theme == theme for article in articles)
            Theme.objects.filter(pk=theme.pk).update(post_count=F("post_count") + posts)
        search.index(rows)

    def _text(self):
        title, standfirst = self.words.title(), self.words.sentence()
        return {"title": title, "standfirst": standfirst, "body": self.words.text()}

    def _article(self, number, text, leg):
        return Article(
            slug=address(text["title"], number),
            leg=leg,
            relay=leg and leg.relay,
            theme=leg.relay.theme if leg else self._theme(),
            published_at=self._day(number),
        )

    def _write(self, articles, texts):
        pairs = list(zip(articles, texts, strict=True))
        Draft.objects.bulk_create(Draft(article=article, **text) for article, text in pairs)
        revisions = Revision.objects.bulk_create(
            Revision(article=article, number=1, reason=Reason.IMPORTED, **text)
            for article, text in pairs
        )
        ArticleMove.objects.bulk_create(
            ArticleMove(
                article=revision.article,
                step="import",
                from_status=Status.DRAFT,
                to_status=Status.LIVE,
                revision=revision,
            )
            for revision in revisions
        )

    def _byline(self, article):
        person = article.leg.contributor if article.leg else self._person(article.pk)
        return Byline(
            article=article,
            contributor=person,
            published_at=article.published_at,
            job_title=person.job_title,
            organisation=person.organisation,
            sector=person.sector,
        )


def address(words, number):
    return f"{danish.slug(words)[: danish.SLUG_LENGTH - 8]}-{number + 1}"


def refuse_a_newsrooms_own():
    """Invented articles can't be told from real ones, or taken out again."""
    is_empty = not any(model.objects.exists() for model in (Contributor, Theme, Relay, Article))
    demo_staff = {email for _name, email, *_group in (*demo.STAFF, demo.ADMINISTRATOR)}
    staff = set(User.objects.filter(is_staff=True).values_list("email", flat=True))
    if not is_empty and staff != demo_staff:
        raise CommandError(
            "This database is a newsroom's own, or filled already. Name an empty one: "
            "DATABASE_URL=sqlite:///var/many.sqlite3"
        )
    if Article.objects.filter(slug__endswith="-1", moves__step="import", leg=None).exists():
        raise CommandError("The demo newsroom has been filled already.")
