"""Is it still they? What changes how a person signs in asks for a secret once more, or for a fresh sign-in."""

from django.contrib.auth.hashers import check_password
from django.utils.translation import gettext as _

from candidate_api.accounts import codes, guard
from candidate_api.accounts.models import Device
from candidate_api.accounts.rules import PROOF_LIFE, Purpose
from candidate_api.candidates.proving import Proof
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import Code, FieldError, Problem
from portal.kernel.text import clean
from portal.kernel.users.models import User


def is_fresh(by: Actor) -> bool:
    """Whether the actor proved on this device within the last ten minutes who they are."""
    return by.proved_at is not None and clock.now() - by.proved_at <= PROOF_LIFE


def demand(proof: Proof, *, by: Actor, now: bool = False, field: str = "password") -> User:
    """The actor's own user, once they have proved that it is still they. Call it outside a transaction.

    Without a proof a sign-in or proof of the last ten minutes on this device is enough, unless one is asked for `now`.
    A proof that holds counts from here on. `field` is what the edge calls the password. Raises Problem:
    `proof_required`, `invalid_credentials`, `code_invalid`, `throttled` after too many wrong passwords.
    """
    user = User.objects.filter(pk=by.user_id, is_active=True).first()
    if user is None:
        raise Problem(Code.NOT_AUTHENTICATED)
    if proof.password:
        _check_password(user, proof.password, field)
    elif proof.sms_code:
        codes.spend(Purpose.BIND, user.mobile, clean(proof.sms_code), by=by)
    elif proof.email_code:
        codes.spend(Purpose.BIND, user.email, clean(proof.email_code), by=by, field="email_code")
    elif now or not is_fresh(by):
        raise Problem(Code.PROOF_REQUIRED, _("为了账号安全，请先输入密码或验证码，确认是您本人操作。"))
    if proof:
        guard.proved_by_password(user)  # by a code too: it is they, and their wrong passwords are forgotten
        Device.objects.filter(pk=by.device_id).update(proved_at=clock.now())
    return user


def _check_password(user: User, password: str, field: str) -> None:
    """Whoever has got hold of a session may not find out the password by trying."""
    guard.may_prove_by_password(user, field)
    if not check_password(password, user.password):
        sentence = _("密码不正确。")
        raise Problem(Code.INVALID_CREDENTIALS, sentence, errors=[FieldError(field, "invalid_credentials", sentence)])
    guard.proved_by_password(user)
