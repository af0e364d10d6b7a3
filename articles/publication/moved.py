"""An address that has moved answers with one step to where it is now."""

from functools import wraps

from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse

from relays import addresses


def keeps_answering(model):
    """For views of a slug. What answers at the new address is asked first: so nothing is said of
    what readers may not see, and what leads on from there is where the old address leads."""

    def decorate(view):
        @wraps(view)
        def answer(request, slug, **words):
            try:
                return view(request, slug=slug, **words)
            except Http404:
                now = addresses.current_slug(model, slug)
                if now is None:
                    raise
            there = view(request, slug=now, **words)
            if there.status_code != 200 or request.method == "POST":
                return there  # it leads on by itself, was removed, or has taken what was sent
            path = reverse(request.resolver_match.view_name, kwargs={"slug": now, **words})
            query = request.META["QUERY_STRING"]
            moved = redirect(f"{path}?{query}" if query else path, permanent=True)
            # Kept by a browser, it would send a reader in a circle once the row moves back.
            moved.headers["Cache-Control"] = there.headers.get("Cache-Control", "no-cache")
            return moved

        return answer

    return decorate
