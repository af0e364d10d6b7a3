"""The house's checklist: who has ticked what for which article.

Nothing else writes `Tick`. The article is locked first. What must be ticked closes the steps that
approve a text: see `articles.workflow`.
"""

from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from articles import permissions, workflow
from articles.models import Article, ChecklistItem, Remark, Tick
from relays.errors import RuleBroken
from relays.models import User


class Line(NamedTuple):
    """An item as it stands for one article. `is_stale`: the text has changed since the tick."""

    item: ChecklistItem
    tick: Tick | None
    is_stale: bool


def lines(article: Article) -> list[Line]:
    """The list in use, each item with its tick. The article comes with its draft."""
    found = article.ticks.select_related("by", "remark__showing__revision")
    ticks = {tick.item_id: tick for tick in found.defer("remark__showing__revision__body")}
    return [
        Line(item, tick, bool(tick and tick.about < article.draft.saved_at))
        for item in ChecklistItem.objects.active()
        for tick in [ticks.get(item.pk)]
    ]


@transaction.atomic
def tick(article: Article, item: ChecklistItem, *, by: User) -> None:
    """This is done. Twice is once: whoever ticked first stands there."""
    article = _lock(article, by)
    if not article.ticks.filter(item=item).exists():
        Tick.objects.create(article=article, item=item, by=by)
        workflow.record_move(article, "tick", by=by, note=item.label)


@transaction.atomic
def untick(article: Article, item: ChecklistItem, *, by: User) -> None:
    """This is not done after all. The history keeps who had ticked it."""
    article = _lock(article, by)
    for tick in article.ticks.filter(item=item):
        _take_off(tick, by=by)


def heed(remark: Remark) -> None:
    """The newest answer to a showing counts: without remarks it ticks the item that the showing is
    tied to, with remarks it takes such a tick back. The article is locked by whoever calls."""
    showing = remark.showing
    made = Tick.objects.filter(remark__showing=showing).select_related("item", "article")
    if not remark.words and made.filter(item=showing.item).exists():
        return
    for tick in made:
        _take_off(tick, by=None)
    item, article = showing.item, showing.article
    if item and not remark.words and not article.ticks.filter(item=item).exists():
        Tick.objects.create(article=article, item=item, remark=remark)
        workflow.record_move(article, "tick", by=None, note=f"{item.label}: {remark.name}")


def _take_off(tick, *, by):
    tick.delete()
    workflow.record_move(tick.article, "untick", by=by, note=tick.item.label)


def _lock(article, by):
    article = Article.objects.select_for_update(no_key=True).get(pk=article.pk)
    if not permissions.is_editor(by):
        raise RuleBroken(_("The checklist is the editors’."))
    return article
