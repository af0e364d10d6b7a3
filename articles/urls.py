from django.urls import path

from articles.publication import archive, embed, feeds, finding, pages, sitemaps, themes, views
from articles.readers import reading, replies

app_name = "articles"

urlpatterns = [
    path("", views.front, name="front"),
    path("feed.xml", feeds.site, name="feed"),
    path("sitemap.xml", sitemaps.index, name="sitemaps"),
    path("sitemap-posts-<int:year>.xml", sitemaps.posts, name="sitemap-of-posts"),
    path("sitemap-<slug:section>.xml", sitemaps.section, name="sitemap"),
    path("robots.txt", sitemaps.robots, name="robots"),
    path("relays/", views.relays, name="relays"),
    path("relays/<slug:slug>/", views.relay, name="relay"),
    path("relays/<slug:slug>/feed.xml", feeds.relay, name="relay-feed"),
    path("relays/<slug:slug>/<int:number>/", views.leg, name="leg"),
    path("relays/<slug:slug>/all/", archive.whole_relay, name="whole-relay"),
    path("embed/relays/<slug:slug>/", embed.relay, name="embed"),
    path("articles/<slug:slug>/", views.article, name="article"),
    path("articles/<slug:slug>/full/", reading.full, name="full-article"),
    path("articles/<slug:slug>/replies/", replies.write, name="replies"),
    path("articles/<slug:slug>/replies/code/", replies.request_code, name="reply-code"),
    path("articles/<slug:slug>/replies/send/", replies.create, name="create-reply"),
    path("articles/<slug:slug>/replies/<int:pk>/", replies.reply, name="reply"),
    path("archive/", archive.newest_year, name="newest-archive"),
    path("archive/<int:year>/", archive.year, name="archive"),
    path("pages/<slug:slug>/", pages.page, name="page"),
    path("themes/", themes.themes, name="themes"),
    path("themes/<slug:slug>/", themes.theme, name="theme"),
    path("themes/<slug:slug>/feed.xml", feeds.theme, name="theme-feed"),
    path("tags/<slug:slug>/", views.tag, name="tag"),
    path("search/", finding.find, name="search"),
    path("contributors/", views.contributors, name="contributors"),
    path("contributors/<slug:slug>/", views.contributor, name="contributor"),
    path("contributors/<slug:slug>/feed.xml", feeds.contributor, name="contributor-feed"),
]
