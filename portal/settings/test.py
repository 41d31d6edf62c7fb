"""Tests: SQLite unless `DATABASE_URL` names a server, throw-away keys, nothing leaves the machine."""

import atexit
import base64
import shutil
import tempfile
from pathlib import Path

from candidate_api.identity.providers.tencent.twin import credentials as faceid_credentials
from candidate_api.payments.providers.alipay.twin import credentials as alipay_credentials
from candidate_api.payments.providers.wechat.twin import credentials

from .base import *  # noqa: F403 -- settings modules build on each other this way
from .base import INSTALLED_APPS, STORAGES, database, env, redis

SECRET_KEY = "tests only"  # noqa: S105 -- guards nothing
FIELD_KEYS = "t1:" + base64.b64encode(b"f" * 32).decode()
BLIND_INDEX_KEYS = "t1:" + base64.b64encode(b"b" * 32).decode()
SIGNING_KEY = base64.b64encode(b"s" * 32).decode()

ALLOWED_HOSTS = ["*"]
BASE_URL = "http://testserver"
WAGTAILADMIN_BASE_URL = BASE_URL
WAGTAILAPI_BASE_URL = BASE_URL
OTP_WEBAUTHN_RP_ID = "localhost"
OTP_WEBAUTHN_ALLOWED_ORIGINS = ["http://localhost"]

# A test of the door sets them itself.
STAFF_SECOND_FACTOR = False
STAFF_PASSWORD_COMPLEX = False
STAFF_PASSWORD_DAYS = 0

INSTALLED_APPS = [*INSTALLED_APPS, "portal.demo"]
DATABASES = {"default": database(env("DATABASE_URL", default="sqlite:///:memory:"))}
if "pool" in DATABASES["default"].get("OPTIONS", {}):
    # Threads of a race hold more connections than a worker would.
    DATABASES["default"]["OPTIONS"]["pool"]["max_size"] = 40
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
if REDIS_URL := env("REDIS_URL", default=""):
    # Each worker of the test run empties a database of its own: from the one that the URL names on, sixteen in all.
    _server, _, _number = REDIS_URL.rpartition("/")
    _number = (int(_number) + int(env("PYTEST_XDIST_WORKER", default="gw0")[2:])) % 16
    CACHES = redis(f"{_server}/{_number}")
# Goes when the process ends. Short, since the folders nest (run, worker) and a Chromium puts a socket into the last,
# whose path may have 107 bytes; `conftest.py` has everything temporary made inside it, by workers and browsers too.
VAR = Path(tempfile.mkdtemp(prefix="z-"))
atexit.register(shutil.rmtree, VAR, ignore_errors=True)
MEDIA_ROOT = VAR / "media"
PRIVATE_ROOT = VAR / "private"
STORAGES = STORAGES | {
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": PRIVATE_ROOT, "base_url": None},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_BROKER_URL = "memory://"
EMAIL_BACKEND = "portal.demo.outbox.EmailBackend"
SMS_PROVIDERS = ["portal.demo.outbox.SmsProvider"]
# Nobody answers at these gateways; tests that need one start the stand-in (candidate_api/payments/tests/conftest.py).
WECHAT_PAY = credentials(VAR / "wechat") | {
    "gateway": "http://127.0.0.1:9",
    "notify_url": f"{BASE_URL}/api/v1/payments/wechat/notify/",
}
ALIPAY = alipay_credentials(VAR / "alipay") | {
    "gateway": "http://127.0.0.1:9/gateway.do",
    "notify_url": f"{BASE_URL}/api/v1/payments/alipay/notify/",
    "return_url": f"{BASE_URL}/business/orders/{{number}}/",
}
# The same of the identity records.
TENCENT_FACEID = faceid_credentials(VAR / "faceid") | {"region": "ap-guangzhou", "gateway": "http://127.0.0.1:9"}
