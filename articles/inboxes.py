"""What an inbox is: the ways to write one address, what is kept of it for ever, and the domains at
which anybody can have one, so that no organisation is known by them."""

import hmac
import unicodedata

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from articles.models.reader import as_domain
from relays.errors import RuleBroken

_BRANDS = {
    "gmx": ("at", "ch", "com", "de", "net"),
    "hotmail": ("co.uk", "com", "de", "dk", "fi", "fr", "it", "no", "se"),
    "live": ("co.uk", "com", "de", "dk", "no", "se"),
    "outlook": ("com", "de", "dk", "fr"),
    "proton": ("me",),
    "protonmail": ("ch", "com"),
    "yahoo": ("co.uk", "com", "de", "dk", "fr", "no", "se"),
}

PUBLIC_MAIL = frozenset(
    {f"{brand}.{end}" for brand, ends in _BRANDS.items() for end in ends}
    | {
        *("aol.com", "fastmail.com", "gmail.com", "googlemail.com", "hey.com", "icloud.com"),
        *("mac.com", "mail.com", "mail.ru", "me.com", "msn.com", "pm.me", "tutanota.com"),
        *("web.de", "yandex.com", "ymail.com", "zoho.com"),
        *("adslhome.dk", "dlgmail.dk", "email.dk", "fibermail.dk", "get2net.dk", "jubii.dk"),
        *("jubiimail.dk", "mail.dk", "mail.tele.dk", "ofir.dk", "oncable.dk", "post.tele.dk"),
        *("private.dk", "sol.dk", "stofanet.dk", "tdcadsl.dk", "webspeed.dk", "youmail.dk"),
        *("bluezone.no", "online.no", "telia.com"),
    }
)


def one_address(address: str) -> str:
    """The ways to write to one inbox, as one: quotation marks around what needs none, tags after a
    plus, and in Gmail the dots."""
    name, _at, host = unicodedata.normalize("NFKC", address).strip().casefold().rpartition("@")
    name = name.replace("\\", "").replace('"', "")
    name, host = name.partition("+")[0], as_domain(host) or host
    if host in ("gmail.com", "googlemail.com"):
        name, host = name.replace(".", ""), "gmail.com"
    return f"{name}@{host}"


def marks_of(address: str) -> list[str]:
    """What is kept of an address that had its trial, and tells nobody which one it is. The first is
    what to keep; the others were made with keys from before this one."""
    words = f"trial:{one_address(address)}".encode()
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [hmac.digest(key.encode(), words, "sha256").hex() for key in keys]


def known_domain(words: str) -> str:
    """A domain that an organisation may have. Raises RuleBroken."""
    domain = as_domain(words.strip().removeprefix("@"))
    labels = domain.split(".")
    if len(labels) < 2 or not all(_is_label(label) for label in labels):
        raise RuleBroken(_("Write a domain like kommune.example: what follows the @."))
    if domain in PUBLIC_MAIL:
        raise RuleBroken(
            _("Anybody can have an address at %(domain)s. Give their own people access one by one.")
            % {"domain": domain}
        )
    return domain


def _is_label(label):
    return label and label.replace("-", "").isalnum() and label[0] != "-" and label[-1] != "-"
