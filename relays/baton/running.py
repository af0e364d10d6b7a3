"""The leg of whoever has the baton, until it is finished or given up."""

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relays import ladder, letters, permissions, verbs, workdays
from relays.baton.asking import offer_the_ticked, with_user
from relays.baton.beginning import begin_the_waiting
from relays.baton.moves import fresh, lock, locked_leg, record, set_state
from relays.baton.nominating import person_named
from relays.danish import fold
from relays.errors import RuleBroken
from relays.models import HandoffState, Leg, LegState, User

LONGEST_OWN_EXTENSION = timedelta(days=7)


@transaction.atomic
def extend(leg: Leg, due: date, *, by: User | None, note: str = "") -> Leg:
    """The text is due on another day: the holder's own choice within a week, else the editor's."""
    leg = locked_leg(leg)
    verbs.ask("extend", leg, by)
    if due <= timezone.localdate():
        raise RuleBroken(_("Choose a day that is still to come."))
    if by is not None and not permissions.is_editor(by) and not may_extend_alone(leg, due):
        raise RuleBroken(_("That is more than a week away. Ask your editor for it."))

    letters.cancel(leg.handoff, *ladder.DUE_KINDS)
    leg.due, leg.wanted_due = workdays.working_day_from(due), None
    leg.save(update_fields=["due", "wanted_due"])
    record("extend", leg.relay, leg=leg, by=by, note=note)
    letters.extended(leg, by=by)
    return leg


def may_extend_alone(leg: Leg, due: date) -> bool:
    return due <= timezone.localdate() + LONGEST_OWN_EXTENSION


@transaction.atomic
def ask_for_time(leg: Leg, due: date, *, by: User | None, note: str = "") -> Leg:
    """The holder asks for a later day than they may take alone; an editor's `extend` answers."""
    leg = locked_leg(leg)
    verbs.ask("ask_for_time", leg, by)
    if due <= timezone.localdate():
        raise RuleBroken(_("Choose a day that is still to come."))

    leg.wanted_due = due
    leg.save(update_fields=["wanted_due"])
    record("ask_for_time", leg.relay, leg=leg, by=by, note=note)
    letters.asked_for_time(leg, note=note)
    return leg


@transaction.atomic
def hand_in(leg: Leg) -> None:
    """The text is in: nobody is reminded of it any more. Called where the text is submitted."""
    _note_text(leg, timezone.now())


@transaction.atomic
def take_text_back(leg: Leg, *, due: date | None = None, by: User | None = None) -> None:
    """The text is with its writer again, until `due` where that is a new date."""
    _note_text(leg, None)
    leg = locked_leg(leg)
    if due and due != leg.due and leg.is_running:
        if due <= timezone.localdate():
            raise RuleBroken(_("Choose a day that is still to come."))
        leg.due, leg.wanted_due = workdays.working_day_from(due), None
        leg.save(update_fields=["due", "wanted_due"])
        record("extend", leg.relay, leg=leg, by=by)


def _note_text(leg, moment):
    lock(leg.relay_id)
    running = Leg.objects.running().filter(pk=leg.pk)
    if running.update(handed_in=moment) and moment:
        letters.cancel(leg.handoff, *ladder.DUE_KINDS)


@transaction.atomic
def finish(leg: Leg, *, by: User | None) -> Leg:
    """The leg's article is out: the baton goes to whoever waits for it.

    Called by the publication only, which has asked already who may publish. Else the
    nominee with a tick is asked, if the chain allows it; else the baton is free.
    """
    relay = lock(leg.relay_id)
    leg = fresh(relay, relay.legs, leg)
    if leg.state != LegState.RUNNING:
        raise RuleBroken(verbs.too_late(leg))

    leg.state = LegState.FINISHED
    leg.save(update_fields=["state"])
    letters.cancel(leg.handoff, *ladder.DUE_KINDS, *letters.DATES)
    record("finish", relay, leg=leg, by=by)
    relay = lock(relay.pk)
    if relay.baton.handoff:
        begin_the_waiting(relay)
    else:
        offer_the_ticked(relay)
    return leg


@transaction.atomic
def stand_in(
    leg: Leg, *, name: str, email: str, job_title: str = "", by: User | None, note: str = ""
) -> Leg:
    """A colleague of the holder's organisation takes the running leg over, and the link with it.

    The giver's words stay. Whoever was asked first keeps their handoff, withdrawn. The article's
    byline follows in `articles.desk.stand_in`, the only one to call this.
    """
    leg = locked_leg(leg)
    verbs.ask("stand_in", leg, by)
    before, now = leg.handoff, timezone.now()
    assert before, "a running leg came by a handoff"  # noqa: S101  (the database holds it)
    colleague = with_user(_colleague(leg.contributor, name, email, job_title))

    set_state(before, HandoffState.WITHDRAWN)
    before.links.revoke()
    letters.cancel(before)
    record("withdraw", leg.relay, handoff=before, by=by)
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
    record("stand_in", leg.relay, leg=leg, handoff=leg.handoff, by=by, note=note)
    letters.stands_in(leg.handoff, leg, before, by=by)
    return leg


def _colleague(holder, name, email, job_title):
    """Somebody we know by that name and address, or a new person of the holder's organisation."""
    person = {"name": name, "email": email, "job_title": job_title}
    colleague = person_named(
        person | {"organisation": holder.organisation, "sector": holder.sector}
    )
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
    relay = lock(leg.relay_id)
    leg = fresh(relay, relay.legs.select_related("contributor"), leg)
    verbs.ask("abandon", leg, by)

    letters.cancel(leg.handoff)
    leg.state, leg.number = LegState.ABANDONED, None
    leg.save(update_fields=["state", "number"])
    record("abandon", relay, leg=leg, by=by, note=note)
    begin_the_waiting(lock(relay.pk))
    return leg
