from datetime import datetime

from django.db.models import DateTimeField, Max, Q, QuerySet
from django.utils.translation import gettext as _

from cms.service.models import ServiceNotice
from portal.kernel import clock
from portal.kernel.errors import Code, Problem
from portal.kernel.prepared import Given, Prepared


def for_update(notice_id: int) -> ServiceNotice:
    """The notice, locked for the caller's transaction. Raises Problem."""
    notice = ServiceNotice.objects.select_for_update().filter(pk=notice_id).first()
    if notice is None:
        raise Problem(Code.NOT_FOUND, _("没有这条服务公告。"))
    return notice


def running(at: datetime | Given | None = None) -> "QuerySet[ServiceNotice]":
    """What every page says at `at` (now): what pauses first, and of those what lasts longest."""
    at = at or clock.now()
    return ServiceNotice.objects.filter(starts_at__lte=at, ends_at__gt=at).order_by("-pauses", "-ends_at", "-pk")


def pause(at: datetime) -> ServiceNotice | None:
    """What keeps candidates from writing at `at`; of several, what ends last."""
    found: ServiceNotice | None = _PAUSES.one(at=at)
    return found


# Asked before every write.
_PAUSES = Prepared(lambda: running(Given("at", DateTimeField())).filter(pauses=True))


def last_boundary(at: datetime) -> datetime | None:
    """The last beginning or end of a notice at or before `at`."""
    passed = ServiceNotice.objects.aggregate(
        begun=Max("starts_at", filter=Q(starts_at__lte=at)), ended=Max("ends_at", filter=Q(ends_at__lte=at))
    )
    return max(filter(None, passed.values()), default=None)
