"""What is the same everywhere. `demo`, `test` and `production` add what differs and where secrets come from."""

from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF
from django.contrib.messages import constants as messages

ROOT = Path(__file__).resolve().parents[2]
env = environ.Env()

# -- who is who -------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "portal.kernel",
    "cms",
    "review",
    "candidate_api",
    "home",
    "wagtail.api.v2",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.contrib.typed_table_block",
    "wagtail.embeds",
    "wagtail.sites",
    "review.offices.users.StaffUsers",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_fsm",
    "django_otp",
    "django_otp_webauthn",
    "captcha",
    "django_htmx",
    "csp",
]

MIDDLEWARE = [
    "portal.kernel.middleware.request_context",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.kernel.middleware.SecurityPolicyMiddleware",
    "candidate_api.services.ready.ready_answers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "portal.kernel.language.language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "candidate_api.accounts.sessions.device_sessions",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "portal.kernel.staff_door.gate.staff_door",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "cms.service.edges.Pause",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
AUTH_USER_MODEL = "kernel.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

PASSWORD_HASHERS = [
    "portal.kernel.users.hashers.Argon2id",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "portal.kernel.staff_door.passwords.LengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# Staff at the admin's door (docs/staff.md). Complexity and age of their passwords: 等保三级; 0 days asks for no change.
STAFF_SECOND_FACTOR = True
STAFF_PASSWORD_COMPLEX = True
STAFF_PASSWORD_DAYS = env.int("STAFF_PASSWORD_DAYS", default=90)
STAFF_IDLE_MINUTES = env.int("STAFF_IDLE_MINUTES", default=30)
STAFF_SESSION_HOURS = env.int("STAFF_SESSION_HOURS", default=12)
LOGIN_URL = "home:login"
SESSION_COOKIE_AGE = 12 * 3600  # a candidate's ends earlier, with the device (candidate_api/accounts/rules.py)
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True

# -- passkeys ---------------------------------------------------------------------------------------------------
# OTP_WEBAUTHN_RP_ID and OTP_WEBAUTHN_ALLOWED_ORIGINS follow from the address that each settings module gives itself.
OTP_WEBAUTHN_RP_NAME = "广西自考"
# The office's own apps: `package/SHA-256 of its signing certificate` and `team.bundle`.
ANDROID_APPS: list[str] = []
IOS_APPS: list[str] = []

# -- language and time ------------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]  # each by its own name; the desk is Chinese
LOCALE_PATHS = [ROOT / "portal" / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

# -- storage ----------------------------------------------------------------------------------------------------
VAR = Path(env("VAR_DIR", default=str(ROOT / "var")))
PRIVATE_ROOT = VAR / "private"
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR / "media"
SERVE_MEDIA = True  # production serves them from nginx or object storage (docs/deploy.md)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": PRIVATE_ROOT, "base_url": None},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

SQLITE_OPTIONS = {
    # A transaction that will write takes its lock at the start: no deadlock half way, one writer after another.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
}


def database(url: str) -> dict:
    """`DATABASES["default"]` from a URL: PostgreSQL with psycopg's pool, or SQLite in WAL mode."""
    config = environ.Env.db_url_config(url)
    if config["ENGINE"].endswith("sqlite3"):
        config["OPTIONS"] = SQLITE_OPTIONS
    else:
        # The pool lends connections; persistent ones on top of it are refused by Django.
        config["CONN_MAX_AGE"] = 0
        config["OPTIONS"] = {"pool": {"min_size": 2, "max_size": env.int("DATABASE_POOL", default=10), "timeout": 10}}
    return config


def redis(url: str) -> dict:
    """`CACHES` from a URL."""
    # A cache that does not answer is a cache that is away: nobody waits for it (docs/deploy.md).
    options = {"socket_connect_timeout": 1, "socket_timeout": 2}
    return {"default": {"BACKEND": "portal.kernel.cache.Redis", "LOCATION": url, "OPTIONS": options}}


# -- pages ------------------------------------------------------------------------------------------------------
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "wagtail.contrib.settings.context_processors.settings",
                "cms.service.edges.service_notices",
            ]
        },
    }
]
STATICFILES_DIRS = [ROOT / "home" / "assets"]
CSRF_FAILURE_VIEW = "home.doors.csrf_failure"
MESSAGE_TAGS = {messages.ERROR: "danger"}  # the portal's names for tones

SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
    }
}

# -- Wagtail ----------------------------------------------------------------------------------------------------
WAGTAIL_SITE_NAME = "广西自考"
WAGTAILADMIN_USER_LOGIN_FORM = "portal.kernel.staff_door.admin.LoginForm"
WAGTAILADMIN_USER_PASSWORD_RESET_FORM = "portal.kernel.staff_door.admin.PasswordResetForm"  # noqa: S105 -- a form
WAGTAIL_I18N_ENABLED = False
WAGTAIL_USER_TIME_ZONES = [TIME_ZONE]  # the system's list has names that no browser knows
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_WORKFLOW_REQUIRE_REAPPROVAL_ON_EDIT = True
WAGTAILAPI_RICH_TEXT_FORMAT = "html"
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILDOCS_EXTENSIONS = ["csv", "doc", "docx", "pdf", "xls", "xlsx", "zip"]
# Looks for the words inside the text: the databases' own search takes a run of Chinese for one word.
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database.fallback"}}
WAGTAILADMIN_PERMITTED_LANGUAGES = LANGUAGES[:1]
TAGGIT_CASE_INSENSITIVE = True

