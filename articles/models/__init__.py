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
from articles.models.tag import Tag, TaggedArticle

__all__ = [
    "Article",
    "ArticleMove",
    "Byline",
    "Draft",
    "Reason",
    "Revision",
    "Status",
    "Tag",
    "TaggedArticle",
    "Text",
    "Withdrawal",
]
