"""Whom a notice concerns: the floor that knows candidates and the catalogue plugs in here at start."""

from collections.abc import Callable

from portal.kernel.actor import Actor

# (target, code): (`major`, `080901`); a city by its own six digits.
Groups = frozenset[tuple[str, str]]
GroupsOf = Callable[[Actor], Groups]
# (target, code) → what it is called, "" where there is no such city, school or major.
NameOf = Callable[[str, str], str]
_asked: list[tuple[GroupsOf, NameOf]] = []


def register(groups_of: GroupsOf, name_of: NameOf) -> None:
    """Plug in who knows a candidate's city, school and major, and what these are called; from `apps.ready`, once."""
    _asked[:] = [(groups_of, name_of)]


def groups_of(actor: Actor) -> Groups:
    """The target groups that the actor belongs to; none for visitors and staff. At most one query."""
    if not actor.is_candidate or not _asked:
        return frozenset()
    return _asked[0][0](actor)


def name_of(target: str, code: str) -> str:
    """What the target group's city, school or major is called, "" where there is none of that code. One query."""
    return _asked[0][1](target, code) if _asked else ""
