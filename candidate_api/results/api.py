"""成绩查询 over the API."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from candidate_api.results import queries
from candidate_api.results.models import Score
from portal.kernel.api import PAGING, Endpoint, Query, page, paged


class ScoreOut(serializers.Serializer[Score]):
    session = serializers.CharField(source="session.code", default=None, allow_null=True)
    course = serializers.CharField(source="course.code")
    course_name = serializers.CharField(source="course.name")
    credits = serializers.IntegerField()
    score = serializers.IntegerField(allow_null=True)
    grade = serializers.CharField()
    status = serializers.CharField()
    status_label = serializers.CharField(source="get_status_display")
    source = serializers.CharField()
    source_label = serializers.CharField(source="get_source_display")
    released_at = serializers.DateTimeField(source="session.scores_at", default=None, allow_null=True)


class ScoreQuery(Query):
    session = serializers.RegexField(r"^\d{4}-(04|10)$", required=False)
    course = serializers.RegexField(r"^\d{5}$", required=False)


class Scores(Endpoint):
    @extend_schema(
        operation_id="my_scores", parameters=[ScoreQuery, *PAGING], responses=paged(ScoreOut), tags=["results"]
    )
    def get(self, request: Request) -> Response:
        given = ScoreQuery.read(request)
        rows: Any = queries.visible_to(self.actor)
        if "session" in given:
            rows = rows.filter(session__code=given["session"])
        if "course" in given:
            rows = rows.filter(course__code=given["course"])
        return page(self, rows, ScoreOut)
