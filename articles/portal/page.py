from functools import wraps

from django.http import Http404
from django.shortcuts import render
from django.utils import translation

from articles.portal.forms import TypedForm
from relays.links import NotOpened, turn_of, unindexed
from relays.models import Handoff, Leg


def portal_page(view):
    """A page for one person: not kept, not indexed, in the language of the relay.

    Whoever has not opened it by a link reads how to, whether there is such a page or not; what they
    had typed before their session ended is on it, to be copied.
    """

    @wraps(view)
    def page(request, handoff_id, *args, **kwargs):
        language = Handoff.objects.filter(pk=handoff_id).values_list("relay__language", flat=True)
        try:
            with translation.override(language.first() or translation.get_language()):
                return unindexed(view(request, handoff_id, *args, **kwargs))
        except NotOpened:
            return unindexed(_not_opened(request))

    return page


def _not_opened(request):
    typed = TypedForm(request.POST) if "body" in request.POST else None
    if typed:
        typed.is_valid()
    return render(request, "portal/not_opened.html", {"typed": typed}, status=404)


def leg_of(request, handoff_id: int) -> tuple[Handoff, Leg]:
    """The turn that this browser may open, and its leg. 404 where there is none yet."""
    handoff = turn_of(request, handoff_id)
    leg = Leg.objects.filter(handoff=handoff).select_related("relay", "contributor").first()
    if leg is None:
        raise Http404
    return handoff, leg
