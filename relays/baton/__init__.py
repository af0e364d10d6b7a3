"""Who holds the baton, and how it moves.

Nothing else writes `Leg.state`, `Handoff.state`, `Relay.opened` or `Relay.closed`. The relay
row is the lock: whoever holds it may change any leg or handoff of that relay. Each verb locks,
asks, changes and records, in one transaction. `by` is the user who acts; None is the clock, an
import, or what follows from another act, and may do everything that the chain allows.
"""

from relays.baton.asking import (
    accept,
    decline,
    lapse,
    lapse_due,
    offer,
    readdress,
    renew_link,
    withdraw,
)
from relays.baton.closing import close, reopen
from relays.baton.nominating import (
    approve,
    keep,
    move_up,
    nominate,
    nominate_person,
    replace,
    unapprove,
)
from relays.baton.past import add_past_leg, amend_past, amend_past_leg
from relays.baton.resting import pause, rest, resume
from relays.baton.running import (
    abandon,
    ask_for_time,
    extend,
    finish,
    hand_in,
    may_extend_alone,
    stand_in,
    take_text_back,
)

__all__ = [
    "abandon",
    "accept",
    "add_past_leg",
    "amend_past",
    "amend_past_leg",
    "approve",
    "ask_for_time",
    "close",
    "decline",
    "extend",
    "finish",
    "hand_in",
    "keep",
    "lapse",
    "lapse_due",
    "may_extend_alone",
    "move_up",
    "nominate",
    "nominate_person",
    "offer",
    "pause",
    "readdress",
    "renew_link",
    "reopen",
    "replace",
    "rest",
    "resume",
    "stand_in",
    "take_text_back",
    "unapprove",
    "withdraw",
]
