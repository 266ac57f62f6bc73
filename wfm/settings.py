"""One settings file; what differs between installations comes from the environment."""

import secrets
from pathlib import Path

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from wfm.env import database_from_url, env_bool, env_int, env_list, env_text

BASE_DIR = Path(__file__).resolve().parent.parent
STATE_DIR = Path(env_text("WFM_STATE_DIR", str(BASE_DIR / ".state")))

DEBUG = env_bool("WFM_DEBUG", default=False)
# Commands that need no database (forecast_file, staff_file, solve_file, solve_dayroster) run without any of these;
# servers and workers call `env.require` and refuse to start.
REQUIRED_ENVIRONMENT = ("WFM_SECRET_KEY", "WFM_CONTACT_KEY", "DATABASE_URL", "REDIS_URL")
SECRET_KEY = env_text("WFM_SECRET_KEY", secrets.token_urlsafe(50))
# Keys the hashes of customers. Changed, old and new contacts of a customer no longer meet.
CONTACT_KEY = env_text("WFM_CONTACT_KEY", secrets.token_urlsafe(50))
ALLOWED_HOSTS = env_list("WFM_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = env_list("WFM_TRUSTED_ORIGINS")
BEHIND_TLS = env_bool("WFM_TLS", default=False)

INSTALLED_APPS = [
    "wfm.org.admin_app.OrgAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "django_filters",
    "django_htmx",
    "axes",
    "csp",
    "pgtrigger",
    "pghistory",
    "wfm.web",
    "wfm.org",
    "wfm.jobs",
    "wfm.integration",
    "forecasting",
    "staffing",
    "scheduling",
    "adherence",
    "reporting",
    "wfm.demo",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "wfm.org.middleware.PersonMiddleware",
    "wfm.org.middleware.TenantMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "wfm.urls"
WSGI_APPLICATION = "wfm.wsgi.application"
ASGI_APPLICATION = "wfm.asgi.application"

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
                "django.template.context_processors.i18n",
                "wfm.web.context_processors.frame",
            ],
        },
    }
]

