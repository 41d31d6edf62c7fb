"""An outlook as it is shown, on the page and over the API alike: codes with their words beside them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from candidate_api.catalogue.models import Major
from candidate_api.catalogue.rules import Group, Line
from candidate_api.catalogue.states import Category, Rule
from candidate_api.forecast import rules, texts
from candidate_api.forecast.cautions import Warned
from candidate_api.forecast.queries import Outlook
from candidate_api.forecast.reasons import Explained
from candidate_api.forecast.rules import Counted, Forecast, GroupResult
from candidate_api.forecast.solver import Step
from candidate_api.forecast.timetable import Coming, half_year, next_sitting
from candidate_api.results.states import Source
from portal.kernel import clock


@dataclass(frozen=True)
class Named:
    code: str
    name: str


@dataclass(frozen=True)
class PassShown(Named):
    source: str
    source_label: str
    session: str
    score: int | None


@dataclass(frozen=True)
class EarnedShown(Named):
    """A course of the plan that is done: `why` says by what, where it is not by itself."""

    credits: int
    passes: list[PassShown]
    substituted: bool
    why: str


@dataclass(frozen=True)
class NextShown:
    """Where a course may next be sat: itself, or the `course` that stands for it. `assumed`: by the usual timetable."""

    course: Named
    session: str
    session_name: str
    slot: int
    slot_label: str
    assumed: bool


@dataclass(frozen=True)
class MissingShown(Named):
    """`choice`: one of more courses than are needed. `next` is None for what is in no known timetable."""

    credits: int
    group: int
    choice: bool
    next: NextShown | None
    next_label: str


@dataclass(frozen=True)
class UncountedShown(PassShown):
    reason: str
    reason_label: str


@dataclass(frozen=True)
class GroupShown:
    order: int
    label: str
    rule: str
    rule_label: str
    complete: bool
    waived: bool
    credits_earned: int
    courses_needed: int
    credits_needed: int
    earned: list[EarnedShown]
    missing: list[MissingShown]
    substituted: list[EarnedShown]


@dataclass(frozen=True)
class StepShown(Named):
    slot: int | None
    slot_label: str
    entered: bool
    stands_for: list[Named]
    reason: str
    reason_label: str
    alternatives: list[str]


@dataclass(frozen=True)
class SessionShown:
    session: str
    session_name: str
    first_day: date
    assumed: bool
    like: str
    courses: list[StepShown]


@dataclass(frozen=True)
class PathShown:
    """`graduates_after`: the session after which graduation may be applied for; empty while that cannot be said."""

    graduates_after: str
    graduates_after_name: str
    problem: str
    problem_label: str
    bounds: list[str]
    unknown: list[Named]
    assumptions: list[str]


@dataclass(frozen=True)
class Answer:
    major: Major
    version: str
    standing: str
    standing_label: str
    credits_earned: int
    credits_required: int
    courses_passed: int
    courses_required: int
    courses_missing: int
    practice_missing: int
    thesis_missing: bool
    groups: list[GroupShown]
    missing: list[MissingShown]
    uncounted: list[UncountedShown]
    warnings: list[Warned]
    fastest_path: list[SessionShown]
    path: PathShown


def answer(outlook: Outlook, forecast: Forecast) -> Answer:
    """The outlook in words. `forecast` is the outlook's own, known to be there."""
    pairs = zip(forecast.plan.groups, forecast.groups, strict=True)
    groups = [_group(outlook, group, result) for group, result in pairs]
    explained = Explained(forecast.plan, outlook.path, outlook.horizon, forecast.courses_passed)
    return Answer(
        outlook.major,
        outlook.plan.code,
        forecast.standing,
        texts.standing(forecast),
        forecast.credits_earned,
        forecast.plan.credits_required,
        forecast.courses_passed,
        forecast.plan.courses_required,
        forecast.courses_missing,
        forecast.practice_missing,
        forecast.thesis_missing,
        groups,
        [line for group in groups for line in group.missing],
        [
            UncountedShown(**vars(_pass(outlook, one)), reason=why, reason_label=str(why.label))
            for one, why in forecast.uncounted
        ],
        outlook.warnings,
        _timeline(outlook, explained),
        _path(outlook, explained),
    )


def _named(outlook: Outlook, code: str) -> Named:
    return Named(code, texts.named(outlook.names, code))


def _pass(outlook: Outlook, one: rules.Pass) -> PassShown:
    name = texts.named(outlook.names, one.course)
    return PassShown(one.course, name, one.source, str(Source(one.source).label), one.session, one.score)


def _group(outlook: Outlook, group: Group, result: GroupResult) -> GroupShown:
    earned = [_earned(outlook, one) for one in result.counted]
    label = next(row.label for row in outlook.plan.groups.all() if row.order == result.order)
    credits_needed = sum(line.credits for line in result.needed)
    if group.rule == Rule.CHOOSE:
        credits_needed = max(0, group.min_credits - result.credits)
    return GroupShown(
        result.order,
        label,
        result.rule,
        texts.asks(group),
        result.complete,
        result.waived,
        result.credits,
        len(result.needed),
        credits_needed,
        earned,
        [_missing(outlook, line, result) for line in result.options],
        [one for one in earned if one.substituted],
    )


