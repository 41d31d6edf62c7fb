"""Say something on every page, or pause the house, for a while; each change with its row in the audit log."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cms.service.models import ServiceNotice
from cms.service.queries import for_update
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, FieldError, Problem, invalid


@transaction.atomic
def post_notice(*, text: str, starts_at: datetime, ends_at: datetime, pauses: bool = False, by: Actor) -> ServiceNotice:
    """Announce it. Raises Problem: `permission_denied`, `validation_failed`, also where it would be over already."""
    _authorise(by)
    notice = ServiceNotice(text=text, starts_at=starts_at, ends_at=ends_at, pauses=pauses)
    _check(notice)
    notice.save()
    record("service.post", notice, by=by, **_facts(notice))
    return notice


@transaction.atomic
def change_notice(notice_id: int, *, by: Actor, reason: str, **values: Any) -> ServiceNotice:
    """Reword or move it, for a reason. Raises as `post_notice`, and `state_conflict` for what is over."""
    _authorise(by)
    notice = for_update(notice_id)
    _require(reason)
    _refuse_what_is_over(notice)
    before = _facts(notice)
    for name, value in values.items():
        if name not in before:
            raise TypeError(name)
        setattr(notice, name, value)
    _check(notice)
    notice.save()
    record("service.change", notice, by=by, note=reason, before=before, after=_facts(notice))
    return notice


@transaction.atomic
def end_notice(notice_id: int, *, by: Actor, reason: str) -> None:
    """Take it down now; what has not begun goes without a trace but in the audit log. Raises as `change_notice`."""
    _authorise(by)
    notice = for_update(notice_id)
    _require(reason)
    _refuse_what_is_over(notice)
    record("service.end", notice, by=by, note=reason, **_facts(notice))
    now = clock.now()
    if notice.starts_at >= now:
        notice.delete()
        return
    notice.ends_at = now
    notice.save()


def _authorise(by: Actor) -> None:
    """Staff; which staff is decided by Wagtail's model permissions at the desk."""
    if not by.is_system and (by.user_id is None or by.is_candidate):
        raise Problem(Code.PERMISSION_DENIED)


def _require(reason: str) -> None:
    if not reason.strip():
        raise invalid("reason", "required", _("请填写变更原因。"))


def _refuse_what_is_over(notice: ServiceNotice) -> None:
    if notice.ends_at <= clock.now():
        raise Problem(Code.STATE_CONFLICT, _("这条服务公告已经结束，请另发一条。"))


def _check(notice: ServiceNotice) -> None:
    try:
        notice.full_clean()
    except ValidationError as error:
        fields = [
            FieldError("" if name == "__all__" else name, "invalid", text)
            for name, texts in error.message_dict.items()
            for text in texts
        ]
        raise Problem(Code.VALIDATION_FAILED, fields[0].detail, errors=fields) from error
    if notice.ends_at <= clock.now():
        raise invalid("ends_at", "over", _("结束时间须晚于现在。"))


def _facts(notice: ServiceNotice) -> dict[str, Any]:
    return {
        "text": notice.text,
        "starts_at": clock.local(notice.starts_at).isoformat(),
        "ends_at": clock.local(notice.ends_at).isoformat(),
        "pauses": notice.pauses,
    }
