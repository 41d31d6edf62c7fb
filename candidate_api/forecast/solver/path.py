"""最快毕业路径: which courses in which coming sessions graduate the candidate soonest.

First the fewest sessions, found by trying one more until the plan can be finished; then the fewest examinations; then
each as early as possible, so that a failed paper can be sat again before the end; then in the plan's order.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from candidate_api.catalogue.rules import Line, Plan
from candidate_api.catalogue.states import Category
from candidate_api.forecast import rules
from candidate_api.forecast.rules import Discipline, Exchange, Pass
from candidate_api.forecast.solver.milp import Milp, Terms, Unsolved
from candidate_api.forecast.solver.plan import Rows, build, held, is_on, traced
from candidate_api.forecast.states import NoPath
from candidate_api.forecast.timetable import Coming
from candidate_api.results.states import Penalty


@dataclass(frozen=True)
class Horizon:
    """What the sessions allow: the last one for courses, the last day for anything, who is stopped until when."""

    sessions: Sequence[Coming]
    last_exam: str = ""
    last_day: date | None = None
    disciplines: Sequence[Discipline] = ()

    def stops(self, session: Coming) -> bool:
        """Whether a 停考 is in force there."""
        return any(d.penalty == Penalty.SUSPENDED and d.holds_on(session.first_day) for d in self.disciplines)

    def admits(self, session: Coming) -> bool:
        """Whether anything can be done there."""
        return not self.stops(session) and (self.last_day is None or session.first_day <= self.last_day)

    def holds_courses(self, session: Coming) -> bool:
        return self.admits(session) and (not self.last_exam or session.code <= self.last_exam)


@dataclass(frozen=True)
class Step:
    """One examination of the path: `place` is the session's, `slot` None for what the host school arranges.

    `lines`: what it is for in the plan; not its own line where it stands for another by 课程顶替.
    """

    course: str
    place: int
    slot: int | None
    lines: tuple[Line, ...]
    entered: bool = False


@dataclass(frozen=True)
class Path:
    """`steps` in their order; none where `problem` says why. `unknown` are lines that no known session leads to: with
    them the steps are those of the rest, and when the last is taken nobody can say.

    `length`: sessions until the end, the first coming one included. The last of them has no step where the end waits
    for an exchange to begin. `exchanges` are those that the path counts on.
    """

    steps: tuple[Step, ...] = ()
    problem: NoPath | None = None
    unknown: tuple[Line, ...] = ()
    length: int = 0
    exchanges: tuple[Exchange, ...] = ()


@dataclass
class _Takes:
    """By course and session, the variable that says: taken there. Slotted ones know their slot."""

    by: dict[tuple[str, int], int] = field(default_factory=dict)
    slot: dict[tuple[str, int], int] = field(default_factory=dict)

    def of(self, course: str, *, before: int | None = None, since: int = 0) -> list[int]:
        return [v for (c, k), v in self.by.items() if c == course and since <= k and (before is None or k < before)]


def fastest_path(
    plan: Plan, passes: Iterable[Pass], known: tuple[Exchange, ...], horizon: Horizon, *, remaining: int
) -> Path:
    """The path; empty where nothing remains. `remaining`: the fewest examinations that finish the plan."""
    if not remaining:
        return Path()
    try:
        return _shortest(plan, rules.best_passes(passes), known, horizon)
    except Unsolved:
        return Path(problem=NoPath.GAVE_UP)


def _shortest(plan: Plan, chosen: dict[str, Pass], known: tuple[Exchange, ...], horizon: Horizon) -> Path:
    """An exchange counts where it holds in the session in which one finishes, as today's count asks for those of today.
    What depends on one that ends too early is tried again without it, so that it can be named."""
    last = max((place for place, session in enumerate(horizon.sessions) if horizon.admits(session)), default=-1)
    for some in dict.fromkeys((known, rules.holding(known, horizon.sessions[last].code) if last >= 0 else known)):
        unknown = _without_way(plan, chosen, some, horizon)
        for length in range(1, last + 2):
            holding = rules.holding(some, horizon.sessions[length - 1].code)
            found = _within(plan, chosen, holding, horizon, length, unknown)
            if found is not None:
                return replace(found, problem=NoPath.UNKNOWN if unknown else None, unknown=unknown, length=length)
    ends = bool(horizon.last_exam or horizon.last_day)
    return Path(problem=NoPath.CLOSING if ends else NoPath.TOO_FAR)


def _without_way(
    plan: Plan, passes: dict[str, Pass], known: tuple[Exchange, ...], horizon: Horizon
) -> tuple[Line, ...]:
    """The fewest lines that no pass and no known session leads to, whatever is chosen; empty where there is a way."""
    scheduled = {code for session in horizon.sessions for code in (*session.slots, *session.entered)}
    scheduled |= {line.course for line in rules.lines(plan) if _is_free(line)}
    milp = Milp()
    own = held(milp, plan, passes)
    for code in sorted(scheduled):
        own.setdefault(code, []).append((milp.var(), 1.0))
    rows = build(milp, plan, own, known, rules.lines(plan))
    values = milp.minimise([(var, 1.0) for var in rows.spare.values()])
    return () if values is None else tuple(line for line, var in rows.spare.items() if is_on(values[var]))


def _is_free(line: Line) -> bool:
    """Held by the host school at a time of its own."""
    return line.practice or line.category == Category.GRADUATION


def _within(
    plan: Plan,
    passes: dict[str, Pass],
    known: tuple[Exchange, ...],
    horizon: Horizon,
    length: int,
    unknown: tuple[Line, ...],
) -> Path | None:
    """The way to finish in so many sessions, `known` being the exchanges that hold in the last of them."""
    milp = Milp()
    own = held(milp, plan, passes)
    takes = _takes(milp, plan, passes, known, horizon, length)
    for course in sorted({course for course, _ in takes.by}):
        own.setdefault(course, []).extend((var, 1.0) for var in takes.of(course))
        milp.row(own[course], upper=1)
    rows = build(milp, plan, own, known, unknown)
    _slots(milp, takes, horizon, length)
    for line in rules.lines(plan):
        if line.practice_of in plan.courses:
            _after_theory(rows, takes, line, passes, horizon)
        if line.category == Category.GRADUATION:
            _after_share(rows, takes, line, horizon)
    values = _best(milp, takes, plan, length)
    if values is None:
        return None
    counted = {exchange for line in rules.lines(plan) for exchange in traced(rows, values, line)[1]}
    return Path(_steps(rows, takes, values, horizon), exchanges=tuple(sorted(counted)))


def _best(milp: Milp, takes: _Takes, plan: Plan, length: int) -> list[float] | None:
    """The fewest examinations, then each as early as may be, then in the plan's order where that is still open."""
    many = length * len(takes.by) + 1
    cost: Terms = [(var, many + place) for (_, place), var in takes.by.items()]
    values = milp.minimise(cost)
    if values is None:
        return None
    milp.row(cost, upper=round(sum(values[var] * factor for var, factor in cost)))
    order = plan.courses
    rank = {course: order.index(course) if course in order else len(order) for course, _ in takes.by}
    choice = length * len(order) ** 2 + 1
    tie: Terms = [
        (var, rank[course] * choice + (len(order) - rank[course]) * place) for (course, place), var in takes.by.items()
    ]
    return milp.minimise(tie)


