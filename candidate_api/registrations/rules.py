"""What may be chosen together, and why not. Plain values, no database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from portal.kernel.errors import Code, FieldError, Problem, Words

ORDER_LIFE = timedelta(minutes=30)
# Domain 4.7, 4.8: no way back once paid, but for what is not the candidate's doing.
PAID_FOR_GOOD = _(
    "已经缴费的报考不能取消。报考时间内可以更换课程或者考区；"
    "只有重复支付、已缴费但未报考成功、考试取消或者不可抗力的情况可以申请退款。"
)
PAID_MEANWHILE = _("这份报考单已经缴费，请刷新页面后再修改。")


class Blocked(StrEnum):
    """Why a course cannot be chosen; the first cause in this order is told. The first four hold for every course."""

    ONBOARDING_INCOMPLETE = "onboarding_incomplete"
    WINDOW_CLOSED = "window_closed"
    CONTACT_UNCONFIRMED = "contact_unconfirmed"
    SUSPENDED = "suspended"
    NOT_OFFERED = "not_offered"
    PASSED = "passed"
    ALREADY_REGISTERED = "already_registered"
    DUPLICATE = "duplicate"
    CLASH = "clash"
    OVER_LIMIT = "over_limit"
    UNKNOWN_DISTRICT = "unknown_district"
    FULL = "full"


REASON: dict[Blocked, Words] = {
    Blocked.ONBOARDING_INCOMPLETE: _("请先完善资料并上传照片，生成准考证号后再报考。"),
    Blocked.WINDOW_CLOSED: _("现在不在课程报考时间内。"),
    Blocked.CONTACT_UNCONFIRMED: _("每次报考前须重新确认手机号码和通信地址，请先确认。"),
    Blocked.SUSPENDED: _("停考期间不能报考。"),
    Blocked.NOT_OFFERED: _("本次考试不开考这门课程。"),
    Blocked.PASSED: _("这门课程已经合格，不必再考。"),
    Blocked.ALREADY_REGISTERED: _("这门课程已经报考。"),
    Blocked.DUPLICATE: _("这门课程在这次提交中列了两次，请只保留一次。"),
    Blocked.CLASH: _("与同一场次的另一门课程时间冲突。"),
    Blocked.OVER_LIMIT: _("超过每次考试最多可报考的门数。"),
    Blocked.UNKNOWN_DISTRICT: _("没有这个考区。"),
    Blocked.FULL: _("这个考区本场次的名额已满，请选择其他考区。"),
}


@dataclass(frozen=True)
class Wish:
    """One course that somebody wants to take: its code, its slot in the session (None where it is not offered)."""

    course: str
    slot: int | None
    district_known: bool = True


@dataclass(frozen=True)
class Held:
    """What the candidate has already: passed courses, and live entries as course → slot; `places` are slot and name of
    the district of each entry."""

    passed: frozenset[str]
    entries: dict[str, int]
    places: tuple[tuple[int, str], ...] = ()


def refusals(wishes: Sequence[Wish], held: Held, max_courses: int) -> dict[int, Blocked]:
    """By its place, the first cause of each wish that cannot be fulfilled; earlier wishes count against later ones."""
    found: dict[int, Blocked] = {}
    entries = dict(held.entries)
    for place, wish in enumerate(wishes):
        cause = _cause(wish, held, entries, max_courses)
        if cause:
            found[place] = cause
        elif wish.slot is not None:
            entries[wish.course] = wish.slot
    return found


def _cause(wish: Wish, held: Held, entries: dict[str, int], max_courses: int) -> Blocked | None:
    """`entries` are those held and the earlier wishes."""
    if wish.slot is None:
        return Blocked.NOT_OFFERED
    if wish.course in held.passed:
        return Blocked.PASSED
    if wish.course in held.entries:
        return Blocked.ALREADY_REGISTERED
    if wish.course in entries:
        return Blocked.DUPLICATE
    if wish.slot in entries.values():
        return Blocked.CLASH
    if len(entries) >= max_courses:
        return Blocked.OVER_LIMIT
    if not wish.district_known:
        return Blocked.UNKNOWN_DISTRICT
    return None


def apart(places: Iterable[tuple[date, str]]) -> dict[date, list[str]]:
    """The days on which somebody would have to be in several 考区, and in which (domain 4.6: in principle one)."""
    by_day: dict[date, list[str]] = {}
    for day, district in places:
        districts = by_day.setdefault(day, [])
        if district not in districts:
            districts.append(district)
    return {day: districts for day, districts in sorted(by_day.items()) if len(districts) > 1}


def order_expires_at(now: datetime, window_ends_at: datetime) -> datetime:
    """An unpaid order holds its seats for half an hour, never beyond the window's end."""
    return min(now + ORDER_LIFE, window_ends_at)


def refusal(refused: dict[int, Blocked]) -> Problem:
    """`entries_refused`, naming each entry by its place with its first cause."""
    errors = [FieldError(f"entries.{place}", cause, REASON[cause]) for place, cause in sorted(refused.items())]
    return Problem(Code.ENTRIES_REFUSED, errors[0].detail, errors=errors)
