"""Every page that readers see. A function of its address and of what is published."""

from itertools import groupby

from django.db.models import Case, Q, When, prefetch_related_objects
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from articles import access
from articles.models import Article, Byline, Tag, Withdrawal
from articles.publication import embed, linked_data, replies
from articles.publication.chain import LEGS_ON_A_PAGE, ChainRow, chain_rows, forward_rows
from articles.publication.forms import ChainForm, ListingForm, NamesForm, RelaysForm, query_of
from articles.publication.listing import address_of, list_articles, one_page, years_since
from articles.publication.moved import keeps_answering
from articles.publication.page import show
from articles.publication.people import known_people, with_finished_legs
from relays.danish import ALPHABET, danish, initial
from relays.models import Contributor, Relay, Theme
from relays.models.chain import STRIP_LENGTH

RELAYS_ON_THE_FRONT = 8
CARDS_ON_THE_FRONT = 6
FINISHED_RELAYS_ON_A_PAGE = 20
NAMES_ON_A_PAGE = 60
LEGS_BESIDE_THE_HERO = 3


@require_safe
def front(request):
    newest = list(Article.objects.public().newest_first().with_headline()[: CARDS_ON_THE_FRONT + 1])
    # The loud one is an argument in a relay; the newsroom's own news stands among the cards.
    hero = next((article for article in newest if article.leg), next(iter(newest), None))
    others = [article for article in newest if article != hero]
    relays = _relays_of_the_front(hero)
    rows: list[ChainRow] = []
    if hero:
        relay = next((relay for relay in relays if relay.pk == hero.relay_id), None)
        # The hero with its text, and the posts of the chain beside it: one query for both.
        legs = relay.newest_legs[:LEGS_BESIDE_THE_HERO] if relay else []
        shown = Article.objects.public().filter(Q(pk=hero.pk) | Q(leg__in=legs))
        whole = list(shown.with_text())
        hero = next(article for article in whole if article.pk == hero.pk)
        rows = _legs_beside(relay, whole) if relay else []
        prefetch_related_objects([*whole, *others], Byline.with_portrait())
    return show(
        request,
        "articles/front.html",
        {
            "hero": hero,
            "opening": hero and access.visible_part(hero, None).first_paragraph,
            "rows": rows,
            "others": others,
            "relays": [relay for relay in relays if not relay.closed][:RELAYS_ON_THE_FRONT],
            "themes": Theme.objects.all(),
        },
        about=[linked_data.of_site()],
    )


def _relays_of_the_front(hero):
    heros_first = Case(When(pk=hero.relay_id if hero else None, then=0), default=1)
    shown = Q(closed=None) | Q(pk=hero.relay_id if hero else None)
    relays = Relay.objects.public().filter(shown).with_strip()
    return list(relays.order_by(heros_first, "-opened", "-pk")[: RELAYS_ON_THE_FRONT + 1])


def _legs_beside(relay, articles):
    by_leg = {article.leg_id: article for article in articles}
    return [ChainRow(leg, by_leg.get(leg.pk)) for leg in relay.newest_legs[:LEGS_BESIDE_THE_HERO]]


@require_safe
def relays(request):
    address = address_of(RelaysForm(request.GET))
    before = address["before"]
    newest_first = Relay.objects.public().with_strip().order_by("-opened", "-pk")
    finished = newest_first.finished()
    if before:
        finished = finished.filter(Q(opened__lt=before[0]) | Q(opened=before[0], pk__lt=before[1]))
    page, more = one_page(finished, FINISHED_RELAYS_ON_A_PAGE)
    return show(
        request,
        "articles/relays.html",
        {
            "running": [] if before else newest_first.unfinished(),
            "finished": page,
            "older": query_of({"before": (page[-1].opened, page[-1].pk)}) if more else "",
            "is_first": not before,
        },
        query=query_of(address),
    )


@require_safe
@keeps_answering(Relay)
def relay(request, slug):
    relay = get_object_or_404(
        Relay.objects.public().select_related("theme").prefetch_related("editors").with_strip(),
        slug=slug,
    )
    address = address_of(ChainForm(request.GET))
    before, year, start = address["before"], address["year"], address["start"]
    legs = relay.legs.standing().select_related("contributor", "handoff__giver__contributor")
    if before:
        legs = legs.filter(number__lt=before)
    if start:
        legs = legs.filter(number__gte=start)
    if year:
        # A leg without a post that is out stands where it began, with a text begun or without.
        legs = legs.filter(
            Q(article__published_at__year=year) | Q(article__published_at=None, began__year=year)
        )
    if start:
        # The first leg of the next page says how the baton left this one.
        rows = forward_rows(relay, legs.order_by("number")[: LEGS_ON_A_PAGE + 1])
        rows, following = rows[:LEGS_ON_A_PAGE], rows[LEGS_ON_A_PAGE:]
        onward = query_of({**address, "start": following[0].leg.number}) if following else ""
    else:
        page, more = one_page(legs.order_by("-number"), LEGS_ON_A_PAGE)
        rows = chain_rows(relay, page)
        onward = query_of({**address, "before": page[-1].number}) if more else ""
    is_short = relay.leg_count <= LEGS_ON_A_PAGE
    return show(
        request,
        "articles/relay.html",
        {
            "relay": relay,
            "rows": rows,
            "onward": onward,
            "start": start,
            "years": [] if is_short else years_since(relay.opened, relay.closed),
            "year": year,
            "is_first": not any(address.values()),
            "embed_code": embed.code_for(relay),
            "finished_legs": relay.leg_count - (1 if relay.runner else 0),
        },
        query=query_of(address),
        about=[linked_data.of_relay(relay), linked_data.trail_to_relay(relay)],
    )


