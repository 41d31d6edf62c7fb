from django.db.models import QuerySet
from django_otp_webauthn.models import WebAuthnCredential, WebAuthnUserHandle

from portal.kernel.actor import Actor
from portal.kernel.errors import Code, Problem
from portal.kernel.users.models import User


def visible_to(actor: Actor) -> "QuerySet[WebAuthnCredential]":
    """The actor's own passkeys, newest first."""
    return WebAuthnCredential.objects.filter(user_id=actor.user_id).order_by("-pk")


def get(passkey_id: int, actor: Actor) -> WebAuthnCredential:
    """One of the actor's own; raises `not_found`."""
    return _or_404(visible_to(actor).filter(pk=passkey_id).first())


def for_update(passkey_id: int, actor: Actor) -> WebAuthnCredential:
    """One of the actor's own, locked; raises `not_found`."""
    return _or_404(visible_to(actor).select_for_update(of=("self",)).filter(pk=passkey_id).first())


def by_credential_for_update(credential_id: bytes) -> WebAuthnCredential | None:
    """The passkey of that credential, locked, so that its counter is compared with what was stored last."""
    digest = WebAuthnCredential.get_credential_id_sha256(credential_id)
    locked = WebAuthnCredential.objects.select_for_update(of=("self",)).select_related("user")
    return locked.filter(credential_id_sha256=digest).first()


def owner_for_update(actor: Actor) -> User:
    """The actor's own user, locked: whoever else adds a passkey for them waits. Raises `not_authenticated`."""
    user = User.objects.select_for_update().filter(pk=actor.user_id, is_active=True).first()
    if user is None:
        raise Problem(Code.NOT_AUTHENTICATED)
    return user


def handle_of(user: User) -> bytes:
    """The random name under which authenticators keep this person's passkeys."""
    return bytes(WebAuthnUserHandle.get_handle_for_user(user))


def _or_404(passkey: WebAuthnCredential | None) -> WebAuthnCredential:
    if passkey is None:
        raise Problem(Code.NOT_FOUND)
    return passkey
