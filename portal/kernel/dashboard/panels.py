"""The first page of the desk: each floor plugs its panels in, each member of staff sees those of their roles."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string

from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import Words


@dataclass(frozen=True)
class Panel:
    """A card of the first page. `roles` are codes that may see it, none for everybody at the desk.

    `context` makes what `template` shows, with no more than two queries.
    """

    code: str
    title: Words
    template: str
    context: Callable[[Actor], dict[str, Any]]
    roles: tuple[str, ...] = ()
    order: int = 100


@dataclass(frozen=True)
class Waiting:
    """How many wait in a queue, and since when the first of them (an instant; None where nobody waits).

    `overdue` are past a deadline of their own, None where the queue has none; `mine` the actor has in hand now.
    """

    count: int
    oldest: datetime | None
    overdue: int | None = None
    mine: int = 0

    @property
    def days(self) -> int:
        """For how many whole days the first one has waited."""
        return (clock.now() - self.oldest).days if self.oldest else 0


@dataclass(frozen=True)
class Queue:
    """A line of the panel 待办: what waits for somebody at the desk. `look` asks with one query what the actor may see.

    `link` is a URL name. What is past its own deadline is shown as late; where there is none, who waits for longer than
    `late_days`.
    """

    code: str
    label: Words
    roles: tuple[str, ...]
    look: Callable[[Actor], Waiting]
    link: str
    late_days: int = 3


PANELS: dict[str, Panel] = {}
QUEUES: dict[str, Queue] = {}


def plug(*things: Panel | Queue) -> None:
    """Add panels and queues at start; plugged twice, the later one holds."""
    for thing in things:
        if isinstance(thing, Panel):
            PANELS[thing.code] = thing
        else:
            QUEUES[thing.code] = thing


def panels_of(actor: Actor) -> list[Panel]:
    """What the actor may see, in order."""
    mine = [panel for panel in PANELS.values() if not panel.roles or actor.has_role(*panel.roles)]
    return sorted(mine, key=lambda panel: (panel.order, panel.code))


def rendered(panel: Panel, actor: Actor) -> str:
    return render_to_string(panel.template, {"panel": panel, **panel.context(actor)})


def queues(actor: Actor) -> dict[str, Any]:
    """What the panel 待办 shows: the actor's queues, the late ones first."""
    mine = [queue for queue in QUEUES.values() if actor.has_role(*queue.roles)]
    lines = []
    for queue in mine:
        waiting = queue.look(actor)
        late = waiting.days >= queue.late_days if waiting.overdue is None else waiting.overdue > 0
        lines.append({"queue": queue, "waiting": waiting, "late": late})
    return {"lines": sorted(lines, key=lambda line: not line["late"])}
