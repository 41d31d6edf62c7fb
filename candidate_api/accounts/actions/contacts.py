"""Changing what a person signs in with: password, mobile, e-mail. Each is told to the address that held before."""

from collections.abc import Callable

from django.contrib.auth.hashers import check_password
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from candidate_api.accounts import codes, passwords, queries
from candidate_api.accounts.actions.devices import end_all, end_resets
from candidate_api.accounts.actions.entry import Sent
from candidate_api.accounts.proofs import demand
from candidate_api.accounts.rules import Allowance, Purpose, clean_email, email_error
from candidate_api.candidates import queries as candidates
from candidate_api.candidates.actions import contact_changed
from candidate_api.candidates.proving import Proof
from candidate_api.candidates.rules import mobile_error
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, FieldError, Problem, invalid
from portal.kernel.messages.actions import say
from portal.kernel.text import clean, clean_mobile
from portal.kernel.users.models import User


def prove(proof: Proof, *, by: Actor) -> None:
    """Prove once more who they are on this device, for the next ten minutes. Raises Problem as `proofs.demand`."""
    demand(proof, by=by, now=True)


def send_proof_code(to: str, *, by: Actor) -> Sent:
    """Send a code to the `mobile` or the `email` that the actor has bound. No captcha: it goes nowhere else.

    Raises Problem: `throttled`, `validation_failed` where nothing is bound.
    """
    user = queries.candidate_user(by)
    mobile, email = (user.mobile, "") if to == "mobile" else ("", user.email)
    if not (mobile or email):
        sentence = _("您还没有绑定邮箱。") if to == "email" else _("您还没有绑定手机。")
        raise Problem(Code.VALIDATION_FAILED, sentence, errors=[FieldError("to", "not_bound", sentence)])
    with transaction.atomic():
        row, code = codes.issue(Purpose.BIND, mobile or email, Allowance.HOME, codes.asker_of(by))
        say(f"code:{row.pk}", "code_prove", {"code": code}, mobile=mobile, email=email)
    return Sent()


def change_password(proof: Proof, new_password: str, confirm_password: str, *, by: Actor) -> User:
    """修改密码: every other device is signed out, the present one stays.

    Raises Problem: `validation_failed`, also for the password that is theirs already, and as `proofs.demand`, with
    the old password at the field `old_password`.
    """
    user = queries.candidate_user(by)
    errors = passwords.repeated(new_password, confirm_password)
    errors += passwords.errors(new_password, user, user.candidate.id_number, field="new_password")
    if errors:
        raise Problem(Code.VALIDATION_FAILED, errors[0].detail, errors=errors)
    demand(proof, by=by, now=True, field="old_password")
    with transaction.atomic():
        user = queries.user_for_update(by.user_id)
        # After the proof: nobody tries passwords out here.
        if check_password(new_password, user.password):
            raise invalid("new_password", "same", _("新密码不能与当前密码相同。"))
        user.set_password(new_password)
        user.save(update_fields=["password"])
        ended = end_all(user, but=by.device_id)
        entry = record("accounts.change_password", user, by=by, devices=ended)
        say(f"accounts.password:{entry.pk}", "password_changed", _when(), to=user, link="/me/security/")
    return user


def change_mobile(proof: Proof, mobile: str, new_sms_code: str, *, by: Actor) -> User:
    """绑定手机: the code was sent to the new number. Raises Problem: `validation_failed`, `code_invalid`,
    `already_registered` where the number belongs to another account, and as `proofs.demand`."""
    mobile = clean_mobile(mobile)
    if error := mobile_error(mobile):
        raise Problem(Code.VALIDATION_FAILED, error.detail, errors=[error])
    demand(proof, by=by)
    codes.spend(Purpose.BIND, mobile, clean(new_sms_code), by=by, field="new_sms_code")

    def bind(user: User) -> None:
        user.mobile = mobile
        user.save(update_fields=["mobile", "mobile_index"])
        contact_changed(candidates.for_update(by), by=by)

    sentence = _("这个手机号码已绑定另一个账号。如果那个账号也是您本人的，请直接用它登录；否则请到就近的市自考办办理。")
    return _change("mobile", bind, sentence, by=by)


def change_email(proof: Proof, email: str, new_email_code: str, *, by: Actor) -> User:
    """绑定邮箱: the code was sent to the new address. Raises Problem as `change_mobile`."""
    email = clean_email(email)
    if error := email_error(email):
        raise Problem(Code.VALIDATION_FAILED, error.detail, errors=[error])
    demand(proof, by=by)
    codes.spend(Purpose.BIND, email, clean(new_email_code), by=by, field="new_email_code")

    def bind(user: User) -> None:
        user.email = email
        user.save(update_fields=["email"])

    return _change("email", bind, _("这个邮箱已绑定另一个账号，请换一个邮箱。"), by=by)


def _change(what: str, bind: Callable[[User], None], taken: str, *, by: Actor) -> User:
    """Bind under the lock. The database refuses what another has bound; whoever gets as far as that has proved that
    the new address is theirs, and may be told so much."""
    try:
        with transaction.atomic():
            candidates.for_update(by)  # the record before the person, as everywhere
            user = queries.user_for_update(by.user_id)
            entry = record(f"accounts.change_{what}", user, by=by)
            # Before it changes: the news goes to the address that held until now.
            told = f"{what}_changed" if getattr(user, what) else f"{what}_bound"
            say(f"accounts.{what}:{entry.pk}", told, _when(), to=user, link="/me/security/")
            bind(user)
            end_resets(user)
    except IntegrityError as error:
        raise Problem(Code.ALREADY_REGISTERED, taken, errors=[FieldError(what, "taken", taken)]) from error
    return user


def _when() -> dict[str, str]:
    return {"at": f"{clock.local(clock.now()):%Y-%m-%d %H:%M}"}
