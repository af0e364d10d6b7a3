"""Who could run next: the holder's list, and the editor's gate before anybody is asked."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from relays import verbs
from relays.baton.moves import lock, locked_handoff, record, set_state
from relays.danish import unique_slug
from relays.errors import RuleBroken
from relays.models import Contributor, Handoff, HandoffState, Relay, User


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
    relay = lock(relay.pk)
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
    relay = lock(relay.pk)
    if sent_before := _same_words(relay, person, by, message):
        return sent_before  # sent twice is once
    verbs.ask("nominate", relay, by)
    receiver = person_named(person)
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
    handoff = locked_handoff(handoff)
    verbs.ask(verb, handoff, by)
    handoff.offer_at_publication = verb == "approve"
    handoff.save(update_fields=["offer_at_publication"])
    record(verb, handoff.relay, handoff=handoff, by=by)
    return handoff


@transaction.atomic
def move_up(handoff: Handoff, *, by: User | None) -> Handoff:
    """The nominee changes places with the one before."""
    handoff = locked_handoff(handoff)
    verbs.ask("move_up", handoff, by)
    nominations = handoff.relay.handoffs.nominated().filter(giver=handoff.giver_id)
    before = nominations.filter(rank__lt=handoff.rank).order_by("-rank").first()
    if before is None:
        raise RuleBroken(_("%(name)s comes first already.") % {"name": handoff.receiver})

    before.rank, handoff.rank = handoff.rank, before.rank
    for row in (before, handoff):
        row.save(update_fields=["rank"])
    record("move_up", handoff.relay, handoff=handoff, by=by)
    return handoff


@transaction.atomic
def replace(handoff: Handoff, receiver: Contributor, *, by: User | None, **words) -> Handoff:
    """Somebody else takes the nominee's place on the list. `words` are those of `nominate`."""
    handoff = locked_handoff(handoff)
    verbs.ask("replace", handoff, by)
    set_state(handoff, HandoffState.WITHDRAWN)
    record("replace", handoff.relay, handoff=handoff, by=by)
    return _nominate(handoff.relay, receiver, by=by, rank=handoff.rank, **words)


@transaction.atomic
def keep(
    handoff: Handoff, *, by: User | None, ask_again_after: date | None = None, note: str = ""
) -> Handoff:
    """The nominee leaves the list for this turn and stays among the relay's candidates."""
    handoff = locked_handoff(handoff)
    verbs.ask("keep", handoff, by)
    set_state(handoff, HandoffState.WITHDRAWN, ask_again_after=ask_again_after)
    record("keep", handoff.relay, handoff=handoff, by=by, note=note)
    return handoff


def nominate_instead(handoff, person, *, by):
    """Whom the receiver named in their place; where no rule allows it, a candidate for later."""
    relay = lock(handoff.relay_id)
    receiver = person_named(person)
    refusal = verbs.VERBS["nominate"].hindrance(relay) or verbs.sector_refusal(relay, receiver, "")
    nominations = relay.handoffs.nominated().filter(giver=relay.baton.leg)
    nominated = relay.handoffs.create(
        giver=relay.baton.leg,
        receiver=receiver,
        rank=max(nominations.values_list("rank", flat=True), default=0) + 1,
        proposed_by=handoff.receiver.user,
    )
    record("nominate", relay, handoff=nominated, by=by)
    if refusal:
        set_state(nominated, HandoffState.WITHDRAWN)
        record("keep", relay, handoff=nominated, by=None, note=str(refusal))


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
    record("nominate", relay, handoff=handoff, by=by)
    return handoff


def _remembered(person):
    # Their row is the lock: the clock may be forgetting them in this moment.
    rows = Contributor.objects.remembered().select_for_update(no_key=True)
    if found := rows.filter(pk=person.pk).first():
        return found
    raise RuleBroken(_("We have forgotten who this was. Write the name anew."))


def _same_words(relay, person, by, message):
    words = {f"receiver__{field}": said for field, said in person.items()}
    words["receiver__email"] = person["email"] or None
    named = relay.handoffs.nominated().filter(giver=relay.baton.leg, proposed_by=by)
    return named.filter(message=message, **words).first()


def person_named(person):
    """The contributor somebody has named: one we know by that address and name, or a new one."""
    known = Contributor.objects.filter(name=person["name"], email=person["email"] or None)
    if person["email"] and (found := known.first()):
        return found
    return Contributor.objects.create(
        **{**person, "email": person["email"] or None},
        slug=unique_slug(person["name"], Contributor.objects),
    )
