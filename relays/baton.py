"""Who holds the baton, and how it moves.

Nothing else writes `Leg.state`, `Handoff.state`, `Relay.opened` or `Relay.closed`. The relay
row is the lock: whoever holds it may change any leg or handoff of that relay. Each verb locks,
asks, changes and records, in one transaction. `by` is the user who acts; None is the clock, an
import, or what follows from another act, and may do everything that the chain allows.
"""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relays import accounts, ladder, letters, permissions, verbs, workdays
from relays.danish import fold, unique_slug
from relays.errors import RuleBroken
from relays.models import (
    BatonMove,
    Channel,
    Contributor,
    Handoff,
    HandoffState,
    Leg,
    LegState,
    Link,
    Relay,
    User,
)

LONGEST_OWN_EXTENSION = timedelta(days=7)
LAPSES_FROM = 9  # o'clock

# The verbs -----------------------------------------------------------------------------------


@transaction.atomic
def nominate(
    relay: Relay,
    receiver: Contributor,
    *,
    by: User | None,
    message: str = "",
    override_reason: str = "",
    offer_at_publication: bool = False,
    write_by: date | None = None,
) -> Handoff:
    """Put somebody's name down as the next runner. Nobody is told."""
    relay = _lock(relay.pk)
    verbs.ask("nominate", relay, by)
    return _nominate(
        relay,
        receiver,
        by=by,
        message=message,
        override_reason=override_reason,
        offer_at_publication=offer_at_publication,
        write_by=write_by,
    )


@transaction.atomic
def nominate_person(relay: Relay, person: dict, *, by: User | None, message: str = "") -> Handoff:
    """Nominate somebody by name, job title, organisation, sector and, if known, e-mail."""
    relay = _lock(relay.pk)
    verbs.ask("nominate", relay, by)
    receiver = _person(person)
    # Whoever names somebody says why: where the sector rule wants a reason, that is it.
    reason = message if verbs.sector_breach(relay, receiver) else ""
    return nominate(relay, receiver, by=by, message=message, override_reason=reason)


@transaction.atomic
def approve(handoff: Handoff, *, by: User | None) -> Handoff:
    """The nominee is asked by itself when the running leg is published."""
    return _tick("approve", handoff, by=by)


@transaction.atomic
def unapprove(handoff: Handoff, *, by: User | None) -> Handoff:
    """The nominee stays on the list, and is asked by hand."""
    return _tick("unapprove", handoff, by=by)


def _tick(verb, handoff, *, by):
    handoff = _locked_handoff(handoff)
    verbs.ask(verb, handoff, by)
    handoff.offer_at_publication = verb == "approve"
    handoff.save(update_fields=["offer_at_publication"])
    _record(verb, handoff.relay, handoff=handoff, by=by)
    return handoff


@transaction.atomic
def move_up(handoff: Handoff, *, by: User | None) -> Handoff:
    """The nominee changes places with the one before."""
    handoff = _locked_handoff(handoff)
    verbs.ask("move_up", handoff, by)
    nominations = handoff.relay.handoffs.nominated().filter(giver=handoff.giver_id)
    before = nominations.filter(rank__lt=handoff.rank).order_by("-rank").first()
    if before is None:
        raise RuleBroken(_("%(name)s comes first already.") % {"name": handoff.receiver})

    before.rank, handoff.rank = handoff.rank, before.rank
    for row in (before, handoff):
        row.save(update_fields=["rank"])
    _record("move_up", handoff.relay, handoff=handoff, by=by)
    return handoff


@transaction.atomic
def replace(handoff: Handoff, receiver: Contributor, *, by: User | None, **words) -> Handoff:
    """Somebody else takes the nominee's place on the list. `words` are those of `nominate`."""
    handoff = _locked_handoff(handoff)
    verbs.ask("replace", handoff, by)
    _set_state(handoff, HandoffState.WITHDRAWN)
    _record("replace", handoff.relay, handoff=handoff, by=by)
    return _nominate(handoff.relay, receiver, by=by, rank=handoff.rank, **words)


