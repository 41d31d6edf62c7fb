from collections.abc import Iterable
from datetime import datetime

from django.db.models import BigIntegerField, CharField, Count, Max, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from cms.windows.models import BusinessWindow, WindowExtension
from cms.windows.rules import (
    EXTENDABLE,
    SHOWN_AFTERWARDS,
    Business,
    Phase,
    WindowState,
    choose,
    deadline,
    instant,
    main_phase,
)
from portal.kernel import clock
from portal.kernel.errors import Code, Problem
from portal.kernel.prepared import Given, Prepared, Question


def for_update(window_id: int) -> BusinessWindow:
    """The window, locked for the caller's transaction. Raises Problem."""
    window = BusinessWindow.objects.select_for_update().filter(pk=window_id).first()
    if window is None:
        raise Problem(Code.NOT_FOUND, _("没有这个办理时间。"))
    return window


def of(user_id: int | Given | None) -> "QuerySet[BusinessWindow]":
    """All windows as they stand for one person, whose own extension moves `ends_at`; for None as they are announced."""
    if user_id is None:
        return BusinessWindow.objects.all()
    own = WindowExtension.objects.filter(window=OuterRef("pk"), user=user_id)
    return BusinessWindow.objects.annotate(extended_until=Subquery(own.values("until")[:1]))


def current(
    business: str,
    *,
    user_id: int | None,
    phase: str | None = None,
    session: str | None = None,
    at: datetime | None = None,
) -> BusinessWindow | None:
    """The window that matters at `at` (now), to this person or (None) to everybody: open, else next, else last.

    `phase` None: the business's main one; `session` None: of any session.
    """
    which = {"business": business, "phase": phase or main_phase(business)}
    if session is not None:
        which["session"] = session
    return choose(of(user_id).filter(**which), at or clock.now())


def currently(business: str, session: str, user_id: int) -> Question[BusinessWindow | None]:
    """The question of `current` for one person and session, for who asks it often, and other things with it."""
    which = {"business": business, "phase": main_phase(business), "session": session}
    return _OWN.asks(lambda windows: choose(windows, clock.now()), user=user_id, **which)


_OWN = Prepared(
    lambda: of(Given("user", BigIntegerField())).filter(
        **{name: Given(name, CharField()) for name in ("business", "phase", "session")}
    )
)


def all_open(business: str, *, user_id: int | None, at: datetime | None = None) -> list[BusinessWindow]:
    """The main windows of a business that are open at `at` (now) to this person, the next to close first.

    Two at once are two sessions: the end of one half-year's business reaches into the beginning of the next.
    """
    at = at or clock.now()
    windows = of(user_id).filter(business=business, phase=main_phase(business))
    opened = [window for window in windows if window.state_at(at) is WindowState.OPEN]
    return sorted(opened, key=lambda window: (window.ends_at, window.pk))


def current_by_business(
    businesses: Iterable[str], *, user_id: int | None, at: datetime | None = None
) -> dict[str, BusinessWindow]:
    """`current` for many businesses with one query; a business without any window is absent."""
    at = at or clock.now()
    grouped: dict[str, list[BusinessWindow]] = {}
    for window in of(user_id).filter(business__in=set(businesses)):
        if window.phase == main_phase(window.business):
            grouped.setdefault(window.business, []).append(window)
    chosen = {business: choose(windows, at) for business, windows in grouped.items()}
    return {business: window for business, window in chosen.items() if window}


def require_open(
    business: str,
    session: str | None = None,
    *,
    user_id: int | None,
    phase: str | None = None,
    at: datetime | None = None,
) -> BusinessWindow:
    """The window that is open to this person.

    Raises `window_closed` with `opens_at` and `closes_at` (ISO 8601, or null where none is set).
    """
    at = at or clock.now()
    return opened(business, current(business, user_id=user_id, phase=phase, session=session, at=at), at)


def opened(business: str, window: BusinessWindow | None, at: datetime) -> BusinessWindow:
    """The window, where it is open; raises as `require_open` for what `current` found."""
    if window is not None and window.state_at(at) is WindowState.OPEN:
        return window
    raise Problem(
        Code.WINDOW_CLOSED,
        _sentence(business, window, at),
        opens_at=clock.local(window.opens_at).isoformat() if window else None,
        closes_at=clock.local(window.ends_at).isoformat() if window else None,
    )


def _sentence(business: str, window: BusinessWindow | None, at: datetime) -> str:
    words = {"business": Business(business).label}
    if window is None:
        return _("%(business)s暂未安排办理时间。") % words
    if window.state_at(at) is WindowState.UPCOMING:
        return _("%(business)s将于%(time)s开放。") % {**words, "time": instant(window.opens_at)}
    return _("%(business)s已于%(time)s截止。") % {**words, "time": deadline(window.ends_at)}


def last_boundary(at: datetime) -> datetime | None:
    """The last opening or closing at or before `at`: while it stays the same, no window has changed its state."""
    passed = BusinessWindow.objects.aggregate(
        opened=Max("opens_at", filter=Q(opens_at__lte=at)), closed=Max("closes_at", filter=Q(closes_at__lte=at))
    )
    return max(filter(None, passed.values()), default=None)


def between(since: datetime, until: datetime) -> "QuerySet[BusinessWindow]":
    """What is open at any time from `since` to before `until`, by its opening."""
    return BusinessWindow.objects.filter(opens_at__lt=until, closes_at__gt=since).order_by("opens_at", "pk")


def announced(user_id: int | None, at: datetime) -> "QuerySet[BusinessWindow]":
    """What is open, comes, or has closed not long ago, as it stands for this person; the next to close first."""
    recent = Q(closes_at__gt=at - SHOWN_AFTERWARDS)
    if user_id is not None:
        recent |= Q(extensions__user=user_id, extensions__until__gt=at)
    return of(user_id).filter(recent).order_by("closes_at", "pk")


def extendable(at: datetime) -> "QuerySet[BusinessWindow]":
    """What somebody may be given more time for: what is applied for and has not closed too long ago, next to close
    first."""
    return (
        BusinessWindow.objects.exclude(phase=Phase.RELEASE).filter(closes_at__gt=at - EXTENDABLE).order_by("closes_at")
    )


def extensions_of(user_id: int) -> "QuerySet[WindowExtension]":
    """A person's extensions, newest first."""
    return WindowExtension.objects.filter(user=user_id).select_related("window").order_by("-pk")


def extension_for_update(extension_id: int) -> WindowExtension:
    """An extension, locked for the caller's transaction, behind its window. Raises Problem."""
    seen = WindowExtension.objects.filter(pk=extension_id).first()
    if seen is None:
        raise Problem(Code.NOT_FOUND, _("没有这项个别延期。"))
    for_update(seen.window_id)
    return WindowExtension.objects.select_for_update(of=("self",)).select_related("window", "user").get(pk=seen.pk)


def own_version(user_id: int, at: datetime) -> str:
    """The same while this person's extensions are, and none of them has ended."""
    rows = WindowExtension.objects.filter(user=user_id)
    found = rows.aggregate(changed=Max("changed_at"), running=Count("pk", filter=Q(until__gt=at)))
    return f"{found['changed']}:{found['running']}" if found["changed"] else ""
