"""One file, read top to bottom. What differs between machines comes from the environment
(or a `.env` beside manage.py); `.env.example` explains each variable."""

from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"  # everything the program writes, unless the environment says otherwise

env = environ.Env()
env.read_env(BASE_DIR / ".env")

DEBUG = env.bool("DEBUG", default=False)

if not DEBUG:
    _missing = [
        name for name in ("SECRET_KEY", "ALLOWED_HOSTS", "SITE_URL") if not env(name, default="")
    ]
    if _missing:
        raise ImproperlyConfigured(
            f"Set {', '.join(_missing)} in the environment or in .env (see .env.example), "
            "or DEBUG=on on your own machine."
        )

SECRET_KEY = env("SECRET_KEY", default="only-for-debug-on-your-own-machine")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
SITE_URL = env("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")

# The site: what a newsroom changes to make it its own -------------------------------------

SITE_NAME = env("SITE_NAME", default="Depechen")
SITE_TAGLINE = env("SITE_TAGLINE", default="blogstafetter mellem offentlig og privat")
SITE_DESCRIPTION = env(
    "SITE_DESCRIPTION",
    default="Meninger, der går fra hånd til hånd mellem den offentlige og den private sektor.",
)
WORDMARK = env(
    "WORDMARK", default="wordmarks/depechen.html"
)  # a template; empty: the name in letters
EDITOR_IN_CHIEF = env("EDITOR_IN_CHIEF", default="Vibeke Sandholt")
CONTACT_EMAIL = env("CONTACT_EMAIL", default="redaktionen@depechen.example")
# The two sectors as readers see them; empty: "Public" and "Private" in the page's language.
SECTOR_PUBLIC = env("SECTOR_PUBLIC", default="")
SECTOR_PRIVATE = env("SECTOR_PRIVATE", default="")

LANGUAGE_CODE = env("LANGUAGE_CODE", default="da")
LANGUAGES = [("da", _("Danish")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "relay_cms" / "locale"]
FORMAT_MODULE_PATH = "relay_cms.formats"
TIME_ZONE = env("TIME_ZONE", default="Europe/Copenhagen")
USE_TZ = True
# ISO weeks without deadlines: the Danish summer.
SUMMER_WEEKS = frozenset(env.list("SUMMER_WEEKS", cast=int, default=[28, 29, 30]))
# Working days within which a writer hears about a text that they have sent.
REVIEW_DAYS = env.int("REVIEW_DAYS", default=2)
# Days after publication in which a post takes comments; 0: for ever.
REPLY_DAYS = env.int("REPLY_DAYS", default=30)

# The house --------------------------------------------------------------------------------

INSTALLED_APPS = [
    "relay_cms",
    "articles",
    "relays",
    "taggit",
    "django_prose_editor",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django.forms",
    "articles.newsroom.site.NewsroomAdminConfig",  # django.contrib.admin, opening on the overview
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "relay_cms.middleware.BrowserPolicyMiddleware",
    "csp.middleware.CSPMiddleware",
    "relay_cms.middleware.NoCookiesForReadersMiddleware",
    "relay_cms.middleware.PersonalPagesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "relay_cms.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "relay_cms.urls"
TURN_URL = "portal:turn"  # where a personal link leads; relays know no page that shows a text
WSGI_APPLICATION = "relay_cms.wsgi.application"
AUTH_USER_MODEL = "relays.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "relay_cms.site.site",
            ],
        },
    }
]

FORM_RENDERER = "django.forms.renderers.TemplatesSetting"  # widgets may have templates of ours

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Log-in: readers and contributors by a code in a mail, staff by password and a second factor ---

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "readers:account"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]  # by User.email alone
ACCOUNT_ADAPTER = "relay_cms.accounts.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1"]  # without the second, no log-in asks for one
# Whoever logs in by a code has proved their address by it, and nobody else needs to.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
SESSION_ENGINE = "relay_cms.sessions"
ACCOUNT_FORMS = {
    "login": "relay_cms.accounts.PasswordForm",
    "change_password": "relay_cms.accounts.ChangePasswordForm",
    "set_password": "relay_cms.accounts.SetPasswordForm",
    "reauthenticate": "relay_cms.accounts.ReauthenticateForm",
}
# Counted in the cache, by the network somebody comes from and by the account they want.
ACCOUNT_RATE_LIMITS = {
    "request_login_code": "20/m/ip,5/15m/key,30/d/key",
    "confirm_login_code": "30/m/ip",
    "follow": "20/h/ip",
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
}
MFA_ADAPTER = "relay_cms.accounts.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "relay_cms.accounts.SecondFactorForm",
    "reauthenticate": "relay_cms.accounts.SecondFactorAgainForm",
    "activate_totp": "relay_cms.accounts.ActivateTOTPForm",
    "add_webauthn": "relay_cms.accounts.AddPasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = SITE_NAME
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SITE_URL.startswith("https://")  # localhost, to try it
# No page of the newsroom opens to staff without one. Offered, but not demanded, on a site
# without https: it is somebody's own machine.
STAFF_NEED_SECOND_FACTOR = env.bool(
    "STAFF_NEED_SECOND_FACTOR", default=SITE_URL.startswith("https://")
)

# Database: SQLite for a newcomer, PostgreSQL in production; the suite runs on both ----------

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # SQLite has no row locks: an IMMEDIATE transaction is the lock. WAL lets readers read meanwhile.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
    # A file, not memory: the race tests need threads with connections of their own.
    DATABASES["default"]["TEST"] = {"NAME": VAR_DIR / "test.sqlite3"}
else:
    DATABASES["default"]["OPTIONS"] = {"connect_timeout": 5, "options": "-c statement_timeout=30s"}
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

# What several servers must count together, above all who has tried to log in how often. An
# entry pushed out early would be a limit forgotten, so there is room for very many.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 1_000_000},
    }
}

# Files ------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = Path(env("STATIC_ROOT", default=str(VAR_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = Path(env("MEDIA_ROOT", default=str(VAR_DIR / "media")))
FILE_UPLOAD_HANDLERS = [
    "relay_cms.uploads.BoundedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG

# Other days for the rungs of relays.ladder: LADDER_DAYS=due_soon=-5,overdue=2
LADDER_DAYS = {kind: int(days) for kind, days in env.dict("LADDER_DAYS", default={}).items()}

# Mail: files under var/letters until a server is named ---------------------------------------

EMAIL_URL = env("EMAIL_URL", default="")
if EMAIL_URL:
    vars().update(env.email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = VAR_DIR / "letters"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env("FROM_EMAIL", default=f"{SITE_NAME} <{CONTACT_EMAIL}>")

TAGGIT_CASE_INSENSITIVE = True

# Security: follows the scheme of SITE_URL, so that a demo on plain 127.0.0.1 can log in ------

HTTPS = SITE_URL.startswith("https://")
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
# How many of the addresses at the end of X-Forwarded-For our own proxies have written. What
# stands before them, anybody can have written.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("PROXY_COUNT", default=int(BEHIND_PROXY))
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
CSRF_TRUSTED_ORIGINS = [SITE_URL]
CSRF_FAILURE_VIEW = "relay_cms.views.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Prefer hashes to nonces: pages stay the same for everybody. The pages with the rich-text
# editor add its two hashes (relays.richtext.editor_csp).
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# The handler has it, too: a warning of Django's own loggers does not ask for the root's level.
LOG_LEVEL = env("LOG_LEVEL", default="INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"mask_tokens": {"()": "relay_cms.logs.MaskTokens"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["mask_tokens"],
            "level": LOG_LEVEL,
        }
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
}
