"""The admin of people and themes, and the base class of every form in the newsroom."""

from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, AdminUserCreationForm
from django.contrib.auth.forms import UserChangeForm as DjangoUserChangeForm
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.utils.text import Truncator, format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from relays import accounts, addresses, roles
from relays.danish import danish, unique_slug
from relays.forms import PictureField
from relays.models import Contributor, Shape, Theme, User
from relays.roles import GroupFilter, RolesAdmin


class NewsroomForm(forms.ModelForm):
    """A form that knows what it showed when it was opened.

    What the person did not touch is not saved. What they and somebody else both touched is
    shown with both values; saving again then keeps theirs.
    """

    conflict = False

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.is_new = self.instance.pk is None
        for field in self.fields.values():
            field.show_hidden_initial = not (self.is_new or field.disabled)

    def clean(self):
        cleaned = super().clean()
        if not self.is_new:
            for name in self.changed_data:
                if self.fields[name].show_hidden_initial:
                    self._ask_for_a_conflict(name)
        return cleaned

    def _post_clean(self):
        self._with_touched_fields_only(super()._post_clean)

    def _save_m2m(self):
        self._with_touched_fields_only(super()._save_m2m)

    def _with_touched_fields_only(self, write):
        everything = self.cleaned_data
        if not self.is_new:
            touched = set(self.changed_data)
            self.cleaned_data = {name: everything[name] for name in everything if name in touched}
        write()
        self.cleaned_data = everything

    def _ask_for_a_conflict(self, name):
        bound = self[name]
        shown = bound.field.hidden_widget().value_from_datadict(
            self.data, self.files, bound.html_initial_name
        )
        now = self.get_initial_for_field(bound.field, name)
        if _as_sent(bound.field, now) == _as_sent(bound.field, shown):
            return
        self.conflict = True
        self.add_error(
            name,
            _("Changed by somebody else since you opened this: %(now)s")
            % {"now": Truncator(self._in_words(bound.field, now)).chars(500)},
        )
        # The next save has seen the other value, and is meant.
        self.data = self.data.copy()
        self.data.setlist(bound.html_initial_name, _as_sent(bound.field, now))

    def _in_words(self, field, value):
        if isinstance(value, list):
            return ", ".join(sorted(str(each) for each in value)) or "–"
        if isinstance(field, forms.ModelChoiceField) and value is not None:
            return str(field.queryset.filter(pk=getattr(value, "pk", value)).first())
        if isinstance(field, PictureField) and value:
            return _("another picture")
        return str(value) if value not in (None, "") else "–"


def _as_sent(field, value):
    """A value as a page sends it back, so that yesterday's can be told from today's."""
    prepared = field.prepare_value(value)
    values = prepared if isinstance(prepared, list) else [prepared]
    words = ["" if each is None else str(each) for each in values] or [""]
    return sorted("\n".join(each.splitlines()).strip() for each in words)


class OwnRowOnly:
    """No pencil and no bin beside a choice: they would change another row than the page's."""

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget.can_change_related = field.widget.can_delete_related = False
        return field


def yes_or_no(model, name):
    """A column in words: the admin's own icons are called “True” and “False” in every language."""
    field = model._meta.get_field(name)

    @admin.display(description=field.verbose_name, ordering=name)
    def column(row):
        return _("Yes") if getattr(row, name) else _("No")

    return column


class NewsroomAdmin(OwnRowOnly, admin.ModelAdmin):
    """Saves the fields that the person changed and no other, so that yesterday's tab does not
    write yesterday's counters and states back."""

    form = NewsroomForm

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        may_save = self.has_change_permission(request) or self.has_add_permission(request)
        if request.method == "POST" and may_save:
            for name, field in self.form.base_fields.items():
                if isinstance(field, PictureField):
                    field.take_early(request, name)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def get_object(self, request, object_id, from_field=None):
        found = super().get_object(request, object_id, from_field)
        if found and request.method == "POST" and connection.in_atomic_block:
            # Locked and read again: what the form compares with stays true until it is saved.
            rows = self.model._default_manager.select_for_update(no_key=True)
            found = rows.filter(pk=found.pk).first()
        return found

    def save_model(self, request, obj, form, change):
        if not change:
            obj.save()
            return
        own = {field.name for field in self.model._meta.concrete_fields}
        obj.save(update_fields=[name for name in form.changed_data if name in own])

    def render_change_form(self, request, context, *args, **kwargs):
        response = super().render_change_form(request, context, *args, **kwargs)
        inlines = context["inline_admin_formsets"]
        forms = [form for inline in inlines for form in inline.formset.forms]
        if any(getattr(form, "conflict", False) for form in [context["adminform"].form, *forms]):
            response.status_code = 409
        return response


class AddressedAdmin(NewsroomAdmin):
    """Of rows that have an address: made of the name, and remembered when it changes."""

    slug_from = "name"

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "slug":
            kwargs["help_text"] = _("Empty: made of the name. An old address leads to the new one.")
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_model(self, request, obj, form, change):
        before = form.initial.get("slug") if change else ""
        obj.slug = obj.slug or before or self.new_slug(obj)
        super().save_model(request, obj, form, change)
        if before and before != obj.slug:
            addresses.remember(obj, before)

    def new_slug(self, obj):
        return unique_slug(getattr(obj, self.slug_from), self.model._default_manager)

    def delete_model(self, request, obj):
        addresses.forget(self.model, [obj.pk])
        super().delete_model(request, obj)

    def delete_queryset(self, request, queryset):
        addresses.forget(self.model, queryset.values_list("pk", flat=True))
        super().delete_queryset(request, queryset)


