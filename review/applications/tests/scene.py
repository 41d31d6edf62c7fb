"""A type made of data alone, an applicant, and the office's people, all through the verbs."""

import io
import json
from itertools import count
from typing import Any

from PIL import Image

from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.tests.staff import OFFICES, member
from portal.kernel.users.models import User
from review.applications import actions
from review.applications.models import Application
from review.offices.models import Office
from review.types.actions import save
from review.types.models import ApplicationType

SYSTEM = Actor.system("test")
NANNING, GUILIN, PROVINCE_CODE = "450100", "450300", "45"
_serial = count(1)
ANSWERS: dict[str, Any] = {"course": "00023", "times": "first", "phone": "13800001111"}


def block(kind: str, **value: Any) -> dict[str, Any]:
    return {"type": kind, "value": value}


QUESTIONS = [
    block("course", key="course", label="实践课程"),
    block("choice", key="times", label="第几次", options="first=第一次\nagain=重修"),
    block("text", key="phone", label="联系电话"),
    block("long_text", key="why", label="重修原因", show_if={"key": "times", "value": "again"}),
]
MATERIALS = [block("material", key="id_card", label="身份证", min=1, max=2)]
OFFICE = block("office", key="city", label="待市考办审核", level="city", working_days=5, reasons="照片不清楚")
PROVINCE = block("office", key="province", label="待省院终审", level="province", working_days=10, eyes="2")
CONFIRM = block("candidate", key="confirm", label="待考生网上确认", working_days=3)


def made(slug: str = "practice", steps: list[Any] | None = None, **more: Any) -> ApplicationType:
    """A published type; `steps` are blocks."""
    values: dict[str, Any] = {
        "slug": slug,
        "title": "实践课程报名",
        "introduction": "在此报名。",
        "subject": "course",
        "questions": json.dumps(QUESTIONS),
        "materials": json.dumps(MATERIALS),
        "steps": json.dumps(steps if steps is not None else [OFFICE, CONFIRM, PROVINCE]),
        "is_published": True,
    }
    return save(ApplicationType(**values | more), by=SYSTEM)


def person_named(name: str) -> User:
    serial = next(_serial)
    member_offices()
    return User.objects.create_user(f"person-{serial}", name=name, mobile=f"136{serial:08d}", is_candidate=True)


def member_offices() -> None:
    for code in (NANNING, GUILIN, PROVINCE_CODE):
        name, kind, path = OFFICES[code]
        Office.objects.get_or_create(code=code, defaults={"name": name, "kind": kind, "path": path})


def paper(shade: int = 200) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 80), (shade, 90, 40)).save(out, "PNG")
    return out.getvalue()


def by(person: User) -> Actor:
    """The candidate, who has just proved that it is they."""
    return Actor.of(person, "api", proved_at=clock.now())


def drafted(person: User, slug: str = "practice", **answers: Any) -> Application:
    """A draft that lacks nothing."""
    application = actions.start(slug, ANSWERS | answers, by=by(person))
    actions.add_paper(application.number, "id_card", paper(), by=by(person))
    return fresh(application)


def submitted(person: User, slug: str = "practice", **answers: Any) -> Application:
    return actions.submit(drafted(person, slug, **answers).number, by=by(person))


def fresh(application: Application) -> Application:
    return Application.objects.get(pk=application.pk)


def reviewer(role: str = "first_reviewer", office: str = NANNING, number: int = 1) -> Actor:
    name = f"{role}{'' if office == '45' else f'-{office}'}-{number}"
    user = User.objects.filter(username=name).first() or member(role, office, number)
    return Actor.of(user, "admin")


def passed(application: Application, actor: Actor, **more: Any) -> Application:
    return actions.approve(application.pk, fresh(application).revision, by=actor, **more)
