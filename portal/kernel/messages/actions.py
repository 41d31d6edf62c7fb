"""Say something, once, in the transaction of the fact; deliver it afterwards, until it is delivered or given up."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, FieldError, Problem, invalid
from portal.kernel.language import for_the_record
from portal.kernel.messages import providers, queries, rules
from portal.kernel.messages.models import WIPED, Message, Muted, Wording
from portal.kernel.messages.providers.contract import Sms
from portal.kernel.messages.queries import choices
from portal.kernel.messages.rules import DESK, SIGNATURE
from portal.kernel.messages.states import MESSAGE, RETRY_AFTER, STUCK_AFTER, Channel
from portal.kernel.messages.templates import Template
from portal.kernel.states import Who
from portal.kernel.users.models import User
from portal.kernel.work import wake


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

    Saying the same event to the same recipient again does nothing. Left out are channels without an address, and
    those by which the recipient does not want an optional message.
    """
    shape = queries.worded(template)
    unwanted = queries.muted([to.pk], shape.shape) if to else set()
    recipient = _To(to, mobile or (to.mobile if to else ""), email or (to.email if to else ""))
    _queue(_rows(event, shape, values, recipient, unwanted, link))


def say_many(event: str, template: str, values: Mapping[str, Any], *, to: Sequence[User], link: str = "") -> None:
    """`say` the same to many, with the same few queries for one and for a thousand."""
    shape = queries.worded(template)
    unwanted = queries.muted([user.pk for user in to], shape.shape)
    _queue(
        [row for user in to for row in _rows(event, shape, values, _To(user, user.mobile, user.email), unwanted, link)]
    )


@dataclass(frozen=True)
class _To:
    user: User | None
    mobile: str
    email: str

    def address(self, channel: Channel) -> str:
        """Where it goes; for the inbox, a word where there is somebody who has one."""
        match channel:
            case Channel.SMS:
                return self.mobile
            case Channel.EMAIL:
                return self.email
        return "in_app" if self.user else ""


@for_the_record()
def _rows(
    event: str,
    worded: queries.Worded,
    values: Mapping[str, Any],
    to: _To,
    unwanted: set[tuple[int, str]],
    link: str,
) -> list[Message]:
    """One message for each channel by which it reaches the recipient. An SMS keeps the house's words: its provider
    sends those that it has approved."""
    shape, now = worded.shape, clock.now()
    filled, placed = worded.text.format(**values), shape.placed(dict(values))
    key = to.user.pk if to.user else 0
    return [
        Message(
            event=event,
            template=shape.code,
            channel=channel,
            recipient=to.user,
            recipient_key=f"user:{key}" if key else f"event:{event}"[:90],
            address="" if channel == Channel.IN_APP else to.address(channel),
            title=str(shape.title) if channel == Channel.SMS else worded.title,
            text=_sms(shape, values) if channel == Channel.SMS else filled,
            values=json.dumps(placed, ensure_ascii=False) if channel == Channel.SMS else "",
            link=link,
            secret=shape.secret,
            due_at=now,
            created_at=now,
            **({"state": "sent", "sent_at": now} if channel == Channel.IN_APP else {}),
        )
        for channel in shape.channels
        if to.address(channel) and (key, channel.value) not in unwanted
    ]


def _sms(shape: Template, values: Mapping[str, Any]) -> str:
    """What a phone shows, the provider's signature and all."""
    host = urlsplit(settings.BASE_URL).hostname or ""
    line = rules.bound(host, values["code"]) if shape.is_code else ""
    return SIGNATURE + shape.render(dict(values)) + line


def _queue(rows: list[Message]) -> None:
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    if any(row.channel != Channel.IN_APP for row in rows):
        wake("messages.deliver_due")


def due_ids(limit: int = 200) -> list[int]:
    """Messages to be sent now: queued and due, or left behind by a worker that died. Codes first: somebody waits for
    each of them, also while a notice goes out to a hundred thousand."""
    now = clock.now()
    queued = Message.objects.filter(state="queued", due_at__lte=now)
    stuck = Message.objects.filter(state="sending", due_at__lte=now - STUCK_AFTER)
    return [
        *queued.order_by("-secret", "pk").values_list("pk", flat=True)[:limit],
        *stuck.values_list("pk", flat=True)[:limit],
    ]


def deliver(message_id: int) -> bool:
    """Try once to hand over one message; whether it went. Two workers never send the same one.

    Taken in a commit of its own, so that a provider's slowness holds no lock and a crash leaves a trace.
    """
    message = _take(message_id)
    if message is None:
        return False
    try:
        if message.channel == Channel.SMS:
            filled = json.loads(message.values or "{}")
            provider = providers.send_sms(Sms(message.address, message.text, message.template, filled))
        else:
            provider = providers.send_email(message.address, message.title, message.text)
    except providers.Undelivered as error:
        again_at = _again_at(message)
        if again_at is None:
            message.give_up()
        else:
            message.postpone()
            message.due_at = again_at
        message.last_error = str(error).replace(message.address, "***")[:200]  # not encrypted, and staff read it
        message.save(update_fields=["state", "due_at", "last_error"])
        return False
    message.hand_over()
    message.provider, message.sent_at, message.last_error = provider, clock.now(), ""
    if message.secret:
        message.text, message.values = WIPED, ""
    message.save(update_fields=["state", "provider", "sent_at", "last_error", "text", "values"])
    return True


