"""毕业预测 over plain values: what may count, what the count means. Nothing here asks or stores.

The best way to count is found by `solver`; these are the office's rules that it keeps (domain 6.6, 7.3, 9.1, 9.9).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from candidate_api.catalogue.rules import Group, Line, Plan, Swap
from candidate_api.catalogue.states import Category
from candidate_api.catalogue.states import Rule as GroupRule
from candidate_api.forecast.states import Standing, Uncounted
from candidate_api.results.states import Penalty

THESIS_PERCENT = 85  # of the plan's courses; then a thesis may be applied for (domain 9.9)
EXEMPT_SHARE = 3  # one in three professional courses may be exempted (domain 7.3)
PROFESSIONAL = frozenset({Category.CORE, Category.ELECTIVE, Category.EXTRA})
EXEMPTION = "exemption"


@dataclass(frozen=True)
class Pass:
    """A passed course: `source` is the score's, `session` a code or empty, `category` the course's own."""

    course: str
    source: str = "written"
    session: str = ""
    category: str = Category.CORE
    score: int | None = None


@dataclass(frozen=True)
class Discipline:
    """停考 or 延迟毕业, from the one day to the other, both with it."""

    penalty: Penalty
    starts: date
    until: date

    def holds_on(self, day: date) -> bool:
        return self.starts <= day <= self.until


@dataclass(frozen=True, order=True)
class Exchange:
    """课程顶替 in one direction: all of `held` are given up for all of `given`, in the sessions of its dates,
    whenever the courses were passed. An empty date is no limit."""

    held: tuple[str, ...]
    given: tuple[str, ...]
    since: str = ""
    until: str = ""

    def holds_in(self, session: str) -> bool:
        return self.since <= session and (not self.until or session <= self.until)


def exchanges(swaps: Iterable[Swap]) -> tuple[Exchange, ...]:
    """The substitutions as one-way exchanges, in an order that does not depend on how they were read."""
    found = set()
    for swap in swaps:
        old, new = tuple(sorted(swap.old)), tuple(sorted(swap.new))
        found.add(Exchange(old, new, swap.since, swap.until))
        if swap.mutual:
            found.add(Exchange(new, old, swap.since, swap.until))
    return tuple(sorted(found))


def holding(known: Iterable[Exchange], session: str) -> tuple[Exchange, ...]:
    """The exchanges that hold in that session."""
    return tuple(exchange for exchange in known if exchange.holds_in(session))


def useful(plan: Plan, known: Iterable[Exchange], have: Iterable[str]) -> tuple[Exchange, ...]:
    """The exchanges that `have` can reach and that lead, over any number of steps, to a course of the plan."""
    reached, wanted = set(have), set(plan.courses)
    known = tuple(known)
    for _step in known:
        reached |= {code for e in known if reached.issuperset(e.held) for code in e.given}
        wanted |= {code for e in known if wanted.intersection(e.given) for code in e.held}
    return tuple(e for e in known if reached.issuperset(e.held) and wanted.intersection(e.given))


def best_passes(passes: Iterable[Pass]) -> dict[str, Pass]:
    """One pass for each course, by course code: one that was sat before an exemption, then the better score."""
    chosen: dict[str, Pass] = {}
    for one in sorted(passes, key=_worth, reverse=True):
        chosen.setdefault(one.course, one)
    return dict(sorted(chosen.items()))


def _worth(one: Pass) -> tuple[bool, int, str, str]:
    return (one.source != EXEMPTION, one.score or 0, one.session, one.source)


# -- exemptions -------------------------------------------------------------------------------------------------
def exemption_limit(plan: Plan) -> int:
    """专业课免考门数上限: the number the office has fixed for the plan, else a third of what it asks for, rounded.

    Practice parts count with their theory course, public courses and the graduation part not at all.
    """
    if plan.exemption_limit is not None:
        return plan.exemption_limit
    return round(sum(_professional_asked(plan, group) for group in plan.groups) / EXEMPT_SHARE)


def _professional_asked(plan: Plan, group: Group) -> int:
    """How many professional courses the group asks for at least."""
    professional = [line for line in group.lines if is_professional(plan, line)]
    match group.rule:
        case GroupRule.ONE_OF:
            return int(len(professional) == len(group.lines))
        case GroupRule.ONE_OF_SETS:
            sets = {line.set_no for line in group.lines}
            return min(sum(line.set_no == number for line in professional) for number in sets)
        case GroupRule.CHOOSE:
            return max(0, group.min_courses - (len(group.lines) - len(professional)))
        case _:
            return len(professional)


def is_professional(plan: Plan, line: Line) -> bool:
    return line.category in PROFESSIONAL and plan.counts(line)


def is_limited(plan: Plan, one: Pass) -> bool:
    """Whether the pass is an exemption that the limit is about. The plan's category decides before the course's."""
    if one.source != EXEMPTION:
        return False
    for line in lines(plan):
        if line.course == one.course:
            return is_professional(plan, line)
    return one.category in PROFESSIONAL


# -- counting ---------------------------------------------------------------------------------------------------
def lines(plan: Plan) -> tuple[Line, ...]:
    """Every line of the plan, in the plan's order."""
    return tuple(line for group in plan.groups for line in group.lines)


def is_course(plan: Plan, line: Line) -> bool:
    """Whether it is one of the 门 that the plan asks for."""
    return line.category != Category.GRADUATION and plan.counts(line)


