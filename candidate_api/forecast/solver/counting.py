"""The best count: which passes count for what, so that the least is left to do."""

from collections.abc import Iterable

from candidate_api.catalogue.rules import Plan
from candidate_api.forecast import rules
from candidate_api.forecast.rules import Counted, Exchange, Pass, Tally
from candidate_api.forecast.solver.milp import Milp, Terms
from candidate_api.forecast.solver.plan import Rows, build, held, is_on, traced


def best_count(plan: Plan, passes: Iterable[Pass], known: tuple[Exchange, ...]) -> Tally | None:
    """The count with the fewest lines left; among those the most credits, then as few exchanges as may be.

    None where the plan asks for what nobody can reach (`catalogue.rules.faults` would name it). Raises `Unsolved`.
    """
    chosen = rules.best_passes(passes)
    milp = Milp()
    rows = build(milp, plan, held(milp, plan, chosen), known, rules.lines(plan))
    fewest: Terms = [(var, 1.0) for var in rows.spare.values()]
    values = milp.minimise(fewest)
    if values is None:
        return None
    milp.row(fewest, upper=round(sum(values[var] for var, _ in fewest)))
    values = milp.minimise(_worse(rows))
    assert values is not None  # noqa: S101 -- what was possible with the fewest lines still is
    counted = []
    for line in rules.lines(plan):
        courses, steps = traced(rows, values, line)
        if courses:
            counted.append(Counted(line, tuple(chosen[code] for code in courses), steps))
    needed = tuple(line for line, var in rows.spare.items() if is_on(values[var]))
    without = rows.without_language is not None and is_on(values[rows.without_language])
    return Tally(tuple(counted), needed, without)


def _worse(rows: Rows) -> Terms:
    """Fewer credits, then fewer lines, then more exchanges and no language, then later lines of the plan."""
    lines = rules.lines(rows.plan)
    step = 2 * len(lines) ** 2 + 1
    many = step * (len(rows.used) + 2)
    cost: Terms = []
    for place, line in enumerate(lines):
        worth = many * (line.credits + 1)
        cost += [(var, 2 * place - worth) for var in rows.into[line].values()]
        cost.append((rows.spare[line], place))
    cost += [(var, step) for var in rows.used.values()]
    return cost + ([(rows.without_language, step)] if rows.without_language is not None else [])
