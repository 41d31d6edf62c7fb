"""A throw-away environment that the production settings accept: every value is made on the spot."""

import base64
import re
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

SECRETS = (
    *("SECRET_KEY", "FIELD_KEYS", "BLIND_INDEX_KEYS", "SIGNING_KEY"),
    *("WECHAT_PAY_APIV3_KEY", "SMS_TENCENT_SECRET_KEY", "SMS_ALIYUN_KEY_SECRET", "TENCENT_FACEID_SECRET_KEY"),
)
DEPLOY = Path(__file__).resolve().parents[1] / "docs" / "deploy.md"


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
        "SMS_PROVIDERS": "tencent,aliyun",
        "SMS_TENCENT_SECRET_ID": "AKID" + secrets.token_hex(10),
        "SMS_TENCENT_SECRET_KEY": secrets.token_urlsafe(30),
        "SMS_TENCENT_APP_ID": "1400000001",
        "SMS_TENCENT_SIGN_NAME": "广西自考",
        "SMS_TENCENT_TEMPLATES": _texts("1"),
        "SMS_ALIYUN_KEY_ID": "LTAI" + secrets.token_hex(8),
        "SMS_ALIYUN_KEY_SECRET": secrets.token_urlsafe(30),
        "SMS_ALIYUN_SIGN_NAME": "广西自考",
        "SMS_ALIYUN_TEMPLATES": _texts("SMS_"),
        "WECHAT_PAY_MCHID": "1900000001",
        "WECHAT_PAY_APPID": "wx0000000000000000",
        "WECHAT_PAY_PRIVATE_KEY": private.replace("\n", "\\n"),
        "WECHAT_PAY_CERT_SERIAL": secrets.token_hex(20).upper(),
        "WECHAT_PAY_APIV3_KEY": secrets.token_urlsafe(24),
        "WECHAT_PAY_PUBLIC_KEY": public.replace("\n", "\\n"),
        "ALIPAY_APP_ID": "2021000000000001",
        "ALIPAY_SELLER_ID": "2088000000000001",
        "ALIPAY_PRIVATE_KEY": private.replace("\n", "\\n"),
        "ALIPAY_PUBLIC_KEY": public.replace("\n", "\\n"),
        "TENCENT_FACEID_SECRET_ID": f"AKID{secrets.token_hex(16)}",
        "TENCENT_FACEID_SECRET_KEY": secrets.token_urlsafe(24),
        "WECHAT_PAY_PUBLIC_KEY_ID": "PUB_KEY_ID_0119000000012026010100000000000001",
    }


def _texts(prefix: str) -> str:
    """An id for each text, by the generated table of docs/deploy.md."""
    table = DEPLOY.read_text().partition("<!-- texts -->")[2].partition("<!-- /texts -->")[0]
    codes = re.findall(r"^\| `([\w.]+)` \|", table, re.MULTILINE)
    return ",".join(f"{code}:{prefix}{number}" for number, code in enumerate(codes, 1001))
