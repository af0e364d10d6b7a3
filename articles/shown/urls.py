from django.urls import path

from articles.shown import pages

app_name = "shown"

urlpatterns = [
    path("<str:token>/", pages.text, name="text"),
    path("<str:token>/remarks/", pages.create_remark, name="create-remark"),
    path("<str:token>/thanks/", pages.thanks, name="thanks"),
]
