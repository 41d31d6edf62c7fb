from collections.abc import Iterable
from datetime import datetime

from django.db.models import Max, Q
from django.utils.translation import gettext as _

from cms.windows.models import BusinessWindow
from cms.windows.rules import Business, WindowState, choose, deadline, instant, main_phase
from portal.kernel import clock
from portal.kernel.errors import Code, Problem


def for_update(window_id: int) -> BusinessWindow:
    """The window, locked for the caller's transaction. Raises Problem."""
    window = BusinessWindow.objects.select_for_update().filter(pk=window_id).first()
    if window is None:
        raise Problem(Code.NOT_FOUND, _("没有这个办理时间。"))
    return window


def current(
    business: str, *, phase: str | None = None, session: str | None = None, at: datetime | None = None
) -> BusinessWindow | None:
    """The window that matters at `at` (now): open, else next, else last.

    `phase` None: the business's main one; `session` None: of any session.
    """
    windows = BusinessWindow.objects.filter(business=business, phase=phase or main_phase(business))
    if session is not None:
        windows = windows.filter(session=session)
    return choose(windows, at or clock.now())


def current_by_business(businesses: Iterable[str], *, at: datetime | None = None) -> dict[str, BusinessWindow]:
    """`current` for many businesses with one query; a business without any window is absent."""
    at = at or clock.now()
    grouped: dict[str, list[BusinessWindow]] = {}
    for window in BusinessWindow.objects.filter(business__in=set(businesses)):
        if window.phase == main_phase(window.business):
            grouped.setdefault(window.business, []).append(window)
    chosen = {business: choose(windows, at) for business, windows in grouped.items()}
    return {business: window for business, window in chosen.items() if window}


def require_open(
    business: str, session: str | None = None, *, phase: str | None = None, at: datetime | None = None
) -> BusinessWindow:
    """The open window; raises `window_closed` with `opens_at` and `closes_at` (ISO 8601, or null where none is set)."""
    at = at or clock.now()
    window = current(business, phase=phase, session=session, at=at)
    if window is not None and window.state_at(at) is WindowState.OPEN:
        return window
    raise Problem(
        Code.WINDOW_CLOSED,
        _sentence(business, window, at),
        opens_at=clock.local(window.opens_at).isoformat() if window else None,
        closes_at=clock.local(window.closes_at).isoformat() if window else None,
    )


def _sentence(business: str, window: BusinessWindow | None, at: datetime) -> str:
    words = {"business": Business(business).label}
    if window is None:
        return _("%(business)s暂未安排办理时间。") % words
    if window.state_at(at) is WindowState.UPCOMING:
        return _("%(business)s将于%(time)s开放。") % {**words, "time": instant(window.opens_at)}
    return _("%(business)s已于%(time)s截止。") % {**words, "time": deadline(window.closes_at)}


def last_boundary(at: datetime) -> datetime | None:
    """The last opening or closing at or before `at`: while it stays the same, no window has changed its state."""
    passed = BusinessWindow.objects.aggregate(
        opened=Max("opens_at", filter=Q(opens_at__lte=at)), closed=Max("closes_at", filter=Q(closes_at__lte=at))
    )
    return max(filter(None, passed.values()), default=None)
