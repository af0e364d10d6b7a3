"""The overview: who has the baton, what is late, what waits for me, and the verb that moves it.

Every row is read from the chain and the desk; nothing is stored for it. Seven queries, whatever
the number of relays.
"""

from datetime import date
from typing import NamedTuple

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from articles.models import Article, Status
from relays.models import Handoff, HandoffState, Letter, Place, Relay, User

# How a row stands: late first, then what has arrived, then what is soon, then the rest.
LATE, ARRIVED, SOON, CALM = range(4)
SOON_DAYS = 3


class Verb(NamedTuple):
    """The one thing to press. `post` is done at once; else it is a page."""

    label: str | Promise
    url: str
    post: bool = False


class Kind(models.TextChoices):
    """What the board can be filtered by."""

    LATE = "late", _("Overdue")
    REVIEW = "review", _("For review")
    WRITING = "writing", _("Writing")
    ASKED = "asked", _("Asked")
    FREE = "free", _("Free")
    PAUSED = "paused", _("Paused")


class Row(NamedTuple):
    relay: Relay
    urgency: int
    waits: bool  # for the editor, and not for somebody else
    sentence: str  # what has happened, where it waits
    state: str | Promise
    due: date | None
    due_in_words: str
    verb: Verb | None
    phone: str

    @property
    def kind(self):
        place = self.relay.baton.place
        if self.urgency == ARRIVED and not self.relay.runner.wanted_due:
            return Kind.REVIEW
        if self.urgency == LATE and place in (Place.RUNNING, Place.OFFERED):
            return Kind.LATE
        return {
            Place.RUNNING: Kind.WRITING,
            Place.OFFERED: Kind.ASKED,
            Place.PAUSED: Kind.PAUSED,
        }.get(place, Kind.FREE)

    @property
    def sector(self):
        """Of whoever has the baton, or is asked to take it."""
        if self.relay.runner:
            return self.relay.runner.sector
        asked = self.relay.baton.handoff
        return asked.receiver.sector if asked else ""

    @property
    def is_late(self):
        return self.urgency == LATE

    @property
    def is_soon(self):
        return self.urgency == SOON


def rows(relays) -> list[Row]:
    """A row for each of these relays, the most urgent first."""
    relays = list(relays.select_related("theme").with_baton())
    facts = _Facts(relays)
    found = [_row(relay, facts) for relay in relays]
    return sorted(found, key=lambda row: (row.urgency, row.due or date.max, row.relay.pk))


def relays_of(user: User):
    """The relays that this person edits, and those of whom they stand in for."""
    away = Q(editors__deputy=user, editors__away_until__gt=timezone.localdate())
    return Relay.objects.unfinished().filter(Q(editors=user) | away).distinct()


def everybodys():
    return Relay.objects.unfinished()


class _Facts:
    """What the rows need beside the chain, loaded once for all of them."""

    def __init__(self, relays):
        legs = [relay.runner for relay in relays if relay.runner]
        articles = Article.objects.filter(leg__in=legs).select_related("draft")
        self.articles = {article.leg_id: article for article in articles}
        self.nominees, self.answers, self.refused = {}, {}, {}
        named = Handoff.objects.nominated().filter(relay__in=relays).select_related("receiver")
        for handoff in named.order_by("-rank", "-pk"):
            relay = next(relay for relay in relays if relay.pk == handoff.relay_id)
            if handoff.giver_id == (relay.baton.leg and relay.baton.leg.pk):
                self.nominees[handoff.relay_id] = handoff
        ended = [HandoffState.DECLINED, HandoffState.LAPSED]
        answered = Handoff.objects.filter(relay__in=relays, state__in=ended)
        for handoff in answered.select_related("receiver").order_by("pk"):
            self.answers[handoff.relay_id] = handoff
        self._find_refused(relays)

    def _find_refused(self, relays):
        # To the address that the person still has: a corrected one has not refused anything.
        asked = [relay.baton.handoff.pk for relay in relays if relay.baton.handoff]
        at_work = [relay.runner.handoff_id for relay in relays if relay.runner]
        failed = Letter.objects.failed().filter(contributor__email=F("address"))
        failed = failed.filter(handoff__in=[*asked, *at_work])
        for letter in failed.select_related("contributor").order_by("pk"):
            self.refused[letter.relay_id] = letter

    def has_arrived(self, leg):
        article = self.articles.get(leg.pk)
        return bool(article and article.status in (Status.SUBMITTED, Status.APPROVED))


def _row(relay, facts):
    place = relay.baton.place
    arrived = relay.runner and facts.has_arrived(relay.runner)
    if place == Place.PAUSED and not arrived:
        return _paused(relay)
    if place == Place.RUNNING or arrived:
        return _running(relay, facts)
    if place == Place.OFFERED:
        return _offered(relay, facts)
    return _free(relay, facts)


def _paused(relay):
    return Row(
        relay,
        CALM,
        waits=False,
        sentence="",
        state=_("Paused"),
        due=relay.paused_until,
        due_in_words="",
        verb=Verb(_("Resume"), _act(relay, "resume", relay)),
        phone="",
    )


