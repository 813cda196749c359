"""Settings: one file, read from the environment, with working defaults for the embedded case only.

`ARWORK_ENV=production` removes every default that would be unsafe: the secret key, hosts and the database
must then come from the environment, and `safe_settings` refuses those that are weak.
"""

import logging
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import unquote

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from arwork.beat_schedule import BACKUP_RINGS, RINGS
from arwork.lib.keyring import BadKeys, new_key, read_keys
from arwork.lib.logs import configured
from arwork.lib.message_settings import message_settings
from arwork.lib.own_keys import own_key
from arwork.lib.payer_network_settings import payer_network
from arwork.lib.payment_settings import card_processor
from arwork.lib.places import broker_socket
from arwork.lib.safe_settings import ensure_safe, is_production
from arwork.lib.saml_settings import saml_provider
from arwork.lib.sftp_settings import clearinghouses, debit_bank

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
PRODUCTION = is_production(env.str("ARWORK_ENV", "embedded"))
DEBUG = env.bool("DEBUG", False)
DATA_DIR = Path(env.str("DATA_DIR", str(BASE_DIR / "data"))).resolve()

# Outside production keys that are not given are files in DATA_DIR, made by whichever process comes first.
SECRET_KEY = env.str("SECRET_KEY") if PRODUCTION else env.str("SECRET_KEY", "") or own_key(DATA_DIR / "secret_key")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])  # keys of before, while what they made runs out
# What people are found again by (claims/parties/match_keys.py): it outlives SECRET_KEY.
MATCH_KEY_SECRET = env.str("MATCH_KEY_SECRET") if PRODUCTION else env.str("MATCH_KEY_SECRET", SECRET_KEY)
if not MATCH_KEY_SECRET:
    raise ImproperlyConfigured("Set MATCH_KEY_SECRET; it must not be empty.")
# What patient data are encrypted with (arwork/lib/keyring.py).
FIELD_KEYS = env.str("FIELD_KEYS") if PRODUCTION else env.str("FIELD_KEYS", "")
if not (FIELD_KEYS or PRODUCTION):
    FIELD_KEYS = own_key(DATA_DIR / "field_keys", lambda: new_key("k1"))
try:
    read_keys(FIELD_KEYS)
except BadKeys as error:
    raise ImproperlyConfigured(str(error)) from None
# What encrypted values are found by; like MATCH_KEY_SECRET, which it is unless given, it outlives every other key.
INDEX_KEY = env.str("INDEX_KEY", "") or MATCH_KEY_SECRET
# What the audit trail is signed with, the newest first (arwork/staff/audit_keys.py); embedded: a file in DATA_DIR.
_audit_file = DATA_DIR / "audit_key"
_audit_keys = ",".join(_audit_file.read_text().split()) if not PRODUCTION and _audit_file.exists() else ""
AUDIT_KEY = env.str("AUDIT_KEY") if PRODUCTION else env.str("AUDIT_KEY", _audit_keys)
if PRODUCTION and not AUDIT_KEY.strip(" ,"):
    raise ImproperlyConfigured("Set AUDIT_KEY; it must not be empty.")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS") if PRODUCTION else env.list("ALLOWED_HOSTS", default=["*"])
if PRODUCTION:
    _newest = AUDIT_KEY.split(",")[0].strip()
    _secrets = {"SECRET_KEY": SECRET_KEY, "MATCH_KEY_SECRET": MATCH_KEY_SECRET, "AUDIT_KEY": _newest}
    ensure_safe(secrets=_secrets, allowed_hosts=ALLOWED_HOSTS, debug=DEBUG)
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
    "allauth",
    "allauth.account",  # which allauth.mfa stands on; none of its pages is routed
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "arwork.lib",
    "arwork.staff",
    "arwork.webhooks",
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
    "arwork.staff.origin.RequestOrigin",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "arwork.staff.sessions.StaffSession",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
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

_database_url = env.str("DATABASE_URL", "").strip()  # set to nothing is not set
if PRODUCTION and not _database_url:
    raise ImproperlyConfigured("Set DATABASE_URL, as postgres://user:password@host:5432/name; it must not be empty.")
