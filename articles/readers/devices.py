"""What a browser calls itself, in words by which its owner knows it again."""

from django.utils.translation import gettext as _

# The first that fits: many call themselves by the names of others as well.
BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS": "Mac",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


def device(user_agent: str) -> str:
    known = [_first(user_agent, BROWSERS), _first(user_agent, SYSTEMS)]
    return ", ".join(filter(None, known)) or _("An unknown browser")


def _first(user_agent, names):
    return next((name for sign, name in names.items() if sign in user_agent), "")
