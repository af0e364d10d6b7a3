"""Django looks here for the admin; it is in articles.newsroom, a file a subject."""

from articles.newsroom import articles, checklist, letters, pages, relays, tags

__all__ = ["articles", "checklist", "letters", "pages", "relays", "tags"]
