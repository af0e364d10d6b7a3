"""Links that keep nothing: the address of a page for one row says itself that we have made it.

For pages that show and do little, and must open for as long as a mail is kept. Whoever needs
more than that has a `Link`.
"""

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse


def address_of(page: str, pk: int) -> str:
    """The whole address of this page (a name of urls.py) for this row."""
    return settings.SITE_URL + path_of(page, pk)


def path_of(page: str, pk: int) -> str:
    return reverse(page, args=[_signer(page).sign(str(pk))])


def row_of(page: str, token: str) -> int | None:
    """The key of the row that such an address was made for; None where we have not made it."""
    try:
        return int(_signer(page).unsign(token))
    except BadSignature:
        return None


def _signer(page):
    return Signer(salt=page, sep=".")  # an address of one page opens no other
