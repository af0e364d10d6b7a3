from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.i18n import JavaScriptCatalog

from relay_cms import views

admin.site.site_title = admin.site.site_header = settings.SITE_NAME
# Nobody edits another's keys and sessions by hand.
admin.site.unregister([Authenticator, EmailAddress, UserSession])

urlpatterns = [
    # The editor's words: its script asks the page for them, and the admin's own lack them.
    path(
        "admin/editor-words.js",
        JavaScriptCatalog.as_view(packages=["relay_cms", "django_prose_editor"]),
        name="editor-words",
    ),
    path("admin/", admin.site.urls),
    path(f"{settings.MEDIA_URL.strip('/')}/<path:path>", views.media, name="media"),
    path("health/", views.health, name="health"),
    path("account/", include("articles.readers.urls")),
    path("account/access/", include("articles.readers.access_urls")),
    path("account/", include("relay_cms.account_urls")),
    path("baton/", include("relays.urls")),
    path("baton/", include("articles.portal.urls")),
    path("show/", include("articles.shown.urls")),
    path("follow/", include("articles.readers.follow_urls")),
    path("", include("articles.urls")),
]

handler400 = views.bad_request
handler500 = views.server_error