@transaction.atomic
def keep(
    handoff: Handoff, *, by: User | None, ask_again_after: date | None = None, note: str = ""
) -> Handoff:
    """The nominee leaves the list for this turn and stays among the relay's candidates."""
    handoff = _locked_handoff(handoff)
    verbs.ask("keep", handoff, by)
    _set_state(handoff, HandoffState.WITHDRAWN, ask_again_after=ask_again_after)
    _record("keep", handoff.relay, handoff=handoff, by=by, note=note)
    return handoff


@transaction.atomic
def offer(handoff: Handoff, *, by: User | None) -> Handoff:
    """Ask the nominee. From now on they have a user of their own, without a password."""
    handoff = _locked_handoff(handoff)
    verbs.ask("offer", handoff, by)
    return _offer(handoff, by=by)


@transaction.atomic
def accept(handoff: Handoff, *, by: User | None, channel: str = "", note: str = "") -> Handoff:
    """The receiver takes the baton: now, or as soon as its holder lets go.

    Takes the handoff, not the relay, so that a double click is a refused second answer to the
    same offer and never a first answer to another one. `channel` says how an editor who
    records the yes heard it.
    """
    handoff = _locked_handoff(handoff)
    verbs.ask("accept", handoff, by)

    _set_state(handoff, HandoffState.ACCEPTED, answered=timezone.now())
    _record_answer("accept", handoff, by=by, channel=channel, note=note)
    if not handoff.relay.legs.running().exists():
        _begin_leg(handoff)  # else it begins when the running one is published
    letters.said_yes(handoff, by=by)
    return handoff


@transaction.atomic
def decline(
    handoff: Handoff,
    *,
    by: User | None,
    reason: str = "",
    ask_again_after: date | None = None,
    instead: dict | None = None,
    channel: str = "",
) -> Handoff:
    """The receiver does not take the baton, or after all not, while they wait for it. `instead`
    is somebody they name in their place."""
    handoff = _locked_handoff(handoff)
    verbs.ask("decline", handoff, by)

    _set_state(
        handoff,
        HandoffState.DECLINED,
        answered=timezone.now(),
        reason=reason,
        ask_again_after=ask_again_after,
    )
    _record_answer("decline", handoff, by=by, channel=channel, note=reason)
    letters.said_no(handoff, by=by)
    if instead:
        _nominate_instead(handoff, instead, by=by)
    return handoff


@transaction.atomic
def withdraw(handoff: Handoff, *, by: User | None, note: str = "") -> Handoff:
    """The editor takes a nomination, an offer or a waiting yes back."""
    handoff = _locked_handoff(handoff)
    verbs.ask("withdraw", handoff, by)

    _set_state(handoff, HandoffState.WITHDRAWN)
    _revoke_links(handoff)
    _record("withdraw", handoff.relay, handoff=handoff, by=by, note=note)
    letters.withdrawn(handoff)
    return handoff


@transaction.atomic
def readdress(handoff: Handoff, *, by: User | None, email: str, note: str = "") -> Handoff:
    """The offer went to a wrong address: that link dies, the dates begin anew, and the wrong
    one hears nothing more."""
    handoff = _locked_handoff(handoff)
    verbs.ask("readdress", handoff, by)

    _revoke_links(handoff)
    letters.cancel(handoff)
    handoff.receiver.email = email
    handoff.receiver.save(update_fields=["email"])
    answer_by = workdays.in_days(handoff.relay.answer_days)
    _set_state(handoff, HandoffState.OFFERED, offered=timezone.now(), answer_by=answer_by)
    _record("readdress", handoff.relay, handoff=handoff, by=by, note=note)
    letters.invitation(handoff)
    return handoff


@transaction.atomic
def lapse(handoff: Handoff, *, by: User | None = None) -> Handoff:
    """The date to answer by has passed. A late yes still counts while nobody else is asked."""
    handoff = _locked_handoff(handoff)
    verbs.ask("lapse", handoff, by)
    if handoff.answer_by and timezone.localdate() <= handoff.answer_by:
        raise RuleBroken(_("There is still time to answer this offer."))

    _set_state(handoff, HandoffState.LAPSED)
    _record("lapse", handoff.relay, handoff=handoff, by=by)
    letters.lapsed(handoff)
    return handoff


