from django.contrib import admin

from articles.models import ChecklistItem
from articles.newsroom.rights import ChiefEditorsOnly
from relays.admin import NewsroomAdmin, yes_or_no


@admin.register(ChecklistItem)
class ChecklistItemAdmin(ChiefEditorsOnly, NewsroomAdmin):
    """The house's list: chief editors write it, every editor ticks it."""

    list_display = [
        "label",
        yes_or_no(ChecklistItem, "is_hard"),
        "position",
        yes_or_no(ChecklistItem, "is_active"),
    ]
    fields = ["label", "is_hard", "position", "is_active"]