def _takes(
    milp: Milp, plan: Plan, passes: dict[str, Pass], known: tuple[Exchange, ...], horizon: Horizon, length: int
) -> _Takes:
    """What may be taken where. A passed course is not sat again, but for an exemption that may be one too many."""
    takes = _Takes()
    offered = {code for session in horizon.sessions[:length] for code in session.slots}
    wanted = set(plan.courses)
    for exchange in rules.useful(plan, known, {*passes, *offered, *plan.courses}):
        wanted |= set(exchange.held)
    wanted -= {code for code, one in passes.items() if not rules.is_limited(plan, one)}
    free = {line.course for line in rules.lines(plan) if _is_free(line)}
    for place, session in enumerate(horizon.sessions[:length]):
        for course in sorted(wanted):
            slot = session.entered.get(course) or session.slots.get(course)
            open_here = horizon.holds_courses(session) if slot is not None else course in free - offered
            if course in session.entered:
                takes.by[course, place] = milp.var(lower=1)
            elif session.is_open and open_here and horizon.admits(session):
                takes.by[course, place] = milp.var()
            else:
                continue
            if slot is not None:
                takes.slot[course, place] = slot
    return takes


def _slots(milp: Milp, takes: _Takes, horizon: Horizon, length: int) -> None:
    """One course in a slot, so many in a session; an entry that the plan does not need takes its slot all the same."""
    for place, session in enumerate(horizon.sessions[:length]):
        here = {course: slot for (course, k), slot in takes.slot.items() if k == place}
        others = [slot for course, slot in session.entered.items() if course not in here]
        for slot in sorted(set(here.values())):
            in_slot = [(takes.by[course, place], 1.0) for course, its in here.items() if its == slot]
            milp.row(in_slot, upper=max(0, 1 - others.count(slot)))
        every = [(takes.by[course, place], 1.0) for course in here]
        milp.row(every, upper=max(0, session.max_courses - len(others)))


