from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class ServiceNotice(models.Model):
    """What every page says for a while, `starts_at <= now < ends_at`; with `pauses` nothing is taken meanwhile.

    Changed only by the verbs of `cms.service.actions`, which keep the audit.
    """

    text = models.CharField(_("公告内容"), max_length=200, help_text=_("显示在所有页面顶部，一两句话。"))
    starts_at = models.DateTimeField(_("开始时间"))
    ends_at = models.DateTimeField(_("结束时间"), help_text=_("暂停办理时，考生看到的恢复时间就是这一刻。"))
    pauses = models.BooleanField(
        _("暂停办理业务"),
        default=False,
        help_text=_("期间考生可以登录和查询，不能提交；管理后台和支付结果不受影响。"),
    )
    updated_at = models.DateTimeField(_("更新时间"), auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = _("服务公告")
        ordering: ClassVar = ["-starts_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")),
                name="service_notice_starts_before_it_ends",
                violation_error_message=_("结束时间必须晚于开始时间。"),
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["ends_at"], name="service_notice_running")]

    def __str__(self) -> str:
        return self.text

    def clean(self) -> None:
        if self.starts_at and self.ends_at and self.starts_at >= self.ends_at:
            raise ValidationError({"ends_at": _("结束时间必须晚于开始时间。")})
