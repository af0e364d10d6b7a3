"""Letters about a text on its road from the writer to the reader."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from articles import permissions
from articles.models import Article, Note, Remark, Reply, ReplyState
from relays import letters
from relays.models import Contributor, Handoff, HandoffState, Letter, User
from relays.models.link import is_over

# Each step of a text is told of once, and makes what was not yet sent of an earlier one untrue.
TO_THE_WRITER = {
    "send_back": "sent_back",
    "ask_writer": "asks_the_writer",
    "approve": "approved",
    "schedule": "scheduled",
    "unschedule": "unscheduled",
    "edit": "unscheduled",
    "publish": "published",
    "undo": "not_out_yet",
    "withdraw": "post_withdrawn",
    "remove": "post_withdrawn",
    "restore": "post_restored",
}
TO_THE_EDITORS = {
    "submit": "editor_text_in",
    "agree": "editor_agreed",
    "correct": "editor_corrected",
}
ON_THE_ROAD = frozenset({*TO_THE_WRITER.values(), "editor_text_in", "editor_agreed"})
# These steps leave some of the news as true as it was.
OF_WHAT_IS_OUT = frozenset({"published", "post_withdrawn", "post_restored"})
STAYS_TRUE = {
    "correct": OF_WHAT_IS_OUT,
    "discard": OF_WHAT_IS_OUT,
    "edit": ON_THE_ROAD - {"approved", "scheduled"},
    "restore": ON_THE_ROAD - {"post_withdrawn"},
}
# These take back what an earlier letter said: news to a writer whose last word from us it was,
# of the letters named.
OF_THE_DAY = frozenset(TO_THE_WRITER.values())
UNSAYS = {
    "unschedule": ("scheduled", OF_THE_DAY),
    "edit": ("scheduled", OF_THE_DAY),
    "restore": ("post_withdrawn", frozenset({"post_withdrawn", "post_restored"})),
}
# Who do not see what is withdrawn.
SPEAKS_OF_READERS = ("approve", "schedule", "unschedule", "edit", "publish")


def tell(
    step: str,
    article: Article,
    *,
    by: User | None,
    note: str = "",
    told: Sequence[Note] = (),
    correction: str = "",
    planned: datetime | None = None,
    was_out: bool = False,
) -> None:
    """Whoever has not taken this step of a leg's text hears of it. `told` are the notes that
    the writer gets with it. Before the step it was to be published at `planned`, and `was_out`
    where readers had an older text of it."""
    leg = article.leg
    if leg is None or leg.handoff is None:
        return  # news, and what ran before this program knew of it
    writer = _writer_who_hears(step, article, by)
    letters.cancel(leg.handoff, *ON_THE_ROAD - STAYS_TRUE.get(step, frozenset()))
    words = {
        "article": article,
        "leg": leg,
        "note": note,
        "notes": told,
        "correction": correction,
        "planned": planned,
        "was_out": was_out,
    }
    about: dict = {"relay": leg.relay, "handoff": leg.handoff, **words}
    if writer:
        letters.write(TO_THE_WRITER[step], to=writer, **about)
    if kind := TO_THE_EDITORS.get(step):
        for editor in letters.editors_on_duty(leg.relay):
            if editor != by:
                letters.write(kind, to=editor, by=by, **about)


def who_hears(step: str, article: Article, *, by: User) -> str:
    """Whom `tell` will tell, should this person take the step now: the line beside its button."""
    if article.leg and article.leg.handoff_id:
        if writer := _writer_who_hears(step, article, by):
            return _("%(name)s is told.") % {"name": writer.name}
        if step in TO_THE_EDITORS:
            return _("The other editors are told.")
    return _("Nobody is told.")


def _writer_who_hears(step, article, by):
    """Not of what they do themselves, nor without an address, nor that readers will see it when
    they will not, nor that something is not so which they never heard."""
    writer = article.leg.contributor
    if step not in TO_THE_WRITER or writer is None or not writer.email:
        return None
    if by and writer.user_id == by.pk:
        return None
    if article.withdrawal and step in SPEAKS_OF_READERS:
        return None
    if step in UNSAYS:
        said, among = UNSAYS[step]
        return writer if letters.last_told(article.leg.handoff, *among) == said else None
    return writer


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


# Comments ------------------------------------------------------------------------------------

TO_THE_SENDER = {ReplyState.APPROVED: "reply_approved", ReplyState.DECLINED: "reply_declined"}
ANSWER_HERE = ("reply_to_writer", "reply_to_next")


def reply_decided(reply: Reply, *, was_shown: bool) -> Letter | None:
    """The sender hears of the decision, unless it was spam; of an earlier one no more."""
    take_back(reply.letter)
    kind = TO_THE_SENDER.get(ReplyState(reply.state))
    if kind is None:
        return None
    article, live = reply.article, reply.article.live
    assert live is not None, "readers comment on what is published"  # noqa: S101
    # What is not shown has no place there: to where one writes another.
    is_shown = reply.state == ReplyState.APPROVED
    page = reply.get_absolute_url() if is_shown else f"{reply.page}#replies"
    return letters.write(
        kind,
        to=_sender(reply.user),
        relay=article.relay,
        reply=reply,
        title=live.plain_title,
        page=settings.SITE_URL + page,
        was_shown=was_shown,
    )


def no_longer_shown(replies: QuerySet[Reply]) -> None:
    """These are not on the page any more: whoever has not heard that theirs is does not."""
    told = replies.filter(state=ReplyState.APPROVED).exclude(letter=None)
    for reply in told.select_related("letter").order_by("letter"):
        take_back(reply.letter)


def post_is_gone(article: Article) -> None:
    """Readers do not see it any more, nor what they have said about it."""
    no_longer_shown(Reply.objects.filter(article=article))
    nothing_to_answer(article)


def take_back(letter: Letter | None) -> None:
    """A letter that is not out yet and would not be true any more."""
    if letter:
        letters.take_back(letter)


def _sender(user) -> User | Contributor:
    """Writers who never logged in have their address with the newsroom."""
    person = Contributor.objects.filter(user=user).first()
    return person if person and not user.email else user


def replies_to_answer(reply: Reply) -> None:
    """The writer, once a day, and whoever runs next, once, are invited to answer."""
    article, live = reply.article, reply.article.live
    writer = article.leg.handoff if article.leg else None
    if live is None or writer is None or is_over(writer) or not article.takes_replies:
        return
    words: dict = {"relay": article.relay, "title": live.plain_title}
    if reply.user_id != writer.receiver.user_id:
        today = timezone.localdate()
        letters.write(
            "reply_to_writer", to=writer.receiver, handoff=writer, about_day=today, **words
        )
    runner = _next_runner(article)
    if runner and reply.user_id != runner.receiver.user_id:
        out = timezone.localdate(article.published_at)
        words["name"] = writer.receiver.name
        letters.write("reply_to_next", to=runner.receiver, handoff=runner, about_day=out, **words)


def nothing_to_answer(article: Article) -> None:
    """No comment on this article is shown any more."""
    if article.leg and article.leg.handoff:
        letters.cancel(article.leg.handoff, *ANSWER_HERE)
        if runner := _next_runner(article):
            letters.cancel(runner, "reply_to_next")


def _next_runner(article) -> Handoff | None:
    """Who has said yes to the baton after this leg, until their own text is out."""
    said_yes = [HandoffState.ACCEPTED, HandoffState.TAKEN]
    given = Handoff.objects.filter(giver=article.leg, state__in=said_yes)
    runner = given.select_related("receiver", "leg").order_by("-pk").first()
    leg = runner and getattr(runner, "leg", None)
    return None if leg and not leg.is_running else runner


def _editors(article, maker):
    editors = letters.editors_on_duty(article.relay) if article.relay else []
    if article.responsible_editor and not editors:
        editors = [article.responsible_editor.on_duty]
    if permissions.is_editor(maker):
        editors = [*editors, maker.on_duty]
    return dict.fromkeys(editors)
