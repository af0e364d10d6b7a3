"""What search engines are told: every public address and no other, and where not to look."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap, views
from django.db.models import Exists, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, Greatest
from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from articles.models import Article, Page, Tag, TaggedArticle
from articles.publication.archive import years_of_archive, years_with_posts
from articles.publication.listing import between
from articles.publication.people import known_people
from relays.models import Relay, Theme

# Pages of single people, of the newsroom, and of no content of their own.
NOT_FOR_SEARCH_ENGINES = [
    "/admin/",
    "/baton/",
    "/account/",
    "/follow/",
    "/show/",
    "/search/",
    "/embed/",
    "/health/",
]
MOST_ADDRESSES = 50_000  # that one file may hold
LISTS = ["front", "relays", "themes", "contributors"]


class Section(Sitemap):
    """Addresses of one kind. They begin with SITE_URL, whatever name the site was asked by.

    Every section is one page, so none is counted, and of posts there is one for each year.
    """

    limit = MOST_ADDRESSES

    def get_protocol(self, protocol=None):
        return urlsplit(settings.SITE_URL).scheme

    def get_domain(self, site=None):
        return urlsplit(settings.SITE_URL).netloc

    def rows(self):
        raise NotImplementedError

    def items(self):
        return list(self.rows()[:MOST_ADDRESSES])

    def get_latest_lastmod(self):
        return None  # Django would load every row to find it


class Lists(Section):
    def items(self):
        return LISTS

    def location(self, name):
        return reverse(f"articles:{name}")


class Posts(Section):
    def __init__(self, year: int):
        self.year = year

    def rows(self):
        changed = Greatest("published_at", "live__at")
        posts = between(Article.objects.public(), self.year)
        return posts.annotate(changed=changed).only("slug").oldest_first()

    def lastmod(self, article):
        return article.changed


class Relays(Section):
    def rows(self):
        posts = Article.objects.public().filter(relay=OuterRef("pk")).newest_first()
        newest = Subquery(posts.values("published_at")[:1])
        return Relay.objects.public().annotate(changed=Coalesce(newest, "opened")).order_by("pk")

    def lastmod(self, relay):
        return relay.changed


class Themes(Section):
    def rows(self):
        return Theme.objects.order_by("pk")


class Archive(Section):
    def items(self):
        return years_of_archive()

    def location(self, year):
        return reverse("articles:archive", args=[year])


class Tags(Section):
    def rows(self):
        public = TaggedArticle.objects.filter(content_object__in=Article.objects.public())
        return Tag.objects.filter(Exists(public.filter(tag=OuterRef("pk")))).order_by("pk")


class Contributors(Section):
    def rows(self):
        return known_people().order_by("pk")


class Pages(Section):
    def rows(self):
        return Page.objects.defer("body").order_by("pk")

    def lastmod(self, page):
        return page.changed


SECTIONS: dict[str, type[Section]] = {
    "lists": Lists,
    "relays": Relays,
    "themes": Themes,
    "tags": Tags,
    "contributors": Contributors,
    "archive": Archive,
    "pages": Pages,
}


@require_safe
@views.x_robots_tag
def index(request):
    """Every section that has something to say."""
    sections = [
        *(reverse("articles:sitemap-of-posts", args=[year]) for year in years_with_posts()),
        *(reverse("articles:sitemap", args=[name]) for name in sections_with_rows()),
    ]
    pages = [{"location": settings.SITE_URL + section} for section in sections]
    return TemplateResponse(
        request, "sitemap_index.xml", {"sitemaps": pages}, content_type="application/xml"
    )


def sections_with_rows() -> list[str]:
    """One query for all of them; lists and archive are never empty."""
    rows = [
        kind().rows().order_by().values_list(Value(name)).distinct()
        for name, kind in SECTIONS.items()
        if kind.rows is not Section.rows
    ]
    found = {name for (name,) in rows[0].union(*rows[1:])} | {"lists", "archive"}
    return [name for name in SECTIONS if name in found]


@require_safe
def section(request, section):
    return views.sitemap(request, {**SECTIONS}, section)


@require_safe
def posts(request, year):
    if year not in years_with_posts():
        raise Http404
    return views.sitemap(request, {"posts": Posts(year)})


@require_safe
def robots(request):
    lines = ["User-agent: *"]
    lines += [f"Disallow: {prefix}" for prefix in NOT_FOR_SEARCH_ENGINES]
    lines += ["", f"Sitemap: {settings.SITE_URL}{reverse('articles:sitemaps')}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
