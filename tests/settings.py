"""The site's own settings, with an environment that no machine changes."""

import os

os.environ |= {
    "DEBUG": "off",
    "SECRET_KEY": "only-for-the-suite",
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "SITE_URL": "http://testserver",
    "SITE_NAME": "Depechen",
    "CONTACT_EMAIL": "redaktionen@depechen.example",
    "LANGUAGE_CODE": "da",
    "TIME_ZONE": "Europe/Copenhagen",
    "LOG_LEVEL": "WARNING",
}
os.environ.setdefault("DATABASE_URL", "sqlite:///var/suite.sqlite3")

from relay_cms.settings import *  # noqa: F403
from relay_cms.settings import DATABASES

# What the suite writes need not outlive a power cut; who locks whom is as it is for readers.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"]["init_command"] += " PRAGMA synchronous=OFF;"
else:
    DATABASES["default"]["OPTIONS"]["options"] += " -c synchronous_commit=off"

# Hashed names need a collectstatic before the first test; one test makes its own.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True  # files are looked up where they lie, when they are asked for
WHITENOISE_USE_FINDERS = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick
