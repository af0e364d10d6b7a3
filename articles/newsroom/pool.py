"""Whom a relay could ask, and how its baton has run so far: read from the chain, stored nowhere.

Three queries each at most, whatever the length of the chain.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import groupby
from statistics import median
from typing import NamedTuple

from django.utils import timezone

from relays.ladder import ON_PAPER
from relays.models import Contributor, Handoff, HandoffState, Leg, Relay, Sector, User

RECENTLY = timedelta(days=183)
UNUSED = [
    HandoffState.NOMINATED,
    HandoffState.DECLINED,
    HandoffState.LAPSED,
    HandoffState.WITHDRAWN,
]


class Candidate(NamedTuple):
    person: Contributor
    suggested_by: User | None
    last: Handoff  # the newest approach to them in this relay
    asked_lately: list[Handoff]  # by any relay, this one too

    @property
    def is_to_wait(self):
        return bool(self.last.ask_again_after and self.last.ask_again_after > timezone.localdate())


def candidates(relay: Relay) -> list[Candidate]:
    """People who were suggested for this relay and have not run in it; who can be asked first."""
    ran = relay.legs.standing().exclude(contributor=None).values("contributor")
    suggested = relay.handoffs.filter(state__in=UNUSED, receiver__forgotten=None)
    suggested = suggested.exclude(receiver__in=ran)
    newest, first = {}, {}
    for handoff in suggested.select_related("receiver", "proposed_by").order_by("pk"):
        newest[handoff.receiver_id] = handoff
        first.setdefault(handoff.receiver_id, handoff)
    lately = _asked_lately(newest)
    found = [
        Candidate(last.receiver, first[pk].proposed_by, last, lately.get(pk, []))
        for pk, last in newest.items()
    ]
    return sorted(found, key=lambda each: (each.is_to_wait, each.person.name.casefold()))


def _asked_lately(people):
    asked = {}
    since = timezone.now() - RECENTLY
    handoffs = Handoff.objects.filter(receiver__in=list(people), offered__gte=since)
    for handoff in handoffs.select_related("relay").order_by("-offered"):
        asked.setdefault(handoff.receiver_id, []).append(handoff)
    return asked


class Pace(NamedTuple):
    """Days: how long since the last post, how long the baton has rested here, and what is usual."""

    since_post: int | None
    rests_since: date | None
    rested: int | None
    to_answer: int | None
    to_write: int | None


def pace(relay: Relay) -> Pace:
    today = timezone.localdate()
    finished = relay.moves.filter(verb="finish", leg__state="finished").order_by("-pk")
    finishes = list(finished.values_list("at", "leg__began"))
    answers = relay.handoffs.exclude(offered=None).exclude(answered=None)
    moves = relay.moves.exclude(ON_PAPER).exclude(verb="rest")
    last_move = moves.order_by("-pk").first()
    rests_since = timezone.localdate(last_move.at) if last_move and not relay.closed else None
    return Pace(
        since_post=(today - timezone.localdate(finishes[0][0])).days if finishes else None,
        rests_since=rests_since,
        rested=(today - rests_since).days if rests_since else None,
        to_answer=_usual(answers.values_list("offered", "answered")),
        to_write=_usual((began, at) for at, began in finishes),
    )


def _usual(spans):
    days = [(timezone.localdate(end) - timezone.localdate(start)).days for start, end in spans]
    return round(median(days)) if days else None


class Balance(NamedTuple):
    """How many legs each sector has run, and the longest run of one."""

    public: int
    private: int
    unknown: int
    longest: int
    longest_sector: str  # of the latest such run


def balance(legs: Iterable[Leg]) -> Balance:
    """Of a relay's legs, in whatever order; those that were given up weigh nothing."""
    standing = sorted((leg.number, leg.sector) for leg in legs if leg.number)
    sectors = [sector for _number, sector in standing]
    runs = [(len(list(run)), sector) for sector, run in groupby(sectors) if sector]
    longest, sector = max(reversed(runs), key=lambda run: run[0], default=(0, ""))
    return Balance(
        public=sectors.count(Sector.PUBLIC),
        private=sectors.count(Sector.PRIVATE),
        unknown=sectors.count(""),
        longest=longest,
        longest_sector=sector,
    )