def _after_theory(rows: Rows, takes: _Takes, line: Line, passes: dict[str, Pass], horizon: Horizon) -> None:
    """A practice part is taken in a later session than its theory course, or what stands for it there (domain 3.3)."""
    theory = line.practice_of or ""
    for (course, place), var in takes.by.items():
        begun = rules.holding(rows.used, horizon.sessions[place].code)
        if course != line.course or theory in rules.credited(passes, begun):
            continue
        standing = [(rows.used[e], e) for e in begun if theory in e.given]
        ready: Terms = [(taken, 1.0) for taken in takes.of(theory, before=place)]
        for used, exchange in standing:
            in_time = rows.milp.var()
            rows.milp.row([(in_time, 1.0), (used, -1.0)], upper=0)
            for code in exchange.held:
                if code not in passes:
                    earlier: Terms = [(taken, -1.0) for taken in takes.of(code, before=place)]
                    rows.milp.row([(in_time, 1.0), *earlier], upper=0)
            ready.append((in_time, 1.0))
        rows.milp.row([(var, 1.0), *((v, -f) for v, f in ready)], upper=0)


def _after_share(rows: Rows, takes: _Takes, line: Line, horizon: Horizon) -> None:
    """The thesis is written once enough of the courses are passed: in a later session than the last of those, and not
    before an exchange holds that they are counted by."""
    plan, percent = rows.plan, rules.THESIS_PERCENT
    courses = [one for one in rules.lines(plan) if rules.is_course(plan, one)]
    total = [term for one in courses for term in rows.done(one)]
    weights = {one.course: 1 for one in courses}
    for exchange in rows.used:
        weights |= {code: len(exchange.given) for code in exchange.held if code not in plan.courses}
    for (course, place), var in takes.by.items():
        if course == line.course:
            late = [(v, w) for code, w in weights.items() for v in takes.of(code, since=place)]
            terms: Terms = [(v, (100.0 - percent) * f) for v, f in total]
            terms += [(v, -100.0 * w) for v, w in late]
            session = horizon.sessions[place].code
            waits = [(v, len(e.given)) for e, v in rows.used.items() if not e.holds_in(session)]
            terms += [(v, -100.0 * n) for v, n in waits]
            most = 100.0 * (sum(weights.values()) + sum(n for _, n in waits))
            rows.milp.row([*terms, (var, -most)], lower=-most)


def _steps(rows: Rows, takes: _Takes, values: list[float], horizon: Horizon) -> tuple[Step, ...]:
    serves: dict[str, list[Line]] = {}
    for line in rules.lines(rows.plan):
        for course in traced(rows, values, line)[0]:
            serves.setdefault(course, []).append(line)
    steps = [
        Step(
            course,
            place,
            takes.slot.get((course, place)),
            tuple(serves.get(course, ())),
            course in horizon.sessions[place].entered,
        )
        for (course, place), var in takes.by.items()
        if is_on(values[var])
    ]
    return tuple(sorted(steps, key=lambda step: (step.place, step.slot or 9, step.course)))
