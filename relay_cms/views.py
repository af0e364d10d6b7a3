import sys
from collections.abc import Callable
from datetime import timedelta
from errno import ENAMETOOLONG

from csp.decorators import csp_replace
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.static import serve

from articles.portal import page as portal
from articles.readers.origin import is_ours
from articles.shown import pages as shown
from relays.models import Clock, Letter, LetterState

TOO_LONG = timedelta(minutes=15)


@require_safe
@csp_replace({"default-src": ["'none'"], "sandbox": True})  # type: ignore[arg-type]
def media(request, path):
    """Uploaded files, with DEBUG off as well; nothing in them may run."""
    try:
        response = serve(request, path, document_root=str(settings.MEDIA_ROOT))
    except OSError as error:
        if error.errno != ENAMETOOLONG:
            raise
        raise Http404 from error  # no file can be called that
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@never_cache
@require_safe
def health(request):
    """Does the database answer, is the clock running, do letters go out? 503 where not."""
    try:
        clock, checks = _clock_and_letters()
    except (OperationalError, InterfaceError):
        return JsonResponse({"database": False}, status=503)
    answer = {
        "database": True,
        **checks,
        "clock_ran": clock and clock.ran.isoformat(timespec="seconds"),
    }
    return JsonResponse(answer, status=200 if all(checks.values()) else 503)


def _clock_and_letters():
    clock = Clock.seen()
    # Not the letters to many: ten thousand take their time, and stand behind every other.
    waiting = Letter.objects.filter(
        state=LetterState.QUEUED,
        about_day=None,
        circular=None,
        next_try__lt=timezone.now() - TOO_LONG,
    )
    checks = {
        "clock": bool(clock and clock.is_right),
        "letters": not waiting.exists(),
    }
    return clock, checks


def bad_request(request, exception, template_name="400.html"):
    """Like Django's own, but with what the frame of every page needs."""
    return render(request, template_name, status=400)


def csrf_failure(request, reason=""):
    """A form without the token of its page. What was typed on a page for one person stands on the
    answer, unless another site has sent it: nobody puts words onto our pages."""
    match = request.resolver_match
    answers: dict[str, Callable[..., HttpResponse]] = {
        "portal": portal.not_taken,
        "shown": shown.not_taken,
    }
    if match and match.namespace in answers and is_ours(request):
        return answers[match.namespace](request, **_of_the_page(match))
    return render(request, "403_csrf.html", status=403)


def _of_the_page(match):
    return {name: match.kwargs[name] for name in ("handoff_id", "token") if name in match.kwargs}


def server_error(request, template_name="500.html"):
    """Like Django's own, but with what the frame of every page needs. Asks no database, and says
    where that is what is away: such a page is worth asking for again."""
    if not isinstance(sys.exception(), (OperationalError, InterfaceError)):
        return render(request, template_name, status=500)
    response = render(request, "503.html", status=503)
    response.headers["Retry-After"] = "60"
    return response
