"""What a page is answered that saves by itself (static/js/keep-draft.js).

200: the version that is stored now, and when. 409: why not, and the other text where somebody
else has saved. 422: what is wrong with a field; the others are saved. The rules are the desk's own.
"""

from collections.abc import Callable

from django.http import JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from articles import desk
from articles.models import Article, Draft, Text
from relays.errors import RuleBroken
from relays.models import User
from relays.templatetags.relay_words import short_day, time_of_day


def save(article: Article, form, *, by: User, then: Callable[[], None] | None = None):
    """Save what was sent of the text; what was not sent, or is wrong, stays as it is.

    `then` saves what belongs to it. A RuleBroken of its own leaves the text saved.
    """
    form.is_valid()
    wrong = " ".join(
        f"{form[name].label}: {error}" for name in form.errors for error in form.errors[name]
    )
    if "version" in form.errors:
        return JsonResponse({"sentence": wrong}, status=422)
    sent = {name: form.cleaned_data[name] for name in Text.CONTENT if _is_sent(form, name)}
    version = form.cleaned_data["version"] or 0
    try:
        draft = desk.save_draft(article, sent, by=by, version=version, by_itself=True)
    except desk.Conflict as conflict:
        theirs = {name: conflict.theirs.content[name] for name in sent}
        return refusal(conflict, version=conflict.theirs.version, yours=sent, theirs=theirs)
    except RuleBroken as broken:
        return refusal(broken)
    saved = {"version": draft.version, "saved": when_saved(draft)}
    try:
        if then:
            then()
    except RuleBroken as broken:
        return refusal(broken, **saved)
    if wrong:
        return JsonResponse({"sentence": wrong, **saved}, status=422)
    return JsonResponse(saved)


def _is_sent(form, name):
    return name in form.data and name in form.cleaned_data


def refusal(broken: RuleBroken, **more) -> JsonResponse:
    return JsonResponse({"sentence": str(broken), **more}, status=409)


def when_saved(draft: Draft) -> str:
    """Saved at 10.42; with the day where that was not today."""
    words = {"time": time_of_day(draft.saved_at), "day": short_day(draft.saved_at)}
    if timezone.localdate(draft.saved_at) == timezone.localdate():
        return _("Saved at %(time)s") % words
    return _("Saved on %(day)s at %(time)s") % words
