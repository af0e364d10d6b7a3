"""Personal links: a link is exchanged for a session of one turn, and leaves the address bar.

The session opens that turn and nothing else; it is no log-in. It ends the moment an editor
replaces the link.
"""

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from relays.models import Handoff, Link
from relays.models.link import is_over

SESSION_KEY = "turns"


class NotOpened(Http404):
    """No link that lives has opened this turn in this browser: or not any more."""


@require_safe
def open_link(request, token):
    """Where a letter's link leads. Changes nothing but this browser's session."""
    link = Link.objects.by_token(token).live().select_related("handoff").first()
    if link is None or is_over(link.handoff):
        return unindexed(render(request, "portal/expired.html", status=410))
    turns = request.session.get(SESSION_KEY, {})
    request.session.cycle_key()  # nobody can have planted a session that opens a turn
    request.session[SESSION_KEY] = turns | {str(link.handoff_id): link.pk}
    return unindexed(redirect(settings.TURN_URL, link.handoff_id))


def unindexed(response: HttpResponse) -> HttpResponse:
    """A page for one person: no list has it, and no other site hears of its address."""
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def turn_of(request, handoff_id: int) -> Handoff:
    """The turn that this browser's session may open. Anything else does not exist: NotOpened."""
    link_id = request.session.get(SESSION_KEY, {}).get(str(handoff_id))
    link = Link.objects.live().filter(pk=link_id, handoff=handoff_id).first() if link_id else None
    if link is None:
        raise NotOpened
    handoff = Handoff.objects.select_related(
        "relay", "receiver__user", "giver__contributor", "leg"
    ).get(pk=handoff_id)
    if is_over(handoff):
        raise NotOpened
    return handoff
