from articles.models.article import (
    Access,
    Article,
    ArticleMove,
    Byline,
    Draft,
    Reason,
    Replies,
    Revision,
    Status,
    Text,
    Withdrawal,
)
from articles.models.card import Card
from articles.models.checklist import ChecklistItem, Tick
from articles.models.follow import Announcement, Follow, Follower, FollowRequest
from articles.models.look import Look
from articles.models.note import Correction, Note
from articles.models.page import Page
from articles.models.reader import AccessRequest, Grant, GrantKind, GrantMove
from articles.models.reply import Network, Reply, ReplyMove, ReplyState, Voice
from articles.models.search import SearchRow
from articles.models.showing import Purpose, Remark, Showing
from articles.models.tag import Tag, TaggedArticle

__all__ = [
    "Access",
    "AccessRequest",
    "Announcement",
    "Article",
    "ArticleMove",
    "Byline",
    "Card",
    "ChecklistItem",
    "Correction",
    "Draft",
    "Follow",
    "FollowRequest",
    "Follower",
    "Grant",
    "GrantKind",
    "GrantMove",
    "Look",
    "Network",
    "Note",
    "Page",
    "Purpose",
    "Reason",
    "Remark",
    "Replies",
    "Reply",
    "ReplyMove",
    "ReplyState",
    "Revision",
    "SearchRow",
    "Showing",
    "Status",
    "Tag",
    "TaggedArticle",
    "Text",
    "Tick",
    "Voice",
    "Withdrawal",
]
