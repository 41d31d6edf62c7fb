"""What a plan adds up to, and what would make it nonsense. Plain values, no database."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from graphlib import CycleError, TopologicalSorter
from itertools import chain, product

from django.utils.translation import gettext as _

from candidate_api.catalogue.states import Category, Level, Rule


@dataclass(frozen=True)
class Line:
    """A course in a group; `practice_of` is the theory course that a practice part belongs to.

    `practice`: it is held by the host school, in no slot of a session.
    """

    course: str
    credits: int
    set_no: int | None = None
    foreign: bool = False
    practice_of: str | None = None
    category: str = Category.CORE
    practice: bool = False


@dataclass(frozen=True)
class Group:
    order: int
    rule: str
    lines: tuple[Line, ...]
    min_courses: int = 0
    min_credits: int = 0
    all_without_foreign_language: bool = False

    @property
    def is_foreign_language(self) -> bool:
        """Whether nothing but foreign languages can be taken here."""
        return all(line.foreign for line in self.lines)


@dataclass(frozen=True)
class Plan:
    major: str
    version: str
    level: str
    credits_required: int
    courses_required: int
    groups: tuple[Group, ...]
    exemption_limit: int | None = None

    @property
    def courses(self) -> tuple[str, ...]:
        return tuple(line.course for group in self.groups for line in group.lines)

    @property
    def language_can_be_replaced(self) -> bool:
        """不考外语者全选: whether some group may be taken whole instead of the foreign language."""
        return any(group.all_without_foreign_language for group in self.groups)

    def counts(self, line: Line) -> bool:
        """Whether the line is a course of its own: a practice part is counted with its theory course."""
        return line.practice_of is None or line.practice_of not in self.courses


@dataclass(frozen=True)
class Reach:
    """What somebody has who fulfils every group: with the fewest and with the most credits and courses."""

    least_credits: int
    most_credits: int
    least_courses: int
    most_courses: int


def reach(plan: Plan) -> Reach | None:
    """What the plan's groups add up to; None where some group cannot be fulfilled at all."""
    scenarios = [[_span(plan, group) for group in plan.groups]]
    if plan.language_can_be_replaced:
        scenarios.append([_without_language(plan, group) for group in plan.groups])
    sums = [_sum(spans) for spans in scenarios]
    found = [one for one in sums if one is not None]
    if len(found) < len(scenarios):
        return None
    return Reach(
        least_credits=min(one.least_credits for one in found),
        most_credits=max(one.most_credits for one in found),
        least_courses=min(one.least_courses for one in found),
        most_courses=max(one.most_courses for one in found),
    )


def _sum(spans: Sequence[Reach | None]) -> Reach | None:
    total = Reach(0, 0, 0, 0)
    for span in spans:
        if span is None:
            return None
        total = Reach(*(getattr(total, f.name) + getattr(span, f.name) for f in fields(Reach)))
    return total


def _without_language(plan: Plan, group: Group) -> Reach | None:
    if group.is_foreign_language:
        return Reach(0, 0, 0, 0)
    return _of_sets(plan, [group.lines]) if group.all_without_foreign_language else _span(plan, group)


def _span(plan: Plan, group: Group) -> Reach | None:
    """What one group gives; None where nobody can fulfil it."""
    match group.rule:
        case Rule.ALL_OF:
            return _of_sets(plan, [group.lines])
        case Rule.ONE_OF:
            return _of_sets(plan, [(line,) for line in group.lines])
        case Rule.ONE_OF_SETS:
            return _of_sets(plan, _sets(group))
        case Rule.CHOOSE:
            return _of_choice(plan, group)
    return Reach(0, 0, 0, 0)  # the graduation part is asked for, but gives neither credits nor courses


def _of_sets(plan: Plan, sets: Sequence[tuple[Line, ...]]) -> Reach | None:
    if not sets:
        return None
    sums = [sum(line.credits for line in lines) for lines in sets]
    courses = [sum(plan.counts(line) for line in lines) for lines in sets]
    return Reach(min(sums), max(sums), min(courses), max(courses))


def _of_choice(plan: Plan, group: Group) -> Reach | None:
    """Course by course, the least that leads to so many courses and credits: there may be any number of courses."""
    best = {(0, 0): (0, 0)}  # what is reached of both minima → the fewest credits, the fewest courses
    for line in group.lines:
        for (number, gained), (least_credits, least_courses) in list(best.items()):
            reached = min(number + 1, group.min_courses), min(gained + line.credits, group.min_credits)
            found = least_credits + line.credits, least_courses + plan.counts(line)
            known = best.get(reached, found)
            best[reached] = min(known[0], found[0]), min(known[1], found[1])
    least = best.get((group.min_courses, group.min_credits))
    if least is None:
        return None
    most = sum(line.credits for line in group.lines), sum(plan.counts(line) for line in group.lines)
    return Reach(least[0], most[0], least[1], most[1])


