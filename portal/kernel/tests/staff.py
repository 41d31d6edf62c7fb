"""Members of staff for tests of the desk's screens."""

from portal.kernel.actor import Actor
from portal.kernel.users.models import User
from review.offices.actions import appoint
from review.offices.models import Office
from review.offices.states import Role


def member(role: str) -> User:
    """Somebody who may sign in to the admin and holds `role` at the province."""
    Office.objects.get_or_create(code="45", defaults={"name": "自治区招生考试院", "kind": "province", "path": "/45/"})
    user = User.objects.create_user(f"{role}-1", "pw", name="周工作", is_staff=True)
    appoint(user, Role(role), "45", by=Actor.system("test"))
    return user
