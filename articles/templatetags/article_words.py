from django import template
from django.utils.translation import gettext_lazy as _

from articles.workflow import STEPS

register = template.Library()

# Acts that are no step of the table.
OTHER_MOVES = {
    "edit": _("Text changed"),
    "make_news": _("Made a news article"),
    "change_leg": _("Moved to another leg"),
    "import": _("Imported"),
}


@register.filter
def step_name(step):
    return STEPS[step].label if step in STEPS else OTHER_MOVES.get(step, step)
