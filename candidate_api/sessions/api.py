"""The DRF edge of sessions: public, read only, conditional."""

from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from candidate_api.catalogue import filters
from candidate_api.catalogue.answers import Named
from candidate_api.catalogue.conditional import ReferenceEndpoint, conditional
from candidate_api.catalogue.documents import listed, shown
from candidate_api.catalogue.states import FeeClass
from candidate_api.sessions import queries
from candidate_api.sessions.models import ExamSession, Offering
from candidate_api.sessions.rules import NUMBERS, Fee, Sitting
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


class SessionAnswer(serializers.Serializer[ExamSession]):
    code = serializers.CharField()
    name = serializers.CharField()
    first_day = serializers.DateField()
    second_day = serializers.DateField()
    max_courses = serializers.IntegerField()
    fees = FeeAnswer(many=True)
    slots = SlotAnswer(many=True)
    tickets_at = serializers.DateTimeField(allow_null=True)
    scores_at = serializers.DateTimeField(allow_null=True)
    closed = serializers.BooleanField()


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
    session = filters.session_code()
    major = filters.major_code()
    course = filters.course_code()
    slot = serializers.ChoiceField([(number, str(number)) for number in NUMBERS], required=False)


class ExamSessions(ReferenceEndpoint):
    @listed("exam_sessions", SessionAnswer)
    @conditional
    def get(self, request: Request) -> Response:
        """考期, newest first."""
        filters.NoQuery.read(request)
        return page(self, queries.sessions(), SessionAnswer)


class ExamSessionByCode(ReferenceEndpoint):
    @shown("exam_sessions", SessionAnswer)
    @conditional
    def get(self, request: Request, code: str) -> Response:
        """A session: fees, limit of courses, slots, the instants of tickets and scores."""
        filters.NoQuery.read(request)
        return Response(SessionAnswer(get_object_or_404(queries.sessions(), code=code)).data)


class ExamPlans(ReferenceEndpoint):
    @listed("exam_plans", OfferingAnswer, OfferingQuery)
    @conditional
    def get(self, request: Request) -> Response:
        """考试计划: which course sits when; `major` keeps what serves its current plan."""
        return page(self, queries.offerings(**OfferingQuery.read(request)), OfferingAnswer)
