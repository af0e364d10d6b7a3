import secrets
from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from relays.models.letter import Letter

LASTS = timedelta(minutes=15)
TRIES = 3
SIGNS = "BCDFGHJKLMNPQRSTVWXZ"  # nothing that could be read as something else, or as a word


class CodeQuerySet(models.QuerySet):
    def open(self):
        """Codes that may still be tried."""
        return self.filter(used=None, tries__lt=TRIES, asked__gt=timezone.now() - LASTS)


class Code(models.Model):
    """A code by mail, which proves that somebody reads an address. Only its hash is kept; the code
    itself is made when its letter is sent, and stands nowhere but in that."""

    address = models.EmailField()
    letter = models.OneToOneField(Letter, models.CASCADE, null=True, related_name="code")
    code_hash = models.CharField(max_length=64, blank=True)
    asked = models.DateTimeField(default=timezone.now)
    tries = models.PositiveSmallIntegerField(default=0)
    used = models.DateTimeField(null=True)

    objects = CodeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(tries__lte=TRIES), name="code_three_tries")
        ]
        indexes = [models.Index(fields=["asked"], name="code_asked")]

    def __str__(self):
        return f"code {self.pk}"

    def make(self) -> str:
        """The code as its letter says it. It is told once, here, and never again."""
        signs = "".join(secrets.choice(SIGNS) for _place in range(8))
        self.code_hash = self._hash(signs)
        self.save(update_fields=["code_hash"])
        return f"{signs[:4]}-{signs[4:]}"

    def try_with(self, typed: str) -> bool:
        """One of the three tries, each counted before it is looked at."""
        if not Code.objects.open().filter(pk=self.pk).update(tries=F("tries") + 1):
            return False
        right = Code.objects.exclude(code_hash="").filter(
            pk=self.pk, used=None, code_hash=self._hash(_signs(typed))
        )
        return bool(right.update(used=timezone.now()))

    def _hash(self, signs):
        return salted_hmac(f"code {self.pk}", signs, algorithm="sha256").hexdigest()


def _signs(typed):
    """What was typed, without the dash, spaces and small letters that people add."""
    return "".join(sign for sign in typed.upper() if sign.isalnum())
