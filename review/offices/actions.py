"""Who on the staff may act as what, and where."""

from django.contrib.auth.models import Group, Permission
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, FieldError, Problem, invalid
from portal.kernel.messages.actions import say
from portal.kernel.staff_door.actions import forget
from portal.kernel.users.actions import end_sessions
from portal.kernel.users.models import User
from review.offices import queries
from review.offices.models import Office, StaffRole
from review.offices.states import Role


@transaction.atomic
def engage(
    username: str,
    name: str,
    password: str,
    role: Role,
    office_code: str,
    reason: str,
    *,
    mobile: str = "",
    email: str = "",
    by: Actor,
) -> User:
    """A new colleague with a first role. The password is the administrator's choice: the door asks for another at the
    first sign-in, since nobody knows how old it is (`STAFF_PASSWORD_DAYS`).

    Raises Problem: `validation_failed` naming `username` where it is taken or `password` where it is too weak, and as
    `appoint`.
    """
    if not (by.is_system or by.has_role(Role.ADMINISTRATOR)):
        raise Problem(Code.PERMISSION_DENIED)
    office = _office(office_code, by)
    user = User(username=username, name=name, mobile=mobile, email=email, is_staff=True)
    try:
        validate_password(password, user)
    except ValidationError as error:
        errors = [FieldError("password", str(e.code), " ".join(e.messages)) for e in error.error_list]
        raise Problem(Code.VALIDATION_FAILED, errors[0].detail, errors=errors) from error
    user.set_password(password)
    user.password_changed_at = None
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        field, what = ("username", _("用户名")) if _is_taken(username) else ("mobile", _("手机号码"))
        raise invalid(field, "taken", _("已有账号使用这个%(what)s。") % {"what": what}) from error
    record("offices.engage", user, by=by, note=reason)
    _hold(user, role, office, reason, by)
    return user


def _is_taken(username: str) -> bool:
    return User.objects.filter(username=username).exists()


@transaction.atomic
def appoint(user: User, role: Role, office_code: str, *, reason: str = "", by: Actor) -> StaffRole:
    """Let a member of staff act as `role` for the office and all below it; appointing twice changes nothing.

    They join Wagtail's group of the same code, which opens the admin to them. Raises Problem: `permission_denied`
    unless an administrator or the system asks, `not_found` beyond the administrator's own offices, for staff of other
    offices and for oneself, `validation_failed` for a candidate.
    """
    if not (by.is_system or by.has_role(Role.ADMINISTRATOR)):
        raise Problem(Code.PERMISSION_DENIED)
    if user.is_candidate:
        raise Problem(Code.VALIDATION_FAILED)
    office = _office(office_code, by)
    if not by.is_system:
        _colleague(user.pk, by)
    return _hold(user, role, office, reason, by)


def _hold(user: User, role: Role, office: Office, reason: str, by: Actor) -> StaffRole:
    held, made = StaffRole.objects.get_or_create(user=user, office=office, role=role)
    if made:
        group, _made = Group.objects.get_or_create(name=role.value)
        group.permissions.add(Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin"))
        user.groups.add(group)
        facts = {"role": role.value, "office": office.code, "user_id": user.pk}
        record("offices.appoint", held, by=by, note=reason, **facts)
    return held


@transaction.atomic
def relieve(user_id: int, role: Role, office_code: str, reason: str, *, by: Actor) -> None:
    """Take a role from a colleague, from the next click on. Raises as `appoint`; `not_found` also where it is not held.

    With the last role of its kind goes Wagtail's group. Nobody relieves themselves, so that an administrator is left.
    """
    user = _colleague(user_id, by)
    held = StaffRole.objects.filter(user=user, role=role, office=_office(office_code, by)).first()
    if held is None:
        raise Problem(Code.NOT_FOUND)
    record("offices.relieve", held, by=by, note=reason, role=role.value, office=office_code, user_id=user.pk)
    held.delete()
    if not StaffRole.objects.filter(user=user, role=role).exists():
        user.groups.remove(*Group.objects.filter(name=role.value))


def _office(code: str, by: Actor) -> Office:
    """An office that the administrator, or the system, gives roles at; `not_found` for others."""
    office = Office.objects.filter(code=code).first()
    if office is None or not (by.is_system or office.path.startswith(tuple(by.offices_as(Role.ADMINISTRATOR)))):
        raise Problem(Code.NOT_FOUND)
    return office


@transaction.atomic
def reset_second_factor(user_id: int, reason: str, *, by: Actor) -> User:
    """Take a colleague's second factor away and end their sessions; they set it up anew at the next sign-in.

    Raises Problem: `permission_denied` unless an administrator asks, `not_found` for staff of other offices and for
    oneself.
    """
    user = _colleague(user_id, by)
    forget(user)
    end_sessions(user)
    made = record("offices.reset_second_factor", user, by=by, note=reason)
    say(f"offices.reset:{made.pk}", "second_factor_reset", {}, to=user)
    return user


@transaction.atomic
def deactivate(user_id: int, reason: str, *, by: Actor) -> User:
    """A colleague leaves: no sign-in any more, and every session ends at once. Raises as `reset_second_factor`."""
    user = _colleague(user_id, by)
    if not user.is_active:
        raise Problem(Code.STATE_CONFLICT, _("该账号已停用。"))
    user.is_active = False
    user.save(update_fields=["is_active"])
    end_sessions(user)
    record("offices.deactivate", user, by=by, note=reason)
    return user


@transaction.atomic
def reactivate(user_id: int, reason: str, *, by: Actor) -> User:
    """A colleague comes back, and sets up a second factor anew. Raises as `reset_second_factor`."""
    user = _colleague(user_id, by)
    if user.is_active:
        raise Problem(Code.STATE_CONFLICT, _("该账号正在使用。"))
    user.is_active = True
    user.save(update_fields=["is_active"])
    forget(user)
    record("offices.reactivate", user, by=by, note=reason)
    return user


def _colleague(user_id: int, by: Actor) -> User:
    if not by.has_role(Role.ADMINISTRATOR):
        raise Problem(Code.PERMISSION_DENIED)
    return queries.staff_for_update(by, user_id)
