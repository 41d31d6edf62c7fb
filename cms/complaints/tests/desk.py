"""People and complaints for tests, made by the verbs."""

import io
from itertools import count

from PIL import Image

from cms.complaints import actions
from cms.complaints.models import Complaint, ComplaintCategory, SupportTeam
from portal.kernel.actor import Actor
from portal.kernel.tests.staff import member
from portal.kernel.users.models import User

_serial = count(1)


def team(code: str = "exam") -> SupportTeam:
    found, _made = SupportTeam.objects.get_or_create(code=code, defaults={"name": f"{code}组"})
    return found


def category(code: str = "score", to: str = "exam") -> ComplaintCategory:
    defaults = {"label": f"{code}类", "team": team(to)}
    found, _made = ComplaintCategory.objects.get_or_create(code=code, defaults=defaults)
    return found


def person() -> User:
    serial = next(_serial)
    return User.objects.create_user(f"c{serial}", name="韦小莉", is_candidate=True, mobile=f"139{serial:08d}")


def supporter(code: str = "exam", number: int = 1) -> Actor:
    user = member("support", number=number)
    team(code).members.add(user)
    return Actor.of(user, "admin")


def complaint(
    author: User | None = None, *, to: str = "exam", title: str = "成绩没有公布", content: str = "请问何时公布？"
) -> Complaint:
    by = Actor.of(author or person(), "web")
    code = category("score" if to == "exam" else f"of-{to}", to).code
    return actions.submit(kind="consult", category=code, title=title, content=content, by=by)


def author(of: Complaint) -> Actor:
    return Actor.of(of.author, "web")


def brought_to(state: str, by: Actor) -> Complaint:
    """A complaint in that state, by the verbs; `by` answered it."""
    made = complaint()
    if state == "pending":
        return made
    if state == "closed":
        actions.accept(made.pk, by=by)
        actions.answer(made.pk, "已经公布。", seen=0, by=by)
        return actions.close(made.number, by=author(made))
    made = actions.accept(made.pk, by=by)
    if state != "handling":
        made = actions.answer(made.pk, "已经公布。", seen=0, by=by)
    if state == "rated":
        made = actions.rate(made.number, 5, by=author(made))
    return made


def jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "JPEG")
    return out.getvalue()