# The application's role reads and writes rows; only the owner's changes tables. See ADR 0006.
DATABASE_URL = env_text("DATABASE_URL", "postgresql://nobody@DATABASE_URL-is-not-set.invalid/none")
DATABASE_OWNER_URL = env_text("DATABASE_OWNER_URL", DATABASE_URL)
_CONNECTION = {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True, "ATOMIC_REQUESTS": False}
DATABASES = {
    "default": database_from_url(DATABASE_URL) | _CONNECTION,
    "owner": database_from_url(DATABASE_OWNER_URL) | {"CONN_MAX_AGE": 0},
}
DATABASE_ROUTERS = ["wfm.org.routers.ApplicationRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env_text("REDIS_URL", "redis://REDIS_URL-is-not-set.invalid:6379/0")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "wfm",
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
SECURE_SSL_REDIRECT = BEHIND_TLS
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = BEHIND_TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
X_FRAME_OPTIONS = "DENY"

AUTH_USER_MODEL = "org.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "today"
LOGOUT_REDIRECT_URL = "login"
PASSWORD_RESET_TIMEOUT = 3 * 3600
INVITATION_VALID_HOURS = 72

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False  # its greeting would stand in the terminal of every command
AXES_HANDLER = "axes.handlers.cache.AxesCacheHandler"
AXES_USERNAME_FORM_FIELD = "username"  # as the login form names it; its default would be "email"
AXES_LOCKOUT_CALLABLE = "wfm.org.views.session.locked_out"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = STATE_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG
MEDIA_ROOT = STATE_DIR / "media"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

EMAIL_BACKEND = env_text("WFM_EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend")
EMAIL_FILE_PATH = STATE_DIR / "mail"
EMAIL_HOST = env_text("WFM_EMAIL_HOST", "localhost")
EMAIL_PORT = env_int("WFM_EMAIL_PORT", 25)
DEFAULT_FROM_EMAIL = env_text("WFM_EMAIL_FROM", "wfm@localhost")
# Where people reach these pages, such as https://wfm.example; e-mails link there; without it they carry paths only.
PUBLIC_URL = env_text("WFM_PUBLIC_URL", "").rstrip("/")

LIVE_PORT = env_int("LIVE_PORT", 8001)
# Empty: the live process answers on LIVE_PORT of the host that the page came from.
LIVE_ORIGIN = env_text("LIVE_ORIGIN", "")
LIVE_MAX_VIEWERS = env_int("LIVE_MAX_VIEWERS", 500)
LIVE_CHECK_SECONDS = env_int("LIVE_CHECK_SECONDS", 60)  # how often a viewer's session is checked

_LIVE_SOURCES = (
    [LIVE_ORIGIN]
    if LIVE_ORIGIN
    else [f"http://127.0.0.1:{LIVE_PORT}", f"http://localhost:{LIVE_PORT}"]
)
CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": [],
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF, *_LIVE_SOURCES],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    },
}

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ACKS_LATE = False  # the job's lease decides, not the broker; see ADR 0003
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(STATE_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    "jobs-sweep": {
        "task": "jobs.sweep",
        "schedule": 3.0,
        "options": {"queue": "control", "expires": 10},
    },
    "adherence-keep-partitions": {
        "task": "adherence.keep_partitions",
        "schedule": crontab(hour=2, minute=10),
        "options": {"queue": "default", "expires": 6 * 3600},
    },
    "adherence-mark-current": {
        "task": "adherence.mark_current",
        "schedule": 60.0,
        "options": {"queue": "control", "expires": 60},
    },
    "adherence-recompute-pending": {
        "task": "adherence.recompute_pending",
        "schedule": 20.0,
        "options": {"queue": "default", "expires": 60},
    },
    "adherence-retry-cured": {
        "task": "adherence.retry_cured",
        "schedule": 60.0,
        "options": {"queue": "default", "expires": 60},
    },
    "adherence-follow-busy": {
        "task": "adherence.follow_busy",
        "schedule": 5.0,
        "options": {"queue": "control", "expires": 10},
    },
    "adherence-refresh-impacts": {
        "task": "adherence.refresh_impacts",
        "schedule": 60.0,
        "options": {"queue": "default", "expires": 60},
    },
    "adherence-refresh-trend": {
        "task": "adherence.refresh_trend",
        "schedule": 300.0,
        "options": {"queue": "default", "expires": 240},
    },
    "scheduling-close-requests": {
        "task": "scheduling.close_requests",
        "schedule": 30.0,
        "options": {"queue": "default", "expires": 25},
    },
    "forecasting-refresh-today": {
        "task": "forecasting.refresh_today_tick",
        "schedule": 300.0,
        "options": {"queue": "default", "expires": 240},
    },
    "staffing-follow-today": {
        "task": "staffing.follow_today_tick",
        "schedule": 30.0,
        "options": {"queue": "default", "expires": 25},
    },
    "integration-deliver-webhooks": {
        "task": "integration.deliver_webhooks",
        "schedule": 2.0,
        "options": {"queue": "default", "expires": 5},
    },
    "integration-send-notices": {
        "task": "integration.send_notices",
        "schedule": 10.0,
        "options": {"queue": "default", "expires": 20},
    },
    "integration-announce-news": {
        "task": "integration.announce_news",
        "schedule": 60.0,
        "options": {"queue": "default", "expires": 60},
    },
    "integration-clear": {
        "task": "integration.clear",
        "schedule": crontab(hour=2, minute=40),
        "options": {"queue": "default", "expires": 6 * 3600},
    },
    "intraday-watch": {
        "task": "intraday.watch",
        "schedule": 60.0,
        "options": {"queue": "default", "expires": 55},
    },
    "briefing-send-due": {
        "task": "briefing.send_due",
        "schedule": 300.0,
        "options": {"queue": "default", "expires": 280},
    },
    "nightly-refresh": {
        "task": "pipeline.nightly_refresh",
        "schedule": crontab(hour=3, minute=30),
        "options": {"queue": "default", "expires": 6 * 3600},
    },
}

# A contact of the same customer and queue within so many days is a repeat.
REPEAT_WINDOW_DAYS = env_int("WFM_REPEAT_WINDOW_DAYS", 7)
# Single contacts are deleted when they are so many days old; their counts by interval stay.
CONTACT_RETENTION_DAYS = env_int("WFM_CONTACT_RETENTION_DAYS", 400, minimum=60)

# The nightly refresh forecasts every queue; published, its requirement follows by itself.
NIGHTLY_FORECAST_DAYS = env_int("WFM_NIGHTLY_FORECAST_DAYS", 63)
NIGHTLY_FORECAST_PUBLISH = env_bool("WFM_NIGHTLY_FORECAST_PUBLISH", default=True)

