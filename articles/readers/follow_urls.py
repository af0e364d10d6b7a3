from django.urls import path

from articles.readers import follow_pages

app_name = "follow"

urlpatterns = [
    path("", follow_pages.ask, name="ask"),
    path("sent/", follow_pages.sent, name="sent"),
    path("confirm/<str:token>/", follow_pages.confirm, name="confirm"),
    path("stop/<str:token>/", follow_pages.stop, name="stop"),
]
