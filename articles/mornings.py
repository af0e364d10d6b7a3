"""The letter of a working day's morning: what waits for an editor."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation

from articles.newsroom import overview, replies
from relays import letters, workdays
from relays.models import Letter, User


def mornings(now: datetime | None = None) -> list[Letter]:
    """At half past seven on working days, to each editor for whom something waits. The clock's
    part: twice writes nothing twice."""
    now = now or timezone.now()
    if not workdays.in_office_hours(now, opens=workdays.MORNING):
        return []
    today = timezone.localdate(now)
    staff = User.objects.filter(is_staff=True, is_active=True).exclude(email=None)
    written = [_morning(user, today) for user in staff.order_by("pk")]
    return [letter for letter in written if letter]


@transaction.atomic
def _morning(user, today):
    User.objects.select_for_update(no_key=True).get(pk=user.pk)  # one clock at a time
    if user.is_away or Letter.objects.filter(kind="morning", user=user, about_day=today).exists():
        return None
    with translation.override(settings.LANGUAGE_CODE):
        rows = [row for row in overview.rows(overview.relays_of(user)) if row.waits]
    comments = replies.waiting_for(user)
    if not rows and not comments:
        return None
    return letters.write(
        "morning",
        to=user,
        about_day=today,
        rows=rows,
        comments=comments,
        things=len(rows) + bool(comments),
        overview=settings.SITE_URL + reverse("admin:index"),
    )
