"""A noun's states and moves in one table, from which buttons, `allowed_actions`, docs and tests are derived.

django-fsm keeps the field from being assigned and refuses an undeclared move; *who* may move is decided by the verb
on the locked row (see docs/house.md).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _
from django_fsm import FSMField, transition

from portal.kernel.errors import Code, Problem, Words


class Who(StrEnum):
    """On whose behalf a move is made."""

    CANDIDATE = "candidate"
    STAFF = "staff"
    SYSTEM = "system"


@dataclass(frozen=True)
class State:
    """`label` is what the candidate reads, `tone` a colour token (neutral, info, success, warning, danger)."""

    code: str
    label: Words
    tone: str = "neutral"
    final: bool = False


@dataclass(frozen=True)
class Move:
    """A verb's name, the states it starts from, the state it ends in, who may ask for it and what its button says.

    A `target` of None leaves the state as it is: the move changes what the thing is about.
    """

    verb: str
    sources: tuple[str, ...]
    target: str | None
    who: frozenset[Who]
    label: Words


class StateField(FSMField):
    """A state column; to migrations it is the text column that the database has.

    A machine's field listens to the making of every model, and a migration makes the models of the whole house over
    and over: most of the time of `migrate` went there.
    """

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        kwargs.pop("protected", None)
        return name, "django.db.models.CharField", args, kwargs


class Machine:
    """The states and moves of one noun."""

    def __init__(self, name: str, states: Iterable[State], moves: Iterable[Move]) -> None:
        self.name = name
        self.states = {state.code: state for state in states}
        self.moves = {move.verb: move for move in moves}
        for move in self.moves.values():
            assert {*move.sources, move.target} <= {None, *self.states}, f"{name}.{move.verb} names an unknown state"

    @property
    def initial(self) -> str:
        return next(iter(self.states))

    @property
    def choices(self) -> list[tuple[str, Words]]:
        return [(state.code, state.label) for state in self.states.values()]

    def field(self) -> StateField:
        """The protected state column of the noun's model."""
        column: StateField = StateField(
            default=self.initial, choices=self.choices, protected=True, max_length=20, verbose_name="状态"
        )
        return column

    def transition(self, verb: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Decorator for the model's thin transition method of that name, with sources and target from the table."""
        move = self.moves[verb]
        return transition(field="state", source=list(move.sources), target=move.target)

    def allowed(self, state: str, who: Who) -> list[str]:
        """The verbs that `who` may ask for in `state`, in the table's order."""
        return [m.verb for m in self.moves.values() if state in m.sources and who in m.who]

    def askable(self, who: Who) -> list[str]:
        """Every verb that `who` may ask for in some state, in the table's order."""
        return [m.verb for m in self.moves.values() if who in m.who]

    def check(self, state: str, verb: str, who: Who) -> None:
        """Refuse, with the state and what is allowed instead, a verb that `who` may not ask for in `state`."""
        allowed = self.allowed(state, who)
        if verb not in allowed:
            label = self.states[state].label
            raise Problem(
                Code.STATE_CONFLICT,
                _("当前状态为“%(state)s”，不能进行此操作。") % {"state": label},
                state=state,
                allowed_actions=allowed,
            )

    def diagram(self) -> str:
        """The table as a Mermaid state diagram, for the docs."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.initial}"]
        for move in self.moves.values():
            lines += [f"    {source} --> {move.target or source}: {move.verb}" for source in move.sources]
        lines += [f"    {state.code} --> [*]" for state in self.states.values() if state.final]
        return "\n".join(lines)
