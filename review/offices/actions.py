"""Who on the staff may act as what, and where."""

from django.contrib.auth.models import Group, Permission
from django.db import transaction

from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, Problem
from portal.kernel.users.models import User
from review.offices.models import Office, StaffRole
from review.offices.states import Role


@transaction.atomic
def appoint(user: User, role: Role, office_code: str, *, by: Actor) -> StaffRole:
    """Let a member of staff act as `role` for the office and all below it; appointing twice changes nothing.

    They join Wagtail's group of the same code, which opens the admin to them. Raises Problem: `permission_denied`
    unless an administrator or the system asks, `not_found`, `validation_failed` for a candidate.
    """
    if not (by.is_system or by.has_role(Role.ADMINISTRATOR)):
        raise Problem(Code.PERMISSION_DENIED)
    if user.is_candidate:
        raise Problem(Code.VALIDATION_FAILED)
    office = Office.objects.filter(code=office_code).first()
    if office is None:
        raise Problem(Code.NOT_FOUND)
    held, made = StaffRole.objects.get_or_create(user=user, office=office, role=role)
    if made:
        group, _ = Group.objects.get_or_create(name=role.value)
        group.permissions.add(Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin"))
        user.groups.add(group)
        record("offices.appoint", held, by=by, role=role.value, office=office.code, user_id=user.pk)
    return held
