from django.utils.translation import gettext_lazy as _

from candidate_api.tickets.models import Pledge, Ticket
from portal.kernel import clock
from portal.kernel.users.holdings import Holding, holds

_KEPT = _("属于考籍档案，永久保存。")

holds(
    Holding(
        Pledge,
        _("诚信考试承诺书"),
        _KEPT,
        lambda user: Pledge.objects.filter(candidate__user=user),
        ("session__code", "version", "signed_at"),
    ),
    Holding(
        Ticket,
        _("准考证"),
        _KEPT,
        # One that is made ahead is nobody's before its hour.
        lambda user: Ticket.objects.filter(candidate__user=user, session__tickets_at__lte=clock.now()),
        ("session__code", "code", "issued_at"),
    ),
)
