"""Production: everything comes from the environment, and what is missing, short or a known default stops the start."""

import re
from base64 import b64decode
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from .base import *  # noqa: F403 -- settings modules build on each other this way
from .base import IDENTITY_PROVIDER, PAYMENT_PROVIDERS, database, env, redis

# What generators, examples and services bring along.
_PLACEHOLDERS = ("change", "insecure", "example", "placeholder", "0123456789", "abcdefgh")
_KNOWN_PASSWORDS = {"guest", "postgres", "password", "passwd", "admin", "root", "redis", "rabbitmq", "secret", "123456"}


def given(name: str) -> str:
    """The variable `name` from the environment; refuses one that is missing or empty."""
    value: str = env(name)
    if not value.strip():
        raise ImproperlyConfigured(f"{name} is empty; see docs/deploy.md")
    return value


def secret(name: str, least: int = 40) -> str:
    """The secret `name` from the environment; refuses one that is missing, short or plainly a placeholder."""
    value = env(name)
    if len(value) < least or len(set(value)) < 12 or any(word in value.lower() for word in _PLACEHOLDERS):
        raise ImproperlyConfigured(f"{name} is too short or a placeholder; see docs/deploy.md")
    return value


def keys(name: str) -> str:
    """Keys in base64 from the environment, as `secret`; refuses one that is a text and no random bytes."""
    value = secret(name)
    for pair in value.split(","):
        try:
            is_text = b64decode(pair.rpartition(":")[2]).isascii()  # random bytes are so once in 2**32
        except ValueError:
            is_text = True
        if is_text:
            raise ImproperlyConfigured(f"{name} holds a key that is no random bytes in base64; see docs/deploy.md")
    return value


def service(name: str) -> str:
    """The address of a service from the environment; refuses a password that everybody knows."""
    value = given(name)
    found = urlsplit(value)
    password = (found.password or "").lower()
    if password and (password in {found.username, *_KNOWN_PASSWORDS} or "change" in password or password.isdecimal()):
        raise ImproperlyConfigured(f"{name} has a password that everybody knows; see docs/deploy.md")
    return value


def pem(name: str) -> str:
    """A key in PEM from the environment: the text itself (`\\n` for line ends is fine) or the path of its file."""
    value = env(name).replace("\\n", "\n")
    if value.startswith("/"):
        value = Path(value).read_text()
    if "-----BEGIN " not in value:
        raise ImproperlyConfigured(f"{name} is not a key in PEM; see docs/deploy.md")
    return value


def templates(name: str) -> dict[str, str]:
    """The provider's ids of our texts, `code_login:1001,code_reset:1002`; `manage.py check` knows which are missing."""
    pairs = [pair.partition(":") for pair in env.list(name)]
    if not pairs or not all(code and number for code, _, number in pairs):
        raise ImproperlyConfigured(f"{name} must be pairs of our text's code and the provider's id; see docs/deploy.md")
    return {code.strip(): number.strip() for code, _, number in pairs}


SECRET_KEY = secret("SECRET_KEY", 50)
FIELD_KEYS = keys("FIELD_KEYS")
BLIND_INDEX_KEYS = keys("BLIND_INDEX_KEYS")
SIGNING_KEY = keys("SIGNING_KEY")

DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS must name hosts; see docs/deploy.md")
BASE_URL = given("BASE_URL")
if not BASE_URL.startswith("https://"):
    raise ImproperlyConfigured("BASE_URL must begin with https://")
WAGTAILADMIN_BASE_URL = BASE_URL
WAGTAILAPI_BASE_URL = BASE_URL
CSRF_TRUSTED_ORIGINS = [BASE_URL]
# Every passkey is bound to this name for good: under another one they would all be lost.
OTP_WEBAUTHN_RP_ID = urlsplit(BASE_URL).hostname
OTP_WEBAUTHN_ALLOWED_ORIGINS = [f"https://{urlsplit(BASE_URL).netloc}"]
ANDROID_APPS = env.list("ANDROID_APPS", default=[])
IOS_APPS = env.list("IOS_APPS", default=[])
if not all(re.fullmatch(r"[\w.]+/[0-9A-F]{2}(:[0-9A-F]{2}){31}", app) for app in ANDROID_APPS):
    raise ImproperlyConfigured("ANDROID_APPS must be package/SHA-256 (AA:BB:…) of the signing certificate")

DATABASES = {"default": database(service("DATABASE_URL"))}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL server")
CACHES = redis(service("REDIS_URL"))
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
CELERY_BROKER_URL = service("CELERY_BROKER_URL")
if not CELERY_BROKER_URL.startswith(("amqp", "redis")):
    raise ImproperlyConfigured("CELERY_BROKER_URL must name RabbitMQ or Redis")

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

