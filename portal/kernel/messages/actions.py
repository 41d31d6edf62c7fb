"""Say something, once, in the transaction of the fact; deliver it afterwards, until it is delivered or given up."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, Problem
from portal.kernel.messages import providers
from portal.kernel.messages.models import Message
from portal.kernel.messages.rules import DESK
from portal.kernel.messages.states import MESSAGE, RETRY_AFTER, STUCK_AFTER, Channel
from portal.kernel.messages.templates import REGISTRY
from portal.kernel.states import Who
from portal.kernel.users.models import User


def say(
    event: str,
    template: str,
    values: Mapping[str, Any],
    *,
    to: User | None = None,
    mobile: str = "",
    email: str = "",
    link: str = "",
) -> None:
    """Queue the template's texts for `to` (or for a bare address that has no account yet), in this transaction.

    Saying the same event to the same recipient again does nothing. Channels without an address are left out.
    """
    shape = REGISTRY[template]
    now = clock.now()
    addresses = {
        Channel.IN_APP: "in_app" if to else "",
        Channel.SMS: mobile or (to.mobile if to else ""),
        Channel.EMAIL: email or (to.email if to else ""),
    }
    text = shape.render(dict(values))
    rows = [
        Message(
            event=event,
            template=template,
            channel=channel,
            recipient=to,
            recipient_key=f"user:{to.pk}" if to else f"event:{event}"[:90],
            address="" if channel == Channel.IN_APP else addresses[channel],
            title=str(shape.title),
            text=text,
            link=link,
            secret=shape.secret,
            due_at=now,
            created_at=now,
            **({"state": "sent", "sent_at": now} if channel == Channel.IN_APP else {}),
        )
        for channel in shape.channels
        if addresses[channel]
    ]
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    if any(row.channel != Channel.IN_APP for row in rows):
        transaction.on_commit(_wake_the_worker)


def _wake_the_worker() -> None:
    from portal.kernel.messages.tasks import deliver_due  # noqa: PLC0415 -- the task module imports this one

    deliver_due.delay()


def due_ids(limit: int = 200) -> list[int]:
    """Messages to be sent now: queued and due, or left behind by a worker that died."""
    now = clock.now()
    queued = Message.objects.filter(state="queued", due_at__lte=now)
    stuck = Message.objects.filter(state="sending", due_at__lte=now - STUCK_AFTER)
    return [*queued.order_by("pk").values_list("pk", flat=True)[:limit], *stuck.values_list("pk", flat=True)[:limit]]


def deliver(message_id: int) -> bool:
    """Try once to hand over one message; whether it went. Two workers never send the same one.

    Taken in a commit of its own, so that a provider's slowness holds no lock and a crash leaves a trace.
    """
    message = _take(message_id)
    if message is None:
        return False
    try:
        if message.channel == Channel.SMS:
            provider = providers.send_sms(message.address, message.text)
        else:
            provider = providers.send_email(message.address, message.title, message.text)
    except providers.Undelivered as error:
        if message.attempts > len(RETRY_AFTER):
            message.give_up()
        else:
            message.postpone()
            message.due_at = clock.now() + RETRY_AFTER[message.attempts - 1]
        message.last_error = str(error).replace(message.address, "***")[:200]  # not encrypted, and staff read it
        message.save(update_fields=["state", "due_at", "last_error"])
        return False
    message.hand_over()
    message.provider, message.sent_at, message.last_error = provider, clock.now(), ""
    if message.secret:
        message.text = "******"
    message.save(update_fields=["state", "provider", "sent_at", "last_error", "text"])
    return True


@transaction.atomic
def _take(message_id: int) -> Message | None:
    message = Message.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=message_id).first()
    if message is None:
        return None
    now = clock.now()
    if message.state == "sending" and message.due_at <= now - STUCK_AFTER:
        message.postpone()
    if message.state != "queued" or message.due_at > now:
        return None
    message.take()
    message.due_at = now  # from here `STUCK_AFTER` counts
    message.save(update_fields=["state", "attempts", "due_at"])
    return message


@transaction.atomic
def retry(message_id: int, *, by: Actor) -> Message:
    """Queue a given-up message again; for the desk's roles. Raises Problem."""
    message = Message.objects.select_for_update(of=("self",)).filter(pk=message_id).first()
    if not by.has_role(*DESK):
        raise Problem(Code.PERMISSION_DENIED)
    if message is None:
        raise Problem(Code.NOT_FOUND, _("没有这条消息。"))
    MESSAGE.check(message.state, "retry", Who.STAFF)
    message.retry()
    message.due_at = clock.now()
    message.save(update_fields=["state", "attempts", "due_at"])
    record("messages.retry", message, by=by, from_state="failed", to_state="queued")
    transaction.on_commit(_wake_the_worker)
    return message


def mark_read(message_id: int, *, by: Actor) -> Message:
    """The recipient has opened an in-app message; the first time counts. Raises Problem."""
    own = Message.objects.filter(pk=message_id, recipient_id=by.user_id, channel=Channel.IN_APP)
    own.filter(read_at=None).update(read_at=clock.now())
    message = own.first()
    if message is None:
        raise Problem(Code.NOT_FOUND, _("没有这条消息。"))
    return message
