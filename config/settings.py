"""The one settings file. What the environment may change is declared in config/env.py and
described in docs/settings.md; everything else is decided here."""

from datetime import timedelta

from whitenoise.compress import Compressor

from config import addresses, env, theme
from config.up import places

BASE_DIR = env.BASE_DIR
DATA_DIR = env.DATA_DIR.read()
DEBUG = env.DEBUG.read()
# Trades safety for speed where no test looks (password hashing, static file names).
TESTING = env.TESTING.read()

SITE_URL = env.site_url()
LIVE_URL = env.live_url()
FILES_URL = env.FILES_URL.read()
DEMO_PASSWORD = env.DEMO_PASSWORD.read()
SECRET_KEY = env.SECRET_KEY.read() or places.secret_key(DATA_DIR)

# Limits: what one outsider may ask of everybody's machine.
MESSAGE_MAX_KB = env.MESSAGE_MAX_KB.read()
JSON_BODY_MAX_KB = env.JSON_BODY_MAX_KB.read()
ATTACHMENT_MAX_MB = env.ATTACHMENT_MAX_MB.read()
ATTACHMENTS_PER_MESSAGE = env.ATTACHMENTS_PER_MESSAGE.read()
VISITOR_MESSAGES_PER_MINUTE = env.VISITOR_MESSAGES_PER_MINUTE.read()
VISITOR_CONVERSATIONS_PER_HOUR = env.VISITOR_CONVERSATIONS_PER_HOUR.read()
VISITOR_EVENTS_PER_MINUTE = env.VISITOR_EVENTS_PER_MINUTE.read()
VISITOR_UPLOADS_PER_HOUR = env.VISITOR_UPLOADS_PER_HOUR.read()
VISITOR_ADDRESSES_PER_HOUR = env.VISITOR_ADDRESSES_PER_HOUR.read()
VISITOR_BOOTS_PER_MINUTE = env.VISITOR_BOOTS_PER_MINUTE.read()
API_REQUESTS_PER_MINUTE = env.API_REQUESTS_PER_MINUTE.read()
SOCKET_FRAMES_PER_SECOND = env.SOCKET_FRAMES_PER_SECOND.read()
SOCKET_FRAME_MAX_KB = env.SOCKET_FRAME_MAX_KB.read()
SOCKETS_PER_ADDRESS = env.SOCKETS_PER_ADDRESS.read()
UNDO_SEND_SECONDS = env.UNDO_SEND_SECONDS.read()
SOCKETS_PER_TEAMMATE = env.SOCKETS_PER_TEAMMATE.read()
PAGE_SIZE_MAX = env.PAGE_SIZE_MAX.read()

# What leaves the house: mail, push, calls to addresses that others named.
EMAIL_SERVER = addresses.mail(env.EMAIL_URL.read())
EMAIL_FROM = env.mail_from()
AWAY_PUSH_SECONDS = env.AWAY_PUSH_SECONDS.read()
AWAY_MAIL_MINUTES = env.AWAY_MAIL_MINUTES.read()
OUTBOUND_ALLOWED_HOSTS = env.OUTBOUND_ALLOWED_HOSTS.read() or []

# The house.
INSTALLED_APPS = [
    "config",
    "messenger",
    "routing",
    "inbox",
    "knowledge",
    "people",
    "ground.conditions",
    "ground.hours",
    "ground.journal",
    "ground.web",
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "channels",
    "django_htmx",
    "csp",
    "axes",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

JOURNAL_REACTIONS = "config.reactions.REACTIONS"
DUE_HANDLERS = "config.composition.DUE"
JOURNAL_REACTIONS_APART = "config.reactions.APART"
JOURNAL_FRAMES = "config.composition.FRAMES"
MACRO_STEPS = "config.composition.MACRO_STEPS"
CHANNEL_ICONS = "config.composition.CHANNEL_ICONS"
LINE_VOICES = "config.composition.LINE_VOICES"
FIRST_STEPS = "config.composition.FIRST_STEPS"
HELP_TALK = "config.composition.HELP_TALK"
RECORD_PANELS = "config.composition.RECORD_PANELS"
# Tests look at their rolled-back transaction from consumers too, so these must share its thread.
LIVE_THREAD_SENSITIVE = TESTING

MIDDLEWARE = [
    "config.proxies.ForwardedMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "ground.web.middleware.PolicyMiddleware",
    "ground.web.middleware.ProblemMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

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
            ],
        },
    },
]

