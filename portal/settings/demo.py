"""`make demo`: everything on one machine, nothing to install, stand-ins for the outside world on loopback."""

from candidate_api.identity.providers.tencent.twin import credentials as faceid_credentials
from candidate_api.payments.providers.alipay.twin import credentials as alipay_credentials
from candidate_api.payments.providers.wechat.twin import credentials

from .base import *  # noqa: F403 -- settings modules build on each other this way
from .base import INSTALLED_APPS, STORAGES, VAR, database, env
from .secrets import keep

VAR.mkdir(parents=True, exist_ok=True)
_secrets = keep(VAR / "secrets.json")
SECRET_KEY = _secrets["SECRET_KEY"]
FIELD_KEYS = _secrets["FIELD_KEYS"]
BLIND_INDEX_KEYS = _secrets["BLIND_INDEX_KEYS"]
SIGNING_KEY = _secrets["SIGNING_KEY"]

DEBUG = False
try:
    PORT = env.int("PORT", default=8000)
except ValueError:
    raise SystemExit(f"PORT 须为端口号，如 PORT=8001，不能是 {env('PORT')!r}。") from None
ALLOWED_HOSTS = ["*"]
BASE_URL = f"http://127.0.0.1:{PORT}"
WAGTAILADMIN_BASE_URL = BASE_URL
WAGTAILAPI_BASE_URL = BASE_URL
CSRF_TRUSTED_ORIGINS = [BASE_URL, f"http://localhost:{PORT}"]

# Browsers refuse an IP address as a passkey's home: in the demo it is localhost alone.
OTP_WEBAUTHN_RP_ID = "localhost"
OTP_WEBAUTHN_ALLOWED_ORIGINS = [f"http://localhost:{PORT}"]

# Whoever tries the system signs in with what the command prints.
STAFF_SECOND_FACTOR = env.bool("STAFF_SECOND_FACTOR", default=False)
STAFF_PASSWORD_COMPLEX = False
STAFF_PASSWORD_DAYS = 0

INSTALLED_APPS = [*INSTALLED_APPS, "portal.demo"]
DATABASES = {"default": database(env("DATABASE_URL", default=f"sqlite:///{VAR}/demo.sqlite3"))}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True

CELERY_BROKER_URL = "memory://localhost"  # the worker and the clock run inside `manage.py demo`
CELERY_BROKER_TRANSPORT_OPTIONS = {"polling_interval": 0.2}
EMAIL_BACKEND = "portal.demo.outbox.EmailBackend"
SMS_PROVIDERS = ["portal.demo.outbox.SmsProvider"]

# The stand-in gateways listen here; their keys are made under var/ at the first start.
WECHAT_TWIN_PORT = env.int("WECHAT_TWIN_PORT", default=PORT + 1)
WECHAT_PAY = credentials(VAR / "wechat") | {
    "gateway": f"http://127.0.0.1:{WECHAT_TWIN_PORT}",
    "notify_url": f"{BASE_URL}/api/v1/payments/wechat/notify/",
}
ALIPAY_TWIN_PORT = env.int("ALIPAY_TWIN_PORT", default=PORT + 2)
ALIPAY = alipay_credentials(VAR / "alipay") | {
    "gateway": f"http://127.0.0.1:{ALIPAY_TWIN_PORT}/gateway.do",
    "notify_url": f"{BASE_URL}/api/v1/payments/alipay/notify/",
    "return_url": f"{BASE_URL}/business/orders/{{number}}/",
}

# The stand-in for the identity records listens here; its key is made under var/ at its first start.
IDENTITY_TWIN_PORT = env.int("IDENTITY_TWIN_PORT", default=PORT + 3)
TENCENT_FACEID = faceid_credentials(VAR / "faceid") | {
    "region": "ap-guangzhou",
    "gateway": f"http://127.0.0.1:{IDENTITY_TWIN_PORT}",
}

# One line for each request would bury what the command prints.
LOGGING = {"level": env("LOG_LEVEL", default="WARNING")}
