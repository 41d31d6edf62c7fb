"""Who on the staff may act as what, and where."""

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.utils.translation import gettext as _

from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, Problem
from portal.kernel.messages.actions import say
from portal.kernel.staff_door.actions import forget
from portal.kernel.users.actions import end_sessions
from portal.kernel.users.models import User
from review.offices import queries
from review.offices.models import Office, StaffRole
from review.offices.states import Role


@transaction.atomic
def appoint(user: User, role: Role, office_code: str, *, by: Actor) -> StaffRole:
    """Let a member of staff act as `role` for the office and all below it; appointing twice changes nothing.

    They join Wagtail's group of the same code, which opens the admin to them. Raises Problem: `permission_denied`
    unless an administrator or the system asks, `not_found` beyond the
    administrator's own offices, `validation_failed` for a candidate.
    """
    if not (by.is_system or by.has_role(Role.ADMINISTRATOR)):
        raise Problem(Code.PERMISSION_DENIED)
    if user.is_candidate:
        raise Problem(Code.VALIDATION_FAILED)
    office = Office.objects.filter(code=office_code).first()
    if office is None or not (by.is_system or office.path.startswith(tuple(by.offices_as(Role.ADMINISTRATOR)))):
        raise Problem(Code.NOT_FOUND)
    held, made = StaffRole.objects.get_or_create(user=user, office=office, role=role)
    if made:
        group, _made = Group.objects.get_or_create(name=role.value)
        group.permissions.add(Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin"))
        user.groups.add(group)
        record("offices.appoint", held, by=by, role=role.value, office=office.code, user_id=user.pk)
    return held


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
