"""A throw-away environment that the production settings accept: every value is made on the spot."""

import base64
import secrets

SECRETS = ("SECRET_KEY", "FIELD_KEYS", "BLIND_INDEX_KEYS", "SIGNING_KEY")


def environment() -> dict[str, str]:
    """What deploy/env.example asks for, with fresh secrets and services on loopback."""

    def key() -> str:
        return base64.b64encode(secrets.token_bytes(32)).decode()

    return {
        "DJANGO_SETTINGS_MODULE": "portal.settings.production",
        "SECRET_KEY": secrets.token_urlsafe(60),
        "FIELD_KEYS": f"k1:{key()}",
        "BLIND_INDEX_KEYS": f"k1:{key()}",
        "SIGNING_KEY": key(),
        "ALLOWED_HOSTS": "zikao.example",
        "BASE_URL": "https://zikao.example",
        "DATABASE_URL": "postgres://portal@127.0.0.1/portal",
        "REDIS_URL": "redis://127.0.0.1:6379/0",
        "CELERY_BROKER_URL": "amqp://portal@127.0.0.1//",
        "EMAIL_URL": "smtp://127.0.0.1:25",
        "DEFAULT_FROM_EMAIL": "office@zikao.example",
        "SMS_PROVIDERS": "portal.demo.outbox.SmsProvider",
    }
