"""Groups and rights in the words of whoever hands them out: in the database their names are English."""

from django import forms
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.utils.translation import pgettext_lazy

GROUPS = {
    "Editor": pgettext_lazy("role", "Editor"),
    "Chief editor": pgettext_lazy("role", "Chief editor"),
}
RIGHTS = {
    "view": pgettext_lazy("right", "view"),
    "add": pgettext_lazy("right", "add"),
    "change": pgettext_lazy("right", "change"),
    "delete": pgettext_lazy("right", "delete"),
    "lead": pgettext_lazy("right", "withdraw, and approve one's own text with a reason"),
}


def group_name(group: Group) -> str:
    return str(GROUPS.get(group.name, group.name))


def right_name(right: Permission) -> str:
    verb = right.codename.partition("_")[0]
    return f"{right.content_type.app_labeled_name} | {RIGHTS.get(verb, right.name)}"


def rights_asked_for():
    """The rights that some page of the newsroom asks for. Of other tables they open nothing."""
    models = [model for model in apps.get_models() if admin.site.is_registered(model)]
    admins = [admin.site.get_model_admin(model) for model in models]
    models += [inline.model for each in admins for inline in each.inlines]
    kinds = ContentType.objects.get_for_models(*models).values()
    return Permission.objects.filter(content_type__in=kinds).select_related("content_type")


class GroupFilter(admin.RelatedFieldListFilter):
    def field_choices(self, field, request, model_admin):
        return [(group.pk, group_name(group)) for group in Group.objects.order_by("name")]


class GroupsField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj):
        return group_name(obj)


class RightsField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj):
        return right_name(obj)


class RolesAdmin(admin.ModelAdmin):
    """For the forms that hand out groups and rights."""

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name == "groups":
            kwargs["form_class"] = GroupsField
        else:
            kwargs |= {"form_class": RightsField, "queryset": rights_asked_for()}
        return super().formfield_for_manytomany(db_field, request, **kwargs)
