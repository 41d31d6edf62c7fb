from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from candidate_api.arrangements.models import Seat
from portal.kernel import clock
from portal.kernel.users.holdings import Holding, holds
from portal.kernel.users.models import User


def _rows(user: User) -> "QuerySet[Seat]":
    """Not before the session's release: a seat is nobody's to know until then, not in an export either."""
    return Seat.objects.filter(candidate__user=user, session__tickets_at__lte=clock.now())


holds(
    Holding(
        Seat,
        _("考场座位（已公布的）"),
        _("属于考籍档案，永久保存。"),
        _rows,
        ("session__code", "slot", "room__site__name", "room__number", "seat_no"),
    )
)
