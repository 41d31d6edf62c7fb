"""The edge over HTTP: a payer's orders, paying them, and the channels' callbacks."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from candidate_api.payments import actions, fulfilment, queries
from candidate_api.payments.models import Order, PaymentAttempt
from candidate_api.payments.states import ATTEMPT, ORDER, ORDER_ACTIONS, Channel, Scene
from candidate_api.waiting.actions import enter
from portal.kernel import clock
from portal.kernel.api import Endpoint, Input, Pages, idempotent, paged, problems
from portal.kernel.edges import goes_on
from portal.kernel.errors import Code
from portal.kernel.money import CURRENCY, yuan
from portal.kernel.states import Who

PAGING = [OpenApiParameter("page", int), OpenApiParameter("page_size", int)]
MOST_NOTIFIED = 64 * 1024  # bytes; a real notification has about two thousand


class PaymentShape(serializers.Serializer[PaymentAttempt]):
    """One attempt to pay; `id` is its number at the channel."""

    id = serializers.CharField(source="out_trade_no")
    channel = serializers.ChoiceField(choices=Channel.choices)
    scene = serializers.ChoiceField(choices=Scene.choices)
    state = serializers.ChoiceField(choices=ATTEMPT.choices)
    state_label = serializers.SerializerMethodField()
    expires_at = serializers.DateTimeField()
    paid_at = serializers.DateTimeField(allow_null=True)

    def get_state_label(self, attempt: PaymentAttempt) -> str:
        return str(ATTEMPT.states[attempt.state].label)


class LineShape(serializers.Serializer[fulfilment.Line]):
    title = serializers.CharField()
    amount = serializers.SerializerMethodField()

    def get_amount(self, line: fulfilment.Line) -> str:
        return yuan(line.amount_fen)


class OrderShape(serializers.Serializer[Any]):
    """An order as its payer sees it. Declared for the contract, and made by hand (`order_shown`)."""

    number = serializers.CharField()
    kind = serializers.CharField()
    subject = serializers.CharField()
    title = serializers.CharField()
    amount = serializers.CharField(read_only=True)
    currency = serializers.CharField(read_only=True)
    state = serializers.ChoiceField(choices=ORDER.choices, read_only=True)
    state_label = serializers.CharField(read_only=True)
    lines = LineShape(many=True, read_only=True)
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    paid_at = serializers.DateTimeField(allow_null=True)
    payments = PaymentShape(many=True)
    channels = serializers.ListField(child=serializers.ChoiceField(choices=Channel.choices), read_only=True)
    allowed_actions = serializers.ListField(child=serializers.ChoiceField(choices=ORDER_ACTIONS), read_only=True)


def order_shown(
    order: Order, lines: Iterable[fulfilment.Line], channels: list[Channel], attempts: Sequence[PaymentAttempt] = ()
) -> dict[str, Any]:
    """An `OrderShape` of what was asked for already; without `attempts` nobody has begun to pay it."""
    state = order.effective_state
    # Recorded, and not yet decided on: a matter of moments.
    on_its_way = any(attempt.state == "succeeded" and attempt.resolved_at is None for attempt in attempts)
    return {
        "number": order.number,
        "kind": order.kind,
        "subject": order.subject,
        "title": order.title,
        "amount": yuan(order.amount_fen),
        "currency": CURRENCY,
        "state": state,
        "state_label": str(_("支付处理中") if on_its_way else ORDER.states[state].label),
        "lines": [{"title": line.title, "amount": yuan(line.amount_fen)} for line in lines],
        "created_at": clock.local(order.created_at).isoformat(),
        "expires_at": clock.local(order.expires_at).isoformat(),
        "paid_at": clock.local(order.paid_at).isoformat() if order.paid_at else None,
        "payments": PaymentShape(attempts, many=True).data if attempts else [],
        "channels": channels,
        "allowed_actions": ["confirm"] if on_its_way else ORDER.allowed(state, Who.CANDIDATE),
    }


class PaymentInput(Input):
    channel = serializers.ChoiceField(choices=Channel.choices)
    scene = serializers.ChoiceField(choices=Scene.choices)
    openid = serializers.CharField(max_length=128, required=False, help_text="jsapi: 付款人在公众号下的 openid")


STARTED = inline_serializer(
    "StartedPayment",
    {
        "payment": PaymentShape(),
        "invoke": serializers.DictField(
            help_text="h5: h5_url（微信）, pay_url（支付宝）; page: pay_url; native: code_url; app, jsapi: 调起参数"
        ),
    },
)


def shown(orders: list[Order]) -> Any:
    """The orders as answers, the lines of all of them fetched together."""
    lines, channels = fulfilment.lines_of(orders), queries.offered_channels()
    return [order_shown(order, lines.get(order.pk, ()), channels, list(order.attempts.all())) for order in orders]


class Orders(Endpoint):
    @extend_schema(operation_id="orders_list", summary="我的订单", parameters=PAGING, responses=paged(OrderShape))
    def get(self, request: Request) -> Response:
        pages = Pages()
        rows = queries.visible_to(self.actor).prefetch_related("attempts").order_by("-pk")
        chosen = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response(shown(list(chosen or [])))


class OneOrder(Endpoint):
    @extend_schema(operation_id="orders_read", summary="一个订单", responses=OrderShape)
    def get(self, request: Request, number: str) -> Response:
        order, _attempt = actions.look_at(number, by=self.actor)
        return Response(shown([order])[0])


class OrderPayments(Endpoint):
    @extend_schema(operation_id="orders_pay", summary="为订单发起支付", request=PaymentInput, responses={201: STARTED})
    @problems(
        Code.ALREADY_PAID,
        Code.ORDER_CLOSED,
        Code.PAYMENT_IN_PROGRESS,
        Code.PROVIDER_UNAVAILABLE,
        Code.WAITING_ROOM,
    )
    @idempotent(atomic=False, door=enter)
    def post(self, request: Request, number: str) -> Response:
        asked = PaymentInput.read(request)
        address = self.actor.address or "127.0.0.1"
        openid = asked.get("openid", "")
        attempt = actions.start_attempt(number, asked["channel"], asked["scene"], address, by=self.actor, openid=openid)
        started = {"payment": PaymentShape(attempt).data, "invoke": attempt.invoke}
        return Response(started, status=status.HTTP_201_CREATED)


@goes_on
class OrderConfirmation(Endpoint):
    @extend_schema(
        operation_id="orders_confirm",
        summary="确认支付完成：立即向支付渠道查询并答复订单",
        request=None,
        responses=OrderShape,
    )
    @problems(Code.PROVIDER_UNAVAILABLE)
    @idempotent(atomic=False)
    def post(self, request: Request, number: str) -> Response:
        return Response(shown([actions.confirm(number, by=self.actor)])[0])


class OrderCancellation(Endpoint):
    @extend_schema(operation_id="orders_cancel", summary="取消未支付的订单", request=None, responses=OrderShape)
    @problems(Code.ALREADY_PAID, Code.PAYMENT_IN_PROGRESS, Code.STATE_CONFLICT)
    @idempotent(atomic=False)
    def post(self, request: Request, number: str) -> Response:
        return Response(shown([actions.cancel_order(number, by=self.actor)])[0])


@goes_on
@csrf_exempt
@require_POST
def wechat_notify(request: HttpRequest) -> HttpResponse:
    """WeChat Pay's callback: 204 where it need not be repeated, else its own kind of error."""
    if _is_too_long(request):
        return _not_taken(413, "内容过长")
    receipt = actions.receive_notification("wechat", request.headers, request.body)
    if receipt.accepted:
        return HttpResponse(status=204)
    unverified = receipt.outcome.startswith("unverified:")
    return _not_taken(401, "验签失败") if unverified else _not_taken(400, "与商户订单不符")


@goes_on
@csrf_exempt
@require_POST
def alipay_notify(request: HttpRequest) -> HttpResponse:
    """Alipay's callback: the word `success` where it need not be repeated, else `failure`."""
    if _is_too_long(request):
        return HttpResponse("failure", status=413, content_type="text/plain")
    receipt = actions.receive_notification("alipay", request.headers, request.body)
    return HttpResponse("success" if receipt.accepted else "failure", content_type="text/plain")


def _is_too_long(request: HttpRequest) -> bool:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return not length.isdecimal() or len(length) > 9 or int(length) > MOST_NOTIFIED


def _not_taken(code: int, message: str) -> HttpResponse:
    return JsonResponse({"code": "FAIL", "message": message}, status=code, json_dumps_params={"ensure_ascii": False})
