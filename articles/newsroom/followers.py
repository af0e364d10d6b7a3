"""Who follows by mail. Their addresses are for chief editors; figures are for every editor."""

from django.contrib import admin
from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _

from articles import following
from articles.models import Follow, Follower
from articles.newsroom.rights import ChiefEditorsOnly


class ReachFilter(admin.SimpleListFilter):
    title = _("can be reached")
    parameter_name = "reached"

    def lookups(self, request, model_admin):
        return [("yes", _("Yes")), ("no", _("No, the address was refused"))]

    def queryset(self, request, queryset):
        if self.value() == "no":
            return queryset.exclude(refused=None)
        return queryset.reachable() if self.value() == "yes" else queryset


@admin.register(Follower)
class FollowerAdmin(ChiefEditorsOnly, admin.ModelAdmin):
    """To look up, and to end for somebody who writes and asks for it."""

    list_display = ["address", "followed", "since", "refused"]
    list_filter = [
        ReachFilter,
        ("follows__relay", admin.RelatedOnlyFieldListFilter),
        ("follows__theme", admin.RelatedOnlyFieldListFilter),
    ]
    show_facets = admin.ShowFacets.ALWAYS  # the figures
    search_fields = ["address"]
    search_help_text = _("Address.")
    fields = ["address", "followed", "since", "refused"]

    def get_queryset(self, request):
        named = Prefetch("follows", Follow.objects.with_names().order_by("since", "pk"))
        return super().get_queryset(request).prefetch_related(named)

    @admin.display(description=_("follows"))
    def followed(self, follower):
        return ", ".join(str(follow.what) for follow in follower.follows.all())

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def delete_model(self, request, obj):
        following.stop_all(obj)

    def delete_queryset(self, request, queryset):
        for follower in queryset:
            following.stop_all(follower)