class ContributorForm(NewsroomForm):
    portrait = PictureField(Shape.SQUARE, label=_("Portrait"))


@admin.register(Contributor)
class ContributorAdmin(AddressedAdmin):
    form = ContributorForm
    list_display = ["name", "job_title", "organisation", "sector", "email", "phone"]
    list_filter = ["sector"]
    search_fields = ["name__folded", "organisation__folded", "job_title__folded", "email"]
    search_help_text = _("Name, organisation, job title or e-mail.")
    fields = [
        "name",
        "slug",
        "sector",
        "job_title",
        "organisation",
        "biography",
        "portrait",
        "email",
        "phone",
        "assistant_email",
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).remembered()

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if "email" in form.changed_data:
            accounts.heed_correction(obj)

    def get_ordering(self, request):
        return [danish("name"), "pk"]


@admin.register(Theme)
class ThemeAdmin(AddressedAdmin):
    list_display = ["name", "description", "posts"]
    search_fields = ["name__folded"]
    fields = ["name", "slug", "description"]

    def get_ordering(self, request):
        return [danish("name"), "pk"]

    @admin.display(description=_("posts"), ordering="post_count")
    def posts(self, theme):
        return theme.post_count


class UserForm(NewsroomForm, DjangoUserChangeForm):
    class Meta:
        model = User
        fields = [
            "email",
            "name",
            "is_active",
            "is_staff",
            "groups",
            "is_superuser",
            "user_permissions",
        ]


class NewUserForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ("email", "name")
        field_classes = {}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"].required = True


class NewPasswordForm(AdminPasswordChangeForm):
    # Django's own says its second half in English to everybody.
    usable_password_help_text = format_lazy(  # type: ignore[assignment]
        '{} <span id="id_unusable_warning">{}</span>',
        AdminUserCreationForm.usable_password_help_text,
        _("If disabled, the password that this person has now is lost."),
    )


@admin.register(User)
class UserAdmin(RolesAdmin, NewsroomAdmin, DjangoUserAdmin):
    form, add_form, change_password_form = UserForm, NewUserForm, NewPasswordForm
    list_display = ["name", "email", yes_or_no(User, "is_staff"), yes_or_no(User, "is_active")]
    list_filter = ["is_staff", "is_active", ("groups", GroupFilter)]
    search_fields = ["name__folded", "email"]
    filter_horizontal = ["groups", "user_permissions"]
    ordering = ["name"]
    actions = ["take_second_factor"]
    fieldsets = [
        (None, {"fields": ["email", "password", "name"]}),
        (_("Absence"), {"fields": ["deputy", "away_until"]}),
        (_("Permissions"), {"fields": ["is_active", "is_staff", "groups"]}),
    ]
    superuser_fieldsets = [
        (_("Everything"), {"fields": ["is_superuser", "user_permissions"], "classes": ["collapse"]})
    ]
    add_fieldsets = [
        (None, {"fields": ["email", "name", "usable_password", "password1", "password2"]})
    ]

    @admin.action(description=_("Take away the second factor"), permissions=["change"])
    def take_second_factor(self, request, queryset):
        """For whoever has lost theirs: with their password they set up a new one. What was lost
        may be logged in, so every session of theirs ends."""
        for user in queryset:
            if not self.has_change_permission(request, user):
                words = _("You may not change %(name)s.") % {"name": user}
                self.message_user(request, words, messages.ERROR)
                continue
            with transaction.atomic():
                Authenticator.objects.filter(user=user).delete()
                accounts.end_sessions(user)
                self.log_change(request, user, gettext("The second factor was taken away."))
            words = _("%(name)s has no second factor now.") % {"name": user}
            self.message_user(request, words, messages.SUCCESS)

    def get_ordering(self, request):
        return [danish("name"), "pk"]

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        if obj and request.user.is_superuser:
            return [*fieldsets, *self.superuser_fieldsets]
        return fieldsets

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name == "groups" and not request.user.is_superuser:
            # Nobody hands out more than a newsroom has: other groups may hold more rights.
            kwargs["queryset"] = Group.objects.filter(name__in=roles.GROUPS)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def has_change_permission(self, request, obj=None):
        allowed = super().has_change_permission(request, obj)
        return allowed and (request.user.is_superuser or obj is None or self._is_ordinary(obj))

    def has_delete_permission(self, request, obj=None):
        # The history of every row would go with the user.
        acted = obj is not None and LogEntry.objects.filter(user=obj).exists()
        return super().has_delete_permission(request, obj) and not acted

    def _is_ordinary(self, user):
        """Somebody whom a chief editor may look after: not above her own rights."""
        groups = user.groups.exclude(name__in=roles.GROUPS)
        return not (user.is_superuser or groups.exists() or user.user_permissions.exists())


admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(RolesAdmin, DjangoGroupAdmin):
    list_display = ["role"]

    @admin.display(description=Group._meta.verbose_name, ordering="name")
    def role(self, group):
        return roles.group_name(group)

    def get_deleted_objects(self, objs, request):
        """Nothing goes with a group but the rows that tie it to people and rights. Django would
        list each of them, by a name that tells nothing."""
        groups = [roles.group_name(group) for group in objs]
        return groups, {Group._meta.verbose_name_plural: len(groups)}, set(), []
