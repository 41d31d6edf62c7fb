"""Opaque secrets that somebody is handed once: 256 random bits, of which the house keeps a digest alone."""

import hashlib
from secrets import token_urlsafe


def new() -> tuple[str, str]:
    """A secret and its digest. It is long and random, so that a plain digest cannot be guessed back."""
    token = token_urlsafe(32)
    return token, digest(token)


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
