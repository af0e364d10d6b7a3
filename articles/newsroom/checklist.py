from django.contrib import admin

from articles import permissions
from articles.models import ChecklistItem
from relays.admin import NewsroomAdmin


@admin.register(ChecklistItem)
class ChecklistItemAdmin(NewsroomAdmin):
    """The house's list: chief editors write it, every editor ticks it."""

    list_display = ["label", "is_hard", "position", "is_active"]
    fields = ["label", "is_hard", "position", "is_active"]

    def has_module_permission(self, request):
        return permissions.is_chief_editor(request.user)

    has_add_permission = has_module_permission

    def has_view_permission(self, request, obj=None):
        return permissions.is_chief_editor(request.user)

    has_change_permission = has_view_permission
    has_delete_permission = has_view_permission
