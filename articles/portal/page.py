from functools import wraps

from django.http import Http404, HttpResponse
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
        try:
            with _language_of(handoff_id):
                return unindexed(view(request, handoff_id, *args, **kwargs))
        except NotOpened:
            return unindexed(_not_opened(request))

    return page


def _language_of(handoff_id):
    language = Handoff.objects.filter(pk=handoff_id).values_list("relay__language", flat=True)
    return translation.override(language.first() or translation.get_language())


def _not_opened(request, *, status=404):
    return render(request, "portal/not_opened.html", {"typed": _typed_in(request)}, status=status)


def _typed_in(request) -> TypedForm | None:
    """The words that came with a form, where there are any."""
    form = TypedForm(request.POST)
    form.is_valid()  # so its text is sanitised
    return form if form.says_something else None


def not_taken(request, handoff_id: int | None = None) -> HttpResponse:
    """What answers a form that came without the token of its page: what was typed, to be copied,
    and the way on."""
    try:
        handoff = turn_of(request, handoff_id) if handoff_id else None
    except NotOpened:
        handoff = None
    if handoff is None:
        return _not_opened(request, status=403)
    typed = _typed_in(request)
    context = {
        "frame": "portal/base.html",
        "typed": typed,
        "beside": typed and typed.beside,
        "handoff": handoff,
        "relay": handoff.relay,
        "editor": handoff.relay.editors.filter(is_active=True).order_by("pk").first(),
    }
    with _language_of(handoff_id):
        return render(request, "portal/not_taken.html", context, status=403)


def leg_of(request, handoff_id: int) -> tuple[Handoff, Leg]:
    """The turn that this browser may open, and its leg. 404 where there is none yet."""
    handoff = turn_of(request, handoff_id)
    leg = Leg.objects.filter(handoff=handoff).select_related("relay", "contributor").first()
    if leg is None:
        raise Http404
    return handoff, leg
