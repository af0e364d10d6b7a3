"""What must be true of every article and no constraint of the database can hold."""

from collections.abc import Callable, Iterator
from datetime import timedelta

from django.conf import settings
from django.db.models import Count, Exists, F, Max, Min, Model, OuterRef, Q, Subquery
from django.utils import timezone

from articles import replies, search
from articles.models import (
    Article,
    ArticleMove,
    Byline,
    Card,
    Draft,
    Page,
    Purpose,
    Reply,
    ReplyMove,
    ReplyState,
    Revision,
    SearchRow,
    Showing,
    Status,
    Tag,
    Tick,
    Withdrawal,
)
from articles.models.tag import tag_key
from relays.invariants import Breach, breach
from relays.models import Contributor, Leg, LegState, OldAddress, Relay, Theme
from relays.richtext import clean_html

ADDRESSED: list[type[Model]] = [Relay, Theme, Contributor, Article, Tag, Page]


def every_article_has_a_draft():
    for article in Article.objects.filter(draft=None):
        yield article, "it has no draft."


def revisions_belong_to_their_article():
    for name in ("live", "approved", "vouched", "asked"):
        theirs = Q(**{f"{name}__article": F("pk")})
        for article in Article.objects.exclude(**{name: None}).exclude(theirs):
            yield article, f"its {name} revision is another article's."


def revision_numbers_without_gaps():
    counted = Article.objects.annotate(
        count=Count("revisions"), low=Min("revisions__number"), top=Max("revisions__number")
    )
    for article in counted.exclude(count=0).exclude(count=F("top"), low=1):
        yield article, f"{article.count} revisions, numbered {article.low} to {article.top}."


def an_article_is_in_its_legs_relay():
    for article in Article.objects.exclude(leg=None).exclude(relay=F("leg__relay")):
        yield article, "its relay is not its leg's."
    for article in Article.objects.filter(leg=None).exclude(relay=None):
        yield article, "it has a relay, but no leg."


def a_finished_leg_was_published():
    undone = Leg.objects.filter(article__moves__step="undo")
    for leg in Leg.objects.finished().filter(article__live=None).exclude(pk__in=undone):
        yield leg, "it has finished, but nothing of it was ever published."


def a_published_leg_has_finished():
    for leg in Leg.objects.exclude(state=LegState.FINISHED).filter(article__live__isnull=False):
        yield leg, f"its article is published, but it is {leg.state}."


def the_status_fits_the_text():
    texts = [f"{text}__picture" for text in ("draft", "live", "approved")]
    desk = Article.objects.select_related(*texts).exclude(draft=None)
    for article in desk.filter(status=Status.LIVE, live__isnull=False):
        if article.live and article.draft.content != article.live.content:
            yield article, "it is live, but its draft says something else."
    for article in desk.filter(status__in=[Status.APPROVED, Status.SCHEDULED]):
        if article.approved is None or article.draft.content != article.approved.content:
            yield article, f"it is {article.status}, but its draft is not what was approved."
    passed_on = [Status.APPROVED, Status.SCHEDULED]
    for article in desk.exclude(status__in=passed_on).exclude(approved=None):
        yield article, f"it is {article.status}, but a revision is approved."
    for article in desk.exclude(status=Status.SCHEDULED).exclude(publish_at=None):
        yield article, f"it is {article.status}, but has a time of publication."


def bylines_are_frozen_at_publication():
    published = Byline.objects.filter(article__live__isnull=False)
    frozen = Q(published_at__isnull=False, published_at=F("article__published_at"))
    for byline in published.exclude(frozen):
        yield byline, "the article is published, but the byline is not frozen as of that day."
    for byline in Byline.objects.filter(article__live=None).exclude(published_at=None):
        yield byline, "it is frozen, but the article was never published."


def a_post_has_its_writers():
    runners = Article.objects.filter(leg__contributor__isnull=False)
    for article in runners.exclude(bylines__contributor=F("leg__contributor")):
        yield article, "its leg's runner is not among its writers."
    for article in Article.objects.filter(live__isnull=False, leg=None, bylines=None):
        yield article, "it is published, and nobody has written it."


def what_is_published_has_come_out():
    for article in Article.objects.filter(live=None).exclude(published_at=None):
        yield article, "it has a date of publication, but was never published."
    for article in Article.objects.filter(published_at__gt=timezone.now()):
        yield article, "it is published as of a day to come."
    for article in Article.objects.filter(live__title=""):
        yield article, "readers see no title."


def an_article_has_a_language_of_the_site():
    for article in Article.objects.exclude(language__in=dict(settings.LANGUAGES)):
        yield article, f"its language is “{article.language}”."


def theme_counts_are_right():
    public = Article.objects.public().filter(theme=OuterRef("pk")).order_by().values("theme")
    counted = Subquery(public.annotate(count=Count("pk")).values("count"))
    for theme in Theme.objects.annotate(public_posts=counted):
        if theme.post_count != (theme.public_posts or 0):
            yield (
                theme,
                f"it counts {theme.post_count} posts, readers see {theme.public_posts or 0}.",
            )


def what_is_public_can_be_found():
    for article in Article.objects.public().filter(search_row=None):
        yield article, "readers can see it, but no search finds it."
    for row in SearchRow.objects.exclude(article__in=Article.objects.public()):
        yield row.article, "a search finds it, but it is not public."


def the_search_knows_its_words():
    indexed = Article.objects.public().exclude(search_row=None).for_search()
    for article in indexed.select_related("search_row").iterator(chunk_size=500):
        if article.search_row.words != search.row_of(article).words:
            yield article, "a search does not find what it says now."


