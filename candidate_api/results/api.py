"""成绩查询 over the API."""

from functools import cache
from typing import Any

from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from candidate_api.catalogue.filters import course_code, session_code
from candidate_api.results import queries
from candidate_api.results.models import Score
from candidate_api.results.states import Source, Status
from candidate_api.sessions.models import ExamSession
from portal.kernel import clock
from portal.kernel.api import PAGING, Endpoint, Query, page, paged


@cache
def _labels(_language: str | None) -> tuple[dict[str, str], dict[str, str]]:
    """Statuses and sources in words, once for each language: looked up row by row they were a third of the work."""
    return {code: str(label) for code, label in Status.choices}, {code: str(label) for code, label in Source.choices}


class ScoreOut(serializers.Serializer[Score]):
    """Declared for the contract, and made by hand: on the morning of a release field by field is half of the work."""

    session = serializers.CharField(default=None, allow_null=True)
    course = serializers.CharField()
    course_name = serializers.CharField()
    credits = serializers.IntegerField()
    score = serializers.IntegerField(allow_null=True)
    grade = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.choices)
    status_label = serializers.CharField()
    source = serializers.ChoiceField(choices=Source.choices)
    source_label = serializers.CharField()
    released_at = serializers.DateTimeField(default=None, allow_null=True)

    def to_representation(self, row: Any) -> dict[str, Any]:
        statuses, sources = _labels(get_language())
        released = row["session__scores_at"]
        return {
            "session": row["session__code"],
            "course": row["course__code"],
            "course_name": row["course__name"],
            "credits": row["credits"],
            "score": row["score"],
            "grade": row["grade"],
            "status": row["status"],
            "status_label": statuses[row["status"]],
            "source": row["source"],
            "source_label": sources[row["source"]],
            "released_at": clock.local(released).isoformat() if released else None,
        }


class ScoreQuery(Query):
    session = session_code(ExamSession)
    course = course_code()


class Scores(Endpoint):
    @extend_schema(
        operation_id="my_scores",
        summary="我的成绩；公布之前没有",
        parameters=[ScoreQuery, *PAGING],
        responses=paged(ScoreOut),
        tags=["results"],
    )
    def get(self, request: Request) -> Response:
        given = ScoreQuery.read(request) if request.query_params else {}
        wanted = {f"{name}__code": code for name, code in given.items() if code}
        lines = queries.lines_of(self.actor)
        return page(self, [line for line in lines if wanted.items() <= line.items()], ScoreOut)


class TransferredScoreOut(ScoreOut):
    origin = serializers.CharField()
    origin_session = serializers.CharField()

    def to_representation(self, row: Any) -> dict[str, Any]:
        return super().to_representation(row) | {name: row[name] for name in ("origin", "origin_session")}


class TransferredScores(Endpoint):
    @extend_schema(
        operation_id="my_transferred_scores",
        summary="我的转入成绩",
        parameters=PAGING,
        responses=paged(TransferredScoreOut),
        tags=["results"],
    )
    def get(self, request: Request) -> Response:
        Query.read(request)
        return page(self, queries.transferred(self.actor).values(*queries.LINE), TransferredScoreOut)
