"""考场安排 over the API."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from candidate_api.arrangements import queries
from candidate_api.arrangements.models import Seat
from portal.kernel.api import PAGING, Endpoint, Query, page, paged


class ExamArrangementOut(serializers.Serializer[Seat]):
    session = serializers.CharField(source="session.code")
    course = serializers.CharField(source="registration.course.code")
    course_name = serializers.CharField(source="registration.course.name")
    slot = serializers.IntegerField()
    slot_label = serializers.CharField(source="sitting.label")
    date = serializers.DateField(source="sitting.date")
    starts_at = serializers.DateTimeField(source="sitting.starts_at")
    ends_at = serializers.DateTimeField(source="sitting.ends_at")
    district = serializers.CharField(source="registration.district.code")
    district_name = serializers.CharField(source="registration.district.name")
    site = serializers.CharField(source="room.site.name")
    address = serializers.CharField(source="room.site.address")
    room = serializers.CharField(source="room.number")
    seat = serializers.SerializerMethodField()

    def get_seat(self, seat: Seat) -> str:
        return f"{seat.seat_no:02d}"


class ExamArrangementQuery(Query):
    session = serializers.RegexField(r"^[0-9]{4}-(04|10)$", required=False)


class ExamArrangements(Endpoint):
    """Nothing of a session before its release instant."""

    @extend_schema(
        operation_id="my_exam_arrangements",
        summary="我的考场安排；公布之前没有",
        parameters=[ExamArrangementQuery, *PAGING],
        responses=paged(ExamArrangementOut),
        tags=["tickets"],
    )
    def get(self, request: Request) -> Response:
        given = ExamArrangementQuery.read(request)
        return page(self, queries.mine(self.actor, given.get("session", "")), ExamArrangementOut)
