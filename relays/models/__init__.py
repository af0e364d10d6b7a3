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
from relays.models.people import Contributor, Sector, User
from relays.models.theme import Theme

__all__ = [
    "Alternation",
    "BatonMove",
    "Channel",
    "Contributor",
    "Handoff",
    "HandoffState",
    "Leg",
    "LegState",
    "Place",
    "Relay",
    "Sector",
    "Theme",
    "User",
]
