from django.db.models import QuerySet

from portal.kernel.actor import Actor
from portal.kernel.messages.models import Message
from portal.kernel.messages.states import Channel


def inbox(actor: Actor) -> "QuerySet[Message]":
    """The actor's own in-app messages, newest first."""
    return Message.objects.filter(recipient_id=actor.user_id, channel=Channel.IN_APP).order_by("-pk")


def unread_count(actor: Actor) -> int:
    return inbox(actor).filter(read_at=None).count()
