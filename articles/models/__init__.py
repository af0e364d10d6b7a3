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
from articles.models.card import Card
from articles.models.checklist import ChecklistItem, Tick
from articles.models.look import Look
from articles.models.note import Correction, Note
from articles.models.page import Page
from articles.models.search import SearchRow
from articles.models.showing import Purpose, Remark, Showing
from articles.models.tag import Tag, TaggedArticle

__all__ = [
    "Article",
    "ArticleMove",
    "Byline",
    "Card",
    "ChecklistItem",
    "Correction",
    "Draft",
    "Look",
    "Note",
    "Page",
    "Purpose",
    "Reason",
    "Remark",
    "Revision",
    "SearchRow",
    "Showing",
    "Status",
    "Tag",
    "TaggedArticle",
    "Text",
    "Tick",
    "Withdrawal",
]
