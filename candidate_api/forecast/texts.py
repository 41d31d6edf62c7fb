"""The sentences of a forecast: for whom it is, in words, what the codes say."""

from collections.abc import Mapping
from datetime import date

from django.utils import dateformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from candidate_api.catalogue.rules import Group
from candidate_api.catalogue.states import Rule
from candidate_api.forecast.reasons import Alternative, Because, Bound
from candidate_api.forecast.rules import THESIS_PERCENT, Counted, Exchange, Forecast
from candidate_api.forecast.states import Binding, NoPath, Reason, Standing
from candidate_api.sessions.rules import SLOTS
from candidate_api.sessions.rules import month_name as session_name
from portal.kernel.errors import Words

Names = Mapping[str, str]


def named(names: Names, code: str) -> str:
    return names.get(code, code)


def long_day(day: date | None) -> str:
    return "" if day is None else dateformat.format(day, _("Y年n月j日"))


def slot_label(slot: int | None) -> str:
    return str(SLOTS[slot - 1].label) if slot else ""


def standing(forecast: Forecast) -> str:
    """尚缺3门, and where practice parts are missing too, how many."""
    if forecast.standing != Standing.COURSES_MISSING:
        return str(forecast.standing.label)
    words = {"n": forecast.courses_missing, "k": forecast.practice_missing}
    if forecast.courses_missing and forecast.practice_missing:
        return _("尚缺%(n)s门和%(k)s个实践环节") % words
    if forecast.practice_missing:
        return _("尚缺%(k)s个实践环节") % words
    return _("尚缺%(n)s门") % words


def asks(group: Group) -> str:
    """What the group asks for, in words."""
    match group.rule:
        case Rule.CHOOSE:
            words = {"n": group.min_courses, "m": group.min_credits}
            text = _("选考不少于%(n)s门且不少于%(m)s学分") if group.min_credits else _("选考不少于%(n)s门")
            return text % words + (_("；不考外语者全选") if group.all_without_foreign_language else "")
        case rule:
            return str(Rule(rule).label)


def counted(one: Counted, names: Names) -> str:
    """Why a course counts: its own pass, or which passes stand for it."""
    if not one.steps:
        return ""
    by = "、".join(named(names, passed.course) for passed in one.passes)
    return _("由%(courses)s顶替") % {"courses": by}


_BECAUSE: dict[Reason, Words] = {
    Reason.ENTERED: gettext_lazy("已经报考，按合格推算。"),
    Reason.SOONEST: gettext_lazy("这是最近一次开考。"),
    Reason.CLASH: gettext_lazy("%(session)s%(slot)s已安排%(course)s，同一场次只能考一门。"),
    Reason.FULL: gettext_lazy("%(session)s已排满。"),
    Reason.AFTER_THEORY: gettext_lazy("须在%(course)s（%(session)s）合格之后。"),
    Reason.AFTER_SHARE: gettext_lazy("此时已合格%(passed)s门，达到%(total)s门的%(percent)s%%。"),
    Reason.ANY_TIME: gettext_lazy("由主考学校安排，可以尽早申请。"),
    Reason.NO_FASTER: gettext_lazy("提前不会更早毕业。"),
}


def because(why: Because, names: Names) -> str:
    """Why a course of the path is in its session."""
    return str(_BECAUSE[why.reason]) % {
        "session": session_name(why.session) if why.session else "",
        "slot": slot_label(why.slot),
        "course": named(names, why.course),
        "passed": why.passed,
        "total": why.total,
        "percent": THESIS_PERCENT,
    }


def alternative(one: Alternative, names: Names) -> str:
    """What speaks against a course that might have been chosen instead."""
    words = {
        "course": named(names, one.line.course),
        "session": session_name(one.session) if one.session else "",
        "slot": slot_label(one.slot),
        "clash": named(names, one.clash),
    }
    if not one.session:
        return _("也可选%(course)s，但近期没有开考安排。") % words
    if one.in_time:
        return _("也可选%(course)s（%(session)s%(slot)s），不会更早毕业。") % words
    if one.clash:
        return _("也可选%(course)s，但%(session)s%(slot)s与%(clash)s冲突。") % words
    return _("也可选%(course)s，但最早要到%(session)s。") % words


def exchange(one: Exchange, names: Names) -> str:
    """What an exchange that has yet to begin will allow."""
    return _("自%(session)s起，%(held)s可以顶替%(given)s。") % _sides(one, names, one.since)


def ending(one: Exchange, names: Names) -> str:
    """What an exchange that is to end allows no longer."""
    return _("%(held)s顶替%(given)s只到%(session)s，届时不能毕业的，不再计入。") % _sides(one, names, one.until)


def _sides(one: Exchange, names: Names, session: str) -> dict[str, str]:
    """With their codes, since the new course is often called as the old one was."""
    held, given = ("、".join(f"{named(names, code)}（{code}）" for code in side) for side in (one.held, one.given))
    return {"session": session_name(session), "held": held, "given": given}


def bound(one: Bound, names: Names) -> str:
    """What keeps the path from being shorter."""
    if one.exchange is not None:
        return exchange(one.exchange, names)
    words = {
        "courses": "、".join(named(names, code) for code in one.courses),
        "n": len(one.courses),
        "slot": slot_label(one.slot),
        "season": dateformat.format(date(2000, one.month, 1), _("n月")) if one.month else "",
        "first": named(names, one.courses[-1]) if one.courses else "",
        "last": named(names, one.courses[0]) if one.courses else "",
        "percent": THESIS_PERCENT,
    }
    match one.binding:
        case Binding.SLOT:
            text = _("%(courses)s都只在%(season)s%(slot)s开考，每次只能考其中一门。")
        case Binding.SEASON:
            text = _("%(courses)s只在%(season)s%(slot)s开考。")
        case Binding.LIMIT:
            text = _("每次考试最多报考的门数已经用满。")
        case Binding.PRACTICE:
            text = _("%(last)s要在%(first)s合格之后才能考。")
        case Binding.THESIS:
            text = _("%(last)s要在合格课程达到%(percent)s%%之后才能申请。")
        case _:
            text = _("几门课程的场次互相冲突，换一种排法也不会更快。")
    return text % words


def no_path(problem: NoPath) -> str:
    return {
        NoPath.CLOSING: _("在专业停考之前的考期里排不下所缺课程。"),
        NoPath.UNKNOWN: _("有课程近期没有开考安排，暂时推算不出毕业时间。"),
        NoPath.GAVE_UP: _("组合太多，暂时推算不出，请稍后再试。"),
        NoPath.TOO_FAR: _("可以推算的考期里排不完所缺课程，请咨询所在市招生考试院。"),
    }[problem]
