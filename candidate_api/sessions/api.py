"""The DRF edge of sessions: public, read only, conditional."""

from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from candidate_api.catalogue import filters
from candidate_api.catalogue.answers import Label, Named
from candidate_api.catalogue.conditional import ReferenceEndpoint, conditional
from candidate_api.catalogue.documents import listed, shown
from candidate_api.catalogue.stamps import Version
from candidate_api.catalogue.states import FeeClass
from candidate_api.sessions import queries
from candidate_api.sessions.models import ExamSession, Offering
from candidate_api.sessions.rules import NUMBERS, Fee, Sitting
from cms.windows.models import BusinessWindow
from cms.windows.rules import Business, Phase
from portal.kernel.api import Query, page
from portal.kernel.money import CURRENCY, yuan


class FeeAnswer(serializers.Serializer[Fee]):
    fee_class = serializers.ChoiceField(FeeClass.choices)
    label = serializers.CharField()
    amount = serializers.CharField()
    currency = serializers.CharField()


class SlotAnswer(serializers.Serializer[Sitting]):
    number = serializers.IntegerField()
    label = serializers.CharField()
    date = serializers.DateField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class WindowAnswer(serializers.Serializer[BusinessWindow]):
    business = serializers.ChoiceField(choices=Business.choices)
    business_label = Label("business")
    phase = serializers.ChoiceField(choices=Phase.choices)
    phase_label = Label("phase")
    opens_at = serializers.DateTimeField()
    closes_at = serializers.DateTimeField()
    notice = serializers.CharField()


class SessionAnswer(serializers.Serializer[queries.SessionWithWindows]):
    code = serializers.CharField(source="session.code")
    name = serializers.CharField(source="session.name")
    first_day = serializers.DateField(source="session.first_day")
    second_day = serializers.DateField(source="session.second_day")
    max_courses = serializers.IntegerField(source="session.max_courses")
    fees = FeeAnswer(many=True, source="session.fees")
    slots = SlotAnswer(many=True, source="session.slots")
    tickets_at = serializers.DateTimeField(source="session.tickets_at", allow_null=True)
    scores_at = serializers.DateTimeField(source="session.scores_at", allow_null=True)
    closed = serializers.BooleanField(source="session.closed")
    windows = WindowAnswer(many=True)


class OfferingAnswer(serializers.Serializer[Offering]):
    session = serializers.CharField(source="session.code")
    course = Named()
    slot = serializers.IntegerField()
    slot_label = serializers.CharField(source="sitting.label")
    date = serializers.DateField(source="sitting.date")
    starts_at = serializers.DateTimeField(source="sitting.starts_at")
    ends_at = serializers.DateTimeField(source="sitting.ends_at")
    fee_class = serializers.ChoiceField(FeeClass.choices, source="course.fee_class")
    fee = serializers.SerializerMethodField()
    currency = serializers.SerializerMethodField()

    def get_currency(self, offering: Offering) -> str:
        return CURRENCY

    def get_fee(self, offering: Offering) -> str:
        return yuan(offering.fee_fen)


class OfferingQuery(Query):
    session = filters.session_code(ExamSession)
    major = filters.major_code()
    course = filters.course_code()
    slot = serializers.ChoiceField([(number, str(number)) for number in NUMBERS], required=False)


class SessionEndpoint(ReferenceEndpoint):
    def version(self) -> Version:
        return queries.version()


class ExamSessions(SessionEndpoint):
    @listed("exam_sessions", "考期，最新的在前", SessionAnswer)
    @conditional
    def get(self, request: Request) -> Response:
        """考期, newest first."""
        filters.NoQuery.read(request)
        return page(self, queries.with_windows(queries.sessions()), SessionAnswer)


class ExamSessionByCode(SessionEndpoint):
    @shown("exam_sessions", "一个考期：办理时间、费用、科目数上限、考试时间", SessionAnswer)
    @conditional
    def get(self, request: Request, code: str) -> Response:
        """A session: windows, fees, limit of courses, slots, the instants of tickets and scores."""
        filters.NoQuery.read(request)
        found = queries.with_windows(queries.sessions().filter(code=code))
        if not found:
            raise NotFound
        return Response(SessionAnswer(found[0]).data)


class ExamPlans(ReferenceEndpoint):
    @listed("exam_plans", "考试计划：哪门课程在哪一场次考", OfferingAnswer, OfferingQuery)
    @conditional
    def get(self, request: Request) -> Response:
        """考试计划: which course sits when; `major` keeps what serves its current plan."""
        return page(self, queries.offerings(**OfferingQuery.read(request)), OfferingAnswer)
