"""Whom readers know."""

from django.db.models import Count, Exists, OuterRef, Q

from articles.models import Article, Byline
from relays.models import Contributor, Leg, LegState


def known_people():
    """People with a leg that stands, or with a public article; `leg_count` legs are finished."""
    legs = Leg.objects.standing().filter(contributor=OuterRef("pk"))
    bylines = Byline.objects.filter(
        contributor=OuterRef("pk"), article__in=Article.objects.public()
    )
    finished = Count("legs", filter=Q(legs__state=LegState.FINISHED))
    return Contributor.objects.filter(Exists(legs) | Exists(bylines)).annotate(leg_count=finished)