# Data. Unset addresses mean the embedded parts of this data folder.
DATABASE_URL = env.DATABASE_URL.read() or places.database_url(DATA_DIR)
DATABASES = {
    "default": {
        **addresses.database(DATABASE_URL),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    },
}
REDIS_URL = env.REDIS_URL.read() or places.redis_url(DATA_DIR)
# In memory on purpose: Redis may be away while pages are served.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# Jobs. A task is a hint about a row, so it may run twice and is acknowledged when it has ended.
CELERY_BROKER_URL = addresses.broker(REDIS_URL)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "global_keyprefix": "counterfoil:jobs:",
    # Longer than any task may run, or a running task would be handed out a second time.
    "visibility_timeout": 300,
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
    "socket_keepalive": True,
}
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 90
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_SERIALIZER = "json"
CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = "reactions"
CELERY_TASK_QUEUES = {
    "reactions": {"exchange": "reactions", "routing_key": "reactions"},
    "upkeep": {"exchange": "upkeep", "routing_key": "upkeep"},
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Celery itself shall close none after so many tasks: config/celery.py does when it is time.
CELERY_DB_REUSE_MAX = 1_000_000_000
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "sweep": {
        "task": "journal.sweep",
        "schedule": 5,
        "options": {"queue": "upkeep", "expires": 5},
    },
    "sweep-apart": {
        "task": "journal.drain_apart",
        "schedule": 5,
        "options": {"queue": "upkeep", "expires": 5},
    },
    "wake-snoozed": {
        "task": "inbox.wake_due",
        "schedule": 10,
        "options": {"queue": "upkeep", "expires": 10},
    },
    "run-due": {
        "task": "hours.run_due",
        "schedule": 2,
        "options": {"queue": "upkeep", "expires": 2},
    },
    "forget-over": {
        "task": "hours.forget_over",
        "schedule": timedelta(hours=6),
        "options": {"queue": "upkeep", "expires": 3600},
    },
    "send-later": {
        "task": "inbox.send_due",
        "schedule": 5,
        "options": {"queue": "upkeep", "expires": 5},
    },
    "share-out-waiting": {
        "task": "routing.share_out_waiting",
        "schedule": 5,
        "options": {"queue": "upkeep", "expires": 5},
    },
    "tell-the-away": {
        "task": "messenger.tell_the_away",
        "schedule": 5,
        "options": {"queue": "upkeep", "expires": 5},
    },
    "push-to-teammates": {
        "task": "inbox.push_due",
        "schedule": 5,
        "options": {"queue": "upkeep", "expires": 5},
    },
    "work-off-batches": {
        "task": "inbox.work_off_batches",
        "schedule": 2,
        "options": {"queue": "upkeep", "expires": 2},
    },
    "forget-unused-files": {
        "task": "inbox.forget_unused_files",
        "schedule": timedelta(hours=1),
        "options": {"queue": "upkeep", "expires": 3600},
    },
    "erase-deleted-notes": {
        "task": "inbox.erase_deleted_notes",
        "schedule": timedelta(minutes=5),
        "options": {"queue": "upkeep", "expires": 300},
    },
    "forget-empty-drafts": {
        "task": "inbox.forget_empty_drafts",
        "schedule": timedelta(hours=1),
        "options": {"queue": "upkeep", "expires": 3600},
    },
    "mail-digests": {
        "task": "inbox.mail_digests",
        "schedule": 60,
        "options": {"queue": "upkeep", "expires": 60},
    },
    "forget-cleared-notifications": {
        "task": "inbox.forget_cleared_notifications",
        "schedule": timedelta(hours=6),
        "options": {"queue": "upkeep", "expires": 3600},
    },
    "tidy": {
        "task": "config.tasks.tidy",
        "schedule": timedelta(hours=6),
        "options": {"queue": "upkeep"},
    },
}

# Signing in.
AUTH_USER_MODEL = "people.Teammate"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = LOGIN_URL
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_LOCKOUT_TEMPLATE = "registration/locked.html"

# Transport. Everything follows the scheme of the address that people type.
IS_HTTPS = SITE_URL.startswith("https://")
TRUSTED_PROXIES = env.TRUSTED_PROXIES.read()
ALLOWED_HOSTS = [
    *(env.ALLOWED_HOSTS.read() or []),
    addresses.host(SITE_URL),
    "127.0.0.1",
    "localhost",
    "[::1]",
]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_NAME = "counterfoil_session"
SESSION_ENGINE = "ground.web.sessions"
CSRF_COOKIE_NAME = "counterfoil_csrf"
CSRF_FAILURE_VIEW = "ground.web.problems.csrf_failure"
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
# Without a trusted proxy every request looks like plain HTTP and would be redirected for ever.
SECURE_SSL_REDIRECT = IS_HTTPS and TRUSTED_PROXIES > 0
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
# Nobody who opens a page of ours reaches into it; the window in which the messenger asks for
# notifications may answer the page that opened it.
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin-allow-popups"
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"

# What comes in. The JSON parser and the file store have their own, exact limits; these bound forms.
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * max(JSON_BODY_MAX_KB, MESSAGE_MAX_KB)
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = ATTACHMENTS_PER_MESSAGE
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
MEDIA_ROOT = DATA_DIR / "files"

# Languages, times, files.
LANGUAGE_CODE = "en"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "ground.web.storage.Storage"},
}
# What is served as one file where files are collected: the module that begins a script, or the
# style sheets in their order.
BUNDLES = {
    "messenger/frame.bundle.js": ["messenger/frame/main.js"],
    "messenger/frame.bundle.css": [
        "tokens.css",
        "messenger/css/shell.css",
        "messenger/css/home.css",
        "messenger/css/thread.css",
        "messenger/css/composer.css",
    ],
    "inbox/inbox.bundle.js": ["inbox/main.js"],
    "inbox/inbox.bundle.css": [
        "tokens.css",
        "parts.css",
        "inbox/inbox.css",
        "inbox/css/sorting.css",
        "inbox/css/writing.css",
        "inbox/css/attention.css",
        "inbox/css/finding.css",
        "inbox/css/lists.css",
        "inbox/css/record.css",
        "inbox/css/views.css",
        "inbox/css/merging.css",
        "inbox/css/sides.css",
    ],
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
# Besides what is compressed already: source maps, which are large and rarely asked for.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")
if DEBUG or TESTING:
    STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True

# The REST API.
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["ground.web.parsers.StrictJSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "ground.web.problems.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Counterfoil",
    "DESCRIPTION": "Contacts, conversations and the people who answer them.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "PREPROCESSING_HOOKS": ["config.api.public_endpoints"],
    "POSTPROCESSING_HOOKS": [],
    "COMPONENT_SPLIT_PATCH": False,
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

UNFOLD = theme.UNFOLD

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        # One place for everything: Django's own handlers would mail or print a second time.
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "INFO", "propagate": True},
        "axes": {"level": "WARNING"},
    },
}