def faults(plan: Plan) -> list[str]:
    """What is wrong with the plan, in sentences for whoever keeps the data; empty when nothing is."""
    found = list(chain.from_iterable(_group_faults(plan, group) for group in plan.groups))
    orders = [group.order for group in plan.groups]
    found += [_("第%(n)d组出现了两次。") % {"n": n} for n in sorted({n for n in orders if orders.count(n) > 1})]
    seen = plan.courses
    twice = sorted({code for code in seen if seen.count(code) > 1})
    found += [_("课程%(code)s在计划中列了两次。") % {"code": code} for code in twice]
    lines = [line for group in plan.groups for line in group.lines]
    found += [
        _("实践环节%(code)s对应的理论课程%(theory)s不在计划中。") % {"code": line.course, "theory": line.practice_of}
        for line in lines
        if line.practice_of and line.practice_of not in seen
    ]
    parts = sum(group.rule == Rule.GRADUATION for group in plan.groups)
    if plan.level == Level.BACHELOR and parts != 1:
        found.append(_("本科计划须有且只有一个毕业环节组，现有%(n)d个。") % {"n": parts})
    if plan.level == Level.ASSOCIATE and parts:
        found.append(_("专科计划没有毕业环节组，现有%(n)d个。") % {"n": parts})
    if plan.language_can_be_replaced and not any(group.is_foreign_language for group in plan.groups):
        found.append(_("有课程组规定不考外语者全选，但计划中没有外语课程组。"))
    reached = reach(plan)
    if reached is not None:
        found += _total_faults(plan, reached)
    return found


def _total_faults(plan: Plan, reached: Reach) -> Iterator[str]:
    asked = {"credits": plan.credits_required, "courses": plan.courses_required}
    if reached.most_credits < plan.credits_required:
        yield _("总学分要求%(credits)d，各组合计最多只能取得%(most)d学分。") % {**asked, "most": reached.most_credits}
    elif reached.most_courses < plan.courses_required:
        yield _("最少门数要求%(courses)d，各组合计最多只有%(most)d门。") % {**asked, "most": reached.most_courses}
    elif not any(c >= plan.credits_required and n >= plan.courses_required for c, n in _tops(plan)):
        yield _("总学分%(credits)d和最少门数%(courses)d不能同时达到。") % asked


def _tops(plan: Plan) -> set[tuple[int, int]]:
    """The most credits and courses that can be had together: no pair is below another in both."""
    found = set()
    for without in {False, plan.language_can_be_replaced}:
        sums = {(0, 0)}
        for group in plan.groups:
            reached = {(a + c, b + n) for a, b in sums for c, n in _most(plan, group, without)}
            sums = {one for one in reached if not any(o != one and o[0] >= one[0] and o[1] >= one[1] for o in reached)}
        found |= sums
    return found


def _most(plan: Plan, group: Group, without_language: bool) -> set[tuple[int, int]]:
    if group.rule == Rule.GRADUATION or (without_language and group.is_foreign_language):
        return {(0, 0)}
    sets: list[tuple[Line, ...]] = [group.lines]
    if group.rule == Rule.ONE_OF:
        sets = [(line,) for line in group.lines]
    elif group.rule == Rule.ONE_OF_SETS:
        sets = _sets(group)
    return {(sum(x.credits for x in lines), sum(plan.counts(x) for x in lines)) for lines in sets}


def _sets(group: Group) -> list[tuple[Line, ...]]:
    numbers = sorted({line.set_no or 0 for line in group.lines})
    return [tuple(line for line in group.lines if (line.set_no or 0) == n) for n in numbers]


def _group_faults(plan: Plan, group: Group) -> Iterator[str]:
    n = {"n": group.order}
    if not group.lines:
        yield _("第%(n)d组没有课程。") % n
        return
    if _span(plan, group) is None:
        yield _("第%(n)d组要求至少%(courses)d门、%(credits)d学分，组内只有%(all)d门、%(sum)d学分。") % {
            **n,
            "courses": group.min_courses,
            "credits": group.min_credits,
            "all": len(group.lines),
            "sum": sum(line.credits for line in group.lines),
        }
    if group.rule == Rule.CHOOSE and not group.min_courses:
        yield _("第%(n)d组是选考组，须填写最少门数。") % n
    if group.rule != Rule.CHOOSE and (group.min_courses or group.min_credits or group.all_without_foreign_language):
        yield _("第%(n)d组不是选考组，不填最少门数、最少学分和不考外语者全选。") % n
    sets = {line.set_no for line in group.lines}
    if group.rule == Rule.ONE_OF_SETS:
        if None in sets or len(sets) < 2:
            yield _("第%(n)d组是任选一组，每门课程须有组号，且至少有两组。") % n
    elif sets - {None}:
        yield _("第%(n)d组不是任选一组，课程不填组号。") % n
    for line in group.lines:
        graduation = line.category == Category.GRADUATION
        if graduation != (group.rule == Rule.GRADUATION):
            yield _("毕业环节的课程只能列在毕业环节组中，反之亦然：第%(n)d组%(code)s。") % {**n, "code": line.course}
        elif graduation and line.credits:
            yield _("毕业环节不计学分：%(code)s。") % {"code": line.course}
        elif not graduation and not line.credits:
            yield _("课程%(code)s没有学分。") % {"code": line.course}


