"""What a writer can come back to: the numbered copies of their text."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from articles import desk
from articles.models import Article
from articles.portal.page import leg_of, portal_page
from articles.portal.writing import article_to_write, may_write
from relays.errors import RuleBroken


@require_safe
@portal_page
def revisions(request, handoff_id):
    """Every revision of the text, newest first."""
    handoff, leg = leg_of(request, handoff_id)
    article = _article(leg)
    found = article.revisions.select_related("by").defer("body").order_by("-number")
    context = _frame(handoff, leg, article) | {"revisions": found}
    return render(request, "portal/revisions.html", context)


@portal_page
def revision(request, handoff_id, number):
    """One revision to read; a POST goes on from it."""
    handoff, leg = leg_of(request, handoff_id)
    article = _article(leg)
    revision = get_object_or_404(article.revisions.select_related("by"), number=number)
    if request.method == "POST":
        return _restore(request, handoff, leg, revision)
    context = _frame(handoff, leg, article) | {
        "revision": revision,
        "body": mark_safe(revision.body),  # noqa: S308  (sanitised when stored)
    }
    return render(request, "portal/revision.html", context)


def _article(leg):
    article = Article.objects.filter(leg=leg).select_related("draft").first()
    if article is None:
        raise Http404
    return article


def _frame(handoff, leg, article):
    return {
        "handoff": handoff,
        "relay": handoff.relay,
        "leg": leg,
        "article": article,
        "may_write": may_write(handoff.receiver.user, leg, article),
        "editor": handoff.relay.editors.filter(is_active=True).order_by("pk").first(),
    }


def _restore(request, handoff, leg, revision):
    try:
        desk.restore(article_to_write(leg), revision, by=handoff.receiver.user)
    except RuleBroken as broken:
        messages.error(request, str(broken))
    else:
        messages.success(
            request,
            _("You go on from revision %(number)s. What the text said before is kept.")
            % {"number": revision.number},
        )
    return redirect("portal:text", handoff.pk)
