import re

from django.conf import settings
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

from relays.links import unindexed

# Pages for one person speak that person's language; everything else speaks the site's, so
# that the same bytes go to every reader.
PERSONAL_PREFIXES = ("/admin/", "/baton/", "/show/", "/account/")
# Pages of an article that know who looks. They speak the site's language, as its own page does.
OWN_PAGES = re.compile(r"/articles/[^/]+/(full/|replies/.*)")


class NoCookiesForReadersMiddleware:
    """A reader's page never looks at a cookie: not even at a broken one, which Django would
    answer by setting a new one."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not _is_for_one_person(request):
            request.COOKIES = {}
        return self.get_response(request)


class PersonalPagesMiddleware:
    """What is for one person no cache keeps, whoever wrote its view: not the page, and not the no
    that everybody else gets there."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        return unindexed(response) if _is_for_one_person(request) else response


def _is_for_one_person(request):
    path = request.path_info
    return path.startswith(PERSONAL_PREFIXES) or bool(OWN_PAGES.fullmatch(path))


class LanguageMiddleware(LocaleMiddleware):
    """Django's own choice of language, on personal pages only."""

    def process_request(self, request):
        if request.path_info.startswith(PERSONAL_PREFIXES):
            super().process_request(request)
        else:
            translation.activate(settings.LANGUAGE_CODE)
            request.LANGUAGE_CODE = settings.LANGUAGE_CODE

    def process_response(self, request, response):
        if request.path_info.startswith(PERSONAL_PREFIXES):
            return super().process_response(request, response)
        response.headers.setdefault("Content-Language", settings.LANGUAGE_CODE)
        return response


class BrowserPolicyMiddleware:
    """Features of the browser that no page of ours uses are switched off on every page."""

    PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", self.PERMISSIONS)
        return response
