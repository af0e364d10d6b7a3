import sys
from datetime import timedelta
from errno import ENAMETOOLONG

from csp.decorators import csp_replace
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import Http404, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.static import serve

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


def server_error(request, template_name="500.html"):
    """Like Django's own, but with what the frame of every page needs. Asks no database, and says
    where that is what is away: such a page is worth asking for again."""
    if not isinstance(sys.exception(), (OperationalError, InterfaceError)):
        return render(request, template_name, status=500)
    response = render(request, "503.html", status=503)
    response.headers["Retry-After"] = "60"
    return response
