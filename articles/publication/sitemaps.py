"""What search engines are told: every public address and no other, and where not to look."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap, views
from django.db.models import Exists, Max, OuterRef, Q
from django.db.models.functions import Coalesce, Greatest
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from articles.models import Article, Page, Tag, TaggedArticle, Withdrawal
from articles.publication.archive import years_of_archive
from articles.publication.people import known_people
from relays.models import Relay, Theme

# Pages of single people, of the newsroom, and of no content of their own.
NOT_FOR_SEARCH_ENGINES = [
    "/admin/",
    "/baton/",
    "/account/",
    "/show/",
    "/search/",
    "/embed/",
    "/health/",
]
LISTS = ["front", "relays", "themes", "contributors"]


class Section(Sitemap):
    """Addresses of one kind. They begin with SITE_URL, whatever name the site was asked by."""

    limit = 5_000

    def get_protocol(self, protocol=None):
        return urlsplit(settings.SITE_URL).scheme

    def get_domain(self, site=None):
        return urlsplit(settings.SITE_URL).netloc

    def get_latest_lastmod(self):
        return None  # Django would load every row to find it


class Lists(Section):
    def items(self):
        return LISTS

    def location(self, name):
        return reverse(f"articles:{name}")


class Posts(Section):
    def items(self):
        changed = Greatest("published_at", "live__at")
        return Article.objects.public().annotate(changed=changed).only("slug").order_by("pk")

    def lastmod(self, article):
        return article.changed

    def get_latest_lastmod(self):
        return self.items().aggregate(newest=Max("changed"))["newest"]


class Relays(Section):
    def items(self):
        public = Q(articles__live__isnull=False, articles__withdrawal=Withdrawal.NONE)
        newest = Max("articles__published_at", filter=public)
        return Relay.objects.public().annotate(changed=Coalesce(newest, "opened")).order_by("pk")

    def lastmod(self, relay):
        return relay.changed


class Themes(Section):
    def items(self):
        return Theme.objects.order_by("pk")


class Archive(Section):
    def items(self):
        return years_of_archive()

    def location(self, year):
        return reverse("articles:archive", args=[year])


class Tags(Section):
    def items(self):
        public = TaggedArticle.objects.filter(content_object__in=Article.objects.public())
        return Tag.objects.filter(Exists(public.filter(tag=OuterRef("pk")))).order_by("pk")


class Contributors(Section):
    def items(self):
        return known_people().order_by("pk")


class Pages(Section):
    def items(self):
        return Page.objects.order_by("pk")

    def lastmod(self, page):
        return page.changed


SECTIONS: dict[str, type[Sitemap]] = {
    "lists": Lists,
    "posts": Posts,
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
    """The pages of every section that has something to say."""
    pages = []
    for name, section in ((name, kind()) for name, kind in SECTIONS.items()):
        address = settings.SITE_URL + reverse("articles:sitemap", args=[name])
        changed = section.get_latest_lastmod()
        for number in section.paginator.page_range if section.paginator.count else []:
            page = f"{address}?p={number}" if number > 1 else address
            pages.append({"location": page, "last_mod": changed})
    return TemplateResponse(
        request, "sitemap_index.xml", {"sitemaps": pages}, content_type="application/xml"
    )


@require_safe
def section(request, section):
    return views.sitemap(request, {**SECTIONS}, section)


@require_safe
def robots(request):
    lines = ["User-agent: *"]
    lines += [f"Disallow: {prefix}" for prefix in NOT_FOR_SEARCH_ENGINES]
    lines += ["", f"Sitemap: {settings.SITE_URL}{reverse('articles:sitemaps')}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
