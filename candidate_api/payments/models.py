"""Orders, attempts to pay them, what the channels said, and money that goes back. Amounts are integers of fen."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from candidate_api.payments.rules import effective_state
from candidate_api.payments.states import (
    ATTEMPT,
    AUTOMATIC,
    LIVE,
    ORDER,
    REFUND,
    Channel,
    EventKind,
    Reason,
    Scene,
)
from portal.kernel import clock
from portal.kernel.audit.models import AppendOnly, AppendOnlyQuerySet
from portal.kernel.crypto.fields import EncryptedTextField


class ChannelSwitch(models.Model):
    """Whether a channel is offered to payers. One without a row is; what comes from one that is not still counts."""

    channel = models.CharField(_("渠道"), max_length=10, choices=Channel.choices, unique=True)
    offered = models.BooleanField(_("开放"), default=True)
    changed_at = models.DateTimeField(_("变更时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("渠道开关")

    def __str__(self) -> str:
        return self.channel


class Order(models.Model):
    """What somebody owes for one thing. `kind` names who fulfils it (fulfilment.py), `subject` what it is about.

    Paid means fulfilled: `settled_by` and the state change in the transaction that hands over what was bought.
    """

    number = models.CharField(_("订单编号"), max_length=32, unique=True)
    payer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="orders", verbose_name=_("缴费人"))
    kind = models.CharField(_("类型"), max_length=40)
    subject = models.CharField(_("对象"), max_length=60)
    title = models.CharField(_("标题"), max_length=60)
    amount_fen = models.PositiveIntegerField(_("金额（分）"))
    state = ORDER.field()
    settled_by = models.OneToOneField(
        "PaymentAttempt", models.PROTECT, null=True, related_name="settles", verbose_name=_("到账支付")
    )
    expires_at = models.DateTimeField(_("缴费截止"))
    created_at = models.DateTimeField(_("创建时间"))
    paid_at = models.DateTimeField(_("支付时间"), null=True)

    class Meta:
        verbose_name = _("订单")
        verbose_name_plural = _("订单")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="order_amount_positive"),
            models.CheckConstraint(condition=Q(state__in=list(ORDER.states)), name="order_state_known"),
            models.CheckConstraint(
                condition=Q(state="paid", settled_by__isnull=False, paid_at__isnull=False)
                | (~Q(state="paid") & Q(settled_by__isnull=True, paid_at__isnull=True)),
                name="order_paid_is_settled",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["payer", "-id"], name="order_of_payer"),
            models.Index(fields=["expires_at"], condition=Q(state="pending"), name="order_due_to_expire"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def effective_state(self) -> str:
        """The state by the clock: an order past `expires_at` is expired also when no worker ran."""
        return effective_state(self.state, self.expires_at, clock.now())

    @ORDER.transition("pay")
    def pay(self, attempt: "PaymentAttempt") -> None:
        self.settled_by, self.paid_at = attempt, attempt.paid_at

    @ORDER.transition("cancel")
    def cancel(self) -> None:
        pass

    @ORDER.transition("expire")
    def expire(self) -> None:
        pass


class PaymentAttempt(models.Model):
    """One order at one channel. At most one per order is live; any of them may turn out paid.

    `invoke` is what the client hands to the channel, good until `invoke_expires_at`; `resolved_at` is when recorded
    money led to a paid order or to a refund: money without it is what the sweeper looks for.
    """

    order = models.ForeignKey(Order, models.PROTECT, related_name="attempts", verbose_name=_("订单"))
    channel = models.CharField(_("渠道"), max_length=10, choices=Channel.choices)
    scene = models.CharField(_("场景"), max_length=10, choices=Scene.choices)
    out_trade_no = models.CharField(_("商户订单号"), max_length=32, unique=True)
    amount_fen = models.PositiveIntegerField(_("金额（分）"))
    refunded_fen = models.PositiveIntegerField(_("已退或待退（分）"), default=0)
    client_ip = models.GenericIPAddressField(_("用户地址"))
    openid = models.CharField(_("微信用户标识"), max_length=128, blank=True)
    state = ATTEMPT.field()
    invoke = models.JSONField(_("调起参数"), default=dict)
    invoke_expires_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(_("支付截止"))
    query_at = models.DateTimeField(_("下次查询"))
    created_at = models.DateTimeField(_("创建时间"))
    transaction_id = models.CharField(_("渠道交易号"), max_length=64, null=True, unique=True)  # noqa: DJ001 -- unique
    paid_at = models.DateTimeField(_("支付时间"), null=True)
    resolved_at = models.DateTimeField(_("处理完成"), null=True)

    class Meta:
        verbose_name = _("支付")
        verbose_name_plural = _("支付")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order"], condition=Q(state__in=LIVE), name="attempt_one_live_per_order"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="attempt_amount_positive"),
            models.CheckConstraint(condition=Q(state__in=list(ATTEMPT.states)), name="attempt_state_known"),
            models.CheckConstraint(
                condition=Q(refunded_fen=0) | Q(state="succeeded", refunded_fen__lte=F("amount_fen")),
                name="attempt_refunds_within_captured",
            ),
            models.CheckConstraint(
                condition=Q(state="succeeded", transaction_id__isnull=False, paid_at__isnull=False)
                | (~Q(state="succeeded") & Q(transaction_id__isnull=True, paid_at__isnull=True, resolved_at=None)),
                name="attempt_success_is_recorded",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["query_at"], condition=Q(state__in=LIVE), name="attempt_to_query"),
            models.Index(
                fields=["paid_at"], condition=Q(state="succeeded", resolved_at=None), name="attempt_to_resolve"
            ),
        ]

    def __str__(self) -> str:
        return self.out_trade_no

    @ATTEMPT.transition("open")
    def open(self) -> None:
        pass

    @ATTEMPT.transition("succeed")
    def succeed(self) -> None:
        pass

    @ATTEMPT.transition("close")
    def close(self) -> None:
        pass


class PaymentEvent(AppendOnly):
    """What a channel said, word for word, and what we made of it. Also what was not believed."""

    attempt = models.ForeignKey(PaymentAttempt, models.PROTECT, null=True, related_name="events")
    channel = models.CharField(_("渠道"), max_length=10, choices=Channel.choices)
    kind = models.CharField(_("类型"), max_length=10, choices=EventKind.choices)
    body = EncryptedTextField(_("原文"), blank=True, default="")
    headers = models.JSONField(_("报头"), default=dict)
    verified = models.BooleanField(_("已验证"))
    provider_event_id = models.CharField(  # noqa: DJ001 -- unique where there is one
        _("渠道通知号"), max_length=64, null=True, unique=True
    )
    outcome = models.CharField(_("结果"), max_length=60)
    received_at = models.DateTimeField(_("收到时间"), db_index=True)

    objects: ClassVar[Any] = AppendOnlyQuerySet.as_manager()

    class Meta:
        base_manager_name = "objects"
        verbose_name = _("渠道消息")
        verbose_name_plural = _("渠道消息")
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.outcome}"


class Refund(models.Model):
    """Money on its way back. `out_refund_no` is stored before the channel is called and never changes: a repeated
    call is the same refund."""

    attempt = models.ForeignKey(PaymentAttempt, models.PROTECT, related_name="refunds", verbose_name=_("支付"))
    out_refund_no = models.CharField(_("商户退款单号"), max_length=40, unique=True)
    amount_fen = models.PositiveIntegerField(_("金额（分）"))
    reason = models.CharField(_("原因"), max_length=20, choices=Reason.choices)
    state = REFUND.field()
    attempts = models.PositiveSmallIntegerField(_("次数"), default=0)
    last_error = models.CharField(_("最近错误"), max_length=200, blank=True)
    due_at = models.DateTimeField(_("下次处理"))
    created_at = models.DateTimeField(_("创建时间"))
    refunded_at = models.DateTimeField(_("退款时间"), null=True)

    class Meta:
        verbose_name = _("退款")
        verbose_name_plural = _("退款")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="refund_amount_positive"),
            models.CheckConstraint(condition=Q(state__in=list(REFUND.states)), name="refund_state_known"),
            models.UniqueConstraint(
                fields=["attempt"], condition=Q(reason__in=AUTOMATIC), name="refund_one_automatic_per_attempt"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=Q(state__in=["queued", "processing"]), name="refund_due")
        ]

    def __str__(self) -> str:
        return self.out_refund_no

    @REFUND.transition("take")
    def take(self) -> None:
        self.attempts += 1

    @REFUND.transition("postpone")
    def postpone(self) -> None:
        pass

    @REFUND.transition("succeed")
    def succeed(self) -> None:
        pass

    @REFUND.transition("fail")
    def fail(self) -> None:
        pass

    @REFUND.transition("retry")
    def retry(self) -> None:
        self.attempts = 0
