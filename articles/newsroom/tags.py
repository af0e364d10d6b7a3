from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from taggit import admin as taggit_admin

from articles.models import Tag
from articles.models.tag import tag_key
from relays.admin import AddressedAdmin, NewsroomForm

admin.site.unregister(taggit_admin.Tag)  # its table stays empty: our tags have keys


class TagForm(NewsroomForm):
    # taggit's own wants one, and would take letters that no address of ours has.
    slug = forms.SlugField(label=Tag._meta.get_field("slug").verbose_name, required=False)

    def clean_name(self):
        name = " ".join(self.cleaned_data["name"].split())
        same = Tag.objects.filter(key=tag_key(name)).exclude(pk=self.instance.pk).first()
        if same:
            raise forms.ValidationError(_("There is a tag “%(tag)s” already.") % {"tag": same})
        return name

    def save(self, commit=True):
        self.instance.key = tag_key(self.instance.name)
        return super().save(commit)


@admin.register(Tag)
class TagAdmin(AddressedAdmin):
    form = TagForm
    list_display = ["name"]
    search_fields = ["name__folded"]
    fields = ["name", "slug"]

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if change:
            obj.save(update_fields=["key"])  # it follows the name