def lapse_due() -> list[Handoff]:
    """Let the offers lapse whose date to answer by has passed: from nine in the morning of the
    next working day, so that nobody lapses at night or over a weekend. The clock's part."""
    now = timezone.localtime()
    if now.hour < LAPSES_FROM or not workdays.is_working_day(now.date()):
        return []
    lapsed = []
    overdue = Handoff.objects.filter(state=HandoffState.OFFERED, answer_by__lt=now.date())
    for handoff in overdue.filter(relay__closed=None).order_by("answer_by", "pk"):
        try:
            lapsed.append(lapse(handoff))
        except RuleBroken:
            continue  # answered, or readdressed, a moment ago
    return lapsed


@transaction.atomic
def extend(leg: Leg, due: date, *, by: User | None, note: str = "") -> Leg:
    """The text is due on another day: the holder's own choice within a week, else the editor's."""
    leg = _locked_leg(leg)
    verbs.ask("extend", leg, by)
    if due <= timezone.localdate():
        raise RuleBroken(_("Choose a day that is still to come."))
    if by is not None and not permissions.is_editor(by) and not may_extend_alone(leg, due):
        raise RuleBroken(_("That is more than a week away. Ask your editor for it."))

    letters.cancel(leg.handoff, *ladder.DUE_KINDS)
    leg.due, leg.wanted_due = workdays.working_day_from(due), None
    leg.save(update_fields=["due", "wanted_due"])
    _record("extend", leg.relay, leg=leg, by=by, note=note)
    letters.extended(leg, by=by)
    return leg


def may_extend_alone(leg: Leg, due: date) -> bool:
    return due <= timezone.localdate() + LONGEST_OWN_EXTENSION


@transaction.atomic
def ask_for_time(leg: Leg, due: date, *, by: User | None, note: str = "") -> Leg:
    """The holder asks for a later day than they may take alone; an editor's `extend` answers."""
    leg = _locked_leg(leg)
    verbs.ask("ask_for_time", leg, by)
    if due <= timezone.localdate():
        raise RuleBroken(_("Choose a day that is still to come."))

    leg.wanted_due = due
    leg.save(update_fields=["wanted_due"])
    _record("ask_for_time", leg.relay, leg=leg, by=by, note=note)
    letters.asked_for_time(leg, note=note)
    return leg


@transaction.atomic
def pause(relay: Relay, until: date, *, by: User | None, note: str = "") -> Relay:
    """The relay rests until a day, and every date of it moves by as much."""
    relay = _lock(relay.pk)
    verbs.ask("pause", relay, by)
    today = timezone.localdate()
    if until <= today:
        raise RuleBroken(_("Choose a day that is still to come."))

    relay.paused_until = until
    relay.save(update_fields=["paused_until"])
    for handoff in relay.handoffs.all():
        letters.cancel(handoff, *ladder.KINDS)
    letters.nobody_waits(relay)
    _shift_dates(relay, until - today)
    _record("pause", relay, by=by, note=note)
    return relay


@transaction.atomic
def resume(relay: Relay, *, by: User | None, note: str = "") -> Relay:
    """The rest ends early, and the dates move back by what is left of it."""
    relay = _lock(relay.pk)
    verbs.ask("resume", relay, by)

    today = timezone.localdate()
    left = (relay.paused_until or today) - today
    relay.paused_until = None
    relay.save(update_fields=["paused_until"])
    _shift_dates(relay, -left)
    _record("resume", relay, by=by, note=note)
    return relay


@transaction.atomic
def hand_in(leg: Leg) -> None:
    """The text is in: nobody is reminded of it any more. Called where the text is submitted."""
    _note_text(leg, timezone.now())


@transaction.atomic
def take_text_back(leg: Leg, *, due: date | None = None, by: User | None = None) -> None:
    """The text is with its writer again, until `due` where that is a new date."""
    _note_text(leg, None)
    leg = _locked_leg(leg)
    if due and due != leg.due and leg.is_running:
        if due <= timezone.localdate():
            raise RuleBroken(_("Choose a day that is still to come."))
        leg.due, leg.wanted_due = workdays.working_day_from(due), None
        leg.save(update_fields=["due", "wanted_due"])
        _record("extend", leg.relay, leg=leg, by=by)


