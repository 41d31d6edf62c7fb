"""Members of staff for tests of the desk's screens."""

from portal.kernel.actor import Actor
from portal.kernel.users.models import User
from review.offices.actions import appoint
from review.offices.models import Office
from review.offices.states import Role

OFFICES = {
    "45": ("自治区招生考试院", "province", "/45/"),
    "450100": ("南宁市招生考试院", "city", "/45/450100/"),
    "450300": ("桂林市招生考试院", "city", "/45/450300/"),
    "s10595": ("桂林电子科技大学", "school", "/45/s10595/"),
}


def member(role: str, office: str = "45", number: int = 1) -> User:
    """Somebody who may sign in to the admin and holds `role` at the office, the province where none is named."""
    name, kind, path = OFFICES[office]
    Office.objects.get_or_create(code=office, defaults={"name": name, "kind": kind, "path": path})
    where = "" if office == "45" else f"-{office}"
    user = User.objects.create_user(f"{role}{where}-{number}", "pw", name="周工作", is_staff=True)
    appoint(user, Role(role), office, by=Actor.system("test"))
    return user
