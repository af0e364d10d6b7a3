"""Django looks here for the admin; it is in articles.newsroom, a file a subject."""

from articles.newsroom import articles, letters, relays, tags

__all__ = ["articles", "letters", "relays", "tags"]