# -- API --------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["candidate_api.accounts.authentication.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["portal.kernel.parsers.Json"],
    "URL_FORMAT_OVERRIDE": None,  # a file is a file, whatever is asked for
    "DEFAULT_SCHEMA_CLASS": "portal.kernel.schema.ProblemAutoSchema",
    "EXCEPTION_HANDLER": "portal.kernel.api.as_problem",
    "NUM_PROXIES": env.int("NUM_PROXIES", default=0),
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "广西自考 API",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "PREPROCESSING_HOOKS": ["portal.kernel.schema.only_our_endpoints"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",  # rebuilds the components: ours come after it
        "portal.kernel.schema.without_docstrings",
        "portal.kernel.schema.add_problem_schema",
    ],
    # Where two nouns have a field of the same name, the enums are named after the noun.
    "ENUM_NAME_OVERRIDES": {
        "ApplicationStateEnum": "review.applications.states.APPLICATION.choices",
        "ApplicationActionEnum": "review.applications.states.ACTIONS",
        "StepActorEnum": "review.types.states.StepActor",
        "LevelEnum": "candidate_api.catalogue.states.Level",
        "MajorStatusEnum": "candidate_api.catalogue.states.MajorStatus",
        "WarningLevelEnum": "candidate_api.forecast.states.Level",
        "WindowStateEnum": "cms.windows.rules.WindowState",
        "OrderStateEnum": "candidate_api.payments.states.ORDER.choices",
        "DeviceKindEnum": "candidate_api.accounts.rules.Kind",
        "IdentityKindEnum": "candidate_api.identity.states.Kind",
        "ResetChannelEnum": "candidate_api.accounts.rules.Channel",
        "AttemptStateEnum": "candidate_api.payments.states.ATTEMPT.choices",
        "CandidateCategoryEnum": "candidate_api.candidates.states.Category",
        "CourseCategoryEnum": "candidate_api.catalogue.states.Category",
        "CandidateStateEnum": "candidate_api.candidates.states.CANDIDATE.choices",
        "RegistrationStateEnum": "candidate_api.registrations.states.REGISTRATION.choices",
        "OrderActionEnum": "candidate_api.payments.states.ORDER_ACTIONS",
        "RegistrationActionEnum": "candidate_api.registrations.states.ACTIONS",
        "PaymentChannelEnum": "candidate_api.payments.states.Channel",
        "MessageChannelEnum": "portal.kernel.messages.states.Channel",
        "ScoreStatusEnum": "candidate_api.results.states.Status",
        "ComplaintStateEnum": "cms.complaints.states.COMPLAINT.choices",
        "ComplaintActionEnum": "cms.complaints.states.ACTIONS",
        "ComplaintKindEnum": "cms.complaints.states.Kind",
        "ComplaintDueEnum": "cms.complaints.states.Due",
        "ScoreSourceEnum": "candidate_api.results.states.Source",
    },
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# -- captcha ----------------------------------------------------------------------------------------------------
CAPTCHA_CHALLENGE_FUNCT = "candidate_api.accounts.captcha.readable"
CAPTCHA_IMAGE_SIZE = (140, 60)  # room around four letters, in the proportions of the page's box
CAPTCHA_TIMEOUT = 10  # minutes
CAPTCHA_FONT_SIZE = 30
CAPTCHA_LETTER_ROTATION = (-20, 20)
CAPTCHA_FLITE_PATH = None

# -- work that is not done in the request -----------------------------------------------------------------------
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_TIME_LIMIT = 600
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# -- at the counter ---------------------------------------------------------------------------------------------
# Whether a new mobile must be proved by a code when staff change it for somebody whose document they have seen.
ON_SITE_MOBILE_NEEDS_CODE = True

# -- payment ----------------------------------------------------------------------------------------------------
# Channel code → adapter. What they need to know stands in WECHAT_PAY and ALIPAY (candidate_api/payments/providers/).
PAYMENT_PROVIDERS = {
    "wechat": "candidate_api.payments.providers.wechat.adapter.WechatPay",
    "alipay": "candidate_api.payments.providers.alipay.adapter.Alipay",
}
WECHAT_PAY: dict = {}
ALIPAY: dict = {}

# -- text messages ----------------------------------------------------------------------------------------------
SMS_TENCENT: dict = {}  # keys and approved texts of the providers that production names
SMS_ALIYUN: dict = {}

# -- identity ---------------------------------------------------------------------------------------------------
# The adapter of 身份认证. What it needs to know stands in TENCENT_FACEID (candidate_api/identity/providers/).
DIPLOMA_PROVIDER = "candidate_api.graduations.providers.StandIn"
IDENTITY_PROVIDER = "candidate_api.identity.providers.tencent.adapter.TencentFaceId"

# -- logs -------------------------------------------------------------------------------------------------------
LOGGING_CONFIG = "portal.kernel.logs.configure"
LOGGING = {"level": env("LOG_LEVEL", default="INFO")}
