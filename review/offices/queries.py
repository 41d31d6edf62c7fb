from django.db.models import Exists, OuterRef, Q, QuerySet

from portal.kernel.actor import Actor, Scope
from portal.kernel.errors import Code, Problem
from portal.kernel.users.models import User
from review.offices.models import Office, StaffRole
from review.offices.rules import of_the_province
from review.offices.states import Role


def scope_of(user: User) -> Scope:
    """The roles and office paths of a member of staff."""
    roles = StaffRole.objects.filter(user=user).values_list("role", "office__path")
    held = [(role, path) for role, path in roles]
    return Scope(frozenset(role for role, _path in held), frozenset(path for _role, path in held), frozenset(held))


def users_with(*roles: str) -> "QuerySet[User]":
    """Everybody at work who holds one of these roles, at whichever office."""
    return User.objects.filter(pk__in=StaffRole.objects.filter(role__in=roles).values("user"), is_active=True)


def offices_of(actor: Actor, *roles: str) -> "QuerySet[Office]":
    """The offices that one of these roles reaches: where it is held, and all below."""
    within = Q(pk=None)
    for path in actor.offices_as(*roles):
        within |= Q(path__startswith=path)
    return Office.objects.filter(within).order_by("path")


def staff_visible_to(actor: Actor) -> "QuerySet[User]":
    """The staff that an administrator looks after: whose every role lies within the administrator's offices.

    Who has no role yet is the province's.
    """
    paths = actor.offices_as(Role.ADMINISTRATOR)
    staff = User.objects.filter(is_staff=True).order_by("username")
    if not paths:
        return staff.none()
    within = Q()
    for path in paths:
        within |= Q(office__path__startswith=path)
    roles = StaffRole.objects.filter(user=OuterRef("pk"))
    found = staff.exclude(Exists(roles.exclude(within)))
    return found if of_the_province(actor, Role.ADMINISTRATOR) else found.filter(Exists(roles))


def staff_for_update(actor: Actor, user_id: int) -> User:
    """One of them, locked; `not_found` for all others, and for oneself."""
    rows = staff_visible_to(actor).select_for_update(of=("self",), no_key=True)
    user = rows.filter(pk=user_id).exclude(pk=actor.user_id or 0).first()
    if user is None:
        raise Problem(Code.NOT_FOUND)
    return user
