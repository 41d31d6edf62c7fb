from django.db.models import Case, F, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from portal.kernel.audit.models import AuditEntry
from portal.kernel.users.holdings import Holding, holds
from portal.kernel.users.models import User


def _rows(user: User) -> "QuerySet[AuditEntry]":
    """What the person did, and what was done to their account and to the records that are theirs alone. Where others
    worked from is theirs."""
    about = Q(subject_type=user._meta.label_lower, subject_id=str(user.pk))
    for relation in user._meta.related_objects:
        record = getattr(user, relation.get_accessor_name() or "", None) if relation.one_to_one else None
        if record is not None:
            about |= Q(subject_type=record._meta.label_lower, subject_id=str(record.pk))
    own = Case(When(actor_id=user.pk, then=F("address")), default=Value(""))
    found: QuerySet[AuditEntry] = AuditEntry.objects.filter(Q(actor_id=user.pk) | about)
    return found.annotate(own_address=own)


holds(
    Holding(
        AuditEntry,
        _("审计日志：本人的操作，以及他人对本人账号和考籍的操作"),
        _("3年（网络安全法、等级保护要求，不得删改）。"),
        _rows,
        ("at", "verb", "channel", "own_address"),
    )
)
