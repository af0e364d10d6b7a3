from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from articles.models import Page
from articles.newsroom.rights import ChiefEditorsOnly
from relays.admin import AddressedAdmin, NewsroomForm
from relays.richtext import RichTextField, editor_csp


class PageForm(NewsroomForm):
    body = RichTextField(label=_("Text"))


@admin.register(Page)
class PageAdmin(ChiefEditorsOnly, AddressedAdmin):
    form = PageForm
    list_display = ["title", "position", "language", "changed"]
    search_fields = ["title__folded"]
    fields = ["title", "body", "language", "position", "slug"]
    slug_from = "title"

    def changeform_view(self, *args, **kwargs):
        response = super().changeform_view(*args, **kwargs)
        response._csp_update = editor_csp()
        return response

    def view_on_site(self, page):
        return page.get_absolute_url()
