from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from relay_cms import views

urlpatterns = [
    path("admin/", admin.site.urls),
    path(f"{settings.MEDIA_URL.strip('/')}/<path:path>", views.media, name="media"),
    path("", include("articles.urls")),
]

handler500 = views.server_error
