"""Everything that we hold about somebody, for them to take along as JSON.

Whoever adds something that belongs to a reader adds to `PARTS` how it reads. No secret is among
it: no hash of a password, a link or a code.
"""

from collections.abc import Callable, Iterable

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.forms.models import model_to_dict

from articles import following, replies
from articles.models import (
    AccessRequest,
    Article,
    ArticleMove,
    Byline,
    Grant,
    Note,
    Revision,
    Showing,
)
from relays.models import BatonMove, Contributor, Handoff, Leg, Letter, User


def _account(user):
    names = [
        "email",
        "confirmed_email",
        "name",
        "date_joined",
        "last_login",
        "is_staff",
        "away_until",
    ]
    return {name: getattr(user, name) for name in names}


def _contributor(user):
    person = Contributor.objects.filter(user=user).first()
    if person is None:
        return None
    row = model_to_dict(person, exclude=["id", "user", "portrait"])
    return row | {"portrait": person.portrait.file.name if person.portrait else None}


def _handoffs(user):
    """Those that came to them, and those that they gave on: of the answer to these they know what
    it was, and not why."""
    told = ["relay__title", "giver__contributor__name", "receiver__name", "message"]
    told += ["state", "offered", "answer_by", "answered"]
    given = Handoff.objects.filter(giver__contributor__user=user)
    received = Handoff.objects.filter(receiver__user=user)
    return {
        "received": _rows(received.values(*told, "reason", "ask_again_after")),
        "given": _rows(given.values(*told)),
    }


def _legs(user):
    return Leg.objects.filter(contributor__user=user).values(
        "relay__title", "number", "sector", "state", "began", "due"
    )


def _moves(user):
    mine = Q(by=user) | Q(on_behalf_of__user=user)
    return {
        "baton": _rows(
            BatonMove.objects.filter(mine).values("relay__title", "verb", "channel", "note", "at")
        ),
        "texts": _rows(ArticleMove.objects.filter(mine).values("article_id", "step", "note", "at")),
    }


def _texts(user):
    mine = Article.objects.filter(bylines__contributor__user=user).select_related("draft")
    return [
        {
            "article": article.pk,
            "slug": article.slug,
            "published_at": article.published_at,
            "bylines": _rows(
                Byline.objects.filter(article=article, contributor__user=user).values(
                    "job_title", "organisation", "sector"
                )
            ),
            "draft": article.draft.content | {"picture": None},
            "revisions": _rows(
                Revision.objects.filter(article=article).values(
                    "number", "reason", "at", "title", "standfirst", "body", "caption", "alt"
                )
            ),
        }
        for article in mine
    ]


def _notes(user):
    mine = Q(by=user) | Q(answered_by=user) | Q(article__bylines__contributor__user=user)
    notes = Note.objects.filter(mine).distinct().exclude(told=None)
    return notes.values("article_id", "quote", "words", "at", "answer", "answered")


def _showings(user):
    return Showing.objects.filter(made_by=user).values(
        "revision__article_id", "name", "purpose", "made", "until", "revoked"
    )


def _letters(user):
    mine = Q(user=user) | Q(contributor__user=user)
    if user.email:
        mine |= Q(address=user.email, contributor=None)
    words = Coalesce("circular__body", "body")
    return Letter.objects.filter(mine).values(
        "kind", "address", "subject", "state", "written", "sent", words=words
    )


def _access(user):
    return {
        "given": _rows(Grant.objects.filter(user=user).values("kind", "begins", "ends", "made")),
        "asked_for": _rows(
            AccessRequest.objects.filter(user=user).values(
                "workplace", "words", "asked", "answered"
            )
        ),
    }


def _follows(user):
    return following.facts_at(user.email if user.is_confirmed else None)


def _sessions(user):
    return UserSession.objects.filter(user=user).values(
        "ip", "user_agent", "created_at", "last_seen_at"
    )


def _second_factors(user):
    return Authenticator.objects.filter(user=user).values("type", "created_at", "last_used_at")


PARTS: dict[str, Callable[[User], Iterable | None]] = {
    "account": _account,
    "contributor": _contributor,
    "legs": _legs,
    "handoffs": _handoffs,
    "moves": _moves,
    "texts": _texts,
    "notes": _notes,
    "showings": _showings,
    "letters": _letters,
    "access": _access,
    "comments": replies.told_of,
    "follows": _follows,
    "sessions": _sessions,
    "second_factors": _second_factors,
}


def everything_about(user: User) -> dict:
    found = {name: part(user) for name, part in PARTS.items()}
    return {
        name: held if held is None or isinstance(held, dict) else _rows(held)
        for name, held in found.items()
    }


def _rows(values):
    return list(values)
