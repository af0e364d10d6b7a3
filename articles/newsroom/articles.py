"""The admin of articles: the draft, the steps of the workflow as buttons, the revisions."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from articles import autosave, desk, permissions, replies, search, workflow
from articles.models import Article, Byline, Draft, Revision
from articles.newsroom import comparing, showings
from articles.newsroom.forms import ArticleForm, DraftForm
from articles.newsroom.review import ReviewPages
from articles.newsroom.word_files import WordPages
from articles.templatetags.article_words import move_name
from relays import addresses
from relays.admin import AddressedAdmin, NewsroomForm, OwnRowOnly
from relays.errors import RuleBroken
from relays.models import Leg, LegState
from relays.richtext import editor_csp
from relays.templatetags.relay_words import day

STEP = "_step_"  # a submit button `_step_approve` takes the step "approve"


class StepRefused(Exception):
    """Rolls back the save that came with a step: the form shows the sentence, and keeps it all."""


class BylineFormSet(forms.BaseInlineFormSet):
    def clean(self):
        super().clean()
        leg = self.instance.leg
        kept = [
            form.instance.contributor_id
            for form in self.forms
            if not form.cleaned_data.get("DELETE")
        ]
        if leg and leg.contributor_id not in kept:
            raise forms.ValidationError(
                _("%(name)s has the leg and stays among the writers.") % {"name": leg.contributor}
            )


class BylineInline(OwnRowOnly, admin.TabularInline):
    model = Byline
    form = NewsroomForm
    formset = BylineFormSet
    fields = ["contributor", "order"]
    autocomplete_fields = ["contributor"]
    extra = 0
    verbose_name, verbose_name_plural = _("writer"), _("writers")

    def has_add_permission(self, request, obj=None):
        return self._is_open(obj)

    def has_change_permission(self, request, obj=None):
        return self._is_open(obj)

    def has_delete_permission(self, request, obj=None):
        return self._is_open(obj)

    def has_view_permission(self, request, obj=None):
        return True

    def _is_open(self, article):
        """Bylines are history once readers have seen them."""
        return article is None or article.published_at is None


class GoOnForm(forms.Form):
    """Whether the page said that going on from an older text takes an approval back."""

    change_approved = forms.BooleanField(required=False, widget=forms.HiddenInput)


class MoveToLegForm(forms.Form):
    leg = forms.ModelChoiceField(
        Leg.objects.none(), label=_("Leg"), required=False, empty_label=_("none: a news article")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        running = Leg.objects.running().filter(article=None)
        self.fields["leg"].queryset = running.select_related("relay")


@admin.register(Article)
class ArticleAdmin(ReviewPages, WordPages, AddressedAdmin):
    form = ArticleForm
    inlines = [BylineInline]
    list_display = ["headline", "standing", "where", "writers", "published", "responsible_editor"]
    list_filter = [
        "status",
        "withdrawal",
        "access",
        "theme",
        ("relay", admin.RelatedOnlyFieldListFilter),
        ("responsible_editor", admin.RelatedOnlyFieldListFilter),
    ]
    search_fields = [
        "draft__title__folded",
        "relay__title__folded",
        "relay__short_name__folded",
        "bylines__contributor__name__folded",
    ]
    search_help_text = _("Title, relay or writer.")
    autocomplete_fields = ["theme"]
    date_hierarchy = "published_at"
    fieldsets = [
        (_("Text"), {"fields": ["title", "standfirst", "body", "interests", "version"]}),
        (_("Picture"), {"fields": ["picture", "alt", "is_decorative", "caption"]}),
        (
            _("Place"),
            {
                "fields": [
                    *("theme", "tags", "access", "replies"),
                    *("language", "slug", "responsible_editor"),
                ]
            },
        ),
    ]

    def view_on_site(self, article):
        return article.get_absolute_url() if article.is_public else None

    # The list --------------------------------------------------------------------------------

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .select_related("draft", "relay", "leg__contributor", "responsible_editor")
            .prefetch_related(
                Prefetch("bylines", Byline.objects.select_related("contributor"), "writers_shown")
            )
        )

    @admin.display(description=_("title"), ordering="draft__title")
    def headline(self, article):
        return str(article)

    @admin.display(description=_("status"), ordering="status")
    def standing(self, article):
        return (
            article.get_withdrawal_display() if article.withdrawal else article.get_status_display()
        )

    @admin.display(description=_("published"), ordering="published_at")
    def published(self, article):
        return day(article.published_at) if article.published_at else None

    @admin.display(description=_("where"), ordering="relay__title")
    def where(self, article):
        return f"{article.relay}, {article.leg.number or '–'}" if article.leg else _("News")

    @admin.display(description=_("writers"))
    def writers(self, article):
        return ", ".join(str(byline) for byline in article.writers_shown)

    # The form --------------------------------------------------------------------------------

    def get_fieldsets(self, request, obj=None):
        if obj is None:
            return self.fieldsets
        passed_on = ["change_approved"] if obj.status in desk.PASSED_ON else []
        step = (_("Next step"), {"fields": [*passed_on, "note", "when"]})
        return [*self.fieldsets, step]

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.by = request.user
        if obj is None or obj.status not in desk.PASSED_ON:
            form.base_fields.pop("change_approved", None)
        form.refusal = getattr(request, "step_refusal", None)
        return form

    def get_changeform_initial_data(self, request):
        return {
            "responsible_editor": request.user.pk,
            **super().get_changeform_initial_data(request),
        }

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        try:
            response = super().changeform_view(request, object_id, form_url, extra_context)
        except StepRefused as refused:
            request.step_refusal = str(refused)
            response = super().changeform_view(request, object_id, form_url, extra_context)
        response._csp_update = editor_csp()
        return response

    def save_model(self, request, obj, form, change):
        theme, access, open_for = obj.theme, obj.access, obj.replies
        if change:
            before = form.initial.get("slug")
            obj.slug = obj.slug or before
            own = [
                name
                for name in ("slug", "language", "responsible_editor")
                if name in form.changed_data
            ]
            obj.save(update_fields=own)
            if before and before != obj.slug:
                addresses.remember(obj, before)
            if "theme" in form.changed_data:
                workflow.change_theme(obj, theme)
            if "access" in form.changed_data:
                workflow.change_access(obj, access, by=request.user)
            if "replies" in form.changed_data:
                replies.set_replies(obj, open_for, by=request.user)
        else:
            obj.slug = obj.slug or None
            obj.save()
            Draft.objects.create(article=obj, saved_by=request.user)
        if form.new_content:
            obj.draft = desk.save_draft(  # whose title the message about this save says
                obj,
                form.new_content,
                by=request.user,
                version=form.cleaned_data.get("version") or 1,
                change_approved=form.cleaned_data.get("change_approved", False),
            )
            form.saved_text = True

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if change and (step := self._step(request)):
            self._take(step, request, form)
        if "tags" in form.changed_data:
            search.index(Article.objects.filter(pk=form.instance.pk))

    def _step(self, request):
        names = [name.removeprefix(STEP) for name in request.POST if name.startswith(STEP)]
        return next((name for name in names if name in workflow.STEPS), None)

    def _take(self, step, request, form):
        article, cleaned = form.instance, form.cleaned_data
        # What this person saved with this very press is what was on their screen.
        saved = getattr(form, "saved_text", False)
        version = Draft.objects.get(article=article).version if saved else cleaned.get("version")
        try:
            workflow.take_step(
                article,
                step,
                by=request.user,
                version=version,
                note=cleaned.get("note", ""),
                publish_at=cleaned.get("when"),
            )
        except RuleBroken as broken:
            raise StepRefused(str(broken)) from broken

    def response_change(self, request, obj):
        if step := self._step(request):
            self.message_user(
                request,
                _("“%(article)s”: %(done)s.")
                % {"article": obj, "done": str(move_name(step)).lower()},
                messages.SUCCESS,
            )
            return redirect(self._address(obj.pk))
        return super().response_change(request, obj)

    def response_add(self, request, obj, post_url_continue=None):
        response = super().response_add(request, obj, post_url_continue)
        if "_addanother" in request.POST or "_popup" in request.POST:
            return response
        return redirect(self._address(obj.pk))

    def render_change_form(self, request, context, *args, **kwargs):
        article = kwargs.get("obj")
        if article:
            context |= self._surroundings(request.user, article.pk)
            if request.method == "GET":
                comparing.remember_look(article, request.user)
            # What a step wants stands beside its button, under the writers.
            adminform = context["adminform"]
            *_others, context["next_step"] = adminform
            adminform.fieldsets = adminform.fieldsets[:-1]
            context["theirs"] = getattr(context["adminform"].form, "theirs", None)
            if context["theirs"]:
                desk.keep_theirs(article)  # whoever saves again has seen it, and may write over it
            context |= self._draft_kept(request.user, context["article"])
        response = super().render_change_form(request, context, *args, **kwargs)
        if getattr(request, "step_refusal", None):
            response.status_code = 409
        return response

    def _surroundings(self, user, article_id):
        article = Article.objects.for_steps().get(pk=article_id)
        return {
            "article": article,
            "steps": [
                {"name": f"{STEP}{name}", "label": workflow.STEPS[name].label, "hindrance": why}
                for name, why in workflow.steps_open_to(user, article).items()
            ],
            "revisions": article.revisions.select_related("by").defer("body"),
            "moves": article.moves.select_related("by", "on_behalf_of", "revision"),
            "is_homeless": bool(article.leg and article.leg.state == LegState.ABANDONED),
            "move_form": MoveToLegForm(),
        }

    def _draft_kept(self, user, article):
        """What `_keep_draft.html` wants. A text on its way to readers is saved by hand alone."""
        stays = workflow.stays_where_it_is(article)
        return {
            "draft_key": f"article-{article.pk}-{user.pk}",
            "draft_url": reverse("admin:articles_article_draft", args=[article.pk])
            if stays
            else "",
            "saved": autosave.when_saved(article.draft),
        }

    # Revisions, and articles without a leg ------------------------------------------------------

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path(
                "<int:article_id>/revisions/<int:number>/",
                view(self.revision),
                name="articles_article_revision",
            ),
            path("<int:article_id>/compare/", view(self.compare), name="articles_article_compare"),
            path("<int:article_id>/draft/", view(self.keep_draft), name="articles_article_draft"),
            path("<int:article_id>/leg/", view(self.move), name="articles_article_move"),
            *showings.urls(view),
            *super().get_urls(),
        ]

    def revision(self, request, article_id, number):
        """One revision to read; a POST goes on from it."""
        self._ask(request)
        article = get_object_or_404(Article.objects.for_desk(), pk=article_id)
        revision = get_object_or_404(
            Revision.objects.select_related("by", "picture"), article=article, number=number
        )
        posted = request.POST if request.method == "POST" else None
        form = GoOnForm(posted, initial={"change_approved": True})
        if form.is_valid():
            try:
                desk.restore(article, revision, by=request.user, **form.cleaned_data)
            except desk.TextIsPassedOn as broken:  # since the page was opened, which now says so
                self.message_user(request, str(broken), messages.ERROR)
                return redirect(request.path)
            except RuleBroken as broken:
                self.message_user(request, str(broken), messages.ERROR)
            else:
                self.message_user(
                    request,
                    _("The draft is revision %(number)s again. What it said before is kept.")
                    % {"number": number},
                    messages.SUCCESS,
                )
            return redirect(self._address(article_id))
        context = {
            **self.admin_site.each_context(request),
            "title": str(revision),
            "opts": self.opts,
            "original": article,
            "revision": revision,
            "body": mark_safe(revision.body),  # noqa: S308  (sanitised when stored)
            "form": form,
            "takes_back": article.status in desk.PASSED_ON,
        }
        return render(request, "admin/articles/article/revision.html", context)

    def compare(self, request, article_id):
        """What changed: since this editor looked, or between two texts of their choice."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        self._ask(request)
        article = get_object_or_404(Article.objects.for_desk(), pk=article_id)
        context = {
            **self.admin_site.each_context(request),
            "title": _("What has changed"),
            "opts": self.opts,
            "original": article,
            "compared": comparing.compared(article, request.user, request.GET),
        }
        return render(request, "admin/articles/article/compare.html", context)

    def keep_draft(self, request, article_id):
        """Where the form saves by itself while somebody writes (static/js/keep-draft.js)."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        self._ask(request)
        article = get_object_or_404(Article, pk=article_id)
        return autosave.save(article, DraftForm(request.POST), by=request.user)

    def move(self, request, article_id):
        """An article whose leg was given up: to another leg, or to the news."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        self._ask(request)
        article = get_object_or_404(Article, pk=article_id)
        form = MoveToLegForm(request.POST)
        if form.is_valid():
            leg = form.cleaned_data["leg"]
            try:
                if leg:
                    desk.move_to_leg(article, leg, by=request.user)
                else:
                    desk.make_news(article, by=request.user)
            except RuleBroken as broken:
                self.message_user(request, str(broken), messages.ERROR)
        else:
            self.message_user(request, _("That leg has a text of its own by now."), messages.ERROR)
        return redirect(self._address(article_id))

    def _ask(self, request):
        if not permissions.is_editor(request.user):
            raise PermissionDenied

    def _address(self, article_id):
        return reverse("admin:articles_article_change", args=[article_id])