def _note_text(leg, moment):
    _lock(leg.relay_id)
    running = Leg.objects.running().filter(pk=leg.pk)
    if running.update(handed_in=moment) and moment:
        letters.cancel(leg.handoff, *ladder.DUE_KINDS)


@transaction.atomic
def rest(row: Leg | Handoff, until: date, *, by: User | None, note: str = "") -> None:
    """A note, such as "called her, says Friday", that keeps the reminders quiet until a day."""
    relay = _lock(row.relay_id)
    is_leg = isinstance(row, Leg)
    fresh = (relay.legs if is_leg else relay.handoffs).get(pk=row.pk)
    fresh.relay = relay
    verbs.ask("rest_leg" if is_leg else "rest_handoff", fresh, by)
    if until <= timezone.localdate():
        raise RuleBroken(_("Choose a day that is still to come."))

    fresh.rest_until = until
    fresh.save(update_fields=["rest_until"])
    handoff = fresh.handoff if is_leg else fresh
    letters.cancel(handoff, *ladder.KINDS)
    _record("rest", relay, leg=fresh if is_leg else None, handoff=handoff, by=by, note=note)


@transaction.atomic
def finish(leg: Leg, *, by: User | None) -> Leg:
    """The leg's article is out: the baton goes to whoever waits for it.

    Called by the publication only, which has asked already who may publish. Else the
    nominee with a tick is asked, if the chain allows it; else the baton is free.
    """
    relay = _lock(leg.relay_id)
    leg = _fresh(relay, relay.legs, leg)
    if leg.state != LegState.RUNNING:
        raise RuleBroken(verbs.too_late(leg))

    leg.state = LegState.FINISHED
    leg.save(update_fields=["state"])
    letters.cancel(leg.handoff, *ladder.DUE_KINDS, *letters.DATES)
    _record("finish", relay, leg=leg, by=by)
    relay = _lock(relay.pk)
    waiting = relay.baton.handoff
    if waiting and waiting.state == HandoffState.ACCEPTED:
        waiting = _fresh(relay, relay.handoffs.select_related("receiver"), waiting)
        _begin_leg(waiting)
        letters.your_turn(waiting)
    elif not waiting:
        _offer_the_ticked(relay)
    return leg


@transaction.atomic
def stand_in(
    leg: Leg, *, name: str, email: str, job_title: str = "", by: User | None, note: str = ""
) -> Leg:
    """A colleague of the holder's organisation takes the running leg over, and the link with it.

    The giver's words stay. Whoever was asked first keeps their handoff, withdrawn. The article's
    byline follows in `articles.desk.stand_in`, the only one to call this.
    """
    leg = _locked_leg(leg)
    verbs.ask("stand_in", leg, by)
    before, now = leg.handoff, timezone.now()
    assert before, "a running leg came by a handoff"  # noqa: S101  (the database holds it)
    colleague = _with_user(_colleague(leg.contributor, name, email, job_title))

    _set_state(before, HandoffState.WITHDRAWN)
    _revoke_links(before)
    letters.cancel(before)
    _record("withdraw", leg.relay, handoff=before, by=by)
    leg.handoff = leg.relay.handoffs.create(
        giver=before.giver,
        receiver=colleague,
        message=before.message,
        state=HandoffState.TAKEN,
        offered=now,
        answered=now,
        proposed_by=by,
        stands_in_for=before,
    )
    leg.contributor = colleague
    leg.save(update_fields=["handoff", "contributor"])
    _record("stand_in", leg.relay, leg=leg, handoff=leg.handoff, by=by, note=note)
    letters.stands_in(leg.handoff, leg, before, by=by)
    return leg


