from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cms.windows.rules import Phase, WindowState, business_choices, label, phase_choices, state


class BusinessWindow(models.Model):
    """When one phase of one business may be done: `opens_at <= now < closes_at`, for one session or (blank) for all.

    Changed only by the verbs of `cms.windows.actions`, which keep the audit.
    """

    business = models.CharField(_("业务"), max_length=40, choices=business_choices)
    phase = models.CharField(_("环节"), max_length=10, choices=phase_choices, default=Phase.APPLY)
    session = models.CharField(_("考次"), max_length=7, blank=True, help_text=_("如 2026-10；不限考次则留空。"))
    opens_at = models.DateTimeField(_("开始时间"))
    closes_at = models.DateTimeField(_("截止时间"), help_text=_("到这一刻即截止。“当天24:00”请填次日00:00。"))
    notice = models.CharField(_("提示"), max_length=200, blank=True, help_text=_("显示在业务入口处，一句话。"))
    updated_at = models.DateTimeField(_("更新时间"), auto_now=True)

    # Of the person for whom the window was asked for (`queries.of`); None where nobody was named.
    extended_until: datetime | None = None

    class Meta:
        verbose_name = _("办理时间")
        verbose_name_plural = _("办理时间")
        ordering: ClassVar = ["-opens_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(opens_at__lt=F("closes_at")),
                name="window_opens_before_it_closes",
                violation_error_message=_("截止时间必须晚于开始时间。"),
            ),
            # What a session releases comes at one instant, and this is where it stands (docs/decisions).
            models.UniqueConstraint(
                fields=["business", "session"],
                condition=Q(phase="release"),
                name="window_one_release_a_session",
                violation_error_message=_("该考次的开放查询时间已设置，请修改原来的那一条。"),
            ),
            models.CheckConstraint(
                condition=~Q(phase="release", session=""),
                name="window_release_names_its_session",
                violation_error_message=_("开放查询须注明考次，如 2026-10。"),
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["business", "phase", "session"], name="window_lookup")]

    def __str__(self) -> str:
        return " ".join(filter(None, [self.get_business_display(), self.get_phase_display(), self.session]))

    def clean(self) -> None:
        if self.opens_at and self.closes_at and self.opens_at >= self.closes_at:
            raise ValidationError({"closes_at": _("截止时间必须晚于开始时间。")})

    @property
    def ends_at(self) -> datetime:
        """When it closes for whom it was asked for: at `closes_at`, or later by their own extension."""
        return max(self.closes_at, self.extended_until or self.closes_at)

    @property
    def is_extended(self) -> bool:
        """Whether it closes later for this person than for all."""
        return self.ends_at > self.closes_at

    def state_at(self, at: datetime) -> WindowState:
        return state(self.opens_at, self.ends_at, at)

    def label_at(self, at: datetime) -> str:
        """未开始 / 进行中 剩2天 / 已截止"""
        return label(self.opens_at, self.ends_at, at)


class WindowExtension(models.Model):
    """One person may do it for longer, for a reason that is kept: until `until`, also after the close for all.

    Never deleted: what was written in the extended time is judged by it (I9). To take it back is to let it end now.
    """

    window = models.ForeignKey(BusinessWindow, models.PROTECT, related_name="extensions", verbose_name=_("办理时间"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("考生"))
    until = models.DateTimeField(_("延长至"))
    reason = models.CharField(_("事由"), max_length=200)
    granted_at = models.DateTimeField(_("核准时间"))
    changed_at = models.DateTimeField(_("变更时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("个别延期")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["window", "user"], name="window_extension_once_a_person"),
            models.CheckConstraint(
                condition=Q(until__gte=F("granted_at"), changed_at__gte=F("granted_at")),
                name="window_extension_never_backdated",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.window_id} {self.user_id} {self.until:%Y-%m-%d %H:%M}"
