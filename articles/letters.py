"""Letters about a text on its road from the writer to the reader."""

from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse

from articles import permissions
from articles.models import Article, Note, Remark
from relays import letters
from relays.models import User
from relays.models.link import is_over

# Each step of a text is told of once, and makes what was not yet sent of an earlier one untrue.
TO_THE_WRITER = {
    "send_back": "sent_back",
    "ask_writer": "asks_the_writer",
    "approve": "approved",
    "schedule": "scheduled",
    "publish": "published",
    "undo": "not_out_yet",
    "withdraw": "post_withdrawn",
    "remove": "post_withdrawn",
}
TO_THE_EDITORS = {
    "submit": "editor_text_in",
    "agree": "editor_agreed",
    "correct": "editor_corrected",
}
ON_THE_ROAD = (*TO_THE_WRITER.values(), "editor_text_in", "editor_agreed")
LEAVES_THE_NEWS_TRUE = ("correct", "restore", "discard")


def tell(
    step: str,
    article: Article,
    *,
    by: User | None,
    note: str = "",
    told: Sequence[Note] = (),
    correction: str = "",
) -> None:
    """Whoever has not taken this step of a leg's text hears of it. `told` are the notes that
    the writer gets with it."""
    leg = article.leg
    if leg is None or leg.handoff is None:
        return  # news, and what ran before this program knew of it
    if step not in LEAVES_THE_NEWS_TRUE:
        letters.cancel(leg.handoff, *ON_THE_ROAD)
    words = {
        "article": article,
        "leg": leg,
        "note": note,
        "notes": told,
        "correction": correction,
    }
    about: dict = {"relay": leg.relay, "handoff": leg.handoff, **words}
    writer = leg.contributor
    if (kind := TO_THE_WRITER.get(step)) and writer and not (by and writer.user_id == by.pk):
        letters.write(kind, to=writer, **about)
    if kind := TO_THE_EDITORS.get(step):
        for editor in letters.editors_on_duty(leg.relay):
            if editor != by:
                letters.write(kind, to=editor, by=by, **about)


def remarked(remark: Remark) -> None:
    """The writer, the editors and whoever made the link hear what was said of a shown text."""
    showing, article = remark.showing, remark.showing.article
    handoff = article.leg and article.leg.handoff
    writer = article.leg and article.leg.contributor
    about: dict = {
        "relay": article.relay,
        "handoff": handoff,
        "remark": remark,
        "showing": showing,
        "title": showing.revision.plain_title,
    }
    if writer and handoff and not is_over(handoff):
        letters.write("remark", to=writer, **about)
    desk = settings.SITE_URL + reverse("admin:articles_article_review", args=[article.pk])
    for editor in _editors(article, showing.made_by):
        letters.write("editor_remark", to=editor, desk=desk, **about)


def _editors(article, maker):
    editors = letters.editors_on_duty(article.relay) if article.relay else []
    if article.responsible_editor and not editors:
        editors = [article.responsible_editor.on_duty]
    if permissions.is_editor(maker):
        editors = [*editors, maker.on_duty]
    return dict.fromkeys(editors)
