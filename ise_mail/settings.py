"""Django's settings, all read from the surroundings by `ise_mail.env`."""

from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from ise_mail import env

BASE_DIR = env.ROOT
ISE_MAIL_DATA = env.data_folder()
env.make_data_folder(ISE_MAIL_DATA)
ISE_MAIL_KEYRING = env.key_ring(ISE_MAIL_DATA)
ISE_MAIL_NODE = env.node_name()
ISE_MAIL_FQDN = env.host_name("ISE_MAIL_FQDN", ISE_MAIL_NODE)
ISE_MAIL_PERSONAS = env.words("ISE_MAIL_PERSONAS", "pan,mnt,psn")
ISE_MAIL_EHLO_NAME = env.host_name("ISE_MAIL_EHLO_NAME")
ISE_MAIL_PUBLIC_URL = env.public_url()
ISE_MAIL_EGRESS_ALLOW = env.addresses("ISE_MAIL_EGRESS_ALLOW")
ISE_MAIL_SECOND_GATE = env.switch("ISE_MAIL_SECOND_GATE", True)
ISE_MAIL_SANDBOX = env.switch("ISE_MAIL_SANDBOX", False)
ISE_MAIL_SESSION_IDLE_MINUTES = env.number("ISE_MAIL_SESSION_IDLE_MINUTES", 15, lowest=6, highest=100)
ISE_MAIL_SESSION_HOURS = env.number("ISE_MAIL_SESSION_HOURS", 12, lowest=1, highest=72)
ISE_MAIL_SIGN_IN_BANNER = env.text("ISE_MAIL_SIGN_IN_BANNER")
ISE_MAIL_TRUSTED_PROXIES = env.number("ISE_MAIL_TRUSTED_PROXIES", 0, lowest=0, highest=5)

_public = urlsplit(ISE_MAIL_PUBLIC_URL)
_is_https = _public.scheme == "https"

SECRET_KEY = env.secret_key(ISE_MAIL_DATA)
DEBUG = False
ALLOWED_HOSTS = [*env.words("ISE_MAIL_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]"), _public.hostname or ""]
CSRF_TRUSTED_ORIGINS = [ISE_MAIL_PUBLIC_URL] if _is_https else []

INSTALLED_APPS = [
    "console",
    "deployment",
    "certificates",
    "notifications",
    "accounts",
    "guests",
    "alarms",
    "sandbox",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "allauth",
    "allauth.account",
    "axes",
]

MIDDLEWARE = [
    "console.answers.HeadMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "console.headers.HeadersMiddleware",
    "accounts.sessions.PortalSessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.sessions.SessionLimitsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "console.answers.MethodRefusedMiddleware",
    "console.gate.AccessMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "ise_mail.urls"
WSGI_APPLICATION = "ise_mail.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "console.context.frame",
            ],
        },
    }
]

# IMMEDIATE is what removes "database is locked", FULL is what keeps a committed mail at power loss.
_SQLITE = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
        "PRAGMA journal_size_limit=67108864; PRAGMA foreign_keys=ON;"
    ),
}
_POSTGRES = {
    "connect_timeout": 3,
    "options": (
        "-c statement_timeout=15000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=15000 "
        "-c synchronous_commit=on"
    ),
}
_database = env.database(ISE_MAIL_DATA)
_is_sqlite = _database["ENGINE"].endswith("sqlite3")
_database["OPTIONS"] = {**_database.get("OPTIONS", {}), **(_SQLITE if _is_sqlite else _POSTGRES)}
_database["CONN_MAX_AGE"] = 60
_database["CONN_HEALTH_CHECKS"] = True
DATABASES = {"default": _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.password_names.UserNameValidator"},
]
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "console:dashboard"

# Passwords, sessions and lockouts live in the database, so that losing the broker opens nothing.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = ISE_MAIL_SESSION_HOURS * 3600
SESSION_SAVE_EVERY_REQUEST = False
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _is_https
COOKIE_PREFIX = "__Host-" if _is_https else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}ise_console"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}ise_csrf"
LANGUAGE_COOKIE_NAME = "ise_language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

SECURE_SSL_REDIRECT = _is_https
SECURE_HSTS_SECONDS = 31_536_000 if _is_https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _is_https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ISE_MAIL_TRUSTED_PROXIES else None
SECURE_REDIRECT_EXEMPT = [r"^-/"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "frame-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

ACCOUNT_ADAPTER = "accounts.adapter.ClosedAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = False
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
# Attempts made while the door is shut neither count nor prolong the wait, and what is counted holds no names.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_CLIENT_IP_CALLABLE = "console.access.address_of"
AXES_USERNAME_CALLABLE = "accounts.lockout.username_of"
AXES_LOCKOUT_CALLABLE = "accounts.lockout.answer"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "login", "csrfmiddlewaretoken"]
AXES_DISABLE_ACCESS_LOG = True

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
CRISPY_FAIL_SILENTLY = False

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = env.time_zone()

STATIC_URL = "/static/"
STATIC_ROOT = ISE_MAIL_DATA / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": env.text(
            "ISE_MAIL_STATIC_STORAGE", "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
WHITENOISE_MAX_AGE = 600

# The database owns the work and the broker only wakes workers: early acknowledgement, no results, no dates.
CELERY_BROKER_URL = env.broker_url(ISE_MAIL_DATA)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_BROKER_POOL_LIMIT = 4
CELERY_BROKER_POOL_ACQUIRE_TIMEOUT = 1
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    "socket_timeout": 15,
    "socket_connect_timeout": 3,
    "socket_keepalive": not CELERY_BROKER_URL.startswith("redis+socket"),
    "health_check_interval": 10,
    "queue_order_strategy": "priority",
}
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_max": 0.1}
CELERY_TASK_IGNORE_RESULT = True
CELERY_RESULT_BACKEND = None
CELERY_TASK_ACKS_LATE = False
CELERY_TASK_REJECT_ON_WORKER_LOST = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_CREATE_MISSING_QUEUES = True
CELERY_TASK_DEFAULT_QUEUE = "unrouted"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"one_line": {"()": "console.log_lines.RefusedInOneLine"}},
    "loggers": {"django.request": {"filters": ["one_line"]}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.log_level()},
}
