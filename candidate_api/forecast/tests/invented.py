"""Small plans, passes and timetables for Hypothesis."""

from datetime import date

from hypothesis import strategies as st

from candidate_api.catalogue.rules import Group, Line, Plan, faults, reach
from candidate_api.catalogue.states import Category, Level, Rule
from candidate_api.forecast.rules import Exchange, Pass
from candidate_api.forecast.solver import Horizon
from candidate_api.forecast.tests.brute import finished
from candidate_api.forecast.timetable import Coming

OUTSIDE = ("90001", "90002")


@st.composite
def plans(draw: st.DrawFn, most: int = 3) -> Plan:
    """A plan without faults: some groups of two or three courses under any rule, a thesis perhaps."""
    groups: list[Group] = []
    rules = draw(
        st.lists(st.sampled_from([Rule.ALL_OF, Rule.ONE_OF, Rule.ONE_OF_SETS, Rule.CHOOSE]), min_size=1, max_size=most)
    )
    for order, rule in enumerate(rules, 1):
        groups.append(draw(_groups(order, rule)))
    if any(group.all_without_foreign_language for group in groups):
        groups.append(
            Group(8, Rule.ONE_OF, (Line("80001", draw(st.integers(1, 5)), foreign=True, category=Category.BASIC),))
        )
    level = draw(st.sampled_from(Level))
    if level == Level.BACHELOR:
        groups.append(Group(9, Rule.GRADUATION, (Line("99999", 0, category=Category.GRADUATION),)))
    limit = draw(st.none() | st.integers(0, 2))
    plan = Plan("000001", "1", level, 1, 1, tuple(groups), limit)
    reached = reach(plan)
    assert reached is not None
    total = draw(st.integers(1, max(1, reached.most_credits)))
    courses = draw(st.integers(1, max(1, reached.most_courses)))
    plan = Plan("000001", "1", level, total, courses, tuple(groups), limit)
    # Totals that only an impossible mixture of choices would reach are no plan; the least of all are always met.
    return plan if not faults(plan) and _possible(plan) else Plan("000001", "1", level, 1, 1, tuple(groups), limit)


def _possible(plan: Plan) -> bool:
    return bool(finished(plan))


@st.composite
def _groups(draw: st.DrawFn, order: int, rule: Rule) -> Group:
    size = draw(st.integers(2, 3))
    codes = [f"{order}000{n}" for n in range(size)]
    category = draw(st.sampled_from([Category.CORE, Category.BASIC]))
    lines = [Line(code, draw(st.integers(1, 5)), category=category) for code in codes]
    match rule:
        case Rule.ALL_OF:
            if draw(st.booleans()):
                lines[1] = Line(codes[1], 2, practice_of=codes[0], practice=True)
            return Group(order, rule, tuple(lines))
        case Rule.ONE_OF_SETS:
            lines = [Line(line.course, line.credits, set_no=1 + (n > 0)) for n, line in enumerate(lines)]
            return Group(order, rule, tuple(lines))
        case Rule.CHOOSE:
            few = draw(st.integers(1, size))
            least = draw(st.integers(0, sum(sorted(line.credits for line in lines)[-few:])))
            return Group(order, rule, tuple(lines), few, least, draw(st.booleans()))
        case _:
            return Group(order, rule, tuple(lines))


@st.composite
def passes(draw: st.DrawFn, plan: Plan) -> list[Pass]:
    codes = draw(st.lists(st.sampled_from([*plan.courses, *OUTSIDE]), max_size=5))
    return [
        Pass(code, draw(st.sampled_from(["written", "exemption"])), draw(st.sampled_from(["2025-04", "2025-10"])))
        for code in codes
    ]


@st.composite
def substitutions(draw: st.DrawFn, plan: Plan, most: int = 3) -> tuple[Exchange, ...]:
    """One-way exchanges between the plan's courses and two others, many to many."""
    some = st.lists(st.sampled_from([*plan.courses, *OUTSIDE]), min_size=1, max_size=2, unique=True)
    pairs = draw(st.lists(st.tuples(some, some), max_size=most))
    return tuple(sorted({Exchange(tuple(sorted(a)), tuple(sorted(b))) for a, b in pairs if not set(a) & set(b)}))


@st.composite
def horizons(draw: st.DrawFn, plan: Plan, length: int = 3) -> Horizon:
    """Sessions in which each written course of the plan, and two others, sit or do not."""
    written = [line.course for group in plan.groups for line in group.lines]
    written = [code for code in written if code != "99999" and not _is_practice(plan, code)]
    sessions = []
    for place in range(length):
        slots = {c: draw(st.integers(1, 2)) for c in [*written, *OUTSIDE] if draw(st.booleans())}
        month = (4, 10)[place % 2]
        year = 2027 + place // 2
        sessions.append(Coming(f"{year}-{month:02d}", date(year, month, 20), draw(st.integers(1, 2)), slots))
    last = draw(st.sampled_from(["", *(session.code for session in sessions)]))
    return Horizon(tuple(sessions), last)


def _is_practice(plan: Plan, code: str) -> bool:
    return any(line.practice for group in plan.groups for line in group.lines if line.course == code)
