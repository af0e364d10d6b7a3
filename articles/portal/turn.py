"""My turn: the invitation, the answer, and where it stands afterwards."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from icalendar import Calendar, Event

from articles import desk, search
from articles.form_addresses import takes_the_form_of
from articles.models import Article, Status
from articles.portal import forms, replies
from articles.portal.page import portal_page
from articles.portal.showing import beside
from articles.publication import embed
from articles.publication.chain import chain_rows
from relays import accounts, baton, letters, workdays
from relays.errors import RuleBroken
from relays.links import turn_of, unindexed
from relays.models import Contributor, Handoff, HandoffState, Leg, LetterState
from relays.verbs import MOST_NOMINATIONS

POSTS_TO_READ = 3
TEMPLATES = {
    HandoffState.OFFERED: "portal/invitation.html",
    HandoffState.DECLINED: "portal/declined.html",
    HandoffState.LAPSED: "portal/declined.html",
    HandoffState.ACCEPTED: "portal/turn.html",
    HandoffState.TAKEN: "portal/turn.html",
}


@require_safe
@portal_page
def turn(request, handoff_id):
    handoff = turn_of(request, handoff_id)
    return show_turn(request, handoff)


def show_turn(request, handoff, *, status=200, **bound):
    context = {
        "handoff": handoff,
        "relay": handoff.relay,
        "leg": _leg(handoff),
        "editor": handoff.relay.editors.filter(is_active=True).order_by("pk").first(),
        "today": timezone.localdate(),
        **_forms(handoff),
        **bound,
    }
    if handoff.state in (HandoffState.OFFERED, HandoffState.DECLINED, HandoffState.LAPSED):
        legs = handoff.relay.legs.finished().select_related("contributor").order_by("-number")
        context["rows"] = [
            row for row in chain_rows(handoff.relay, legs[:POSTS_TO_READ]) if row.article
        ]
        context["number"] = handoff.relay.legs.standing().count() + 1
        context["due"] = handoff.write_by or workdays.in_days(handoff.relay.write_days)
    else:
        context["article"] = _article(context["leg"])
        context |= _from_the_editors(context["leg"], context["article"])
        context |= beside(handoff, context["article"])
        context |= nominations(context["leg"])
        context["next"] = _next(context["leg"])
        context["conversations"] = replies.conversations(handoff)
        context["sent"] = _sent(handoff)
        context["site_url"] = settings.SITE_URL
        context["embed_code"] = embed.code_for(handoff.relay)
    return render(request, TEMPLATES[handoff.state], context, status=status)


def _forms(handoff):
    return {
        "answer_form": forms.AnswerForm(),
        "instead_form": forms.PersonForm(prefix="instead"),
        "presentation_form": forms.PresentationForm(instance=handoff.receiver, prefix="you"),
        "date_form": forms.DateForm(),
        "hand_back_form": forms.HandBackForm(),
        "stand_in_form": forms.StandInForm(prefix="colleague"),
        "nomination_form": forms.NominationForm(prefix="next"),
    }


def _leg(handoff):
    return Leg.objects.filter(handoff=handoff).select_related("relay", "contributor").first()


def _article(leg):
    return Article.objects.filter(leg=leg).select_related("draft", "live").first() if leg else None


def _from_the_editors(leg, article):
    """When they answer, and what they have answered."""
    if article is None:
        return {}
    talk = article.notes.told().select_related("by").in_order()
    back = article.moves.filter(step__in=["send_back", "ask_writer"]).order_by("-pk").first()
    is_back = article.status == Status.SENT_BACK and back
    return {
        "rows": [(note, None) for note in talk],
        "message": back.note if is_back else "",
        "hear_by": leg.handed_in
        and workdays.shift(timezone.localdate(leg.handed_in), settings.REVIEW_DAYS),
    }


def nominations(leg: Leg | None) -> dict:
    """Whom the holder has named, and whether one more fits."""
    return {
        "nominees": _nominees(leg),
        "may_name": _open_nominations(leg) < MOST_NOMINATIONS,
    }


def _nominees(leg):
    given = Handoff.objects.filter(giver=leg) if leg else Handoff.objects.none()
    given = given.exclude(state=HandoffState.WITHDRAWN)
    return given.select_related("receiver").order_by("rank", "pk")


def _open_nominations(leg):
    return Handoff.objects.nominated().filter(giver=leg).count() if leg else 0


def _next(leg):
    """Who has been asked after this leg, or has the baton already."""
    asked = [HandoffState.OFFERED, HandoffState.ACCEPTED, HandoffState.TAKEN]
    given = Handoff.objects.filter(giver=leg, state__in=asked) if leg else Handoff.objects.none()
    return given.select_related("receiver").order_by("-pk").first()


def _sent(handoff):
    letters_to_me = handoff.letters.filter(contributor=handoff.receiver)
    return letters_to_me.filter(state=LetterState.SENT).order_by("-sent", "-pk")


def _leg_at_work(handoff):
    leg = _leg(handoff)
    if leg is None:
        raise Http404
    return leg


@takes_the_form_of("portal:turn", "handoff_id")
@portal_page
def create_answer(request, handoff_id):
    handoff = turn_of(request, handoff_id)
    form = forms.AnswerForm(request.POST)
    is_instead = request.POST.get("answer") == forms.INSTEAD
    instead = forms.PersonForm(request.POST if is_instead else None, prefix="instead")
    if not form.is_valid() or (is_instead and not instead.is_valid()):
        return show_turn(request, handoff, status=422, answer_form=form, instead_form=instead)
    try:
        _answer(handoff, form, instead.cleaned_data if is_instead else None)
    except RuleBroken as broken:
        messages.error(request, str(broken))
    else:
        if form.cleaned_data["answer"] == forms.NOT_ME:
            handoff.links.revoke()  # whoever has this letter is somebody else
            accounts.heed_a_stranger(handoff.receiver)
            return redirect("portal:not-me")
    return redirect("portal:turn", handoff_id)


@require_safe
def not_me(request):
    """What somebody reads who is not the one we meant: the same for anybody."""
    return unindexed(render(request, "portal/not_me.html"))


def _answer(handoff, form, instead):
    by, cleaned = handoff.receiver.user, form.cleaned_data
    if cleaned["answer"] == forms.YES:
        baton.accept(handoff, by=by)
        return
    reason = form.reason_in_words
    if cleaned["answer"] == forms.NOT_ME:
        reason = _("“This is not me.” The letter went to somebody else.")
    baton.decline(
        handoff,
        by=by,
        reason=reason,
        ask_again_after=cleaned["ask_again_after"] if cleaned["answer"] == forms.NOT_NOW else None,
        instead=instead,
    )


@takes_the_form_of("portal:turn", "handoff_id")
@portal_page
def change_presentation(request, handoff_id):
    handoff = turn_of(request, handoff_id)
    form = forms.PresentationForm(
        request.POST, request.FILES, instance=handoff.receiver, prefix="you"
    )
    if present(request, handoff, form):
        return redirect("portal:turn", handoff_id)
    return show_turn(request, handoff, status=422, presentation_form=form)


def present(request, handoff: Handoff, form: forms.PresentationForm) -> bool:
    """Present them as the form says. False: an error of the form hinders it."""
    leg = _leg(handoff)
    if handoff.state != HandoffState.ACCEPTED and not (leg and leg.is_running):
        messages.error(request, _("Your presentation can't be changed here any more."))
        return True
    is_valid = form.is_valid()
    if is_valid:
        with transaction.atomic():
            handoff.receiver.save(update_fields=form.changed_data)
            if "name" in form.changed_data:
                search.index(Article.objects.by(handoff.receiver))  # of earlier legs
        messages.success(request, _("Thank you. This is how we present you."))
    handoff.receiver.refresh_from_db()  # as they are stored, whatever stood in the form
    return is_valid


@takes_the_form_of("portal:turn", "handoff_id")
@portal_page
def change_date(request, handoff_id):
    """A new date: at once within a week, else as a question to the editors."""
    handoff = turn_of(request, handoff_id)
    form = forms.DateForm(request.POST)
    if not form.is_valid():
        return show_turn(request, handoff, status=422, date_form=form)
    leg, by = _leg_at_work(handoff), handoff.receiver.user
    try:
        if baton.may_extend_alone(leg, form.cleaned_data["due"]):
            leg = baton.extend(
                leg, form.cleaned_data["due"], by=by, note=form.cleaned_data["words"]
            )
            messages.success(request, _("The new date is noted."))
        else:
            baton.ask_for_time(
                leg, form.cleaned_data["due"], by=by, note=form.cleaned_data["words"]
            )
            messages.success(
                request, _("We have asked your editor. You will get an answer by mail.")
            )
    except RuleBroken as broken:
        messages.error(request, str(broken))
    return redirect("portal:turn", handoff_id)


@takes_the_form_of("portal:turn", "handoff_id")
@portal_page
def hand_back(request, handoff_id):
    handoff = turn_of(request, handoff_id)
    form = forms.HandBackForm(request.POST)
    if form.is_valid():
        try:
            baton.abandon(
                _leg_at_work(handoff), by=handoff.receiver.user, note=form.cleaned_data["note"]
            )
            messages.success(request, _("The baton is back with the editors. Your text is kept."))
        except RuleBroken as broken:
            messages.error(request, str(broken))
    return redirect("portal:turn", handoff_id)


@takes_the_form_of("portal:turn", "handoff_id")
@portal_page
def create_stand_in(request, handoff_id):
    """The turn goes to a colleague, and this page with it."""
    handoff = turn_of(request, handoff_id)
    form = forms.StandInForm(request.POST, prefix="colleague")
    if not form.is_valid():
        return show_turn(request, handoff, status=422, stand_in_form=form)
    try:
        desk.stand_in(_leg_at_work(handoff), by=handoff.receiver.user, **form.cleaned_data)
    except RuleBroken as broken:
        form.add_error(None, str(broken))
        return show_turn(request, handoff, status=409, stand_in_form=form)
    return redirect("portal:stood-down")


@require_safe
def stood_down(request):
    """What whoever has passed their turn to a colleague reads: the same for anybody."""
    return unindexed(render(request, "portal/stood_down.html"))


@takes_the_form_of("portal:turn", "handoff_id")
@portal_page
def create_nomination(request, handoff_id):
    handoff = turn_of(request, handoff_id)
    form = forms.NominationForm(request.POST, prefix="next")
    if name_next(request, handoff, form):
        return redirect("portal:turn", handoff_id)
    status = 409 if form.non_field_errors() else 422
    return show_turn(request, handoff, status=status, nomination_form=form)


def name_next(request, handoff: Handoff, form: forms.NominationForm) -> bool:
    """Nominate whom the form names. What hinders it is an error of the form."""
    if not form.is_valid():
        return False
    person = dict(form.cleaned_data)
    message = person.pop("message")
    try:
        baton.nominate_person(handoff.relay, person, by=handoff.receiver.user, message=message)
    except RuleBroken as broken:
        form.add_error(None, str(broken))
        return False
    messages.success(request, _("Thank you. The editors will ask when your post is out."))
    return True


@require_http_methods(["GET", "HEAD", "POST"])
def create_link(request):
    """A fresh link for whoever has a turn at this address; the answer is the same for anybody."""
    if request.method != "POST":
        return unindexed(render(request, "portal/not_opened.html"))
    form = forms.NewLinkForm(request.POST)
    if not form.is_valid():
        return unindexed(render(request, "portal/expired.html", {"form": form}, status=422))
    for person in Contributor.objects.filter(email=form.cleaned_data["email"]):
        letters.new_links(person)
    return unindexed(render(request, "portal/link_sent.html"))


@require_safe
@portal_page
def calendar(request, handoff_id):
    """Both dates for the calendar, without a link: calendars are shared."""
    handoff = turn_of(request, handoff_id)
    leg = _leg_at_work(handoff)
    dates = [
        (_("Text for %(relay)s"), leg.due),
        (_("%(relay)s: publication expected"), leg.expected),
    ]
    calendar = Calendar()
    calendar.add("prodid", "-//Relay CMS//")
    calendar.add("version", "2.0")
    for number, (words, day) in enumerate(dates, start=1):
        event = Event()
        event.add("uid", f"turn-{handoff.pk}-{number}@{urlsplit(settings.SITE_URL).hostname}")
        event.add("summary", words % {"relay": handoff.relay})
        event.add("dtstart", day)
        event.add("dtstamp", timezone.now())
        calendar.add_component(event)
    response = HttpResponse(calendar.to_ical(), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="dates.ics"'
    return response
