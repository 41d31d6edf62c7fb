"""Telling those whose record is another now: a released mark that has changed, a decision that binds."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from candidate_api.imports import messages
from candidate_api.imports.models import ImportBatch
from candidate_api.imports.states import Verdict
from candidate_api.results.states import Penalty
from portal.kernel import clock
from portal.kernel.messages.actions import say_many
from portal.kernel.users.models import User

_AT_ONCE = 2000
_WRITTEN = (Verdict.NEW, Verdict.CHANGED)
_DECISIONS = {
    Penalty.SUSPENDED: messages.SUSPENDED,
    Penalty.GRADUATION_DELAYED: messages.GRADUATION_DELAYED,
}


def changed_marks(batch: ImportBatch, *, undone: bool) -> None:
    """Who knew a mark that is another now, or that has gone with an undo; before the release nobody knows any."""
    session = batch.session
    if session is None or session.scores_at is None or session.scores_at > clock.now():
        return
    lines = batch.lines.filter(verdict__in=_WRITTEN if undone else [Verdict.CHANGED])
    people = lines.order_by("candidate__user").values_list("candidate__user", flat=True).distinct()
    _say(batch, messages.SCORES_CHANGED, {"session": session.name}, people, undone, link="/business/scores/")


def decisions(batch: ImportBatch, *, undone: bool) -> None:
    """Whom a decision binds, or binds no more; people of the same decision are told together."""
    told: dict[tuple[str, tuple[tuple[str, str], ...]], list[int]] = defaultdict(list)
    lines = batch.lines.filter(verdict__in=_WRITTEN).values_list("candidate__user", "after", "before")
    for user, after, before in lines.order_by("number").iterator(chunk_size=_AT_ONCE):
        stands = before if undone else after
        if max(values["until"] for values in (after, before) if values) < str(clock.today()):
            continue  # over, as in old records that are handed over
        template = _DECISIONS[after["penalty"]] if stands else messages.WITHDRAWN
        days = {"starts": stands["starts"], "until": stands["until"]} if stands else {}
        told[template, tuple({"number": after["number"], **days}.items())].append(user)
    for number, ((template, values), people) in enumerate(told.items()):
        _say(batch, template, dict(values), people, undone, part=number)


def _say(
    batch: ImportBatch,
    template: str,
    values: dict[str, Any],
    people: Iterable[int],
    undone: bool,
    part: int = 0,
    link: str = "",
) -> None:
    event = f"imports.{'undo' if undone else 'approve'}:{batch.pk}:{part}"
    known = list(people)
    for start in range(0, len(known), _AT_ONCE):
        users = User.objects.filter(pk__in=known[start : start + _AT_ONCE])
        say_many(event, template, values, to=list(users), link=link)
