"""What an order, an attempt to pay it and a refund can be. Money is recorded on the attempt first."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.kernel.states import Machine, Move, State, Who

SYSTEM = frozenset({Who.SYSTEM})
BOTH = frozenset({Who.CANDIDATE, Who.SYSTEM})


class Channel(models.TextChoices):
    WECHAT = "wechat", _("微信支付")
    ALIPAY = "alipay", _("支付宝")


class Scene(models.TextChoices):
    """How the channel is reached: from the app, from a phone's browser, from within WeChat, by a code on a screen,
    from a desktop's browser. Which of them there are is the channel's."""

    APP = "app", _("APP 支付")
    H5 = "h5", _("手机网页支付")
    JSAPI = "jsapi", _("公众号支付")
    NATIVE = "native", _("扫码支付")
    PAGE = "page", _("电脑网页支付")


class Reason(models.TextChoices):
    """Why money goes back. The first three are decided by the house itself, the others by members of staff."""

    DUPLICATE = "duplicate", _("重复支付")
    LATE = "late", _("订单关闭后到账")
    UNFULFILLABLE = "unfulfillable", _("无法办理")
    GRANTED = "granted", _("退费申请通过")
    CANCELLED = "cancelled", _("考试取消")


AUTOMATIC = (Reason.DUPLICATE, Reason.LATE, Reason.UNFULFILLABLE)
# Of what had been handed over, for each entry by itself.
BY_STAFF = (Reason.GRANTED, Reason.CANCELLED)


class EventKind(models.TextChoices):
    NOTIFY = "notify", _("通知")
    PREPARE = "prepare", _("下单")
    QUERY = "query", _("查询")
    CLOSE = "close", _("关单")
    REFUND = "refund", _("退款")


ORDER = Machine(
    "order",
    [
        State("pending", _("待缴费"), "warning"),
        State("paid", _("已支付"), "success", final=True),
        State("cancelled", _("已取消"), final=True),
        State("expired", _("超时关闭"), final=True),
    ],
    [
        Move("start_payment", ("pending",), "pending", BOTH, _("去支付")),
        Move("confirm", ("pending",), "pending", BOTH, _("确认支付完成")),
        Move("cancel", ("pending",), "cancelled", BOTH, _("取消订单")),
        # Money that arrives late may still be fulfilled: then a closed order is paid after all.
        Move("pay", ("pending", "cancelled", "expired"), "paid", SYSTEM, _("到账")),
        Move("expire", ("pending",), "expired", SYSTEM, _("超时关闭")),
    ],
)

# What `allowed_actions` of an order is made of.
ORDER_ACTIONS = ORDER.askable(Who.CANDIDATE)

ATTEMPT = Machine(
    "payment attempt",
    [
        State("created", _("待下单"), "info"),
        State("open", _("待支付"), "warning"),
        State("succeeded", _("支付成功"), "success", final=True),
        State("closed", _("已关闭"), final=True),
    ],
    [
        Move("open", ("created", "open"), "open", SYSTEM, _("下单")),
        # A closed attempt can still turn out paid: the channel's word counts, not ours.
        Move("succeed", ("created", "open", "closed"), "succeeded", SYSTEM, _("到账")),
        Move("close", ("created", "open"), "closed", SYSTEM, _("关闭")),
    ],
)
LIVE = ("created", "open")

REFUND = Machine(
    "refund",
    [
        State("queued", _("待退款"), "info"),
        State("processing", _("退款中"), "info"),
        State("succeeded", _("已退款"), "success", final=True),
        State("failed", _("退款失败"), "danger"),
    ],
    [
        Move("take", ("queued", "processing"), "processing", SYSTEM, _("提交退款")),
        Move("postpone", ("processing",), "queued", SYSTEM, _("稍后再试")),
        # The channel's word counts, not ours: also of a refund that is to be sent again, or was held for failed.
        Move("succeed", ("queued", "processing", "failed"), "succeeded", SYSTEM, _("到账")),
        Move("fail", ("queued", "processing"), "failed", SYSTEM, _("失败")),
        Move("retry", ("failed",), "queued", frozenset({Who.STAFF}), _("重新退款")),
    ],
)

# Roles (codes of review.offices.states.Role), held at the province.
MAY_READ = ("finance", "auditor", "administrator")
MAY_RETRY = ("finance", "administrator")
MAY_SWITCH = ("finance", "administrator")
