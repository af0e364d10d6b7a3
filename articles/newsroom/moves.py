"""The verbs of the baton as pages and buttons of the admin. They decide nothing themselves."""

from collections.abc import Callable
from typing import NamedTuple

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.utils.translation import gettext_lazy as _

from articles import desk
from relays import baton
from relays.models import Channel, Contributor, Handoff, Leg, Relay


class ContributorSelect(AutocompleteSelect):
    def optgroups(self, name, value, attr=None):
        # Django looks up whatever was sent, to show it again; not everything is a number.
        return super().optgroups(name, [each for each in value if str(each).isdecimal()], attr)


def contributor_field(label, **kwargs):
    """Any contributor, found by typing."""
    widget = ContributorSelect(Handoff._meta.get_field("receiver"), admin.site)
    people = Contributor.objects.remembered()
    return forms.ModelChoiceField(people, label=label, widget=widget, **kwargs)


def day_field(label, *, is_required=False, **kwargs):
    widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, required=is_required, **kwargs)


def words_field(label, **kwargs):
    return forms.CharField(
        label=label, widget=forms.Textarea({"rows": 4}), required=False, **kwargs
    )


def channel_field():
    return forms.ChoiceField(label=_("How did the answer come?"), choices=Channel)


class NothingToSay(forms.Form):
    pass


class NominateForm(forms.Form):
    receiver = contributor_field(_("Who comes next?"))
    message = words_field(
        _("I hand it to … because …"),
        help_text=_("Readers see these words once the person has said yes."),
    )
    override_reason = words_field(
        _("Why this sector?"), help_text=_("Only where it is the other sector's turn.")
    )
    write_by = day_field(_("Text by"), help_text=_("Empty: the relay's own pace."))
    offer_at_publication = forms.BooleanField(
        label=_("Ask by itself when the running leg is published"), required=False
    )


class AcceptForm(forms.Form):
    channel = channel_field()
    note = words_field(_("Note"))


class DeclineForm(forms.Form):
    channel = channel_field()
    reason = words_field(_("Reason"))
    ask_again_after = day_field(_("Ask again after"))


class NoteForm(forms.Form):
    note = words_field(_("Note"))


class ReaddressForm(forms.Form):
    email = forms.EmailField(label=_("The right address"))
    note = words_field(_("Note"))


class KeepForm(forms.Form):
    ask_again_after = day_field(_("Ask again after"))
    note = words_field(_("Note"))


class StandInForm(forms.Form):
    name = forms.CharField(label=_("Name of the colleague"), max_length=120)
    job_title = forms.CharField(label=_("Job title"), max_length=120, required=False)
    email = forms.EmailField(label=_("E-mail"))
    note = words_field(_("Note"))


class ExtendForm(forms.Form):
    due = day_field(_("New date"), is_required=True)
    note = words_field(_("Note"))


class RestForm(forms.Form):
    until = day_field(_("Until"), is_required=True)
    note = words_field(_("Note"), help_text=_("Such as: called her, says Friday."))


class CloseForm(forms.Form):
    closing_note = words_field(
        _("Closing note"), help_text=_("What readers see: what the relay ended with.")
    )


class Act(NamedTuple):
    model: type
    form: type[forms.Form]
    act: Callable
    consequence: str  # who is told, and what happens


ACTS = {
    "nominate": Act(
        Relay,
        NominateForm,
        baton.nominate,
        _("Nobody is told. You ask the person afterwards, with a button of its own."),
    ),
    "offer": Act(
        Handoff,
        NothingToSay,
        baton.offer,
        _("The person gets a letter with a personal link, and a date to answer by."),
    ),
    "approve": Act(
        Handoff,
        NothingToSay,
        baton.approve,
        _("Nobody is told yet. The letter goes out when the running leg is published."),
    ),
    "unapprove": Act(Handoff, NothingToSay, baton.unapprove, _("Nobody is told.")),
    "move_up": Act(Handoff, NothingToSay, baton.move_up, _("Nobody is told.")),
    "replace": Act(
        Handoff,
        NominateForm,
        baton.replace,
        _("Nobody is told. The new name takes this place on the list."),
    ),
    "keep": Act(
        Handoff,
        KeepForm,
        baton.keep,
        _("Nobody is told. The name moves to the candidates of this relay."),
    ),
    "accept": Act(
        Handoff,
        AcceptForm,
        baton.accept,
        _("You record the yes for the person. The leg begins as soon as the baton is free."),
    ),
    "decline": Act(Handoff, DeclineForm, baton.decline, _("You record the no for the person.")),
    "withdraw": Act(
        Handoff,
        NoteForm,
        baton.withdraw,
        _("Whoever has had a letter is told, kindly. The link stops working."),
    ),
    "readdress": Act(
        Handoff,
        ReaddressForm,
        baton.readdress,
        _("The old link stops working. The person is asked at the right address, with new dates."),
    ),
    "renew_link": Act(
        Handoff,
        NothingToSay,
        baton.renew_link,
        _("Every old link stops working, and the person gets a letter with a new one."),
    ),
    "rest_handoff": Act(
        Handoff, RestForm, baton.rest, _("Nobody is told. No reminder goes out until that day.")
    ),
    "rest_leg": Act(
        Leg, RestForm, baton.rest, _("Nobody is told. No reminder goes out until that day.")
    ),
    "extend": Act(Leg, ExtendForm, baton.extend, _("The writer gets a letter with the new date.")),
    "pause": Act(
        Relay,
        RestForm,
        baton.pause,
        _("Every date moves by as much, reminders rest, and readers see until when."),
    ),
    "resume": Act(
        Relay, NoteForm, baton.resume, _("The dates move back by what is left of the pause.")
    ),
    "stand_in": Act(
        Leg,
        StandInForm,
        desk.stand_in,
        _(
            "The colleague gets a letter with a link of their own. Whoever has the baton now, the "
            "other editors and the one before are told."
        ),
    ),
    "abandon": Act(
        Leg,
        NoteForm,
        baton.abandon,
        _("The baton becomes free and the number too. The text is kept."),
    ),
    "close": Act(
        Relay,
        CloseForm,
        baton.close,
        _("The relay has finished for readers. Whoever is named or asked is not asked any more."),
    ),
    "reopen": Act(Relay, NothingToSay, baton.reopen, _("The relay goes on.")),
}
