"""The admin of readers' access: members and trials, and who has asked. The verbs are `grants.py`'s."""

from datetime import timedelta

from django import forms
from django.contrib import admin, messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy
from django.views.decorators.http import require_http_methods

from articles import grants
from articles.models import AccessRequest, Grant
from articles.models.reader import domain_of
from articles.newsroom import member_lists
from articles.newsroom.moves import day_field
from articles.newsroom.rights import EditorsLook
from relays.admin import yes_or_no
from relays.errors import RuleBroken
from relays.permissions import is_editor
from relays.templatetags.relay_words import day

LIST = "admin:articles_grant_changelist"
SIGNED_AS = "articles.newsroom.members"
KEPT_FOR = timedelta(hours=12)  # between the look at a list and the button under it


def in_a_year():
    today = timezone.localdate()
    return today + timedelta(days=364)


class DaysForm(forms.Form):
    first = day_field(_("First day"), is_required=True, initial=timezone.localdate)
    last = day_field(_("Last day"), is_required=True, initial=in_a_year)


class NoteForm(forms.Form):
    note = forms.CharField(
        label=_("Note"), max_length=300, required=False, help_text=_("Only for the newsroom.")
    )


class SubscriptionForm(DaysForm, NoteForm):
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    name = forms.CharField(label=_("Name"), max_length=120, required=False)
    field_order = ["email", "name", "first", "last", "note"]


class OrganisationForm(DaysForm, NoteForm):
    domain = forms.CharField(
        label=_("Domain"),
        max_length=253,
        help_text=_("What follows the @. Whoever has a confirmed address there reads on."),
    )
    with_subdomains = forms.BooleanField(
        label=_("Its subdomains too"),
        required=False,
        help_text=_("For example skole.kommune.example with kommune.example."),
    )
    name = forms.CharField(label=_("Organisation"), max_length=160, required=False)
    field_order = ["domain", "with_subdomains", "name", "first", "last", "note"]


class ListForm(DaysForm):
    file = forms.FileField(
        label=_("CSV file"),
        help_text=_(
            "The first line names the columns: e-mail, name, first day, last day. The days below "
            "are for rows that name none."
        ),
    )
    field_order = ["file", "first", "last"]


class ExtendForm(NoteForm):
    last = day_field(_("Last day"), is_required=True)
    field_order = ["last", "note"]


class StandingFilter(admin.SimpleListFilter):
    title = _("standing")
    parameter_name = "standing"
    CHOICES = {
        "running": _("Running"),
        "ending": _("Ends within a week"),
        "to_come": _("To come"),
        "over": pgettext_lazy("access", "Over"),
    }

    def lookups(self, request, model_admin):
        return list(self.CHOICES.items())

    def queryset(self, request, queryset):
        match self.value():
            case "running":
                return queryset.running()
            case "ending":
                return queryset.running().filter(ends__lte=timezone.now() + timedelta(days=7))
            case "to_come":
                return queryset.to_come()
            case "over":
                return queryset.over()
        return queryset


class EditorsPages(EditorsLook, admin.ModelAdmin):
    """Pages of our own beside the stock ones, for editors too."""

    def _page(self, view, *methods):
        """A page of ours, for editors; a no is told on the page that it leads to."""

        def act(request, **keys):
            if not is_editor(request.user):
                raise PermissionDenied
            return view(request, **keys)

        return require_http_methods(methods)(self.admin_site.admin_view(act))


