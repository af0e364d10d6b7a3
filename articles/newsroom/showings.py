"""A tab of an article in the admin: to whom its text was shown, what they say, and the checklist.

The tab has forms of its own, and no half-written text. The review shows the same beside the text,
and ticks within its own form.
"""

from functools import wraps

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from articles import checklist, permissions, showings
from articles.models import Article, ChecklistItem, Purpose, Showing
from relays.errors import RuleBroken

TAB = "admin:articles_article_showings"


class ItemField(forms.ModelChoiceField):
    """One line of the checklist, or none."""

    def __init__(self, **kwargs):
        super().__init__(ChecklistItem.objects.active(), required=False, **kwargs)


class TieForm(forms.Form):
    item = ItemField(label=_("An answer without remarks ticks"), empty_label=_("nothing"))


class ShowForm(TieForm):
    name = forms.CharField(
        label=_("For whom"), max_length=Showing._meta.get_field("name").max_length
    )
    purpose = forms.ChoiceField(label=_("The link is"), choices=Purpose)
    field_order = ["name", "purpose", "item"]


class TickForm(forms.Form):
    """A press on one button says how its item is to be: two who press at once mean one thing."""

    tick = ItemField()
    untick = ItemField()

    def press(self, article, *, by):
        """Do what the button says, if one was pressed. Says whether. Raises RuleBroken."""
        if not self.is_valid():
            raise RuleBroken(_("That item is not on the list any more."))
        if item := self.cleaned_data["tick"]:
            checklist.tick(article, item, by=by)
        if item := self.cleaned_data["untick"]:
            checklist.untick(article, item, by=by)
        return any(self.cleaned_data.values())


def beside(article):
    """What `_said.html` and `_checklist.html` show. The article comes with its draft."""
    return {
        "showings": Showing.objects.of(article).with_remarks(),
        "checklist": checklist.lines(article),
    }


def urls(admin_view):
    post = require_POST
    both = require_http_methods(["GET", "HEAD", "POST"])

    def at(route, view, name, methods=post):
        address = f"<int:article_id>/{route}"
        return path(
            address, methods(admin_view(_for_editors(view))), name=f"articles_article_{name}"
        )

    return [
        at("showings/", _tab, "showings", both),
        at("showings/<int:pk>/revoke/", _revoke, "revoke"),
        at("showings/<int:pk>/item/", _tie, "tie"),
        at("checklist/", _tick, "tick"),
    ]


def _for_editors(view):
    """Fetch, ask; a no is told on the tab."""

    @wraps(view)
    def act(request, article_id, **keys):
        if not permissions.is_editor(request.user):
            raise PermissionDenied
        article = get_object_or_404(Article.objects.for_desk(), pk=article_id)
        try:
            answer = view(request, article, **keys)
        except RuleBroken as broken:
            messages.error(request, str(broken))
            answer = None
        return answer or redirect(TAB, article_id)

    return act


def _tab(request, article):
    """A POST makes a link, and its answer tells it, this once."""
    form = ShowForm(request.POST or None, prefix="show")
    if request.method != "POST":
        return _show(request, article, form)
    if not form.is_valid():
        return _show(request, article, form, status=422)
    try:
        made, address = showings.show(article, by=request.user, **form.cleaned_data)
    except RuleBroken as broken:
        form.add_error(None, str(broken))
        return _show(request, article, form, status=409)
    empty = ShowForm(prefix="show")
    return _show(request, article, empty, status=201, made=made, address=address)


def _show(request, article, form, *, status=200, **words):
    context = {
        **admin.site.each_context(request),
        **beside(article),
        "title": _("Shown and checked"),
        "subtitle": str(article),
        "article": article,
        "form": form,
        **words,
    }
    return render(request, "admin/articles/article/showings.html", context, status=status)


def _revoke(request, article, pk):
    showings.revoke(_showing(article, pk), by=request.user)
    messages.success(request, _("The link is closed."))


def _tie(request, article, pk):
    showing, form = _showing(article, pk), TieForm(request.POST)
    if not form.is_valid():
        raise RuleBroken(_("That item is not on the list any more."))
    showings.tie(showing, form.cleaned_data["item"], by=request.user)
    messages.success(request, _("Noted."))


def _tick(request, article):
    TickForm(request.POST).press(article, by=request.user)


def _showing(article, pk):
    return get_object_or_404(Showing.objects.of(article), pk=pk)
