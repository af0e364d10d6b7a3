import hashlib
import secrets
from datetime import timedelta

from django.db import models
from django.utils import timezone

from relays.models.chain import BatonMove, Handoff, HandoffState, LegState

OPEN_AFTER_PUBLICATION = timedelta(days=90)


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class LinkQuerySet(models.QuerySet):
    def live(self):
        """Links that still open their turn."""
        return self.filter(revoked=None)

    def revoke(self):
        """From now on they open nothing. Returns how many did."""
        return self.live().update(revoked=timezone.now())

    def by_token(self, token):
        return self.filter(token_hash=token_hash(token))


class Link(models.Model):
    """A personal link to one turn: 256 random bits, of which only the hash is kept."""

    handoff = models.ForeignKey(Handoff, models.PROTECT, related_name="links")
    token_hash = models.CharField(max_length=64, unique=True)
    made = models.DateTimeField(default=timezone.now)
    revoked = models.DateTimeField(null=True)

    objects = LinkQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self):
        return f"link {self.pk}"

    @classmethod
    def make(cls, handoff: Handoff) -> str:
        """A new link to this turn. Its token is told once, here, and never again."""
        token = secrets.token_urlsafe(32)
        cls.objects.create(handoff=handoff, token_hash=token_hash(token))
        return token


def is_over(handoff: Handoff) -> bool:
    """A withdrawn offer opens nothing; a finished leg is open for ninety days more."""
    if handoff.state == HandoffState.WITHDRAWN:
        return True
    leg = getattr(handoff, "leg", None)
    if leg is None or leg.state != LegState.FINISHED:
        return False
    finished = BatonMove.objects.filter(leg=leg, verb="finish").order_by("-pk").first()
    return bool(finished and finished.at < timezone.now() - OPEN_AFTER_PUBLICATION)