@require_safe
@keeps_answering(Relay)
def leg(request, slug, number):
    """The address of a leg leads to its article."""
    article = get_object_or_404(
        Article.objects.once_public(),
        relay__slug=slug,
        leg__number=number,
        relay__opened__isnull=False,
    )
    if article.withdrawal == Withdrawal.GONE:
        return _gone(request)  # not its address, which is made of its title
    return redirect(article)


@require_safe
@keeps_answering(Article)
def article(request, slug):
    article = Article.objects.public().for_page().filter(slug=slug).first()
    if not article:
        return _withdrawn(request, slug)
    part = access.visible_part(article, None)
    context = around(article) | {"article": article, "part": part}
    context["below"] = replies.below(article, request.GET, complete=part.complete)
    about = [linked_data.of_article(article, part), linked_data.trail_to_article(article)]
    return show(request, "articles/article.html", context, about=about)


def around(article: Article) -> dict:
    """What stands beside an article of `for_page()`, and who wrote it all."""
    context = _surroundings(article) if article.leg else {}
    rows = [*context["box"], context["next"], context["before"]] if context else []
    others = [row.article for row in rows if row and row.article]
    prefetch_related_objects([article, *others], Byline.with_portrait())
    return context


def _surroundings(article):
    """The relay around an article: its strip, the legs beside it, the three newest other posts."""
    relay, number = article.relay, article.leg.number
    newest = relay.legs.standing().order_by("-number").values("pk")[:STRIP_LENGTH]
    legs = list(
        relay.legs.filter(Q(pk__in=newest) | Q(number__range=(number - 1, number + 1)))
        .select_related("contributor", "handoff")
        .order_by("-number")
    )
    for each in legs:
        each.relay = relay
    # With the strip's legs at hand, those beside this one may be extras, older than they are.
    relay.newest_legs = [each for each in legs if each.number > legs[0].number - STRIP_LENGTH]
    articles = Article.objects.public().filter(leg__in=legs).with_headline()
    by_leg = {each.leg_id: each for each in articles}
    rows = {each.number: ChainRow(each, by_leg.get(each.pk)) for each in legs}
    posts = [row for row in rows.values() if row.article and row.article.pk != article.pk]
    return {
        "relay": relay,
        "here": rows[number].leg,
        "before": rows.get(number - 1),
        "next": rows.get(number + 1),
        "box": posts[:3],
    }


def _withdrawn(request, slug):
    article = get_object_or_404(Article.objects.withdrawn().for_page(), slug=slug)
    prefetch_related_objects([article], Byline.with_portrait())
    if article.withdrawal == Withdrawal.GONE:
        return _gone(request)
    return render(request, "articles/withdrawn.html", {"article": article})


def _gone(request):
    gone = render(request, "410.html", status=410)
    # Kept by a browser, as a 410 is for ever, it would outlive the day the post is shown again.
    gone.headers["Cache-Control"] = "no-cache"
    return gone


@require_safe
@keeps_answering(Tag)
def tag(request, slug):
    tag = get_object_or_404(Tag, slug=slug)
    articles = Article.objects.public().filter(taggings__tag=tag).for_cards()
    listing = list_articles(articles, address_of(ListingForm(request.GET)))
    if listing.is_first and not listing.articles:
        raise Http404
    return show(
        request,
        "articles/tag.html",
        {"tag": tag, "listing": listing},
        query=listing.query,
        about=[linked_data.trail((tag.name, tag.get_absolute_url()))],
    )


@require_safe
def contributors(request):
    address = address_of(NamesForm(request.GET))
    people = known_people().annotate(key=danish("name")).order_by("key", "pk")
    if address["letter"]:
        people = people.filter(key__gte=address["letter"])
    if address["after"]:
        last = get_object_or_404(known_people(), slug=address["after"])
        # >= and an exclude, not an OR: so the index bounds the scan.
        people = people.filter(key__gte=last.name).exclude(key=last.name, pk__lte=last.pk)
    page, more = one_page(people.prefetch_related(with_finished_legs()), NAMES_ON_A_PAGE)
    return show(
        request,
        "articles/contributors.html",
        {
            "groups": [
                (letter, list(group))
                for letter, group in groupby(page, lambda person: initial(person.name))
            ],
            "alphabet": ALPHABET,
            "letter": address["letter"],
            "more": query_of({"after": page[-1].slug}) if more else "",
            "is_first": not any(address.values()),
        },
        query=query_of(address),
    )


@require_safe
@keeps_answering(Contributor)
def contributor(request, slug):
    contributor = get_object_or_404(known_people().select_related("portrait"), slug=slug)
    legs = contributor.legs.standing().select_related("relay")
    articles = (
        Article.objects.public()
        .by(contributor)
        .for_cards()
        .select_related("leg__handoff__giver__contributor", "leg__contributor")
    )
    listing = list_articles(articles, address_of(ListingForm(request.GET)))
    people = (_("Contributors"), reverse("articles:contributors"))
    way = people, (contributor.name, contributor.get_absolute_url())
    return show(
        request,
        "articles/contributor.html",
        {
            "contributor": contributor,
            "runs": [leg for leg in legs if leg.is_running and not leg.relay.closed],
            "finished_legs": [leg for leg in legs if not leg.is_running],
            "listing": listing,
        },
        query=listing.query,
        about=[linked_data.of_contributor(contributor), linked_data.trail(*way)],
    )
