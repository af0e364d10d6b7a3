"""A relay's legs beside the articles that readers may see of them."""

from typing import NamedTuple

from articles.models import Article
from relays.models import Leg, Relay

LEGS_ON_A_PAGE = 12


class ChainRow(NamedTuple):
    leg: Leg
    article: Article | None


def chain_rows(relay: Relay, legs) -> list[ChainRow]:
    """Each leg with its public article, if it has one. Two queries more than the legs."""
    legs = list(legs)
    articles = Article.objects.public().filter(leg__in=legs).for_cards()
    by_leg = {article.leg_id: article for article in articles}
    for leg in legs:
        leg.relay = relay
    return [ChainRow(leg, by_leg.get(leg.pk)) for leg in legs]