service("EMAIL_URL")
EMAIL_CONFIG = env.email_url("EMAIL_URL")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = given("DEFAULT_FROM_EMAIL")
SERVE_MEDIA = False

# Text messages: the first provider that is named is asked first, the others where it does not take a text.
_SMS_ADAPTERS = {
    "tencent": "portal.kernel.messages.providers.tencent.Tencent",
    "aliyun": "portal.kernel.messages.providers.aliyun.Aliyun",
}
_sms = env.list("SMS_PROVIDERS")
if not _sms or set(_sms) - set(_SMS_ADAPTERS):
    raise ImproperlyConfigured(f"SMS_PROVIDERS must name one or more of: {', '.join(_SMS_ADAPTERS)}")
SMS_PROVIDERS = [_SMS_ADAPTERS[name] for name in _sms]
if "tencent" in _sms:
    SMS_TENCENT = {
        "secret_id": given("SMS_TENCENT_SECRET_ID"),
        "secret_key": secret("SMS_TENCENT_SECRET_KEY", 32),
        "app_id": given("SMS_TENCENT_APP_ID"),
        "sign_name": given("SMS_TENCENT_SIGN_NAME"),
        "templates": templates("SMS_TENCENT_TEMPLATES"),
        "region": env("SMS_TENCENT_REGION", default="ap-guangzhou"),
        "endpoint": env("SMS_TENCENT_ENDPOINT", default="https://sms.tencentcloudapi.com"),
    }
if "aliyun" in _sms:
    SMS_ALIYUN = {
        "key_id": given("SMS_ALIYUN_KEY_ID"),
        "key_secret": secret("SMS_ALIYUN_KEY_SECRET", 30),
        "sign_name": given("SMS_ALIYUN_SIGN_NAME"),
        "templates": templates("SMS_ALIYUN_TEMPLATES"),
        "endpoint": env("SMS_ALIYUN_ENDPOINT", default="https://dysmsapi.aliyuncs.com"),
    }

_channels = env.list("PAYMENT_CHANNELS", default=["wechat", "alipay"])
if not _channels or not set(_channels) <= set(PAYMENT_PROVIDERS):
    raise ImproperlyConfigured(f"PAYMENT_CHANNELS names some of: {', '.join(PAYMENT_PROVIDERS)}")
PAYMENT_PROVIDERS = {name: path for name, path in PAYMENT_PROVIDERS.items() if name in _channels}
if "wechat" in _channels:
    WECHAT_PAY = {
        "mchid": given("WECHAT_PAY_MCHID"),
        "appid": given("WECHAT_PAY_APPID"),
        "private_key": pem("WECHAT_PAY_PRIVATE_KEY"),
        "cert_serial": given("WECHAT_PAY_CERT_SERIAL"),
        "apiv3_key": secret("WECHAT_PAY_APIV3_KEY", 32),
        "public_key": pem("WECHAT_PAY_PUBLIC_KEY"),
        "public_key_id": given("WECHAT_PAY_PUBLIC_KEY_ID"),
        "gateway": env("WECHAT_PAY_GATEWAY", default="https://api.mch.weixin.qq.com"),
        "notify_url": f"{BASE_URL}/api/v1/payments/wechat/notify/",
    }
if "alipay" in _channels:
    ALIPAY = {
        "app_id": given("ALIPAY_APP_ID"),
        "seller_id": given("ALIPAY_SELLER_ID"),
        "private_key": pem("ALIPAY_PRIVATE_KEY"),
        "public_key": pem("ALIPAY_PUBLIC_KEY"),
        "gateway": env("ALIPAY_GATEWAY", default="https://openapi.alipay.com/gateway.do"),
        "notify_url": f"{BASE_URL}/api/v1/payments/alipay/notify/",
        "return_url": f"{BASE_URL}/business/orders/{{number}}/",
    }

DIPLOMA_PROVIDER = env("DIPLOMA_PROVIDER", default="candidate_api.graduations.providers.NobodyToAsk")
IDENTITY_PROVIDER = env("IDENTITY_PROVIDER", default=IDENTITY_PROVIDER)
TENCENT_FACEID = {
    "secret_id": given("TENCENT_FACEID_SECRET_ID"),
    "secret_key": secret("TENCENT_FACEID_SECRET_KEY", 32),
    "region": env("TENCENT_FACEID_REGION", default="ap-guangzhou"),
    "gateway": env("TENCENT_FACEID_GATEWAY", default="https://faceid.tencentcloudapi.com"),
}
