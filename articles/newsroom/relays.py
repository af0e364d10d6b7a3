"""The admin of relays: the chain with its buttons, and the form under it."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from articles import cards, desk
from articles.models import Article, Follower
from articles.newsroom import pool
from articles.newsroom.moves import ACTS, contributor_field, words_field
from articles.newsroom.naming import NamesPosts
from relays import baton, permissions, verbs
from relays.admin import AddressedAdmin, NewsroomForm
from relays.errors import RuleBroken
from relays.models import Handoff, Leg, Relay


class NewRelayForm(NewsroomForm):
    """A relay needs a question and somebody to begin; the rest has defaults."""

    first_runner = contributor_field(_("Who begins?"))
    message = words_field(
        _("Why this person?"), help_text=_("Readers see these words where the relay began.")
    )


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [
            ("unstarted", _("Not started")),
            ("running", _("A leg runs")),
            ("free", _("Nobody has the baton")),
            ("finished", _("Finished")),
        ]

    def queryset(self, request, queryset):
        running = queryset.filter(legs__in=Leg.objects.running())
        return {
            "unstarted": queryset.unfinished().filter(opened=None),
            "running": running,
            "free": queryset.unfinished().exclude(opened=None).exclude(pk__in=running),
            "finished": queryset.finished(),
        }.get(self.value(), queryset)


@admin.register(Relay)
class RelayAdmin(NamesPosts, AddressedAdmin):
    names = ("title", "short_name")
    list_display = ["name", "place", "holder", "due", "leg_count", "theme"]
    list_filter = [
        StateFilter,
        "theme",
        "alternation",
        ("editors", admin.RelatedOnlyFieldListFilter),
    ]
    list_select_related = ["theme"]
    search_fields = [
        "title__folded",
        "short_name__folded",
        "legs__contributor__name__folded",
    ]
    search_help_text = _("Question, short name, or somebody who ran.")
    autocomplete_fields = ["theme"]
    slug_from = "name"
    change_form_template = "admin/relays/relay/chain.html"
    fieldsets = [
        (None, {"fields": ["title", "short_name", "introduction", "theme"]}),
        (_("The run"), {"fields": ["alternation", "answer_days", "write_days", "edit_days"]}),
        (_("More"), {"fields": ["editors", "language", "slug", "closing_note"]}),
    ]
    new_relay_fieldsets = [
        (None, {"fields": ["title", "short_name", "first_runner", "message"]}),
        *[
            (name, {**options, "classes": ["collapse"]})
            for name, options in [
                (_("Introduction and theme"), {"fields": ["introduction", "theme"]}),
                fieldsets[1],
                (_("More"), {"fields": ["editors", "language", "slug"]}),
            ]
        ],
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).with_baton()

    def get_fieldsets(self, request, obj=None):
        return self.fieldsets if obj else self.new_relay_fieldsets

    def get_form(self, request, obj=None, change=False, **kwargs):
        if not change:
            kwargs["form"] = NewRelayForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_changeform_initial_data(self, request):
        return {"editors": [request.user.pk], **super().get_changeform_initial_data(request)}

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if {"title", "short_name"} & {*form.changed_data}:
            cards.forget(obj.articles.all())  # the name is on them
        if not change:
            baton.nominate(
                obj,
                form.cleaned_data["first_runner"],
                by=request.user,
                message=form.cleaned_data["message"],
            )

    def posts_named(self, rows):
        return Article.objects.filter(relay__in=rows)

    def response_add(self, request, obj, post_url_continue=None):
        if "_addanother" in request.POST or "_popup" in request.POST:
            return super().response_add(request, obj, post_url_continue)
        self.message_user(
            request,
            _("“%(relay)s” is ready. Ask the first runner when you are.") % {"relay": obj},
            messages.SUCCESS,
        )
        return redirect(self._address(obj.pk))

    def view_on_site(self, relay):
        return relay.get_absolute_url() if relay.opened else None

    # The list --------------------------------------------------------------------------------

    @admin.display(description=_("relay"), ordering="title")
    def name(self, relay):
        return relay.name

    @admin.display(description=_("state"))
    def place(self, relay):
        return relay.baton.place.label

    @admin.display(description=_("has the baton"))
    def holder(self, relay):
        return relay.runner.contributor if relay.runner else None

    @admin.display(description=_("due"))
    def due(self, relay):
        return relay.runner.due if relay.runner else None

    @admin.display(description=_("legs"))
    def leg_count(self, relay):
        return relay.leg_count

    # The chain -------------------------------------------------------------------------------

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path(
                "<int:relay_id>/leg/<int:leg_id>/article/",
                view(self.create_article),
                name="relays_relay_article",
            ),
            path(
                "<int:relay_id>/<slug:verb>/<int:row_id>/", view(self.act), name="relays_relay_act"
            ),
            *super().get_urls(),
        ]

    def render_change_form(self, request, context, *args, **kwargs):
        relay = kwargs.get("obj")
        if relay:
            context |= self._chain(request.user, relay.pk)
        return super().render_change_form(request, context, *args, **kwargs)

    def _chain(self, user, relay_id):
        relay = Relay.objects.get_with_baton(relay_id)
        legs = relay.legs.select_related("contributor").order_by("-began", "-pk")
        handoffs = relay.handoffs.select_related(
            "receiver__user", "giver__contributor", "proposed_by"
        ).order_by("-pk")
        moves = relay.moves.select_related(
            "by", "on_behalf_of", "leg__contributor", "handoff__receiver"
        )
        articles = {
            article.leg_id: article for article in Article.objects.filter(relay=relay).for_desk()
        }
        leg_rows = [
            (self._on(relay, leg), articles.get(leg.pk), self._buttons(user, leg)) for leg in legs
        ]
        handoff_rows = [
            (self._on(relay, handoff), self._buttons(user, handoff)) for handoff in handoffs
        ]
        return {
            "relay": relay,
            "relay_verbs": self._buttons(user, relay),
            "legs": leg_rows,
            "can_act_on_legs": any(verbs for _leg, _article, verbs in leg_rows),
            "handoffs": handoff_rows,
            "can_act_on_handoffs": any(verbs for _handoff, verbs in handoff_rows),
            "moves": moves,
            "candidates": pool.candidates(relay),
            "nominate": self._nominate(user, relay),
            "pace": pool.pace(relay),
            "balance": pool.balance(leg for leg, _article, _verbs in leg_rows),
            "followers": Follower.objects.reachable().filter(follows__relay=relay).count(),
        }

    def _on(self, relay, row):
        row.relay = relay  # the one that knows where its baton is
        return row

    def _buttons(self, user, row):
        return [
            {
                "verb": verb,
                "label": verbs.VERBS[verb].label,
                "hindrance": hindrance,
                "url": reverse("admin:relays_relay_act", args=[_relay_id(row), verb, row.pk]),
                "at_once": not ACTS[verb].form.base_fields,
            }
            for verb, hindrance in verbs.verbs_open_to(user, row).items()
            if verb in ACTS  # some are the writer's own
        ]

    def _nominate(self, user, relay):
        """Where a candidate is nominated; None where nobody can be."""
        if verbs.verbs_open_to(user, relay).get("nominate") != "":
            return None
        return reverse("admin:relays_relay_act", args=[relay.pk, "nominate", relay.pk])

    def act(self, request, relay_id, verb, row_id):
        """One verb: a form to fill where it needs words, and the press that does it."""
        if verb not in ACTS:
            raise Http404
        relay = get_object_or_404(Relay.objects.with_baton(), pk=relay_id)
        if not permissions.is_editor(request.user):
            raise PermissionDenied
        act = ACTS[verb]
        row = self._row(act.model, relay, row_id)
        posted = request.POST if request.method == "POST" else None
        form = act.form(posted, initial={"receiver": request.GET.get("receiver")})
        status = 200
        if request.method == "POST" and form.is_valid():
            try:
                act.act(row, by=request.user, **form.cleaned_data)
            except RuleBroken as broken:
                form.add_error(None, str(broken))
                status = 409
            else:
                self.message_user(request, self._said(verb, row), messages.SUCCESS)
                return redirect(self._address(relay_id))
        elif request.method == "POST":
            status = 422
        context = {
            **self.admin_site.each_context(request),
            "title": f"{verbs.VERBS[verb].label}: {row.receiver if act.model is Handoff else row}",
            "opts": self.opts,
            "original": relay,
            "verb": verbs.VERBS[verb],
            "consequence": act.consequence,
            "form": form,
            "media": self.media + form.media,
            "back": self._address(relay_id),
        }
        return render(request, "admin/relays/relay/act.html", context, status=status)

    def _row(self, model, relay, row_id):
        if model is Relay:
            if row_id != relay.pk:
                raise Http404
            return relay
        rows = relay.handoffs.select_related("receiver") if model is Handoff else relay.legs
        return self._on(relay, get_object_or_404(rows, pk=row_id))

    def _said(self, verb, row):
        name = row.receiver if isinstance(row, Handoff) else None
        return {
            "nominate": _("Nominated. Nobody has been told yet."),
            "offer": _("%(name)s is asked.") % {"name": name},
            "approve": _("%(name)s is asked when the running leg is published.") % {"name": name},
            "unapprove": _("%(name)s is not asked by itself.") % {"name": name},
            "move_up": _("%(name)s has moved up.") % {"name": name},
            "replace": _("Replaced. Nobody has been told yet."),
            "keep": _("%(name)s is among the candidates now.") % {"name": name},
            "accept": _("The yes of %(name)s is recorded.") % {"name": name},
            "decline": _("The no of %(name)s is recorded.") % {"name": name},
            "withdraw": _("%(name)s is not asked any more.") % {"name": name},
            "readdress": _("%(name)s is asked at the right address.") % {"name": name},
            "renew_link": _("%(name)s gets a new link.") % {"name": name},
            "rest_handoff": _("The reminders rest."),
            "rest_leg": _("The reminders rest."),
            "extend": _("The new date is noted, and the writer has been told."),
            "pause": _("The relay is paused."),
            "resume": _("The relay goes on."),
            "stand_in": _("The baton is with the colleague, and everybody has been told."),
            "abandon": _("The leg is given up. The baton is free."),
            "close": _("The relay has finished."),
            "reopen": _("The relay goes on."),
        }[verb]

    def create_article(self, request, relay_id, leg_id):
        """Open the text of a leg, made when first asked for."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not permissions.is_editor(request.user):
            raise PermissionDenied
        leg = get_object_or_404(Leg, relay=relay_id, pk=leg_id)
        try:
            article = desk.article_for(leg)
        except RuleBroken as broken:
            self.message_user(request, str(broken), messages.ERROR)
            return redirect(self._address(relay_id))
        return redirect("admin:articles_article_change", article.pk)

    def _address(self, relay_id):
        return reverse("admin:relays_relay_change", args=[relay_id])


def _relay_id(row):
    return row.pk if isinstance(row, Relay) else row.relay_id
