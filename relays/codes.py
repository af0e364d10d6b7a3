"""Codes by mail. One is asked for in a browser, and of use in that browser alone: whoever has the
code but not the browser, or a browser and somebody else's code, has nothing."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone, translation

from relays import letters
from relays.models import Code, Letter

KEPT = timedelta(days=1)


@transaction.atomic
def send(address: str) -> Code:
    """A code goes to this address, whoever reads it and whether or not we know them."""
    address = address.casefold()
    letter = letters.write("code", to=address, language=translation.get_language())
    return Code.objects.create(address=address, letter=letter)


def sweep(now=None) -> None:
    """Yesterday's codes open nothing, and their letters say nothing but whom we wrote to."""
    old = (now or timezone.now()) - KEPT
    Code.objects.filter(asked__lt=old).delete()
    Letter.objects.filter(kind="code", written__lt=old).delete()
