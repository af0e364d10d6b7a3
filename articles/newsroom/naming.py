"""Names by which readers search posts: with a new one, the posts are indexed anew."""

from django.contrib import admin

from articles import search
from articles.models import Article
from articles.models.article import ArticleQuerySet
from relays.admin import ContributorAdmin, ThemeAdmin
from relays.models import Contributor, Theme


class NamesPosts:
    """Of rows whose names are among the words of posts."""

    names: tuple[str, ...] = ("name",)

    def posts_named(self, rows) -> ArticleQuerySet:
        """The posts that carry the name of one of these rows."""
        raise NotImplementedError

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if change and not set(self.names).isdisjoint(form.changed_data):
            search.index(self.posts_named([obj]))


admin.site.unregister([Contributor, Theme])


@admin.register(Contributor)
class NamedContributorAdmin(NamesPosts, ContributorAdmin):
    def posts_named(self, rows):
        return Article.objects.filter(bylines__contributor__in=rows)


@admin.register(Theme)
class NamedThemeAdmin(NamesPosts, ThemeAdmin):
    def posts_named(self, rows):
        return Article.objects.filter(theme__in=rows)
