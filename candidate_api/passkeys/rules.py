"""Limits of passkeys, each in one place."""

from datetime import timedelta

CEREMONY_LIFE = timedelta(minutes=5)
PASSKEYS_PER_PERSON = 10
NAME_MOST = 30  # characters

# Bytes of a credential's id, by WebAuthn Level 3; and the largest count that its column holds.
CREDENTIAL_ID_MOST = 1023
SIGN_COUNT_MOST = 2**31 - 1


def went_back(stored: int, told: int) -> bool:
    """Whether an authenticator's counter did not grow: somebody may have copied it. Many never count and say 0."""
    return (stored > 0 or told > 0) and told <= stored
