"""Set, change and remove a window. Each change has its reason and its row in the audit log."""

from copy import copy
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cms.windows import extensions, releases
from cms.windows.models import BusinessWindow, WindowExtension
from cms.windows.queries import extension_for_update, for_update
from cms.windows.rules import Phase, deadline
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, FieldError, Problem, invalid
from portal.kernel.messages.actions import say
from portal.kernel.users.models import User


@transaction.atomic
def create_window(
    *,
    business: str,
    phase: str,
    opens_at: datetime,
    closes_at: datetime,
    session: str = "",
    notice: str = "",
    by: Actor,
) -> BusinessWindow:
    """Announce when a phase of a business may be done. Raises Problem."""
    _authorise(by)
    window = BusinessWindow(
        business=business, phase=phase, session=session, opens_at=opens_at, closes_at=closes_at, notice=notice
    )
    _check(window)
    _save(window)
    releases.tell(window)
    record("window.create", window, by=by, **_facts(window))
    return window


@transaction.atomic
def change_window(window_id: int, *, by: Actor, reason: str, **values: Any) -> BusinessWindow:
    """Move or reword a window; `values` are its fields, `reason` is kept with what was before. Raises Problem."""
    _authorise(by)
    window = for_update(window_id)
    _require(reason)
    before, stood_for = _facts(window), copy(window)
    for name, value in values.items():
        if name not in before:
            raise TypeError(name)
        setattr(window, name, value)
    _check(window)
    _save(window)
    if (window.business, window.phase, window.session) != (stood_for.business, stood_for.phase, stood_for.session):
        releases.tell_gone(stood_for)
    releases.tell(window)
    record("window.change", window, by=by, note=reason, before=before, after=_facts(window))
    return window


@transaction.atomic
def delete_window(window_id: int, *, by: Actor, reason: str) -> None:
    """Remove a window that was set by mistake. Raises Problem: not where somebody has an extension of it."""
    _authorise(by)
    window = for_update(window_id)
    _require(reason)
    if window.extensions.exists():
        raise Problem(Code.STATE_CONFLICT, _("已有考生在此办理时间内获准延期，不能删除；请改为修改时间。"))
    record("window.delete", window, by=by, note=reason, **_facts(window))
    releases.tell_gone(window)
    window.delete()


@transaction.atomic
def extend(window_id: int, user: User, until: datetime, *, by: Actor, reason: str) -> WindowExtension:
    """Let one candidate do it until `until`; a second time changes what was granted. They are told.

    Who may is decided by the caller, who knows whose candidate it is. Raises Problem: `permission_denied`, `not_found`,
    `validation_failed` without a reason or where `until` is past or not later than the close for all.
    """
    _authorise(by)
    window = for_update(window_id)
    _require(reason)
    now = clock.now()
    if window.phase == Phase.RELEASE:
        raise invalid("window", "invalid", _("开放查询没有截止后的办理，不能延期。"))
    if until <= max(now, window.closes_at):
        raise invalid("until", "not_later", _("延长的时间须晚于现在，也须晚于原截止时间。"))
    facts = {"until": until, "reason": reason, "changed_at": now}
    there = WindowExtension.objects.filter(window=window, user=user).first()
    before = there.until if there else None
    if there is not None and there.until == until and there.reason == reason:
        return there
    made, _made = WindowExtension.objects.update_or_create(
        window=window, user=user, defaults=facts, create_defaults=facts | {"granted_at": now}
    )
    _write(made, "window.extend", by=by, reason=reason, before=before)
    words = {"what": str(window), "until": deadline(until)}
    say(f"window.extend:{made.pk}:{until:%Y%m%d%H%M%S}", "window_extended", words, to=user, link="/business/")
    return made


@transaction.atomic
def end_extension(extension_id: int, *, by: Actor, reason: str) -> WindowExtension:
    """Let an extension end now; what was written under it stays. They are told. Raises Problem: `state_conflict` where
    it has ended already."""
    _authorise(by)
    extension = extension_for_update(extension_id)
    _require(reason)
    now = clock.now()
    if extension.until <= now:
        raise Problem(Code.STATE_CONFLICT, _("这项个别延期已经结束。"))
    before = extension.until
    extension.until, extension.reason, extension.changed_at = now, reason, now
    extension.save(update_fields=["until", "reason", "changed_at"])
    _write(extension, "window.end_extension", by=by, reason=reason, before=before)
    event = f"window.end_extension:{extension.pk}:{now:%Y%m%d%H%M%S}"
    say(event, "window_extension_ended", {"what": str(extension.window)}, to=extension.user, link="/business/")
    return extension


def _write(extension: WindowExtension, verb: str, *, by: Actor, reason: str, before: datetime | None) -> None:
    facts = {
        "window": extension.window_id,
        "user": extension.user_id,
        "before": clock.local(before).isoformat() if before else "",
        "until": clock.local(extension.until).isoformat(),
    }
    record(verb, extension, by=by, note=reason, **facts)
    extensions.tell(extension.window, extension.user_id, before, extension.until)


def _authorise(by: Actor) -> None:
    """Scheduled work and staff; which staff is decided by Wagtail's model permissions at the desk."""
    if not by.is_system and (by.user_id is None or by.is_candidate):
        raise Problem(Code.PERMISSION_DENIED)


def _require(reason: str) -> None:
    if not reason.strip():
        raise invalid("reason", "required", _("请填写变更原因。"))


def _check(window: BusinessWindow) -> None:
    if window.phase == Phase.RELEASE and not window.session:
        raise invalid("session", "required", _("开放查询须注明考次，如 2026-10。"))
    try:
        window.full_clean()
    except ValidationError as error:
        fields = [
            FieldError("" if name == "__all__" else name, "invalid", text)
            for name, texts in error.message_dict.items()
            for text in texts
        ]
        raise Problem(Code.VALIDATION_FAILED, fields[0].detail, errors=fields) from error


def _save(window: BusinessWindow) -> None:
    try:
        with transaction.atomic():
            window.save()
    except IntegrityError as error:  # somebody has set the same release since `_check` looked
        raise Problem(Code.STATE_CONFLICT, _("该考次的开放查询时间刚由他人设置，请刷新后核对。")) from error


def _facts(window: BusinessWindow) -> dict[str, str]:
    return {
        "business": window.business,
        "phase": window.phase,
        "session": window.session,
        "opens_at": clock.local(window.opens_at).isoformat(),
        "closes_at": clock.local(window.closes_at).isoformat(),
        "notice": window.notice,
    }
