"""Where a passkey of ours may be used: the portal's own pages, and the office's own apps."""

import base64

from django.conf import settings


def allowed() -> list[str]:
    """The origins that an authenticator's answer may name. An Android app signs as the digest of its certificate; an
    iOS app as the portal."""
    return [*settings.OTP_WEBAUTHN_ALLOWED_ORIGINS, *(_android(digest) for _package, digest in android_apps())]


def elsewhere(here: str) -> str:
    """Empty where the origin `here` may use passkeys; else the one that may. (Browsers refuse an IP address: in the
    demo it is localhost.)"""
    origins: list[str] = settings.OTP_WEBAUTHN_ALLOWED_ORIGINS
    return "" if here in origins else origins[0]


def android_apps() -> list[tuple[str, str]]:
    """Package and SHA-256 of the signing certificate, as `AA:BB:…`."""
    return [(package, digest) for package, _, digest in (app.partition("/") for app in settings.ANDROID_APPS)]


def _android(digest: str) -> str:
    packed = base64.urlsafe_b64encode(bytes.fromhex(digest.replace(":", "")))
    return "android:apk-key-hash:" + packed.decode().rstrip("=")
