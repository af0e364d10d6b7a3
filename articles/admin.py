"""Django looks here for the admin; it is in articles.newsroom, a file a subject."""

from articles.newsroom import (
    articles,
    checklist,
    followers,
    letters,
    members,
    pages,
    relays,
    replies,
    tags,
)

__all__ = [
    "articles",
    "checklist",
    "followers",
    "letters",
    "members",
    "pages",
    "relays",
    "replies",
    "tags",
]
