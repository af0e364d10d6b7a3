"""Where anybody can have an address: no organisation is known by one of these."""

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
