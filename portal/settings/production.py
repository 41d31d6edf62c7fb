"""Production: everything comes from the environment, and what is missing, short or a known default stops the start."""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from .base import *  # noqa: F403 -- settings modules build on each other this way
from .base import database, env


def secret(name: str, least: int = 40) -> str:
    """The secret `name` from the environment; refuses one that is missing, short or plainly a placeholder."""
    value = env(name)
    if len(value) < least or len(set(value)) < 12 or "change" in value.lower():
        raise ImproperlyConfigured(f"{name} is too short or a placeholder; see docs/deploy.md")
    return value


def pem(name: str) -> str:
    """A key in PEM from the environment: the text itself (`\\n` for line ends is fine) or the path of its file."""
    value = env(name).replace("\\n", "\n")
    if value.startswith("/"):
        value = Path(value).read_text()
    if "-----BEGIN " not in value:
        raise ImproperlyConfigured(f"{name} is not a key in PEM; see docs/deploy.md")
    return value


SECRET_KEY = secret("SECRET_KEY", 50)
FIELD_KEYS = secret("FIELD_KEYS")
BLIND_INDEX_KEYS = secret("BLIND_INDEX_KEYS")
SIGNING_KEY = secret("SIGNING_KEY")

DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
BASE_URL = env("BASE_URL")
if not BASE_URL.startswith("https://"):
    raise ImproperlyConfigured("BASE_URL must begin with https://")
WAGTAILADMIN_BASE_URL = BASE_URL
WAGTAILAPI_BASE_URL = BASE_URL
CSRF_TRUSTED_ORIGINS = [BASE_URL]

DATABASES = {"default": database(env("DATABASE_URL"))}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL server")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": env("REDIS_URL")}}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
CELERY_BROKER_URL = env("CELERY_BROKER_URL")

SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^api/", r"^health/"]  # an API client must see its mistake, not be redirected
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 365 * 86400
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
# Wagtail's editors preview pages in a frame of our own; nobody else may frame us (see also frame-ancestors).
SILENCED_SYSTEM_CHECKS = ["security.W019"]
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"

EMAIL_CONFIG = env.email_url("EMAIL_URL")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL")
SERVE_MEDIA = False
SMS_PROVIDERS = env.list("SMS_PROVIDERS")

WECHAT_PAY = {
    "mchid": env("WECHAT_PAY_MCHID"),
    "appid": env("WECHAT_PAY_APPID"),
    "private_key": pem("WECHAT_PAY_PRIVATE_KEY"),
    "cert_serial": env("WECHAT_PAY_CERT_SERIAL"),
    "apiv3_key": secret("WECHAT_PAY_APIV3_KEY", 32),
    "public_key": pem("WECHAT_PAY_PUBLIC_KEY"),
    "public_key_id": env("WECHAT_PAY_PUBLIC_KEY_ID"),
    "gateway": env("WECHAT_PAY_GATEWAY", default="https://api.mch.weixin.qq.com"),
    "notify_url": f"{BASE_URL}/api/v1/payments/wechat/notify/",
}
