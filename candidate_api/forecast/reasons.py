"""Why the path is as it is: what kept each step it from being earlier, what keeps the whole from ending sooner."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from candidate_api.catalogue.rules import Group, Line, Plan
from candidate_api.catalogue.states import Category, Rule
from candidate_api.forecast import rules
from candidate_api.forecast.rules import Exchange
from candidate_api.forecast.solver import Horizon, Path, Step
from candidate_api.forecast.states import Binding, Reason
from candidate_api.forecast.timetable import Coming


@dataclass(frozen=True)
class Because:
    """`session` and `slot` are where it could have been, `course` what is there or has to come first.

    `passed` of `total` courses are done before a thesis.
    """

    reason: Reason
    session: str = ""
    slot: int | None = None
    course: str = ""
    passed: int = 0
    total: int = 0


@dataclass(frozen=True)
class Alternative:
    """A course that might have been chosen instead: where it would be sat first, and the course that is there.

    No `session`: no known session has it. `in_time`: it would not have made the path longer by itself.
    """

    line: Line
    session: str = ""
    slot: int | None = None
    clash: str = ""
    in_time: bool = False


@dataclass(frozen=True)
class Bound:
    """Something that no shorter path could get around; `courses` are those it is about, `exchange` what has
    yet to begin."""

    binding: Binding
    courses: tuple[str, ...] = ()
    month: int | None = None
    slot: int | None = None
    exchange: Exchange | None = None


@dataclass(frozen=True)
class Explained:
    plan: Plan
    path: Path
    horizon: Horizon
    passed: int

    @property
    def sessions(self) -> Sequence[Coming]:
        return self.horizon.sessions

    # -- one step ---------------------------------------------------------------------------------------------------
    def because(self, step: Step) -> Because:
        """What kept the step from being earlier."""
        if step.entered:
            return Because(Reason.ENTERED)
        line = next((line for line in rules.lines(self.plan) if line.course == step.course), None)
        if line is not None and line.category == Category.GRADUATION:
            return self._share(step)
        theory = self._theory(line) if line is not None else None
        if theory is not None and theory.place == step.place - 1:
            return Because(Reason.AFTER_THEORY, self.sessions[theory.place].code, course=theory.course)
        if step.slot is None:
            return Because(Reason.ANY_TIME)
        return self._slotted(step)

    def _slotted(self, step: Step) -> Because:
        earlier = [place for place in self._places(step.course) if place < step.place]
        if not earlier:
            return Because(Reason.SOONEST)
        session = self.sessions[earlier[-1]]
        slot = session.slots[step.course]
        if there := self._at(earlier[-1], slot):
            return Because(Reason.CLASH, session.code, slot, there)
        here = {s.course for s in self.path.steps if s.place == earlier[-1] and s.slot}
        if len(here | set(session.entered)) >= session.max_courses:
            return Because(Reason.FULL, session.code)
        return Because(Reason.NO_FASTER)

    def _share(self, step: Step) -> Because:
        if step.place == 0:
            return Because(Reason.ANY_TIME)
        before = sum(self._is_course(s) for s in self.path.steps if s.place < step.place)
        total = self.passed + sum(self._is_course(s) for s in self.path.steps)
        return Because(Reason.AFTER_SHARE, passed=self.passed + before, total=total)

    def _is_course(self, step: Step) -> bool:
        return any(rules.is_course(self.plan, line) for line in step.lines)

    def _theory(self, line: Line) -> Step | None:
        return next((s for s in self.path.steps if any(one.course == line.practice_of for one in s.lines)), None)

    def alternatives(self, step: Step) -> list[Alternative]:
        """The other courses of a choice that the step is part of, with what speaks against each."""
        groups = [group for group in self.plan.groups if set(group.lines) & set(step.lines) and _is_choice(group)]
        taken = {line for s in self.path.steps for line in s.lines}
        others = [line for group in groups for line in group.lines if line not in taken]
        return [self._alternative(line, step) for line in others]

    def _alternative(self, line: Line, instead_of: Step) -> Alternative:
        places = self._places(line.course)
        if not places:
            return Alternative(line)
        for place in places:
            slot = self.sessions[place].slots[line.course]
            if place < self.path.length and self._at(place, slot) in {"", instead_of.course}:
                return Alternative(line, self.sessions[place].code, slot, in_time=True)
        slot = self.sessions[places[0]].slots[line.course]
        return Alternative(line, self.sessions[places[0]].code, slot, self._at(places[0], slot))

    # -- the whole --------------------------------------------------------------------------------------------------
    def bounds(self) -> list[Bound]:
        """What no shorter path gets around; `TOGETHER` where it is no single thing."""
        if waits := list(self._waits()):
            return waits
        chain = list(self._chain())
        end = self.path.length - 2 if chain else self._last_slotted
        found = [*chain, *self._seasons(end), *self._limit(end)]
        return found or ([Bound(Binding.TOGETHER)] if self.path.steps else [])

    def _waits(self) -> Iterator[Bound]:
        """The exchanges that begin in the last session, where nothing else is done in it."""
        if any(step.place == self.path.length - 1 for step in self.path.steps):
            return
        for exchange in self.path.exchanges:
            if exchange.since == self.sessions[self.path.length - 1].code:
                yield Bound(Binding.EXCHANGE, exchange=exchange)

    def _chain(self) -> Iterator[Bound]:
        for step in (s for s in self.path.steps if s.place == self.path.length - 1):
            because = self.because(step)
            if because.reason == Reason.AFTER_THEORY:
                yield Bound(Binding.PRACTICE, (step.course, because.course))
            if because.reason == Reason.AFTER_SHARE:
                yield Bound(Binding.THESIS, (step.course,))

    def _seasons(self, end: int) -> Iterator[Bound]:
        """Courses set in one and the same slot, or in one half-year's: they take as many sessions as they are."""
        sets: dict[tuple[int | None, int], list[str]] = {}
        for step in self._slotted_steps:
            cells = {
                (int(self.sessions[p].code[5:]), self.sessions[p].slots[step.course]) for p in self._places(step.course)
            }
            if len({slot for _, slot in cells}) == 1:
                month, slot = min(cells)
                sets.setdefault((month if len(cells) == 1 else None, slot), []).append(step.course)
        for (month, slot), courses in sets.items():
            places = [p for p in range(len(self.sessions)) if self._has(p, month, slot)]
            alone = month is None and len(courses) == 1
            if not alone and len(courses) <= len(places) and places[len(courses) - 1] == end:
                binding = Binding.SEASON if len(courses) == 1 else Binding.SLOT
                yield Bound(binding, tuple(courses), month, slot)

    def _limit(self, end: int) -> Iterator[Bound]:
        room = list(
            accumulate(s.max_courses if s.is_open and self.horizon.holds_courses(s) else 0 for s in self.sessions)
        )
        least = next((place for place, seats in enumerate(room) if seats >= len(self._slotted_steps)), None)
        if least == end and any(0 < seats < len(self._slotted_steps) for seats in room):
            yield Bound(Binding.LIMIT)

    @property
    def _slotted_steps(self) -> list[Step]:
        return [step for step in self.path.steps if step.slot and not step.entered]

    @property
    def _last_slotted(self) -> int:
        return max((step.place for step in self._slotted_steps), default=-1)

    def _places(self, course: str) -> list[int]:
        return [
            place
            for place, session in enumerate(self.sessions)
            if session.is_open and course in session.slots and self.horizon.holds_courses(session)
        ]

    def _has(self, place: int, month: int | None, slot: int) -> bool:
        session = self.sessions[place]
        if not (session.is_open and self.horizon.holds_courses(session)) or slot in session.entered.values():
            return False
        return month is None or int(session.code[5:]) == month

    def _at(self, place: int, slot: int) -> str:
        """The course that sits there: of the path, or entered for another reason; empty where none does."""
        steps = {step.course: step.slot for step in self.path.steps if step.place == place}
        sitting = {**self.sessions[place].entered, **steps}
        return next((course for course, its in sitting.items() if its == slot), "")


def _is_choice(group: Group) -> bool:
    return group.rule in {Rule.ONE_OF, Rule.ONE_OF_SETS, Rule.CHOOSE}
