from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cms.windows.models import BusinessWindow
from cms.windows.queries import current, current_by_business, require_open
from cms.windows.rules import WindowState, deadline, instant
from cms.windows.rules import state as window_state
from portal.kernel import clock
from portal.kernel.errors import Code, Problem
from portal.kernel.users.models import User
from review.types.configuration import Configuration
from review.types.kinds import LISTS, applicants, kind_of
from review.types.models import ApplicationType


@dataclass(frozen=True)
class Opening:
    """When a type is open; no instants where it always is."""

    is_open: bool
    opens_at: datetime | None
    closes_at: datetime | None
    label: str


def published() -> "QuerySet[ApplicationType]":
    """What candidates see."""
    return ApplicationType.objects.filter(is_published=True).order_by("title", "pk")


def one(slug: str) -> ApplicationType:
    """A published type; `not_found` for all others."""
    found = published().filter(slug=slug).first()
    if found is None:
        raise Problem(Code.NOT_FOUND, _("没有这项业务。"))
    return found


def for_update(type_id: int) -> ApplicationType:
    """A type, locked until the transaction ends; whoever edits it is checked by the verb."""
    found = ApplicationType.objects.select_for_update(of=("self",), no_key=True).filter(pk=type_id).first()
    if found is None:
        raise Problem(Code.NOT_FOUND)
    return found


def openings(types: Sequence[ApplicationType], user_id: int | None) -> dict[int, Opening]:
    """When each of these is open to this person or (None) to all, with one query."""
    now = clock.now()
    windows = current_by_business((type_.business for type_ in types if type_.business), user_id=user_id)
    return {t.pk: _opening(t, windows.get(t.business), now) for t in types}


def opening(type_: ApplicationType, user_id: int | None) -> Opening:
    """When it is open to this person or (None) to all."""
    window = current(type_.business, user_id=user_id) if type_.business else None
    return _opening(type_, window, clock.now())


def _opening(type_: ApplicationType, window: BusinessWindow | None, now: datetime) -> Opening:
    opens_at, closes_at = type_.opens_at, type_.closes_at
    if type_.business:
        if window is None:
            return Opening(False, None, None, str(WindowState.UPCOMING.label))
        opens_at, closes_at = window.opens_at, window.ends_at
    state = window_state(
        opens_at or datetime.min.replace(tzinfo=now.tzinfo), closes_at or datetime.max.replace(tzinfo=now.tzinfo), now
    )
    always = opens_at is None and closes_at is None
    return Opening(state is WindowState.OPEN, opens_at, closes_at, _("常年办理") if always else str(state.label))


def require_opening(type_: ApplicationType, user_id: int) -> None:
    """Raises `window_closed` with `opens_at` and `closes_at` outside the type's time, as it stands for this person."""
    if type_.business:
        require_open(type_.business, user_id=user_id)
        return
    found = opening(type_, user_id)
    if found.is_open:
        return
    words = {"title": type_.title}
    if found.opens_at and found.opens_at > clock.now():
        sentence = _("%(title)s将于%(time)s开放。") % {**words, "time": instant(found.opens_at)}
    else:
        assert found.closes_at is not None  # noqa: S101 -- closed, and not before its time
        sentence = _("%(title)s已于%(time)s截止。") % {**words, "time": deadline(found.closes_at)}
    raise Problem(
        Code.WINDOW_CLOSED,
        sentence,
        opens_at=clock.local(found.opens_at).isoformat() if found.opens_at else None,
        closes_at=clock.local(found.closes_at).isoformat() if found.closes_at else None,
    )


def obstacles(type_: ApplicationType, user: User) -> list[str]:
    """Why this person cannot apply, in words; empty where they can (in its time)."""
    record = applicants.record(user)
    general = applicants.obstacle(record)
    return [general] if general else kind_of(type_.kind).eligibility(record)


def options(configuration: Configuration, kind: str, user: User | None) -> dict[str, list[tuple[str, str]]]:
    """What may be chosen, by question (a column by `question.column`): its own options, a list's, or what the kind
    finds for this person."""
    asked = [(question.key, question) for question in configuration.questions]
    asked += [(f"{q.key}.{column.key}", column) for q in configuration.questions for column in q.columns]
    found = {
        key: list(LISTS[question.kind]()) if question.kind in LISTS else list(question.options)
        for key, question in asked
        if question.kind in LISTS or question.options
    }
    return found | (kind_of(kind).options(user) if user else {})