def _colleague(holder, name, email, job_title):
    """Somebody we know by that name and address, or a new person of the holder's organisation."""
    person = {"name": name, "email": email, "job_title": job_title}
    colleague = _person(person | {"organisation": holder.organisation, "sector": holder.sector})
    if colleague == holder:
        raise RuleBroken(_("%(name)s has the baton.") % {"name": holder})
    same = fold(colleague.organisation) == fold(holder.organisation)
    if not same or colleague.sector != holder.sector:
        raise RuleBroken(
            _("%(name)s is not from %(organisation)s, as far as we know. Write to your editor.")
            % {"name": colleague, "organisation": holder.organisation}
        )
    return colleague


@transaction.atomic
def abandon(leg: Leg, *, by: User | None, note: str = "") -> Leg:
    """The holder hands the baton back, or the editor takes it. The number becomes free again."""
    relay = _lock(leg.relay_id)
    leg = _fresh(relay, relay.legs.select_related("contributor"), leg)
    verbs.ask("abandon", leg, by)

    letters.cancel(leg.handoff)
    leg.state, leg.number = LegState.ABANDONED, None
    leg.save(update_fields=["state", "number"])
    _record("abandon", relay, leg=leg, by=by, note=note)
    relay = _lock(relay.pk)
    waiting = relay.baton.handoff
    if waiting and waiting.state == HandoffState.ACCEPTED:
        waiting = _fresh(relay, relay.handoffs.select_related("receiver"), waiting)
        _begin_leg(waiting)
        letters.your_turn(waiting)
    return leg


@transaction.atomic
def close(
    relay: Relay, *, by: User | None, closing_note: str = "", at: datetime | None = None
) -> Relay:
    """The relay has finished. Whoever was asked or named is not asked any more."""
    relay = _lock(relay.pk)
    verbs.ask("close", relay, by)

    for handoff in relay.handoffs.exclude(state__in=_ENDED):
        _set_state(handoff, HandoffState.WITHDRAWN)
        _revoke_links(handoff)
        _record("withdraw", relay, handoff=handoff, by=by)
        letters.withdrawn(handoff)
    letters.nobody_waits(relay)
    relay.closed = at or timezone.now()
    relay.closing_note = closing_note or relay.closing_note
    relay.save(update_fields=["closed", "closing_note"])
    _record("close", relay, by=by)
    return relay


@transaction.atomic
def reopen(relay: Relay, *, by: User | None, note: str = "") -> Relay:
    relay = _lock(relay.pk)
    verbs.ask("reopen", relay, by)

    relay.closed = None
    relay.save(update_fields=["closed"])
    _record("reopen", relay, by=by, note=note)
    return relay


@transaction.atomic
def add_past_leg(
    relay: Relay,
    *,
    contributor: Contributor | None,
    sector: str,
    began: datetime,
    message: str = "",
) -> Leg:
    """A leg that ran before this program knew of it, as the next number. For imports only."""
    relay = _lock(relay.pk)
    if relay.runner or relay.baton.handoff:
        raise RuleBroken(
            _("%(relay)s is running here: its past can't be added to.") % {"relay": relay}
        )
    handoff = None
    if contributor:
        handoff = _past_handoff(relay, relay.baton.leg, contributor, message, began)
    leg = relay.legs.create(
        number=relay.leg_count + 1,
        contributor=contributor,
        sector=sector,
        handoff=handoff,
        began=began,
        state=LegState.FINISHED,
    )
    if not relay.opened:
        relay.opened = began
        relay.save(update_fields=["opened"])
    _record("import", relay, leg=leg, handoff=handoff, by=None)
    return leg


@transaction.atomic
def amend_past_leg(
    leg: Leg, *, contributor: Contributor | None, sector: str, began: datetime, message: str
) -> bool:
    """What an amended file says of a leg that was imported. Returns whether anything changed.

    When a leg that ran here began is known here, and no file says it better.
    """
    relay = _lock(leg.relay_id)
    leg = _fresh(relay, relay.legs.select_related("handoff"), leg)
    imported = _was_imported(leg)
    was = (leg.contributor_id, leg.sector, leg.handoff.message if leg.handoff else "", leg.began)
    will_be = (
        contributor and contributor.pk,
        sector,
        message if contributor else "",
        began if imported else leg.began,
    )
    if was == will_be:
        return False
    if not imported:
        raise RuleBroken(_("%(leg)s ran here: a file can't change it.") % {"leg": leg})
    handoff = leg.handoff
    if contributor and handoff:
        handoff.receiver, handoff.message, handoff.answered = contributor, message, began
        handoff.save(update_fields=["receiver", "message", "answered"])
    elif handoff:  # the file has forgotten the writer
        _set_state(handoff, HandoffState.WITHDRAWN)
    elif contributor and leg.number:
        giver = relay.legs.filter(number=leg.number - 1).first()
        handoff = _past_handoff(relay, giver, contributor, message, began)
    leg.contributor, leg.sector, leg.began = contributor, sector, began
    leg.handoff = handoff if contributor else None
    leg.save(update_fields=["contributor", "sector", "began", "handoff"])
    _record("amend", relay, leg=leg, handoff=handoff, by=None)
    return True


