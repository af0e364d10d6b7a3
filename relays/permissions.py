"""Who may do what to a baton. Questions only: no raise, no write."""

from relays.models import Handoff, Leg, Relay, User


def is_editor(user: User, row=None) -> bool:
    return user.is_active and user.has_perm("relays.change_relay")


def is_receiver(user: User, handoff: Handoff) -> bool:
    return user.is_active and handoff.receiver.user_id == user.pk


def is_holder(user: User, leg: Leg) -> bool:
    return bool(
        user.is_active and leg.is_running and leg.contributor and leg.contributor.user_id == user.pk
    )


def may_answer(user: User, handoff: Handoff) -> bool:
    return is_receiver(user, handoff) or is_editor(user)


def may_nominate(user: User, relay: Relay) -> bool:
    leg = relay.baton.leg
    return is_editor(user) or bool(leg and is_holder(user, leg))


def is_holder_or_editor(user: User, leg: Leg) -> bool:
    return is_holder(user, leg) or is_editor(user)


def is_nobody(user: User, row) -> bool:
    """For what time brings about: the clock is no user."""
    return False