DATABASES = {"default": env.db_url_config(_database_url or f"sqlite:///{DATA_DIR / 'arwork.sqlite3'}")}
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
# Who owns the tables and migrates, where that is not the role that works (arwork/lib/database_roles.py).
DATABASE_OWNER = env.db_url("DATABASE_OWNER_URL") if env.str("DATABASE_OWNER_URL", "") else {}
DATABASE_ROLE = DATABASES["default"].get("USER", "")
DATABASE_ROLE_PASSWORD = DATABASES["default"].get("PASSWORD", "")
if DATABASE_OWNER:
    DATABASE_OWNER["HOST"] = unquote(DATABASE_OWNER["HOST"])
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL") if PRODUCTION else env.str("REDIS_URL", "")
CACHES = {
    "default": (
        {"BACKEND": "arwork.lib.short_cache.ShortCache", "LOCATION": REDIS_URL}
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    ),
    # A copy of a session is shared by all processes or is not made: one kept by each would outlive what ended it.
    "sessions": (
        {"BACKEND": "arwork.lib.short_cache.ShortCache", "LOCATION": REDIS_URL}
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}
    ),
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
    {"NAME": "arwork.staff.passwords.StrengthValidator"},
]
TEMPORARY_PASSWORD_HOURS = env.int("TEMPORARY_PASSWORD_HOURS", 72)  # for how long one that another chose opens
# A second factor: whose role must have one ("all": every role). The demo and development go without.
SECOND_FACTOR_ROLES = env.list("SECOND_FACTOR_ROLES", default=["all"] if PRODUCTION else [])
PROVED_SECONDS = 600  # for how long a password or code just given stands behind what matters most
MFA_ADAPTER = "arwork.staff.factor_secrets.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "arwork"
MFA_RECOVERY_CODE_DIGITS = 10
# Single sign-on at one OpenID Connect provider; without its address it is not offered.
OIDC_SERVER_URL = env.str("OIDC_SERVER_URL", "")
OIDC_NAME = env.str("OIDC_NAME", "") or "your organisation"
OIDC_TRUSTS_EMAIL = env.bool("OIDC_TRUSTS_EMAIL", False)  # also addresses that it does not call verified
OIDC_IS_SECOND_FACTOR = env.bool("OIDC_IS_SECOND_FACTOR", False)  # it asks for one itself
SAML = saml_provider(env, is_production=PRODUCTION)  # None: not offered
CARD_PROCESSOR = card_processor(env, is_production=PRODUCTION)
DEBIT_BANK = debit_bank(env)
PAYER_NETWORK = payer_network(env, is_production=PRODUCTION)
CLEARINGHOUSES = clearinghouses(env)
SOCIALACCOUNT_ADAPTER = "arwork.web.sso.SignOnAdapter"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "oidc",
                "name": OIDC_NAME,
                "client_id": env.str("OIDC_CLIENT_ID", ""),
                "secret": env.str("OIDC_CLIENT_SECRET", ""),
                "settings": {"server_url": OIDC_SERVER_URL, "fetch_userinfo": False},
            }
        ],
    }
}
PASSWORD_RESET_TIMEOUT = 3600  # seconds that a link in a message opens; once
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
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "code", "passkey", "proof"]
AXES_LOCKOUT_TEMPLATE = "staff/locked.html"
# `lockout` says why five wrong passwords lock a name, and an address only after many more.
SILENCED_SYSTEM_CHECKS = ["axes.W006"]
IDLE_LOGOFF_SECONDS = env.int("IDLE_LOGOFF_SECONDS", 30 * 60)  # 45 CFR 164.312(a)(2)(iii)
EMERGENCY_MINUTES = env.int("EMERGENCY_MINUTES", 60)  # how long a practice is open in an emergency; 0: never
SESSION_LIMIT_SECONDS = env.int("SESSION_LIMIT_SECONDS", 12 * 3600)  # however much is done in it
SESSION_COOKIE_AGE = IDLE_LOGOFF_SECONDS + 120  # `StaffSession` ends it earlier, and writes at most twice a minute
SESSION_ENGINE = "arwork.staff.session_store"
SESSION_CACHE_ALIAS = "sessions"
# What was done is told in words that name claims: they go with the session, not in a cookie of their own.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = PRODUCTION and env.bool("HTTPS", True)
# With it a browser takes such a cookie from this very host alone, by TLS: no neighbor in the domain plants one.
COOKIE_PREFIX = "__Host-" if SESSION_COOKIE_SECURE else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid", f"{COOKIE_PREFIX}csrftoken"
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
        "frame-src": [SELF],
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
MAX_UPLOAD_MB = env.int("MAX_UPLOAD_MB", 200)  # all files of a request together; the proxy in front must allow as much
FILE_UPLOAD_HANDLERS = [
    "arwork.lib.uploads.BoundedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "arwork.lib.uploads.DiskUpload",
]
UPLOAD_DIR = DATA_DIR / "uploads"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 6000  # as many rows as are acted on at once, and what goes with them
# What stops every deletion by rule (collections_app/retention): the name of the matter, for people to read.
LEGAL_HOLD = env.str("LEGAL_HOLD", "").strip()
DISK_LOW_MB = env.int("DISK_LOW_MB", 200)  # less room than this where files are kept is told to people and probes
RAW_FILES_DIR = DATA_DIR / "raw"
# Far above real files (an 837I has 999 lines at most): what goes beyond is a file gone wrong, or made to do harm.
EDI_MOST_SEGMENTS = env.int("EDI_MOST_SEGMENTS", 5_000_000)
WATCH_INCOMPLETE_MINUTES = env.int("WATCH_INCOMPLETE_MINUTES", 60)  # then a watched file without its IEA is refused
EDI_MOST_LINES = env.int("EDI_MOST_LINES", 2_000)
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
CELERY_BEAT_SCHEDULE = dict(RINGS)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "arwork.api.token_authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["arwork.api.permissions.DeclaredCapability"],
    "DEFAULT_PARSER_CLASSES": ["arwork.api.parsers.BoundedJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],  # the pages are for people
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": "1200/min"},  # ten busy desks; a loop gone wrong does no harm
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.CursorPagination",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "arwork.api.problems.problem_response",
    "PAGE_SIZE": 50,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "arwork",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["arwork.api.permissions.DeclaredCapability"],  # its own default is AllowAny
}

DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
LOGGING = configured(
    level=env.str("LOG_LEVEL", "INFO" if PRODUCTION else "WARNING"), as_json=env.bool("LOG_JSON", PRODUCTION)
)

# smtp+tls://user:password@host:587; without it nothing is sent, and what needs it is not offered.
_email_url = env.str("EMAIL_URL", "") or "dummymail://"
EMAIL_CONFIGURED = not _email_url.startswith("dummymail:")
vars().update(env.email_url_config(_email_url))
EMAIL_TIMEOUT = 20
SEAL_EMAIL = env.str("SEAL_EMAIL", "")  # the seals of the audit trail are sent here too
if SEAL_EMAIL and not EMAIL_CONFIGURED:
    raise ImproperlyConfigured("SEAL_EMAIL is given and EMAIL_URL is not, so no seal would ever be sent. Set both.")
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("EMAIL_FROM", "arwork@localhost")
MESSAGES = message_settings(env, folder=DATA_DIR / "outbox", email_from=DEFAULT_FROM_EMAIL, is_production=PRODUCTION)
# A backup is written each night where a folder is named (docs/operations.md).
BACKUP_DIR = env.str("BACKUP_DIR", "")
BACKUP_PASSPHRASE = env.str("BACKUP_PASSPHRASE", "")
BACKUP_KEEP = env.int("BACKUP_KEEP", 14)
# Without these a restored database finds nobody again: they go into every backup, and are compared at a restore.
SECRETS_OF_THE_DATA = ("SECRET_KEY", "SECRET_KEY_FALLBACKS", "MATCH_KEY_SECRET", "INDEX_KEY", "FIELD_KEYS", "AUDIT_KEY")
if BACKUP_DIR:
    CELERY_BEAT_SCHEDULE |= BACKUP_RINGS

# Webhooks: private networks in which receivers may stand; http:// only where nothing real is sent.
WEBHOOK_NETWORKS = env.list("WEBHOOK_NETWORKS", default=[])
WEBHOOK_ALLOW_HTTP = env.bool("WEBHOOK_ALLOW_HTTP", False)
try:
    for _network in WEBHOOK_NETWORKS:
        ip_network(_network)
except ValueError as error:
    raise ImproperlyConfigured(f"WEBHOOK_NETWORKS: {error}. Write it as 10.20.0.0/16, several with commas.") from error

METRICS_TOKEN = env.str("METRICS_TOKEN", "")  # a scraper's bearer token for /metrics; empty: people only
DEMO_USERS = ("collector", "supervisor", "admin", "owner", "auditor")
DEMO_PASSWORD = "arwork-demo-2026"  # noqa: S105 - printed by `make run`; production never loads the demo
