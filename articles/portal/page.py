from functools import wraps

from django.utils import translation

from relays.links import unindexed
from relays.models import Handoff


def portal_page(view):
    """A page for one person: not kept, not indexed, in the language of the relay."""

    @wraps(view)
    def page(request, handoff_id, *args, **kwargs):
        language = Handoff.objects.filter(pk=handoff_id).values_list("relay__language", flat=True)
        with translation.override(language.first() or translation.get_language()):
            return unindexed(view(request, handoff_id, *args, **kwargs))

    return page
