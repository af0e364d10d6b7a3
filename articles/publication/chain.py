"""A relay's legs beside the articles that readers may see of them."""

from itertools import zip_longest
from typing import NamedTuple

from articles.models import Article
from relays.models import Leg, Relay

LEGS_ON_A_PAGE = 12


class ChainRow(NamedTuple):
    leg: Leg
    article: Article | None
    below: Leg | None = None  # whose handover is told below this leg, where it is not its own


def chain_rows(relay: Relay, legs) -> list[ChainRow]:
    """Each leg with its public article, if it has one. Two queries more than the legs."""
    legs = list(legs)
    articles = Article.objects.public().filter(leg__in=legs).for_cards()
    by_leg = {article.leg_id: article for article in articles}
    for leg in legs:
        leg.relay = relay
    return [ChainRow(leg, by_leg.get(leg.pk)) for leg in legs]


def forward_rows(relay: Relay, legs) -> list[ChainRow]:
    """The rows of all these legs, in the order they ran: below each, how the baton went on."""
    rows = chain_rows(relay, legs)
    onward = [row.leg for row in rows[1:]]
    return [row._replace(below=leg) for row, leg in zip_longest(rows, onward)]