def _earned(outlook: Outlook, one: Counted) -> EarnedShown:
    code, name = one.line.course, texts.named(outlook.names, one.line.course)
    passes = [_pass(outlook, passed) for passed in one.passes]
    return EarnedShown(code, name, one.line.credits, passes, bool(one.steps), texts.counted(one, outlook.names))


def _missing(outlook: Outlook, line: Line, result: GroupResult) -> MissingShown:
    sitting, label = _next(outlook, line)
    name = texts.named(outlook.names, line.course)
    return MissingShown(line.course, name, line.credits, result.order, result.is_choice, sitting, label)


def _next(outlook: Outlook, line: Line) -> tuple[NextShown | None, str]:
    """The next sitting of the course, or of a single one that stands for it where it is set no more."""
    sessions = outlook.horizon.sessions
    sittings = [next_sitting(sessions, line.course)]
    for exchange in outlook.exchanges:
        if exchange.given == (line.course,) and len(exchange.held) == 1:
            there = [session for session in sessions if exchange.holds_in(session.code)]
            sittings.append(next_sitting(there, exchange.held[0]))
    found = next((sitting for sitting in sittings if sitting), None)
    if found is None:
        free = line.practice or line.category == Category.GRADUATION
        return None, _("由主考学校安排") if free else _("近期没有开考安排")
    session, course = found.session, _named(outlook, found.course)
    where, slot = texts.session_name(session.code), texts.slot_label(found.slot)
    shown = NextShown(course, session.code, where, found.slot, slot, session.assumed)
    words = {"session": where, "slot": slot, "course": course.name}
    text = _("%(session)s%(slot)s") if course.code == line.course else _("改考%(course)s，%(session)s%(slot)s")
    return shown, text % words + (_("（推算）") if session.assumed else "")


# -- the path ---------------------------------------------------------------------------------------------------
def _timeline(outlook: Outlook, explained: Explained) -> list[SessionShown]:
    places = sorted({step.place for step in outlook.path.steps})
    shown = []
    for place in places:
        session = outlook.horizon.sessions[place]
        steps = [_step(outlook, explained, step) for step in outlook.path.steps if step.place == place]
        shown.append(
            SessionShown(
                session.code,
                texts.session_name(session.code),
                session.first_day,
                session.assumed,
                session.like,
                steps,
            )
        )
    return shown


def _step(outlook: Outlook, explained: Explained, step: Step) -> StepShown:
    because = explained.because(step)
    return StepShown(
        step.course,
        texts.named(outlook.names, step.course),
        step.slot,
        texts.slot_label(step.slot) or _("主考学校"),
        step.entered,
        [_named(outlook, line.course) for line in step.lines if line.course != step.course],
        because.reason,
        texts.because(because, outlook.names),
        [texts.alternative(one, outlook.names) for one in explained.alternatives(step)],
    )


def _path(outlook: Outlook, explained: Explained) -> PathShown:
    path, sessions = outlook.path, outlook.horizon.sessions
    last = sessions[path.length - 1].code if path.length and not path.problem else ""
    waiting = [sessions[path.length - 1]] if last else []
    return PathShown(
        last,
        texts.session_name(last) if last else "",
        path.problem or "",
        texts.no_path(path.problem) if path.problem else "",
        [texts.bound(one, outlook.names) for one in explained.bounds()],
        [_named(outlook, line.course) for line in path.unknown],
        list(_assumptions(outlook, last, [*(sessions[step.place] for step in path.steps), *waiting])),
    )


def _assumptions(outlook: Outlook, last: str, used: Sequence[Coming]) -> Iterator[str]:
    """What the path takes for granted; nothing where there is none."""
    if not used:
        return
    if outlook.path.steps:
        yield _("按每次报考的课程都一次合格推算。")
    assumed = {session.code[5:]: session for session in used if session.like}
    if assumed:
        patterns = "、".join(texts.session_name(session.like) for session in sorted(assumed.values(), key=_like))
        yield _("尚未公布的考期按%(sessions)s的开考课程推算，以正式公布的考试计划为准。") % {"sessions": patterns}
    yield from _dated(outlook, last)
    steps = outlook.path.steps
    if any(step.slot is None and not _is_thesis(step) for step in steps):
        yield _("实践环节由主考学校安排，不占用统考场次，按理论课程合格后的下一个考期推算。")
    if any(_is_thesis(step) for step in steps):
        yield _("毕业论文（设计、考核）按合格课程达到%(percent)s%%后的下一个考期推算。") % {
            "percent": rules.THESIS_PERCENT
        }


def _dated(outlook: Outlook, last: str) -> Iterator[str]:
    """The exchanges that have yet to begin, and those that count today but no longer at the end."""
    for exchange in outlook.path.exchanges:
        if exchange.since > half_year(clock.today()):
            yield texts.exchange(exchange, outlook.names)
    counted = outlook.forecast.substituted if outlook.forecast else ()
    for exchange in sorted({exchange for one in counted for exchange in one.steps}):
        if exchange.until and exchange.until < last:
            yield texts.ending(exchange, outlook.names)


def _like(session: Coming) -> str:
    return session.like


def _is_thesis(step: Step) -> bool:
    return any(line.category == Category.GRADUATION for line in step.lines)
