"""Whom readers know."""

from django.db.models import OuterRef, Prefetch, Subquery

from articles.models import Article, Byline
from relays.models import Contributor, Leg


def known_people():
    """People with a leg that stands, or with a public article."""
    legs = Leg.objects.standing().filter(contributor=OuterRef("pk"))
    bylines = Byline.objects.filter(
        contributor=OuterRef("pk"), article__in=Article.objects.public()
    )
    # One row, not EXISTS: for that PostgreSQL would read all legs there are to show sixty people.
    people = Contributor.objects.alias(some_leg=_one_of(legs), some_post=_one_of(bylines))
    return people.exclude(some_leg=None, some_post=None)  # type: ignore[misc]  # knows no alias


def _one_of(rows):
    return Subquery(rows.order_by().values("pk")[:1])


def with_finished_legs() -> Prefetch:
    """What `_person.html` counts; for the people of one page, not by a join over everybody."""
    legs = Leg.objects.finished().order_by().only("contributor")
    return Prefetch("legs", legs, to_attr="finished_legs")
