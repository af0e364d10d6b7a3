from django.urls import path

from articles.readers import asking, trial

app_name = "access"

urlpatterns = [
    path("trial/<slug:slug>/", trial.trial, name="trial"),
    path("trial/<slug:slug>/begin/", trial.begin, name="begin"),
    path("ask/", asking.ask, name="ask"),
]
