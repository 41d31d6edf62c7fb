"""Whom a notice concerns: the floor that knows candidates plugs in here at start."""

from collections.abc import Callable

from portal.kernel.actor import Actor

# (target, code): (`major`, `080901`); a city by its own six digits.
Groups = frozenset[tuple[str, str]]
GroupsOf = Callable[[Actor], Groups]
_asked: list[GroupsOf] = []


def register(groups_of: GroupsOf) -> None:
    """Plug in who knows a candidate's city, school and major; from `apps.ready`, once."""
    _asked[:] = [groups_of]


def groups_of(actor: Actor) -> Groups:
    """The target groups that the actor belongs to; none for visitors and staff. At most one query."""
    if not actor.is_candidate or not _asked:
        return frozenset()
    return _asked[0](actor)