def course_faults(course: str, theory: str, *, theory_is_practice: bool) -> Iterator[str]:
    """What is wrong with the theory course that a practice part belongs to."""
    if theory == course:
        yield _("课程不能是自己的理论课程。")
    elif theory_is_practice:
        yield _("%(course)s对应的理论课程%(theory)s本身是实践环节。") % {"course": course, "theory": theory}


def major_faults(*, no_new_from: date | None, last_exam: str, last_graduation: date | None) -> Iterator[str]:
    """What is wrong with the order of a closing major's dates."""
    if no_new_from and last_graduation and last_graduation < no_new_from:
        yield _("最后一次毕业审定不能早于停止新生报名。")
    if last_exam and last_graduation and last_exam > f"{last_graduation:%Y-%m}":
        yield _("最后一次课程考试不能晚于最后一次毕业审定。")


def still_open(plan: Plan, done: frozenset[str]) -> frozenset[str]:
    """The courses of the plan that somebody who has `done` may still want for it; what a choice no longer asks for is
    not among them. Which of them are the fewest is the forecast's question, not this one."""
    replaced = any(g.all_without_foreign_language and {x.course for x in g.lines} <= done for g in plan.groups)
    found: set[str] = set()
    for group in plan.groups:
        if not _is_done(group, done) and not (replaced and group.is_foreign_language):
            found |= {line.course for line in group.lines} - done
    return frozenset(found)


def _is_done(group: Group, done: frozenset[str]) -> bool:
    got = [line for line in group.lines if line.course in done]
    match group.rule:
        case Rule.ONE_OF:
            return bool(got)
        case Rule.ONE_OF_SETS:
            return any({line.course for line in lines} <= done for lines in _sets(group))
        case Rule.CHOOSE:
            return len(got) >= group.min_courses and sum(line.credits for line in got) >= group.min_credits
    return len(got) == len(group.lines)


@dataclass(frozen=True)
class Swap:
    """课程顶替: all of `old` stand for all of `new`, and the other way round too where it is mutual; in the
    sessions from the one to the other, where those are named."""

    old: frozenset[str]
    new: frozenset[str]
    mutual: bool = True
    since: str = ""
    until: str = ""


def credited(passed: Iterable[str], swaps: Sequence[Swap]) -> frozenset[str]:
    """The passed courses and every course that they stand for, over several steps where one leads to the next."""
    counted = set(passed)
    steps = [(swap.old, swap.new) for swap in swaps]
    steps += [(swap.new, swap.old) for swap in swaps if swap.mutual]
    while gained := {code for held, given in steps if held <= counted for code in given} - counted:
        counted |= gained
    return frozenset(counted)


@dataclass(frozen=True)
class Term:
    """课程顶替 with the sessions that it holds in; `until` is empty where it has no end."""

    code: str
    old: frozenset[str]
    new: frozenset[str]
    since: str
    until: str = ""

    def holds_in(self, session: str) -> bool:
        return self.since <= session and (not self.until or session <= self.until)


def substitution_faults(term: Term) -> Iterator[str]:
    """What is wrong with one substitution by itself."""
    if not term.old or not term.new:
        yield _("课程顶替须同时有原课程和现课程。")
    for code in sorted(term.old & term.new):
        yield _("课程%(code)s不能顶替自己。") % {"code": code}


def substitution_circle(terms: Sequence[Term]) -> list[str]:
    """A circle among substitutions that hold in one session, as the codes of the courses along it; empty when there
    is none. What is mutual is no circle: the way from the old to the new is looked at alone."""
    for session in sorted({term.since for term in terms}):
        graph: dict[str, set[str]] = {}
        for term in terms:
            if term.holds_in(session):
                for old, new in product(term.old, term.new):
                    graph.setdefault(new, set()).add(old)
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            return list(error.args[1])
    return []
