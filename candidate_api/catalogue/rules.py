"""What a plan adds up to, and what would make it nonsense. Plain values, no database."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import chain, combinations

from candidate_api.catalogue.states import Level, Rule


@dataclass(frozen=True)
class Line:
    """A course in a group; `practice_of` is the theory course that a practice part belongs to."""

    course: str
    credits: int
    set_no: int | None = None
    foreign: bool = False
    practice_of: str | None = None


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


Choice = tuple[Line, ...]


def choices(group: Group) -> Iterator[Choice]:
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


def reach(plan: Plan) -> Reach | None:
    """What the plan's groups add up to; None where some group cannot be fulfilled at all."""
    scenarios = [[list(choices(group)) for group in plan.groups]]
    if plan.language_can_be_replaced:
        scenarios.append([_without_language(group) for group in plan.groups])
    if not all(all(groups) for groups in scenarios):
        return None
    by_credits = [[[sum(line.credits for line in c) for c in g] for g in groups] for groups in scenarios]
    by_courses = [[[sum(plan.counts(line) for line in c) for c in g] for g in groups] for groups in scenarios]
    return Reach(
        least_credits=min(sum(min(g) for g in groups) for groups in by_credits),
        most_credits=max(sum(max(g) for g in groups) for groups in by_credits),
        least_courses=min(sum(min(g) for g in groups) for groups in by_courses),
        most_courses=max(sum(max(g) for g in groups) for groups in by_courses),
    )


def _without_language(group: Group) -> list[Choice]:
    if group.is_foreign_language:
        return [()]
    return [group.lines] if group.all_without_foreign_language else list(choices(group))


def faults(plan: Plan) -> list[str]:
    """What is wrong with the plan, in words for whoever keeps the data; empty when nothing is."""
    found = list(chain.from_iterable(_group_faults(group) for group in plan.groups))
    seen = plan.courses
    found += [f"course {code} is listed twice" for code in sorted({c for c in seen if seen.count(c) > 1})]
    lines = [line for group in plan.groups for line in group.lines]
    found += [
        f"practice {line.course} without its theory course {line.practice_of}"
        for line in lines
        if line.practice_of and line.practice_of not in seen
    ]
    parts = [group for group in plan.groups if group.rule == Rule.GRADUATION]
    if len(parts) != (1 if plan.level == Level.BACHELOR else 0):
        found.append(f"{len(parts)} graduation parts in a plan of level {plan.level}")
    if plan.language_can_be_replaced and not any(group.is_foreign_language for group in plan.groups):
        found.append("a group replaces a foreign language that no group asks for")
    reached = reach(plan)
    if reached is None:
        found.append("some group cannot be fulfilled")
    else:
        if reached.most_credits < plan.credits_required:
            found.append(f"{plan.credits_required} credits are required, {reached.most_credits} can be reached")
        if reached.most_courses < plan.courses_required:
            found.append(f"{plan.courses_required} courses are required, {reached.most_courses} can be reached")
    return found


def _group_faults(group: Group) -> Iterator[str]:
    if not group.lines:
        yield f"group {group.order} is empty"
    sets = {line.set_no for line in group.lines}
    if group.rule == Rule.ONE_OF_SETS:
        if None in sets or len(sets) < 2:
            yield f"group {group.order} needs at least two numbered sets"
    elif sets - {None}:
        yield f"group {group.order} has numbered sets that its rule does not know"
    if group.rule == Rule.GRADUATION and any(line.credits for line in group.lines):
        yield f"group {group.order} is the graduation part and gives no credits"


@dataclass(frozen=True)
class Swap:
    """课程顶替: all of `old` stand for all of `new`, and the other way round too where it is mutual."""

    old: frozenset[str]
    new: frozenset[str]
    mutual: bool = True


def credited(passed: Iterable[str], swaps: Sequence[Swap]) -> frozenset[str]:
    """The passed courses and every course that they stand for, over several steps where one leads to the next."""
    counted = set(passed)
    steps = [(swap.old, swap.new) for swap in swaps]
    steps += [(swap.new, swap.old) for swap in swaps if swap.mutual]
    while gained := {code for held, given in steps if held <= counted for code in given} - counted:
        counted |= gained
    return frozenset(counted)


def substitution_circle(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """A circle among (old course, new course) pairs, as the codes along it; empty when there is none."""
    graph: dict[str, set[str]] = {}
    for old, new in pairs:
        graph.setdefault(old, set()).add(new)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []
