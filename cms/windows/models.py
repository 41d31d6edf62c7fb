from datetime import datetime
from typing import ClassVar

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
        ]
        indexes: ClassVar = [models.Index(fields=["business", "phase", "session"], name="window_lookup")]

    def __str__(self) -> str:
        return " ".join(filter(None, [self.get_business_display(), self.get_phase_display(), self.session]))

    def clean(self) -> None:
        if self.opens_at and self.closes_at and self.opens_at >= self.closes_at:
            raise ValidationError({"closes_at": _("截止时间必须晚于开始时间。")})

    def state_at(self, at: datetime) -> WindowState:
        return state(self.opens_at, self.closes_at, at)

    def label_at(self, at: datetime) -> str:
        """未开始 / 进行中 剩2天 / 已截止"""
        return label(self.opens_at, self.closes_at, at)
