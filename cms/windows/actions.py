"""Set, change and remove a window. Each change has its reason and its row in the audit log."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cms.windows.models import BusinessWindow
from cms.windows.queries import for_update
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, FieldError, Problem, invalid


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
    window.save(force_insert=True)
    record("window.create", window, by=by, **_facts(window))
    return window


@transaction.atomic
def change_window(window_id: int, *, by: Actor, reason: str, **values: Any) -> BusinessWindow:
    """Move or reword a window; `values` are its fields, `reason` is kept with what was before. Raises Problem."""
    _authorise(by)
    window = for_update(window_id)
    _require(reason)
    before = _facts(window)
    for name, value in values.items():
        if name not in before:
            raise TypeError(name)
        setattr(window, name, value)
    _check(window)
    window.save()
    record("window.change", window, by=by, note=reason, before=before, after=_facts(window))
    return window


@transaction.atomic
def delete_window(window_id: int, *, by: Actor, reason: str) -> None:
    """Remove a window that was set by mistake. Raises Problem."""
    _authorise(by)
    window = for_update(window_id)
    _require(reason)
    record("window.delete", window, by=by, note=reason, **_facts(window))
    window.delete()


def _authorise(by: Actor) -> None:
    """Scheduled work and staff; which staff is decided by Wagtail's model permissions at the desk."""
    if not by.is_system and (by.user_id is None or by.is_candidate):
        raise Problem(Code.PERMISSION_DENIED)


def _require(reason: str) -> None:
    if not reason.strip():
        raise invalid("reason", "required", _("请填写变更原因。"))


def _check(window: BusinessWindow) -> None:
    try:
        window.full_clean()
    except ValidationError as error:
        fields = [
            FieldError("" if name == "__all__" else name, "invalid", text)
            for name, texts in error.message_dict.items()
            for text in texts
        ]
        raise Problem(Code.VALIDATION_FAILED, fields[0].detail, errors=fields) from error


def _facts(window: BusinessWindow) -> dict[str, str]:
    return {
        "business": window.business,
        "phase": window.phase,
        "session": window.session,
        "opens_at": clock.local(window.opens_at).isoformat(),
        "closes_at": clock.local(window.closes_at).isoformat(),
        "notice": window.notice,
    }
