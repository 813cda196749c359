"""Settings: one file, read from the environment, with working defaults for the embedded case only.

`ARWORK_ENV=production` removes every default that would be unsafe: the secret key, hosts and the database
must then come from the environment.
"""

import logging
from pathlib import Path
from urllib.parse import unquote

import environ
from celery.schedules import crontab
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from arwork.lib.keyring import BadKeys, read_keys
from arwork.lib.logs import configured
from arwork.lib.places import broker_socket

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
PRODUCTION = env.str("ARWORK_ENV", "embedded") == "production"
DEBUG = env.bool("DEBUG", False)
DATA_DIR = Path(env.str("DATA_DIR", str(BASE_DIR / "data"))).resolve()

_key_file = DATA_DIR / "secret_key"  # written by the first `make run`; never read in production
_embedded_key = _key_file.read_text() if not PRODUCTION and _key_file.exists() else "embedded-only-" + "0" * 50
SECRET_KEY = env.str("SECRET_KEY") if PRODUCTION else env.str("SECRET_KEY", _embedded_key)
# What people are found again by (claims/parties/match_keys.py): it outlives SECRET_KEY.
MATCH_KEY_SECRET = env.str("MATCH_KEY_SECRET") if PRODUCTION else env.str("MATCH_KEY_SECRET", SECRET_KEY)
if not MATCH_KEY_SECRET:
    raise ImproperlyConfigured("Set MATCH_KEY_SECRET; it must not be empty.")
# What patient data are encrypted with (arwork/lib/keyring.py). The first `make run` writes a key into DATA_DIR; what a
# command wrote there before it, under a key that everybody knows, stays readable until `rotate_keys` encrypts it anew.
_field_key_file = DATA_DIR / "field_keys"
_public_key = "embedded:" + "A" * 43 + "="
_embedded_keys = _field_key_file.read_text().strip() if not PRODUCTION and _field_key_file.exists() else ""
if _public_key not in _embedded_keys:
    _embedded_keys = ",".join(filter(None, (_embedded_keys, _public_key)))
FIELD_KEYS = env.str("FIELD_KEYS") if PRODUCTION else env.str("FIELD_KEYS", _embedded_keys)
if PRODUCTION and _public_key in FIELD_KEYS:
    raise ImproperlyConfigured("FIELD_KEYS names the key of the embedded case, which everybody knows.")
try:
    read_keys(FIELD_KEYS)
except BadKeys as error:
    raise ImproperlyConfigured(str(error)) from None
# What encrypted values are found by; like MATCH_KEY_SECRET, which it is unless given, it outlives every other key.
INDEX_KEY = env.str("INDEX_KEY", "") or MATCH_KEY_SECRET
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS") if PRODUCTION else env.list("ALLOWED_HOSTS", default=["*"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "drf_spectacular",
    "django_htmx",
    "template_partials",
    "csp",
    "axes",
    "django_structlog",
    "arwork.staff",
    "arwork.web",
    "claims",
    "collections_app",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "arwork.web.metrics.RequestMetrics",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "arwork.staff.sessions.StaffSession",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "arwork.urls"
WSGI_APPLICATION = "arwork.wsgi.application"
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
                "csp.context_processors.nonce",
                "arwork.web.page_frame.frame",
            ],
        },
    },
]

DATABASES = {"default": env.db_url("DATABASE_URL", f"sqlite:///{DATA_DIR / 'arwork.sqlite3'}")}
if PRODUCTION:
    DATABASES["default"] = env.db_url("DATABASE_URL")
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # IMMEDIATE takes the write lock at BEGIN: waiting writers queue instead of failing half way.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
else:
    # A percent-encoded folder names the server's unix socket: postgres://user@%2Frun%2Fpostgresql/arwork
    DATABASES["default"]["HOST"] = unquote(DATABASES["default"]["HOST"])
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", 60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL") if PRODUCTION else env.str("REDIS_URL", "")
CACHES = {
    "default": (
        {"BACKEND": "arwork.lib.short_cache.ShortCache", "LOCATION": REDIS_URL}
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}

AUTH_USER_MODEL = "staff.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
CSRF_FAILURE_VIEW = "arwork.web.expired_form.too_late"
LOGIN_URL = "staff:login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "staff:login"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_HANDLER = "arwork.staff.lockout.Handler"
AXES_USERNAME_CALLABLE = "arwork.staff.lockout.counted_name"
AXES_CLIENT_IP_CALLABLE = "arwork.staff.lockout.address"
PROXY_HOPS = env.int("PROXY_HOPS", 1 if PRODUCTION else 0)  # proxies in front whose X-Forwarded-For is believed
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # or who keeps knocking keeps its owner out for ever
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_LOCKOUT_TEMPLATE = "staff/locked.html"
# `lockout` says why five wrong passwords lock a name, and an address only after many more.
SILENCED_SYSTEM_CHECKS = ["axes.W006"]
IDLE_LOGOFF_SECONDS = env.int("IDLE_LOGOFF_SECONDS", 30 * 60)  # 45 CFR 164.312(a)(2)(iii)
SESSION_COOKIE_AGE = IDLE_LOGOFF_SECONDS + 120  # `StaffSession` ends it earlier, and writes at most twice a minute
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
# What was done is told in words that name claims: they go with the session, not in a cookie of their own.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = PRODUCTION and env.bool("HTTPS", True)
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_SSL_REDIRECT else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_SSL_REDIRECT
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]  # probes come from inside, without TLS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