@admin.register(Grant)
class GrantAdmin(EditorsPages):
    list_display = ["receiver", "address", "kind", "begins_on", "ends_on", "standing"]
    list_filter = [StandingFilter, "kind"]
    list_select_related = ["user"]
    search_fields = ["user__name__folded", "user__email", "domain", "name__folded"]
    search_help_text = _("Name, e-mail, organisation or domain.")
    date_hierarchy = "ends"
    change_list_template = "admin/articles/grant/list.html"
    change_form_template = "admin/articles/grant/access.html"
    fields = [
        *("kind", "receiver", "address", yes_or_no(Grant, "with_subdomains")),
        *("begins_on", "ends_on", "standing"),
    ]

    @admin.display(description=_("reader"), ordering="user__name")
    def receiver(self, grant):
        return str(grant.receiver)

    @admin.display(description=_("e-mail or domain"), ordering="user__email")
    def address(self, grant):
        return grant.domain or (grant.user and grant.user.email)

    @admin.display(description=_("begins"), ordering="begins")
    def begins_on(self, grant):
        return day(grant.begins)

    @admin.display(description=_("last day"), ordering="ends")
    def ends_on(self, grant):
        return day(grants.last_day(grant))

    @admin.display(description=_("standing"))
    def standing(self, grant):
        if grant.is_running:
            return _("Running")
        return pgettext_lazy("access", "Over") if grant.is_over else _("To come")

    def changelist_view(self, request, extra_context=None):
        context = {"figures": grants.figures(), **(extra_context or {})}
        return super().changelist_view(request, context)

    def render_change_form(self, request, context, *args, **kwargs):
        grant = kwargs.get("obj")
        if grant:
            initial = {"last": max(grants.last_day(grant), timezone.localdate())}
            context |= {
                "grant": grant,
                "moves": grant.moves.select_related("by"),
                "extend_form": ExtendForm(initial=initial, auto_id="extend_%s"),
                "end_form": NoteForm(auto_id="end_%s"),
                "has_begun": grant.begins <= timezone.now(),
            }
        return super().render_change_form(request, context, *args, **kwargs)

    def get_urls(self):
        both, post = ("GET", "HEAD", "POST"), ("POST",)

        def at(route, view, name, methods):
            return path(route, self._page(view, *methods), name=f"articles_grant_{name}")

        return [
            at("subscription/", self.subscribe, "subscribe", both),
            at("organisation/", self.admit, "admit", both),
            at("list/", self.take_list, "list", both),
            at("list/give/", self.give_list, "give", post),
            at("<int:pk>/extend/", self.extend, "extend", post),
            at("<int:pk>/end/", self.end, "end", post),
            *super().get_urls(),
        ]

    # Giving ----------------------------------------------------------------------------------

    def subscribe(self, request):
        asked = {name: request.GET.get(name, "")[:254] for name in ("email", "name")}
        return self._give(request, SubscriptionForm, grants.subscribe, asked)

    def admit(self, request):
        asked = {name: request.GET.get(name, "")[:253] for name in ("domain", "name")}
        return self._give(request, OrganisationForm, grants.admit, asked)

    def _give(self, request, form_class, verb, asked):
        posted = request.POST if request.method == "POST" else None
        form = form_class(posted, initial={key: value for key, value in asked.items() if value})
        status = 200
        if posted is not None and form.is_valid():
            try:
                grant = verb(**form.cleaned_data, by=request.user)
            except RuleBroken as broken:
                form.add_error(None, str(broken))
                status = 409
            else:
                said = _("%(receiver)s has access till %(day)s.") % {
                    "receiver": grant.receiver,
                    "day": day(grants.last_day(grant)),
                }
                self.message_user(request, said, messages.SUCCESS)
                return redirect(LIST)
        elif posted is not None:
            status = 422
        titles = {
            SubscriptionForm: _("Give a subscription"),
            OrganisationForm: _("Give an organisation access"),
        }
        return self._show(request, "give.html", titles[form_class], status, form=form)

    # A list ----------------------------------------------------------------------------------

    def take_list(self, request):
        """The look at every row before anything is given."""
        title, posted = _("Subscribers from a list"), request.method == "POST"
        form = ListForm(request.POST, request.FILES) if posted else ListForm()
        if not posted:
            return self._show(request, "list_file.html", title, 200, form=form)
        if not form.is_valid():
            return self._show(request, "list_file.html", title, 422, form=form)
        days = {name: form.cleaned_data[name] for name in ("first", "last")}
        try:
            raw = form.cleaned_data["file"].read(member_lists.MOST_BYTES + 1)
            rows = member_lists.read(raw, **days)
        except RuleBroken as broken:
            form.add_error("file", str(broken))
            return self._show(request, "list_file.html", title, 422, form=form)
        given = member_lists.packed(rows)
        signed = signing.dumps([request.user.pk, given], salt=SIGNED_AS, compress=True)
        context = {
            "bad": [row for row in rows if row.is_bad],
            "good": [row for row in rows if not row.is_bad],
            "given": len(given),
            "signed": signed,
        }
        return self._show(request, "list_rows.html", title, 200, **context)

    def give_list(self, request):
        try:
            user, rows = signing.loads(
                request.POST.get("rows", ""), salt=SIGNED_AS, max_age=KEPT_FOR
            )
        except signing.BadSignature:
            user = None
        if user != request.user.pk:
            said = _("That list was looked at too long ago. Choose the file again.")
            self.message_user(request, said, messages.ERROR)
            return redirect("admin:articles_grant_list")
        try:
            with transaction.atomic():
                count = member_lists.give(rows, by=request.user)
        except RuleBroken as broken:
            self.message_user(request, str(broken), messages.ERROR)
            return redirect("admin:articles_grant_list")
        words = ngettext("One subscription given.", "%(count)s subscriptions given.", count)
        self.message_user(request, words % {"count": count}, messages.SUCCESS)
        return redirect(LIST)

    # One access ------------------------------------------------------------------------------

    def extend(self, request, pk):
        grant, form = get_object_or_404(Grant, pk=pk), ExtendForm(request.POST)
        return self._act(request, grant, form, grants.extend, _("The access has another end now."))

    def end(self, request, pk):
        """What has not begun is taken back, and was never there."""
        grant, form = get_object_or_404(Grant, pk=pk), NoteForm(request.POST)
        if grant.begins <= timezone.now():
            return self._act(request, grant, form, grants.end, _("The access is over."))
        try:
            with transaction.atomic():
                self.log_deletions(request, Grant.objects.filter(pk=grant.pk))
                grants.take_back(grant)
        except RuleBroken as broken:
            self.message_user(request, str(broken), messages.ERROR)
        else:
            self.message_user(request, _("The access is taken back."), messages.SUCCESS)
        return redirect(LIST)

    def _act(self, request, grant, form, verb, said):
        if not form.is_valid():
            errors = "; ".join(str(each) for field in form.errors.values() for each in field)
            self.message_user(request, errors, messages.ERROR)
        else:
            try:
                verb(grant, **form.cleaned_data, by=request.user)
            except RuleBroken as broken:
                self.message_user(request, str(broken), messages.ERROR)
            else:
                self.message_user(request, said, messages.SUCCESS)
        return redirect("admin:articles_grant_change", grant.pk)

    def _show(self, request, template, title, status, **context):
        context |= {**self.admin_site.each_context(request), "title": title, "opts": self.opts}
        return render(request, f"admin/articles/grant/{template}", context, status=status)


