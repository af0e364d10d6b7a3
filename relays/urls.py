from django.urls import path

from relays import links

app_name = "relays"

urlpatterns = [path("link/<str:token>/", links.open_link, name="link")]