@dataclass(frozen=True)
class Counted:
    """A line of the plan that is done: by these passes; `steps` are the exchanges between, none where it is its own."""

    line: Line
    passes: tuple[Pass, ...]
    steps: tuple[Exchange, ...] = ()


@dataclass(frozen=True)
class Tally:
    """The best count: what is done, and the fewest lines that would finish the plan.

    `without_language`: the foreign language is replaced by the whole elective group.
    """

    counted: tuple[Counted, ...]
    needed: tuple[Line, ...]
    without_language: bool = False


@dataclass(frozen=True)
class GroupResult:
    """A group of the plan: done, still needed, and the courses among which that may be chosen.

    `waived`: nothing is asked here, since the elective group is taken whole instead.
    """

    order: int
    rule: str
    counted: tuple[Counted, ...]
    options: tuple[Line, ...]
    needed: tuple[Line, ...]
    waived: bool = False

    @property
    def complete(self) -> bool:
        return not self.needed

    @property
    def is_choice(self) -> bool:
        """Whether there is more to choose from than is needed."""
        return len(self.options) > len(self.needed) > 0

    @property
    def credits(self) -> int:
        return sum(one.line.credits for one in self.counted)

    @property
    def substituted(self) -> tuple[Counted, ...]:
        return tuple(one for one in self.counted if one.steps)


@dataclass(frozen=True)
class Forecast:
    """毕业预测 of one plan. Courses are 门; practice parts beside their theory and the thesis are counted apart."""

    plan: Plan
    groups: tuple[GroupResult, ...]
    standing: Standing
    credits_earned: int
    courses_passed: int
    courses_missing: int
    practice_missing: int
    thesis_missing: bool
    uncounted: tuple[tuple[Pass, Uncounted], ...]

    @property
    def remaining(self) -> int:
        """How many examinations of any kind are still needed at least."""
        return sum(len(group.needed) for group in self.groups)

    @property
    def substituted(self) -> tuple[Counted, ...]:
        return tuple(one for group in self.groups for one in group.substituted)


def forecast(
    plan: Plan, passes: Iterable[Pass], known: Iterable[Exchange], tally: Tally, *, stopped: bool = False
) -> Forecast:
    """What the best count means. `stopped`: a discipline record or the major's end forbids to graduate today."""
    groups = tuple(_group(plan, order, tally) for order in range(len(plan.groups)))
    needed = [line for group in groups for line in group.needed]
    passed = sum(is_course(plan, one.line) for group in groups for one in group.counted)
    missing = sum(is_course(plan, line) for line in needed)
    thesis = any(line.category == Category.GRADUATION for line in needed)
    return Forecast(
        plan,
        groups,
        standing(passed, missing, thesis=thesis, remaining=len(needed), stopped=stopped),
        sum(group.credits for group in groups),
        passed,
        missing,
        len(needed) - missing - thesis,
        thesis,
        tuple(_uncounted(plan, best_passes(passes), tuple(known), tally)),
    )


def standing(passed: int, missing: int, *, thesis: bool, remaining: int, stopped: bool) -> Standing:
    """Where somebody stands who has passed and misses so many courses; `thesis`: it is still to be written."""
    if not remaining:
        return Standing.BLOCKED if stopped else Standing.CAN_GRADUATE
    if thesis and enough_for_thesis(passed, missing):
        return Standing.CAN_APPLY_THESIS
    return Standing.COURSES_MISSING


def enough_for_thesis(passed: int, missing: int) -> bool:
    return 100 * passed >= THESIS_PERCENT * (passed + missing)


def _group(plan: Plan, order: int, tally: Tally) -> GroupResult:
    group = plan.groups[order]
    counted = tuple(one for one in tally.counted if one.line in group.lines)
    done = {one.line for one in counted}
    needed = tuple(line for line in group.lines if line in tally.needed)
    options = tuple(line for line in group.lines if line not in done) if needed else ()
    if group.rule == GroupRule.ALL_OF or len(options) == len(needed):
        options = needed
    waived = tally.without_language and group.is_foreign_language
    return GroupResult(group.order, group.rule, counted, options, needed, waived)


def _uncounted(
    plan: Plan, passes: dict[str, Pass], known: tuple[Exchange, ...], tally: Tally
) -> Iterable[tuple[Pass, Uncounted]]:
    used = {one.course for counted in tally.counted for one in counted.passes}
    done = {counted.line.course for counted in tally.counted}
    for code, one in passes.items():
        if code in used:
            continue
        if done & credited([code], known):
            yield one, Uncounted.COUNTED_ELSEWHERE
        elif is_limited(plan, one) and code in plan.courses:
            yield one, Uncounted.OVER_LIMIT
        elif code in plan.courses:
            yield one, Uncounted.CHOICE_FULL
        else:
            yield one, Uncounted.NOT_IN_PLAN


def practice_without_theory(plan: Plan, credited: frozenset[str], passes: dict[str, Pass]) -> list[Line]:
    """Passed practice parts whose theory course has not been passed, nor stands for by another (domain 6.6)."""
    return [
        line
        for line in lines(plan)
        if line.course in passes and line.practice_of in plan.courses and line.practice_of not in credited
    ]


def credited(passes: Iterable[str], known: Iterable[Exchange]) -> frozenset[str]:
    """The passed courses and all that they stand for, whether or not a pass is used elsewhere too."""
    counted = set(passes)
    known = tuple(known)
    for _step in known:
        counted |= {code for e in known if counted.issuperset(e.held) for code in e.given}
    return frozenset(counted)
