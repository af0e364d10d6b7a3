"""Forms on pages that are the same for everybody carry no token of the reader's. That they were
sent from a page of ours, the browser says."""

from functools import wraps
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.views.decorators.csrf import csrf_exempt


def from_our_pages(view):
    """For a POST whose form may stand on a page without a cookie."""

    @csrf_exempt
    @wraps(view)
    def guarded(request, *args, **kwargs):
        if request.method == "POST" and not is_ours(request):
            raise PermissionDenied("sent from a page of another site")
        return view(request, *args, **kwargs)

    return guarded


def is_ours(request) -> bool:
    """What no browser says, no browser was made to send."""
    said = request.headers.get("Sec-Fetch-Site")
    if said is not None:
        return said == "same-origin"
    origin = request.headers.get("Origin")
    return origin is None or origin in (_origin(settings.SITE_URL), _here(request))


def _here(request):
    return f"{request.scheme}://{request.get_host()}"


def _origin(address):
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
