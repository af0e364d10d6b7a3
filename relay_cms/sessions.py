"""Sessions in the database, as Django has them, but that the list of where somebody is logged in
goes along when one gets a new key: else nobody could see or end it any more."""

from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends import db


class SessionStore(db.SessionStore):
    def cycle_key(self):
        before = self.session_key
        super().cycle_key()
        UserSession.objects.filter(session_key=before).update(session_key=self.session_key)
