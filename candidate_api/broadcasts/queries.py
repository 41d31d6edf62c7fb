from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from candidate_api.broadcasts.models import Broadcast
from candidate_api.broadcasts.states import MAY_BROADCAST
from candidate_api.registrations.models import Registration
from candidate_api.registrations.states import LIVE
from portal.kernel.actor import Actor
from portal.kernel.errors import Code, Problem
from portal.kernel.messages.models import Message
from portal.kernel.messages.states import Channel
from portal.kernel.users.models import User


def visible_to(actor: Actor) -> "QuerySet[Broadcast]":
    """All of them for who may send one, nothing for others."""
    rows = Broadcast.objects.select_related("session", "district", "major")
    return rows if actor.has_role(*MAY_BROADCAST) else rows.none()


def one(actor: Actor, broadcast_id: int) -> Broadcast:
    """One of them; `not_found` where there is none to see."""
    row = visible_to(actor).filter(pk=broadcast_id).first()
    if row is None:
        raise Problem(Code.NOT_FOUND, _("没有这条群发消息。"))
    return row


def for_update(broadcast_id: int) -> Broadcast:
    """A broadcast, locked until the transaction ends; who may is checked by the verb."""
    row = Broadcast.objects.select_for_update(of=("self",), no_key=True).filter(pk=broadcast_id).first()
    if row is None:
        raise Problem(Code.NOT_FOUND, _("没有这条群发消息。"))
    return row


def to_send() -> list[int]:
    """Broadcasts that are not out yet, the oldest first."""
    return list(Broadcast.objects.filter(state="sending").order_by("pk").values_list("pk", flat=True))


def recipients(broadcast: Broadcast) -> "QuerySet[User]":
    """Whom it is for: candidates with an open account, of the session (who holds an entry in it), district and major
    that it names; in the order in which they are told."""
    rows = User.objects.filter(is_candidate=True, is_active=True, candidate__merged_into=None, candidate__isnull=False)
    if broadcast.session_id:
        entries = Registration.objects.filter(session=broadcast.session_id, state__in=LIVE)
        rows = rows.filter(Exists(entries.filter(candidate__user=OuterRef("pk"))))
    if broadcast.district_id:
        rows = rows.filter(candidate__district=broadcast.district_id)
    if broadcast.major_id:
        rows = rows.filter(candidate__major=broadcast.major_id)
    return rows.order_by("pk")


@dataclass(frozen=True)
class Delivery:
    """How one channel stands: numbers of messages."""

    channel: str
    sent: int
    waiting: int
    failed: int
    read: int


def report(broadcast: Broadcast) -> list[Delivery]:
    """By channel, in a lasting order; one query."""
    counted = {
        row["channel"]: row
        for row in Message.objects.filter(event=broadcast.event)
        .order_by()
        .values("channel")
        .annotate(
            sent=Count("pk", filter=Q(state="sent")),
            waiting=Count("pk", filter=Q(state__in=["queued", "sending"])),
            failed=Count("pk", filter=Q(state__in=["failed", "expired"])),
            read=Count("pk", filter=Q(read_at__isnull=False)),
        )
    }
    return [
        Delivery(str(channel.label), row["sent"], row["waiting"], row["failed"], row["read"])
        for channel in Channel
        if (row := counted.get(channel.value))
    ]


def failures(broadcast: Broadcast) -> "QuerySet[Message]":
    """What did not get through, with why; the longest waiting first."""
    return Message.objects.filter(event=broadcast.event, state="failed").select_related("recipient").order_by("pk")
