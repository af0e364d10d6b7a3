from django.urls import path

from articles.readers import pages, replies

app_name = "readers"

urlpatterns = [
    path("", pages.account, name="account"),
    path("name/", pages.change_name, name="change-name"),
    path("replies/<int:pk>/erase/", replies.erase, name="erase-reply"),
    path("sessions/<int:pk>/end/", pages.end_session, name="end-session"),
    path("sessions/others/end/", pages.end_other_sessions, name="end-other-sessions"),
    path("data/", pages.data, name="data"),
    path("erase/", pages.erase, name="erase"),
    path("erased/", pages.erased, name="erased"),
]
