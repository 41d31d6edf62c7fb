from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from candidate_api.cancellations.models import Cancellation, CancelledEntry
from candidate_api.cancellations.states import MAY_READ
from candidate_api.registrations.models import Registration
from candidate_api.sessions.models import Offering
from portal.kernel.actor import Actor
from portal.kernel.errors import Code, Problem


def visible_to(actor: Actor) -> "QuerySet[Cancellation]":
    """What the actor may see at the desk: all of it for the province's, nothing for others."""
    rows = Cancellation.objects.select_related("session", "offering__course", "proposed_by", "decided_by")
    if not actor.has_role_at_top(*MAY_READ):
        return rows.none()
    return rows.annotate(
        total=Count("entries"),
        done=Count("entries", filter=Q(entries__done_at__isnull=False, entries__code="")),
        failed=Count("entries", filter=~Q(entries__code="")),
    )


def for_update(cancellation_id: int) -> Cancellation:
    """One of them, locked. Raises Problem `not_found`."""
    rows = Cancellation.objects.select_for_update(of=("self",), no_key=True).select_related(
        "session", "offering__course"
    )
    found: Cancellation | None = rows.filter(pk=cancellation_id).first()
    if found is None:
        raise Problem(Code.NOT_FOUND, _("没有这项考试取消。"))
    return found


def entries_of(cancellation: Cancellation) -> "QuerySet[Registration]":
    """The entries that it is about, whatever their state."""
    rows = Registration.objects.filter(session=cancellation.session_id)
    return rows.filter(offering=cancellation.offering_id) if cancellation.offering_id else rows


def offerings_of(cancellation: Cancellation) -> "QuerySet[Offering]":
    rows = Offering.objects.filter(session=cancellation.session_id)
    return rows.filter(pk=cancellation.offering_id) if cancellation.offering_id else rows


def unrefunded(cancellation: Cancellation) -> "QuerySet[Registration]":
    """Paid entries that are in no list yet: at first all, later those whose payment came afterwards."""
    return entries_of(cancellation).filter(state="confirmed", cancelled_by_office=None)


def running() -> list[Cancellation]:
    """What has been approved and may still have something to refund: its session's books are open."""
    rows = Cancellation.objects.filter(state="approved", session__closed=False)
    return list(rows.select_related("session", "offering__course").order_by("pk"))


def next_entry(cancellation: Cancellation) -> CancelledEntry | None:
    """The next that waits, locked; what another worker is at is left to it."""
    rows = CancelledEntry.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    waiting = rows.filter(cancellation=cancellation, done_at=None).order_by("pk")
    found: CancelledEntry | None = waiting.select_related(
        "registration__course", "registration__candidate__user"
    ).first()
    return found


@dataclass(frozen=True)
class Extent:
    """What a cancellation would come to: paid entries and their fees (fen), and entries that wait for payment."""

    paid: int
    fees_fen: int
    unpaid: int


def extent(cancellation: Cancellation) -> Extent:
    """Counted now; nothing is written."""
    found = entries_of(cancellation).aggregate(
        paid=Count("pk", filter=Q(state="confirmed")),
        fees_fen=Sum("fee_fen", filter=Q(state="confirmed"), default=0),
        unpaid=Count("pk", filter=Q(state="pending")),
    )
    return Extent(**found)


def hindrances(session_code: str) -> list[str]:
    """What stands in the way of shutting a session's books: a decision, or a refund, that is still to come."""
    left = []
    rows = Cancellation.objects.filter(session__code=session_code)
    if proposed := rows.filter(state="proposed").count():
        left.append(_("有%(n)d项考试取消等待批准。") % {"n": proposed})
    entries = CancelledEntry.objects.filter(cancellation__in=rows)
    waiting = entries.filter(Q(done_at=None) | ~Q(code="")).count()
    waiting += sum(unrefunded(row).count() for row in rows.filter(state="approved"))
    if waiting:
        left.append(_("考试取消的退费还有%(n)d科次没有办完。") % {"n": waiting})
    return left
