"""The log at the desk, to be read: there is no address under which it could be changed, exported or deleted."""

import re
from typing import Any, ClassVar

import django_filters
from django.apps import apps
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column

from portal.kernel.admin import Instant, Listing, ListingViewSet
from portal.kernel.audit.models import AuditEntry
from portal.kernel.audit.queries import visible_to
from portal.kernel.audit.rules import READERS
from portal.kernel.audit.words import CHANNELS, verbs_called, word
from portal.kernel.states import StateField

_DIGEST = re.compile(r"[0-9a-f]{40,}")
_WRAPS = "audit-cell"


def _state(entry: AuditEntry) -> str:
    labels = _labels(entry.subject_type)
    before, after = (labels.get(state, state) for state in (entry.from_state, entry.to_state))
    return f"{before} → {after}" if before or after else ""


def _subject(entry: AuditEntry) -> str:
    return f"{_called(entry.subject_type)}（{entry.subject_type}:{entry.subject_id}）"


def _called(subject_type: str) -> str:
    try:
        return str(apps.get_model(subject_type)._meta.verbose_name)
    except (LookupError, ValueError):
        return ""  # no model any longer


def _labels(subject_type: str) -> dict[str, str]:
    """What the states of such a thing are called; nothing where it has none, or is no model any longer."""
    try:
        fields = apps.get_model(subject_type)._meta.local_fields
    except (LookupError, ValueError):
        return {}
    return {str(code): str(label) for f in fields if isinstance(f, StateField) for code, label in f.flatchoices}


def _source(entry: AuditEntry) -> str:
    return f"{CHANNELS.get(entry.channel, entry.channel)} {entry.address} {entry.request_id[:8]}"


def _content(entry: AuditEntry) -> str:
    return "；".join(part for part in (entry.note, _told(entry.data)) if part)


def _told(value: Any) -> str:
    """A value of an entry's data to be read; a digest by its beginning, which is enough to compare two."""
    if isinstance(value, dict):
        return "；".join(f"{name}：{_within(value[name])}" for name in sorted(value))
    if isinstance(value, list):
        return "、".join(_within(one) for one in value) or "—"
    if isinstance(value, bool):
        return str(_("是") if value else _("否"))
    text = str(value)
    return "—" if value is None or not text else f"{text[:8]}…" if _DIGEST.fullmatch(text) else text


def _within(value: Any) -> str:
    return f"（{_told(value)}）" if isinstance(value, dict) else _told(value)


def _actor(entry: AuditEntry) -> str:
    return f"{entry.actor_name}（{entry.actor_id}）" if entry.actor_id else entry.actor_name


class AuditFilters(WagtailFilterSet):
    verb = django_filters.CharFilter(
        label=_("操作"), method="by_verb", help_text=_("名称中的字，如 退款；或代码的开头，如 payments.")
    )
    actor = django_filters.CharFilter(label=_("操作人"), method="by_actor", help_text=_("姓名或编号"))
    subject = django_filters.CharFilter(
        label=_("对象"), method="by_subject", help_text=_("类型，或类型:编号，如 kernel.message:12")
    )
    at = django_filters.DateFromToRangeFilter(label=_("日期"), widget=DateRangePickerWidget)

    class Meta:
        model = AuditEntry
        fields: ClassVar = ["verb", "actor", "subject", "at"]

    def by_verb(self, rows: "QuerySet[Any]", _name: str, value: str) -> "QuerySet[Any]":
        return rows.filter(Q(verb__startswith=value) | Q(verb__in=verbs_called(value)))

    def by_actor(self, rows: "QuerySet[Any]", _name: str, value: str) -> "QuerySet[Any]":
        if value.isdecimal() and len(value) < 19:
            return rows.filter(actor_id=int(value))
        return rows.filter(actor_name=value)

    def by_subject(self, rows: "QuerySet[Any]", _name: str, value: str) -> "QuerySet[Any]":
        kind, _colon, number = value.partition(":")
        rows = rows.filter(subject_type=kind.lower())
        return rows.filter(subject_id=number) if number else rows


class AuditListing(Listing):
    model = AuditEntry
    filterset_class = AuditFilters
    verbose_name_plural = _("审计记录")
    columns: ClassVar = [
        Instant("at", label=_("时间")),
        Column("actor", label=_("操作人"), accessor=_actor, classname=_WRAPS),
        Column("verb", label=_("操作"), accessor=lambda e: f"{word(e.verb)}（{e.verb}）", classname=_WRAPS),
        Column("subject", label=_("对象"), accessor=_subject, classname=_WRAPS),
        Column("state", label=_("状态"), accessor=_state, classname=_WRAPS),
        Column("source", label=_("来源"), accessor=_source, classname=_WRAPS),
        Column("content", label=_("说明"), accessor=_content, classname=f"{_WRAPS} audit-content"),
    ]

    def get_base_queryset(self) -> Any:
        return visible_to(self.actor)


class AuditViewSet(ListingViewSet):
    name = "audit"
    icon = "history"
    menu_label = _("审计日志")
    menu_order = 8010
    roles = READERS
    listing = AuditListing