# Single activity events are dropped by the day when they are so many days old; days that need them
# can no longer be computed again. The last 65 are always kept.
EVENT_RETENTION_DAYS = env_int("WFM_EVENT_RETENTION_DAYS", 100, minimum=65)

# Of a forecast or requirement that newer ones have replaced, the replaced intervals are deleted
# when it is so many days old; what is in force stays. The second number is for those that a person
# made or published.
FORECAST_RETENTION_DAYS = env_int("WFM_FORECAST_RETENTION_DAYS", 14, minimum=1)
FORECAST_BY_HAND_RETENTION_DAYS = env_int("WFM_FORECAST_BY_HAND_RETENTION_DAYS", 180, minimum=1)

# Changes, and what was delivered of them to webhooks, are deleted when they are so many days old.
CHANGE_RETENTION_DAYS = env_int("WFM_CHANGE_RETENTION_DAYS", 30, minimum=1)
NOTICE_RETENTION_DAYS = env_int("WFM_NOTICE_RETENTION_DAYS", 180, minimum=1)
# Webhooks reach the open internet by https only. Hosts, host:port or networks of one's own that
# they may reach besides, also by http: `hooks.internal:8080,10.20.0.0/16`.
WEBHOOK_ALLOWED_HOSTS = env_list("WFM_WEBHOOK_ALLOWED_HOSTS")
# A webhook that has failed for so many days without a success is switched off.
WEBHOOK_DISABLE_AFTER_DAYS = env_int("WFM_WEBHOOK_DISABLE_AFTER_DAYS", 5, minimum=1)

# The composition root's Celery application, by name: the kernel must not import it.
JOB_BELL = "wfm.celery.app"
JOB_LEASE_SECONDS = env_int("WFM_JOB_LEASE_SECONDS", 12)
JOB_HEARTBEAT_SECONDS = env_int("WFM_JOB_HEARTBEAT_SECONDS", 3)
JOB_MAX_ATTEMPTS = 3
SOLVE_SECONDS = env_int("WFM_SOLVE_SECONDS", 60)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "wfm.integration.authentication.ApiKeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["wfm.org.api_permissions.HasPermission"],
    "DEFAULT_PAGINATION_CLASS": "wfm.web.api.pagination.CursorPages",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "wfm.web.api.schema.OneErrorSchema",
    "DEFAULT_THROTTLE_CLASSES": ["wfm.integration.throttling.ApiKeyThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "EXCEPTION_HANDLER": "wfm.web.api.errors.exception_handler",
    "DEFAULT_VERSIONING_CLASS": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
DRF_STANDARDIZED_ERRORS = {
    "EXCEPTION_HANDLER_CLASS": "wfm.web.api.errors.WholeRequestRollsBack",
}
# Several fields are called kind or status: each is named for its own choices.
_API_CHOICES = (
    "forecasting.models.ImportKind",
    "forecasting.models.ImportStatus",
    "forecasting.models.OverrideKind",
    "forecasting.models.SpecialDayKind",
    "scheduling.models.PreferenceKind",
    "scheduling.models.Review",
    "scheduling.models.ScheduleStatus",
    "scheduling.models.ShiftPlace",
    "scheduling.models.TimeOffStatus",
    "adherence.models.AlertKind",
    "adherence.models.AlertOutcome",
    "adherence.models.AlertStatus",
    "adherence.models.AlertStep",
    "adherence.models.ExceptionStatus",
    "adherence.models.MeasureKind",
    "adherence.models.MeasureStatus",
    "adherence.models.RunOutcome",
    "adherence.models.ConnectorKind",
    "adherence.models.DateOrder",
    "adherence.models.StateMeaning",
    "adherence.models.BusyOutcome",
    "adherence.models.NoteKind",
    "wfm.jobs.models.JobStatus",
    "wfm.integration.models.Audience",
    "wfm.integration.models.DeliveryStatus",
    "wfm.integration.models.NewsKind",
)
SPECTACULAR_SETTINGS = {
    "ENUM_NAME_OVERRIDES": {f"{path.rpartition('.')[2]}Enum": path for path in _API_CHOICES},
    "TITLE": "Workforce management API",
    "VERSION": "1.0.0",
    "DESCRIPTION": "Instants are ISO 8601 with an offset, durations whole seconds, rates fractions.",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "SORT_OPERATIONS": True,
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env_text("WFM_LOG_LEVEL", "INFO")},
}
