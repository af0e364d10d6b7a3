"""The talk about a text: an editor's notes at its paragraphs, and the writer's answers.

A note waits until a step sends the text back; then the writer has it. `articles.workflow` calls
`tell` in that step.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles import permissions, revisions
from articles.blocks import blocks
from articles.models import Article, Note, Reason
from relays.errors import RuleBroken
from relays.models import User


@transaction.atomic
def write(article: Article, words: str, *, by: User, version: int, block: int | None = None):
    """Put a note down at a paragraph of the text on the screen, or about the whole of it.

    `version` is the draft's on that screen, as for `workflow.take_step`; a paragraph of an older
    text can't be pointed at.
    """
    article = Article.objects.select_for_update(no_key=True).get(pk=article.pk)
    if not permissions.is_editor(by):
        raise RuleBroken(_("Only an editor can do that."))
    revisions.ask_for_the_text_seen(article.draft, version)
    paragraphs = blocks(article.draft.body)
    if block is not None and block >= len(paragraphs):
        raise RuleBroken(_("There is no such paragraph."))
    note, _is_new = article.notes.get_or_create(  # a double click puts one note down
        revision=revisions.freeze(article, Reason.NAMED, by=by),
        block=block,
        words=words.strip(),
        by=by,
        told=None,
        defaults={"quote": "" if block is None else paragraphs[block].text},
    )
    return note


@transaction.atomic
def drop(note: Note, *, by: User) -> None:
    """Take a note back that the writer has not seen."""
    if not permissions.is_editor(by):
        raise RuleBroken(_("Only an editor can do that."))
    if not Note.objects.pending().filter(pk=note.pk).delete()[0]:
        raise RuleBroken(_("The writer has this note by now."))


def tell(article: Article) -> list[Note]:
    """The notes that waited go to the writer. The article is locked by whoever calls."""
    waiting = list(article.notes.pending().in_order())
    article.notes.pending().update(told=timezone.now())
    return waiting


class AnsweredElsewhere(RuleBroken):
    """The answer has changed since the page with it was opened. `theirs` is the one as it is now."""

    def __init__(self, theirs: str):
        said = {"answer": theirs}
        super().__init__(
            _("Your answer was changed elsewhere meanwhile: “%(answer)s”") % said
            if theirs
            else _("Your answer was removed elsewhere meanwhile.")
        )
        self.theirs = theirs


@transaction.atomic
def answer(note: Note, words: str, *, by: User, before: str = "") -> None:
    """The writer's answer to a note, or a better one than `before`, which was on their page.

    Raises AnsweredElsewhere where another one has come in between.
    """
    note = Note.objects.select_for_update(no_key=True, of=("self",)).get(pk=note.pk)
    if note.told is None or not permissions.is_writer(by, note.article):
        raise RuleBroken(_("Only the writer can answer this note."))
    if words.strip() == note.answer:
        return
    if before.split() != note.answer.split():  # a browser has line ends of its own
        raise AnsweredElsewhere(note.answer)
    note.answer, note.answered_by, note.answered = words.strip(), by, timezone.now()
    note.save(update_fields=["answer", "answered_by", "answered"])
