from django.db.models import QuerySet

from portal.kernel.actor import Actor
from portal.kernel.messages.models import Message
from portal.kernel.messages.rules import DESK
from portal.kernel.messages.states import Channel


def inbox(actor: Actor) -> "QuerySet[Message]":
    """The actor's own in-app messages, newest first."""
    return Message.objects.filter(recipient_id=actor.user_id, channel=Channel.IN_APP).order_by("-pk")


def unread_count(actor: Actor) -> int:
    return inbox(actor).filter(read_at=None).count()


def visible_to(actor: Actor) -> "QuerySet[Message]":
    """The whole outbox for the desk's roles, nothing for others; the texts stay sealed."""
    rows = Message.objects.select_related("recipient").only(*_OF_THE_OUTBOX)
    return rows if actor.has_role(*DESK) else rows.none()


_OF_THE_OUTBOX = (
    *("created_at", "due_at", "sent_at", "state", "attempts", "last_error"),
    *("template", "title", "channel", "address", "recipient__name"),
)
