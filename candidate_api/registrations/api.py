"""报考 over the API."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from candidate_api.candidates import queries as candidates
from candidate_api.payments.api import OrderShape, order_shown
from candidate_api.payments.queries import offered_channels
from candidate_api.registrations import actions, queries
from candidate_api.registrations.fulfilment import line
from candidate_api.registrations.models import Registration
from candidate_api.registrations.rules import REASON, Blocked
from candidate_api.registrations.states import ACTIONS, REGISTRATION
from candidate_api.sessions.queries import by_code
from candidate_api.waiting.actions import enter
from portal.kernel.actor import Actor
from portal.kernel.api import PAGING, Endpoint, Input, Query, idempotent, page, paged, problems
from portal.kernel.errors import Code
from portal.kernel.money import yuan

SESSION = r"^[0-9]{4}-(04|10)$"
COURSE = r"^[0-9]{5}$"


class RegistrationOut(serializers.Serializer[Registration]):
    """Declared for the contract, and made by hand: in the morning of registration field by field costs too much."""

    id = serializers.IntegerField()
    session = serializers.CharField()
    state = serializers.ChoiceField(choices=REGISTRATION.choices)
    state_label = serializers.CharField(read_only=True)
    course = serializers.CharField()
    course_name = serializers.CharField()
    district = serializers.CharField()
    district_name = serializers.CharField()
    slot = serializers.IntegerField()
    fee = serializers.CharField(read_only=True)
    order = serializers.CharField()
    allowed_actions = serializers.ListField(child=serializers.ChoiceField(choices=ACTIONS), read_only=True)

    def to_representation(self, row: Registration) -> dict[str, Any]:
        return {
            "id": row.pk,
            "session": row.session.code,
            "state": row.state,
            "state_label": str(REGISTRATION.states[row.state].label),
            "course": row.course.code,
            "course_name": row.course.name,
            "district": row.district.code,
            "district_name": row.district.name,
            "slot": row.slot,
            "fee": yuan(row.fee_fen),
            "order": row.order.number,
            "allowed_actions": queries.allowed_actions(row, window_open=row.session.code in self.context["open"]),
        }


class SeatsOut(serializers.Serializer[Any]):
    district = serializers.CharField()
    seats_left = serializers.IntegerField()


class OptionOut(serializers.Serializer[queries.Option]):
    course = serializers.CharField(source="offering.course.code")
    course_name = serializers.CharField(source="offering.course.name")
    slot = serializers.IntegerField(source="offering.slot")
    fee = serializers.SerializerMethodField()
    currency = serializers.SerializerMethodField()
    blocked = serializers.ChoiceField([(cause.value, words) for cause, words in REASON.items()], allow_null=True)
    reason = serializers.CharField()
    limited_districts = SeatsOut(many=True)

    def get_fee(self, option: queries.Option) -> str:
        return yuan(option.offering.fee_fen)

    def get_currency(self, option: queries.Option) -> str:
        return "CNY"


NOT_BLOCKED = {"blocked": None, "reason": ""}


class OptionsPage(serializers.Serializer[Any]):
    """A page of options. `blocked`: why nothing at all can be chosen now; each option says it too."""

    blocked = serializers.ChoiceField(
        [
            (cause.value, REASON[cause])
            for cause in (Blocked.ONBOARDING_INCOMPLETE, Blocked.SUSPENDED, Blocked.WINDOW_CLOSED)
        ],
        allow_null=True,
    )
    reason = serializers.CharField()
    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = OptionOut(many=True)


class OptionQuery(Query):
    session = serializers.RegexField(SESSION)
    scope = serializers.ChoiceField([queries.OWN, queries.OTHER], default=queries.OWN)
    major = serializers.CharField(max_length=8, required=False, default="")
    q = serializers.CharField(max_length=40, required=False, default="")


class EntryIn(Input):
    course = serializers.RegexField(COURSE)
    district = serializers.RegexField(r"^[0-9]{6}$")


class SubmitIn(Input):
    session = serializers.RegexField(SESSION)
    entries = EntryIn(many=True, allow_empty=False, max_length=10)


class WarnedOut(serializers.Serializer[queries.Warned]):
    """What was done all the same: to be shown to the candidate, who can still change it."""

    code = serializers.ChoiceField([("districts_apart", _("同一天的课程分在不同考区"))])
    detail = serializers.CharField()


class SubmittedOut(serializers.Serializer[Any]):
    order = OrderShape()
    registrations = RegistrationOut(many=True)
    warnings = WarnedOut(many=True)


class ChangedOut(RegistrationOut):
    warnings = WarnedOut(many=True, read_only=True)

    def to_representation(self, row: Registration) -> dict[str, Any]:
        return super().to_representation(row) | {"warnings": _told(queries.warnings(row.candidate, row.session))}


class ChangeIn(Input):
    course = serializers.RegexField(COURSE, required=False, default="")
    district = serializers.RegexField(r"^[0-9]{6}$", required=False, default="")


class RegistrationQuery(Query):
    session = serializers.RegexField(SESSION, required=False, default="")


class Options(Endpoint):
    @extend_schema(
        operation_id="registration_options",
        summary="可以报考的课程，以及不能报考的原因",
        parameters=[OptionQuery, *PAGING],
        responses=OptionsPage,
        tags=["registrations"],
    )
    def get(self, request: Request) -> Response:
        given = OptionQuery.read(request)
        session, candidate = by_code(given.pop("session")), candidates.of(self.actor)
        closed = queries.barrier(candidate, session)
        answer = page(self, queries.options(candidate, session, closed, **given), OptionOut)
        whole = {"blocked": closed.code.value, "reason": str(closed.detail)} if closed else NOT_BLOCKED
        answer.data = {**whole, **answer.data}
        return answer


class Registrations(Endpoint):
    @extend_schema(
        operation_id="my_registrations",
        summary="我的报考",
        parameters=[RegistrationQuery, *PAGING],
        responses=paged(RegistrationOut),
        tags=["registrations"],
    )
    def get(self, request: Request) -> Response:
        rows = queries.mine(self.actor, RegistrationQuery.read(request)["session"])
        return page(self, rows, RegistrationOut, context={"open": _open(self.actor, rows)})

    @extend_schema(
        operation_id="submit_registrations",
        summary="提交报考，全部成功或者全部不成功，并生成一个订单",
        request=SubmitIn,
        responses={201: SubmittedOut},
        tags=["registrations"],
    )
    @problems(
        Code.WINDOW_CLOSED,
        Code.ONBOARDING_INCOMPLETE,
        Code.CONTACT_UNCONFIRMED,
        Code.SUSPENDED,
        Code.ENTRIES_REFUSED,
        Code.WAITING_ROOM,
    )
    @idempotent(door=enter)
    def post(self, request: Request) -> Response:
        given = SubmitIn.read(request)
        entries = [(entry["course"], entry["district"]) for entry in given["entries"]]
        made = actions.submit(given["session"], entries, by=self.actor)
        rows = sorted(made.entries, key=lambda row: row.slot)  # as they are listed ever after
        answer = {
            "order": order_shown(made.order, map(line, rows), offered_channels()),
            "registrations": RegistrationOut(rows, many=True, context={"open": {given["session"]}}).data,
            "warnings": _told(made.warnings),
        }
        return Response(answer, status=201)


class OneRegistration(Endpoint):
    @extend_schema(
        operation_id="my_registration", summary="一条报考", responses=RegistrationOut, tags=["registrations"]
    )
    def get(self, request: Request, registration_id: int) -> Response:
        return self._answer(queries.one(self.actor, registration_id))

    @extend_schema(
        operation_id="change_registration",
        summary="修改报考的课程或者考区",
        request=ChangeIn,
        responses=ChangedOut,
        tags=["registrations"],
    )
    @problems(
        Code.WINDOW_CLOSED,
        Code.SUSPENDED,
        Code.ENTRIES_REFUSED,
        Code.STATE_CONFLICT,
        Code.PAYMENT_IN_PROGRESS,
        Code.ALREADY_PAID,
        Code.ORDER_CLOSED,
        Code.WAITING_ROOM,
    )
    def patch(self, request: Request, registration_id: int) -> Response:
        enter(by=self.actor)
        actions.change(registration_id, **ChangeIn.read(request), by=self.actor)
        return self._answer(queries.one(self.actor, registration_id), ChangedOut)

    @extend_schema(
        operation_id="cancel_registration", summary="取消未缴费的报考", responses={204: None}, tags=["registrations"]
    )
    @problems(
        Code.ALREADY_PAID,
        Code.STATE_CONFLICT,
        Code.ORDER_CLOSED,
        Code.PAYMENT_IN_PROGRESS,
        Code.PROVIDER_UNAVAILABLE,
    )
    def delete(self, request: Request, registration_id: int) -> Response:
        actions.cancel(registration_id, by=self.actor)
        return Response(status=204)

    def _answer(self, row: Registration, shape: type[RegistrationOut] = RegistrationOut) -> Response:
        return Response(shape(row, context={"open": _open(self.actor, [row])}).data)


def _told(warnings: list[queries.Warned]) -> list[dict[str, str]]:
    return [{"code": warned.code, "detail": warned.detail} for warned in warnings]


def _open(actor: Actor, rows: Iterable[Registration]) -> set[str]:
    return queries.open_sessions(actor.user_id, (row.session.code for row in rows))
