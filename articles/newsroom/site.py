"""The newsroom's admin site: stock, but that it opens on the overview, has our order of lists, and
no door of its own: one comes in where everybody does (articles.newsroom.door)."""

from functools import wraps

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _

# What is opened most comes first; what is not named here stays where Django has it, below.
APPS = ["relays", "articles"]
MODELS = [
    *("Relay", "Contributor", "Theme", "Letter", "Article", "Reply", "Tag"),
    *("Grant", "AccessRequest", "Follower", "Page", "ChecklistItem"),
]


class NewsroomAdminConfig(AdminConfig):
    default_site = "articles.newsroom.site.NewsroomSite"


class NewsroomSite(AdminSite):
    def get_urls(self):
        return [path("plan/", self.admin_view(self.plan), name="plan"), *super().get_urls()]

    def admin_view(self, view, cacheable=False):
        return super().admin_view(_readable(view), cacheable)

    def has_permission(self, request):
        from articles.newsroom import door

        return super().has_permission(request) and door.is_open_to(request)

    def login(self, request, extra_context=None):
        from articles.newsroom import door

        return door.door(request)

    def plan(self, request):
        """What is due and what comes out, day by day."""
        from articles.newsroom import plan
        from relays.permissions import is_editor

        if not is_editor(request.user):
            raise PermissionDenied
        context = {**self.each_context(request), "title": _("The plan"), "days": plan.days()}
        return TemplateResponse(request, "admin/plan.html", context)

    def index(self, request, extra_context=None):
        from relays.permissions import is_editor  # models are not loaded when this file is

        context = {**(extra_context or {})}
        if is_editor(request.user):
            context |= {"title": _("Overview"), "overview": self._overview(request)}
        return super().index(request, context)

    def _overview(self, request):
        from articles.models import AccessRequest
        from articles.newsroom import filters, overview, replies, texts
        from relays.models import Clock

        mine = overview.rows(overview.relays_of(request.user))
        found = overview.rows(overview.everybodys()) if "all" in request.GET else mine
        return {
            "asking": AccessRequest.objects.open().count(),
            "waiting": [row for row in mine if row.waits],
            "texts": texts.waiting(request.user),
            "clock": Clock.seen(),
            "board": filters.board(found, request.GET),
            "replies": replies.waiting(),
        }

    def get_app_list(self, request, app_label=None):
        apps = super().get_app_list(request, app_label)
        for app in apps:
            app["models"].sort(key=lambda model: _place(model["object_name"], MODELS))
        return sorted(apps, key=lambda app: _place(app["app_label"], APPS))


def _readable(view):
    """PostgreSQL holds no NUL, and Django's list filters pass on whatever an address says."""

    @wraps(view)
    def look(request, *args, **kwargs):
        if any("\0" in word for name, values in request.GET.lists() for word in (name, *values)):
            raise Http404
        return view(request, *args, **kwargs)

    return look


def _place(name, names):
    return names.index(name) if name in names else len(names)
