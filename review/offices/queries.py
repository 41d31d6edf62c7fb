from portal.kernel.actor import Scope
from portal.kernel.users.models import User
from review.offices.models import StaffRole


def scope_of(user: User) -> Scope:
    """The roles and office paths of a member of staff."""
    held = list(StaffRole.objects.filter(user=user).values_list("role", "office__path"))
    return Scope(frozenset(role for role, _path in held), frozenset(path for _role, path in held))