def _running(relay, facts):
    leg = relay.runner
    article = facts.articles.get(leg.pk)
    status = article.status if article else Status.DRAFT
    common = {"relay": relay, "due": leg.due, "phone": leg.contributor.phone}
    if article and status in (Status.SUBMITTED, Status.APPROVED):
        arrived = status == Status.SUBMITTED
        words = {"name": leg.contributor, "title": article}
        return Row(
            urgency=ARRIVED,
            waits=True,
            sentence=(
                _("%(name)s has sent “%(title)s”") if arrived else _("“%(title)s” is approved")
            )
            % words,
            state=_("For review") if arrived else _("Approved"),
            due_in_words=_distance(leg.due),
            verb=Verb(_("Review") if arrived else _("Publish"), _review(article)),
            **common,
        )
    if article and status == Status.SCHEDULED:
        local = timezone.localtime(article.publish_at)
        return Row(
            urgency=CALM,
            waits=False,
            sentence="",
            state=_("Scheduled"),
            due_in_words=local.strftime("%H.%M"),
            verb=Verb(_("See the text"), _review(article)),
            **common | {"due": local.date()},
        )
    if refused := facts.refused.get(relay.pk):
        return Row(
            urgency=LATE,
            waits=True,
            sentence=_no_delivery(refused),
            state=_("Address refused"),
            due_in_words=_distance(leg.due),
            verb=Verb(_("Correct the address"), _person(refused.contributor)),
            **common,
        )
    if leg.wanted_due:
        return Row(
            urgency=ARRIVED,
            waits=True,
            sentence=_("%(name)s asks for more time") % {"name": leg.contributor},
            state=_("Writing"),
            due_in_words=_distance(leg.due),
            verb=Verb(_("Move the date"), _act(relay, "extend", leg)),
            **common,
        )
    late = leg.days_late
    resting = leg.rest_until and leg.rest_until > timezone.localdate()
    return Row(
        urgency=LATE if late > 0 else SOON if late >= -SOON_DAYS else CALM,
        waits=late > 0 and not resting,
        sentence=(
            ngettext("%(name)s is one day late", "%(name)s is %(days)s days late", late)
            % {"name": leg.contributor, "days": late}
            if late > 0
            else ""
        ),
        state=_("Overdue")
        if late > 0
        else _("Asked for a yes")
        if article and article.asked_id
        else _("Sent back")
        if status == Status.SENT_BACK
        else _("Writing"),
        due_in_words=_distance(leg.due),
        verb=Verb(_("Move the date"), _act(relay, "extend", leg))
        if late > 0
        else Verb(_("See the chain"), _chain(relay)),
        **common,
    )


def _offered(relay, facts):
    handoff = relay.baton.handoff
    refused = facts.refused.get(relay.pk)
    late = (timezone.localdate() - handoff.answer_by).days
    return Row(
        relay,
        LATE if refused or late > 0 else SOON if late >= -1 else CALM,
        waits=bool(refused),
        sentence=_no_delivery(refused) if refused else "",
        state=_("Address refused") if refused else _("Asked"),
        due=handoff.answer_by,
        due_in_words=_distance(handoff.answer_by),
        verb=Verb(_("Correct the address"), _act(relay, "readdress", handoff))
        if refused
        else Verb(_("Record the answer"), _chain(relay)),
        phone=handoff.receiver.phone,
    )


def _free(relay, facts):
    nominee, answer = facts.nominees.get(relay.pk), facts.answers.get(relay.pk)
    started = relay.opened is not None
    if answer and started:
        no = (
            _("Free – %(name)s said no")
            if answer.state == HandoffState.DECLINED
            else _("Free – %(name)s did not answer")
        )
        state = no % {"name": answer.receiver}
    else:
        state = str(_("Free") if started else _("Not started"))
    if nominee and nominee.receiver.email:
        verb = Verb(
            _("Ask %(name)s now") % {"name": nominee.receiver.first_name},
            _act(relay, "offer", nominee),
            post=True,
        )
    elif nominee:
        verb = Verb(_("Find the address"), _person(nominee.receiver))
    else:
        verb = Verb(_("Find the next writer"), _act(relay, "nominate", relay))
    return Row(
        relay,
        LATE if started else CALM,
        waits=True,
        sentence=str(state),
        state=state,
        due=None,
        due_in_words="",
        verb=verb,
        phone="",
    )


def _distance(day):
    days = (day - timezone.localdate()).days
    if days == 0:
        return str(_("today"))
    if days > 0:
        return ngettext("tomorrow", "in %(days)s days", days) % {"days": days}
    return ngettext("one day over", "%(days)s days over", -days) % {"days": -days}


def _no_delivery(letter):
    return _("The letter to %(name)s could not be delivered") % {"name": letter.contributor}


def _person(contributor):
    return reverse("admin:relays_contributor_change", args=[contributor.pk])


def _act(relay, verb, row):
    return reverse("admin:relays_relay_act", args=[relay.pk, verb, row.pk])


def _chain(relay):
    return reverse("admin:relays_relay_change", args=[relay.pk])


def _review(article):
    return reverse("admin:articles_article_review", args=[article.pk])
