"""Letters about a text on its road from the writer to the reader."""

from collections.abc import Sequence

from articles.models import Article, Note
from relays import letters
from relays.models import User

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
