from functools import wraps

from django.http import Http404
from django.utils import translation

from articles.portal.forms import PlaceForm
from relays.links import turn_of, unindexed
from relays.models import Handoff, Leg


def portal_page(view):
    """A page for one person: not kept, not indexed, in the language of the relay."""

    @wraps(view)
    def page(request, handoff_id, *args, **kwargs):
        language = Handoff.objects.filter(pk=handoff_id).values_list("relay__language", flat=True)
        with translation.override(language.first() or translation.get_language()):
            return unindexed(view(request, handoff_id, *args, **kwargs))

    return page


def leg_of(request, handoff_id: int) -> tuple[Handoff, Leg]:
    """The turn that this browser may open, and its leg. 404 where there is none yet."""
    handoff = turn_of(request, handoff_id)
    leg = Leg.objects.filter(handoff=handoff).select_related("relay", "contributor").first()
    if leg is None:
        raise Http404
    return handoff, leg


def page_of_the_form(request) -> str:
    """The page that a form was on, where it stands on two: there one goes on."""
    form = PlaceForm(request.POST)
    is_beside_the_text = form.is_valid() and form.cleaned_data["place"] == "text"
    return "portal:text" if is_beside_the_text else "portal:turn"