@transaction.atomic
def amend_past(
    relay: Relay, *, opened: datetime, closed: datetime | None, closing_note: str
) -> bool:
    """What an amended file says of how an imported relay began and ended, where that was not
    here. Returns whether anything changed."""
    relay = _lock(relay.pk)
    was = (relay.opened, relay.closed, relay.closing_note)
    if _was_imported(relay.legs.get(number=1)):
        relay.opened = opened
    if relay.closed and closed and relay.moves.filter(verb="close").latest("pk").by is None:
        relay.closed, relay.closing_note = closed, closing_note
    if was == (relay.opened, relay.closed, relay.closing_note):
        return False
    relay.save(update_fields=["opened", "closed", "closing_note"])
    _record("amend", relay, by=None)
    return True


def _was_imported(leg):
    return leg.moves.filter(verb="import").exists()


# How they do it ------------------------------------------------------------------------------


def _nominate(relay, receiver, *, by, rank=None, message="", override_reason="", **fields):
    receiver = _remembered(receiver)
    if sentence := verbs.sector_refusal(relay, receiver, override_reason):
        raise RuleBroken(sentence)
    giver = relay.baton.leg
    if giver and giver.is_running and giver.contributor == receiver:
        raise RuleBroken(_("%(name)s has the baton.") % {"name": receiver})
    if relay.baton.handoff and relay.baton.handoff.receiver == receiver:
        raise RuleBroken(_("%(name)s is asked already.") % {"name": receiver})
    nominations = relay.handoffs.nominated().filter(giver=giver)
    if nominations.filter(receiver=receiver).exists():
        raise RuleBroken(_("%(name)s is nominated already.") % {"name": receiver})

    handoff = relay.handoffs.create(
        giver=giver,
        receiver=receiver,
        message=message,
        rank=rank or max(nominations.values_list("rank", flat=True), default=0) + 1,
        override_reason=override_reason,
        proposed_by=by,
        **fields,
    )
    _record("nominate", relay, handoff=handoff, by=by)
    return handoff


_ENDED = [
    HandoffState.TAKEN,
    HandoffState.DECLINED,
    HandoffState.LAPSED,
    HandoffState.WITHDRAWN,
]


def _lock(relay_id):
    # no_key: rows that merely point at the relay can still be written meanwhile.
    return Relay.objects.select_for_update(no_key=True).with_baton().get(pk=relay_id)


def _fresh(relay, rows, row):
    """The row as it is now that the relay is locked, hanging on that very relay."""
    fresh = rows.get(pk=row.pk)
    fresh.relay = relay
    return fresh


def _locked_leg(leg):
    relay = _lock(leg.relay_id)
    return _fresh(relay, relay.legs.select_related("contributor", "handoff"), leg)


def _shift_dates(relay, by):
    for leg in relay.legs.running():
        leg.due = workdays.working_day_from(leg.due + by)
        leg.save(update_fields=["due"])
    for handoff in relay.handoffs.filter(state=HandoffState.OFFERED):
        handoff.answer_by = workdays.working_day_from(handoff.answer_by + by)
        handoff.save(update_fields=["answer_by"])


