"""Atom: the newest posts of the site, a relay, a theme or a contributor, for those who read elsewhere.

A post goes out as far as `access.visible_part` shows it to a stranger. Every address begins with
SITE_URL, no text carries a soft hyphen, and nobody's e-mail is in here.
"""

import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.db.models import prefetch_related_objects
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import translation
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape, format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page, require_safe

from articles import access
from articles.models import Article, Byline
from articles.models.article import SOFT_HYPHEN
from articles.publication.moved import keeps_answering
from articles.publication.people import known_people
from relays.models import Contributor, Relay, Theme

ENTRIES = 20
NOTHING_YET = datetime(2000, 1, 1, tzinfo=UTC)

# XML has no way to say them, and no reader would see them.
_UNSAYABLE = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff{SOFT_HYPHEN}]")


def said(words: str) -> str:
    """Words as XML and a reader elsewhere can take them."""
    return _UNSAYABLE.sub("", words)


class FullTextFeed(Atom1Feed):
    """Atom as Django writes it, with the text, its language and each of its writers."""

    def latest_post_date(self):
        # Django says "now" of an empty feed, which would then be news at every call.
        return super().latest_post_date() if self.items else NOTHING_YET

    def item_attributes(self, item):
        return {"xml:lang": item["language"]}

    def add_item_elements(self, handler, item):
        super().add_item_elements(handler, item)
        for name, address in item["writers"]:
            handler.startElement("author", {})
            handler.addQuickElement("name", name)
            handler.addQuickElement("uri", address)
            handler.endElement("author")
        handler.addQuickElement("content", item["text"], {"type": "html"})


class NewestPosts(Feed):
    """The newest posts of the whole site; the other feeds narrow them."""

    feed_type = FullTextFeed

    def author_name(self, row):
        return settings.SITE_NAME

    def title(self, row):
        return said(f"{row} – {settings.SITE_NAME}") if row else settings.SITE_NAME

    def subtitle(self, row):
        return settings.SITE_DESCRIPTION

    def link(self, row):
        return settings.SITE_URL + (row.get_absolute_url() if row else reverse("articles:front"))

    def feed_url(self, row):
        return f"{self.link(row)}feed.xml"

    def feed_guid(self, row):
        return _name_of(f"{row._meta.model_name}-{row.pk}" if row else "posts")

    def posts(self, row):
        return Article.objects.public()

    def items(self, row):
        posts = self.posts(row).newest_first().with_text().select_related("theme")[:ENTRIES]
        found = list(posts)
        prefetch_related_objects(found, Byline.with_contributor(), "tags")
        return found

    def item_title(self, article):
        return said(article.live.title)

    def item_description(self, article):
        # Atom takes it for HTML.
        return escape(said(article.live.standfirst)) or None

    def item_link(self, article):
        return settings.SITE_URL + article.get_absolute_url()

    def item_guid(self, article):
        return _name_of(f"article-{article.pk}")

    def item_pubdate(self, article):
        return article.published_at

    def item_updateddate(self, article):
        return article.changed_at

    def item_categories(self, article):
        theme = [article.theme.name] if article.theme else []
        return [said(name) for name in theme + [tag.name for tag in article.tags.all()]]

    def item_extra_kwargs(self, article):
        people = [byline.contributor for byline in article.bylines.all()]
        return {
            "language": article.language,
            "text": _picture(article.live) + _visible_text(article),
            "writers": [
                (said(person.name), settings.SITE_URL + person.get_absolute_url())
                for person in people
            ],
        }


def _name_of(thing):
    """Not an address: a reader elsewhere would show everything again when that changes."""
    return f"tag:{urlsplit(settings.SITE_URL).hostname},2026:{thing}"


def _picture(text):
    """The picture of a text as an entry can carry it: one file, what it shows, whose it is."""
    if not text.picture:
        return ""
    below = " ".join(filter(None, (text.caption, text.picture.credit)))
    return format_html(
        '<figure><img src="{}" width="{}" height="{}" alt="{}">{}</figure>',
        settings.SITE_URL + text.picture.src,
        text.picture.cut_width,
        text.picture.cut_height,
        "" if text.is_decorative else said(text.alt),
        format_html("<figcaption>{}</figcaption>", said(below)) if below else "",
    )


def _visible_text(article):
    """The text with whole addresses: its links may begin with a slash or be a place in the text
    itself. Where it ends before the post does, it says so."""
    part = access.visible_part(article, None)
    here = settings.SITE_URL + article.get_absolute_url()
    text = said(part.html).replace('<a href="/', f'<a href="{settings.SITE_URL}/')
    text = text.replace('<a href="#', f'<a href="{here}#')
    if part.complete:
        return text
    with translation.override(article.language):
        return text + format_html('<p><a href="{}">{}</a></p>', here, _("Read the rest"))


class PostsOfRelay(NewestPosts):
    def get_object(self, request, slug):
        return get_object_or_404(Relay.objects.public(), slug=slug)

    def posts(self, relay):
        return super().posts(relay).filter(relay=relay)

    def subtitle(self, relay):
        return said(relay.introduction or relay.title)

    def get_feed(self, relay, request):
        feed = super().get_feed(relay, request)
        feed.feed["language"] = relay.language
        return feed


class PostsOnTheme(NewestPosts):
    def get_object(self, request, slug):
        return get_object_or_404(Theme, slug=slug)

    def posts(self, theme):
        return super().posts(theme).filter(theme=theme)

    def subtitle(self, theme):
        return said(theme.description) or _("Relays and posts on %(theme)s.") % {"theme": theme}


class PostsByContributor(NewestPosts):
    def get_object(self, request, slug):
        return get_object_or_404(known_people(), slug=slug)

    def posts(self, person):
        return super().posts(person).by(person)

    def subtitle(self, person):
        return said(person.presentation)


def _answer(feed):
    feed = feed()

    @require_safe
    @conditional_page
    def answer(request, **words):
        response = feed(request, **words)
        # Only the tag tells whether it is the same: a feed that lost a post is no newer.
        del response.headers["Last-Modified"]
        return response

    return answer


site = _answer(NewestPosts)
relay = keeps_answering(Relay)(_answer(PostsOfRelay))
theme = keeps_answering(Theme)(_answer(PostsOnTheme))
contributor = keeps_answering(Contributor)(_answer(PostsByContributor))
