"""What the office keeps of sessions and places, and what must hold (see `candidate_api.catalogue.kinds`)."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from candidate_api.catalogue.kinds import Kind
from candidate_api.sessions import rules
from candidate_api.sessions.models import ExamSession, Offering, Room, Site
from cms.windows.models import BusinessWindow
from cms.windows.rules import Business, Phase
from portal.kernel import clock
from portal.kernel.errors import Code, Problem


def _check_session(session: ExamSession) -> Iterator[str]:
    if session.closed and session.second_day >= clock.today():
        yield _("考试还没有结束，不能将考期设为已结束。")


def _guard_session(session: ExamSession) -> None:
    if session.closed:
        raise Problem(Code.STATE_CONFLICT, _("%(session)s已结束，不能修改。") % {"session": session})


def _check_offering(offering: Offering) -> Iterator[str]:
    _guard_session(offering.session)
    yield from rules.offering_faults(offering.course.code, offering.slot, written=offering.course.is_written)


def _guard_offering(offering: Offering) -> None:
    _guard_session(offering.session)
    now = clock.now()
    about = BusinessWindow.objects.filter(business=Business.COURSE_REGISTRATION, phase=Phase.APPLY)
    about = about.filter(Q(session=offering.session.code) | Q(session=""), opens_at__lte=now, closes_at__gt=now)
    if about.exists():
        raise Problem(Code.STATE_CONFLICT, _("报考正在进行，不能改变或取消开考课程。"))
    if _refers(offering, "registration"):
        raise Problem(Code.STATE_CONFLICT, _("已有考生报考该课程，不能改变或取消。"))


def _guard_room(room: Room) -> None:
    if _refers(room, "seat", session__closed=False):
        raise Problem(Code.STATE_CONFLICT, _("该考场在未结束的考期中已编排考生，不能修改。"))


def _refers(row: Any, model: str, **those: Any) -> bool:
    """Whether a row of that model (of `those`) refers to this one: the nouns above are known by their tables alone."""
    links = [link for link in row._meta.get_fields(include_hidden=True) if link.auto_created and not link.concrete]
    return any(
        link.related_model._base_manager.filter(**{link.field.name: row}, **those).exists()
        for link in links
        if link.related_model._meta.model_name == model
    )


SESSIONS = Kind(
    "session",
    ExamSession,
    ("code", "name", "first_day", "second_day", "max_courses", "fee_normal_fen", "fee_special_fen", "closed"),
    check=_check_session,
    guard=_guard_session,
)
OFFERINGS = Kind(
    "offering",
    Offering,
    ("session", "course", "slot"),
    fixed=("session", "course"),
    check=_check_offering,
    guard=_guard_offering,
)
SITES = Kind("site", Site, ("district", "code", "name", "address", "kind"), fixed=("district", "code"))
ROOMS = Kind("room", Room, ("site", "number", "seats", "accessible"), fixed=("site", "number"), guard=_guard_room)