def tags_have_their_key():
    for tag in Tag.objects.all():
        if tag.key != tag_key(tag.name):
            yield tag, f"its key is “{tag.key}”."


def a_card_shows_what_readers_see():
    cards = Card.objects.exclude(revision=None)
    shown = Article.objects.public().filter(live=OuterRef("revision"))
    for card in cards.exclude(Exists(shown)):
        yield card, "readers do not see its text any more."
    for card in cards:
        if not card.path.exists():
            yield card, "its file is missing."


def old_addresses_lead_to_what_is_elsewhere_now():
    for model in ADDRESSED:
        addresses = OldAddress.objects.of(model)
        for address in addresses.exclude(row__in=model._default_manager.values("pk")):
            yield address, "it leads to nothing."
        still_there = model._default_manager.filter(pk=OuterRef("row"), slug=OuterRef("slug"))
        for address in addresses.filter(Exists(still_there)):
            yield address, "what it leads to has this address still."
    kinds = [model._meta.model_name for model in ADDRESSED]
    for address in OldAddress.objects.exclude(kind__in=kinds):
        yield address, "nothing of this kind has an address."


def every_stored_text_is_clean():
    for model in (Draft, Revision, Page):
        for text in model.objects.exclude(body="").only("body").iterator(chunk_size=500):
            if clean_html(text.body) != text.body:
                yield text, "its text was never sanitised."


def a_published_picture_is_told_in_words():
    silent = Q(live__alt="", live__is_decorative=False)
    for article in Article.objects.exclude(live__picture=None).filter(silent, live__isnull=False):
        yield article, "readers get a picture, and no word of what it shows."


def every_publication_was_recorded():
    recorded = ["publish", "import"]
    for article in Article.objects.exclude(live=None).exclude(moves__step__in=recorded):
        yield article, "it is published, but no move says so."


def the_last_move_leads_to_the_status():
    last = ArticleMove.objects.filter(article=OuterRef("pk")).order_by("-pk").values("to_status")
    for article in Article.objects.annotate(said=Subquery(last[:1])):
        if article.status != (article.said or Status.DRAFT):
            yield article, f"it is {article.status}, but its last move led to {article.said}."


def every_withdrawal_was_recorded():
    said = {"withdraw": Withdrawal.NOTICE, "remove": Withdrawal.GONE}
    moves = ArticleMove.objects.filter(step__in=[*said, "restore"], article=OuterRef("pk"))
    last = moves.order_by("-pk").values("step")[:1]
    for article in Article.objects.annotate(said=Subquery(last)):
        if article.withdrawal != said.get(article.said, Withdrawal.NONE):
            yield article, f"its last withdrawal says “{article.said}”."


def moves_name_their_own_revisions():
    for move in ArticleMove.objects.exclude(revision=None).exclude(revision__article=F("article")):
        yield move, "it names another article's revision."


def a_tick_comes_of_an_answer_about_its_article():
    answers = Tick.objects.exclude(remark=None)
    for tick in answers.exclude(remark__showing__revision__article=F("article")):
        yield tick, "an answer about another article made it."


def a_preview_is_answered_by_nobody():
    for showing in Showing.objects.filter(purpose=Purpose.PREVIEW, remarks__gt=0).distinct():
        yield showing, "it is for reading only, and somebody has answered."


def an_answer_stands_below_its_comment():
    answers = Reply.objects.exclude(answers=None)
    for reply in answers.exclude(answers__article=F("article")):
        yield reply, "it answers a comment on another article."
    for reply in answers.exclude(answers__answers=None):
        yield reply, "it answers an answer."


def the_last_move_decided_the_comment():
    leads_to = {verb: target for verb, (_sources, target) in replies.VERBS.items()}
    leads_to |= {"send": ReplyState.WAITING, "erase": ReplyState.ERASED}
    last = ReplyMove.objects.filter(reply=OuterRef("pk")).order_by("-pk").values("verb")[:1]
    for reply in Reply.objects.annotate(said=Subquery(last)):
        if reply.state != leads_to.get(reply.said):
            yield reply, f"it is {reply.state}, but its last move says “{reply.said}”."


def networks_are_forgotten():
    # A day more than promised: the clock may have stood still.
    long_ago = timezone.now() - replies.NETWORK_KEPT - timedelta(days=1)
    for reply in Reply.objects.exclude(network=None).filter(sent__lt=long_ago):
        yield reply, "where it came from is still known."


INVARIANTS: list[Callable[[], Iterator]] = [
    every_article_has_a_draft,
    revisions_belong_to_their_article,
    revision_numbers_without_gaps,
    an_article_is_in_its_legs_relay,
    a_finished_leg_was_published,
    a_published_leg_has_finished,
    the_status_fits_the_text,
    bylines_are_frozen_at_publication,
    a_post_has_its_writers,
    what_is_published_has_come_out,
    an_article_has_a_language_of_the_site,
    theme_counts_are_right,
    what_is_public_can_be_found,
    the_search_knows_its_words,
    tags_have_their_key,
    a_card_shows_what_readers_see,
    old_addresses_lead_to_what_is_elsewhere_now,
    every_stored_text_is_clean,
    a_published_picture_is_told_in_words,
    every_publication_was_recorded,
    the_last_move_leads_to_the_status,
    every_withdrawal_was_recorded,
    moves_name_their_own_revisions,
    a_tick_comes_of_an_answer_about_its_article,
    a_preview_is_answered_by_nobody,
    an_answer_stands_below_its_comment,
    the_last_move_decided_the_comment,
    networks_are_forgotten,
]


def breaches() -> Iterator[Breach]:
    for invariant in INVARIANTS:
        for row, sentence in invariant():
            yield breach(invariant.__name__, row, sentence)
