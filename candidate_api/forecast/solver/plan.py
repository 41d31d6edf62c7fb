"""The rows that every question about a plan shares: which passes count for which lines, and what the groups ask.

A pass is a token. A line of the plan takes one token of its course; an exchange (课程顶替) takes one of each course
that it holds and gives one of each that it is for. So no pass counts twice, over however many steps.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from candidate_api.catalogue.rules import Group, Line, Plan
from candidate_api.catalogue.states import Rule
from candidate_api.forecast import rules
from candidate_api.forecast.rules import Exchange, Pass
from candidate_api.forecast.solver.milp import Milp, Terms

Source = str | Exchange  # a course of one's own, by its code, or the exchange that gave it


@dataclass
class Rows:
    """`own`: by course, what gives one token of it. `into`: by line, the tokens that it may take, by source."""

    milp: Milp
    plan: Plan
    own: dict[str, Terms]
    into: dict[Line, dict[Source, int]] = field(default_factory=dict)
    used: dict[Exchange, int] = field(default_factory=dict)
    fed: dict[Exchange, dict[tuple[str, Source], int]] = field(default_factory=dict)
    spare: dict[Line, int] = field(default_factory=dict)
    without_language: int | None = None

    def done(self, line: Line) -> Terms:
        """One where the line is done, in whichever way."""
        terms: Terms = [(var, 1.0) for var in self.into[line].values()]
        return terms + ([(self.spare[line], 1.0)] if line in self.spare else [])


def held(milp: Milp, plan: Plan, passes: dict[str, Pass]) -> dict[str, Terms]:
    """A token for each pass; of the exemptions that the limit is about, no more than it allows."""
    own: dict[str, Terms] = {code: [(milp.var(), 1.0)] for code in passes}
    limited = [term for code, one in passes.items() if rules.is_limited(plan, one) for term in own[code]]
    milp.row(limited, upper=rules.exemption_limit(plan))
    return own


def build(
    milp: Milp, plan: Plan, own: dict[str, Terms], known: tuple[Exchange, ...], spare: Iterable[Line] = ()
) -> Rows:
    """The rows of the plan; `spare` lines may also be finished by a course that nothing here says how to pass."""
    rows = Rows(milp, plan, own)
    usable = rules.useful(plan, known, own)
    rows.used = {exchange: milp.var() for exchange in usable}
    rows.fed = {exchange: {} for exchange in usable}
    _tokens(rows, usable)
    rows.spare = {line: milp.var() for line in spare}
    if plan.language_can_be_replaced:
        rows.without_language = milp.var()
    for group in plan.groups:
        _group(rows, group)
    every = rules.lines(plan)
    gained: Terms = [(var, factor * line.credits) for line in every for var, factor in rows.done(line)]
    milp.row(gained, lower=plan.credits_required)
    courses = [term for line in every if rules.is_course(plan, line) for term in rows.done(line)]
    milp.row(courses, lower=plan.courses_required)
    return rows


def _tokens(rows: Rows, usable: tuple[Exchange, ...]) -> None:
    milp = rows.milp
    lines = rules.lines(rows.plan)
    out: dict[tuple[str, Source], list[int]] = {}

    def sources(code: str) -> list[Source]:
        given: list[Source] = [exchange for exchange in usable if code in exchange.given]
        return [*([code] if code in rows.own else []), *given]

    def flow(code: str, source: Source) -> int:
        var = milp.var()
        out.setdefault((code, source), []).append(var)
        return var

    for line in lines:
        rows.into[line] = {source: flow(line.course, source) for source in sources(line.course)}
    for exchange in usable:
        for code in exchange.held:
            feeding = {(code, source): flow(code, source) for source in sources(code) if source != exchange}
            rows.fed[exchange].update(feeding)
            milp.row([*((var, 1.0) for var in feeding.values()), (rows.used[exchange], -1.0)], 0, 0)
    for (code, source), flows in out.items():
        supply = rows.own[code] if isinstance(source, str) else [(rows.used[source], 1.0)]
        milp.row([*((var, 1.0) for var in flows), *((var, -factor) for var, factor in supply)], upper=0)
    _in_order(rows, usable)


def _in_order(rows: Rows, usable: tuple[Exchange, ...]) -> None:
    """An exchange that feeds another comes before it, so that no circle of exchanges feeds itself."""
    most = len(usable)
    place = {exchange: rows.milp.var(most, integer=False) for exchange in usable}
    for exchange, feeding in rows.fed.items():
        for (_, source), var in feeding.items():
            if isinstance(source, Exchange):
                terms: Terms = [(place[exchange], 1.0), (place[source], -1.0), (var, -(most + 1.0))]
                rows.milp.row(terms, lower=-most)


def _group(rows: Rows, group: Group) -> None:
    milp = rows.milp
    waiver: Terms = [(rows.without_language, 1.0)] if rows.without_language is not None else []
    waived = waiver if group.is_foreign_language else []
    each = {line: rows.done(line) for line in group.lines}
    every = [term for terms in each.values() for term in terms]
    for terms in each.values():
        milp.row([*terms, *waived], upper=1)
    match group.rule:
        case Rule.ONE_OF:
            milp.row([*every, *waived], 1, 1)
        case Rule.ONE_OF_SETS:
            chosen = {number: milp.var() for number in sorted({line.set_no or 0 for line in group.lines})}
            milp.row([*((var, 1.0) for var in chosen.values()), *waived], 1, 1)
            for line, terms in each.items():
                milp.row([*terms, (chosen[line.set_no or 0], -1.0)], 0, 0)
        case Rule.CHOOSE:
            milp.row([*every, *((var, group.min_courses * f) for var, f in waived)], lower=group.min_courses)
            gained = [(var, f * line.credits) for line, terms in each.items() for var, f in terms]
            milp.row([*gained, *((var, group.min_credits * f) for var, f in waived)], lower=group.min_credits)
            if group.all_without_foreign_language:
                for terms in each.values():
                    milp.row([*terms, *((var, -f) for var, f in waiver)], lower=0)
        case _:
            for terms in each.values():
                milp.row([*terms, *waived], 1, 1)


def traced(rows: Rows, values: list[float], line: Line) -> tuple[tuple[str, ...], tuple[Exchange, ...]]:
    """The courses of one's own and the exchanges by which the line is done; both empty where it is not."""
    courses: list[str] = []
    steps: list[Exchange] = []
    pending = [source for source, var in rows.into[line].items() if is_on(values[var])]
    while pending:
        source = pending.pop(0)
        if isinstance(source, str):
            courses.append(source)
        elif source not in steps:
            steps.append(source)
            pending += [origin for (_, origin), var in rows.fed[source].items() if is_on(values[var])]
    return tuple(courses), tuple(reversed(steps))


def is_on(value: float) -> bool:
    return value > 0.5
