"""The same questions answered by trying everything: slow, short, and written from the rules, not from the solver."""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import chain, combinations, product

from candidate_api.catalogue.rules import Group, Line, Plan
from candidate_api.catalogue.states import Category, Rule
from candidate_api.forecast import rules
from candidate_api.forecast.rules import Exchange, Pass
from candidate_api.forecast.solver import Horizon

Known = tuple[Exchange, ...]


def choices(group: Group) -> Iterator[tuple[Line, ...]]:
    """Every set of lines that fulfils the group."""
    match group.rule:
        case Rule.ALL_OF:
            yield group.lines
        case Rule.ONE_OF:
            yield from ((line,) for line in group.lines)
        case Rule.ONE_OF_SETS:
            for number in sorted({line.set_no or 0 for line in group.lines}):
                yield tuple(line for line in group.lines if (line.set_no or 0) == number)
        case Rule.CHOOSE:
            sizes = range(group.min_courses, len(group.lines) + 1)
            some = chain.from_iterable(combinations(group.lines, size) for size in sizes)
            yield from (chosen for chosen in some if sum(line.credits for line in chosen) >= group.min_credits)
        case _:
            yield ()  # the graduation part is asked for, but gives neither credits nor courses


def _ways(group: Group, *, without_language: bool) -> list[tuple[Line, ...]]:
    if group.rule == Rule.GRADUATION:
        return [group.lines]
    if without_language and group.is_foreign_language:
        return [()]
    if without_language and group.all_without_foreign_language:
        return [group.lines]
    return list(choices(group))


@cache
def finished(plan: Plan) -> tuple[frozenset[Line], ...]:
    """Every set of lines that finishes the plan."""
    found = set()
    for without in {False, plan.language_can_be_replaced}:
        for chosen in product(*(_ways(group, without_language=without) for group in plan.groups)):
            lines = frozenset(line for way in chosen for line in way)
            enough = sum(line.credits for line in lines) >= plan.credits_required
            if enough and sum(rules.is_course(plan, line) for line in lines) >= plan.courses_required:
                found.add(lines)
    return tuple(found)


def _states(tokens: Counter[str], known: Known) -> Iterator[frozenset[str]]:
    """Every set of courses that the tokens can be exchanged into, each exchange being made once at most."""
    seen, pending = set(), [(tokens, known)]
    while pending:
        state, left = pending.pop()
        if (key := (frozenset(state.items()), left)) in seen:
            continue
        seen.add(key)
        yield frozenset(code for code, n in state.items() if n > 0)
        for exchange in left:
            held = Counter(exchange.held)
            if all(state[code] >= n for code, n in held.items()):
                rest = tuple(other for other in left if other != exchange)
                pending.append((+(state - held + Counter(exchange.given)), rest))


def counts(plan: Plan, passes: dict[str, Pass], known: Known) -> Iterator[tuple[frozenset[Line], frozenset[Line]]]:
    """Every way to count: the lines that are done by passes, and those that would finish the plan besides."""
    limited = [code for code, one in passes.items() if rules.is_limited(plan, one)]
    rest = [code for code in passes if code not in limited]
    most = min(rules.exemption_limit(plan), len(limited))
    for size in range(most + 1):
        for some in combinations(limited, size):
            for state in _states(Counter([*rest, *some]), known):
                for lines in finished(plan):
                    done = frozenset(line for line in lines if line.course in state)
                    yield done, lines - done


def best_count(plan: Plan, passes: list[Pass], known: Known) -> tuple[int, int]:
    """The fewest lines that are left, and the most credits with as few."""
    left, fewer = min(
        (len(left), -sum(line.credits for line in done))
        for done, left in counts(plan, rules.best_passes(passes), known)
    )
    return left, -fewer


def fastest_path(plan: Plan, passes: list[Pass], known: Known, horizon: Horizon) -> tuple[int, int, int] | None:
    """Sessions, examinations, and the sum of their places, in that order of importance; None where there is no path."""
    have = rules.best_passes(passes)
    free = {line.course for line in rules.lines(plan) if line.practice or line.category == Category.GRADUATION}
    wanted = sorted({*plan.courses, *(code for e in known for code in e.held)} - {*have})
    for length in range(len(horizon.sessions) + 1):
        places = {
            course: [None, *(k for k in range(length) if _may(horizon, k, course, course in free))] for course in wanted
        }
        found = []
        for chosen in product(*places.values()):
            takes = {course: k for course, k in zip(wanted, chosen, strict=True) if k is not None}
            if _fits(horizon, takes) and _finishes(plan, have, known, takes):
                found.append((length, len(takes), sum(takes.values())))
        if found:
            return min(found)
    return None


def _may(horizon: Horizon, place: int, course: str, free: bool) -> bool:
    session = horizon.sessions[place]
    if course in session.slots:
        return horizon.holds_courses(session)
    return free and not any(course in s.slots for s in horizon.sessions) and horizon.admits(session)


def _fits(horizon: Horizon, takes: dict[str, int]) -> bool:
    for place, session in enumerate(horizon.sessions):
        slots = [session.slots[code] for code, k in takes.items() if k == place and code in session.slots]
        if len(slots) != len(set(slots)) or len(slots) > session.max_courses:
            return False
    return True


def _finishes(plan: Plan, have: dict[str, Pass], known: Known, takes: dict[str, int]) -> bool:
    for line in rules.lines(plan):
        if line.course in takes and line.practice_of in plan.courses:
            before = {*have, *(code for code, k in takes.items() if k < takes[line.course])}
            if line.practice_of not in rules.credited(before, known):
                return False
    passes = {**have, **{code: Pass(code) for code in takes}}
    return any(not left and _thesis_in_time(plan, done, takes) for done, left in counts(plan, passes, known))


def _thesis_in_time(plan: Plan, done: frozenset[Line], takes: dict[str, int]) -> bool:
    courses = [line.course for line in done if rules.is_course(plan, line)]
    parts = {line.course for line in rules.lines(plan) if not rules.is_course(plan, line)}
    for line in done:
        if line.category == Category.GRADUATION and line.course in takes:
            late = [c for c, k in takes.items() if k >= takes[line.course] and c not in parts]
            if 100 * (len(courses) - len(late)) < rules.THESIS_PERCENT * len(courses):
                return False
    return True