def _nominate_instead(handoff, person, *, by):
    """Whom the receiver named in their place; where no rule allows it, a candidate for later."""
    relay = _lock(handoff.relay_id)
    receiver = _person(person)
    refusal = verbs.VERBS["nominate"].hindrance(relay) or verbs.sector_refusal(relay, receiver, "")
    nominations = relay.handoffs.nominated().filter(giver=relay.baton.leg)
    nominated = relay.handoffs.create(
        giver=relay.baton.leg,
        receiver=receiver,
        rank=max(nominations.values_list("rank", flat=True), default=0) + 1,
        proposed_by=handoff.receiver.user,
    )
    _record("nominate", relay, handoff=nominated, by=by)
    if refusal:
        _set_state(nominated, HandoffState.WITHDRAWN)
        _record("keep", relay, handoff=nominated, by=None, note=str(refusal))


def _remembered(person):
    # Their row is the lock: the clock may be forgetting them in this moment.
    rows = Contributor.objects.remembered().select_for_update(no_key=True)
    if found := rows.filter(pk=person.pk).first():
        return found
    raise RuleBroken(_("We have forgotten who this was. Write the name anew."))


def _person(person):
    """The contributor somebody has named: one we know by that address and name, or a new one."""
    known = Contributor.objects.filter(name=person["name"], email=person["email"] or None)
    if person["email"] and (found := known.first()):
        return found
    return Contributor.objects.create(
        **{**person, "email": person["email"] or None},
        slug=unique_slug(person["name"], Contributor.objects),
    )


def _locked_handoff(handoff):
    relay = _lock(handoff.relay_id)
    return _fresh(relay, relay.handoffs.select_related("receiver"), handoff)


def _revoke_links(handoff):
    Link.objects.live().filter(handoff=handoff).update(revoked=timezone.now())


def _set_state(handoff, state, **fields):
    for name, value in {"state": state, **fields}.items():
        setattr(handoff, name, value)
    handoff.save(update_fields=["state", *fields])


def _offer(handoff, *, by):
    relay = handoff.relay
    handoff.receiver = _with_user(handoff.receiver)
    _set_state(
        handoff,
        HandoffState.OFFERED,
        offered=timezone.now(),
        answer_by=workdays.in_days(relay.answer_days),
    )
    _record("offer", relay, handoff=handoff, by=by)
    letters.invitation(handoff)
    return handoff


def _with_user(person):
    # Their row is the lock: another relay may ask the same person in this moment.
    person = Contributor.objects.select_for_update(no_key=True).get(pk=person.pk)
    if person.user_id is None:
        person.user = accounts.account_for(person)
        person.save(update_fields=["user"])
    return person


def _offer_the_ticked(relay):
    ticked = relay.handoffs.nominated().filter(giver=relay.baton.leg, offer_at_publication=True)
    for handoff in ticked.select_related("receiver__user").order_by("rank", "pk"):
        handoff.relay = relay
        if not verbs.offer_hindrance(handoff):
            _offer(handoff, by=None)
            return


def _begin_leg(handoff):
    relay, today = handoff.relay, timezone.localdate()
    wanted = handoff.write_by if handoff.write_by and handoff.write_by > today else None
    leg = relay.legs.create(
        number=relay.leg_count + 1,
        contributor=handoff.receiver,
        sector=handoff.receiver.sector,
        handoff=handoff,
        began=timezone.now(),
        due=wanted or workdays.in_days(relay.write_days),
    )
    _set_state(handoff, HandoffState.TAKEN)
    if not relay.opened:
        relay.opened = leg.began
        relay.save(update_fields=["opened"])
    _record("take", relay, leg=leg, handoff=handoff, by=None)
    return leg


def _past_handoff(relay, giver, receiver, message, answered):
    return relay.handoffs.create(
        giver=giver,
        receiver=receiver,
        message=message,
        state=HandoffState.TAKEN,
        answered=answered,
    )


def _record_answer(verb, handoff, *, by, channel, note):
    theirs = by is None or permissions.is_receiver(by, handoff)
    _record(
        verb,
        handoff.relay,
        handoff=handoff,
        by=by,
        on_behalf_of=None if theirs else handoff.receiver,
        channel="" if theirs else channel or Channel.PHONE,
        note=note,
    )


def _record(verb, relay, **fields):
    BatonMove.objects.create(relay=relay, verb=verb, **fields)
