"""A channel's bill of one day, its lines, and where it disagrees with the house's books. Amounts are in fen."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from candidate_api.payments.models import PaymentAttempt, Refund
from candidate_api.payments.states import Channel
from candidate_api.reconciliation.states import DIFFERENCE, STATEMENT, Kind, Resolution


class Statement(models.Model):
    """The bill of one channel for one day in Guangxi. It is matched once, whole, in one transaction."""

    channel = models.CharField(_("渠道"), max_length=10, choices=Channel.choices)
    day = models.DateField(_("账单日期"))
    state = STATEMENT.field()
    tries = models.PositiveSmallIntegerField(_("次数"), default=0)
    last_error = models.CharField(_("最近错误"), max_length=200, blank=True)
    due_at = models.DateTimeField(_("下次下载"))
    payments = models.PositiveIntegerField(_("收款笔数"), default=0)
    payments_fen = models.PositiveBigIntegerField(_("收款金额（分）"), default=0)
    refunds = models.PositiveIntegerField(_("退款笔数"), default=0)
    refunds_fen = models.PositiveBigIntegerField(_("退款金额（分）"), default=0)
    matched_at = models.DateTimeField(_("核对时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("渠道账单")
        ordering: ClassVar = ["-day", "channel"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["channel", "day"], name="statement_one_a_day"),
            models.CheckConstraint(
                condition=Q(state="matched", matched_at__isnull=False) | Q(state="due", matched_at=None),
                name="statement_matched_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.day}"

    @STATEMENT.transition("match")
    def match(self) -> None:
        pass


class StatementLine(models.Model):
    """One movement of money as the bill tells it, and whose it is; at most one of `attempt` and `refund` is known."""

    class Way(models.TextChoices):
        PAYMENT = "payment", _("收款")
        REFUND = "refund", _("退款")

    statement = models.ForeignKey(Statement, models.PROTECT, related_name="lines", verbose_name=_("渠道账单"))
    kind = models.CharField(_("类型"), max_length=10, choices=Way.choices)
    number = models.CharField(_("商户单号"), max_length=64)
    transaction_id = models.CharField(_("渠道交易号"), max_length=64)
    amount_fen = models.PositiveIntegerField(_("金额（分）"))
    attempt = models.ForeignKey(PaymentAttempt, models.PROTECT, null=True, related_name="lines")
    refund = models.ForeignKey(Refund, models.PROTECT, null=True, related_name="lines")

    class Meta:
        verbose_name = verbose_name_plural = _("账单明细")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind="payment", refund=None) | Q(kind="refund", attempt=None),
                name="statement_line_of_its_kind",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class Difference(models.Model):
    """Where a bill and the books disagree. Reported, never mended by itself: somebody settles it and says how."""

    statement = models.ForeignKey(Statement, models.PROTECT, related_name="differences", verbose_name=_("渠道账单"))
    kind = models.CharField(_("差异类型"), max_length=20, choices=Kind.choices)
    number = models.CharField(_("商户单号"), max_length=64)
    attempt = models.ForeignKey(PaymentAttempt, models.PROTECT, null=True, related_name="+", verbose_name=_("支付"))
    refund = models.ForeignKey(Refund, models.PROTECT, null=True, related_name="+", verbose_name=_("退款"))
    theirs_fen = models.PositiveIntegerField(_("账单金额（分）"), null=True)
    ours_fen = models.PositiveIntegerField(_("本系统金额（分）"), null=True)
    state = DIFFERENCE.field()
    found_at = models.DateTimeField(_("发现时间"))
    resolution = models.CharField(_("处理方式"), max_length=20, choices=Resolution.choices, blank=True)
    note = models.CharField(_("处理说明"), max_length=200, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("处理人")
    )
    handled_at = models.DateTimeField(_("处理时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("对账差异")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["statement", "kind", "number"], name="difference_reported_once"),
            models.CheckConstraint(
                condition=Q(state="open", resolution="", handled_by=None, handled_at=None)
                | (Q(state="handled", handled_by__isnull=False, handled_at__isnull=False) & ~Q(resolution="")),
                name="difference_handled_by_somebody",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["found_at"], condition=Q(state="open"), name="difference_open")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"  # type: ignore[no-untyped-call]  # made by Django

    @DIFFERENCE.transition("handle")
    def handle(self) -> None:
        pass
