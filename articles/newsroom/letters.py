"""The admin of the outbox: what was written, what waits, what could not be sent."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from articles.newsroom.rights import EditorsLook
from articles.permissions import is_chief_editor
from relays import letters
from relays.models import HeldKind, Letter
from relays.models.letter import KIND_NAMES
from relays.permissions import is_editor


class KindFilter(admin.SimpleListFilter):
    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request, model_admin):
        return list(KIND_NAMES.items())

    def queryset(self, request, queryset):
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Letter)
class LetterAdmin(EditorsLook, admin.ModelAdmin):
    list_display = ["subject", "address", "relay", "state", "written", "sent", "error"]
    list_filter = ["state", KindFilter, ("relay", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["relay"]
    search_fields = ["subject__folded", "address", "contributor__name__folded"]
    search_help_text = _("Subject, address or contributor.")
    actions = ["release", "drop", "try_again"]
    change_list_template = "admin/relays/letter/list.html"
    fields = [
        "subject",
        "address",
        "words",
        "kind_name",
        "state",
        "written",
        "sent",
        "attempts",
        "error",
    ]

    def get_queryset(self, request):
        found = super().get_queryset(request)
        if is_chief_editor(request.user):
            return found
        return found.exclude(kind__in=letters.TO_READERS)

    @admin.display(description=_("words"))
    def words(self, letter):
        return letter.words

    @admin.display(description=_("kind"))
    def kind_name(self, letter):
        return letter.kind_name

    @admin.action(description=_("Send the held letters"))
    def release(self, request, queryset):
        self._do(request, queryset, letters.release)

    @admin.action(description=_("Do not send them"))
    def drop(self, request, queryset):
        self._do(request, queryset, letters.drop)

    @admin.action(description=_("Try again, at the person's present address"))
    def try_again(self, request, queryset):
        self._do(request, queryset, letters.try_again)

    def _do(self, request, queryset, act):
        chosen = list(queryset)
        done = sum(act(letter) for letter in chosen)
        self.message_user(
            request,
            _("%(done)s of %(all)s letters.") % {"done": done, "all": len(chosen)},
            messages.SUCCESS if done else messages.WARNING,
        )

    def get_urls(self):
        test = require_POST(self.admin_site.admin_view(self.send_test))
        return [path("test/", test, name="relays_letter_test"), *super().get_urls()]

    def send_test(self, request):
        if not is_editor(request.user):
            raise PermissionDenied
        letters.write("test", to=request.user)
        self.message_user(request, _("A test letter is on its way to you."), messages.SUCCESS)
        return redirect("admin:relays_letter_changelist")


class HeldKindForm(forms.ModelForm):
    kind = forms.ChoiceField(label=_("Kind"), choices=lambda: list(KIND_NAMES.items()))


@admin.register(HeldKind)
class HeldKindAdmin(admin.ModelAdmin):
    form = HeldKindForm
    fields = ["kind"]

    def has_module_permission(self, request):
        return is_editor(request.user)

    has_add_permission = has_module_permission

    def has_view_permission(self, request, obj=None):
        return is_editor(request.user)

    has_change_permission = has_view_permission
    has_delete_permission = has_view_permission
