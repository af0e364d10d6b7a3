from relays.models.address import OldAddress
from relays.models.chain import (
    Alternation,
    BatonMove,
    Channel,
    Handoff,
    HandoffState,
    Leg,
    LegState,
    Place,
    Relay,
)
from relays.models.clock import Clock
from relays.models.code import Code
from relays.models.erasure import Erasure
from relays.models.letter import Circular, HeldKind, Letter, LetterState
from relays.models.link import Link
from relays.models.people import Contributor, Sector, User
from relays.models.picture import Picture, Shape
from relays.models.theme import Theme

__all__ = [
    "Alternation",
    "BatonMove",
    "Channel",
    "Circular",
    "Clock",
    "Code",
    "Contributor",
    "Erasure",
    "Handoff",
    "HandoffState",
    "HeldKind",
    "Leg",
    "LegState",
    "Letter",
    "LetterState",
    "Link",
    "OldAddress",
    "Picture",
    "Place",
    "Relay",
    "Sector",
    "Shape",
    "Theme",
    "User",
]
