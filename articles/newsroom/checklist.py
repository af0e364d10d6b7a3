from django.contrib import admin

from articles.models import ChecklistItem
from articles.newsroom.chiefs import ChiefEditorsOnly
from relays.admin import NewsroomAdmin


@admin.register(ChecklistItem)
class ChecklistItemAdmin(ChiefEditorsOnly, NewsroomAdmin):
    """The house's list: chief editors write it, every editor ticks it."""

    list_display = ["label", "is_hard", "position", "is_active"]
    fields = ["label", "is_hard", "position", "is_active"]
