from django import template
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

register = template.Library()

# What happened, as a history says it; the buttons have words of their own (articles.workflow.STEPS).
MOVES = {
    "submit": pgettext_lazy("history", "Submitted"),
    "take_back": _("Taken back"),
    "send_back": _("Sent back"),
    "ask_writer": _("The writer is asked"),
    "agree": _("Said yes to the changes"),
    "approve": _("Approved"),
    "schedule": _("Scheduled"),
    "unschedule": _("Unscheduled"),
    "publish": _("Published"),
    "correct": _("Corrected"),
    "undo": _("Publication undone"),
    "discard": _("Changes discarded"),
    "withdraw": _("Withdrawn, with a notice"),
    "remove": _("Withdrawn, gone"),
    "restore": _("Shown to readers again"),
    "edit": _("Text changed"),
    "show": _("Shown to somebody"),
    "revoke": _("Link closed"),
    "tick": pgettext_lazy("history", "Ticked"),
    "untick": pgettext_lazy("history", "Not ticked any more"),
    "stand_in": _("A colleague stands in"),
    "make_news": _("Made a news article"),
    "change_leg": _("Moved to another leg"),
    "open_up": _("Opened to everybody"),
    "members": _("The rest kept for members"),
    "import": _("Imported"),
    "replies_open": _("Opened for comments"),
    "replies_close": _("Closed for new comments"),
    "replies_hide": _("Comments hidden"),
}


@register.filter
def move_name(step):
    return MOVES.get(step, step)


# What happened to an access (articles.grants).
ACCESS_MOVES = {
    "begin": _("Trial begun"),
    "give": pgettext_lazy("history", "Given"),
    "extend": _("The end moved"),
    "end": pgettext_lazy("history", "Ended"),
}


@register.filter
def access_move_name(verb):
    return ACCESS_MOVES.get(verb, verb)
