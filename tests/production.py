"""A throw-away environment that the production settings accept: every value is made on the spot."""

import base64
import secrets

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

SECRETS = ("SECRET_KEY", "FIELD_KEYS", "BLIND_INDEX_KEYS", "SIGNING_KEY", "WECHAT_PAY_APIV3_KEY")


def environment() -> dict[str, str]:
    """What deploy/env.example asks for, with fresh secrets and services on loopback."""

    def key() -> str:
        return base64.b64encode(secrets.token_bytes(32)).decode()

    pair = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = pair.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public = pair.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
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
        "WECHAT_PAY_MCHID": "1900000001",
        "WECHAT_PAY_APPID": "wx0000000000000000",
        "WECHAT_PAY_PRIVATE_KEY": private.replace("\n", "\\n"),
        "WECHAT_PAY_CERT_SERIAL": secrets.token_hex(20).upper(),
        "WECHAT_PAY_APIV3_KEY": secrets.token_urlsafe(24),
        "WECHAT_PAY_PUBLIC_KEY": public.replace("\n", "\\n"),
        "WECHAT_PAY_PUBLIC_KEY_ID": "PUB_KEY_ID_0119000000012026010100000000000001",
    }
