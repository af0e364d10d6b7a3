"""Comparing two texts of an article: which two, and which of them an editor saw last."""

import logging
from typing import NamedTuple

from django import forms
from django.db import DatabaseError
from django.db.models import F, Subquery
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from articles.changes import Changes, between
from articles.models import Article, Look, Revision, Text
from relays.models import User
from relays.templatetags.relay_words import day, time_of_day

log = logging.getLogger("articles.newsroom")

DRAFT, LIVE = "draft", "live"


class CompareForm(forms.Form):
    """Which text with which: the draft, what readers see, or a revision by its number."""

    old = forms.ChoiceField(label=_("Compare"), required=False)
    new = forms.ChoiceField(label=pgettext_lazy("compare … with", "with"), required=False)

    def __init__(self, *args, article: Article, revisions: list[Revision], **kwargs):
        super().__init__(*args, **kwargs)
        choices = [(DRAFT, _("The draft"))]
        if article.is_public:
            choices.append((LIVE, _("What readers see")))
        choices += [(str(revision.number), _in_words(revision)) for revision in revisions]
        for field in self.fields.values():
            field.choices = choices


def _in_words(revision):
    return f"{revision}, {day(revision.at)} {time_of_day(revision.at)}"


class Compared(NamedTuple):
    """What the page of an article's changes shows. Without any revision there is nothing yet."""

    revisions: list[Revision]
    form: CompareForm | None = None
    changes: Changes | None = None
    is_since_last_look: bool = False


def compared(article: Article, user: User, query) -> Compared:
    """The two texts that an address names, compared. 404 where it names what is not there.

    Without any names: what has changed since this editor looked. With a new text alone: what
    changed from the one before it.
    """
    revisions = list(article.revisions.defer("body"))
    asked = CompareForm(query, article=article, revisions=revisions)
    if not asked.is_valid():
        raise Http404
    if not revisions:
        return Compared(revisions)
    new = asked.cleaned_data["new"] or DRAFT
    old, is_since_last_look = asked.cleaned_data["old"], False
    if not old and new == DRAFT:
        seen = _seen_before(article, user, revisions)
        old, is_since_last_look = seen or _something_older(article, revisions), bool(seen)
    elif not old:
        old = _the_one_before(_number(article, revisions, new))
    texts = _texts(article, revisions, old, new)
    return Compared(
        revisions,
        CompareForm(initial={"old": old, "new": new}, article=article, revisions=revisions),
        between(*texts),
        is_since_last_look,
    )


def _seen_before(article, user, revisions):
    """The revision that was the newest one the last time this person saw another than today's."""
    look = Look.objects.filter(article=article, user=user).first()
    seen = look and (look.before_id if look.revision_id == revisions[0].pk else look.revision_id)
    return next((str(revision.number) for revision in revisions if revision.pk == seen), "")


def _something_older(article, revisions):
    """For somebody who has never looked: what readers see, or the revision before the newest."""
    return LIVE if article.is_public else str(revisions[:2][-1].number)


def _the_one_before(number):
    return str(max(number - 1, 1))


def _number(article, revisions, name):
    if name == LIVE:
        return next(each.number for each in revisions if each.pk == article.live_id)
    return int(name)


def _texts(article, revisions, *names) -> list[Text]:
    numbers = {name: _number(article, revisions, name) for name in names if name != DRAFT}
    revisions = article.revisions.select_related("picture")
    found = {each.number: each for each in revisions.filter(number__in=numbers.values())}
    return [article.draft if name == DRAFT else found[numbers[name]] for name in names]


def remember_look(article: Article, user: User) -> None:
    """This person has the article open now. A note on the side: that it can't be made, on a
    database that takes no writes for a moment, is no reason to keep the page from them."""
    looks = Look.objects.filter(article=article, user=user)
    revisions = article.revisions.annotate(seen=Subquery(looks.values("revision")))
    found = revisions.order_by("-number").values_list("pk", "seen").first()
    newest, seen = found or (None, None)
    if seen == newest:  # or there is none yet
        return
    try:
        if seen is None:
            look = Look(article=article, user=user, revision_id=newest)
            Look.objects.bulk_create([look], ignore_conflicts=True)  # two tabs at once
        else:
            looks.filter(revision__lt=newest).update(before=F("revision"), revision=newest)
    except DatabaseError:
        log.warning("The look at article %s is not remembered.", article.pk, exc_info=True)
