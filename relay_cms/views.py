from csp.decorators import csp_replace
from django.conf import settings
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.static import serve


@require_safe
@csp_replace({"default-src": ["'none'"], "sandbox": True})  # type: ignore[arg-type]
def media(request, path):
    """Uploaded files, with DEBUG off as well; nothing in them may run."""
    response = serve(request, path, document_root=str(settings.MEDIA_ROOT))
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def server_error(request, template_name="500.html"):
    """Like Django's own, but with what the frame of every page needs. Asks no database."""
    return render(request, template_name, status=500)
