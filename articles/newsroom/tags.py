from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import transaction
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from taggit import admin as taggit_admin

from articles import search
from articles.models import Article, Tag
from articles.models.tag import tag_key
from articles.newsroom.naming import NamesPosts
from relays import addresses
from relays.admin import AddressedAdmin, NewsroomForm
from relays.errors import RuleBroken

admin.site.unregister(taggit_admin.Tag)  # its table stays empty: our tags have keys


class TagForm(NewsroomForm):
    # taggit's own wants one, and would take letters that no address of ours has.
    slug = forms.SlugField(label=capfirst(_("address")), required=False)

    def clean_name(self):
        name = " ".join(self.cleaned_data["name"].split())
        same = Tag.objects.filter(key=tag_key(name)).exclude(pk=self.instance.pk).first()
        if same:
            raise forms.ValidationError(_("There is a tag “%(tag)s” already.") % {"tag": same})
        return name

    def save(self, commit=True):
        self.instance.key = tag_key(self.instance.name)
        return super().save(commit)


class MergeForm(forms.Form):
    kept = forms.ModelChoiceField(
        Tag.objects.none(),
        label=_("Which one stays?"),
        widget=forms.RadioSelect,
        empty_label=None,
    )

    def __init__(self, tags, *args):
        super().__init__(*args)
        self.fields["kept"].queryset = tags


@transaction.atomic
def merge(tags, *, into: Tag) -> None:
    """These tags become one: their articles keep it, their addresses lead to it."""
    locked = list(tags.order_by("pk").select_for_update(no_key=True))
    if into not in locked:
        raise RuleBroken(_("Somebody else has merged these tags by now."))
    for tag in locked:
        if tag != into:
            has_both = into.taggings.values("content_object")
            tag.taggings.exclude(content_object__in=has_both).update(tag=into)
            addresses.lead_on(tag, into)
            tag.delete()
    search.index(Article.objects.filter(taggings__tag=into))


@admin.register(Tag)
class TagAdmin(NamesPosts, AddressedAdmin):
    form = TagForm
    list_display = ["name"]
    search_fields = ["name__folded"]
    fields = ["name", "slug"]
    actions = ["merge_tags"]

    @admin.action(description=_("Merge the selected tags into one"), permissions=["delete"])
    def merge_tags(self, request, queryset):
        """First the question which one stays, then the merger."""
        tags = queryset.order_by("key")
        form = MergeForm(tags, request.POST if "kept" in request.POST else None)
        if len(tags) < 2:
            self.message_user(request, _("Select the tags that mean the same."), messages.WARNING)
            return None
        if form.is_valid():
            return self._merge(request, tags, form.cleaned_data["kept"])
        context = {
            **self.admin_site.each_context(request),
            "title": _("Merge tags"),
            "opts": self.opts,
            "form": form,
            "tags": tags,
            "action_checkbox_name": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/articles/tag/merge.html", context)

    def _merge(self, request, tags, kept):
        names = ", ".join(f"“{tag}”" for tag in tags)
        try:
            merge(tags, into=kept)
        except RuleBroken as broken:
            self.message_user(request, str(broken), messages.ERROR)
        else:
            self.log_change(request, kept, _("Merged: %(tags)s.") % {"tags": names})
            words = _("The tags are one now: “%(tag)s”.") % {"tag": kept}
            self.message_user(request, words, messages.SUCCESS)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if change:
            obj.save(update_fields=["key"])  # it follows the name

    def posts_named(self, rows):
        return Article.objects.filter(taggings__tag__in=rows)

    def delete_model(self, request, obj):
        self._delete([obj], super().delete_model, request, obj)

    def delete_queryset(self, request, queryset):
        self._delete(queryset, super().delete_queryset, request, queryset)

    @transaction.atomic
    def _delete(self, tags, delete, *given):
        posts = list(self.posts_named(tags).values_list("pk", flat=True))
        delete(*given)
        search.index(Article.objects.filter(pk__in=posts))
