from articles.models.article import (
    Article,
    ArticleMove,
    Byline,
    Draft,
    Reason,
    Revision,
    Status,
    Text,
    Withdrawal,
)
from articles.models.look import Look
from articles.models.note import Correction, Note
from articles.models.tag import Tag, TaggedArticle

__all__ = [
    "Article",
    "ArticleMove",
    "Byline",
    "Correction",
    "Draft",
    "Look",
    "Note",
    "Reason",
    "Revision",
    "Status",
    "Tag",
    "TaggedArticle",
    "Text",
    "Withdrawal",
]
