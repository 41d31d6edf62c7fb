"""报考 over the API."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from candidate_api.candidates import queries as candidates
from candidate_api.payments.api import OrderShape, shown
from candidate_api.registrations import actions, queries
from candidate_api.registrations.models import Registration
from candidate_api.registrations.states import REGISTRATION
from candidate_api.sessions.queries import by_code
from cms.windows.queries import current
from cms.windows.rules import Business, WindowState
from portal.kernel import clock
from portal.kernel.api import PAGING, Endpoint, Input, Query, idempotent, page, paged, problems
from portal.kernel.errors import Code
from portal.kernel.money import yuan

SESSION = r"^\d{4}-(04|10)$"
COURSE = r"^\d{5}$"


class RegistrationOut(serializers.Serializer[Registration]):
    id = serializers.IntegerField()
    session = serializers.CharField(source="session.code")
    state = serializers.CharField()
    state_label = serializers.SerializerMethodField()
    course = serializers.CharField(source="course.code")
    course_name = serializers.CharField(source="course.name")
    district = serializers.CharField(source="district.code")
    district_name = serializers.CharField(source="district.name")
    slot = serializers.IntegerField()
    fee = serializers.SerializerMethodField()
    order = serializers.CharField(source="order.number")
    allowed_actions = serializers.SerializerMethodField()

    def get_state_label(self, row: Registration) -> str:
        return str(REGISTRATION.states[row.state].label)

    def get_fee(self, row: Registration) -> str:
        return yuan(row.fee_fen)

    def get_allowed_actions(self, row: Registration) -> list[str]:
        return queries.allowed_actions(row, window_open=self.context["open"].get(row.session.code, False))


class SeatsOut(serializers.Serializer[Any]):
    district = serializers.CharField()
    seats_left = serializers.IntegerField()


class OptionOut(serializers.Serializer[queries.Option]):
    course = serializers.CharField(source="offering.course.code")
    course_name = serializers.CharField(source="offering.course.name")
    slot = serializers.IntegerField(source="offering.slot")
    fee = serializers.SerializerMethodField()
    currency = serializers.SerializerMethodField()
    blocked = serializers.CharField(allow_null=True)
    reason = serializers.CharField()
    limited_districts = SeatsOut(many=True)

    def get_fee(self, option: queries.Option) -> str:
        return yuan(option.offering.fee_fen)

    def get_currency(self, option: queries.Option) -> str:
        return "CNY"


class OptionQuery(Query):
    session = serializers.RegexField(SESSION)
    scope = serializers.ChoiceField([queries.OWN, queries.OTHER], default=queries.OWN)
    major = serializers.CharField(max_length=8, required=False, default="")
    q = serializers.CharField(max_length=40, required=False, default="")


class EntryIn(Input):
    course = serializers.RegexField(COURSE)
    district = serializers.RegexField(r"^\d{6}$")


class SubmitIn(Input):
    session = serializers.RegexField(SESSION)
    entries = EntryIn(many=True, allow_empty=False, max_length=10)


class SubmittedOut(serializers.Serializer[Any]):
    order = OrderShape()
    registrations = RegistrationOut(many=True)


class ChangeIn(Input):
    course = serializers.RegexField(COURSE, required=False, default="")
    district = serializers.RegexField(r"^\d{6}$", required=False, default="")


class RegistrationQuery(Query):
    session = serializers.RegexField(SESSION, required=False, default="")


class Options(Endpoint):
    @extend_schema(
        operation_id="registration_options",
        parameters=[OptionQuery, *PAGING],
        responses=paged(OptionOut),
        tags=["registrations"],
    )
    def get(self, request: Request) -> Response:
        given = OptionQuery.read(request)
        session = by_code(given.pop("session"))
        return page(self, queries.options(candidates.of(self.actor), session, **given), OptionOut)


class Registrations(Endpoint):
    @extend_schema(
        operation_id="my_registrations",
        parameters=[RegistrationQuery, *PAGING],
        responses=paged(RegistrationOut),
        tags=["registrations"],
    )
    def get(self, request: Request) -> Response:
        rows = queries.mine(self.actor, RegistrationQuery.read(request)["session"])
        return page(self, rows, RegistrationOut, context={"open": _open_sessions(rows)})

    @extend_schema(
        operation_id="submit_registrations",
        request=SubmitIn,
        responses={201: SubmittedOut},
        tags=["registrations"],
    )
    @problems(Code.WINDOW_CLOSED, Code.ONBOARDING_INCOMPLETE, Code.ENTRIES_REFUSED)
    @idempotent()
    def post(self, request: Request) -> Response:
        given = SubmitIn.read(request)
        entries = [(entry["course"], entry["district"]) for entry in given["entries"]]
        order = actions.submit(given["session"], entries, by=self.actor)
        rows = queries.visible_to(self.actor).filter(order=order)
        entries_out = RegistrationOut(rows, many=True, context={"open": {given["session"]: True}}).data
        return Response({"order": shown([order])[0], "registrations": entries_out}, status=201)


class OneRegistration(Endpoint):
    @extend_schema(operation_id="my_registration", responses=RegistrationOut, tags=["registrations"])
    def get(self, request: Request, registration_id: int) -> Response:
        return self._answer(queries.one(self.actor, registration_id))

    @extend_schema(
        operation_id="change_registration", request=ChangeIn, responses=RegistrationOut, tags=["registrations"]
    )
    @problems(Code.WINDOW_CLOSED, Code.ENTRIES_REFUSED, Code.STATE_CONFLICT, Code.PAYMENT_IN_PROGRESS)
    def patch(self, request: Request, registration_id: int) -> Response:
        actions.change(registration_id, **ChangeIn.read(request), by=self.actor)
        return self._answer(queries.one(self.actor, registration_id))

    @extend_schema(operation_id="cancel_registration", responses={204: None}, tags=["registrations"])
    @problems(Code.ALREADY_PAID, Code.STATE_CONFLICT, Code.PAYMENT_IN_PROGRESS, Code.PROVIDER_UNAVAILABLE)
    def delete(self, request: Request, registration_id: int) -> Response:
        actions.cancel(registration_id, by=self.actor)
        return Response(status=204)

    def _answer(self, row: Registration) -> Response:
        return Response(RegistrationOut(row, context={"open": _open_sessions([row])}).data)


def _open_sessions(rows: Any) -> dict[str, bool]:
    """Which of the rows' sessions may be registered for now."""
    now = clock.now()
    windows = {code: current(Business.COURSE_REGISTRATION, session=code) for code in {r.session.code for r in rows}}
    return {code: bool(w and w.state_at(now) is WindowState.OPEN) for code, w in windows.items()}
