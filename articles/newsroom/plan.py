"""The plan: what falls due and what comes out, by day, over all relays.

Four queries, whatever the number of relays.
"""

from collections import defaultdict
from datetime import date, timedelta
from itertools import chain
from typing import NamedTuple

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from articles.models import Article, Status
from relays import workdays
from relays.models import Handoff, HandoffState, Leg, Relay

LOOKS_BACK = timedelta(days=7)


class Entry(NamedTuple):
    day: date
    order: int  # within the day: what comes out, then what falls due
    time: str
    what: str | Promise
    who: str
    where: str
    url: str
    is_late: bool = False


class Day(NamedTuple):
    date: date
    entries: list[Entry]
    is_today: bool
    is_working_day: bool


def days() -> list[Day]:
    """Every day on which something is due, or comes out; what is late stands on its own day."""
    today = timezone.localdate()
    found = defaultdict(list)
    for entry in chain(_posts(today), _texts(today), _answers(today), _pauses(today)):
        found[entry.day].append(entry)
    found.setdefault(today, [])
    return [
        Day(
            day,
            sorted(entries, key=lambda entry: (entry.order, entry.time, entry.where)),
            is_today=day == today,
            is_working_day=workdays.is_working_day(day),
        )
        for day, entries in sorted(found.items())
    ]


def _posts(today):
    scheduled = Article.objects.filter(status=Status.SCHEDULED)
    out = Article.objects.public().filter(published_at__date__gte=today - LOOKS_BACK)
    for article in (scheduled | out).select_related("draft", "live", "relay", "leg__contributor"):
        comes = article.publish_at if article.status == Status.SCHEDULED else article.published_at
        local = timezone.localtime(comes)
        yield Entry(
            local.date(),
            0,
            local.strftime("%H.%M"),
            _("Comes out") if article.status == Status.SCHEDULED else _("Published"),
            str(article.leg.contributor or "") if article.leg else "",
            f"{article}" if article.relay is None else f"{article.relay}: {article}",
            reverse("admin:articles_article_review", args=[article.pk]),
        )


def _texts(today):
    running = Leg.objects.running().select_related("contributor", "relay")
    for leg in running.filter(relay__closed=None):
        url = reverse("admin:relays_relay_change", args=[leg.relay_id])
        if leg.handed_in is None:
            late = leg.due < today
            yield Entry(
                leg.due, 1, "", _("Text due"), str(leg.contributor), str(leg.relay), url, late
            )
        if leg.expected and leg.expected >= today:
            yield Entry(
                leg.expected,
                2,
                "",
                _("Post expected by readers"),
                str(leg.contributor),
                str(leg.relay),
                url,
            )


def _answers(today):
    asked = Handoff.objects.filter(state=HandoffState.OFFERED, relay__closed=None)
    for handoff in asked.select_related("receiver", "relay"):
        url = reverse("admin:relays_relay_change", args=[handoff.relay_id])
        yield Entry(
            handoff.answer_by,
            3,
            "",
            _("Answer due"),
            str(handoff.receiver),
            str(handoff.relay),
            url,
            handoff.answer_by < today,
        )


def _pauses(today):
    for relay in Relay.objects.unfinished().filter(paused_until__gt=today):
        url = reverse("admin:relays_relay_change", args=[relay.pk])
        yield Entry(relay.paused_until, 4, "", _("The pause ends"), "", str(relay), url)