def _again_at(message: Message) -> datetime | None:
    """When to try again what was just refused; None where there were enough tries, or a code would come too late."""
    if message.attempts > len(RETRY_AFTER):
        return None
    again_at = clock.now() + RETRY_AFTER[message.attempts - 1]
    return None if message.is_too_late(again_at) else again_at


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
    if message.is_too_late(now):
        message.expire()
        message.save(update_fields=["state", "attempts", "text", "values"])
        return None
    message.take()
    message.due_at = now  # from here `STUCK_AFTER` counts
    message.save(update_fields=["state", "attempts", "due_at"])
    return message


@transaction.atomic
def retry(message_id: int, *, by: Actor) -> Message:
    """Queue a given-up message again; for the desk's roles. Raises Problem: a code that has run out is not sent."""
    message = Message.objects.select_for_update(of=("self",)).filter(pk=message_id).first()
    if not by.has_role(*DESK):
        raise Problem(Code.PERMISSION_DENIED)
    if message is None:
        raise Problem(Code.NOT_FOUND, _("没有这条消息。"))
    MESSAGE.check(message.state, "retry", Who.STAFF)
    if message.is_too_late(clock.now()):
        sentence = _("验证码已过有效期，不能再发；请本人在页面上重新获取。")
        raise Problem(Code.STATE_CONFLICT, sentence, state=message.state, allowed_actions=[])
    message.retry()
    message.due_at = clock.now()
    message.save(update_fields=["state", "attempts", "due_at"])
    record("messages.retry", message, by=by, from_state="failed", to_state="queued")
    wake("messages.deliver_due")
    return message


def mark_read(message_id: int, *, by: Actor) -> Message:
    """The recipient has opened an in-app message; the first time counts. Raises Problem."""
    own = Message.objects.filter(pk=message_id, recipient_id=by.user_id, channel=Channel.IN_APP)
    own.filter(read_at=None).update(read_at=clock.now())
    message = own.first()
    if message is None:
        raise Problem(Code.NOT_FOUND, _("没有这条消息。"))
    return message


def mark_all_read(*, by: Actor) -> int:
    """The recipient has seen their in-app messages; how many had been unread."""
    own = Message.objects.filter(recipient_id=by.user_id, channel=Channel.IN_APP, read_at=None)
    return own.update(read_at=clock.now())


@transaction.atomic
def choose_messages(wanted: Mapping[tuple[str, str], bool], *, by: Actor) -> None:
    """Whether the actor wants each optional message, by (template, channel); what is not named stays as it is.

    Raises Problem: `validation_failed` for what cannot be switched off or does not exist.
    """
    current = {(choice.message.code, choice.channel.value): choice.wanted for choice in choices(by)}
    wrong = [pair for pair in wanted if pair not in current]
    if wrong:
        sentence = _("没有这项通知，或者不能关闭。验证码、账号安全和资金通知必须发送。")
        raise Problem(
            Code.VALIDATION_FAILED,
            sentence,
            errors=[FieldError(f"{code}.{channel}", "obligatory", sentence) for code, channel in wrong],
        )
    changed = sorted(pair for pair, value in wanted.items() if value != current[pair])
    for code, channel in changed:
        row = {"user_id": by.user_id, "template": code, "channel": channel}
        if wanted[code, channel]:
            Muted.objects.filter(**row).delete()
        else:
            Muted.objects.bulk_create([Muted(**row)], ignore_conflicts=True)
    if changed:
        user = User.objects.get(pk=by.user_id)  # type: ignore[misc]  # a visitor cannot have changed anything
        record("messages.choose", user, by=by, changed=[f"{code}.{channel}" for code, channel in changed])


@transaction.atomic
def reword(code: str, title: str, text: str, *, seen: int, reason: str, by: Actor) -> Wording:
    """Say a template in other words from now on; what was said stays as it was. `seen` is the version that was edited.

    Raises Problem: `permission_denied`, `not_found`, `validation_failed` for placeholders that are not there or are
    missing and without a reason, `state_conflict` where a colleague was faster.
    """
    shape = _editable(code, by)
    title, text = title.strip(), text.strip()
    if not title or "\n" in title:
        raise invalid("title", "required", _("标题须为一行文字。"))
    if not text or len(text) > rules.MOST_WORDS:
        raise invalid("text", "invalid", _("正文须为1至%(most)d字。") % {"most": rules.MOST_WORDS})
    if why := rules.unfit(text, shape.shape.names):
        raise invalid("text", "placeholders", why)
    return _say_so(shape, title, text, seen, reason, by)


@transaction.atomic
def restore_words(code: str, *, seen: int, reason: str, by: Actor) -> Wording:
    """Say it in the house's own words again. Raises as `reword`; `state_conflict` where it is said so already."""
    shape = _editable(code, by)
    if not shape.is_changed:
        raise Problem(Code.STATE_CONFLICT, _("这条消息用的就是系统文案。"))
    return _say_so(shape, "", "", seen, reason, by)


def _editable(code: str, by: Actor) -> queries.Worded:
    if not by.has_role(*rules.MAY_REWORD):
        raise Problem(Code.PERMISSION_DENIED)
    return queries.editable(code)


def _say_so(shape: queries.Worded, title: str, text: str, seen: int, reason: str, by: Actor) -> Wording:
    if not reason.strip():
        raise invalid("reason", "required", _("请填写变更原因。"))
    made = Wording(
        template=shape.shape.code,
        version=seen + 1,
        title=title,
        text=text,
        reason=reason,
        changed_by=by.name,
        changed_at=clock.now(),
    )
    try:
        if shape.version != seen:
            raise IntegrityError("wording_version_once")
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:  # the constraint decides between two at once
        raise Problem(Code.STATE_CONFLICT, _("文案刚由他人修改，请刷新后再改。")) from error
    facts = {"template": made.template, "version": made.version, "title": title, "text": text}
    record("messages.reword" if text else "messages.restore_words", made, by=by, note=reason, **facts)
    return made
