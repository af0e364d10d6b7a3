"""The newsroom's admin site: stock, but for the order in which its lists stand."""

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig

# What is opened most comes first; what is not named here stays where Django has it, below.
APPS = ["relays", "articles"]
MODELS = ["Relay", "Contributor", "Theme", "Article", "Tag"]


class NewsroomAdminConfig(AdminConfig):
    default_site = "articles.newsroom.site.NewsroomSite"


class NewsroomSite(AdminSite):
    def get_app_list(self, request, app_label=None):
        apps = super().get_app_list(request, app_label)
        for app in apps:
            app["models"].sort(key=lambda model: _place(model["object_name"], MODELS))
        return sorted(apps, key=lambda app: _place(app["app_label"], APPS))


def _place(name, names):
    return names.index(name) if name in names else len(names)
