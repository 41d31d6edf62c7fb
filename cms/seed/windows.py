from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db import transaction

from cms.seed.data import SEED, previous
from cms.windows.actions import create_window
from cms.windows.models import BusinessWindow
from cms.windows.rules import Business, Phase
from portal.kernel import clock

_COMING, _LAST, _ANY = "coming", "last", "any"

# business, phase, which session, (first day, hour), (last day, hour) counted from today, what the entry says
_TIMETABLE = [
    (Business.COURSE_REGISTRATION, Phase.APPLY, _COMING, (-5, 9), (9, 18), "每人最多4门，缴费成功才算报考成功"),
    (Business.ADMISSION_TICKET, Phase.RELEASE, _COMING, (25, 9), (40, 18), "用普通A4纸打印"),
    (Business.SCORES, Phase.RELEASE, _LAST, (-3, 9), (180, 24), ""),
    (Business.SCORE_REVIEW, Phase.APPLY, _LAST, (-3, 9), (4, 18), "只核对漏评、漏加、错加"),
    (Business.EXEMPTION, Phase.APPLY, _COMING, (14, 9), (27, 18), ""),
    (Business.EXEMPTION, Phase.ONSITE, _COMING, (14, 9), (35, 18), "带原件到所选初审单位"),
    (Business.TRANSFER_OUT, Phase.APPLY, _COMING, (20, 9), (26, 18), ""),
    (Business.TRANSFER_OUT, Phase.CONFIRM, _COMING, (28, 9), (33, 18), "未确认的申请无效"),
    (Business.TRANSFER_IN, Phase.APPLY, _COMING, (35, 9), (41, 24), ""),
    (Business.TRANSFER_IN, Phase.CONFIRM, _COMING, (44, 9), (50, 24), "未确认的申请无效"),
    (Business.THESIS_DEFENCE, Phase.APPLY, _LAST, (-40, 9), (-28, 18), ""),
    (Business.GRADUATION, Phase.APPLY, _LAST, (-1, 9), (6, 24), ""),
    (Business.GRADUATION, Phase.CONFIRM, _LAST, (10, 9), (16, 24), "未确认的申请无效"),
    (Business.GRADUATION_CERTIFICATE, Phase.APPLY, _LAST, (-1, 9), (6, 24), ""),
    (Business.REGISTRATION_REFUND, Phase.APPLY, _COMING, (-5, 9), (20, 18), "仅限考试或课程取消、不可抗力"),
    (Business.INFO_CHANGE, Phase.APPLY, _ANY, (-180, 0), (185, 24), ""),
]


@transaction.atomic
def seed_windows(today: date, session: str, releases: Mapping[Business, datetime] | None = None) -> None:
    """Windows around `today`; registration for `session` (`2027-04`) is open. A window that is there is left alone.

    `releases` are instants that are fixed elsewhere (a session says when its tickets and scores may be seen): those
    windows open then, and are as long as the others.
    """
    codes = {_COMING: session, _LAST: previous(session), _ANY: ""}
    for business, phase, which, first, last, notice in _TIMETABLE:
        place = {"business": business.value, "phase": phase.value, "session": codes[which]}
        if not BusinessWindow.objects.filter(**place).exists():
            opens_at, closes_at = (clock.at(today + timedelta(days=days), hour) for days, hour in (first, last))
            later = (releases or {}).get(business, opens_at) - opens_at
            opens_at, closes_at = opens_at + later, closes_at + later
            create_window(**place, opens_at=opens_at, closes_at=closes_at, notice=notice, by=SEED)