LANGUAGE_CODE = "en-us"
TIME_ZONE = env.str("TIME_ZONE", "America/New_York")
USE_I18N = False
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(DATA_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = not PRODUCTION  # the embedded case serves straight from the checkout
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 6000  # as many rows as are acted on at once, and what goes with them
RAW_FILES_DIR = DATA_DIR / "raw"
WATCH_DIR = Path(env.str("WATCH_DIR", str(DATA_DIR / "inbox")))

# `make run` starts a Valkey server of its own on this socket unless REDIS_URL names a server.
BROKER_URL = REDIS_URL or f"unix://{broker_socket(DATA_DIR)}"
CELERY_BROKER_URL = BROKER_URL.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=")
CELERY_TASK_ALWAYS_EAGER = env.bool("CELERY_EAGER", False)
CELERY_TASK_EAGER_PROPAGATES = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Longer than the longest task: after it, a task of a worker that was killed is given out again.
    "visibility_timeout": env.int("TASK_VISIBILITY_SECONDS", 3600),
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
}
CELERY_TIMEZONE = TIME_ZONE
# What still runs after this goes back to the queue.
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = env.float("WORKER_SHUTDOWN_SECONDS", 10.0)
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULER = "arwork.lib.beat.LeasedScheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 10
DJANGO_STRUCTLOG_CELERY_ENABLED = True
CELERY_BEAT_SCHEDULE = {
    "open-business-day": {
        "task": "collections_app.tasks.open_day",
        "schedule": crontab(hour=3, minute=15),
    },
    "catch-up-day": {"task": "collections_app.tasks.open_day", "schedule": crontab(minute=45)},
    "prove-books": {"task": "claims.tasks.prove_books", "schedule": crontab(hour=5, minute=0)},
    "watch-folder": {"task": "claims.tasks.watch_folder", "schedule": 30.0},
    "release-expired-leases": {"task": "collections_app.tasks.release_leases", "schedule": 60.0},
    "drop-ended-sessions": {"task": "arwork.web.tasks.drop_ended_sessions", "schedule": crontab(minute=5)},
    "forget-drafts": {"task": "collections_app.tasks.forget_drafts", "schedule": crontab(hour=4, minute=25)},
    "refresh-aging": {"task": "collections_app.tasks.refresh_aging", "schedule": 300.0},
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["arwork.api.permissions.DeclaredCapability"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],  # the pages are for people
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": "1200/min"},  # ten busy desks; a loop gone wrong does no harm
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.CursorPagination",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "arwork.api.problems.problem_response",
    "PAGE_SIZE": 50,
}
SPECTACULAR_SETTINGS = {"TITLE": "arwork", "VERSION": "1", "SERVE_INCLUDE_SCHEMA": False}

DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
LOGGING = configured(
    level=env.str("LOG_LEVEL", "INFO" if PRODUCTION else "WARNING"), as_json=env.bool("LOG_JSON", PRODUCTION)
)

# A backup is written each night where a folder is named (docs/operations.md).
BACKUP_DIR = env.str("BACKUP_DIR", "")
BACKUP_PASSPHRASE = env.str("BACKUP_PASSPHRASE", "")
BACKUP_KEEP = env.int("BACKUP_KEEP", 14)
# Without these a restored database finds nobody again: they go into every backup, and are compared at a restore.
SECRETS_OF_THE_DATA = ("SECRET_KEY", "MATCH_KEY_SECRET", "INDEX_KEY", "FIELD_KEYS")
if BACKUP_DIR:
    CELERY_BEAT_SCHEDULE["back-up"] = {"task": "arwork.web.tasks.back_up", "schedule": crontab(hour=2, minute=20)}

METRICS_TOKEN = env.str("METRICS_TOKEN", "")  # a scraper's bearer token for /metrics; empty: people only
DEMO_USERS = ("collector", "supervisor", "admin", "auditor")
DEMO_PASSWORD = "arwork-demo-2026"  # noqa: S105 - printed by `make run`; production never loads the demo