class AnsweredFilter(admin.SimpleListFilter):
    title = _("answered")
    parameter_name = "answered"

    def lookups(self, request, model_admin):
        return [("no", _("Open")), ("yes", _("Answered"))]

    def queryset(self, request, queryset):
        if self.value() in ("no", "yes"):
            return queryset.filter(answered__isnull=self.value() == "no")
        return queryset


@admin.register(AccessRequest)
class AccessRequestAdmin(EditorsPages):
    list_display = ["user", "email", "workplace", "asked", "answered", "answered_by"]
    list_filter = [AnsweredFilter]
    list_select_related = ["user", "answered_by"]
    search_fields = ["user__name__folded", "user__email", "workplace__folded"]
    change_form_template = "admin/articles/accessrequest/answer.html"
    fields = ["user", "email", "workplace", "words", "asked", "answered", "answered_by"]

    @admin.display(description=_("e-mail"), ordering="user__email")
    def email(self, asked):
        return asked.user.email

    def render_change_form(self, request, context, *args, **kwargs):
        asked = kwargs.get("obj")
        if asked:
            context |= {"asked": asked, "domain": domain_of(asked.user.email or "")}
        return super().render_change_form(request, context, *args, **kwargs)

    def get_urls(self):
        close = self._page(self.close, "POST")
        return [
            path("<int:pk>/close/", close, name="articles_accessrequest_close"),
            *super().get_urls(),
        ]

    def close(self, request, pk):
        if grants.close_request(get_object_or_404(AccessRequest, pk=pk), by=request.user):
            self.message_user(request, _("Off the list."), messages.SUCCESS)
        else:
            self.message_user(request, _("It was answered already."), messages.WARNING)
        return redirect(f"{reverse('admin:articles_accessrequest_changelist')}?answered=no")
